"""Changes to the prepared texts. Made here, applied elsewhere."""

from __future__ import annotations

from cm_desktop.domain.changes import TemplateRemoved, TemplateSaved
from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import TemplateId
from cm_desktop.domain.model import Template
from cm_desktop.services.desk_author import Author
from cm_desktop.store import templates
from cm_desktop.store.connection import Connection


def added(_connection: Connection, who: Author, template: Template) -> TemplateSaved:
    """Return that a template is added. Raises UsageError("empty")."""
    _check(template)
    return TemplateSaved(member=who.member, at=who.at, before=None, after=template)


def changed(connection: Connection, who: Author, template: Template) -> TemplateSaved:
    """Return that a template is changed. Raises UsageError("no_template") or "empty"."""
    _check(template)
    before = templates.by_id(connection, template.id)
    return TemplateSaved(member=who.member, at=who.at, before=before, after=template)


def removed(connection: Connection, who: Author, template_id: TemplateId) -> TemplateRemoved:
    """Return that a template is removed. Raises UsageError("no_template")."""
    template = templates.by_id(connection, template_id)
    return TemplateRemoved(member=who.member, at=who.at, template=template)


def _check(template: Template) -> None:
    if not template.text.strip():
        raise UsageError("empty")
