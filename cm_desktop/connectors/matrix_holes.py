"""Reads what a Matrix server left out between the last pass and this one, from new to old."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from cm_desktop.connectors import matrix_shapes as shapes
from cm_desktop.connectors.matrix_home import Home, path
from cm_desktop.connectors.matrix_rooms import Room
from cm_desktop.domain.errors import (
    GoneError,
    NotAllowedError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SlowError,
)
from cm_desktop.domain.events import GapFilled, GapFound, ItemSkipped

_PAGE = 100
_PAGES = 30  # in one pass, over all rooms
_TRIES = 5  # passes in which a hole could not be read, until it is given up
_MOST = 200


class Hole(msgspec.Struct):
    """A part of a room that was not read yet. Times are milliseconds since 1970."""

    room: str
    at: str  # place to go on from, towards the past
    until: str  # place at which everything older is known
    last: str  # the newest event that was known before it
    begin: int
    end: int
    told: bool = False
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was read of a hole, oldest first, and what there is to say about the hole itself."""

    room: str
    events: list[shapes.Event | ItemSkipped]
    state: list[shapes.Event]
    gaps: list[GapFound | GapFilled]


@dataclass(slots=True)
class _Reading:
    """One hole while it is read."""

    hole: Hole
    events: list[shapes.Event | ItemSkipped] = field(default_factory=list)
    state: list[shapes.Event] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    done: bool = False
    lost: bool = False

    def take(self, page: shapes.Page) -> None:
        """Take a page; whatever brings us no further ends the reading."""
        self.state += [one for one in shapes.events_of(page.state) if isinstance(one, shapes.Event)]
        fresh = False
        for one in shapes.events_of(page.chunk):
            if isinstance(one, shapes.Event):
                if self.hole.last and one.event_id == self.hole.last:
                    self.done = True
                    return
                if one.event_id in self.ids:
                    continue
                self.ids.add(one.event_id)
                if 0 < one.origin_server_ts < self.hole.end:
                    self.hole.end = max(one.origin_server_ts, self.hole.begin)
            fresh = True
            self.events.append(one)
        self.done = not page.end
        # A server that repeats itself would keep us for ever.
        self.lost = not self.done and (page.end == self.hole.at or (bool(page.chunk) and not fresh))
        self.hole.at = page.end or self.hole.at


class Holes:
    """The holes of one pass; `open` are those to go on with in the next one."""

    def __init__(self, home: Home, types: tuple[str, ...]) -> None:
        """Ask for events of these types."""
        self.open: list[Hole] = []
        self._home = home
        self._filter = msgspec.json.encode(
            {"types": types, "lazy_load_members": True, "include_redundant_members": True}
        ).decode()
        self._new: list[Hole] = []
        self._pages = _PAGES

    def found(self, name: str, room: Room, at: str | None, since: str, end: int) -> None:
        """Note that the server left out what lies between two places, up to a time."""
        if at and end:
            self._new.append(
                Hole(
                    room=name,
                    at=at,
                    until=since,
                    last=room.last,
                    begin=min(room.at, end) or end,
                    end=end,
                )
            )

    def filled(self, earlier: list[Hole]) -> Iterator[Part]:
        """Read holes, those of earlier passes first."""
        for hole in [*earlier, *self._new]:
            reading = _Reading(hole)
            self._read(reading)
            lost = reading.lost or hole.tries >= _TRIES or len(self.open) >= _MOST
            gaps = list(_gaps(reading, lost=lost))
            if not reading.done and not lost:
                hole.told = True
                self.open.append(hole)
            yield Part(room=hole.room, events=reading.events[::-1], state=reading.state, gaps=gaps)

    def _read(self, reading: _Reading) -> None:
        hole = reading.hole
        while self._pages > 0 and not (reading.done or reading.lost):
            self._pages -= 1
            try:
                page = self._home.get(
                    path("rooms", hole.room, "messages"), shapes.Page, self._params(hole)
                )
            except RateLimitedError:
                self._pages = 0  # the next pass goes on
            except (SlowError, ServerTroubleError):
                hole.tries += 1
                return
            except (GoneError, NotAllowedError, RejectedError):
                reading.lost = True  # we are no longer in the room, or the place is forgotten
            else:
                reading.take(page)

    def _params(self, hole: Hole) -> Mapping[str, object]:
        return {
            "dir": "b",
            "limit": _PAGE,
            "from": hole.at,
            "to": hole.until,
            "filter": self._filter,
        }


def _gaps(reading: _Reading, *, lost: bool) -> Iterator[GapFound | GapFilled]:
    hole = reading.hole
    begin = _time(hole.begin)
    if not reading.done:
        yield GapFound(begin=begin, end=_time(max(hole.end, hole.begin)), lost=lost)
    elif hole.told:
        yield GapFilled(begin=begin)


def _time(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp / 1000, UTC)
