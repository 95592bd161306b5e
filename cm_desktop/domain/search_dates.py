"""Days, months and years as people type them into the search field."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$")
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})?$")
_GERMAN_MONTH = re.compile(r"(\d{1,2})\.(\d{4})$")
_DAYS_AGO = {
    "heute": 0, "today": 0, "gestern": 1, "yesterday": 1, "vorgestern": 2,
}  # fmt: skip


def day_span(text: str, now: datetime) -> tuple[datetime, datetime] | None:
    """Return when a day, month or year begins and when it is over, or None for no such thing.

    Midnight is that of the zone of `now`. `21.11.` without a year is the last such day.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        days = _DAYS_AGO.get(text.casefold())
        if days is not None:
            day = midnight - timedelta(days=days)
            return day, day + timedelta(days=1)
        return _iso(text, midnight) or _german(text, midnight)
    except (ValueError, OverflowError):  # the 31st of February, the year 0
        return None


def _iso(text: str, midnight: datetime) -> tuple[datetime, datetime] | None:
    found = _ISO.match(text)
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    return _span(midnight, year or 0, month, day)


def _german(text: str, midnight: datetime) -> tuple[datetime, datetime] | None:
    if found := _GERMAN_MONTH.match(text):
        return _span(midnight, int(found[2]), int(found[1]), None)
    found = _GERMAN.match(text)
    if not found:
        return None
    day, month, year = int(found[1]), int(found[2]), found[3]
    if year:
        return _span(midnight, int(year) + (2000 if len(year) == 2 else 0), month, day)
    this_year = _span(midnight, midnight.year, month, day)
    return this_year if this_year[0] <= midnight else _span(midnight, midnight.year - 1, month, day)


def _span(
    midnight: datetime, year: int, month: int | None, day: int | None
) -> tuple[datetime, datetime]:
    begin = midnight.replace(year=year, month=month or 1, day=day or 1)
    if day:
        return begin, begin + timedelta(days=1)
    if month:
        following = begin.replace(day=28) + timedelta(days=4)
        return begin, following.replace(day=1)
    return begin, begin.replace(year=year + 1)
