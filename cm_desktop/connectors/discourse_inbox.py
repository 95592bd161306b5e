"""Reads what of a Discourse forum is for us alone: private messages, mentions, the review queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import quote

from cm_desktop.connectors import discourse_events as events
from cm_desktop.connectors import discourse_shapes as shapes
from cm_desktop.connectors.discourse_marks import Private
from cm_desktop.connectors.discourse_read import FIRST_BITE, Pass
from cm_desktop.domain.errors import GoneError, NotAllowedError, RejectedError
from cm_desktop.domain.events import Event, GapFound, ItemSkipped, MessageGone
from cm_desktop.domain.model import Kind

FIRST_TOPICS, FIRST_POSTS = 15, 20  # private ones, and of each
TOPICS = 8  # private ones read in one pass; the others follow with the next
TOPIC_POSTS = 100  # of one topic in one pass
LIST_PAGES = 10  # of thirty lines
QUEUE_PAGES = 5  # of ten things
_QUEUE_PAGE = 10
_RESOLVED = 5  # things looked up that no longer wait
_TOLD = 10  # notifications followed up in one pass
# Mentioned, answered, quoted, a group of ours mentioned.
_ADDRESSED = (1, 2, 3, 15)
# A part that we may not have, or that this forum does not have, costs no other.
_NOT_FOR_US = (GoneError, NotAllowedError, RejectedError)


def private_messages(reading: Pass, inboxes: Sequence[str]) -> Iterator[Event]:
    """Report our private messages, and those to groups of ours, as far as they changed."""
    name = quote(reading.me.name, safe="")
    paths = [f"/topics/private-messages/{name}.json"]
    paths += [f"/topics/private-messages-group/{name}/{group}.json" for group in inboxes]
    first = not reading.cursor.private
    changed: dict[int, shapes.ListedTopic] = {}
    for path in paths:
        lines, whole = _changed(reading, path, first=first)
        changed |= {one.id: one for one in lines}
        if not (first or whole):
            yield from _too_many(reading, lines)
    oldest_first = sorted(changed.values(), key=lambda one: (_written(one), one.id))
    wanted = _of_late(oldest_first) if first else oldest_first[:TOPICS]
    for line in oldest_first if first else []:
        if line not in wanted:  # until somebody writes there
            reading.cursor.remember(line.id, Private(state=line.state))
    for line in wanted:
        yield from _private(reading, line)
        yield reading.moved()


def notified(reading: Pass) -> Iterator[Event]:
    """Report posts that address us and stand in no list, such as those of unlisted topics."""
    try:
        page = reading.forum.get("/notifications.json", shapes.Notifications, {"limit": "60"})
    except _NOT_FOR_US:
        return
    cursor, first = reading.cursor, reading.cursor.told is None
    new = [
        one
        for one in shapes.good(page.notifications, shapes.Notification)
        if one.notification_type in _ADDRESSED and one.id > (cursor.told or 0)
    ]
    new.sort(key=lambda one: one.id)
    for one in new[-_TOLD:] if first else new[:_TOLD]:
        if one.topic_id and one.post_number:
            yield from _addressed(reading, one.topic_id, one.post_number)
        cursor.told = one.id
        yield reading.moved()
    cursor.told = cursor.told or 0


def waiting(reading: Pass) -> Iterator[Event]:
    """Report what waits for approval, and what became of that which no longer does."""
    pending: set[int] = set()
    whole = False
    for number in range(QUEUE_PAGES):
        asked = {
            "type": "ReviewableQueuedPost",
            "status": "pending",
            "sort_order": "created_at",
            "offset": str(number * _QUEUE_PAGE),
        }
        try:
            page = reading.forum.get("/review.json", shapes.ReviewQueue, asked)
        except _NOT_FOR_US:
            return
        yield from _held(reading, page, pending)
        if not page.has_more:
            whole = True
            break
    known = [one for one in reading.cursor.held if one not in pending]
    for number in known[:_RESOLVED] if whole else []:
        yield from _resolved(reading, number)
    kept = [one for one in reading.cursor.held if one not in pending]
    reading.cursor.held = [*kept, *sorted(pending)]
    yield reading.moved()


def own_waiting(reading: Pass) -> Iterator[Event]:
    """Report what waits of ours, for somebody who may not see the queue."""
    path = f"/posts/{quote(reading.me.name, safe='')}/pending.json"
    try:
        page = reading.forum.get(path, shapes.PendingPosts)
    except _NOT_FOR_US:
        return
    pending = set()
    for one in shapes.decoded(page.pending_posts, shapes.PendingPost):
        yield one if isinstance(one, ItemSkipped) else events.own_held_seen(one, reading.me)
        if isinstance(one, shapes.PendingPost):
            pending.add(one.id)
    for number in reading.cursor.held:
        if number not in pending:
            yield MessageGone(remote_id=f"{events.HELD}{number}")
    reading.cursor.held = sorted(pending)
    yield reading.moved()


def _changed(reading: Pass, path: str, *, first: bool) -> tuple[list[shapes.ListedTopic], bool]:
    """Return the topics of a list that changed, and whether these are all of them."""
    known = reading.cursor.private
    changed: dict[int, shapes.ListedTopic] = {}
    for number in range(1 if first else LIST_PAGES):
        try:
            page = reading.forum.get(path, shapes.TopicList, {"page": str(number)})
        except _NOT_FOR_US:
            return [*changed.values()], True
        lines = shapes.good(page.topic_list.topics, shapes.ListedTopic)
        for one in lines:
            if one.id not in known or known[one.id].state != one.state:
                changed[one.id] = one
        # One that is as it was is the end: those below it were written in earlier still.
        if any(one.id not in changed for one in lines) or not page.topic_list.more_topics_url:
            return [*changed.values()], True
    return [*changed.values()], False


def _of_late(oldest_first: list[shapes.ListedTopic]) -> list[shapes.ListedTopic]:
    """Return those private topics that a first pass takes."""
    some = oldest_first[-FIRST_TOPICS:]
    return [one for one in some if _written(one) > _written(some[-1]) - FIRST_BITE]


def _private(reading: Pass, line: shapes.ListedTopic) -> Iterator[Event]:
    topic = reading.topic(line.id)
    if topic is None or not topic.is_private:
        return
    watched, known = reading.cursor.watched, reading.cursor.private.get(line.id)
    stream, read = topic.numbers, known.post if known else 0
    ours = [one for one in watched if watched[one].topic == line.id]
    new = [one for one in stream if one > read]
    wanted = new[:TOPIC_POSTS] if read else new[-FIRST_POSTS:]
    there = shapes.good(topic.post_stream.posts, shapes.Post)
    posts = {post.id: post for post in there if post.id in wanted or post.id in ours}
    missing = [one for one in wanted if one not in posts]
    posts |= {post.id: post for post in reading.forum.posts(line.id, missing)}
    yield from reading.reported(posts.values(), Kind.DIRECT)
    for number in ours:
        if number not in stream and reading.cursor.forget(number):
            yield MessageGone(remote_id=str(number))
    whole = not read or len(new) <= TOPIC_POSTS
    state = line.state if whole else []
    reading.cursor.remember(line.id, Private(state=state, post=max([read, *wanted])))


def _addressed(reading: Pass, topic: int, number: int) -> Iterator[Event]:
    watched = reading.cursor.watched.values()
    if any(one.topic == topic and one.number == number for one in watched):
        return
    page = reading.topic(topic, near=number)
    if page is None or page.is_private:
        return
    posts = shapes.good(page.post_stream.posts, shapes.Post)
    named = [post for post in posts if post.post_number == number]
    yield from reading.reported(named, reading.kind_in(page))


def _held(reading: Pass, page: shapes.ReviewQueue, pending: set[int]) -> Iterator[Event]:
    for one in shapes.decoded(page.reviewables, shapes.Reviewable):
        if isinstance(one, ItemSkipped):
            yield one
        elif one.id not in pending and reading.wants_category(one.category_id):
            pending.add(one.id)
            yield events.held_seen(one, page, reading.me)


def _resolved(reading: Pass, number: int) -> Iterator[Event]:
    """Tell what became of something: approved, it is a post now, with another id."""
    item: shapes.ReviewItem | None = None
    with suppress(GoneError):
        item = reading.forum.get(f"/review/{number}.json", shapes.ReviewItem)
    if item is not None and item.reviewable.state == "pending":
        return
    reading.cursor.held = [one for one in reading.cursor.held if one != number]
    if item is not None and item.reviewable.state == "rejected":
        yield events.held_seen(item.reviewable, item, reading.me)
    else:
        yield MessageGone(remote_id=f"{events.HELD}{number}")


def _too_many(reading: Pass, lines: list[shapes.ListedTopic]) -> Iterator[Event]:
    """Tell of private topics that changed beyond those that are listed for us."""
    dates = [at for at in (shapes.when(one.last_posted_at) for one in lines) if at]
    begin = datetime.fromtimestamp(reading.cursor.at, UTC)
    if dates and begin < min(dates):
        yield GapFound(begin=begin, end=min(dates), lost=True)


def _written(line: shapes.ListedTopic) -> datetime:
    return shapes.when(line.last_posted_at) or datetime.fromtimestamp(0, UTC)
