"""What a channel allows: abilities, text limits, reply windows, how long we may keep things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from cm_desktop.domain.model import Kind


class Ability(StrEnum):
    """Something that can be done on a channel. Values equal the outbox kinds that do it."""

    REPLY = "reply"
    PRIVATE = "private"
    EDIT = "edit"
    HIDE = "hide"
    DELETE = "delete"
    LIKE = "like"
    BLOCK = "block"
    APPROVE = "approve"
    HOLD = "hold"
    SPAM = "spam"
    MUTE = "mute"
    REPORT = "report"


class TextUnit(StrEnum):
    """How a channel counts a text's length."""

    CHARACTERS = "characters"  # Unicode code points
    UTF16 = "utf16"
    BYTES = "bytes"  # UTF-8
    GRAPHEMES = "graphemes"
    WEIGHTED = "weighted"  # X: most of Europe's letters 1, others 2, links 23
    MASTODON = "mastodon"  # code points, links 23, remote mentions without their host


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPolicy:
    """The rules of one account on its channel. The window enables and explains from it."""

    abilities: frozenset[Ability]
    own_only: frozenset[Ability] = frozenset()  # of these: for messages of ours alone
    # The channel takes no answer from programs: a person gives it on the channel's own page
    # and says so here. REPLY is among the abilities all the same.
    answered_there: bool = False
    text_limit: int | None = None  # in `text_unit`; None: no limit worth counting
    text_unit: TextUnit = TextUnit.CHARACTERS
    byte_limit: int | None = None  # UTF-8 bytes, where the channel limits both
    # After the other side's last message, in conversations of a kind; others have no window.
    reply_windows: Mapping[Kind, timedelta] = field(default_factory=dict)
    retention: timedelta | None = None  # how long texts of others may be kept
    bulk_allowed: bool = True
    poll_seconds: int = 120  # shortest sensible interval between two fetches
    can_read_back: bool = True  # whether a send whose answer got lost can be looked up
    repeat_is_safe: bool = False  # whether the channel drops a repeated send by our key
    simulated: bool = False  # the demo: nobody outside is reached

    def may(self, ability: Ability) -> bool:
        """Return whether an ability is there."""
        return ability in self.abilities

    def window_left(self, kind: Kind, last_in: datetime, now: datetime) -> timedelta | None:
        """Return the time left to answer (negative: over), or None without a window."""
        window = self.reply_windows.get(kind)
        return None if window is None else last_in + window - now

    @property
    def shortest_window(self) -> timedelta | None:
        """The shortest time to answer in any kind of conversation, or None without a window."""
        return min(self.reply_windows.values(), default=None)
