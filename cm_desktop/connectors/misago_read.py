"""Reads a Misago forum's threads from where the last pass ended.

Misago has no list of changes. Its lists of threads are in the order of their last post, and
each line says which that is and how many there are: so we read those threads in which
something changed since. Approving, deleting and moving show there too, as long as they are
about threads of late; a few others are looked at again in turns.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from cm_desktop.connectors import misago_shapes as shapes
from cm_desktop.connectors.cursors import in_turns, read_cursor, written
from cm_desktop.connectors.misago_forum import Forum
from cm_desktop.connectors.misago_pages import PagesOf, Reading, thread_of
from cm_desktop.domain.errors import GoneError, NotAllowedError
from cm_desktop.domain.events import (
    CursorMoved,
    Event,
    GapFound,
    ItemSkipped,
    MessageGone,
    MessageSeen,
)
from cm_desktop.domain.model import Kind

THREADS = "/api/threads/"
PRIVATE = "/api/private-threads/"

FIRST_BITE = timedelta(days=90)  # before the last word in the forum, whatever day that was
FIRST_POSTS = 500
FIRST_PAGES = 3  # of one thread
# Numbers of posts, over all threads: so far back a thread is read again when it changed. A
# post may be approved late, and one that was begun earlier may be there later.
OVERLAP = 100
LIST_PAGES = 50  # lines of threads in one pass: about a thousand
THREAD_PAGES = 50  # of one thread in one pass
_WATCHED = 300  # posts
_AGAIN_NEWEST, _AGAIN_OTHERS = 3, 3  # threads looked at again in each pass
_AGAIN_PAGES = 5
_LOOKED_UP = 30  # missing posts in one pass
_SEARCHED = 5  # threads in which one is looked for where nobody tells us
_HELD_THREADS = 20
_NOT_READ = 2**63

_Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Mark(msgspec.Struct):
    """How far one list of threads was read."""

    post: _Number | None = None  # all that is older was read
    reached: _Number = 0  # the newest post that was read, also of a pass that broke off
    at: _Number = 0  # when it was written, in seconds since 1970
    states: dict[_Number, list[_Number]] = msgspec.field(default_factory=dict)


class Cursor(msgspec.Struct):
    """Where a pass ended; opaque to everybody else."""

    threads: Mark = msgspec.field(default_factory=Mark)
    private: Mark = msgspec.field(default_factory=Mark)
    # The newest posts and who wrote them, by their thread: edited, hidden, deleted?
    watched: dict[_Number, dict[_Number, _Number]] = msgspec.field(default_factory=dict)
    direct: list[_Number] = msgspec.field(default_factory=list)  # which threads are private
    turn: _Number = 0


class Pass:
    """One reading of a forum. Made anew for each fetch."""

    def __init__(self, forum: Forum, since: str | None, me: int, chosen: frozenset[int]) -> None:
        """Go on from a cursor; `chosen` are the categories whose posts are wanted, or none.

        Of other categories only posts that name us are reported.
        """
        self._forum = forum
        self._me = me
        self._chosen = chosen
        self._cursor = read_cursor(since, Cursor)
        self._seen: set[int] = set()  # posts that were there in this pass
        self._read: set[int] = set()  # threads that were read in this pass
        self._missing: dict[int, int] = {}  # posts that were not there, and their thread

    def events(self, *, private: bool, held: bool) -> Iterator[Event]:
        """Report threads, private ones if we may have them, and what waits for approval."""
        floor = max((self._cursor.threads.post or 0) - OVERLAP, 0)
        yield from self._changed(THREADS, self._cursor.threads)
        if private:
            with suppress(NotAllowedError):
                yield from self._changed(PRIVATE, self._cursor.private)
        if held:
            yield from self._waiting(floor)
        yield from self._again()
        yield from self._gone()
        yield self._moved()

    def _changed(self, route: str, mark: Mark) -> Iterator[Event]:
        """Read the threads of a list in which something changed."""
        first = mark.post is None
        floor = max((mark.post or 0) - OVERLAP, 0)
        threads, whole = self._listed(route, floor)
        if first:
            threads = _first_bite(threads)
        elif not whole:
            yield from _gap(mark, [one.last_post_on for one in threads])
        for thread in sorted(threads, key=lambda one: one.last_post or 0):
            if mark.states.get(thread.id) == thread.state:
                continue
            most = FIRST_PAGES if first else THREAD_PAGES
            reading = self._reading(route, thread.id, floor, most, thread.pages)
            if reading is not None:
                if not (first or reading.whole):
                    yield from _gap(mark, [one.posted_on for one in reading.posts[:1]])
                yield from self._reported(route, reading, floor)
                mark.reached = max(mark.reached, reading.newest)
                mark.at = max(mark.at, _seconds(reading))
            mark.states[thread.id] = thread.state
            yield self._moved()
        mark.post = max(mark.reached, mark.post or 0)
        listed = {one.id for one in threads if (one.last_post or 0) > mark.post - OVERLAP}
        mark.states = {one: mark.states[one] for one in mark.states if one in listed}

    def _listed(self, route: str, floor: int) -> tuple[list[shapes.Thread], bool]:
        """Return the threads written in after a post, and whether these are all of them."""
        found: dict[int, shapes.Thread] = {}
        start: int | None = None
        for _page in range(LIST_PAGES):
            asked = {"start": str(start)} if start else {}
            try:
                page = self._forum.get_json(route, shapes.ThreadList, asked)
            except GoneError:
                return [*found.values()], start is not None  # what was there is deleted
            for one in shapes.decoded(page.results, shapes.Thread):
                if isinstance(one, shapes.Thread) and (one.last_post or 0) > floor:
                    found.setdefault(one.id, one)
            if not page.next or page.next <= floor or (start and page.next >= start):
                return [*found.values()], True
            if floor == 0 and sum(one.replies + 1 for one in found.values()) > FIRST_POSTS:
                return [*found.values()], True
            start = page.next
        return [*found.values()], False

    def _reading(
        self, route: str, thread: int, floor: int, most: int, pages: int = 1
    ) -> Reading | None:
        """Read a thread down to a post; None where it is not there any more."""
        try:
            reading = PagesOf(self._forum, f"{route}{thread}/posts/").down_to(floor, most, pages)
        except (GoneError, NotAllowedError):
            self._missing.update(dict.fromkeys(self._cursor.watched.get(thread, {}), thread))
            return None
        self._read.add(thread)
        there = {post.id for post in reading.posts}
        self._seen |= there
        lowest = 0 if reading.to_begin else min(there, default=_NOT_READ)
        for number in self._cursor.watched.get(thread, {}):
            if number not in there and number >= lowest and not reading.skipped:
                self._missing[number] = thread
        return reading

    def _reported(self, route: str, reading: Reading, floor: int) -> Iterator[Event]:
        """Turn what was read into events, from old to new, and remember what to watch."""
        kind = self._kind(route, reading.page)
        place = shapes.place_of(reading.page, kind, self._forum.address, self._me)
        wanted = [post for post in reading.posts if post.id > floor]
        if kind is Kind.MENTION:
            wanted = [post for post in wanted if shapes.mentions(post, self._me)]
        yield from reading.skipped
        events = [(post.id, shapes.post_seen(post, place)) for post in wanted]
        known = self._cursor.watched.get(reading.page.id, {})
        seen = [(number, one) for number, one in events if isinstance(one, MessageSeen)]
        yield from (one for _number, one in events if isinstance(one, ItemSkipped))
        for number, one in events:
            if isinstance(one, MessageGone) and number in known:
                self._forget(reading.page.id, number)
                yield one
        for _number, one in sorted(seen, key=lambda pair: (pair[1].created_at, pair[0])):
            yield one
        authors = {post.id: post.poster.id if post.poster else 0 for post in wanted}
        self._watch(reading.page.id, {number: authors[number] for number, _one in seen}, kind)

    def _kind(self, route: str, page: shapes.ThreadPage) -> Kind:
        if route == PRIVATE:
            return Kind.DIRECT
        chosen = not self._chosen or bool(self._chosen & shapes.category_numbers(page))
        return Kind.TOPIC if chosen else Kind.MENTION

    def _waiting(self, floor: int) -> Iterator[Event]:
        """Read the threads in which something waits for approval: it moves no thread up."""
        try:
            page = self._forum.get_json(THREADS, shapes.ThreadList, {"list": "unapproved"})
        except NotAllowedError:
            return
        threads = shapes.decoded(page.results[:_HELD_THREADS], shapes.Thread)
        for thread in threads:
            if isinstance(thread, shapes.Thread) and thread.id not in self._read:
                reading = self._reading(THREADS, thread.id, floor, _AGAIN_PAGES, thread.pages)
                if reading is not None:
                    reading.posts = [post for post in reading.posts if post.is_unapproved]
                    yield from self._reported(THREADS, reading, floor)
                    yield self._moved()

    def _again(self) -> Iterator[Event]:
        """Look once more at some of the threads we know."""
        newest_last = sorted(self._cursor.watched, key=self._newest_of)
        turn, self._cursor.turn = self._cursor.turn, (self._cursor.turn + 1) % (1 << 30)
        names = [str(thread) for thread in newest_last if thread not in self._read]
        for name in in_turns(names, turn, newest=_AGAIN_NEWEST, others=_AGAIN_OTHERS):
            thread = int(name)
            floor = max(min(self._cursor.watched[thread], default=1) - 1, 0)
            route = PRIVATE if thread in self._cursor.direct else THREADS
            reading = self._reading(route, thread, floor, _AGAIN_PAGES)
            if reading is not None:
                yield from self._reported(route, reading, floor)
                yield self._moved()

    def _newest_of(self, thread: int) -> int:
        return max(self._cursor.watched.get(thread, {}), default=0)

    def _gone(self) -> Iterator[Event]:
        """Tell of posts that are no longer there, unless they were moved to another thread."""
        missing = sorted(one for one in self._missing if one not in self._seen)
        if not missing:
            return
        if self._forum.user().id != self._me:
            return  # signed out meanwhile: what we miss is only out of our sight
        for number in missing[:_LOOKED_UP]:  # the others are missed again
            if number not in self._seen:
                yield from self._moved_to(number)
            self._forget(self._missing[number], number)
            if number not in self._seen:
                yield MessageGone(remote_id=str(number))

    def _moved_to(self, number: int) -> Iterator[Event]:
        """Read the thread a missing post is in now, if it is in any."""
        before = self._missing[number]
        if before in self._cursor.direct:
            return  # nobody moves what is private
        author = self._cursor.watched.get(before, {}).get(number, 0)
        try:
            thread = thread_of(self._forum, number, author)
        except NotAllowedError:
            # Nobody can tell: then at least not where others wrote since.
            threads = self._listed(THREADS, number - 1)[0]
        else:
            threads = [shapes.Thread(id=thread)] if thread else []
        for known in [one for one in threads if one.id not in self._read][:_SEARCHED]:
            reading = self._reading(THREADS, known.id, number - 1, THREAD_PAGES, known.pages)
            if reading is not None:
                yield from self._reported(THREADS, reading, number - 1)
            if number in self._seen:
                return

    def _watch(self, thread: int, authors: dict[int, int], kind: Kind) -> None:
        watched = self._cursor.watched
        for number in authors:
            for other in [one for one in watched if number in watched[one] and one != thread]:
                self._forget(other, number)  # it was moved
        watched[thread] = watched.get(thread, {}) | authors
        if kind is Kind.DIRECT and thread not in self._cursor.direct:
            self._cursor.direct.append(thread)
        newest = sorted((number for known in watched.values() for number in known), reverse=True)
        bound = newest[_WATCHED - 1] if len(newest) > _WATCHED else 0
        for one in list(watched):
            watched[one] = {
                number: watched[one][number] for number in watched[one] if number >= bound
            }
            self._drop_empty(one)

    def _forget(self, thread: int, number: int) -> None:
        self._cursor.watched.get(thread, {}).pop(number, None)
        self._drop_empty(thread)

    def _drop_empty(self, thread: int) -> None:
        if not self._cursor.watched.get(thread):
            self._cursor.watched.pop(thread, None)
            self._cursor.direct = [one for one in self._cursor.direct if one != thread]

    def _moved(self) -> CursorMoved:
        return CursorMoved(written(self._cursor))


def _first_bite(threads: list[shapes.Thread]) -> list[shapes.Thread]:
    """Return the threads of late, at most as many as hold the posts of a first pass."""
    newest_first = sorted(threads, key=lambda one: one.last_post or 0, reverse=True)
    dates = [at for at in (shapes.when(one.last_post_on) for one in newest_first) if at]
    bound = max(dates, default=datetime.now(UTC)) - FIRST_BITE
    taken, posts = [], 0
    for thread in newest_first:
        at = shapes.when(thread.last_post_on)
        if posts >= FIRST_POSTS or (at is not None and at < bound):
            break
        taken.append(thread)
        posts += min(thread.replies + 1, FIRST_PAGES * 20)
    return taken


def _gap(mark: Mark, read_from: list[str | None]) -> Iterator[Event]:
    """Tell that what lies between two passes was too much to be read."""
    dates = [at for at in (shapes.when(text) for text in read_from) if at]
    if not mark.at or not dates:
        return
    with suppress(ValueError, OverflowError, OSError):
        begin = datetime.fromtimestamp(mark.at, UTC)
        if begin < min(dates):
            yield GapFound(begin=begin, end=min(dates), lost=True)


def _seconds(reading: Reading) -> int:
    dates = [shapes.when(post.posted_on) for post in reading.posts]
    return max((int(at.timestamp()) for at in dates if at), default=0)
