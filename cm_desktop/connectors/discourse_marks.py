"""Where a reading of a Discourse forum ended, and what it remembers. No network here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec

from cm_desktop.domain.events import GapFound

_WATCHED = 300  # posts that are looked at again
_MOST_HOLES = 5
_MOST_TOPICS = 200  # private ones whose state is known

_Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Seconds = Annotated[int, msgspec.Meta(ge=0, le=1 << 36)]


class Hole(msgspec.Struct):
    """Posts between two numbers that were too many for one pass; read from `high` down."""

    low: _Number
    high: _Number
    begin: _Seconds  # seconds since 1970, UTC: as it was reported


class Watched(msgspec.Struct, array_like=True):
    """A post we know: where it stands, and how it was when we last looked."""

    topic: _Number
    number: _Number
    state: _Number


class Private(msgspec.Struct, array_like=True):
    """How a private topic was when we last looked, and the newest post that was read."""

    state: list[_Number]
    post: _Number = 0


class Cursor(msgspec.Struct):
    """Where a pass ended; opaque to everybody else."""

    begin: _Number = 0  # the first pass left out what is older
    post: _Number | None = None  # all that is older was read, but for the holes
    at: _Seconds = 0  # when that was written
    holes: list[Hole] = msgspec.field(default_factory=list)
    watched: dict[_Number, Watched] = msgspec.field(default_factory=dict)
    private: dict[_Number, Private] = msgspec.field(default_factory=dict)
    held: list[_Number] = msgspec.field(default_factory=list)
    told: _Number | None = None  # the newest notification
    turn: _Number = 0

    def watch(self, number: int, post: Watched) -> None:
        """Remember a post, in place of the oldest one if there are too many."""
        self.watched[number] = post
        if len(self.watched) > _WATCHED:
            del self.watched[min(self.watched)]

    def forget(self, number: int) -> bool:
        """Drop a post; return whether it was known."""
        return self.watched.pop(number, None) is not None

    def remember(self, topic: int, about: Private) -> None:
        """Remember how a private topic is, the one that changed last at the end."""
        self.private.pop(topic, None)
        self.private[topic] = about
        while len(self.private) > _MOST_TOPICS:
            del self.private[next(iter(self.private))]

    def move(self, number: int, at: datetime | None) -> None:
        """Go on to a post; a date of the future does not count."""
        self.post = max(self.post or 0, number)
        if at is not None and at <= datetime.now(UTC):
            self.at = max(self.at, int(at.timestamp()))

    def open_hole(self, low: int, high: int, end: datetime | None) -> list[GapFound]:
        """Remember what was too much for one pass, and give up the oldest of too many."""
        upper = int(end.timestamp()) if end else self.at + 1
        begin = min(self.at or upper, upper - 1)
        while any(hole.begin == begin for hole in self.holes):
            begin -= 1  # a gap is known by its begin
        told = [GapFound(begin=_time(begin), end=_time(upper))]
        self.holes.append(Hole(low=low, high=high, begin=begin))
        while len(self.holes) > _MOST_HOLES:
            lost = self.holes.pop(0)
            told.append(GapFound(begin=_time(lost.begin), end=told[0].begin, lost=True))
        return told


def begin_of(hole: Hole) -> datetime:
    """When a hole begins, as it was reported."""
    return _time(hole.begin)


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
