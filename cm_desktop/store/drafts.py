"""Drafts: text being written, one for each conversation and mode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cm_desktop.domain.ids import ConversationId, MessageId
from cm_desktop.domain.model import Draft
from cm_desktop.store.cleaning import clean
from cm_desktop.store.connection import Connection
from cm_desktop.store.conversations import row_of
from cm_desktop.store.rows import stamp, time, uid_bytes, uid_text

_HEAD = """
    SELECT c.uid, d.mode, d.text, d.parent, d.changed_ms
      FROM draft AS d CROSS JOIN conversation AS c ON c.id = d.conv_id
"""
_OF = _HEAD + " WHERE d.conv_id = (SELECT id FROM conversation WHERE uid = ?) ORDER BY d.mode"
_SAVE = """
    INSERT INTO draft (conv_id, mode, text, parent, changed_ms) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE
       SET text = excluded.text, parent = excluded.parent, changed_ms = excluded.changed_ms
"""
_DROP = "DELETE FROM draft WHERE conv_id = (SELECT id FROM conversation WHERE uid = ?) AND mode = ?"


def of(connection: Connection, conv: ConversationId) -> list[Draft]:
    """Return the drafts of a conversation."""
    return [_draft(row) for row in connection.execute(_OF, (uid_bytes(conv),))]


def by_mode(connection: Connection, conv: ConversationId, mode: str = "reply") -> Draft | None:
    """Return the draft of a mode, or None."""
    return next((draft for draft in of(connection, conv) if draft.mode == mode), None)


def save(connection: Connection, draft: Draft) -> None:
    """Keep a draft in place of the one of its mode. Raises UsageError("no_conversation")."""
    row = row_of(connection, draft.conversation)
    parent = uid_bytes(draft.parent) if draft.parent else None
    values = (row, draft.mode, clean(draft.text), parent, stamp(draft.changed_at))
    connection.execute(_SAVE, values)


def drop(connection: Connection, conv: ConversationId, mode: str = "reply") -> Draft | None:
    """Remove the draft of a mode and return it, or None."""
    dropped = by_mode(connection, conv, mode)
    connection.execute(_DROP, (uid_bytes(conv), mode))
    return dropped


def _draft(row: Sequence[Any]) -> Draft:
    conv, mode, text, parent, changed = row
    return Draft(
        conversation=ConversationId(uid_text(conv)),
        text=text,
        changed_at=time(changed),
        mode=mode,
        parent=MessageId(uid_text(parent)) if parent else None,
    )
