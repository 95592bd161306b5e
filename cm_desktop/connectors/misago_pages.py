"""Reads the posts of one thread of a Misago forum from its end, page by page."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from cm_desktop.connectors import misago_shapes as shapes
from cm_desktop.connectors.misago_forum import Forum
from cm_desktop.domain.errors import GoneError, NotAllowedError
from cm_desktop.domain.events import ItemSkipped

_LAST_TRIES = 3  # for the last page, while others write


@dataclass(slots=True, kw_only=True)
class Reading:
    """What was read of a thread: its posts from old to new, with notes of moderation."""

    page: shapes.ThreadPage  # the newest page, for what it says of the thread
    posts: list[shapes.Post] = field(default_factory=list)
    skipped: list[ItemSkipped] = field(default_factory=list)
    whole: bool = True  # as far down as was asked for
    to_begin: bool = False  # down to the first post

    @property
    def newest(self) -> int:
        """The number of the newest post."""
        return max((post.id for post in self.posts), default=0)


class PagesOf:
    """The pages of one thread."""

    def __init__(self, forum: Forum, route: str) -> None:
        """Read from a route such as /api/threads/7/posts/."""
        self._forum = forum
        self._route = route
        self._posts: dict[int, shapes.Post] = {}
        self._skipped: dict[str | None, ItemSkipped] = {}

    def down_to(
        self, floor: int, most: int, pages: int = 1, since: datetime | None = None
    ) -> Reading:
        """Read from the last page, at most `most` of them, until a post is not newer than one.

        It also ends with a post from before `since`. `pages` is how many there were when we
        last heard. Raises GoneError, NotAllowedError.

        Pages are counted from the oldest post. What is deleted while we read moves others
        towards pages that we have yet to see; what is approved moves one the other way, over
        the seam. So neighbours have to share a post, as they do by themselves.
        """
        page, numbers = self._last(pages)
        at = page.post_set.page
        newest = page
        while at > 1 and most > 1 and not self._reached(numbers, floor, since):
            most -= 1
            above = numbers
            before, numbers = self._page(at - 1)
            if numbers.isdisjoint(above) and before.post_set.pages >= at:
                with suppress(GoneError):
                    self._page(at)
            at -= 1
        to_begin = at <= 1
        return Reading(
            page=newest,
            posts=[self._posts[number] for number in sorted(self._posts)],
            skipped=[*self._skipped.values()],
            whole=to_begin or self._reached(numbers, floor, since),
            to_begin=to_begin,
        )

    def first(self) -> tuple[int | None, bool]:
        """Return the number of the post a thread began with, and whether it has others."""
        page, numbers = self._page(1)
        posts = [number for number in sorted(numbers) if not self._posts[number].is_event]
        others = page.replies > 0 or page.post_set.pages > 1 or len(posts) > 1
        # What makes no sense to us may be a post as well.
        return posts[0] if posts else None, others or bool(self._skipped)

    def _reached(self, numbers: set[int], floor: int, since: datetime | None) -> bool:
        if not numbers:
            return False
        oldest = min(numbers)
        at = shapes.when(self._posts[oldest].posted_on)
        return oldest <= floor or (since is not None and at is not None and at < since)

    def _last(self, pages: int) -> tuple[shapes.ThreadPage, set[int]]:
        try:
            page, numbers = self._page(pages)
        except GoneError:
            if pages <= 1:
                raise
            page, numbers = self._page(1)  # it became shorter; is it there at all?
        for _try in range(_LAST_TRIES):
            if page.post_set.page >= page.post_set.pages:
                break
            try:
                page, numbers = self._page(page.post_set.pages)
            except GoneError:
                page, numbers = self._page(1)
        return page, numbers

    def _page(self, number: int) -> tuple[shapes.ThreadPage, set[int]]:
        asked = {"page": str(number)} if number > 1 else {}
        page = self._forum.get_json(self._route, shapes.ThreadPage, asked)
        numbers: set[int] = set()
        for one in shapes.decoded(page.post_set.results, shapes.Post):
            if isinstance(one, ItemSkipped):
                self._skipped[one.remote_id] = one
            else:
                numbers.add(one.id)
                self._posts[one.id] = one
        return page, numbers


def thread_of(forum: Forum, post: int, author: int) -> int | None:
    """Return the thread a public post stands in now; None where it is in none we may see.

    Asks for what its author wrote: a list in which one can begin with a certain post. Raises
    NotAllowedError where that cannot be told: the author left, or we may not see people.
    """
    if not author:
        raise NotAllowedError("no_author")
    try:
        route, asked = f"/api/users/{author}/posts/", {"start": str(post)}
        feed = forum.get_json(route, shapes.Feed, asked)
    except GoneError:
        return None  # nothing as old as that is left, or nobody
    found = shapes.decoded(feed.results[:1], shapes.Post)
    return shapes.thread_in(found[0]) if found and _is(found[0], post) else None


def _is(found: shapes.Post | ItemSkipped, post: int) -> bool:
    return isinstance(found, shapes.Post) and found.id == post
