"""Reads the times people type: dates, times of this computer's clock, and spans from now."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import click

from cm_desktop.i18n import _

_SPAN = re.compile(r"(\d{1,5}) ?(m|min|h|d|w)")
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_MORNING = time(8)


def moment(text: str, now: datetime | None = None) -> datetime:
    """Return a time in UTC: "2h", "3d", "2026-05-04", "2026-05-04T09:00", with or without a zone.

    A date alone means its morning. Raises click.UsageError.
    """
    text = text.strip()
    if match := _SPAN.fullmatch(text.casefold()):
        span = timedelta(**{_UNITS[match[2]]: int(match[1])})
        return (now or datetime.now(UTC)) + span
    if (day := _day(text)) is not None:
        return _here(day, _MORNING)
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise _wrong(text) from error


def span_begin(text: str) -> datetime:
    """Return the begin of a day, or a time, in UTC. Raises click.UsageError."""
    day = _day(text.strip())
    return moment(text) if day is None else _here(day, time())


def span_end(text: str) -> datetime:
    """Return the end of a day (which belongs to the span), or a time, in UTC."""
    day = _day(text.strip())
    return moment(text) if day is None else _here(day + timedelta(days=1), time())


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None


def _here(day: date, at: time) -> datetime:
    return datetime.combine(day, at).astimezone(UTC)


def _wrong(text: str) -> click.UsageError:
    return click.UsageError(
        _("“%(text)s” is no time. Write 2h, 3d, 2026-05-04 or 2026-05-04T09:00.") % {"text": text}
    )
