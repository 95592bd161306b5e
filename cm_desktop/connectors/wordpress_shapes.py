"""What WordPress and WooCommerce answer and what it means: no other file names their fields."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import urldefrag, urlsplit

import msgspec

from cm_desktop.connectors import http_json
from cm_desktop.connectors.plain_text import clean_name, plain_text
from cm_desktop.domain.errors import ServerTroubleError
from cm_desktop.domain.events import (
    ItemSkipped,
    MessageSeen,
    SeenAuthor,
    SeenConversation,
    SeenPost,
)
from cm_desktop.domain.model import Direction, Kind, Visibility

COMMENT_FIELDS = (
    "id,post,parent,author,author_name,author_email,author_url,author_ip,author_user_agent,"
    "date,date_gmt,content,link,status,type,author_avatar_urls,_links,_embedded"
)
_VISIBILITY = {
    "approved": Visibility.SHOWN,
    "hold": Visibility.HELD,
    "spam": Visibility.SPAM,
    "trash": Visibility.TRASHED,
    "post-trashed": Visibility.TRASHED,
}
# Nothing on the web is older: a smaller date is a broken one.
_OLDEST_YEAR = 1970

Shape = TypeVar("Shape", bound=msgspec.Struct)
RemoteNumber = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
ParentNumber = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Content(msgspec.Struct):
    """A text twice: as shown (HTML), and as written, the latter for moderators only."""

    rendered: str = ""
    raw: str | None = None


class Comment(msgspec.Struct):
    """A comment of /wp/v2/comments. PHP writes empty maps as lists, hence the `Any`s."""

    id: RemoteNumber
    content: Content
    post: ParentNumber = 0
    parent: ParentNumber = 0
    author: ParentNumber = 0
    author_name: str | None = None
    author_email: str | None = None
    author_url: str | None = None
    author_ip: str | None = None
    author_user_agent: str | None = None
    date: str | None = None
    date_gmt: str | None = None
    link: str | None = None
    status: str = "approved"
    type: str = "comment"
    author_avatar_urls: Any = None
    embedded: Any = msgspec.field(default=None, name="_embedded")


class Review(msgspec.Struct):
    """A product review of WooCommerce's /wc/v3/products/reviews."""

    id: RemoteNumber
    review: str
    product_id: ParentNumber = 0
    product_name: str | None = None
    product_permalink: str | None = None
    date_created: str | None = None
    date_created_gmt: str | None = None
    status: str = "approved"
    reviewer: str | None = None
    reviewer_email: str | None = None
    rating: int | None = None
    reviewer_avatar_urls: Any = None


class Ancestor(msgspec.Struct):
    """As much of a comment as is needed to find the one its thread began with."""

    id: RemoteNumber
    parent: ParentNumber = 0
    type: str = "comment"


class Dates(msgspec.Struct):
    """As much of a comment or a review as is needed to know how old it is."""

    date: str | None = None
    date_gmt: str | None = None
    date_created: str | None = None
    date_created_gmt: str | None = None

    @property
    def at(self) -> datetime | None:
        """When it was written, in UTC."""
        return when(self.date_gmt, self.date_created_gmt, self.date, self.date_created)


class User(msgspec.Struct):
    """Who signed in: /wp/v2/users/me."""

    id: RemoteNumber
    name: str = ""
    slug: str = ""
    username: str | None = None


class UserNumber(msgspec.Struct):
    """As much of a user as is needed to know that they belong to the site's people."""

    id: RemoteNumber


class Root(msgspec.Struct):
    """What the API says about the site at its root."""

    name: str = ""
    home: str = ""
    url: str = ""
    namespaces: list[str] = []
    authentication: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Threads:
    """What a comment alone does not say: where its thread began, and who belongs to us.

    Made for one page; most of its comments hang on the same few posts.
    """

    roots: Mapping[int, int] = field(default_factory=dict)
    reviews: frozenset[int] = frozenset()  # those of the roots that are product reviews
    staff: frozenset[int] = frozenset()
    posts: dict[tuple[int, str, str, str], SeenPost] = field(default_factory=dict)  # as told


def when(*candidates: str | None) -> datetime | None:
    """Return the first that is a time, in UTC; WordPress writes GMT without saying so.

    A comment that was imported badly has no GMT time; its local one is better than none.
    """
    for text in candidates:
        try:
            at = datetime.fromisoformat(text or "")
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        if at.year >= _OLDEST_YEAR:
            return at
    return None


def iso(at: datetime) -> str:
    """Return a time as the API takes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def comment_seen(comment: Comment, threads: Threads) -> MessageSeen | ItemSkipped:
    """Return the event for a comment; `threads` knows the root of its thread."""
    at = when(comment.date_gmt, comment.date)
    if at is None:
        return ItemSkipped(reason="no_date", remote_id=str(comment.id))
    root = threads.roots.get(comment.id, comment.parent or comment.id)
    conversation = SeenConversation(
        remote_id=f"comment:{root}",
        kind=Kind.REVIEW if root in threads.reviews else Kind.COMMENTS,
        post=(post := _post_of(comment, threads)),
        title=post.title if post else "",
        context={"post": str(comment.post)},
    )
    return MessageSeen(
        remote_id=str(comment.id),
        conversation=conversation,
        direction=Direction.OUT if comment.author in threads.staff else Direction.IN,
        author=_author_of(comment),
        text=text_of(comment.content),
        created_at=at,
        parent_remote_id=str(comment.parent) if comment.parent else None,
        visibility=_VISIBILITY.get(comment.status, Visibility.HIDDEN),
        permalink=web_address(comment.link),
        context={"post": str(comment.post)},
    )


def review_seen(review: Review, _threads: Threads) -> MessageSeen | ItemSkipped:
    """Return the event for a product review, which always begins a thread."""
    at = when(review.date_created_gmt, review.date_created)
    if at is None:
        return ItemSkipped(reason="no_date", remote_id=str(review.id))
    page, title = web_address(review.product_permalink), line(review.product_name or "")
    context = {"post": str(review.product_id)}
    return MessageSeen(
        remote_id=str(review.id),
        conversation=SeenConversation(
            remote_id=f"comment:{review.id}",
            kind=Kind.REVIEW,
            title=title,
            post=SeenPost(remote_id=str(review.product_id), title=title, url=page),
            context=context,
        ),
        direction=Direction.IN,
        author=SeenAuthor(
            remote_id=_visitor(review.reviewer, review.reviewer_email, review.id),
            name=line(review.reviewer or ""),
            avatar_url=_avatar(review.reviewer_avatar_urls),
        ),
        text=text_of(Content(raw=review.review)),
        created_at=at,
        visibility=_VISIBILITY.get(review.status, Visibility.HIDDEN),
        rating=review.rating if review.rating in range(1, 6) else None,
        permalink=f"{page}#comment-{review.id}" if page else "",
        context=context,
    )


def text_of(content: Content) -> str:
    """Return a comment as plain text, as its author wrote it where we may see that.

    What is shown has typographic quotes, pictures for smileys and whatever a plugin adds.
    In what was written, a line break is a line break although the rest is HTML.
    """
    if content.raw is None:
        return plain_text(content.rendered)
    return plain_text(content.raw.replace("\r\n", "\n").replace("\n", "<br>"))


def line(html: str) -> str:
    """Return a name or title on one line; WordPress keeps them as HTML."""
    return clean_name(plain_text(html))


def web_address(address: str | None) -> str:
    """Return an address if it is one of the web, else nothing."""
    try:
        parts = urlsplit((address or "").strip())
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return parts.geturl() if is_web else ""


def decoded(items: Sequence[object], shape: type[Shape]) -> list[Shape | ItemSkipped]:
    """Return what a page holds, in its order; an item that makes no sense costs no other."""
    page: list[Shape | ItemSkipped] = []
    for item in items:
        try:
            page.append(http_json.convert(item, shape))
        except ServerTroubleError:
            page.append(ItemSkipped(reason="malformed", remote_id=_id_of(item)))
    return page


def _id_of(item: object) -> str | None:
    found = item.get("id") if isinstance(item, dict) else None
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else None


def _author_of(comment: Comment) -> SeenAuthor:
    name, email = comment.author_name, comment.author_email
    remote_id = f"user:{comment.author}" if comment.author else _visitor(name, email, comment.id)
    return SeenAuthor(
        remote_id=remote_id,
        name=line(name or ""),
        url=web_address(comment.author_url),
        avatar_url=_avatar(comment.author_avatar_urls),
    )


def _visitor(name: str | None, email: str | None, comment: int) -> str:
    """Name a visitor who has no id: the same name and address are the same person.

    Who gave neither is nobody else: otherwise all anonymous people were one.
    """
    words = [(word or "").strip().casefold() for word in (name, email)]
    if not any(words):
        return f"comment:{comment}"
    known = "\x1f".join(words).encode("utf-8", "surrogatepass")
    return f"visitor:{hashlib.sha256(known).hexdigest()[:32]}"


def _avatar(addresses: Any) -> str:
    """Return the largest picture that can be had without anybody listening."""
    if not isinstance(addresses, dict):
        return ""
    wanted = addresses.get("96")
    address = web_address(wanted) if isinstance(wanted, str) else ""
    return address if address.startswith("https:") else ""


def _post_of(comment: Comment, threads: Threads) -> SeenPost | None:
    if not comment.post:
        return None
    about = _embedded_post(comment)
    url = web_address(_text(about.get("link"))) or urldefrag(web_address(comment.link)).url
    title, excerpt = _rendered(about.get("title")), _rendered(about.get("excerpt"))
    told = (comment.post, url, title, excerpt)
    if told not in threads.posts:
        threads.posts[told] = SeenPost(
            remote_id=str(comment.post), title=line(title), text=plain_text(excerpt), url=url
        )
    return threads.posts[told]


def _embedded_post(comment: Comment) -> dict[str, Any]:
    """Return the post that came along; a post we may not read comes as an error instead."""
    embedded = comment.embedded if isinstance(comment.embedded, dict) else {}
    posts = embedded.get("up")
    first = posts[0] if isinstance(posts, list) and posts else None
    return first if isinstance(first, dict) and first.get("id") == comment.post else {}


def _rendered(value: Any) -> str:
    return _text(value.get("rendered")) if isinstance(value, dict) else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
