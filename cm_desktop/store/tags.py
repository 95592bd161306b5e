"""Tags of the team: their names and colours, and the conversations they are on."""

from __future__ import annotations

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.model import Tag
from cm_desktop.store.cleaning import clean_name
from cm_desktop.store.connection import Connection
from cm_desktop.store.conversations import row_of
from cm_desktop.store.folding import fold
from cm_desktop.store.rows import uid_bytes

COLOURS = 8  # of the theme; new tags take them in turn

_ALL = "SELECT name, colour FROM tag ORDER BY folded"
_OF = """
    SELECT t.name, t.colour FROM conversation AS c
      JOIN conv_tag AS ct ON ct.conv_id = c.id JOIN tag AS t ON t.id = ct.tag_id
     WHERE c.uid = ? ORDER BY t.folded
"""
_FIND = "SELECT id, name, colour FROM tag WHERE folded = ?"
_NEW = """
    INSERT INTO tag (name, folded, colour)
    SELECT ?1, ?2, coalesce(max(id), 0) % ?3 FROM tag
"""
_PUT = """
    INSERT OR IGNORE INTO conv_tag (tag_id, last_id, conv_id)
    SELECT ?, last_id, id FROM conversation WHERE id = ?
"""
_TAKE = "DELETE FROM conv_tag WHERE conv_id = ? AND tag_id = ?"
_RENAME = "UPDATE tag SET name = ?, folded = ? WHERE id = ?"
_COLOUR = "UPDATE tag SET colour = ? WHERE folded = ?"
_REMOVE = "DELETE FROM tag WHERE folded = ?"
_MERGE = "INSERT OR IGNORE INTO conv_tag SELECT ?, last_id, conv_id FROM conv_tag WHERE tag_id = ?"
_REMOVE_ROW = "DELETE FROM tag WHERE id = ?"


def list_all(connection: Connection) -> list[Tag]:
    """Return every tag by name."""
    return [Tag(name=name, colour=colour) for name, colour in connection.execute(_ALL)]


def of(connection: Connection, conv: ConversationId) -> list[Tag]:
    """Return the tags of a conversation by name."""
    rows = connection.execute(_OF, (uid_bytes(conv),))
    return [Tag(name=name, colour=colour) for name, colour in rows]


def tag(connection: Connection, conv: ConversationId, name: str) -> bool:
    """Put a tag on a conversation and return whether it was not there before.

    A name that differs only in case or spelling (`Ä`, `ae`) is the same tag. Raises
    UsageError("no_conversation") and UsageError("no_name").
    """
    row = row_of(connection, conv)
    tag_row = _row(connection, name) or _add(connection, name)
    return bool(connection.execute(_PUT, (tag_row, row)).rowcount)


def untag(connection: Connection, conv: ConversationId, name: str) -> bool:
    """Take a tag off a conversation and return whether it was there."""
    row = row_of(connection, conv)
    return bool(connection.execute(_TAKE, (row, _row(connection, name))).rowcount)


def add(connection: Connection, name: str) -> Tag:
    """Return the tag of that name, made where there is none. Raises UsageError("no_name")."""
    if _row(connection, name) is None:
        _add(connection, name)
    return by_name(connection, name)


def by_name(connection: Connection, name: str) -> Tag:
    """Return the tag of that name. Raises UsageError("no_tag")."""
    found = connection.execute(_FIND, (_folded(name),)).fetchone()
    if found is None:
        raise UsageError("no_tag", name)
    return Tag(name=found[1], colour=found[2])


def rename(connection: Connection, name: str, to: str) -> Tag:
    """Give a tag another name; where another tag has it, both become one.

    Raises UsageError("no_tag") and UsageError("no_name").
    """
    by_name(connection, name)
    row, other = _row(connection, name), _row(connection, to)
    if other is not None and other != row:
        connection.execute(_MERGE, (other, row))
        connection.execute(_REMOVE_ROW, (row,))
    else:
        connection.execute(_RENAME, (_shown(to), _folded(to), row))
    return by_name(connection, to)


def set_colour(connection: Connection, name: str, colour: int) -> None:
    """Give a tag another colour. Raises UsageError("no_tag")."""
    if not connection.execute(_COLOUR, (colour, _folded(name))).rowcount:
        raise UsageError("no_tag", name)


def remove(connection: Connection, name: str) -> bool:
    """Remove a tag from everywhere and return whether there was one."""
    return bool(connection.execute(_REMOVE, (_folded(name),)).rowcount)


def _add(connection: Connection, name: str) -> int:
    connection.execute(_NEW, (_shown(name), _folded(name), COLOURS))
    row = _row(connection, name)
    return 0 if row is None else row


def _row(connection: Connection, name: str) -> int | None:
    found = connection.execute(_FIND, (_folded(name),)).fetchone()
    return found[0] if found else None


def _shown(name: str) -> str:
    shown = " ".join(clean_name(name).split())
    if not shown:
        raise UsageError("no_name")
    return shown


def _folded(name: str) -> str:
    """Return what makes a name unique; one without any letter is compared as it is."""
    return fold(name) or " ".join(clean_name(name).split())
