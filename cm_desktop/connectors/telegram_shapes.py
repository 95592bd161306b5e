"""What the Bot API sends, as far as it is used, and the ids we make of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeVar

import msgspec

from cm_desktop.connectors.http_json import decode
from cm_desktop.connectors.plain_text import clean_name
from cm_desktop.domain.errors import ServerTroubleError
from cm_desktop.domain.events import SeenAuthor

T = TypeVar("T")

# Telegram promises that its ids fit into 52 bits.
Id = Annotated[int, msgspec.Meta(ge=-(1 << 53), le=1 << 53)]
Number = Annotated[int, msgspec.Meta(ge=1, le=1 << 53)]  # of an update
Seconds = Annotated[int, msgspec.Meta(ge=0, le=1 << 36)]  # since 1970, UTC
# Opaque words; they become parts of our ids.
Word = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,128}\Z")]
NOTHING = msgspec.Raw(b"null")

GROUPS = ("group", "supergroup")


class User(msgspec.Struct):
    """Somebody, or a bot."""

    id: Id
    first_name: str = ""
    last_name: str | None = None
    username: str | None = None


class Me(User):
    """The bot itself, as getMe tells."""

    can_read_all_group_messages: bool = False


class WebhookInfo(msgspec.Struct):
    """Where Telegram delivers to, if not to who asks."""

    url: str = ""


class Chat(msgspec.Struct):
    """A private chat, a group or a channel."""

    id: Id
    type: str = ""
    title: str | None = None
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class Origin(msgspec.Struct):
    """Where a forwarded message comes from; which fields there are depends on `type`."""

    type: str = ""
    sender_user: User | None = None
    sender_user_name: str | None = None
    sender_chat: Chat | None = None
    chat: Chat | None = None
    message_id: Id | None = None


class Topic(msgspec.Struct):
    """A topic of a group, in the service message that tells of it."""

    name: str | None = None


class Quote(msgspec.Struct):
    """The part of a message that an answer quotes."""

    text: str = ""


class Message(msgspec.Struct):
    """A message. Parts that may be missing or strange without harm stay raw."""

    message_id: Id
    chat: Chat
    date: Seconds
    from_: User | None = msgspec.field(default=None, name="from")
    sender_chat: Chat | None = None
    message_thread_id: Id | None = None
    is_topic_message: bool | None = None
    is_automatic_forward: bool | None = None
    reply_to_message: msgspec.Raw = NOTHING
    forward_origin: msgspec.Raw = NOTHING
    quote: msgspec.Raw = NOTHING
    forum_topic_created: msgspec.Raw = NOTHING
    forum_topic_edited: msgspec.Raw = NOTHING
    edit_date: Seconds | None = None
    text: str | None = None
    caption: str | None = None
    entities: msgspec.Raw = NOTHING
    caption_entities: msgspec.Raw = NOTHING
    migrate_to_chat_id: Id | None = None
    migrate_from_chat_id: Id | None = None
    business_connection_id: Word | None = None


class Deleted(msgspec.Struct):
    """Messages that somebody deleted in a chat of a business."""

    business_connection_id: Word
    chat: Chat
    message_ids: list[Id]


class Update(msgspec.Struct):
    """One piece of news; exactly one of the fields beside the number is there."""

    update_id: Number
    message: msgspec.Raw = NOTHING
    edited_message: msgspec.Raw = NOTHING
    channel_post: msgspec.Raw = NOTHING
    edited_channel_post: msgspec.Raw = NOTHING
    business_message: msgspec.Raw = NOTHING
    edited_business_message: msgspec.Raw = NOTHING
    deleted_business_messages: msgspec.Raw = NOTHING


class Numbered(msgspec.Struct):
    """An update of which only the number matters."""

    update_id: Number


class Connection(msgspec.Struct):
    """The account of a person or firm that lets the bot read and answer for it."""

    id: str
    user: User


def part(raw: msgspec.Raw, type_: type[T]) -> T | None:
    """Return a part of a message as a type, or None where it is missing or strange."""
    content = bytes(raw)
    if content == b"null":
        return None
    try:
        return decode(content, type_)
    except ServerTroubleError:
        return None


def time_of(seconds: int) -> datetime:
    """Return seconds since 1970 as a time."""
    return datetime.fromtimestamp(seconds, UTC)


def user_name(user: User) -> str:
    """Return what a user is called."""
    name = f"{user.first_name} {user.last_name or ''}"
    return clean_name(name) or clean_name(user.username or "")


def chat_name(chat: Chat) -> str:
    """Return what a chat is called: its title, or the name of the person."""
    name = chat.title or f"{chat.first_name or ''} {chat.last_name or ''}"
    return clean_name(name) or clean_name(chat.username or "")


def user_author(user: User) -> SeenAuthor:
    """Return a user as the author of a message."""
    return _author(user.id, user_name(user), user.username)


def chat_author(chat: Chat) -> SeenAuthor:
    """Return a chat that speaks itself: a channel, or a group in an administrator's stead."""
    return _author(chat.id, chat_name(chat), chat.username)


def _author(number: int, name: str, username: str | None) -> SeenAuthor:
    handle = username if username and username.isascii() and username.isidentifier() else ""
    return SeenAuthor(
        remote_id=str(number),
        name=name or str(number),
        handle=f"@{handle}" if handle else "",
        url=f"https://t.me/{handle}" if handle else "",
    )


def message_id(chat: int, number: int, owner: str = "") -> str:
    """Return our id of a message: numbers are those of a chat, or of a business account."""
    return f"{_business(owner)}{chat}/{number}"


def conversation_id(chat: int, thread: int | None = None, owner: str = "") -> str:
    """Return our id of a chat, or of a topic or the comments of a post in it."""
    return f"{_business(owner)}{chat}" if thread is None else f"{chat}/{thread}"


def permalink(chat: Chat, number: int, thread: int | None = None) -> str:
    """Return the address of a message in a group or channel; private chats have none."""
    if chat.type not in ("supergroup", "channel"):
        return ""
    name = chat.username or ""
    place = name if name.isascii() and name.isidentifier() else _inside(chat.id)
    if not place:
        return ""
    return f"https://t.me/{place}/{number}" + (f"?thread={thread}" if thread else "")


def _inside(chat: int) -> str:
    """Return how links name a group without a public name; only its members can open them."""
    digits = str(chat)
    return f"c/{digits[4:]}" if digits.startswith("-100") and len(digits) > 4 else ""


def _business(owner: str) -> str:
    return f"business-{owner}/" if owner else ""
