"""Bluesky's JSON, and what it means: the only file that knows its field names.

Sources: lexicons app.bsky.feed.defs, app.bsky.feed.post, app.bsky.notification.listNotifications.
Unions are open: members nobody told us of are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from cm_desktop.connectors import bluesky_address as address
from cm_desktop.connectors.bluesky_text import read_text
from cm_desktop.connectors.http_json import decode, items
from cm_desktop.connectors.plain_text import clean_name, scrub
from cm_desktop.connectors.web_values import iso_time, web_address
from cm_desktop.domain.errors import ServerTroubleError
from cm_desktop.domain.events import (
    ItemSkipped,
    MessageSeen,
    SeenAttachment,
    SeenAuthor,
    SeenConversation,
    SeenPost,
)
from cm_desktop.domain.model import Attachment, Direction, Kind

_T = TypeVar("_T")

POST = "app.bsky.feed.post"
_TITLE = 80  # characters of a post that make its title
_MOST_MEDIA = 16
_DEEPEST = 40  # answers below answers
_BACKDATED = timedelta(days=1)
_NULL = (b"", b"null")


class Viewer(msgspec.Struct):
    """What we did to something, as addresses of our records."""

    like: str = ""
    blocking: str = ""
    blocked_by: bool = msgspec.field(name="blockedBy", default=False)
    no_replies: bool = msgspec.field(name="replyDisabled", default=False)


class Author(msgspec.Struct):
    """Somebody."""

    did: str
    handle: str = ""
    name: str | None = msgspec.field(name="displayName", default=None)
    avatar: str | None = None
    viewer: Viewer | None = None


class Ref(msgspec.Struct):
    """A record as it was at one time."""

    uri: str
    cid: str = ""


class Reply(msgspec.Struct):
    """What a post answers, and the post its thread began with."""

    root: Ref
    parent: Ref


class Record(msgspec.Struct):
    """A post as its author wrote it."""

    text: str = ""
    created_at: str = msgspec.field(name="createdAt", default="")
    reply: Reply | None = None
    facets: list[msgspec.Raw] | None = None
    langs: list[str] | None = None


class Post(msgspec.Struct):
    """A post as the network shows it to us."""

    uri: str
    cid: str
    author: Author
    record: Record
    indexed_at: str = msgspec.field(name="indexedAt", default="")
    embed: msgspec.Raw = msgspec.Raw(b"null")
    replies: int | None = msgspec.field(name="replyCount", default=None)
    viewer: Viewer | None = None


class Notification(msgspec.Struct):
    """Something that happened to us; `uri` is the post in which it did."""

    uri: str
    reason: str = ""
    indexed_at: str = msgspec.field(name="indexedAt", default="")
    is_read: bool = msgspec.field(name="isRead", default=False)


class Notifications(msgspec.Struct):
    """A page of them, newest first."""

    notifications: list[msgspec.Raw]
    cursor: str | None = None


class Posts(msgspec.Struct):
    """Posts that were asked for by address; those that are gone are missing."""

    posts: list[msgspec.Raw]


class FeedItem(msgspec.Struct):
    """An entry of somebody's feed; `reason` says why a post of others is in it."""

    post: msgspec.Raw
    reason: msgspec.Raw = msgspec.Raw(b"null")


class Feed(msgspec.Struct):
    """A page of a feed, newest first."""

    feed: list[msgspec.Raw]
    cursor: str | None = None


class Node(msgspec.Struct):
    """A place in a thread: a post, or a note that there was one."""

    type: str = msgspec.field(name="$type", default="")
    post: msgspec.Raw = msgspec.Raw(b"null")
    replies: list[msgspec.Raw] | None = None


class Thread(msgspec.Struct):
    """A thread from one post down."""

    thread: msgspec.Raw


class Profile(Author):
    """Somebody, in full."""


class Account(msgspec.Struct):
    """Who is signed in."""

    did: str
    handle: str = ""


class Server(msgspec.Struct):
    """A server, as it describes itself."""

    did: str
    domains: list[str] = msgspec.field(name="availableUserDomains", default_factory=list)


class Made(msgspec.Struct):
    """A record that was written."""

    uri: str
    cid: str


class Kept(msgspec.Struct):
    """A record as it lies on its author's server."""

    uri: str
    value: Record
    cid: str = ""


class _Image(msgspec.Struct):
    full: str = msgspec.field(name="fullsize", default="")
    alt: str = ""


class _External(msgspec.Struct):
    uri: str = ""
    title: str = ""


class _Quoted(msgspec.Struct):
    value: Record | None = None
    author: Author | None = None
    record: msgspec.Raw = msgspec.Raw(b"null")  # with media, the quote lies one level deeper


class _Embed(msgspec.Struct):
    type: str = msgspec.field(name="$type", default="")
    images: list[msgspec.Raw] | None = None
    external: _External | None = None
    record: msgspec.Raw = msgspec.Raw(b"null")
    media: msgspec.Raw = msgspec.Raw(b"null")
    playlist: str = ""
    thumbnail: str = ""
    alt: str = ""


def time_of(post: Post) -> datetime | None:
    """Return when a post came up.

    Its author's program says when it was written, which may be wrong or made up: what lies
    after the network saw it, or more than a day before, does not count.
    """
    seen, written = iso_time(post.indexed_at), iso_time(post.record.created_at)
    if seen is None or written is None:
        return seen or written
    # The distance, for a day before the year 1 is no date.
    return written if timedelta() <= seen - written <= _BACKDATED else seen


def root_of(post: Post) -> str:
    """Return the post a thread began with."""
    reply = post.record.reply
    root = reply.root.uri if reply else post.uri
    return root if address.parts_of(root) else post.uri


def message_of(post: Post, root: Post | None, me: str) -> MessageSeen | None:
    """Return a post as a message, or None where it makes no sense. `root` if it is known."""
    at = time_of(post)
    owner = address.owner_of(post.uri)
    if at is None or not owner or owner != post.author.did:
        return None
    reply = post.record.reply
    embed = _embed(post.embed)
    return MessageSeen(
        remote_id=post.uri,
        conversation=_conversation(root_of(post), root, me),
        direction=Direction.OUT if owner == me else Direction.IN,
        author=author_of(post.author),
        text=_text(post.record, embed),
        created_at=at,
        parent_remote_id=reply.parent.uri if reply and address.parts_of(reply.parent.uri) else None,
        quoted=_quoted(embed),
        liked=bool(post.viewer and post.viewer.like),
        permalink=address.page_of(post.uri, post.author.handle),
        language=_language(post.record.langs),
        attachments=tuple(_attachments(embed))[:_MOST_MEDIA],
        context=context_of(post),
    )


def context_of(post: Post) -> dict[str, str]:
    """Return what an answer has to know of the post that it answers."""
    known = {"cid": post.cid}
    if reply := post.record.reply:
        known |= {"root": reply.root.uri, "root_cid": reply.root.cid}
    return {name: scrub(value)[:2_500] for name, value in known.items() if value}


def author_of(author: Author) -> SeenAuthor:
    """Return somebody as author."""
    handle = author.handle.lower()
    # Who lost the right to a name is called by this one.
    named = address.is_handle(handle) and handle != "handle.invalid"
    return SeenAuthor(
        remote_id=scrub(author.did),
        name=clean_name(author.name or "") or (handle if named else clean_name(author.did)),
        handle=f"@{handle}" if named else "",
        url=f"https://bsky.app/profile/{handle if named else scrub(author.did)}",
        avatar_url=web_address(author.avatar),
    )


def posts_in(thread: Thread) -> Iterator[Post | ItemSkipped]:
    """Yield the posts below a post; what is gone, blocked or unknown is left out."""
    level = [thread.thread]
    for _ in range(_DEEPEST):
        below: list[msgspec.Raw] = []
        for node in items(level, Node):
            if isinstance(node, ItemSkipped):
                yield node
                continue
            if not node.type.endswith("#threadViewPost"):
                continue
            yield from items([node.post], Post)
            below += node.replies or []
        level = below


def kind_of(thread: Thread) -> str:
    """Return what stands at the top of a thread: threadViewPost, notFoundPost, blockedPost."""
    for node in items([thread.thread], Node):
        if isinstance(node, Node):
            return node.type.rpartition("#")[2]
    return ""


def _conversation(root: str, post: Post | None, me: str) -> SeenConversation:
    if address.owner_of(root) != me:
        return SeenConversation(remote_id=root, kind=Kind.MENTION)
    about = SeenPost(remote_id=root, url=address.page_of(root))
    if post is not None:
        text = _text(post.record, _embed(post.embed))
        about = SeenPost(
            remote_id=root,
            title=clean_name(text[:_TITLE]),
            text=text,
            url=address.page_of(root, post.author.handle),
            created_at=time_of(post),
        )
    return SeenConversation(remote_id=root, kind=Kind.COMMENTS, post=about)


def _text(record: Record, embed: _Embed) -> str:
    text = read_text(record.text, record.facets or ())
    link = embed.external
    uri = web_address(link.uri) if link else ""
    if link is None or not uri or uri in text:
        return text
    return "\n\n".join(part for part in (text, clean_name(link.title), uri) if part)


def _embed(raw: msgspec.Raw) -> _Embed:
    """Return what hangs on a post; with quote and media, both as one."""
    embed = _decoded(raw, _Embed) or _Embed()
    if embed.type.startswith("app.bsky.embed.recordWithMedia"):
        media = _decoded(embed.media, _Embed) or _Embed()
        media.record = embed.record
        return media
    return embed


def _quoted(embed: _Embed) -> str:
    quoted = _decoded(embed.record, _Quoted)
    if quoted is not None and quoted.value is None:
        quoted = _decoded(quoted.record, _Quoted)
    if quoted is None or quoted.value is None or not quoted.value.text:
        return ""
    text = read_text(quoted.value.text, quoted.value.facets or ())
    name = author_of(quoted.author).name if quoted.author else ""
    return f"{name}:\n{text}" if name else text


def _attachments(embed: _Embed) -> Iterator[SeenAttachment]:
    for image in items((embed.images or [])[:_MOST_MEDIA], _Image):
        if isinstance(image, _Image) and (url := web_address(image.full)):
            name = clean_name(image.alt) or "image"
            yield SeenAttachment(about=Attachment(name=name, type="image/*", url=url))
    if url := web_address(embed.thumbnail) if embed.playlist else "":
        name = clean_name(embed.alt) or "video"
        yield SeenAttachment(about=Attachment(name=name, type="image/*", url=url))


def _decoded(raw: msgspec.Raw, type_: type[_T]) -> _T | None:
    if bytes(raw) in _NULL:
        return None
    try:
        return decode(bytes(raw), type_)
    except ServerTroubleError:
        return None


def _language(langs: list[str] | None) -> str | None:
    code = langs[0] if langs else ""
    return code if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", code) else None
