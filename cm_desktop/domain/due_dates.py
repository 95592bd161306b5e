"""Until when a conversation is to be answered. Pure: the times come from the caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cm_desktop.domain.model import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a due date follows from; times are UTC."""

    status: Status
    due_at: datetime | None  # as it is told now
    handed_over_until: datetime | None  # of the newest handoff with a date that was not declined
    heard_at: datetime | None  # when the other side last spoke
    answered_at: datetime | None  # when we last spoke
    window: timedelta | None  # the channel's time to answer here, see domain/policy.py


def due_at(about: Standing, now: datetime) -> datetime | None:
    """Return until when an answer is due, or None where nobody waits for one.

    What members agreed on goes before the channel's own time, and what is done has no date.
    """
    if about.status is Status.DONE:
        return None
    return about.handed_over_until or _window_ends(about, now)


def _window_ends(about: Standing, now: datetime) -> datetime | None:
    if about.window is None or about.heard_at is None:
        return None
    if about.answered_at is not None and about.answered_at >= about.heard_at:
        return None
    ends = about.heard_at + about.window
    # What nobody could answer in time any more when it was first seen is no date to keep.
    return ends if ends > now or ends == about.due_at else None
