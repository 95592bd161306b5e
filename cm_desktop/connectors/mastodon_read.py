"""Reads mentions, threads under our own posts and private conversations from a Mastodon server.

Mentions come through notifications, which page forward by `min_id`. Who answers under a post
of ours without naming us is found by looking at the newest posts; edits, deletions and
favourites by looking again at a few statuses each pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec

from cm_desktop.connectors import mastodon_shapes as shapes
from cm_desktop.connectors.cursors import in_turns, read_cursor, remembered, written
from cm_desktop.connectors.http import Http
from cm_desktop.connectors.http_json import items
from cm_desktop.connectors.mastodon_server import Server
from cm_desktop.connectors.mastodon_threads import Threads
from cm_desktop.domain.errors import AddressError, GoneError, NotAllowedError, RejectedError
from cm_desktop.domain.events import (
    CursorMoved,
    Event,
    ItemSkipped,
    MessageGone,
    MessageSeen,
    SeenConversation,
)
from cm_desktop.domain.model import Kind

_PAGE = 40
_FIRST = 80  # mentions of the first pass: the most that is given at once
_PAGES = 25  # of mentions in one pass; the next pass goes on from there
_OWN_PAGES = 5
_OWN_KNOWN = 5  # the newest of ours that are remembered: some of them may be deleted
_POSTS = 40  # own posts whose threads are looked after
_THREADS = 20  # of them read in one pass, if there are new answers in so many
_QUIET = 1  # threads read though nobody answered the post itself; and as many others in turns
_TALK_PAGES = 5
_TALKS = 100
_WATCHED = 200
_LOOKS = 5  # newest statuses looked at again, and as many of the others in turns


class Watched(msgspec.Struct, array_like=True):
    """Where a status that we look at again belongs, so that nobody has to be asked twice."""

    root: str
    kind: Kind
    at: int  # seconds since 1970


class Place(msgspec.Struct):
    """Where a pass ended; opaque to everybody else."""

    begun: bool = False  # whether the first pass is over: only that one leaves out what is old
    seen: str | None = None  # the newest notification up to which all are read
    top: str | None = None  # while reading backwards: the newest one,
    low: str | None = None  # and how far down we are
    own: list[str] = []  # the newest statuses of ours
    posts: dict[str, int] = {}  # our newest posts, and how many answers each had
    talks: dict[str, str] = {}  # private conversations, and the newest status of each
    watch: dict[str, Watched] = {}  # the newest at the end
    turn: int = 0


class Pass:
    """One reading of a server. Made anew for each fetch."""

    def __init__(self, http: Http, since: str | None, server: Server) -> None:
        """Go on from a cursor."""
        self._http = http
        self._server = server
        self._place = read_cursor(since, Place)
        self._first = not self._place.begun
        self._threads = Threads(http, server)
        self._types = ["mention", "quote"]
        self._reported: set[str] = set()

    def events(self) -> Iterator[Event]:
        """Report everything new, page by page, then what changed of what is known."""
        known = list(self._place.watch)
        yield from self._mentions()
        found: list[Event] = []
        for part in (self._own(), self._talks(), self._again(known)):
            found.extend(part)
        yield from _sorted(found)
        self._place.turn = (self._place.turn + 1) % (1 << 20)
        yield self._moved()

    # Mentions.

    def _mentions(self) -> Iterator[Event]:
        """Report page after page, each with its cursor.

        A server that takes `min_id` for `since_id` gives the newest first: there, a full page
        is followed by a question for what lies between it and what we know.
        """
        place, passed = self._place, set[str]()
        for _ in range(_PAGES):
            page = self._notifications()
            ids = [one.id for one in items(page, shapes.Named) if isinstance(one, shapes.Named)]
            fresh = not set(ids) <= passed and ids[0] != place.seen
            passed.update(ids)
            if fresh:
                yield from _sorted(self._of_notifications(page))
            whole = fresh and len(page) >= _PAGE and not self._first
            walked = place.low is not None
            place.top = place.top or (ids[0] if fresh else place.seen)
            forward = self._server.is_mastodon and place.seen is not None
            if whole and not forward and place.seen not in ids:
                place.low = ids[-1]
            else:
                place.seen, place.top, place.low = place.top, None, None
            if fresh or walked:
                yield self._moved()
            if not (whole or walked):
                return  # nothing more, or as much as a first pass takes

    def _notifications(self) -> list[msgspec.Raw]:
        """Return a page, newest first: what is new, and filtered mentions too."""
        place = self._place
        asked: dict[str, Any] = {"include_filtered": "true", "limit": _PAGE}
        if self._first and place.seen is None:
            asked["limit"] = _FIRST
        if place.seen is not None:
            asked["min_id"] = place.seen
        if place.low is not None:
            asked["max_id"] = place.low
        try:
            return self._list("/api/v1/notifications", asked | {"types[]": self._types})
        except RejectedError:
            if len(self._types) == 1:
                raise
            self._types = ["mention"]  # one that knows no quotes, and is strict
            return self._notifications()

    def _of_notifications(self, page: list[msgspec.Raw]) -> Iterator[Event]:
        for one in items(page, shapes.Notification):
            if isinstance(one, ItemSkipped):
                yield one
            elif one.status is not None and one.type in self._types:
                yield from self._seen(self._threads.noted(one.status))

    # Our own statuses, and what stands below our posts.

    def _own(self) -> Iterator[Event]:
        known, newest = frozenset(self._place.own), list[str]()
        listed: dict[str, int | None] = {}
        fresh = True
        for status in self._own_statuses():
            if isinstance(status, ItemSkipped):
                yield status
                continue
            fresh = fresh and status.id not in known
            newest.append(status.id)
            if self._threads.is_post(status):
                listed[status.id] = status.replies_count
            elif fresh:
                yield from self._seen(status)
        self._place.own = newest[:_OWN_KNOWN] or self._place.own
        yield from self._answers(listed)

    def _answers(self, listed: dict[str, int | None]) -> Iterator[Event]:
        """Report what stands below posts with new answers, and below some others in turns.

        Who answers an answer does not change the number that a post has.
        """
        counts = self._place.posts
        changed = [
            one
            for one, count in listed.items()
            if count is not None and count != counts.get(one, 0)
        ][:_THREADS]
        # Some servers do not count: any of their posts may have been answered.
        worth = [one for one, count in listed.items() if count is None or one in changed]
        kept = remembered(counts, reversed(worth), _POSTS)
        quiet = in_turns(kept, self._place.turn, newest=_QUIET, others=_QUIET)
        self._place.posts = {one: counts.get(one, 0) for one in kept}
        for root in dict.fromkeys([*changed, *quiet]):
            try:
                found = self._threads.below(root)
            except GoneError:
                self._place.posts.pop(root, None)
                continue
            for one in found:
                if isinstance(one, ItemSkipped):
                    yield one
                else:
                    yield from self._seen(one)
            self._place.posts[root] = listed.get(root) or counts.get(root, 0)

    def _own_statuses(self) -> Iterator[shapes.Status | ItemSkipped]:
        """Yield statuses of ours, newest first: a page, and more until one that is known."""
        path = f"/api/v1/accounts/{quote(self._server.me, safe='')}/statuses"
        asked: dict[str, Any] = {"limit": _PAGE, "exclude_reblogs": "true"}
        passed: set[str] = set()
        for _ in range(1 if self._first else _OWN_PAGES):
            page = self._list(path, asked)
            ids = [one.id for one in items(page, shapes.Named) if isinstance(one, shapes.Named)]
            if not ids or set(ids) <= passed:
                return
            passed.update(ids)
            found = list(self._threads.statuses(page))
            yield from found
            named = {one.id for one in found if isinstance(one, shapes.Status)}
            if named & set(self._place.own) or len(page) < _PAGE:
                return
            asked["max_id"] = ids[-1]

    # Private conversations.

    def _talks(self) -> Iterator[Event]:
        """Report the newest of each private conversation; pages come by the Link header only."""
        path, asked = "/api/v1/conversations", {"limit": str(_PAGE)}
        known, talks = self._place.talks, dict[str, str]()
        for _ in range(1 if self._first else _TALK_PAGES):
            try:
                answer = self._http.get(path, asked)
            except (GoneError, AddressError, NotAllowedError):
                break  # a server without them, or a token without the right to read them
            changed = False
            for one in items(answer.json(list[msgspec.Raw]), shapes.Talk):
                if isinstance(one, ItemSkipped):
                    yield one
                elif one.last_status is not None and one.id not in talks:
                    last = self._threads.noted(one.last_status)
                    talks[one.id] = last.id
                    if known.get(one.id) != last.id:
                        changed = True
                        yield from self._talk(last)
            path, asked = answer.links.get("next", ""), {}
            if not (changed and path):
                break
        kept = remembered(known, reversed(talks), _TALKS)
        self._place.talks = {one: talks.get(one, known.get(one, "")) for one in kept}

    def _talk(self, last: shapes.Status) -> Iterator[Event]:
        """Report a private status and what it answers: several may have come since."""
        if last.in_reply_to_id and last.id not in self._reported:
            for one in self._threads.above(last)[-_PAGE:]:
                if self._server.is_direct(one):
                    yield from self._seen(one)
        yield from self._seen(last)

    # What is known already.

    def _again(self, known: list[str]) -> Iterator[Event]:
        """Look again at a few statuses: edits and deletions are told nowhere else."""
        for number in in_turns(known, self._place.turn, newest=_LOOKS, others=_LOOKS):
            watched = self._place.watch.get(number)
            if watched is None or number in self._reported:
                continue
            status = self._threads.status(number)
            if status is None:
                del self._place.watch[number]
                yield MessageGone(remote_id=number)
            else:
                place = SeenConversation(remote_id=watched.root, kind=watched.kind)
                yield from self._told(status, place)

    # What all of them need.

    def _seen(self, status: shapes.Status) -> Iterator[Event]:
        if status.reblog is not None and bytes(status.reblog) != b"null":
            return
        if status.id not in self._reported and not self._threads.is_post(status):
            yield from self._told(status, self._threads.conversation(status))

    def _told(self, status: shapes.Status, place: SeenConversation) -> Iterator[Event]:
        message = self._server.message(status, place)
        if message is None:
            yield ItemSkipped(reason="no_time")
            return
        self._reported.add(status.id)
        # Who dates a message in the future must not be the newest until then.
        at = int(min(message.created_at, datetime.now(UTC)).timestamp())
        watched = Watched(root=place.remote_id, kind=place.kind, at=at)
        self._place.watch.setdefault(status.id, watched)
        yield message

    def _list(self, path: str, asked: dict[str, Any]) -> list[msgspec.Raw]:
        return self._http.get_json(path, list[msgspec.Raw], asked)

    def _moved(self) -> CursorMoved:
        self._place.begun = True
        newest = sorted(self._place.watch.items(), key=lambda one: one[1].at)[-_WATCHED:]
        self._place.watch = dict(newest)
        return CursorMoved(written(self._place))


def _sorted(events: Iterable[Event]) -> Iterator[Event]:
    """Yield messages from old to new, and whatever else there is after them."""
    events = list(events)
    messages = [event for event in events if isinstance(event, MessageSeen)]
    yield from sorted(messages, key=lambda message: message.created_at)
    yield from (event for event in events if not isinstance(event, MessageSeen))
