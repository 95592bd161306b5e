"""What Misago answers and what it means: no other file names its fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from mimetypes import guess_type
from typing import Annotated, Any, TypeVar

import msgspec

from cm_desktop.connectors import http_json
from cm_desktop.connectors.misago_text import split_quote
from cm_desktop.connectors.plain_text import clean_name, plain_text
from cm_desktop.connectors.web_values import address_below, iso_time
from cm_desktop.domain.errors import ServerTroubleError
from cm_desktop.domain.events import (
    ItemSkipped,
    MessageGone,
    MessageSeen,
    SeenAttachment,
    SeenAuthor,
    SeenConversation,
    SeenPost,
)
from cm_desktop.domain.model import Attachment, Direction, Kind, Visibility

_OLDEST_YEAR = 1990  # nothing on the web is older: a smaller date is a broken one
_MOST_FILES = 50
_LARGEST_FILE = 1 << 50  # bytes; more is no size
_WRITTEN_FROM = re.compile(r"\.(\d{6})\d+")  # finer than Python counts

Shape = TypeVar("Shape", bound=msgspec.Struct)
Number = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class User(msgspec.Struct):
    """Who asks: /api/auth/. A guest has no id. `acl` holds what they may."""

    id: Number | None = None
    username: str = ""
    acl: Any = None

    def may(self, right: str) -> bool:
        """Whether a right is given; some are lists of the categories in which it is."""
        return bool(self.acl.get(right)) if isinstance(self.acl, dict) else False


class Thread(msgspec.Struct):
    """A line of a list of threads. `last_post` may be a note of what a moderator did."""

    id: Number
    title: str = ""
    replies: Count = 0
    last_post: Count | None = None
    last_post_on: str | None = None
    pages: Count = 1

    @property
    def state(self) -> list[int]:
        """What changes when something is written, approved or deleted in it."""
        return [self.last_post or 0, self.replies]


class ThreadList(msgspec.Struct):
    """A page of a list of threads, the one written in last first; `next` begins the next."""

    results: list[Any]
    next: Count | None = None


class PostSet(msgspec.Struct):
    """A page of a thread's posts, oldest first. The last one begins the next page as well."""

    results: list[Any]
    page: Number = 1
    pages: Number = 1


class ThreadPage(msgspec.Struct):
    """A thread with one page of its posts."""

    id: Number
    post_set: PostSet
    title: str = ""
    replies: Count = 0
    category: Any = None
    path: Any = None
    url: Any = None
    acl: Any = None


class Feed(msgspec.Struct):
    """What somebody wrote, the newest first."""

    results: list[Any]


class Poster(msgspec.Struct):
    """Who wrote a post, as long as they have an account."""

    id: Number
    username: str = ""
    avatars: Any = None
    url: str | None = None


class Post(msgspec.Struct):
    """A post. It has no `content` where we may not see it, nor has a note of moderation."""

    id: Number
    poster: Poster | None = None
    poster_name: str | None = None
    content: str | None = None
    attachments: Any = None
    posted_on: str | None = None
    updated_on: str | None = None
    edits: Count = 0
    is_unapproved: bool = False
    is_hidden: bool = False
    is_event: bool = False
    is_liked: bool | None = None
    url: Any = None


class Editor(msgspec.Struct):
    """A post as it was written, for whoever may change it."""

    id: Number
    post: str = ""
    poster: str | None = None
    is_protected: bool = False


class Made(msgspec.Struct):
    """A new thread."""

    id: Number


class Patched(msgspec.Struct):
    """What became of a change. `acl` says what we may do to the thing that was changed."""

    id: Number
    acl: Any = None
    detail: Any = None

    def may(self, right: str) -> bool:
        """Whether we may do something to it."""
        return bool(self.acl.get(right)) if isinstance(self.acl, dict) else True


class BoardSettings(msgspec.Struct):
    """What a forum tells every visitor about itself."""

    forum_name: str = ""
    post_length_max: Count = 0  # 0: no limit
    post_length_min: Count = 0
    delegated: bool = msgspec.field(default=False, name="DELEGATE_AUTH")


class Board(msgspec.Struct):
    """What stands in each page of a forum for its own script."""

    settings: BoardSettings = msgspec.field(name="SETTINGS")
    csrf_cookie: str = msgspec.field(default="csrftoken", name="CSRF_COOKIE_NAME")
    tree: Any = msgspec.field(default=None, name="CATEGORIES")
    top: Any = msgspec.field(default=None, name="categoriesMap")

    @property
    def categories(self) -> list[tuple[int, str, str]]:
        """The categories we may see: number, name, and the name within addresses."""
        return [*_categories(self.tree), *_categories(self.top)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The thread a post stands in; `kind` is that of its conversation."""

    thread: int
    kind: Kind
    title: str
    url: str
    base: str  # address of the forum
    me: int  # our own number


def board_of(html: bytes) -> Board | None:
    """Return what a page of a forum says about it; None where the page is of something else."""
    _before, mark, rest = html.partition(b"misago.init(")
    said, end, _after = rest.partition(b"</script>")
    if not mark or not end:
        return None
    try:
        return http_json.decode(said.strip().removesuffix(b";").removesuffix(b")"), Board)
    except ServerTroubleError:
        return None


def decoded(items: Sequence[object], shape: type[Shape]) -> list[Shape | ItemSkipped]:
    """Return what a page holds, in its order; an item that makes no sense costs no other."""
    page: list[Shape | ItemSkipped] = []
    for item in items:
        try:
            page.append(http_json.convert(item, shape))
        except ServerTroubleError:
            found = item.get("id") if isinstance(item, dict) else None
            known = isinstance(found, int) and not isinstance(found, bool)
            page.append(ItemSkipped(reason="malformed", remote_id=str(found) if known else None))
    return page


def when(text: str | None) -> datetime | None:
    """Return a time in UTC, or None for what is none."""
    at = iso_time(_WRITTEN_FROM.sub(r".\1", (text or "")[:64]))
    return at if at and at.year >= _OLDEST_YEAR else None


def category_numbers(page: ThreadPage) -> frozenset[int]:
    """Return the numbers of a thread's category and of those above it."""
    above = page.path if isinstance(page.path, list) else []
    return frozenset(number for number, _name, _slug in _categories([page.category, *above]))


def place_of(page: ThreadPage, kind: Kind, base: str, me: int) -> Place:
    """Return where the posts of a page stand."""
    index = page.url.get("index") if isinstance(page.url, dict) else None
    return Place(
        thread=page.id, kind=kind, title=clean_name(page.title), url=address_below(base, index),
        base=base, me=me,
    )  # fmt: skip


def mentions(post: Post, me: int) -> bool:
    """Return whether a post names us with an @, in its text or as the one it quotes."""
    return re.search(rf'href="[^"]*/u/[^"/]+/{me}/"', post.content or "") is not None


def post_seen(post: Post, place: Place) -> MessageSeen | MessageGone | ItemSkipped | None:
    """Return the event for a post; None for a note of moderation.

    A post that was hidden from us has no text any more: for us it is gone.
    """
    if post.is_event:
        return None
    at = when(post.posted_on)
    if post.content is None and post.is_hidden:
        return MessageGone(remote_id=str(post.id))
    if at is None or post.content is None:
        reason = "no_date" if at is None else "no_text"
        return ItemSkipped(reason=reason, remote_id=str(post.id))
    quote, rest = split_quote(post.content)
    return MessageSeen(
        remote_id=str(post.id),
        conversation=_conversation(place),
        direction=Direction.OUT if _wrote(post, place.me) else Direction.IN,
        author=_author(post, place.base),
        text=text_of(rest, place.base),
        quoted=text_of(quote, place.base),
        created_at=at,
        edited_at=when(post.updated_on) if post.edits else None,
        public=place.kind is not Kind.DIRECT,
        visibility=_visibility(post),
        liked=bool(post.is_liked),
        permalink=link(post, place.base),
        attachments=tuple(_attachments(post, place.base)),
        # A post may be moved, and its conversation here stays the one it began in.
        context={"thread": str(place.thread)},
    )


def text_of(html: str, base: str) -> str:
    """Return a post as plain text; the name of somebody who is mentioned needs no address."""
    return plain_text(
        html.replace(' data-quote="@', ' class="mention" data-quote="@'), base=base + "/"
    )


def link(post: Post, base: str) -> str:
    """Return the address of a post."""
    return address_below(base, post.url.get("index")) if isinstance(post.url, dict) else ""


def thread_in(post: Post | ItemSkipped) -> int | None:
    """Return the number of the thread that stands in a post's address."""
    index = _text(post.url.get("index")) if isinstance(post, Post) and _is_map(post.url) else ""
    found = re.search(r"/t/[\w-]+/([0-9]{1,18})/post/", index)
    return int(found[1]) if found else None


def _visibility(post: Post) -> Visibility:
    if post.is_unapproved:
        return Visibility.HELD
    return Visibility.HIDDEN if post.is_hidden else Visibility.SHOWN


def _wrote(post: Post, me: int) -> bool:
    return post.poster is not None and post.poster.id == me


def _conversation(place: Place) -> SeenConversation:
    post = None
    if place.kind is not Kind.DIRECT:
        post = SeenPost(remote_id=str(place.thread), title=place.title, url=place.url)
    return SeenConversation(
        remote_id=f"thread:{place.thread}",
        kind=place.kind,
        title=place.title,
        post=post,
        context={"thread": str(place.thread), "private": "no" if post else "yes"},
    )


def _author(post: Post, base: str) -> SeenAuthor:
    name = clean_name(post.poster_name or "")
    if post.poster is None:  # their account was deleted, and the name may be given to others
        return SeenAuthor(remote_id=f"former:{name}" if name else f"post:{post.id}", name=name)
    handle = clean_name(post.poster.username)
    return SeenAuthor(
        remote_id=f"user:{post.poster.id}",
        name=handle or name,
        handle=handle,
        url=address_below(base, post.poster.url),
        avatar_url=_avatar(post.poster.avatars, base),
    )


def _avatar(pictures: Any, base: str) -> str:
    """Return the smallest picture, which is large enough, if nobody can listen to its way."""
    found = [one for one in pictures if isinstance(one, dict)] if _is_list(pictures) else []
    picture = address_below(base, found[-1].get("url")) if found else ""
    return picture if picture.startswith("https:") else ""


def _attachments(post: Post, base: str) -> Iterable[SeenAttachment]:
    for file in post.attachments[:_MOST_FILES] if _is_list(post.attachments) else []:
        where: Any = file.get("url") if _is_map(file) else None
        url = address_below(base, where.get("index")) if _is_map(where) else ""
        name, size = _text(file.get("filename")) if url else "", file.get("size") if url else None
        if name:
            about = Attachment(
                name=clean_name(name),
                type=guess_type(name[-100:])[0] or "application/octet-stream",
                size=size if isinstance(size, int) and 0 <= size < _LARGEST_FILE else None,
                url=url,
            )
            yield SeenAttachment(about=about)


def _categories(found: Any) -> Iterable[tuple[int, str, str]]:
    for one in found if _is_list(found) else []:
        number = one.get("id") if isinstance(one, dict) else None
        if isinstance(number, int) and not isinstance(number, bool):
            yield number, _text(one.get("name")), _slug_in(one.get("url"))


def _slug_in(url: Any) -> str:
    """Return the name within an address such as /c/questions/4/."""
    index = _text(url.get("index")) if isinstance(url, dict) else _text(url)
    found = re.search(r"/c/([\w-]+)/\d+/?$", index)
    return found[1] if found else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)
