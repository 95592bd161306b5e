"""Times that people put things off to, in the time of this computer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from PySide6.QtCore import QDate, QDateTime, QTime

from cm_desktop.i18n import _
from cm_desktop.ui import dates

_MORNING, _NOON, _EVENING = time(8), time(12), time(18)
_NOT_WORTH_IT = timedelta(minutes=45)  # a time so near is not offered any more
_MONDAY = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """A time with the words it is offered by; `at` is UTC."""

    words: str
    at: datetime

    @property
    def hint(self) -> str:
        """When that is: "Mon, 08:00"."""
        return short(self.at)


def snoozes(now: datetime) -> list[Moment]:
    """Return until when a conversation may be put off, the nearest first."""
    today = now.astimezone().date()
    tomorrow = today + timedelta(days=1)
    offered = [Moment(_("In an hour"), now + timedelta(hours=1))]
    evening = on(today, _EVENING)
    if evening - now > _NOT_WORTH_IT:
        offered.append(Moment(_("This evening"), evening))
    offered.append(Moment(_("Tomorrow morning"), on(tomorrow, _MORNING)))
    monday = today + timedelta(days=(_MONDAY - today.weekday()) % 7 or 7)
    if monday != tomorrow:
        offered.append(Moment(_("On Monday"), on(monday, _MORNING)))
    offered.append(Moment(_("In a week"), on(today + timedelta(days=7), _MORNING)))
    return offered


def deadlines(now: datetime) -> list[Moment]:
    """Return until when a colleague may be asked for something, the nearest first."""
    today = now.astimezone().date()
    evening = on(today, _EVENING)
    offered = []
    if evening - now > _NOT_WORTH_IT:
        # Translators: a point in time, "today 18:00".
        offered.append(Moment(_("Today %(time)s") % {"time": dates.clock_time(evening)}, evening))
    noon = on(today + timedelta(days=1), _NOON)
    offered.append(Moment(_("Tomorrow %(time)s") % {"time": dates.clock_time(noon)}, noon))
    return offered


def on(day: date, clock: time) -> datetime:
    """Return a time of day here, in UTC."""
    return datetime.combine(day, clock).astimezone(UTC)


def short(at: datetime) -> str:
    """Return day and time as briefly as a choice needs it: "Mon 23 Nov, 08:00"."""
    here = at.astimezone()
    day = QDate(here.year, here.month, here.day)
    # Translators: Qt's letters for a day without its year; German: "ddd d. MMM".
    form = _("ddd d MMM")
    return f"{dates.locale().toString(day, form)}, {dates.clock_time(at)}"


def to_qt(at: datetime) -> QDateTime:
    """Return a time for a field, in the time of this computer."""
    here = at.astimezone()
    return QDateTime(QDate(here.year, here.month, here.day), QTime(here.hour, here.minute))


def from_qt(value: QDateTime) -> datetime:
    """Return what a field says, in UTC."""
    return datetime.fromtimestamp(value.toSecsSinceEpoch(), UTC)
