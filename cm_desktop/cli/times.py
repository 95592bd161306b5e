"""Reads the times people type: dates, times of this computer's clock, and spans from now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

import click

from cm_desktop.i18n import _

_SPAN = re.compile(r"(\d{1,5}) ?(m|min|h|d|w)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_MORNING = time(8)
_LAST_YEAR = 2999


def moment(text: str, now: datetime | None = None) -> datetime:
    """Return a time in UTC: "2h", "3d", "2026-05-04", "2026-05-04T09:00", with or without a zone.

    A date alone means its morning. Raises click.UsageError.
    """
    with _understood(text):
        if match := _SPAN.fullmatch(text.strip().casefold()):
            span = timedelta(**{_UNITS[match[2]]: int(match[1])})
            return _in_reach((now or datetime.now(UTC)) + span)
        day = _day(text)
        return _in_reach(_time(text) if day is None else _here(day, _MORNING))


def span_begin(text: str) -> datetime:
    """Return the begin of a day, or a time, in UTC. Raises click.UsageError."""
    with _understood(text):
        day = _day(text)
        return _time(text) if day is None else _here(day, time())


def span_end(text: str) -> datetime:
    """Return the end of a day (which belongs to the span), or a time, in UTC."""
    with _understood(text):
        day = _day(text)
        return _time(text) if day is None else _here(day + timedelta(days=1), time())


def _day(text: str) -> date | None:
    return date.fromisoformat(text.strip()) if _DAY.fullmatch(text.strip()) else None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.strip()).astimezone(UTC)


def _in_reach(at: datetime) -> datetime:
    # The last day of the year 9999 does not exist on every clock.
    if at.year > _LAST_YEAR:
        raise ValueError(at)
    return at


def _here(day: date, at: time) -> datetime:
    return datetime.combine(day, at).astimezone(UTC)


@contextmanager
def _understood(text: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, OverflowError, OSError) as error:
        words = _("“%(text)s” is no time. Write 2h, 3d, 2026-05-04 or 2026-05-04T09:00.")
        raise click.UsageError(words % {"text": text}) from error
