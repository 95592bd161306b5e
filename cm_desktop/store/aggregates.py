"""What a conversation's row says about its messages: newest, author, preview, unread."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cm_desktop.store.connection import Connection

PREVIEW = 300  # code points
_READ = 1200  # code points looked at for it: blanks are squeezed first

_NEWEST = """
    SELECT id, substr(text, 1, 1200), direction, author_id FROM message
     WHERE conv_id = ? AND visibility NOT IN ('spam', 'trashed')
     ORDER BY id DESC LIMIT 1
"""
_NEWEST_ANY = """
    SELECT id, substr(text, 1, 1200), direction, author_id FROM message
     WHERE conv_id = ? ORDER BY id DESC LIMIT 1
"""
_SPOKE_LAST = """
    SELECT author_id FROM message
     WHERE conv_id = ? AND direction = 'in' AND visibility NOT IN ('spam', 'trashed')
     ORDER BY id DESC LIMIT 1
"""
_SPOKE_LAST_ANY = """
    SELECT author_id FROM message WHERE conv_id = ? AND direction = 'in' ORDER BY id DESC LIMIT 1
"""
_BEGAN = "SELECT author_id FROM message WHERE conv_id = ? ORDER BY id LIMIT 1"
_FILE = "SELECT name FROM attachment WHERE message_id = ? ORDER BY n LIMIT 1"
_COUNT = """
    SELECT count(*),
           coalesce(sum(unread AND direction = 'in' AND visibility NOT IN ('spam', 'trashed')), 0)
      FROM message WHERE conv_id = ?
"""
_UPDATE = """
    UPDATE conversation
       SET last_id = ?, author_id = ?, preview = ?, preview_out = ?, n = ?, unread = ?
     WHERE id = ?
"""
_DROP_EMPTY = "DELETE FROM conversation WHERE id = ?"


class Newest(NamedTuple):
    """The part of a conversation's row that follows from its newest messages."""

    last_id: int
    author: int
    preview: str
    out: bool


def newest(connection: Connection, conv: int) -> Newest | None:
    """Return what the newest message says, or None for a conversation without messages.

    Spam and trash count only where there is nothing else. The author is who spoke to us
    last, else who began.
    """
    spoke_last = _SPOKE_LAST
    row = connection.execute(_NEWEST, (conv,)).fetchone()
    if row is None:
        spoke_last = _SPOKE_LAST_ANY
        row = connection.execute(_NEWEST_ANY, (conv,)).fetchone()
    if row is None:
        return None
    key, text, direction, author = row
    out = direction == "out"
    if out:
        other = connection.execute(spoke_last, (conv,)).fetchone()
        author = (other or connection.execute(_BEGAN, (conv,)).fetchone())[0]
    return Newest(key, author, _preview(connection, key, text), out)


def counted(connection: Connection, conv: int) -> tuple[int, int]:
    """Return how many messages a conversation has, and how many of them are unread."""
    n, unread = connection.execute(_COUNT, (conv,)).fetchone()
    return n, unread


def refresh(connection: Connection, convs: Iterable[int]) -> None:
    """Compute the rows of conversations anew; one without any message left is dropped."""
    for conv in convs:
        now = newest(connection, conv)
        if now is None:
            connection.execute(_DROP_EMPTY, (conv,))
        else:
            n, unread = counted(connection, conv)
            write(connection, conv, now, n, unread)


def write(connection: Connection, conv: int, now: Newest, n: int, unread: int) -> None:
    """Write what was computed into a conversation's row."""
    values = (now.last_id, now.author, now.preview, now.out, n, unread, conv)
    connection.execute(_UPDATE, values)


def _preview(connection: Connection, message: int, text: str) -> str:
    squeezed = " ".join(text.split())[:PREVIEW]
    if squeezed:
        return squeezed
    file = connection.execute(_FILE, (message,)).fetchone()
    return f"\N{PAPERCLIP} {file[0]}"[:PREVIEW] if file else ""
