"""Reads a Discourse forum from where the last pass ended.

Discourse has no list of changes. What is new stands in the list of the newest posts; the same
list shows edits, likes and deletions of the last fifty, and others are looked at again in
turns. Private messages, notifications and the review queue have lists of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

from cm_desktop.connectors import discourse_events as events
from cm_desktop.connectors import discourse_shapes as shapes
from cm_desktop.connectors.cursors import in_turns, read_cursor, written
from cm_desktop.connectors.discourse_forum import Forum, is_told_by_discourse
from cm_desktop.connectors.discourse_latest import Span, listed
from cm_desktop.connectors.discourse_marks import Cursor, Hole, Watched, begin_of
from cm_desktop.domain.errors import GoneError, NotAllowedError
from cm_desktop.domain.events import (
    CursorMoved,
    Event,
    GapFilled,
    ItemSkipped,
    MessageGone,
    MessageSeen,
)
from cm_desktop.domain.model import Kind

FIRST_BITE = timedelta(days=90)  # before the newest post, whatever day that was
FIRST_PAGES = 10  # of fifty posts
# Numbers of posts: what was begun earlier may be there later.
OVERLAP = 50
PASS_PAGES = 20  # a forum bears 60 requests a minute
HOLE_PAGES = 10
_AT_ONCE = 100  # posts between two cursors
_PARENTS = 10  # requests in one pass for posts that were answered
_MISSING_TOPICS = 5
_AGAIN_NEWEST, _AGAIN_OTHERS = 3, 3  # topics looked at again in each pass
_AGAIN_POSTS = 40  # of one topic


class Pass:
    """One reading of a forum. Made anew for each fetch."""

    def __init__(
        self, forum: Forum, since: str | None, me: events.Me, chosen: frozenset[int]
    ) -> None:
        """Go on from a cursor; `chosen` are the categories whose posts are wanted, or none.

        Of other categories only posts that address us are reported.
        """
        self.forum = forum
        self.me = me
        self.cursor = read_cursor(since, Cursor)
        self._chosen = chosen
        self._there: set[int] = set()  # posts that were there in this pass
        self._missing: set[int] = set()  # known posts that were not
        self._looked_up = 0
        self._topics: dict[int, shapes.Topic | None] = {}

    def latest(self) -> Iterator[Event]:
        """Report what is new in the categories, and go on with what is left of earlier."""
        cursor, first = self.cursor, self.cursor.post is None
        floor = max((cursor.post or 0) - OVERLAP, 0)
        most = FIRST_PAGES if first else PASS_PAGES
        span = listed(self.forum, floor, most, age=FIRST_BITE if first else None)
        if first:
            cursor.begin = _first_wanted(span)
        elif span.newest < (cursor.post or 0):
            cursor.post = span.newest  # the newest post was deleted
        self._missing |= {
            number
            for number, one in cursor.watched.items()
            if number >= span.low and one.topic not in cursor.private
        }
        if not first and not span.whole:
            yield from cursor.open_hole(floor, span.low, span.begin)
        yield from span.skipped.values()
        yield from self._in_order(span, floor, moving=True)
        for hole in [*cursor.holes]:
            yield from self._filled(hole)

    def again(self) -> Iterator[Event]:
        """Look once more at topics of which a post was missing, and at others in turns."""
        by_topic: dict[int, list[int]] = defaultdict(list)
        for number in sorted(self.cursor.watched):
            by_topic[self.cursor.watched[number].topic].append(number)
        missing = self._missing - self._there
        turn, self.cursor.turn = self.cursor.turn, (self.cursor.turn + 1) % (1 << 30)
        lost = [str(one) for one in by_topic if not missing.isdisjoint(by_topic[one])]
        due = in_turns(lost, turn, newest=0, others=_MISSING_TOPICS)
        unseen = [one for one in by_topic if not self._there.issuperset(by_topic[one])]
        rest = [str(one) for one in sorted(unseen, key=lambda one: by_topic[one][-1])]
        due += in_turns(rest, turn, newest=_AGAIN_NEWEST, others=_AGAIN_OTHERS)
        for name in dict.fromkeys(due):
            yield from self._topic_again(int(name), by_topic[int(name)], missing)
            yield self.moved()

    def reported(self, posts: Iterable[shapes.Post], kind: Kind | None = None) -> Iterator[Event]:
        """Turn posts into events, from old to new, as far as they are new or changed.

        Without a `kind` each post's own category says what it is to us.
        """
        posts = list(posts)
        numbers = {(post.topic_id, post.post_number): post.id for post in posts}
        seen: list[tuple[int, MessageSeen]] = []
        for post in posts:
            self._there.add(post.id)
            known, state = self.cursor.watched.get(post.id), events.state_of(post)
            if known is not None and known.state == state and not post.is_gone:
                continue
            event = self._event(post, kind, numbers)
            if isinstance(event, MessageSeen):
                seen.append((post.id, event))
                place = Watched(topic=post.topic_id, number=post.post_number, state=state)
                self.cursor.watch(post.id, place)
            elif isinstance(event, ItemSkipped) or (event and self.cursor.forget(post.id)):
                yield event
        for _number, event in sorted(seen, key=lambda pair: (pair[1].created_at, pair[0])):
            yield event

    def topic(self, number: int, near: int | None = None) -> shapes.Topic | None:
        """Return a topic, asked for once in a pass; None where it is not there for us."""
        if near is None and number in self._topics:
            return self._topics[number]
        try:
            found: shapes.Topic | None = self.forum.topic(number, near)
        except (GoneError, NotAllowedError):
            found = None
        self._topics[number] = found
        return found

    def kind_in(self, topic: shapes.Topic) -> Kind:
        """Return what a topic is to us."""
        if topic.is_private:
            return Kind.DIRECT
        chosen = not self._chosen or topic.category_id in self._chosen
        return Kind.TOPIC if chosen else Kind.MENTION

    def wants_category(self, number: int | None) -> bool:
        """Whether a category is one of the chosen ones."""
        return not self._chosen or number in self._chosen

    def moved(self) -> CursorMoved:
        """Return the place to go on from."""
        return CursorMoved(written(self.cursor))

    def _in_order(self, span: Span, floor: int, *, moving: bool) -> Iterator[Event]:
        wanted = [
            post
            for post in span.sorted()
            if (post.id > floor and post.id >= self.cursor.begin) or post.id in self.cursor.watched
        ]
        for place in range(0, len(wanted), _AT_ONCE):
            some = wanted[place : place + _AT_ONCE]
            yield from self.reported(some)
            if moving:
                self.cursor.move(some[-1].id, shapes.when(some[-1].created_at))
            yield self.moved()
        if moving:
            self.cursor.move(max(span.newest, self.cursor.post or 0), None)

    def _filled(self, hole: Hole) -> Iterator[Event]:
        """Read a part of what was left out, from its newest end down."""
        span = listed(self.forum, hole.low, HOLE_PAGES, before=hole.high)
        yield from span.skipped.values()
        yield from self._in_order(span, hole.low, moving=False)
        hole.high = span.low
        if span.whole:
            self.cursor.holes.remove(hole)
            yield GapFilled(begin=begin_of(hole))
        yield self.moved()

    def _event(
        self, post: shapes.Post, kind: Kind | None, numbers: dict[tuple[int, int], int]
    ) -> MessageSeen | MessageGone | ItemSkipped | None:
        kind = kind or self._kind(post)
        if kind is None:
            return None
        title = post.topic_title
        if title is None:
            topic = self.topic(post.topic_id)
            title = topic.title if topic else ""
        place = events.Place(kind=kind, title=title)
        parent = self._parent(post, numbers) if not post.is_gone else None
        return events.post_seen(post, place, self.me, parent)

    def _kind(self, post: shapes.Post) -> Kind | None:
        """Return what a post of the public list is to us; None where it is nothing."""
        known = any(one.topic == post.topic_id for one in self.cursor.watched.values())
        ours = post.user_id == self.me.id and known
        if isinstance(post.category_id, int | None) and not self.wants_category(post.category_id):
            wanted = ours or post.id in self.cursor.watched or events.addresses(post, self.me)
            return Kind.MENTION if wanted else None
        return Kind.TOPIC

    def _parent(self, post: shapes.Post, numbers: dict[tuple[int, int], int]) -> int | None:
        """Return the id of the post that was answered; Discourse only names its number."""
        number = post.reply_to_post_number
        if not number or number == post.post_number:
            return None
        place = (post.topic_id, number)
        if place not in numbers:
            for known in self.cursor.watched:
                watched = self.cursor.watched[known]
                numbers.setdefault((watched.topic, watched.number), known)
        if place not in numbers and self._looked_up < _PARENTS:
            self._looked_up += 1
            try:
                path = f"/posts/by_number/{post.topic_id}/{number}.json"
                numbers[place] = self.forum.get(path, shapes.Post).id
            except (GoneError, NotAllowedError):
                return None
        return numbers.get(place)

    def _topic_again(self, topic: int, numbers: list[int], missing: set[int]) -> Iterator[Event]:
        lost = [one for one in numbers if one in missing]
        asked = sorted({*lost[-_AGAIN_POSTS:], *numbers[-_AGAIN_POSTS:]})
        try:
            posts = self.forum.posts(topic, asked)
        except (GoneError, NotAllowedError) as error:
            if not is_told_by_discourse(error):
                return  # something in between says so, such as a firewall
            posts = []
        # Staff still see the posts of a deleted topic, and nothing at the answers tells it.
        doubtful = topic in self.cursor.private or any(post.id in missing for post in posts)
        if doubtful and self._is_deleted(topic):
            posts = []
        there = {post.id for post in posts}
        for number in asked:
            if number not in there and self.cursor.forget(number):
                yield MessageGone(remote_id=str(number))
        kind = self._kind_again(topic, posts)
        yield from self.reported(posts, kind)

    def _is_deleted(self, topic: int) -> bool:
        found = self.topic(topic)
        return found is not None and found.deleted_at is not None

    def _kind_again(self, topic: int, posts: list[shapes.Post]) -> Kind:
        """Return the kind of a topic; asked for only where it is needed for an event."""
        known = self.cursor.watched
        if all(one.id in known and known[one.id].state == events.state_of(one) for one in posts):
            return Kind.TOPIC
        found = self.topic(topic)
        return self.kind_in(found) if found else Kind.TOPIC


def _first_wanted(span: Span) -> int:
    """Return the first post of a first pass: one that is not too old."""
    posts = span.sorted()
    dates = [at for at in (shapes.when(post.created_at) for post in posts) if at]
    bound = dates[-1] - FIRST_BITE if dates else None
    fresh = [post.id for post in posts if bound and (shapes.when(post.created_at) or bound) > bound]
    return min(fresh, default=0)
