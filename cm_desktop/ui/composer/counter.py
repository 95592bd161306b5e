"""Says how much room is left in a reply, and how long a channel still accepts one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QWidget

from cm_desktop.domain.model import Direction
from cm_desktop.domain.policy import ChannelPolicy, TextUnit
from cm_desktop.domain.text_length import room_left
from cm_desktop.i18n import _, ngettext
from cm_desktop.ui import dates
from cm_desktop.ui.context import Context
from cm_desktop.ui.labels import PlainLabel, set_tooltip

if TYPE_CHECKING:
    from cm_desktop.services.reading import Thread

_ALWAYS_TOLD = 1_000  # a limit up to this is always counted down
_TIGHT = 200  # of a larger one, the last so many are told
_LONG_WINDOW = timedelta(days=3)  # more time left than this is not worth a word
_SHORT_WINDOW = timedelta(hours=3)
_TICK = 20_000  # ms


class Counter(PlainLabel):
    """The line beside the button that sends: "280", "12 characters too many", "3 h left"."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__("", "soft", parent)
        self._context = context
        self._policy: ChannelPolicy | None = None
        self._thread: Thread | None = None
        self._note = False
        self._left: int | None = None
        self._timer = QTimer(self, interval=_TICK)
        self._timer.timeout.connect(self._say)

    def show_for(self, policy: ChannelPolicy, thread: Thread | None, *, note: bool) -> None:
        """Count for a conversation from now on; notes are not limited by any channel."""
        self._policy, self._thread, self._note = policy, thread, note
        if policy.reply_windows and thread is not None and not note:
            self._timer.start()
        else:
            self._timer.stop()
        self._say()

    def count(self, text: str, policy: ChannelPolicy, *, note: bool) -> int | None:
        """Show and return the room left (negative: too long), None where nothing limits it."""
        self._policy, self._note = policy, note
        self._left = None if note else room_left(text, policy)
        self._say()
        return self._left

    def window_is_over(self, policy: ChannelPolicy, thread: Thread | None) -> bool:
        """Tell whether the channel no longer accepts a reply here."""
        left = self._window_left(policy, thread)
        return left is not None and left <= timedelta()

    def _window_left(self, policy: ChannelPolicy, thread: Thread | None) -> timedelta | None:
        newest = None if thread is None else newest_in(thread)
        if thread is None or newest is None:
            return None
        return policy.window_left(thread.conversation.kind, newest, self._context.now())

    @Slot()
    def _say(self) -> None:
        policy = self._policy
        if policy is None or self._note:
            self._show("", "", "soft")
            return
        room, room_tone = self._room(policy)
        time, time_tone = self._time(policy)
        tone = max(room_tone, time_tone, key=("soft", "warn", "bad").index)
        self._show(" · ".join(part for part in (room, time) if part), _how(policy), tone)

    def _show(self, text: str, more: str, tone: str) -> None:
        if text != self.text():
            self.setText(text)
            set_tooltip(self, more if text else "")
        if tone != self.property("kind"):
            self.set_kind(tone)

    def _room(self, policy: ChannelPolicy) -> tuple[str, str]:
        left = self._left
        limit = policy.text_limit or policy.byte_limit or 0
        if left is None or (limit > _ALWAYS_TOLD and left > _TIGHT):
            return "", "soft"
        if left < 0:
            over = ngettext("%(n)s character too many", "%(n)s characters too many", -left)
            return over % {"n": dates.number(-left)}, "bad"
        return dates.number(left), "warn" if left <= min(20, limit // 10) else "soft"

    def _time(self, policy: ChannelPolicy) -> tuple[str, str]:
        left = self._window_left(policy, self._thread)
        if left is None or left > _LONG_WINDOW or left <= timedelta():
            return "", "soft"
        return time_left(left), "warn" if left <= _SHORT_WINDOW else "soft"


def newest_in(thread: Thread) -> datetime | None:
    """Return when the other side last spoke, in UTC; None if it is not among the messages."""
    times = [one.created_at for one in thread.messages if one.direction is Direction.IN]
    return max(times, default=None)


def time_left(left: timedelta) -> str:
    """Say how long a reply is still possible."""
    if left < timedelta(hours=1):
        minutes = max(1, left // timedelta(minutes=1))
        return ngettext("%(n)d min left to reply", "%(n)d min left to reply", minutes) % {
            "n": minutes
        }
    if left < timedelta(days=1):
        hours = left // timedelta(hours=1)
        return ngettext("%(n)d h left to reply", "%(n)d h left to reply", hours) % {"n": hours}
    days = left // timedelta(days=1)
    return ngettext("%(n)d day left to reply", "%(n)d days left to reply", days) % {"n": days}


def _how(policy: ChannelPolicy) -> str:
    """Say how the channel counts, for the tooltip."""
    limit = policy.text_limit
    if limit is None:
        return _("The channel limits the length of a text.")
    if policy.text_unit in (TextUnit.WEIGHTED, TextUnit.MASTODON):
        return _("%(n)s characters are allowed here; each link counts as 23.") % {
            "n": dates.number(limit)
        }
    return _("%(n)s characters are allowed here.") % {"n": dates.number(limit)}
