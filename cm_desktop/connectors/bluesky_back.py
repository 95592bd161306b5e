"""Reads notifications of Bluesky from the newest one back, which is the only way there is.

The cursor is the time of the last one of a page, and the next page begins before that time: of
several at the same millisecond, all that did not fit are left out. So each page is asked for
from one millisecond later on, and what comes twice counts once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from cm_desktop.connectors import bluesky_address as address
from cm_desktop.connectors import bluesky_shapes as shapes
from cm_desktop.connectors.bluesky_session import Session
from cm_desktop.connectors.http_json import items
from cm_desktop.connectors.web_values import iso_time
from cm_desktop.domain.events import ItemSkipped

_PAGE = 100
_REASONS = ("reply", "mention", "quote")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_MILLISECOND = timedelta(milliseconds=1)
_AHEAD = timedelta(minutes=10)  # a time further ahead than this is made up
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Gap(msgspec.Struct):
    """A span of time of which notifications are still to be read."""

    begin: str
    end: str
    rest: str  # cursor to go on from, backwards to `begin`

    @property
    def since(self) -> datetime:
        """When it begins."""
        return iso_time(self.begin) or _EPOCH

    @property
    def until(self) -> datetime:
        """When it ends."""
        return iso_time(self.end) or self.since


class Backwards:
    """Notifications from a cursor back to what is known."""

    def __init__(self, session: Session, known: frozenset[str], until: datetime | None) -> None:
        """Read back to what is older than `until`, or to a page that is known as a whole."""
        self._session = session
        self._known = known
        self._until = until
        self._latest = datetime.now(UTC) + _AHEAD
        self.new: list[str] = []  # posts, newest first
        self.already_read: set[str] = set()
        self.skipped: list[ItemSkipped] = []
        self.newest: datetime | None = None
        self.oldest: datetime | None = None
        self.rest = ""  # where to go on, if the end was not reached

    def read(self, cursor: str, pages: int) -> None:
        """Read at most so many pages."""
        passed: set[str] = set()
        asked: set[str] = set()
        for _ in range(pages):
            page = self._page(cursor)
            asked.add(cursor)
            uris = self._take(page, passed)
            goes_on = page.cursor or ""
            places = [goes_on] if uris and uris <= passed else [_with_ties(goes_on), goes_on]
            cursor = next((one for one in places if one not in asked), "")
            passed |= uris
            # A server that repeats itself for ever has nothing more to tell.
            if not goes_on or not cursor or self._is_reached(uris):
                return
        self.rest = cursor

    def _page(self, cursor: str) -> shapes.Notifications:
        asked: dict[str, object] = {"limit": _PAGE, "reasons": _REASONS}
        if cursor:
            asked["cursor"] = cursor
        return self._session.get(
            "app.bsky.notification.listNotifications", shapes.Notifications, asked
        )

    def _take(self, page: shapes.Notifications, passed: Iterable[str]) -> set[str]:
        uris: set[str] = set()
        for one in items(page.notifications, shapes.Notification):
            if isinstance(one, ItemSkipped):
                self.skipped.append(one)
                continue
            parts = address.parts_of(one.uri)
            if one.reason not in _REASONS:
                continue
            if parts is None or parts[1] != shapes.POST:
                self.skipped.append(ItemSkipped(reason="no_post"))
                continue
            uris.add(one.uri)
            self._note_time(one)
            if one.is_read:
                self.already_read.add(one.uri)
            if one.uri not in passed and one.uri not in self._known and one.uri not in self.new:
                self.new.append(one.uri)
        return uris

    def _note_time(self, one: shapes.Notification) -> None:
        at = iso_time(one.indexed_at)
        if at is not None and at <= self._latest:
            self.newest = max(at, self.newest or at)
            self.oldest = min(at, self.oldest or at)

    def _is_reached(self, uris: set[str]) -> bool:
        if uris and uris <= self._known:
            return True
        return bool(self._until and self.oldest and self.oldest < self._until)


def _with_ties(cursor: str) -> str:
    """Return the place one millisecond later, where a cursor is a time; else the cursor."""
    at = iso_time(cursor) if _TIME.fullmatch(cursor) else None
    try:
        later = at + _MILLISECOND if at else None
    except OverflowError:
        later = None
    return cursor if later is None else f"{later:%Y-%m-%dT%H:%M:%S}.{later.microsecond // 1000:03}Z"
