"""Handoffs: who gave a conversation to whom, what was asked, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import ConversationId, HandoffId
from cm_desktop.domain.model import Handoff, HandoffState
from cm_desktop.store.cleaning import clean
from cm_desktop.store.connection import Connection
from cm_desktop.store.conversations import row_of
from cm_desktop.store.rows import (
    stamp,
    stamp_or_none,
    time,
    time_or_none,
    uid_bytes,
    uid_text,
)

_HEAD = """
    SELECT h.uid, c.uid, h.sender, h.receiver, h.asked, h.created_ms, h.until_ms, h.state,
           h.answered_ms, h.answer
      FROM handoff AS h CROSS JOIN conversation AS c ON c.id = h.conv_id
"""
_OF = (
    _HEAD
    + " WHERE h.conv_id = (SELECT id FROM conversation WHERE uid = ?) ORDER BY h.created_ms, h.id"
)
_ONE = _HEAD + " WHERE h.uid = ?"
_ASKED = _HEAD + " WHERE h.state = 'asked' AND h.receiver = ? ORDER BY h.created_ms"
_ADD = """
    INSERT INTO handoff (uid, conv_id, sender, receiver, asked, created_ms, until_ms, state)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_ANSWER = "UPDATE handoff SET state = ?, answered_ms = ?, answer = ? WHERE uid = ?"
_REMOVE = "DELETE FROM handoff WHERE uid = ?"


def of(connection: Connection, conv: ConversationId) -> list[Handoff]:
    """Return the handoffs of a conversation, oldest first."""
    return [_handoff(row) for row in connection.execute(_OF, (uid_bytes(conv),))]


def by_id(connection: Connection, handoff: HandoffId) -> Handoff:
    """Return one handoff. Raises UsageError("no_handoff")."""
    row = connection.execute(_ONE, (handoff,)).fetchone()
    if row is None:
        raise UsageError("no_handoff", handoff)
    return _handoff(row)


def asked_of(connection: Connection, member: str) -> list[Handoff]:
    """Return the handoffs that wait for a member's answer, oldest first."""
    return [_handoff(row) for row in connection.execute(_ASKED, (member,))]


def add(connection: Connection, handoff: Handoff) -> Handoff:
    """Keep that a conversation was handed over. Raises UsageError("no_conversation")."""
    row = row_of(connection, handoff.conversation)
    said = (handoff.sender, handoff.receiver, clean(handoff.asked))
    times = (stamp(handoff.created_at), stamp_or_none(handoff.until))
    connection.execute(_ADD, (handoff.id, row, *said, *times, handoff.state.value))
    return by_id(connection, handoff.id)


def answer(
    connection: Connection,
    handoff: HandoffId,
    state: HandoffState,
    *,
    answer: str = "",
    now: datetime,
) -> Handoff:
    """Keep what became of a handoff and return it. Raises UsageError("no_handoff").

    ASKED takes an answer back.
    """
    at = None if state is HandoffState.ASKED else stamp(now)
    connection.execute(_ANSWER, (state.value, at, clean(answer), handoff))
    return by_id(connection, handoff)


def remove(connection: Connection, handoff: HandoffId) -> bool:
    """Take a handoff back as if it had never been; return whether there was one."""
    return bool(connection.execute(_REMOVE, (handoff,)).rowcount)


def _handoff(row: Sequence[Any]) -> Handoff:
    uid, conv, sender, receiver, asked, created, until, state, answered, said = row
    return Handoff(
        id=HandoffId(uid),
        conversation=ConversationId(uid_text(conv)),
        sender=sender,
        receiver=receiver,
        asked=asked,
        created_at=time(created),
        until=time_or_none(until),
        state=HandoffState(state),
        answered_at=time_or_none(answered),
        answer=said,
    )
