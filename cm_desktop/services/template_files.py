"""Templates in a file of their own, to be carried from one vault or computer to another.

The file is JSON: {"format": "cm-desktop-templates", "version": 1, "templates": [{"name",
"text", "shortcut", "language", "channel"}]}. What came by mail from somebody is read with
care: sizes are limited, and nothing is kept of a file that makes no sense.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import TemplateId
from cm_desktop.domain.model import Template
from cm_desktop.services import reading
from cm_desktop.services.desk import Desk
from cm_desktop.services.vault import Vault
from cm_desktop.services.whole_file import written_whole

_FORMAT, _VERSION = "cm-desktop-templates", 1
_FIELDS = ("name", "text", "shortcut", "language", "channel")
_LARGEST = 8 * 1024 * 1024  # bytes
_MOST, _LONGEST = 5_000, 100_000  # templates, characters in one field


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """How many templates a file brought."""

    added: int
    changed: int
    unchanged: int


def write(templates: Iterable[Template], out: Path) -> int:
    """Write templates to a file, whole or not at all, and return how many.

    Raises UsageError("not_writable") and DiskFullError.
    """
    listed = [{name: getattr(one, name) for name in _FIELDS} for one in templates]
    document = {"format": _FORMAT, "version": _VERSION, "templates": listed}
    with written_whole(out) as file:
        file.write(json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "replace"))
        file.write(b"\n")
    return len(listed)


def read(vault: Vault, file: Path) -> ImportReport:
    """Add the templates of a file; one of the same name is replaced, and its uses stay counted.

    Raises UsageError("not_readable") and UsageError("not_templates"); then nothing was kept.
    """
    desk, known = Desk(vault), {one.name: one for one in reading.templates(vault)}
    added = changed = unchanged = 0
    for given in _given(file):
        before = known.get(given.name)
        if before is None:
            known[given.name] = desk.add_template(
                given.name,
                given.text,
                shortcut=given.shortcut,
                language=given.language,
                channel=given.channel,
            )
            added += 1
            continue
        after = replace(given, id=before.id, version=before.version, used=before.used)
        if after == before:
            unchanged += 1
        else:
            known[given.name] = desk.change_template(after)
            changed += 1
    return ImportReport(added=added, changed=changed, unchanged=unchanged)


def _given(file: Path) -> list[Template]:
    try:
        with file.open("rb") as opened:
            data = opened.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError("not_readable", str(file)) from error
    try:
        document = json.loads(data)
        if document["format"] != _FORMAT or document["version"] != _VERSION:
            raise UsageError("not_templates", str(file))
        return [_template(one) for one in document["templates"][:_MOST]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError("not_templates", str(file)) from error


def _template(given: dict[str, Any]) -> Template:
    fields = {name: given.get(name, "") for name in _FIELDS}
    if not all(isinstance(one, str) and len(one) <= _LONGEST for one in fields.values()):
        raise ValueError
    "".join(fields.values()).encode()  # raises ValueError for halves of letters
    name = " ".join(fields.pop("name").split())
    if not name or not fields["text"].strip():
        raise ValueError
    return Template(id=TemplateId(""), name=name, **fields)
