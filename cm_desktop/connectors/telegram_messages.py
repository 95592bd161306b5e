"""Turns updates of Telegram into events, and remembers what a single update does not tell.

What an update leaves out: the post under which a comment's answers stand, the name of a topic,
the id a group had before it grew, and whose account a connected bot speaks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from cm_desktop.connectors import telegram_shapes as shapes
from cm_desktop.connectors.http_json import decode
from cm_desktop.connectors.plain_text import clean_name, scrub
from cm_desktop.connectors.telegram_content import Parts, files_of, is_service, text_of
from cm_desktop.domain.errors import ServerTroubleError
from cm_desktop.domain.events import (
    Event,
    ItemSkipped,
    MessageGone,
    MessageSeen,
    SeenConversation,
    SeenPost,
)
from cm_desktop.domain.model import Direction, Kind

_POSTS = 100
_TOPICS = 200
_MOVED = 50
_OWNERS = 20
_TITLE = 80  # characters of a post that stand for it
_TEXT = 300


class Post(msgspec.Struct):
    """A post of a channel, by its copy in the group where it is discussed."""

    channel: shapes.Id
    title: str
    text: str = ""
    url: str = ""
    date: shapes.Seconds | None = None


class Memory(msgspec.Struct):
    """What is known from earlier updates; part of the cursor, so kept small."""

    posts: dict[str, Post] = {}  # by "group/number of the copy"
    copies: dict[str, str] = {}  # that key, by "channel/number of the post"
    topics: dict[str, str] = {}  # names, by "group/thread"
    moved: dict[str, shapes.Id] = {}  # the first id of a group, by its present one
    owners: dict[str, shapes.Id] = {}  # numbers of users, by business connection

    def trim(self) -> None:
        """Forget what was learned longest ago."""
        for known, most in (
            (self.posts, _POSTS),
            (self.copies, _POSTS),
            (self.topics, _TOPICS),
            (self.moved, _MOVED),
            (self.owners, _OWNERS),
        ):
            while len(known) > most:
                del known[next(iter(known))]


class Reader:
    """Reads updates in the order in which they came."""

    def __init__(self, memory: Memory, me: int, owner: Callable[[str], str]) -> None:
        """Read as the bot `me`; `owner` tells whose account a business connection is."""
        self._memory = memory
        self._me = me
        self._owner = owner

    def events(self, update: shapes.Update) -> Iterator[Event]:
        """Report what one update tells; one that makes no sense is skipped."""
        try:
            yield from self._of(update)
        except ServerTroubleError as error:
            yield ItemSkipped(reason=error.detail.partition(" ")[0])
        self._memory.trim()

    def _of(self, update: shapes.Update) -> Iterator[Event]:
        if (deleted := _whole(update.deleted_business_messages, shapes.Deleted)) is not None:
            owner = self._owner(deleted.business_connection_id)
            for number in deleted.message_ids:
                yield MessageGone(remote_id=shapes.message_id(deleted.chat.id, number, owner))
        for raw in (update.channel_post, update.edited_channel_post):
            if (post := _whole(raw, shapes.Message)) is not None:
                self._learn_of_post(post)
        for raw in (
            update.message,
            update.edited_message,
            update.business_message,
            update.edited_business_message,
        ):
            if (message := _whole(raw, shapes.Message)) is not None:
                parts = decode(bytes(raw), dict[str, msgspec.Raw])
                yield from self._heard(message, parts)

    # What is only remembered.

    def _learn_of_post(self, post: shapes.Message) -> None:
        """Take note of the present text of a post whose copy we know."""
        key = self._memory.copies.get(f"{post.chat.id}/{post.message_id}", "")
        known = self._memory.posts.get(key)
        if known is not None:
            known.title, known.text = _described(post)
            known.url = shapes.permalink(post.chat, post.message_id) or known.url

    def _learn_of_copy(self, copy: shapes.Message) -> Post:
        """Take note of a post that was copied into the group where it is discussed."""
        origin = shapes.part(copy.forward_origin, shapes.Origin) or shapes.Origin()
        channel = origin.chat or copy.sender_chat or copy.chat
        title, text = _described(copy)
        key = f"{copy.chat.id}/{copy.message_id}"
        post = Post(channel=channel.id, title=title, text=text, date=copy.date)
        if origin.message_id is not None:
            post.url = shapes.permalink(channel, origin.message_id)
            self._memory.copies[f"{channel.id}/{origin.message_id}"] = key
        self._memory.posts.pop(key, None)
        self._memory.posts[key] = post
        return post

    def _learn_of_chat(self, message: shapes.Message, answered: shapes.Message | None) -> None:
        chat = message.chat.id
        if message.migrate_to_chat_id is not None:
            self._memory.moved[str(message.migrate_to_chat_id)] = self._first_id(chat)
        if message.migrate_from_chat_id is not None:
            self._memory.moved[str(chat)] = self._first_id(message.migrate_from_chat_id)
        for one in (message, answered):
            if one is None or message.message_thread_id is None:
                continue
            for raw in (one.forum_topic_created, one.forum_topic_edited):
                topic = shapes.part(raw, shapes.Topic)
                if topic is not None and (name := clean_name(topic.name or "")):
                    self._memory.topics[f"{chat}/{message.message_thread_id}"] = name[:_TITLE]

    def _first_id(self, chat: int) -> int:
        return self._memory.moved.get(str(chat), chat)

    # What is reported.

    def _heard(self, message: shapes.Message, parts: Parts) -> Iterator[Event]:
        answered = shapes.part(message.reply_to_message, shapes.Message)
        self._learn_of_chat(message, answered)
        if message.is_automatic_forward:
            self._learn_of_copy(message)
            return
        if is_service(parts):
            return
        if answered is not None and answered.is_automatic_forward:
            self._learn_of_copy(answered)
            if message.message_thread_id is None:
                message.message_thread_id = answered.message_id
        yield self._seen(message, answered, parts)

    def _seen(
        self, message: shapes.Message, answered: shapes.Message | None, parts: Parts
    ) -> MessageSeen:
        chat, number, thread = message.chat, message.message_id, message.message_thread_id
        business = message.business_connection_id or ""
        owner = self._owner(business) if business else ""
        post = self._memory.posts.get(f"{chat.id}/{thread}") if thread else None
        topic = bool(message.is_topic_message and thread)
        above = None
        if answered is not None and answered.chat.id == chat.id and not _is_root(answered, thread):
            above = shapes.message_id(chat.id, answered.message_id, owner)
        quote = shapes.part(message.quote, shapes.Quote)
        speaker = message.sender_chat
        user = message.from_
        return MessageSeen(
            remote_id=shapes.message_id(chat.id, number, owner),
            conversation=self._conversation(message, owner, post),
            direction=Direction.OUT if self._is_ours(message) else Direction.IN,
            author=shapes.chat_author(speaker or chat)
            if speaker or user is None
            else shapes.user_author(user),
            text=text_of(message, parts),
            created_at=shapes.time_of(message.date),
            edited_at=None if message.edit_date is None else shapes.time_of(message.edit_date),
            parent_remote_id=above,
            public=chat.type in shapes.GROUPS,
            quoted=scrub(quote.text) if quote else "",
            permalink=shapes.permalink(chat, number, thread),
            attachments=files_of(parts),
            context=_context(message, business, topic=topic),
        )

    def _conversation(
        self, message: shapes.Message, owner: str, post: Post | None
    ) -> SeenConversation:
        chat, thread = message.chat, message.message_thread_id
        first = self._first_id(chat.id)
        if chat.type not in shapes.GROUPS:
            return SeenConversation(
                remote_id=shapes.conversation_id(chat.id, owner=owner),
                kind=Kind.DIRECT,
                title=shapes.chat_name(chat),
            )
        if post is not None:
            key = shapes.conversation_id(first, thread)
            return SeenConversation(
                remote_id=key, kind=Kind.COMMENTS, title=post.title, post=_seen_post(key, post)
            )
        title = shapes.chat_name(chat)
        if not (message.is_topic_message and thread):
            key = shapes.conversation_id(first)
            return SeenConversation(remote_id=key, kind=Kind.TOPIC, title=title)
        name = self._memory.topics.get(f"{chat.id}/{thread}", "")
        return SeenConversation(
            remote_id=shapes.conversation_id(first, thread),
            kind=Kind.TOPIC,
            title=f"{title} · {name}" if name else "",
        )

    def _is_ours(self, message: shapes.Message) -> bool:
        """Whether we speak: the bot, the owner of a business, the group or channel itself."""
        user, speaker, chat = message.from_, message.sender_chat, message.chat
        if speaker is not None:
            channels = {post.channel for post in self._memory.posts.values()}
            return speaker.id == chat.id or speaker.id in channels
        if user is None:
            return False
        theirs = message.business_connection_id is None or user.id == chat.id
        return user.id == self._me or not theirs


def _whole(raw: msgspec.Raw, type_: type[shapes.T]) -> shapes.T | None:
    """Return a part of an update. Raises ServerTroubleError where it is of another shape."""
    return None if (content := bytes(raw)) == b"null" else decode(content, type_)


def _is_root(answered: shapes.Message, thread: int | None) -> bool:
    """Whether what is answered is only the post or the topic itself, not a message of ours."""
    return bool(answered.is_automatic_forward) or (
        answered.message_id == thread and bytes(answered.forum_topic_created) != b"null"
    )


def _described(post: shapes.Message) -> tuple[str, str]:
    text = scrub(post.text or post.caption or "").strip()
    return clean_name(text.partition("\n")[0])[:_TITLE] or shapes.chat_name(post.chat), text[:_TEXT]


def _seen_post(key: str, post: Post) -> SeenPost:
    created = None if post.date is None else shapes.time_of(post.date)
    return SeenPost(
        remote_id=key, title=post.title, text=post.text, url=post.url, created_at=created
    )


def _context(message: shapes.Message, business: str, *, topic: bool) -> dict[str, str]:
    told = {
        "chat": str(message.chat.id),
        "message": str(message.message_id),
        "type": message.chat.type if message.chat.type.isalpha() else "",
        "topic": str(message.message_thread_id) if topic else "",
        "speaker": "chat" if message.sender_chat is not None else "",
        "business": business,
    }
    return {key: value for key, value in told.items() if value}
