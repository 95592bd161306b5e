"""Templates: prepared text with placeholders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import TemplateId
from cm_desktop.domain.model import Template
from cm_desktop.store.cleaning import clean, clean_name
from cm_desktop.store.connection import Connection

_HEAD = "SELECT uid, name, text, shortcut, language, channel, version, used FROM template"
_ALL = _HEAD + " ORDER BY name COLLATE NOCASE, id"
_ONE = _HEAD + " WHERE uid = ?"
_BY_NAME = _HEAD + " WHERE name = ?"
_ADD = """
    INSERT INTO template (name, text, shortcut, language, channel, version, used, uid)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_CHANGE = """
    UPDATE template
       SET name = ?, text = ?, shortcut = ?, language = ?, channel = ?, version = ?, used = ?
     WHERE uid = ?
"""
_REMOVE = "DELETE FROM template WHERE uid = ?"
_USED = "UPDATE template SET used = used + 1 WHERE uid = ?"


def list_all(connection: Connection) -> list[Template]:
    """Return the templates by name."""
    return [_template(row) for row in connection.execute(_ALL)]


def by_id(connection: Connection, template: TemplateId) -> Template:
    """Return one template. Raises UsageError("no_template")."""
    row = connection.execute(_ONE, (template,)).fetchone()
    if row is None:
        raise UsageError("no_template", template)
    return _template(row)


def by_name(connection: Connection, name: str) -> Template:
    """Return the template of that name. Raises UsageError("no_template")."""
    row = connection.execute(_BY_NAME, (name,)).fetchone()
    if row is None:
        raise UsageError("no_template", name)
    return _template(row)


def add(connection: Connection, template: Template) -> Template:
    """Add a template. Raises UsageError("no_name") and UsageError("template_exists")."""
    fit = _fit(connection, template)
    connection.execute(_ADD, _values(fit))
    return fit


def change(connection: Connection, template: Template) -> Template:
    """Write a template anew as its next version and return what it was before.

    Raises UsageError("no_template"), UsageError("no_name") and UsageError("template_exists").
    """
    before = by_id(connection, template.id)
    fit = replace(_fit(connection, template), version=before.version + 1, used=before.used)
    connection.execute(_CHANGE, _values(fit))
    return before


def remove(connection: Connection, template: TemplateId) -> Template:
    """Remove a template and return it; `add` brings it back. Raises UsageError("no_template")."""
    removed = by_id(connection, template)
    connection.execute(_REMOVE, (template,))
    return removed


def count_use(connection: Connection, template: TemplateId) -> None:
    """Count that a template was used once more."""
    connection.execute(_USED, (template,))


def _fit(connection: Connection, template: Template) -> Template:
    name = " ".join(clean_name(template.name).split())
    if not name:
        raise UsageError("no_name")
    same = connection.execute(_BY_NAME, (name,)).fetchone()
    if same is not None and same[0] != template.id:
        raise UsageError("template_exists", name)
    return replace(template, name=name, text=clean(template.text))


def _values(one: Template) -> tuple[object, ...]:
    said = (one.name, one.text, one.shortcut, one.language, one.channel)
    return (*said, one.version, one.used, one.id)


def _template(row: Sequence[Any]) -> Template:
    uid, name, text, shortcut, language, channel, version, used = row
    return Template(
        id=TemplateId(uid),
        name=name,
        text=text,
        shortcut=shortcut,
        language=language,
        channel=channel,
        version=version,
        used=used,
    )
