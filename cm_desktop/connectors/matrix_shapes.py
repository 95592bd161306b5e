"""What a Matrix server says, and what it means as messages. No network here.

Source: Matrix specification, client-server API v1.15 ("Rooms", "Instant messaging", "Threading",
"Event replacements", "Rich replies").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from cm_desktop.connectors.http_json import convert
from cm_desktop.connectors.plain_text import clean_name, plain_text, scrub
from cm_desktop.domain.errors import ServerTroubleError
from cm_desktop.domain.events import ItemSkipped, SeenAttachment, SeenAuthor
from cm_desktop.domain.model import Attachment, Nature

T = TypeVar("T")

MESSAGE, SEALED, REDACTION = "m.room.message", "m.room.encrypted", "m.room.redaction"
REACTION, STICKER = "m.reaction", "m.sticker"
THREAD, REPLACES, ANNOTATES = "m.thread", "m.replace", "m.annotation"
HTML = "org.matrix.custom.html"
_LONGEST_ID = 255  # bytes, for ids of rooms, events and people alike
_LONGEST_TEXT = 1 << 20
_LATEST = 1 << 42  # milliseconds since 1970: the year 2109
_FILES = {"m.image", "m.file", "m.audio", "m.video"}
_MACHINES = {"m.notice", "m.server_notice"}
# Asks another program of the same person to compare keys; nothing was said.
_NOT_SAID = {"m.key.verification.request"}
# What stands in an address as it is; so do nearly all ids.
_SAFE = re.compile(r"[A-Za-z0-9_.~!@$:-]+")
# The end of what older programs put above an answer: the answered text, quoted.
_QUOTED = re.compile(r"(?:> ?[^\n]*\n)+\n?")
_QUOTE_BEGINS = re.compile(r"> (?:\* )?<[@!]")
# A name that leads to a person or a room reads like a name; its address helps nobody.
_PILL = re.compile(r"""\bhref=(["'])https://matrix\.to/#/(?:@|!|#|%40|%21|%23)[^"'<>]*\1""")


class InReplyTo(msgspec.Struct, frozen=True):
    """What an event answers."""

    event_id: str | None = None


class Relation(msgspec.Struct, frozen=True):
    """How an event hangs on another one."""

    rel_type: str | None = None
    event_id: str | None = None
    key: str | None = None
    is_falling_back: bool | None = None
    in_reply_to: InReplyTo | None = msgspec.field(name="m.in_reply_to", default=None)


_NO_RELATION = Relation()


class Info(msgspec.Struct):
    """About a file."""

    mimetype: str | None = None
    size: int | None = None


class Content(msgspec.Struct):
    """What a message says."""

    msgtype: str | None = None
    body: str | None = None
    format: str | None = None
    formatted_body: str | None = None
    filename: str | None = None
    info: Info | None = None
    relates_to: Relation | None = msgspec.field(name="m.relates_to", default=None)
    new_content: Any = msgspec.field(name="m.new_content", default=None)
    redacts: str | None = None

    @property
    def relation(self) -> Relation:
        """How it hangs on another event; an empty one where it does not."""
        return self.relates_to or _NO_RELATION


class Unsigned(msgspec.Struct):
    """What the server adds to an event for us."""

    transaction_id: str | None = None
    redacted_because: Any = None
    relations: Any = msgspec.field(name="m.relations", default=None)


class Event(msgspec.Struct, dict=True):
    """One event of a room; `state_key` is there for those that describe the room.

    It is never changed, so that what it says is worked out once.
    """

    type: str
    sender: str
    content: Any = None
    event_id: str = ""
    origin_server_ts: int = 0
    state_key: str | None = None
    redacts: str | None = None
    unsigned: Any = None

    @cached_property
    def said(self) -> Content:
        """Its content as that of a message. Raises ServerTroubleError for another shape."""
        return convert(self.content if self.content is not None else {}, Content)

    @property
    def extra(self) -> Unsigned:
        """What the server added; an empty one where that makes no sense."""
        return lenient(self.unsigned, Unsigned)

    @property
    def at(self) -> datetime | None:
        """When it was sent, as the sender's server says; None for nonsense."""
        if not 0 < self.origin_server_ts < _LATEST:
            return None
        return datetime.fromtimestamp(self.origin_server_ts / 1000, UTC)

    @property
    def makes_sense(self) -> bool:
        """Whether it has an id, a sender and a time."""
        return bool(is_id(self.event_id, "$") and is_id(self.sender, "@") and self.at)


class Timeline(msgspec.Struct):
    """The newest events of a room; `limited`: there are others between them and the last ones."""

    events: list[Any] = []
    limited: bool | None = None
    prev_batch: str | None = None


class Events(msgspec.Struct):
    """A list of events under a name."""

    events: list[Any] = []


class Summary(msgspec.Struct):
    """Who is in a room, told only when it changed."""

    heroes: list[str] | None = msgspec.field(name="m.heroes", default=None)
    joined: int | None = msgspec.field(name="m.joined_member_count", default=None)
    invited: int | None = msgspec.field(name="m.invited_member_count", default=None)


class Unread(msgspec.Struct):
    """What nobody of us has read yet in a room."""

    notification_count: int | None = None


class JoinedRoom(msgspec.Struct):
    """What is new in a room that we are in."""

    timeline: Timeline = msgspec.field(default_factory=Timeline)
    state: Events = msgspec.field(default_factory=Events)
    summary: Summary | None = None
    unread_notifications: Unread | None = None


class InvitedRoom(msgspec.Struct):
    """A room that we are invited to, as far as it may be seen from outside."""

    invite_state: Events = msgspec.field(default_factory=Events)


class Rooms(msgspec.Struct):
    """Rooms by what we are in them. Each is decoded by itself."""

    join: dict[str, Any] = {}
    invite: dict[str, Any] = {}
    leave: dict[str, Any] = {}


class Sync(msgspec.Struct):
    """Everything new since a place."""

    next_batch: str
    rooms: Rooms = msgspec.field(default_factory=Rooms)
    account_data: Events = msgspec.field(default_factory=Events)


class Page(msgspec.Struct):
    """Events of one room, newest first; without `end` there are no older ones."""

    chunk: list[Any] = []
    state: list[Any] = []
    end: str | None = None


class Versions(msgspec.Struct):
    """Which versions of the API a server speaks."""

    versions: list[str]


class WhoAmI(msgspec.Struct):
    """Whose token it is."""

    user_id: str
    device_id: str | None = None


class Profile(msgspec.Struct):
    """How somebody wants to be called."""

    displayname: str | None = None


class EventId(msgspec.Struct):
    """The server's word that it has an event."""

    event_id: str


def is_id(text: str | None, sigil: str) -> bool:
    """Whether a text can be an id of a room (`!`), an event (`$`) or a person (`@`)."""
    return bool(
        text
        and text.startswith(sigil)
        and len(text) > 1
        and text.isprintable()  # hence without control characters and halves of letters
        and " " not in text
        and len(text.encode()) <= _LONGEST_ID
    )


def lenient(value: object, shape: type[T]) -> T:
    """Return a value as a shape, an empty one where it is of another."""
    try:
        return convert(value, shape) if isinstance(value, dict) else shape()
    except ServerTroubleError:
        return shape()


def events_of(values: Iterable[object]) -> Iterator[Event | ItemSkipped]:
    """Yield events one by one; one of another shape costs only itself."""
    for value in values:
        try:
            yield convert(value, Event)
        except ServerTroubleError as error:
            yield ItemSkipped(reason=error.detail.partition(" ")[0])


def latest_edit(event: Event, edit: Event | None) -> Event | None:
    """Return the newest replacement of an event by its own author, if there is one.

    `edit` is one that came by itself; the server may have put one into the event as well.
    """
    bundle = event.extra.relations
    bundled = bundle.get(REPLACES) if isinstance(bundle, dict) else None
    if not bundled and edit is None:
        return None
    found = [one for one in events_of([bundled] if bundled else []) if isinstance(one, Event)]
    if edit is not None:
        found.append(edit)
    fitting = [one for one in found if one.sender == event.sender and one.at]
    return max(fitting, key=lambda one: one.origin_server_ts, default=None)


def content_of(event: Event, edit: Event | None) -> Content:
    """Return what an event says now. Raises ServerTroubleError for another shape."""
    if edit is None:
        return event.said
    changed = edit.said.new_content
    return convert(changed if isinstance(changed, dict) else {}, Content)


def text_of(content: Content, name: str) -> str:
    """Return the text of a message; `name` is whose it is, for those that tell what they do."""
    if content.msgtype in _FILES:
        # Without a name of its own the file's name stands where a caption could.
        own = content.filename is not None and content.filename != content.body
        return _words_of(content) if own else ""
    text = _words_of(content)
    return f"* {name} {text}" if content.msgtype == "m.emote" else text


def is_said(content: Content) -> bool:
    """Whether a message says something to a person."""
    return content.msgtype not in _NOT_SAID and (
        content.body is not None or content.formatted_body is not None
    )


def nature_of(content: Content) -> Nature:
    """Programs say `m.notice`, so that other programs do not answer them."""
    return Nature.AUTO_REPLY if content.msgtype in _MACHINES else Nature.PERSON


def file_of(content: Content) -> tuple[SeenAttachment, ...]:
    """Return the file that a message brings. Its content is shown to those signed in only."""
    if content.msgtype not in _FILES:
        return ()
    info = content.info or Info()
    name = clean_name(content.filename or content.body or "") or "file"
    size = info.size if info.size is not None and 0 <= info.size < 1 << 50 else None
    kind = clean_name(info.mimetype or "") or "application/octet-stream"
    return (SeenAttachment(about=Attachment(name=name, type=kind, size=size)),)


@lru_cache(maxsize=256)
def author_of(user: str, name: str = "") -> SeenAuthor:
    """Return somebody as author; few people write most of what is said."""
    return SeenAuthor(remote_id=user, name=clean_name(name), handle=user, url=link_to(user))


def localpart(user: str) -> str:
    """Return the part of an id that a person chose."""
    return user[1:].partition(":")[0]


def link_to(*parts: str) -> str:
    """Return a page that leads to a room, an event or a person in everybody's own program."""
    return "https://matrix.to/#/" + "/".join(map(_quoted, parts))


def _quoted(part: str) -> str:
    return part if _SAFE.fullmatch(part) else quote(part, safe="!@$:")


def _words_of(content: Content) -> str:
    if content.format == HTML and content.formatted_body:
        markup = _PILL.sub("", _without_reply(scrub(content.formatted_body)[:_LONGEST_TEXT]))
        if text := plain_text(markup):
            return text
    text = scrub(content.body or "")[:_LONGEST_TEXT]
    if content.relation.in_reply_to and _QUOTE_BEGINS.match(text):
        quoted = _QUOTED.match(text)
        text = text[quoted.end() :] if quoted else text
    return text.strip()


def _without_reply(markup: str) -> str:
    begin = markup.find("<mx-reply>")
    end = markup.find("</mx-reply>", begin)
    return markup if begin < 0 or end < 0 else markup[:begin] + markup[end + len("</mx-reply>") :]
