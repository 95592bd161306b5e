"""The rows of messages as `keep` reads, compares and writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cm_desktop.domain.events import MessageSeen, SeenAttachment
from cm_desktop.domain.model import Direction
from cm_desktop.store.cleaning import clean, clean_address, clean_map, clean_name, sane_stamp
from cm_desktop.store.connection import Connection
from cm_desktop.store.rows import listed, listed_uids

JUNK = frozenset({"spam", "trashed"})
_HASH_BITS = 20
_HASH_MASK = (1 << _HASH_BITS) - 1

_KNOWN = """
    SELECT uid, id, conv_id, direction, text, quoted, edited_ms, deleted_ms, visibility, nature,
           liked, unread, rating, permalink, language, public, parent, context
      FROM message
     WHERE uid IN (SELECT unhex(value) FROM json_each(?))
"""
_TAKEN = "SELECT id FROM message WHERE id IN (SELECT value FROM json_each(?))"
_INSERT = """
    INSERT INTO message (id, uid, conv_id, author_id, parent, remote_id, direction, public, text,
                         quoted, received_ms, edited_ms, visibility, nature, liked, unread,
                         rating, permalink, language, member, context)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_CHANGE = """
    UPDATE message
       SET text = ?, quoted = ?, edited_ms = ?, visibility = ?, nature = ?, liked = ?, unread = ?,
           rating = ?, permalink = ?, language = ?, public = ?, parent = ?, context = ?
     WHERE id = ?
"""
_VERSION = """
    INSERT INTO message_version (message_id, until_ms, text)
    SELECT ?1, max(?2, coalesce((SELECT max(until_ms) + 1 FROM message_version
                                  WHERE message_id = ?1), 0)), ?3
"""
_BURY = "UPDATE message SET deleted_ms = ? WHERE id = ?"
_ATTACH = """
    INSERT INTO attachment (message_id, n, name, type, size, url, sha256, content)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE
       SET name = excluded.name, type = excluded.type, size = excluded.size, url = excluded.url,
           sha256 = iif(excluded.sha256 = '', sha256, excluded.sha256),
           content = coalesce(excluded.content, content)
     WHERE (name, type, size, url) IS NOT
           (excluded.name, excluded.type, excluded.size, excluded.url)
        OR (excluded.content IS NOT NULL AND content IS NULL)
"""


class Known(NamedTuple):
    """A message as it lies in the vault, as far as a channel can change it."""

    id: int
    conv: int
    direction: str
    text: str
    quoted: str
    edited: int | None
    deleted: int | None
    visibility: str
    nature: str
    liked: int
    unread: int
    rating: int | None
    permalink: str
    language: str | None
    public: int
    parent: bytes | None
    context: str


@dataclass(slots=True, kw_only=True)
class NewRow:
    """A message on its way in; the keeper fills in what it belongs to."""

    id: int
    uid: bytes
    remote_id: str
    direction: str
    public: int
    text: str
    quoted: str
    received: int
    edited: int | None
    visibility: str
    nature: str
    liked: int
    unread: int
    rating: int | None
    permalink: str
    language: str | None
    context: str
    conv: int = 0
    author: int = 0
    parent: bytes | None = None
    member: str = ""


def known(connection: Connection, uids: Sequence[bytes]) -> dict[bytes, Known]:
    """Return those of the messages that are kept already."""
    found = connection.execute(_KNOWN, (listed_uids(uids),))
    return {uid: Known(*row) for uid, *row in found.fetchall()}


def new_rows(connection: Connection, new: Mapping[bytes, MessageSeen], now_ms: int) -> list[NewRow]:
    """Return a row for each new message, in the same order, with keys nobody else has.

    Source of the rule: decision 5 of the architecture; two messages of one millisecond may
    share their 20 bits, so the next free key is taken.
    """
    rows = [_new_row(uid, event, now_ms) for uid, event in new.items()]
    keys = [row.id for row in rows]
    taken = {row[0] for row in connection.execute(_TAKEN, (listed(keys),))}
    if not taken and len(set(keys)) == len(keys):
        return rows
    for row in rows:
        while row.id in taken or connection.execute(_TAKEN, (f"[{row.id}]",)).fetchone():
            row.id += 1
        taken.add(row.id)
    return rows


def insert(connection: Connection, rows: Iterable[NewRow]) -> None:
    """Insert new messages, oldest first."""
    connection.executemany(_INSERT, [_values(row) for row in sorted(rows, key=_key)])


def merged(before: Known, event: MessageSeen, parent: bytes | None, now_ms: int) -> Known:
    """Return a known message with what the channel says of it now; an older edition says nothing.

    What the channel leaves out stays. A deleted message stays deleted. Our own words count
    as changed only if more than blanks differ: channels like to wrap them anew.
    """
    edited = None if event.edited_at is None else sane_stamp(event.edited_at, now_ms)
    if edited is not None and before.edited is not None and edited < before.edited:
        return before
    text = clean(event.text)
    if before.direction == Direction.OUT and text.split() == before.text.split():
        text = before.text
    return before._replace(
        text=text,
        quoted=clean(event.quoted) or before.quoted,
        edited=before.edited if edited is None else edited,
        visibility=event.visibility.value,
        nature=event.nature.value,
        liked=int(event.liked),
        unread=0 if event.seen_by_us else before.unread,
        rating=_stars(event.rating) or before.rating,
        permalink=clean_address(event.permalink) or before.permalink,
        language=before.language if event.language is None else clean_name(event.language),
        public=int(event.public),
        parent=before.parent if parent is None else parent,
        context=clean_map(event.context) if event.context else before.context,
    )


def change(connection: Connection, changes: Sequence[tuple[Known, Known]], now_ms: int) -> None:
    """Write changed messages; an old text is kept with the time until which it stood."""
    versions = [
        (before.id, after.edited or now_ms, before.text)
        for before, after in changes
        if before.text != after.text
    ]
    connection.executemany(_VERSION, versions)
    connection.executemany(_CHANGE, [_changed_values(after) for _before, after in changes])


def bury(connection: Connection, message: int, at_ms: int) -> None:
    """Mark a message as gone from its channel."""
    connection.execute(_BURY, (at_ms, message))


def attach(connection: Connection, messages: Iterable[tuple[int, MessageSeen]]) -> None:
    """Keep the files of messages; a content once kept stays."""
    rows = [
        _file(message, n, file)
        for message, event in messages
        for n, file in enumerate(event.attachments)
    ]
    connection.executemany(_ATTACH, rows)


def _new_row(uid: bytes, event: MessageSeen, now_ms: int) -> NewRow:
    created = sane_stamp(event.created_at, now_ms)
    incoming = event.direction is Direction.IN
    return NewRow(
        id=created << _HASH_BITS | int.from_bytes(uid[:3], "big") & _HASH_MASK,
        uid=uid,
        remote_id=clean(event.remote_id),
        direction=event.direction.value,
        public=int(event.public),
        text=clean(event.text),
        quoted=clean(event.quoted),
        received=now_ms,
        edited=None if event.edited_at is None else sane_stamp(event.edited_at, now_ms),
        visibility=event.visibility.value,
        nature=event.nature.value,
        liked=int(event.liked),
        unread=int(incoming and not event.seen_by_us),
        rating=_stars(event.rating),
        permalink=clean_address(event.permalink),
        language=None if event.language is None else clean_name(event.language),
        context=clean_map(event.context),
    )


def _stars(rating: int | None) -> int | None:
    return rating if rating is not None and 1 <= rating <= 5 else None


def _key(row: NewRow) -> int:
    return row.id


def _values(row: NewRow) -> tuple[object, ...]:
    return (
        row.id, row.uid, row.conv, row.author, row.parent, row.remote_id, row.direction,
        row.public, row.text, row.quoted, row.received, row.edited, row.visibility, row.nature,
        row.liked, row.unread, row.rating, row.permalink, row.language, row.member, row.context,
    )  # fmt: skip


def _changed_values(row: Known) -> tuple[object, ...]:
    return (
        row.text, row.quoted, row.edited, row.visibility, row.nature, row.liked, row.unread,
        row.rating, row.permalink, row.language, row.public, row.parent, row.context, row.id,
    )  # fmt: skip


def _file(message: int, n: int, file: SeenAttachment) -> tuple[object, ...]:
    about, content = file.about, file.content
    size = about.size if about.size is not None and 0 <= about.size < 1 << 62 else None
    sha256 = about.sha256 or ("" if content is None else hashlib.sha256(content).hexdigest())
    return (
        message, n, clean_name(about.name), clean_name(about.type), size,
        clean_address(about.url), clean_name(sha256), content,
    )  # fmt: skip
