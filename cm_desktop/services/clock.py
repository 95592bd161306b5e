"""Where services get the time from, so that a test can give them another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Now = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time by this computer's clock, aware and in UTC."""
    return datetime.now(UTC)
