"""What posts of a Discourse forum and its review queue are to us. No network here."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from cm_desktop.connectors import discourse_shapes as shapes
from cm_desktop.connectors.discourse_text import files_of, names_us, split_quotes, text_of
from cm_desktop.connectors.plain_text import clean_name, scrub
from cm_desktop.connectors.web_values import address_below
from cm_desktop.domain.events import (
    ItemSkipped,
    MessageGone,
    MessageSeen,
    SeenAttachment,
    SeenAuthor,
    SeenConversation,
    SeenPost,
)
from cm_desktop.domain.model import Direction, Kind, Nature, Visibility

HELD = "held:"  # begins the id of what is no post yet
_REGULAR, _BY_STAFF = 1, 2  # kinds of posts; others are whispers and notes of what was done
_AVATAR_PIXELS = "96"


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who reads, and in which forum."""

    id: int
    name: str
    base: str  # address of the forum, without a slash at its end


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The topic a post stands in, and what kind of conversation it is to us."""

    kind: Kind
    title: str


def post_seen(
    post: shapes.Post, place: Place, me: Me, parent: int | None
) -> MessageSeen | MessageGone | ItemSkipped | None:
    """Return the event for a post; None for whispers and notes of what a moderator did.

    A post whose text is hidden from us is gone for us, as is one that was deleted.
    """
    if post.post_type not in (_REGULAR, _BY_STAFF) or post.action_code:
        return None
    if post.is_gone or (post.cooked_hidden and post.raw is None):
        return MessageGone(remote_id=str(post.id))
    at = shapes.when(post.created_at)
    if at is None:
        return ItemSkipped(reason="no_date", remote_id=str(post.id))
    quoted, rest = split_quotes(post.cooked)
    return MessageSeen(
        remote_id=str(post.id),
        conversation=_conversation(post.topic_id, place, me),
        direction=Direction.OUT if post.user_id == me.id else Direction.IN,
        author=_author(post, me),
        # In place of what is hidden even from its author stands a sentence of the forum.
        text=scrub(post.raw or "") if post.cooked_hidden else text_of(rest, post.raw, me.base),
        quoted=text_of(quoted, None, me.base) if quoted else "",
        created_at=at,
        edited_at=shapes.when(post.updated_at) if post.version > 1 else None,
        parent_remote_id=None if parent is None else str(parent),
        public=place.kind is not Kind.DIRECT,
        visibility=Visibility.HIDDEN if post.hidden else Visibility.SHOWN,
        nature=_nature(post),
        liked=post.liked,
        permalink=link(post, me.base),
        attachments=tuple(_attachments(rest, me.base)),
        context={"number": str(post.post_number)},
    )


def held_seen(
    item: shapes.Reviewable, queue: shapes.ReviewQueue | shapes.ReviewItem, me: Me
) -> MessageSeen | ItemSkipped:
    """Return the event for what waits for approval, or for what a moderator refused."""
    at = shapes.when(item.created_at)
    if at is None or item.payload is None:
        return ItemSkipped(reason="no_date" if item.payload else "no_text", remote_id=_held(item))
    # Until 2023 the author was the one who "created" what waits; now the forum itself did.
    number = item.target_created_by_id or item.created_by_id
    user = _named(queue.users, number)
    title = _text(_named(queue.topics, item.topic_id).get("title")) or item.payload.title or ""
    return MessageSeen(
        remote_id=_held(item),
        conversation=_waiting_in(item.topic_id, item.id, title, me),
        direction=Direction.OUT if number == me.id else Direction.IN,
        author=_held_author(item, number, user, me),
        text=scrub(item.payload.raw),
        created_at=at,
        visibility=Visibility.HELD if item.state == "pending" else Visibility.SPAM,
        permalink=f"{me.base}/review/{item.id}",
    )


def own_held_seen(item: shapes.PendingPost, me: Me) -> MessageSeen | ItemSkipped:
    """Return the event for a post of ours that waits for approval."""
    at = shapes.when(item.created_at)
    if at is None:
        return ItemSkipped(reason="no_date", remote_id=f"{HELD}{item.id}")
    return MessageSeen(
        remote_id=f"{HELD}{item.id}",
        conversation=_waiting_in(item.topic_id, item.id, item.title or "", me),
        direction=Direction.OUT,
        author=SeenAuthor(
            remote_id=f"user:{me.id}", name=me.name, handle=me.name, url=_profile(me.name, me)
        ),
        text=scrub(item.raw_text),
        created_at=at,
        visibility=Visibility.HELD,
    )


def state_of(post: shapes.Post) -> int:
    """Return a number that changes when something of a post changes that we show."""
    about = (post.version, post.hidden, post.liked, post.cooked, post.user_id, post.topic_id)
    return zlib.crc32(repr(about).encode("utf-8", "replace"))


def addresses(post: shapes.Post, me: Me) -> bool:
    """Whether a post mentions us, quotes us or answers us."""
    answered = post.reply_to_user.get("username") if isinstance(post.reply_to_user, dict) else None
    answers_us = isinstance(answered, str) and answered.casefold() == me.name.casefold()
    return answers_us or names_us(post.cooked, me.name)


def link(post: shapes.Post, base: str) -> str:
    """Return the address of a post."""
    return f"{base}/t/{post.topic_id}/{post.post_number}"


def conversation_of(topic: int) -> str:
    """Return the id of the conversation that a topic is."""
    return f"topic:{topic}"


def _held(item: shapes.Reviewable) -> str:
    return f"{HELD}{item.id}"


def _conversation(topic: int, place: Place, me: Me) -> SeenConversation:
    title = clean_name(place.title)
    post = None
    if place.kind is not Kind.DIRECT:
        post = SeenPost(remote_id=str(topic), title=title, url=f"{me.base}/t/{topic}")
    return SeenConversation(
        remote_id=conversation_of(topic), kind=place.kind, title=title, post=post
    )


def _waiting_in(topic: int | None, item: int, title: str, me: Me) -> SeenConversation:
    """Return the topic that something waits to stand in, or the one it would be."""
    if topic is not None:
        return _conversation(topic, Place(kind=Kind.TOPIC, title=title), me)
    return SeenConversation(remote_id=f"{HELD}{item}", kind=Kind.TOPIC, title=clean_name(title))


def _author(post: shapes.Post, me: Me) -> SeenAuthor:
    handle = clean_name(post.username or "")
    if post.user_id is None:  # the account was deleted
        return SeenAuthor(remote_id=f"post:{post.id}", name=handle)
    name = clean_name(post.display_username or "") or clean_name(post.name or "")
    return SeenAuthor(
        remote_id=f"user:{post.user_id}",
        name=name or handle or str(post.user_id),
        handle=handle,
        url=_profile(handle, me),
        avatar_url=_avatar(post.avatar_template, me),
    )


def _held_author(
    item: shapes.Reviewable, number: int | None, user: Mapping[str, Any], me: Me
) -> SeenAuthor:
    handle = clean_name(_text(user.get("username")))
    return SeenAuthor(
        remote_id=f"{HELD}{item.id}" if number is None else f"user:{number}",
        name=clean_name(_text(user.get("name"))) or handle,
        handle=handle,
        url=_profile(handle, me),
        avatar_url=_avatar(user.get("avatar_template"), me),
    )


def _profile(handle: str, me: Me) -> str:
    return f"{me.base}/u/{quote(handle, safe='')}" if handle else ""


def _avatar(template: object, me: Me) -> str:
    """Return the address of a picture, if nobody can listen to its way."""
    picture = address_below(me.base, _text(template).replace("{size}", _AVATAR_PIXELS))
    return picture if picture.startswith("https:") else ""


def _nature(post: shapes.Post) -> Nature:
    """The forum itself and its greeting robot have ids below zero."""
    by_machine = (post.user_id is not None and post.user_id < 0) or post.is_auto_generated
    return Nature.AUTO_REPLY if by_machine else Nature.PERSON


def _attachments(html: str, base: str) -> Iterable[SeenAttachment]:
    for file in files_of(html):
        url = address_below(base, file.url)
        if url:
            yield SeenAttachment(about=type(file)(name=file.name, type=file.type, url=url))


def _named(people: Any, number: int | None) -> Mapping[str, Any]:
    return next((one for one in shapes.dicts(people) if one.get("id") == number), {})


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
