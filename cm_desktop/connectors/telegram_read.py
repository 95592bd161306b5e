"""Reads one page of what Telegram keeps for a bot, and never has it dropped before it is kept.

Telegram drops what lies before the `offset` it is asked for. So a fetch asks for what follows
its cursor and for nothing further: whoever comes with a cursor has kept what it covers, and
asking twice from one place gives the same. What is beyond a page comes with the next fetch.

Telegram drops everything after 24 hours too. Its numbers run on without a hole, so a hole
tells that something was dropped, or taken by another program with the same bot.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from cm_desktop.connectors import telegram_shapes as shapes
from cm_desktop.connectors.cursors import read_cursor, written
from cm_desktop.connectors.http_json import items
from cm_desktop.connectors.telegram_api import Api
from cm_desktop.connectors.telegram_messages import Memory, Reader
from cm_desktop.domain.errors import GoneError, NotAllowedError, RejectedError
from cm_desktop.domain.events import (
    CursorMoved,
    Event,
    GapFilled,
    GapFound,
    ItemSkipped,
    MessageSeen,
)

PAGE = 100  # the most Telegram gives at once
KEPT = timedelta(hours=24)
# After a week without news the numbers begin anew somewhere else.
_IN_SEQUENCE = timedelta(days=6)
_TICK = 15 * 60  # seconds; finer, each look at nothing would move the cursor

WANTED = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
)


class Place(msgspec.Struct):
    """Where a fetch ended; opaque to everybody else."""

    next: shapes.Number | None = None  # number of the update to go on from
    looked: shapes.Seconds = 0  # when we last asked, at most a quarter of an hour too early
    heard: shapes.Seconds = 0  # when something last came
    gap: shapes.Seconds | None = None  # begin of a gap that may turn out to be none
    memory: Memory = msgspec.field(default_factory=Memory)


def asked(offset: int | None, limit: int, timeout: int) -> dict[str, object]:
    """Return the parameters of getUpdates; without an offset nothing is dropped."""
    wanted = msgspec.json.encode(WANTED).decode()
    params: dict[str, object] = {"limit": limit, "timeout": timeout, "allowed_updates": wanted}
    return params if offset is None else params | {"offset": offset}


class Pass:
    """One reading of what Telegram keeps. Made anew for each fetch."""

    def __init__(self, api: Api, since: str | None, me: int) -> None:
        """Go on from a cursor; `me` is the bot's own number."""
        self._api = api
        self._since = since
        self._me = me
        self._place = read_cursor(since, Place)

    def events(self) -> Iterator[Event]:
        """Report one page, oldest first, and what is known to be missing before it."""
        place = self._place
        page = self._api.read("getUpdates", list[msgspec.Raw], asked(place.next, PAGE, 0))
        ids = _numbers(page)
        found = list(self._read(page))
        yield from self._gaps(ids, found)
        messages = [event for event in found if isinstance(event, MessageSeen)]
        yield from sorted(messages, key=lambda message: message.created_at)
        yield from (event for event in found if not isinstance(event, MessageSeen))
        now = int(self._api.now.timestamp())
        place.looked = now - now % _TICK
        if ids:
            place.next = ids[-1] + 1
            place.heard = place.looked
        cursor = written(place)
        if cursor != self._since:
            yield CursorMoved(cursor)

    def _read(self, page: list[msgspec.Raw]) -> Iterator[Event]:
        reader = Reader(self._place.memory, self._me, self._owner)
        for update in items(page, shapes.Update):
            if isinstance(update, ItemSkipped):
                yield update
            else:
                yield from reader.events(update)

    def _owner(self, connection: str) -> str:
        """Return whose account a bot of a business speaks for; it stays when they reconnect."""
        known = self._place.memory.owners
        if connection not in known:
            params = {"business_connection_id": connection}
            try:
                about = self._api.read("getBusinessConnection", shapes.Connection, params)
            except (GoneError, NotAllowedError, RejectedError):
                return connection
            known[connection] = about.user.id
        return str(known[connection])

    def _gaps(self, ids: list[int], found: list[Event]) -> Iterator[GapFound | GapFilled]:
        """Compare numbers and times with what was to be expected."""
        place, now = self._place, self._api.now
        if place.next is None:
            return
        looked = shapes.time_of(place.looked)
        in_sequence = now - shapes.time_of(place.heard) < _IN_SEQUENCE
        if ids and in_sequence and ids[0] >= place.next:
            yield from self._hole(ids[0] - place.next, looked, found)
        elif now - looked > KEPT and place.gap is None:
            yield GapFound(begin=looked, end=now - KEPT, lost=True)
            # The next number will tell whether there was anything in that time.
            place.gap = place.looked if in_sequence and not ids else None
        elif not in_sequence:
            place.gap = None

    def _hole(
        self, missing: int, looked: datetime, found: list[Event]
    ) -> Iterator[GapFound | GapFilled]:
        begin = looked if self._place.gap is None else shapes.time_of(self._place.gap)
        if missing > 0:
            times = [event.created_at for event in found if isinstance(event, MessageSeen)]
            end = min([self._api.now, *times])
            yield GapFound(begin=begin, end=max(begin, end), lost=True)
        elif self._place.gap is not None:
            yield GapFilled(begin=begin)
        self._place.gap = None


def _numbers(page: list[msgspec.Raw]) -> list[int]:
    numbered = items(page, shapes.Numbered)
    return [one.update_id for one in numbered if not isinstance(one, ItemSkipped)]
