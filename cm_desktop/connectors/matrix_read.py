"""Reads what is new in a Matrix account's rooms since the last pass.

One question, `/sync`, tells all of it, edits and deletions too. Of a room with much news the
server leaves out the older part; that hole is read backwards, and what is too much for one
pass by the next ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from cm_desktop.connectors import matrix_rooms as rooms
from cm_desktop.connectors import matrix_shapes as shapes
from cm_desktop.connectors.cursors import read_cursor, remembered, written
from cm_desktop.connectors.http_json import convert
from cm_desktop.connectors.matrix_events import Told
from cm_desktop.connectors.matrix_holes import Hole, Holes
from cm_desktop.connectors.matrix_home import Home, path
from cm_desktop.connectors.matrix_invitations import invited
from cm_desktop.connectors.matrix_rooms import Room
from cm_desktop.domain.errors import GoneError, NotAllowedError, RejectedError, ServerTroubleError
from cm_desktop.domain.events import CursorMoved, Event, ItemSkipped, MessageGone, MessageSeen

_SAID = (shapes.MESSAGE, shapes.STICKER, shapes.REACTION, shapes.REDACTION)
# Events that describe the room are among the others too: a server leaves out the state that
# changed in between if the filter takes those events out.
NEWS = (*_SAID, shapes.SEALED)
_TYPES = (*NEWS, *rooms.STATE)
_MEMBERS = {"lazy_load_members": True, "include_redundant_members": True}
_FIRST_IN_ROOM = 20
FIRST = 1_000  # messages of the first pass
_IN_ROOM = 100
_LIKES = 1_000  # reactions of ours that are remembered, for they are taken back without a name
_ROOTS = 1_000
_LOOKS = 100  # single events asked for in one pass
_WAITING = 1_000


class Place(msgspec.Struct):
    """Where a pass ended; opaque to everybody else."""

    batch: str = ""
    rooms: dict[str, Room] = {}
    direct: list[str] = []
    holes: list[Hole] = []
    likes: dict[str, str] = {}  # reactions of ours, and what they are about
    roots: list[str] = []  # threads whose beginning was told
    again: list[tuple[str, str]] = []  # rooms and events that still have to be looked at


def selected(limit: int) -> dict[str, object]:
    """Return the filter for `/sync` with so many events of each room."""
    nothing: dict[str, object] = {"types": []}
    return {
        "presence": nothing,
        "account_data": {"types": ["m.direct"]},
        "room": {
            "timeline": {"types": _TYPES, **_MEMBERS, "limit": limit},
            "state": {"types": rooms.STATE, **_MEMBERS},
            "ephemeral": nothing,
            "account_data": nothing,
        },
    }


class Pass:
    """One reading of an account. Made anew for each fetch."""

    def __init__(self, home: Home, since: str | None, me: str, *, join: bool = False) -> None:
        """Go on from a cursor; `me` is our id, `join`: take up every invitation."""
        self._home = home
        self._me = me
        self._join = join
        self._place = read_cursor(since, Place)
        self._first = not self._place.batch
        self._told = Told(me, self._place.likes)
        self._holes = Holes(home, _SAID)
        self._looks = _LOOKS

    def events(self) -> Iterator[Event]:
        """Report everything new, as one page."""
        place = self._place
        limit = _FIRST_IN_ROOM if self._first else _IN_ROOM
        sync = self._home.sync(selected(limit), place.batch)
        self._mark_direct(sync)
        found: list[Event] = []
        for room, joined in sync.rooms.join.items():
            found.extend(self._joined(room, joined))
        found.extend(self._older())
        found.extend(self._again())
        found.extend(self._invited(sync.rooms.invite))
        for room in sync.rooms.leave:
            place.rooms.pop(room, None)
        yield from _sorted(self._with_roots(found), FIRST if self._first else None)
        self._remember(sync.next_batch)
        yield CursorMoved(written(place))

    def _remember(self, batch: str) -> None:
        place = self._place
        place.batch = batch
        place.holes = self._holes.open
        place.likes = dict(list(self._told.likes.items())[-_LIKES:])

    def _mark_direct(self, sync: shapes.Sync) -> None:
        told = rooms.direct_rooms(sync.account_data.events)
        if told is None:
            return
        self._place.direct = sorted(told)
        for name, room in self._place.rooms.items():
            room.direct = name in told

    # Rooms.

    def _joined(self, name: str, value: object) -> Iterator[Event]:
        try:
            joined = convert(value, shapes.JoinedRoom)
        except ServerTroubleError:
            yield ItemSkipped(reason="unexpected_shape")
            return
        if not shapes.is_id(name, "!"):
            yield ItemSkipped(reason="no_room")
            return
        known = self._place.rooms.get(name)
        room = known or Room(direct=name in self._place.direct)
        self._place.rooms[name] = room
        timeline = list(shapes.events_of(joined.timeline.events))
        self._describe(name, room, joined, timeline)
        events = [one for one in timeline if isinstance(one, shapes.Event)]
        ids = {one.event_id for one in events}
        if known and joined.timeline.limited and room.last not in ids:
            times = [one.origin_server_ts for one in events if one.at]
            before = joined.timeline.prev_batch
            self._holes.found(name, room, before, self._place.batch, min(times, default=room.at))
        seen = self._first and _nobody_missed_it(joined)
        yield from self._told.of_room(name, room, timeline, seen=seen)
        for one in events:
            if one.makes_sense and one.type in _SAID:
                room.last, room.at = one.event_id, max(room.at, one.origin_server_ts)

    def _describe(
        self,
        name: str,
        room: Room,
        joined: shapes.JoinedRoom,
        timeline: Iterable[shapes.Event | ItemSkipped],
    ) -> None:
        state = [*shapes.events_of(joined.state.events), *timeline]
        events = [one for one in state if isinstance(one, shapes.Event)]
        for event in events:
            if event.state_key is not None:
                room.take_event(event)
        self._told.learn_names(name, rooms.names_of(events))
        room.take_summary(joined.summary, self._told.names(name))

    def _older(self) -> Iterator[Event]:
        """Read holes: those of earlier passes first."""
        for part in self._holes.filled(self._place.holes):
            room = self._place.rooms.get(part.room)
            if room is not None:
                self._told.learn_names(part.room, rooms.names_of(part.state))
                yield from self._told.of_room(part.room, room, part.events)
            yield from part.gaps

    def _invited(self, invitations: dict[str, object]) -> Iterator[Event]:
        for name, value in invitations.items():
            if not shapes.is_id(name, "!"):
                yield ItemSkipped(reason="no_room")
            elif not (self._join and self._is_joined(name)):
                yield invited(name, value, self._me)

    def _is_joined(self, room: str) -> bool:
        try:
            self._home.post(path("rooms", room, "join"), {})
        except (NotAllowedError, GoneError, RejectedError, ServerTroubleError):
            return False  # it is reported, and a person may try
        return True

    # Single events.

    def _again(self) -> Iterator[Event]:
        """Look at what was changed without being told whole: edits, and likes of ours."""
        wanted = dict.fromkeys(self._place.again)
        wanted |= dict.fromkeys(self._told.changed)
        if self._first:
            wanted = {}  # what is older than the first bite stays out
        waiting = list(wanted)
        while waiting and self._looks > 0:
            name, event = waiting.pop(0)
            room = self._place.rooms.get(name)
            if room is None:
                continue
            one = self._event(name, event)
            if one is None:
                yield ItemSkipped(reason="gone", remote_id=event)
            else:
                yield from self._told.of_room(name, room, [one])
        self._place.again = waiting[-_WAITING:]

    def _event(self, room: str, event: str) -> shapes.Event | None:
        self._looks -= 1
        try:
            return self._home.get(path("rooms", room, "event", event), shapes.Event)
        except (GoneError, NotAllowedError, RejectedError, ServerTroubleError) as error:
            if isinstance(error, ServerTroubleError) and error.status is not None:
                raise
            return None

    def _with_roots(self, found: Iterable[Event]) -> Iterator[Event]:
        """Put what a thread hangs on beside the thread, the first time it comes up."""
        for event in found:
            if not isinstance(event, MessageSeen):
                yield event
                continue
            about = event.conversation.context
            root, room = about.get("thread", ""), about.get("room", "")
            if root and root not in self._place.roots and self._looks > 0:
                known = self._told.event(root) or self._event(room, root)
                self._told.begin_thread(room, root, known)
                self._place.roots = remembered(self._place.roots, [root], _ROOTS)
            yield self._told.placed(event)


def _nobody_missed_it(joined: shapes.JoinedRoom) -> bool:
    unread = joined.unread_notifications
    return unread is not None and unread.notification_count == 0


def _sorted(events: Iterable[Event], most: int | None) -> Iterator[Event]:
    """Give messages from old to new, the newest `most` of them, then everything else."""
    seen: list[MessageSeen] = []
    others: list[Event] = []
    for event in events:
        if isinstance(event, MessageSeen):
            seen.append(event)
        else:
            others.append(event)
    seen.sort(key=lambda one: one.created_at)
    yield from seen if most is None else seen[-most:]
    yield from sorted(others, key=lambda one: isinstance(one, MessageGone))
