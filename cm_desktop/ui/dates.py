"""Points in time as the window says them: "14:05", "yesterday", "12 Nov", "in 2 h".

Names of months and days and the form of a time come from CLDR through QLocale: Babel says the
same and would cost the start of the program 28 ms.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from PySide6.QtCore import QDate, QDateTime, QLocale, QTime

from cm_desktop.i18n import _, language, ngettext

_SHORT = QLocale.FormatType.ShortFormat
_LONG = QLocale.FormatType.LongFormat


def locale() -> QLocale:
    """Return the locale of the language spoken now, with the system's region if it fits."""
    return _locale(language())


def short_time(at: datetime, now: datetime) -> str:
    """Say when something was, as briefly as a list needs it; both times are aware.

    Today: "14:05". Yesterday: "yesterday". This year: "12 Nov". Else "12/11/24" as the
    locale writes it.
    """
    here, today = at.astimezone(), now.astimezone().date()
    day = here.date()
    if day == today:
        return clock_time(at)
    if day == today - timedelta(days=1):
        return _("yesterday")
    if day.year == today.year or timedelta() < today - day < timedelta(days=180):
        return day_of_year(at)
    return locale().toString(QDate(day.year, day.month, day.day), _SHORT)


def day_of_year(at: datetime) -> str:
    """Return the local day without its year, "12 Nov"."""
    day = at.astimezone().date()
    # Translators: a day of this year in a list; German: "%(day)d. %(month)s".
    return _("%(day)d %(month)s") % {"day": day.day, "month": _month(language(), day.month)}


def clock_time(at: datetime) -> str:
    """Return the local time of day, "14:05"."""
    here = at.astimezone()
    return locale().toString(QTime(here.hour, here.minute), _SHORT)


def full_time(at: datetime) -> str:
    """Return the local day and time in full, for tooltips and details."""
    here = at.astimezone()
    day = QDateTime(
        QDate(here.year, here.month, here.day), QTime(here.hour, here.minute, here.second)
    )
    # Translators: a day and a time, "Thursday, 12 November 2026, 14:05".
    return _("%(day)s, %(time)s") % {
        "day": locale().toString(day.date(), _LONG),
        "time": locale().toString(day.time(), _SHORT),
    }


def day_heading(at: datetime, now: datetime) -> str:
    """Return the name of a day as a heading in a conversation: "Today", "Thursday, 12 Nov"."""
    day, today = at.astimezone().date(), now.astimezone().date()
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    return locale().toString(QDate(day.year, day.month, day.day), _LONG)


def due(at: datetime, now: datetime) -> str:
    """Say when something is due: "in 2 h", or "1 day overdue" once it is over."""
    left = at - now
    if left >= timedelta():
        return in_time(left)
    over = -left
    if over < timedelta(minutes=1):
        return _("due now")
    if over < timedelta(hours=1):
        minutes = over // timedelta(minutes=1)
        return ngettext("%(n)d min overdue", "%(n)d min overdue", minutes) % {"n": minutes}
    if over < timedelta(days=1):
        hours = over // timedelta(hours=1)
        return ngettext("%(n)d h overdue", "%(n)d h overdue", hours) % {"n": hours}
    days = over // timedelta(days=1)
    return ngettext("%(n)d day overdue", "%(n)d days overdue", days) % {"n": days}


def in_time(left: timedelta) -> str:
    """Say how long until something happens: "in 20 s", "in 5 min", "in 2 h", "in 3 days"."""
    if left < timedelta(minutes=1):
        seconds = max(0, round(left.total_seconds()))
        return ngettext("in %(n)d s", "in %(n)d s", seconds) % {"n": seconds}
    if left < timedelta(hours=1):
        minutes = left // timedelta(minutes=1)
        return ngettext("in %(n)d min", "in %(n)d min", minutes) % {"n": minutes}
    if left < timedelta(days=1):
        hours = left // timedelta(hours=1)
        return ngettext("in %(n)d h", "in %(n)d h", hours) % {"n": hours}
    days = left // timedelta(days=1)
    return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}


def ago(at: datetime, now: datetime) -> str:
    """Say how long something is past: "just now", "5 min ago", "2 h ago", "3 days ago"."""
    past = max(now - at, timedelta())
    if past < timedelta(minutes=1):
        return _("just now")
    if past < timedelta(hours=1):
        minutes = past // timedelta(minutes=1)
        return ngettext("%(n)d min ago", "%(n)d min ago", minutes) % {"n": minutes}
    if past < timedelta(days=1):
        hours = past // timedelta(hours=1)
        return ngettext("%(n)d h ago", "%(n)d h ago", hours) % {"n": hours}
    days = past // timedelta(days=1)
    return ngettext("%(n)d day ago", "%(n)d days ago", days) % {"n": days}


def number(value: int) -> str:
    """Return a count with the separators of the language: "1,234"."""
    return locale().toString(value)


@lru_cache(maxsize=4)
def _locale(spoken: str) -> QLocale:
    system = QLocale.system()
    wanted = {"de": QLocale.Language.German, "en": QLocale.Language.English}[spoken]
    if system.language() == wanted:
        return system
    return QLocale("de_DE" if spoken == "de" else "en_GB")


@lru_cache(maxsize=64)
def _month(_spoken: str, month: int) -> str:
    return locale().monthName(month, QLocale.FormatType.ShortFormat)
