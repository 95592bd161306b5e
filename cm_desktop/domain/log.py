"""What the event log holds: one entry for each decision and each thing a channel said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from cm_desktop.domain.ids import ConversationId, EventId


class MessageEvent(StrEnum):
    """Kinds of entries that say what a channel said; all others are decisions."""

    KEPT = "message_kept"
    CHANGED = "message_changed"  # text, or what the public sees of it
    GONE = "message_gone"
    REOPENED = "reopened"  # a new message took the conversation back to the open ones


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """One entry of the log. `body` holds ids, hashes and decisions, never text of others."""

    seq: int  # place in this device's chain, from 1
    kind: str
    at: datetime
    member: str = ""  # empty: the channel, or the program by itself
    conversation: ConversationId | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    id: EventId | None = None  # the same on every device; only decisions have one
    hash: str = ""  # hex


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """What checking the log found."""

    events: int
    seals: int
    broken_at: int | None = None  # seq of the first entry that is not as it was written
    unsealed: int = 0  # entries after the last signature

    @property
    def intact(self) -> bool:
        """Whether every entry is as it was written and every signature is ours."""
        return self.broken_at is None
