"""Reads answers, mentions and quotes, and the threads under our own posts, from Bluesky.

Notifications can only be paged backwards in time, and sorted by a time that authors make up. So
a pass reads from the newest one down to what it knows, with an overlap; what it cannot read at
once is a gap that the next passes go back for. Answers that came before the post they answer
are never notified: they are found by looking at the threads under our newest posts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

import msgspec

from cm_desktop.connectors import bluesky_address as address
from cm_desktop.connectors import bluesky_shapes as shapes
from cm_desktop.connectors.bluesky_back import Backwards, Gap
from cm_desktop.connectors.bluesky_chat import Chat, Talks
from cm_desktop.connectors.bluesky_session import Session
from cm_desktop.connectors.cursors import in_turns, read_cursor, remembered, written
from cm_desktop.connectors.http_json import items
from cm_desktop.connectors.web_values import iso_time
from cm_desktop.domain.errors import GoneError, RejectedError
from cm_desktop.domain.events import (
    CursorMoved,
    Event,
    GapFilled,
    GapFound,
    ItemSkipped,
    MessageGone,
    MessageSeen,
)

_OVERLAP = timedelta(minutes=10)
_BATCH = 25  # posts asked for by address at once, the most there is
_PAGES = 10  # of notifications in one pass, and of a gap
_OWN = 50
_OWN_PAGES = 4
_POSTS = 40  # own posts whose threads are looked after
_THREADS = 15  # of them read in one pass
_FIRST = 300  # messages after which a first pass reads no more threads
_DEPTH = 20
_WATCHED = 250
_LOOKS = 25  # newest messages looked at again, and as many of the others in turns
_DOUBTS = 10  # of those that are missing, asked for one by one
_MOST_GAPS = 5


class Place(msgspec.Struct):
    """Where a pass ended; opaque to everybody else."""

    mark: str = ""  # when the newest notification came
    own: str = ""  # our newest post
    posts: dict[
        str, int
    ] = {}  # our newest posts that began a thread, and how many answers each had
    known: list[str] = []  # messages seen last, the newest at the end
    gaps: list[Gap] = []
    talks: Talks = msgspec.field(default_factory=Talks)
    turn: int = 0


class Pass:
    """One reading of the network. Made anew for each fetch."""

    def __init__(self, session: Session, since: str | None, *, chat: bool) -> None:
        """Go on from a cursor; `chat`: private messages as well."""
        self._session = session
        self._me = session.did
        self._first = since is None
        self._place = read_cursor(since, Place)
        self._known = frozenset(self._place.known)
        self._posts: dict[str, shapes.Post] = {}
        self._gone: list[Event] = []
        self._reported: dict[str, None] = {}
        self._read: set[str] = set()  # what was read elsewhere
        self._chat = Chat(session, self._place.talks) if chat else None

    def events(self) -> Iterator[Event]:
        """Report everything new, then what changed of what is known."""
        gap = self._place.gaps[0] if self._place.gaps else None
        yield from self._notified()
        yield self._moved()
        if gap is not None:
            yield from self._filled(gap)
        yield from self._messages([*self._own(), *self._looked_at_again()])
        yield from self._gone
        self._place.turn += 1
        yield self._moved()
        if self._chat is not None:
            yield from self._chat.events()
            yield self._moved()

    # Notifications.

    def _notified(self) -> Iterator[Event]:
        mark = iso_time(self._place.mark)
        reading = Backwards(self._session, self._known, mark - _OVERLAP if mark else None)
        reading.read("", 1 if self._first else _PAGES)
        yield from self._of_notifications(reading)
        if newest := reading.newest:
            self._place.mark = max(newest, mark or newest).isoformat()
        if mark and reading.rest:
            end = reading.oldest or mark
            gap = Gap(begin=mark.isoformat(), end=end.isoformat(), rest=reading.rest)
            self._place.gaps.append(gap)
            yield GapFound(begin=gap.since, end=gap.until)
        for lost in self._place.gaps[:-_MOST_GAPS]:
            yield GapFound(begin=lost.since, end=lost.until, lost=True)
        self._place.gaps = self._place.gaps[-_MOST_GAPS:]

    def _filled(self, gap: Gap) -> Iterator[Event]:
        """Go on with the oldest gap of an earlier pass."""
        reading = Backwards(self._session, self._known, gap.since - _OVERLAP)
        try:
            reading.read(gap.rest, _PAGES)
        except RejectedError:  # it does not know the place any more
            self._drop(gap)
            yield GapFound(begin=gap.since, end=gap.until, lost=True)
            return
        yield from self._of_notifications(reading)
        if reading.rest:
            gap.rest = reading.rest
        else:
            self._drop(gap)
            yield GapFilled(begin=gap.since)
        yield self._moved()

    def _drop(self, gap: Gap) -> None:
        self._place.gaps = [one for one in self._place.gaps if one is not gap]

    def _of_notifications(self, reading: Backwards) -> Iterator[Event]:
        yield from reading.skipped
        self._read |= reading.already_read
        yield from self._messages(self._asked_for(reading.new))
        self._reported |= dict.fromkeys(reading.new)

    # Our own posts, and what stands below them.

    def _own(self) -> Iterator[shapes.Post | ItemSkipped]:
        newest, before = self._place.own, self._place.posts
        counts: dict[str, int] = {}
        for post in self._own_posts():
            if isinstance(post, ItemSkipped):
                yield post
                continue
            if self._place.own == newest:
                self._place.own = post.uri
            if post.record.reply is not None:
                yield post
            else:
                counts[post.uri] = post.replies or 0
        kept = remembered(before, reversed(counts), _POSTS)
        answered = [one for one in counts if counts[one] != before.get(one, 0)]
        turn = in_turns(kept, self._place.turn, newest=0, others=1)
        self._place.posts = {one: counts.get(one, before.get(one, 0)) for one in kept}
        for root in dict.fromkeys([*answered, *turn]):
            if self._is_enough(answered.index(root) if root in answered else 0):
                self._place.posts[root] = before.get(root, 0)  # hence read next time
            else:
                yield from self._thread(root)

    def _is_enough(self, threads: int) -> bool:
        return threads >= _THREADS or (self._first and len(self._posts) > _FIRST)

    def _own_posts(self) -> Iterator[shapes.Post | ItemSkipped]:
        """Yield posts of ours, newest first: a page, and more until one that is known."""
        asked: dict[str, object] = {
            "actor": self._me,
            "limit": _OWN,
            "filter": "posts_with_replies",
        }
        passed, known = set[str](), self._place.own
        for _ in range(1 if self._first else _OWN_PAGES):
            page = self._session.get("app.bsky.feed.getAuthorFeed", shapes.Feed, asked)
            found = list(self._of_feed(page))
            uris = {post.uri for post in found if isinstance(post, shapes.Post)}
            if uris and uris <= passed:
                return
            passed |= uris
            yield from found
            if not page.cursor or known in uris or not known:
                return
            asked["cursor"] = page.cursor

    def _of_feed(self, page: shapes.Feed) -> Iterator[shapes.Post | ItemSkipped]:
        for item in items(page.feed, shapes.FeedItem):
            found = [item] if isinstance(item, ItemSkipped) else items([item.post], shapes.Post)
            for post in found:
                if isinstance(post, ItemSkipped):
                    yield post
                elif address.owner_of(post.uri) == self._me:  # else repeated by us
                    self._posts.setdefault(post.uri, post)
                    yield post

    def _thread(self, root: str) -> Iterator[shapes.Post | ItemSkipped]:
        try:
            asked = {"uri": root, "depth": _DEPTH, "parentHeight": 0}
            thread = self._session.get("app.bsky.feed.getPostThread", shapes.Thread, asked)
        except (GoneError, RejectedError):
            self._place.posts.pop(root, None)
            return
        for post in shapes.posts_in(thread):
            if isinstance(post, shapes.Post):
                self._posts.setdefault(post.uri, post)
            yield post

    # What is known already.

    def _looked_at_again(self) -> Iterator[shapes.Post | ItemSkipped]:
        """Look again at a few messages: what we liked and what is gone is told nowhere else."""
        looks = in_turns(self._place.known, self._place.turn, newest=_LOOKS, others=_LOOKS)
        looks = [one for one in looks if one not in self._posts]
        yield from self._asked_for(looks)
        for uri in [one for one in looks if one not in self._posts][:_DOUBTS]:
            if self._is_gone(uri):
                self._place.known.remove(uri)
                self._gone.append(MessageGone(remote_id=uri))

    def _is_gone(self, uri: str) -> bool:
        """Tell a post that was deleted from one that we may not see because of a block."""
        try:
            asked = {"uri": uri, "depth": 0, "parentHeight": 0}
            thread = self._session.get("app.bsky.feed.getPostThread", shapes.Thread, asked)
        except (GoneError, RejectedError) as error:
            return isinstance(error, GoneError) or error.reason == "NotFound"
        return shapes.kind_of(thread) == "notFoundPost"

    # What all of them need.

    def _asked_for(self, uris: Iterable[str]) -> Iterator[shapes.Post | ItemSkipped]:
        """Yield posts by address; those that are gone are left out."""
        left = [one for one in dict.fromkeys(uris) if one not in self._posts]
        yield from (self._posts[one] for one in dict.fromkeys(uris) if one in self._posts)
        for place in range(0, len(left), _BATCH):
            asked = {"uris": left[place : place + _BATCH]}
            page = self._session.get("app.bsky.feed.getPosts", shapes.Posts, asked)
            for post in items(page.posts, shapes.Post):
                if isinstance(post, shapes.Post):
                    self._posts[post.uri] = post
                yield post

    def _messages(self, found: Iterable[shapes.Post | ItemSkipped]) -> Iterator[Event]:
        """Yield messages from old to new, and whatever else there is after them."""
        found = list(found)
        posts = [one for one in found if isinstance(one, shapes.Post)]
        roots = {shapes.root_of(post) for post in posts}
        ours = sorted(root for root in roots if address.owner_of(root) == self._me)
        found += [one for one in self._asked_for(ours) if isinstance(one, ItemSkipped)]
        messages: list[MessageSeen] = []
        for post in posts:
            if post.uri in self._reported or self._is_nobodys_answer(post):
                continue
            message = shapes.message_of(post, self._posts.get(shapes.root_of(post)), self._me)
            if message is None:
                found.append(ItemSkipped(reason="no_sense"))
                continue
            self._reported[post.uri] = None
            messages.append(replace(message, seen_by_us=post.uri in self._read))
        yield from sorted(messages, key=lambda message: message.created_at)
        yield from (one for one in found if isinstance(one, ItemSkipped))

    def _is_nobodys_answer(self, post: shapes.Post) -> bool:
        """Tell whether a post is ours and answers only posts of ours, as parts of a long one do."""
        above: shapes.Post | None = post
        for _ in range(_DEPTH):
            if above is None or address.owner_of(above.uri) != self._me:
                return False
            if above.record.reply is None:
                return True
            above = self._posts.get(above.record.reply.parent.uri)
        return True

    def _moved(self) -> CursorMoved:
        self._place.known = remembered(self._place.known, self._reported, _WATCHED)
        return CursorMoved(written(self._place))
