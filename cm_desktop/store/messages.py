"""Messages of a conversation: pages, single ones, versions, files, and what acts did to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import AccountId, ConversationId, MessageId
from cm_desktop.domain.model import (
    Attachment,
    Direction,
    Message,
    Nature,
    Visibility,
)
from cm_desktop.store import aggregates
from cm_desktop.store.cleaning import clean
from cm_desktop.store.connection import Connection
from cm_desktop.store.conversations import END, person
from cm_desktop.store.rows import (
    listed,
    listed_uids,
    map_of,
    stamp,
    time,
    time_or_none,
    uid_bytes,
    uid_text,
)

_HEAD = """
    SELECT m.id, m.uid, c.uid, a.uid, a.channel, m.remote_id, m.direction, m.text, m.received_ms,
           m.parent, m.public, m.quoted, m.edited_ms, m.deleted_ms, m.visibility, m.nature,
           m.liked, m.unread, m.rating, m.permalink, m.language, m.sentiment, m.context, m.member,
           p.uid, p.name, p.handle, p.remote_id, p.url, p.avatar_url, p.blocked
      FROM message AS m
     CROSS JOIN conversation AS c ON c.id = m.conv_id
     CROSS JOIN account AS a ON a.id = c.account_id
     CROSS JOIN person AS p ON p.id = m.author_id
"""
_PAGE = _HEAD + (
    " WHERE m.conv_id = (SELECT id FROM conversation WHERE uid = ?) AND m.id < ?"
    " ORDER BY m.id DESC LIMIT ?"
)
_BY_UIDS = _HEAD + " WHERE m.uid IN (SELECT unhex(value) FROM json_each(?))"
_NEWEST_IN = _HEAD + (
    " WHERE m.conv_id = (SELECT id FROM conversation WHERE uid = ?) AND m.direction = 'in'"
    " AND m.visibility NOT IN ('spam', 'trashed') AND m.deleted_ms IS NULL"
    " ORDER BY m.id DESC LIMIT 1"
)
_ROW = "SELECT id, conv_id FROM message WHERE uid = ?"
_FILES = """
    SELECT message_id, name, type, size, url, sha256 FROM attachment
     WHERE message_id IN (SELECT value FROM json_each(?))
     ORDER BY message_id, n
"""
_CONTENT = """
    SELECT content FROM attachment
     WHERE message_id = (SELECT id FROM message WHERE uid = ?) AND n = ?
"""
_VERSIONS = """
    SELECT until_ms, text FROM message_version
     WHERE message_id = (SELECT id FROM message WHERE uid = ?) ORDER BY until_ms
"""
_SET_CONTENT = """
    UPDATE attachment SET content = ?, sha256 = ?
     WHERE message_id = (SELECT id FROM message WHERE uid = ?) AND n = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a message said before it was edited, and until when."""

    text: str
    until: datetime


def page(
    connection: Connection, conv: ConversationId, before: MessageId | None = None, limit: int = 200
) -> list[Message]:
    """Return the newest messages of a conversation, or those before one, oldest first.

    Raises UsageError("no_message") for a `before` that does not exist.
    """
    key = END if before is None else row_of(connection, before)
    rows = connection.execute(_PAGE, (uid_bytes(conv), key, limit)).fetchall()
    return _messages(connection, rows[::-1])


def by_id(connection: Connection, message: MessageId) -> Message:
    """Return one message. Raises UsageError("no_message")."""
    found = by_ids(connection, [message])
    if not found:
        raise UsageError("no_message", message)
    return found[0]


def by_ids(connection: Connection, messages: Iterable[MessageId]) -> list[Message]:
    """Return those of some messages that exist, oldest first."""
    rows = connection.execute(_BY_UIDS, (listed_uids(map(uid_bytes, messages)),)).fetchall()
    return _messages(connection, sorted(rows))


def newest_in(connection: Connection, conv: ConversationId) -> Message | None:
    """Return what the other side said last (no spam, nothing deleted), or None."""
    row = connection.execute(_NEWEST_IN, (uid_bytes(conv),)).fetchone()
    return _messages(connection, [row])[0] if row else None


def row_of(connection: Connection, message: MessageId) -> int:
    """Return a message's row, which grows with its time. Raises UsageError("no_message")."""
    row = connection.execute(_ROW, (uid_bytes(message),)).fetchone()
    if row is None:
        raise UsageError("no_message", message)
    return int(row[0])


def versions(connection: Connection, message: MessageId) -> list[Version]:
    """Return what a message said before, oldest first."""
    rows = connection.execute(_VERSIONS, (uid_bytes(message),))
    return [Version(text=text, until=time(until)) for until, text in rows]


def attachment_content(connection: Connection, message: MessageId, n: int) -> bytes | None:
    """Return the bytes of a file (0: the first), or None where they are not kept here."""
    row = connection.execute(_CONTENT, (uid_bytes(message), n)).fetchone()
    return row[0] if row else None


def keep_content(
    connection: Connection, message: MessageId, n: int, content: bytes, sha256: str
) -> bool:
    """Keep the bytes of a file fetched later and return whether there is such a file."""
    values = (content, sha256, uid_bytes(message), n)
    return bool(connection.execute(_SET_CONTENT, values).rowcount)


_SET_VISIBILITY = "UPDATE message SET visibility = ? WHERE id = ?"
_SET_LIKED = "UPDATE message SET liked = ? WHERE id = ?"
_SET_DELETED = "UPDATE message SET deleted_ms = ? WHERE id = ?"
_SET_TEXT = "UPDATE message SET text = ?, edited_ms = ? WHERE id = ?"
_SET_BLOCKED = """
    UPDATE person SET blocked = ? WHERE id = (SELECT author_id FROM message WHERE uid = ?)
"""
_SET_LANGUAGE = "UPDATE message SET language = ? WHERE id = ?"
_SET_SENTIMENT = "UPDATE message SET sentiment = ? WHERE id = ?"
_VERSION = """
    INSERT INTO message_version (message_id, until_ms, text)
    SELECT ?1, max(?2, coalesce((SELECT max(until_ms) + 1 FROM message_version
                                  WHERE message_id = ?1), 0)), text
      FROM message WHERE id = ?1
"""


def set_visibility(connection: Connection, message: MessageId, value: Visibility) -> None:
    """Say what the public sees of a message, after we changed it on the channel."""
    _change(connection, message, _SET_VISIBILITY, value.value)


def set_liked(connection: Connection, message: MessageId, liked: bool) -> None:  # a value
    """Say whether we like a message, after we did so on the channel."""
    _change(connection, message, _SET_LIKED, int(liked))


def set_deleted(connection: Connection, message: MessageId, at: datetime) -> None:
    """Say that we deleted a message on the channel. Its text stays here, labelled."""
    _change(connection, message, _SET_DELETED, stamp(at))


def set_text(connection: Connection, message: MessageId, text: str, at: datetime) -> None:
    """Say that we edited a message on the channel; the old text becomes a version."""
    row = row_of(connection, message)
    connection.execute(_VERSION, (row, stamp(at)))
    _change(connection, message, _SET_TEXT, clean(text), stamp(at))


def set_language(connection: Connection, message: MessageId, language: str | None) -> None:
    """Say in which language a message is written ("de"), as found out here."""
    _change(connection, message, _SET_LANGUAGE, language)


def set_sentiment(connection: Connection, message: MessageId, sentiment: str | None) -> None:
    """Say what mood a message is in, as found out here."""
    _change(connection, message, _SET_SENTIMENT, sentiment)


def set_blocked(connection: Connection, message: MessageId, blocked: bool) -> None:  # a value
    """Say whether the author of a message is blocked on the channel."""
    connection.execute(_SET_BLOCKED, (int(blocked), uid_bytes(message)))


def _change(connection: Connection, message: MessageId, sql: str, *values: Any) -> None:
    found = connection.execute(_ROW, (uid_bytes(message),)).fetchone()
    if found is None:
        raise UsageError("no_message", message)
    row, conv = found
    connection.execute(sql, (*values, row))
    aggregates.refresh(connection, [conv])


def _messages(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> list[Message]:
    files: dict[int, tuple[Attachment, ...]] = {}
    for message, *about in connection.execute(_FILES, (listed(row[0] for row in rows),)):
        files[message] = (*files.get(message, ()), _attachment(about))
    return [_message(row, files.get(row[0], ())) for row in rows]


def _attachment(row: Sequence[Any]) -> Attachment:
    name, kind, size, url, sha256 = row
    return Attachment(name=name, type=kind, size=size, url=url, sha256=sha256)


def _message(row: tuple[Any, ...], files: tuple[Attachment, ...]) -> Message:
    (
        key, uid, conv, account, channel, remote_id, direction, text, received, parent, public,
        quoted, edited, deleted, visibility, nature, liked, unread, rating, permalink, language,
        sentiment, context, member, *author,
    ) = row  # fmt: skip
    return Message(
        id=MessageId(uid_text(uid)),
        conversation=ConversationId(uid_text(conv)),
        account=AccountId(account),
        channel=channel,
        remote_id=remote_id,
        direction=Direction(direction),
        author=person(author),
        text=text,
        created_at=time(key >> 20),
        received_at=time(received),
        parent=MessageId(uid_text(parent)) if parent else None,
        public=bool(public),
        quoted=quoted,
        edited_at=time_or_none(edited),
        deleted_at=time_or_none(deleted),
        visibility=Visibility(visibility),
        nature=Nature(nature),
        liked=bool(liked),
        unread=bool(unread),
        rating=rating,
        permalink=permalink,
        language=language,
        sentiment=sentiment,
        attachments=files,
        context=map_of(context),
        member=member,
    )
