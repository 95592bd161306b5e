"""Reads mentions, threads under our own posts and private conversations from a Mastodon server.

Mentions come through notifications, which page forward by `min_id`. Who answers under a post
of ours without naming us is found by looking at the newest posts; edits, deletions and
favourites by looking again at a few statuses each pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec

from cm_desktop.connectors import mastodon_shapes as shapes
from cm_desktop.connectors.cursors import in_turns, read_cursor, remembered, written
from cm_desktop.connectors.http import Http
from cm_desktop.connectors.http_json import items
from cm_desktop.domain.errors import AddressError, GoneError, NotAllowedError
from cm_desktop.domain.events import CursorMoved, Event, ItemSkipped, MessageGone, MessageSeen

_PAGE = 40
_FIRST = 80  # mentions of the first pass
_PAGES = 25  # of one list in one pass; the next pass goes on from there
_OWN_PAGES = 5
_POSTS = 40  # own posts whose threads are looked after
_THREADS = 20  # of them read in one pass
_TALKS = 100
_WATCHED = 200
_LOOKS = 5  # newest statuses looked at again, and as many of the others in turns


class Place(msgspec.Struct):
    """Where a pass ended; opaque to everybody else."""

    seen: str | None = None  # the newest notification
    own: str | None = None  # the newest status of ours
    posts: dict[str, int] = {}  # our newest posts, and how many answers each had
    talks: dict[str, str] = {}  # private conversations, and the newest status of each
    watch: list[str] = []
    turn: int = 0


class _Named(msgspec.Struct):
    id: str


class Pass:
    """One reading of a server. Made anew for each fetch."""

    def __init__(self, http: Http, since: str | None, me: str) -> None:
        """Go on from a cursor; `me` is the id of our account there."""
        self._http = http
        self._me = me
        self._first = since is None
        self._place = read_cursor(since, Place)
        self._roots: dict[str, str] = {}
        self._posts: dict[str, shapes.Status | None] = {}
        self._reported: dict[str, None] = {}

    def events(self) -> Iterator[Event]:
        """Report everything new, page by page, then what changed of what is known."""
        yield from self._mentions()
        found: list[Event] = []
        for part in (self._own(), self._talks(), self._again()):
            found.extend(part)
        yield from _sorted(found)
        self._place.turn += 1
        yield self._moved()

    # Mentions.

    def _mentions(self) -> Iterator[Event]:
        passed: set[str] = set()
        for _ in range(1 if self._first else _PAGES):
            page = self._notifications(self._place.seen)
            ids = [one.id for one in items(page, _Named) if isinstance(one, _Named)]
            if not ids or set(ids) <= passed or ids[0] == self._place.seen:
                return
            passed.update(ids)
            yield from _sorted(self._of_notifications(page))
            self._place.seen = ids[0]
            yield self._moved()

    def _notifications(self, known: str | None) -> list[msgspec.Raw]:
        """Return the page after a notification, newest first.

        A server that takes `min_id` for `since_id` gives the newest ones and leaves out what
        lies between: so a full page is followed by a question for that.
        """
        asked: dict[str, Any] = {"types[]": ["mention", "quote"], "include_filtered": "true"}
        if known is None:
            return self._list("/api/v1/notifications", asked | {"limit": _FIRST})
        asked |= {"min_id": known, "limit": _PAGE}
        page = self._list("/api/v1/notifications", asked)
        part = page
        for _ in range(_PAGES):
            oldest = [one.id for one in items(part[-1:], _Named) if isinstance(one, _Named)]
            if len(part) < _PAGE or not oldest:
                break
            part = self._list("/api/v1/notifications", asked | {"max_id": oldest[0]})
            page = [*page, *part]
        return page

    def _of_notifications(self, page: list[msgspec.Raw]) -> Iterator[Event]:
        for one in items(page, shapes.Notification):
            if isinstance(one, ItemSkipped):
                yield one
            elif one.status is not None:
                yield from self._seen(one.status)

    # Our own statuses, and what stands below our posts.

    def _own(self) -> Iterator[Event]:
        newest, counts = self._place.own, dict(self._place.posts)
        answered: list[str] = []
        for status in self._own_statuses():
            if isinstance(status, ItemSkipped):
                yield status
                continue
            self._place.own = self._place.own if self._place.own != newest else status.id
            if status.in_reply_to_id:
                yield from self._seen(status)
                continue
            self._posts[status.id] = status
            if (status.replies_count or 0) != counts.get(status.id, 0):
                answered.append(status.id)
            counts[status.id] = status.replies_count or 0
        kept = remembered(self._place.posts, reversed(answered), _POSTS)
        for root in dict.fromkeys(
            [*answered[:_THREADS], *in_turns(kept, self._place.turn, newest=0, others=1)]
        ):
            yield from self._thread(root)
        known = [one for one in kept if one in counts]
        self._place.posts = {one: counts[one] for one in known if one not in answered[_THREADS:]}

    def _own_statuses(self) -> Iterator[shapes.Status | ItemSkipped]:
        """Yield statuses of ours, newest first: a page, and more until one that is known."""
        asked: dict[str, Any] = {"limit": _PAGE, "exclude_reblogs": "true"}
        known, passed = self._place.own, set[str]()
        for _ in range(1 if self._first else _OWN_PAGES):
            page = self._list(f"/api/v1/accounts/{self._me}/statuses", asked)
            ids = [one.id for one in items(page, _Named) if isinstance(one, _Named)]
            if not ids or set(ids) <= passed:
                return
            passed.update(ids)
            yield from items(page, shapes.Status)
            if known is None or known in ids or len(page) < _PAGE:
                return
            asked["max_id"] = ids[-1]

    def _thread(self, root: str) -> Iterator[Event]:
        if root not in self._posts:
            self._posts[root] = self._status(root)
        if self._posts[root] is None:
            return
        context = self._context(root)
        for one in items(context.descendants, shapes.Status):
            if isinstance(one, ItemSkipped):
                yield one
                continue
            self._roots[one.id] = root
            yield from self._seen(one)

    # Private conversations.

    def _talks(self) -> Iterator[Event]:
        """Report the newest of each private conversation; pages come by the Link header only."""
        path: str = "/api/v1/conversations"
        asked: dict[str, Any] = {"limit": _PAGE}
        talks: dict[str, str] = {}
        for _ in range(1 if self._first else _OWN_PAGES):
            try:
                answer = self._http.get(path, asked)
            except (GoneError, AddressError, NotAllowedError):
                return  # a server without them, or a token without the right to read them
            changed = False
            for one in items(answer.json(list[msgspec.Raw]), shapes.Talk):
                if isinstance(one, ItemSkipped):
                    yield one
                elif one.last_status is not None and one.id not in talks:
                    talks[one.id] = one.last_status.id
                    if self._place.talks.get(one.id) != one.last_status.id:
                        changed = True
                        yield from self._talk(one.last_status)
            path, asked = answer.links.get("next", ""), {}
            if not (changed and path):
                break
        self._place.talks = dict(list(({**self._place.talks, **talks}).items())[-_TALKS:])

    def _talk(self, last: shapes.Status) -> Iterator[Event]:
        if last.in_reply_to_id:
            for one in items(self._context(last.id).ancestors[-_PAGE:], shapes.Status):
                if isinstance(one, shapes.Status) and one.visibility == "direct":
                    yield from self._seen(one)
        yield from self._seen(last)

    # What is known already.

    def _again(self) -> Iterator[Event]:
        """Look again at a few statuses: edits and deletions are told nowhere else."""
        looks = in_turns(self._place.watch, self._place.turn, newest=_LOOKS, others=_LOOKS)
        for one in looks:
            if one in self._reported:
                continue
            status = self._status(one)
            if status is None:
                self._place.watch.remove(one)
                yield MessageGone(remote_id=one)
            else:
                yield from self._seen(status)
        self._place.watch = remembered(self._place.watch, self._reported, _WATCHED)

    # What all of them need.

    def _seen(self, status: shapes.Status) -> Iterator[MessageSeen | ItemSkipped]:
        if status.reblog is not None and bytes(status.reblog) != b"null":
            return
        if status.id in self._reported:
            return
        root = self._root(status)
        if root == status.id and status.account.id == self._me and status.visibility != "direct":
            return  # a post of ours, no answer to anybody
        message = shapes.message_of(status, root, self._post(root), self._me)
        if message is None:
            yield ItemSkipped(reason="no_time", remote_id=None)
            return
        self._reported[status.id] = None
        yield message

    def _root(self, status: shapes.Status) -> str:
        parent = status.in_reply_to_id
        if not parent:
            return status.id
        if status.id not in self._roots and parent in self._roots:
            self._roots[status.id] = self._roots[parent]
        if status.id not in self._roots:
            above = [
                one
                for one in items(self._context(status.id).ancestors, shapes.Status)
                if isinstance(one, shapes.Status)
            ]
            root = above[0] if above else None
            for one in (*above, status):
                self._roots[one.id] = root.id if root else parent
            if root is not None:
                self._posts.setdefault(root.id, root)
        return self._roots[status.id]

    def _post(self, root: str) -> shapes.Status | None:
        """Return the status a thread began with if it is ours."""
        if root not in self._posts:
            self._posts[root] = self._status(root) if root in self._place.posts else None
        post = self._posts[root]
        return post if post is not None and post.account.id == self._me else None

    def _context(self, status: str) -> shapes.Context:
        with suppress(GoneError):
            return self._http.get_json(f"/api/v1/statuses/{_safe(status)}/context", shapes.Context)
        return shapes.Context()

    def _status(self, status: str) -> shapes.Status | None:
        with suppress(GoneError):
            return self._http.get_json(f"/api/v1/statuses/{_safe(status)}", shapes.Status)
        return None

    def _list(self, path: str, asked: dict[str, Any]) -> list[msgspec.Raw]:
        return self._http.get_json(path, list[msgspec.Raw], asked)

    def _moved(self) -> CursorMoved:
        return CursorMoved(written(self._place))


def _sorted(events: Any) -> Iterator[Event]:
    """Yield messages from old to new, and whatever else there is after them."""
    events = list(events)
    messages = [event for event in events if isinstance(event, MessageSeen)]
    yield from sorted(messages, key=lambda message: message.created_at)
    yield from (event for event in events if not isinstance(event, MessageSeen))


def _safe(number: str) -> str:
    """Return an id as part of an address: it comes from outside and may hold anything."""
    from urllib.parse import quote

    return quote(number, safe="")
