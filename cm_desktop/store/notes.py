"""Notes: internal text on a conversation. Nothing here knows a channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import ConversationId, NoteId
from cm_desktop.domain.model import Note
from cm_desktop.store.cleaning import clean
from cm_desktop.store.connection import Connection
from cm_desktop.store.conversations import row_of
from cm_desktop.store.folding import fold
from cm_desktop.store.rows import stamp, time, uid_bytes, uid_text

_HEAD = """
    SELECT n.uid, c.uid, n.member, n.text, n.created_ms
      FROM note AS n CROSS JOIN conversation AS c ON c.id = n.conv_id
"""
_OF = (
    _HEAD
    + " WHERE n.conv_id = (SELECT id FROM conversation WHERE uid = ?) AND n.removed_ms IS NULL"
    + " ORDER BY n.created_ms, n.id"
)
_ONE = _HEAD + " WHERE n.uid = ? AND n.removed_ms IS NULL"
_ADD = "INSERT INTO note (uid, conv_id, member, text, created_ms) VALUES (?, ?, ?, ?, ?)"
_REMOVE = "UPDATE note SET removed_ms = ? WHERE uid = ? AND removed_ms IS NULL"
_RESTORE = "UPDATE note SET removed_ms = NULL WHERE uid = ? AND removed_ms IS NOT NULL"
_ROW = "SELECT id, text FROM note WHERE uid = ?"
_INDEX = "INSERT INTO note_fts (rowid, text) VALUES (?, ?)"
_UNINDEX = "DELETE FROM note_fts WHERE rowid = ?"


def of(connection: Connection, conv: ConversationId) -> list[Note]:
    """Return the notes of a conversation, oldest first."""
    return [_note(row) for row in connection.execute(_OF, (uid_bytes(conv),))]


def by_id(connection: Connection, note: NoteId) -> Note:
    """Return one note. Raises UsageError("no_note"), also for a removed one."""
    row = connection.execute(_ONE, (note,)).fetchone()
    if row is None:
        raise UsageError("no_note", note)
    return _note(row)


def add(connection: Connection, note: Note) -> Note:
    """Add a note, found by search at once. Raises UsageError("no_conversation")."""
    row = row_of(connection, note.conversation)
    values = (note.id, row, note.member, clean(note.text), stamp(note.created_at))
    connection.execute(_ADD, values)
    _index(connection, note.id)
    return by_id(connection, note.id)


def remove(connection: Connection, note: NoteId, now: datetime) -> Note:
    """Take a note away and return it; `restore` brings it back. Raises UsageError("no_note")."""
    removed = by_id(connection, note)
    connection.execute(_REMOVE, (stamp(now), note))
    row, _text = connection.execute(_ROW, (note,)).fetchone()
    connection.execute(_UNINDEX, (row,))
    return removed


def restore(connection: Connection, note: NoteId) -> Note:
    """Bring a removed note back. Raises UsageError("no_note")."""
    if connection.execute(_RESTORE, (note,)).rowcount:
        _index(connection, note)
    return by_id(connection, note)


def _index(connection: Connection, note: NoteId) -> None:
    row, text = connection.execute(_ROW, (note,)).fetchone()
    connection.execute(_INDEX, (row, fold(text)))


def _note(row: Sequence[Any]) -> Note:
    uid, conv, member, text, created = row
    return Note(
        id=NoteId(uid),
        conversation=ConversationId(uid_text(conv)),
        member=member,
        text=text,
        created_at=time(created),
    )
