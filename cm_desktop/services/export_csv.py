"""Write the log as a table: one row a message or note.

Two dialects: RFC 4180 for programs, and the one that a German Excel opens by a double
click (semicolons, byte order mark, local times, headings in the user's language). Cells
that a spreadsheet would take for a formula are defused with an apostrophe (OWASP ASVS 5,
1.2.10).
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from cm_desktop.domain.model import Attachment, Message, Note
from cm_desktop.i18n import _
from cm_desktop.services.contract_json import stamp
from cm_desktop.services.log_records import LogEntry

# What a spreadsheet may take for the start of a formula, full-width forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", *"\uff1d\uff0b\uff0d\uff20")
# What programs may leave out before they look: blanks and letters without a picture.
_UNSEEN = re.compile(
    r"^[\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+"
)
_EXCEL_CELL = 32_767  # characters; Excel splits longer cells of a CSV into new rows


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of reader wants its table."""

    delimiter: str
    mark: bytes  # byte order mark, or nothing
    time: Callable[[datetime | None], str]
    heading: Callable[[str], str]
    longest: int | None  # characters in a cell


def _utc(at: datetime | None) -> str:
    return stamp(at) or ""


def _local(at: datetime | None) -> str:
    return "" if at is None else at.astimezone().strftime("%d.%m.%Y %H:%M:%S")


def _english(name: str) -> str:
    return name


PLAIN = Dialect(",", b"", _utc, _english, None)


def excel_dialect() -> Dialect:
    """Return the dialect that a German Excel opens as it should."""
    return Dialect(";", b"\xef\xbb\xbf", _local, lambda name: _headings()[name], _EXCEL_CELL)


COLUMNS = (
    "client", "channel", "account", "conversation", "conversation_title", "kind", "status",
    "assignee", "tags", "post_title", "post_url", "message", "remote_id", "parent", "type",
    "direction", "public", "visibility", "created_at", "received_at", "edited_at", "deleted_at",
    "author", "author_handle", "author_id", "member", "text", "quoted", "rating", "language",
    "liked", "attachments", "permalink",
)  # fmt: skip


def write_csv(
    entries: Iterable[LogEntry], client: str, dialect: Dialect, file: BinaryIO
) -> Counter[str]:
    """Write all rows; return how many records of each type were written."""
    file.write(dialect.mark)
    text = io.TextIOWrapper(file, "utf-8", errors="replace", newline="", write_through=True)
    table = csv.writer(text, delimiter=dialect.delimiter, quoting=csv.QUOTE_ALL)
    table.writerow([dialect.heading(name) for name in COLUMNS])
    counts = Counter[str]()
    for entry in entries:
        counts["conversation"] += 1
        for kind, row in _rows(entry, client, dialect):
            counts[kind] += 1
            table.writerow(_cells(row, dialect))
    text.detach()
    return counts


def safe_cell(value: str) -> str:
    """Return a cell's text such that no spreadsheet computes anything from it."""
    text = value.replace("\0", "")
    dangerous = value.startswith(_FORMULA) or _UNSEEN.sub("", text).startswith(_FORMULA)
    return f"'{text}" if dangerous else text


def _cells(row: dict[str, str], dialect: Dialect) -> Sequence[str]:
    cells = [safe_cell(row.get(name, "")) for name in COLUMNS]
    if dialect.longest is None:
        return cells
    return [_cut(cell, dialect.longest) for cell in cells]


def _cut(cell: str, longest: int) -> str:
    if len(cell) <= longest:
        return cell
    note = " … " + _("(cut; the whole text is in the JSONL export)")
    return cell[: longest - len(note)] + note


def _rows(entry: LogEntry, client: str, dialect: Dialect) -> Iterator[tuple[str, dict[str, str]]]:
    about = _about(entry, client)
    both: list[Message | Note] = [*entry.messages, *entry.notes]
    for one in sorted(both, key=lambda one: one.created_at):
        if isinstance(one, Message):
            yield "message", about | _message(one, dialect)
        else:
            yield "note", about | _note(one, dialect)


def _about(entry: LogEntry, client: str) -> dict[str, str]:
    conversation = entry.conversation
    post = conversation.post
    return {
        "client": client,
        "channel": conversation.channel,
        "account": entry.account.title,
        "conversation": conversation.id,
        "conversation_title": conversation.title,
        "kind": conversation.kind,
        "status": conversation.status,
        "assignee": conversation.assignee or "",
        "tags": ", ".join(tag.name for tag in conversation.tags),
        "post_title": post.title if post else "",
        "post_url": post.url if post else "",
    }


def _message(message: Message, dialect: Dialect) -> dict[str, str]:
    return {
        "message": message.id,
        "remote_id": message.remote_id,
        "parent": message.parent or "",
        "type": "message" if message.nature == "person" else message.nature,
        "direction": message.direction,
        "public": "1" if message.public else "0",
        "visibility": "deleted" if message.deleted_at else message.visibility,
        "created_at": dialect.time(message.created_at),
        "received_at": dialect.time(message.received_at),
        "edited_at": dialect.time(message.edited_at),
        "deleted_at": dialect.time(message.deleted_at),
        "author": message.author.name,
        "author_handle": message.author.handle,
        "author_id": message.author.id,
        "member": message.member,
        "text": message.text,
        "quoted": message.quoted,
        "rating": "" if message.rating is None else str(message.rating),
        "language": message.language or "",
        "liked": "1" if message.liked else "0",
        "attachments": "; ".join(_attachment(one) for one in message.attachments),
        "permalink": message.permalink,
    }


def _note(note: Note, dialect: Dialect) -> dict[str, str]:
    return {
        "message": note.id,
        "type": "note",
        "public": "0",
        "created_at": dialect.time(note.created_at),
        "member": note.member,
        "text": note.text,
    }


def _attachment(attachment: Attachment) -> str:
    size = "" if attachment.size is None else f", {attachment.size} B"
    digest = f", SHA-256 {attachment.sha256}" if attachment.sha256 else ""
    return f"{attachment.name} ({attachment.type}{size}{digest})"


def _headings() -> dict[str, str]:
    return {
        "client": _("Client"),
        "channel": _("Channel"),
        "account": _("Account"),
        "conversation": _("Conversation"),
        "conversation_title": _("Subject"),
        "kind": _("Kind"),
        "status": _("Status"),
        "assignee": _("Assigned to"),
        "tags": _("Tags"),
        "post_title": _("Post"),
        "post_url": _("Address of the post"),
        "message": _("Message"),
        "remote_id": _("Number on the channel"),
        "parent": _("Answer to"),
        "type": _("Type"),
        "direction": _("Direction"),
        "public": _("Public"),
        "visibility": _("Visibility"),
        "created_at": _("Written at"),
        "received_at": _("Received at"),
        "edited_at": _("Edited at"),
        "deleted_at": _("Deleted at"),
        "author": _("Author"),
        "author_handle": _("Author's handle"),
        "author_id": _("Author's number"),
        "member": _("Member of the team"),
        "text": _("Text"),
        "quoted": _("Quoted text"),
        "rating": _("Stars"),
        "language": _("Language"),
        "liked": _("Liked"),
        "attachments": _("Attachments"),
        "permalink": _("Address of the message"),
    }
