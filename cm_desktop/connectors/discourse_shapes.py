"""What Discourse answers: the shapes of its JSON. No other file of ours decodes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from cm_desktop.connectors import http_json
from cm_desktop.connectors.web_values import iso_time
from cm_desktop.domain.errors import ServerTroubleError
from cm_desktop.domain.events import ItemSkipped

_OLDEST_YEAR = 1990  # nothing on the web is older: a smaller date is a broken one
_LIKE = 2
_STATES = ("pending", "approved", "rejected", "ignored", "deleted")

Shape = TypeVar("Shape", bound=msgspec.Struct)
Number = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Post(msgspec.Struct):
    """A post, as every list and page of Discourse shows it.

    `category_id` and `topic_title` come only with the list of the newest posts, `raw` only
    where it was asked for and we may see it.
    """

    id: Number
    topic_id: Number
    post_number: Number
    cooked: str = ""
    raw: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    post_type: int = 1
    version: Count = 1
    user_id: int | None = None
    username: str | None = None
    name: str | None = None
    display_username: str | None = None
    avatar_template: str | None = None
    reply_to_post_number: Count | None = None
    reply_to_user: Any = None
    actions_summary: Any = None
    action_code: Any = None
    hidden: bool = False
    cooked_hidden: bool = False
    deleted_at: str | None = None
    user_deleted: bool = False
    is_auto_generated: bool | None = None
    topic_title: str | None = None
    category_id: int | UnsetType | None = UNSET

    @property
    def is_gone(self) -> bool:
        """Whether it was deleted, by its author or a moderator, who still see it."""
        return self.user_deleted or self.deleted_at is not None

    def action(self, number: int) -> dict[str, Any]:
        """Return what is said of one kind of action of ours; empty where nothing is."""
        return next((one for one in dicts(self.actions_summary) if one.get("id") == number), {})

    @property
    def liked(self) -> bool:
        """Whether we like it."""
        return self.action(_LIKE).get("acted") is True


class LatestPosts(msgspec.Struct):
    """A page of the newest posts of the forum, newest first."""

    latest_posts: list[Any]


class PostStream(msgspec.Struct):
    """Posts of a topic, and the numbers of all of them from old to new."""

    posts: list[Any] = msgspec.field(default_factory=list)
    stream: list[Any] = msgspec.field(default_factory=list)


class Topic(msgspec.Struct):
    """A topic with some of its posts."""

    id: Number
    post_stream: PostStream
    title: str = ""
    archetype: str = "regular"
    category_id: int | None = None
    posts_count: Count = 0
    deleted_at: str | None = None

    @property
    def is_private(self) -> bool:
        """Whether it is a private message."""
        return self.archetype == "private_message"

    @property
    def numbers(self) -> list[int]:
        """The ids of its posts from old to new, as far as we may see them."""
        return [one for one in self.post_stream.stream if is_number(one)]


class SomePosts(msgspec.Struct):
    """The posts of a topic that were asked for."""

    post_stream: PostStream


class ListedTopic(msgspec.Struct):
    """A line of a list of private messages."""

    id: Number
    highest_post_number: Count = 0
    posts_count: Count = 0
    last_posted_at: str | None = None

    @property
    def state(self) -> list[int]:
        """What changes when something is written or deleted in it."""
        return [self.highest_post_number, self.posts_count]


class TopicLines(msgspec.Struct):
    """The lines of a list of topics, the one written in last first."""

    topics: list[Any] = msgspec.field(default_factory=list)
    more_topics_url: Any = None


class TopicList(msgspec.Struct):
    """A page of a list of topics."""

    topic_list: TopicLines


class Notification(msgspec.Struct):
    """Something Discourse tells us of; most have a post."""

    id: Number
    notification_type: int = 0
    topic_id: Number | None = None
    post_number: Number | None = None


class Notifications(msgspec.Struct):
    """The newest notifications, newest first."""

    notifications: list[Any]


class Payload(msgspec.Struct):
    """What waits for approval."""

    raw: str = ""
    title: str | None = None


class Reviewable(msgspec.Struct):
    """Something that waits for a moderator, or waited once."""

    id: Number
    type: str = ""
    status: Any = 0
    created_at: str | None = None
    topic_id: Number | None = None
    category_id: int | None = None
    reply_to_post_number: Count | None = None
    version: Count = 0
    payload: Payload | None = None
    created_by_id: int | None = None
    target_created_by_id: int | None = None

    @property
    def state(self) -> str:
        """One of pending, approved, rejected, ignored, deleted; or what else it is called."""
        if is_number(self.status, 0) and self.status < len(_STATES):
            return _STATES[self.status]
        return self.status if isinstance(self.status, str) else ""


class ReviewQueue(msgspec.Struct):
    """A page of what waits, with the people and topics named in it."""

    reviewables: list[Any]
    users: Any = None
    topics: Any = None
    meta: Any = None

    @property
    def has_more(self) -> bool:
        """Whether another page follows."""
        return isinstance(self.meta, dict) and bool(self.meta.get("load_more_reviewables"))


class ReviewItem(msgspec.Struct):
    """One thing of the queue, with what may be done to it."""

    reviewable: Reviewable
    users: Any = None
    topics: Any = None
    actions: Any = None

    @property
    def offered(self) -> set[str]:
        """The names of what may be done."""
        named = [one.get("server_action") or one.get("id") for one in dicts(self.actions)]
        return {one.rpartition("-")[2] for one in named if isinstance(one, str)}


class PendingPost(msgspec.Struct):
    """A post of ours that waits for approval."""

    id: Number
    raw_text: str = ""
    title: str | None = None
    created_at: str | None = None
    topic_id: Number | None = None


class PendingPosts(msgspec.Struct):
    """All that waits of ours."""

    pending_posts: list[Any]


class Made(msgspec.Struct):
    """The answer to a new post that was not shown at once."""

    action: str = ""
    pending_post: PendingPost | None = None


class User(msgspec.Struct):
    """Who we are."""

    id: int
    username: str
    admin: bool = False
    moderator: bool = False
    can_review: bool = False
    groups: Any = None

    @property
    def is_staff(self) -> bool:
        """Whether we run or moderate the forum."""
        return self.admin or self.moderator

    @property
    def inboxes(self) -> list[str]:
        """The names of our groups to which one can write."""
        groups = [one for one in dicts(self.groups) if one.get("has_messages") is True]
        names = [one.get("name") for one in groups]
        return [name for name in names if isinstance(name, str) and re.fullmatch(r"[\w.-]+", name)]


class Session(msgspec.Struct):
    """Who is signed in."""

    current_user: User


class SiteInfo(msgspec.Struct):
    """What every Discourse forum tells everybody of itself."""

    title: str
    header_primary_color: Any = None
    header_background_color: Any = None

    @property
    def is_discourse(self) -> bool:
        """Whether this is what Discourse answers, and not something else with a title."""
        return self.header_primary_color is not None and self.header_background_color is not None


class SiteSettings(msgspec.Struct):
    """The limits of a forum, as it tells everybody who may read it."""

    max_post_length: Count = 0  # 0: not told
    min_post_length: Count = 0
    min_personal_message_post_length: Count = 0


class CategoryList(msgspec.Struct):
    """A list of categories, each with its subcategories."""

    categories: list[Any]


class Categories(msgspec.Struct):
    """The categories we may see."""

    category_list: CategoryList


class OneCategory(msgspec.Struct):
    """One category."""

    category: Any


def decoded(items: Sequence[object], shape: type[Shape]) -> list[Shape | ItemSkipped]:
    """Return what a page holds, in its order; an item that makes no sense costs no other."""
    page: list[Shape | ItemSkipped] = []
    for item in items:
        try:
            page.append(http_json.convert(item, shape))
        except ServerTroubleError:
            found = item.get("id") if isinstance(item, dict) else None
            known = str(found) if is_number(found) else None
            page.append(ItemSkipped(reason="malformed", remote_id=known))
    return page


def good(items: Sequence[object], shape: type[Shape]) -> list[Shape]:
    """Return those items of a page that make sense."""
    return [one for one in decoded(items, shape) if isinstance(one, shape)]


def when(text: str | None) -> datetime | None:
    """Return a time in UTC, or None for what is none."""
    at = iso_time(text)
    return at if at and at.year >= _OLDEST_YEAR else None


def is_number(value: object, least: int = 1) -> bool:
    """Whether a value is an id that can be kept."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < 1 << 63


def dicts(value: object) -> list[dict[str, Any]]:
    """Return what of a value is a list of objects."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
