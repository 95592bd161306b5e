"""Reads a WordPress site's comments and product reviews from where the last pass ended.

WordPress has neither a list of changes nor a date of the last edit. So each pass asks for
what is dated after the cursor, less an overlap, and looks once more at a part of the newest
and of the held comments it knows of: that shows edits, moderation and deletions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec

from cm_desktop.connectors import wordpress_shapes as shapes
from cm_desktop.connectors.wordpress_site import Site
from cm_desktop.domain.errors import AddressError, GoneError, NotAllowedError
from cm_desktop.domain.events import CursorMoved, Event, ItemSkipped, MessageGone, MessageSeen
from cm_desktop.domain.model import Visibility

PAGE = 100  # the most WordPress gives at once
# The site compares local times: when summer time ends, an hour of them comes twice.
OVERLAP = timedelta(hours=3)
FIRST_BITE = timedelta(days=90)  # before the newest comment, whatever day that was
FIRST_COUNT = 500  # published and held ones
FIRST_COUNT_WITH_SPAM = 2000
# Neighbouring pages share this many, so that a comment deleted between two is noticed.
_SHARED = 5
_STEPS_BACK = 20  # per list; a site that deletes faster than we read is read as it is
_DEEPEST = 20  # answers to answers; WordPress itself stops at ten
# How many of which kind are looked at again; a flood of spam must not crowd out the others.
_WATCHED = 300
_HELD = 100
_JUNK = 100


class Place(msgspec.Struct):
    """How far one list was read, and which of its items are looked at again in turns."""

    at: Annotated[int, msgspec.Meta(ge=0, le=1 << 36)] | None = None  # seconds since 1970, UTC
    watch: list[int] = msgspec.field(default_factory=list)
    held: list[int] = msgspec.field(default_factory=list)
    junk: list[int] = msgspec.field(default_factory=list)  # spam and trash
    turn: int = 0


class Cursor(msgspec.Struct):
    """Where a pass ended; opaque to everybody else."""

    comments: Place = msgspec.field(default_factory=Place)
    reviews: Place = msgspec.field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list of the API. `statuses` have to be asked one by one, the main one last."""

    route: str
    shape: type[Any]
    seen: Callable[[Any, shapes.Threads], MessageSeen | ItemSkipped]
    statuses: tuple[str, ...]
    first: tuple[tuple[str, int], ...]  # status, and how many of it the first pass takes
    fixed: tuple[tuple[str, str], ...] = ()


COMMENTS = Listing(
    route="/wp/v2/comments",
    shape=shapes.Comment,
    seen=shapes.comment_seen,
    statuses=("any",),
    first=(("all", FIRST_COUNT), ("any", FIRST_COUNT_WITH_SPAM)),
    fixed=(("_embed", "up"), ("_fields", shapes.COMMENT_FIELDS)),
)
REVIEWS = Listing(
    route="/wc/v3/products/reviews",
    shape=shapes.Review,
    seen=shapes.review_seen,
    statuses=("spam", "trash", "all"),
    first=(("all", FIRST_COUNT),),
)


class Pass:
    """One reading of a site. Made anew for each fetch."""

    def __init__(self, site: Site, since: str | None, staff: frozenset[int]) -> None:
        """Go on from a cursor; `staff` are the users whose comments are ours."""
        self._site = site
        self._staff = staff
        self._cursor = _cursor(since)
        self._parents: dict[int, int] = {}
        self._reviews: set[int] = set()
        self._seen: set[int] = set()  # reported in this pass

    def events(self, *, moderator: bool, reviews: bool) -> Iterator[Event]:
        """Report comments and, where the site has them, reviews."""
        context = {"context": "edit"} if moderator else {}
        yield from self._listing(COMMENTS, self._cursor.comments, context)
        if reviews:
            try:
                yield from self._listing(REVIEWS, self._cursor.reviews, context)
            except (NotAllowedError, GoneError, AddressError):
                # The plugin was removed, or we may not: no reason to lose the comments.
                yield ItemSkipped(reason="no_reviews")
                yield self._moved()

    def _listing(self, listing: Listing, place: Place, context: dict[str, str]) -> Iterator[Event]:
        begin = self._begin(listing, place)
        if begin is not None:
            if place.at is None and context:
                yield from self._older_held(listing, place, begin, context)
            yield from self._since(listing, place, begin, context)
        yield from self._again(listing, place, context)

    def _since(
        self, listing: Listing, place: Place, begin: datetime, context: dict[str, str]
    ) -> Iterator[Event]:
        asked = dict(listing.fixed) | context | {"after": shapes.iso(begin), "order": "asc"}
        for status in listing.statuses:
            for page in self._pages(listing, asked | {"status": status}):
                newest = None
                for event in self._reported(listing, place, page):
                    yield event
                    if isinstance(event, MessageSeen):
                        newest = max(newest or event.created_at, event.created_at)
                if newest and status == listing.statuses[-1]:
                    # A comment dated in the future must not hide those written until then.
                    moved = int(min(newest, self._site.now).timestamp())
                    place.at = max(place.at or 0, moved)
                    yield self._moved()

    def _begin(self, listing: Listing, place: Place) -> datetime | None:
        """Return the time to read from; None where the list is empty."""
        if place.at is not None:
            return datetime.fromtimestamp(place.at, UTC) - OVERLAP
        newest = self._dates_at(listing, listing.statuses[-1], 0)
        if not newest:
            return None
        begin = min(newest[0] or self._site.now, self._site.now) - FIRST_BITE
        for status, count in listing.first:
            for bound in self._dates_at(listing, status, count - 1):
                begin = max(begin, bound - timedelta(seconds=1)) if bound else begin
        return begin

    def _dates_at(self, listing: Listing, status: str, position: int) -> list[datetime | None]:
        """Return the date of the item at a place, counted from the newest, if there is one."""
        asked = {
            "status": status,
            "order": "desc",
            "per_page": "1",
            "offset": str(position),
            "_fields": "date,date_gmt,date_created,date_created_gmt",
        }
        items = self._site.get(listing.route, asked).items()
        dates = shapes.decoded(items, shapes.Dates)
        return [one.at if isinstance(one, shapes.Dates) else None for one in dates[:1]]

    def _older_held(
        self, listing: Listing, place: Place, begin: datetime, context: dict[str, str]
    ) -> Iterator[Event]:
        """Report what still waits for a moderator, however old: it is work to be done."""
        asked = dict(listing.fixed) | context | {"before": shapes.iso(begin), "status": "hold"}
        asked |= {"per_page": str(PAGE), "order": "desc"}
        page = shapes.decoded(self._site.get(listing.route, asked).items(), listing.shape)
        yield from self._reported(listing, place, list(reversed(page)))

    def _pages(self, listing: Listing, asked: dict[str, str]) -> Iterator[list[Any]]:
        """Yield page after page, oldest first, even if comments come and go meanwhile.

        A comment deleted from a page already read moves all that follow to the front, and
        one of them would be missed at the seam. So neighbouring pages share some comments;
        where they do not, we go back until they do.
        """
        offset, steps_back = 0, _STEPS_BACK
        before: set[int] = set()
        while True:
            paging = {"per_page": str(PAGE), "offset": str(offset)}
            answer = self._site.get(listing.route, asked | paging)
            page = shapes.decoded(answer.items(), listing.shape)
            ids = {one.id for one in page if not isinstance(one, ItemSkipped)}
            if before and not (before & ids) and offset and steps_back:
                offset, steps_back = max(0, offset - PAGE), steps_back - 1
                continue
            yield page
            whole = len(page) >= PAGE
            at_end = not whole if answer.total is None else offset + PAGE >= answer.total
            if at_end or (whole and before and ids <= before):
                return
            # Without the right to see all, a page may have gaps, and nothing to hold on to.
            before = ids if whole else set()
            offset += PAGE - _SHARED if whole else PAGE

    def _reported(self, listing: Listing, place: Place, page: list[Any]) -> Iterator[Event]:
        """Turn a page into events, each item once per pass, and remember what to watch."""
        threads = self._threads(page)
        for one in page:
            number = _number(one.remote_id) if isinstance(one, ItemSkipped) else one.id
            if number in self._seen:
                continue
            if number is not None:
                self._seen.add(number)
            event = one if isinstance(one, ItemSkipped) else listing.seen(one, threads)
            if isinstance(event, MessageSeen):
                _watch(place, one.id, event.visibility)
            yield event

    def _threads(self, page: list[Any]) -> shapes.Threads:
        """Find the comment each thread began with; ask for those that lie further back."""
        comments = [one for one in page if isinstance(one, shapes.Comment)]
        self._parents.update((one.id, one.parent) for one in comments)
        self._reviews.update(one.id for one in page if isinstance(one, shapes.Review))
        for _level in range(_DEEPEST):
            missing = {
                parent
                for parent in self._parents.values()
                if parent and parent not in self._parents
            }
            if not missing:
                break
            self._ask_for(sorted(missing))
        roots = {one.id: _root(one.id, self._parents) for one in comments}
        return shapes.Threads(roots=roots, reviews=frozenset(self._reviews), staff=self._staff)

    def _ask_for(self, numbers: list[int]) -> None:
        for start in range(0, len(numbers), PAGE):
            chunk = numbers[start : start + PAGE]
            asked = {
                "include": ",".join(map(str, chunk)),
                "status": "any",
                "type": "all",
                "per_page": str(PAGE),
                "_fields": "id,parent,type",
            }
            items = self._site.get(COMMENTS.route, asked).items()
            for found in shapes.decoded(items, shapes.Ancestor):
                if isinstance(found, shapes.Ancestor):
                    self._parents.setdefault(found.id, found.parent)
                    self._reviews |= {found.id} if found.type == "review" else set()
            for number in chunk:
                # Not there, or not for us to see: the thread begins with it all the same.
                self._parents.setdefault(number, 0)

    def _again(self, listing: Listing, place: Place, context: dict[str, str]) -> Iterator[Event]:
        """Look once more at some of what we know: edited, moderated, deleted?"""
        known = sorted({*place.watch, *place.held, *place.junk})
        turns = max(1, -(-len(known) // PAGE))
        turn = place.turn % turns
        place.turn = (turn + 1) % turns
        wanted = [one for one in known[turn * PAGE : (turn + 1) * PAGE] if one not in self._seen]
        if wanted:
            asked = dict(listing.fixed) | context | {"per_page": str(PAGE), "order": "asc"}
            asked["include"] = ",".join(map(str, wanted))
            for status in listing.statuses:
                items = self._site.get(listing.route, asked | {"status": status}).items()
                yield from self._reported(listing, place, shapes.decoded(items, listing.shape))
            for number in (one for one in wanted if one not in self._seen):
                yield from self._one(listing, place, number, context)
        if wanted or turns > 1:
            yield self._moved()

    def _one(
        self, listing: Listing, place: Place, number: int, context: dict[str, str]
    ) -> Iterator[Event]:
        """Ask for one that a list no longer has: gone, or only out of our sight."""
        try:
            answer = self._site.get(f"{listing.route}/{number}", dict(listing.fixed) | context)
        except GoneError:
            _forget(place, number)
            yield MessageGone(remote_id=str(number))
        except NotAllowedError:
            _forget(place, number)
        else:
            page = shapes.decoded([answer.item()], listing.shape)
            yield from self._reported(listing, place, page)

    def _moved(self) -> CursorMoved:
        return CursorMoved(msgspec.json.encode(self._cursor).decode())


def _cursor(since: str | None) -> Cursor:
    """Return a saved cursor; one that cannot be read is as good as none."""
    with suppress(msgspec.DecodeError, UnicodeEncodeError):
        return msgspec.json.decode(since or "{}", type=Cursor)
    return Cursor()


def _watch(place: Place, number: int, visibility: Visibility) -> None:
    _forget(place, number)
    match visibility:
        case Visibility.HELD:
            place.held = sorted([*place.held, number])[-_HELD:]
        case Visibility.SPAM | Visibility.TRASHED:
            place.junk = sorted([*place.junk, number])[-_JUNK:]
        case _:
            place.watch = sorted([*place.watch, number])[-_WATCHED:]


def _forget(place: Place, number: int) -> None:
    for numbers in (place.watch, place.held, place.junk):
        if number in numbers:
            numbers.remove(number)


def _root(number: int, parents: dict[int, int]) -> int:
    """Follow the parents up. A circle, which no site should have, ends at its lowest number."""
    way = [number]
    while (parent := parents.get(way[-1], 0)) and parent not in way:
        way.append(parent)
    return min(way[way.index(parent) :]) if parent else way[-1]


def _number(remote_id: str | None) -> int | None:
    return int(remote_id) if remote_id and remote_id.isdecimal() else None
