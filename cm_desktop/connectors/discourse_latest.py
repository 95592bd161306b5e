"""Pages through the newest posts of a Discourse forum. No events here, only posts.

The list knows one direction, back in time, by `before`. Its traps: a page holds 50 posts or
fewer, as what we may not see is taken out of it after it was cut; older versions make pages
of 50 *numbers* instead, so that one may be empty although more follow, and count the post
named by `before` in. So neither a short nor an empty page is an end, and a page only counts
where it leads further down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cm_desktop.connectors import discourse_shapes as shapes
from cm_desktop.connectors.discourse_forum import Forum
from cm_desktop.domain.events import ItemSkipped

WINDOW = 50  # numbers of a page of old versions
_EMPTY_PAGES = 3  # as often nothing: a small forum ends here


@dataclass(slots=True, kw_only=True)
class Span:
    """What was listed: all posts that we may see from `low` on."""

    posts: dict[int, shapes.Post] = field(default_factory=dict)
    skipped: dict[str | None, ItemSkipped] = field(default_factory=dict)
    low: int
    whole: bool = False  # down to where it was asked for

    @property
    def newest(self) -> int:
        """The highest number of a post, or 0."""
        return max(self.posts, default=0)

    def sorted(self) -> list[shapes.Post]:
        """The posts in the order of their numbers."""
        return [self.posts[number] for number in sorted(self.posts)]

    @property
    def begin(self) -> datetime | None:
        """When the oldest of them was written."""
        dates = [at for at in (shapes.when(post.created_at) for post in self.sorted()) if at]
        return dates[0] if dates else None


def listed(
    forum: Forum,
    floor: int,
    most: int,
    *,
    before: int | None = None,
    age: timedelta | None = None,
) -> Span:
    """Read pages until a post is not newer than `floor`, at most `most` of them.

    With `age`, also stop at a post that is so much older than the newest one.
    """
    span = Span(low=before or 1 << 63)
    empty = 0
    for _page in range(most):
        numbers = [one for one in _taken(span, forum.latest(before)) if one < span.low]
        if numbers:
            empty = 0
            span.low = min(numbers)
        elif before is None:
            span.low = 0  # there is no post at all
        else:
            empty += 1
            span.low = max(span.low - WINDOW, 0)
        ended = span.low <= max(floor, 1) or (not floor and empty == _EMPTY_PAGES)
        if ended or (age is not None and _reaches_back(span, age)):
            span.whole = True
            break
        before = span.low
    return span


def _taken(span: Span, page: list[shapes.Post | ItemSkipped]) -> list[int]:
    """Add a page; return the numbers on it, also of what made no sense."""
    numbers = []
    for one in page:
        if isinstance(one, ItemSkipped):
            span.skipped[one.remote_id] = one
            numbers += [int(one.remote_id)] if one.remote_id else []
        else:
            span.posts.setdefault(one.id, one)
            numbers.append(one.id)
    return numbers


def _reaches_back(span: Span, age: timedelta) -> bool:
    dates = [at for at in (shapes.when(post.created_at) for post in span.sorted()) if at]
    return bool(dates) and dates[-1] - dates[0] > age
