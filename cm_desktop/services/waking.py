"""Snoozed conversations come back when their time has come."""

from __future__ import annotations

from datetime import datetime

from cm_desktop.domain.ids import ConversationId
from cm_desktop.services.vault import Vault
from cm_desktop.store import conversations, events


def wake_snoozed(vault: Vault, now: datetime) -> list[ConversationId]:
    """Open every conversation whose snoozing is over and return them, the first due first."""
    with vault.db.writing() as connection:
        woken = conversations.wake(connection, now)
        for conversation in woken:
            events.append(connection, "woken", conv_id=conversation, body={}, at=now)
        events.seal(connection)
    return woken
