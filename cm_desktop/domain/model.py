"""What the desk works with: accounts, conversations, messages, people, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from cm_desktop.domain.ids import (
    AccountId,
    ConversationId,
    HandoffId,
    MessageId,
    NoteId,
    OutboxId,
    PersonId,
    PostId,
    TemplateId,
)


class Status(StrEnum):
    """Where the work on a conversation stands."""

    OPEN = "open"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    DONE = "done"


class Kind(StrEnum):
    """What a conversation is on its channel."""

    COMMENTS = "comments"
    DIRECT = "direct"
    REVIEW = "review"
    MENTION = "mention"
    MAIL = "mail"
    TOPIC = "topic"


class Direction(StrEnum):
    """Who speaks: someone outside, or we."""

    IN = "in"
    OUT = "out"


class Visibility(StrEnum):
    """What the public sees of a message on its channel."""

    SHOWN = "shown"
    HELD = "held"  # waits for a moderator
    HIDDEN = "hidden"
    SPAM = "spam"
    TRASHED = "trashed"


class Nature(StrEnum):
    """Whether a person wrote a message or a machine did."""

    PERSON = "person"
    AUTO_REPLY = "auto-reply"
    BOUNCE = "bounce"


class Health(StrEnum):
    """How an account's last contact with its channel went."""

    NEW = "new"
    OK = "ok"
    OFFLINE = "offline"
    WAITING = "waiting"  # told to wait by the channel, or backing off
    SIGN_IN = "sign-in"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One page or mailbox of ours on a channel. Secrets are never part of it."""

    id: AccountId
    channel: str
    remote_id: str  # how the channel names us; part of every fact's id
    title: str
    handle: str = ""
    url: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    health: Health = Health.NEW
    trouble: str = ""  # code of the error behind `health`, see domain/errors.py
    last_ok_at: datetime | None = None
    next_fetch_at: datetime | None = None
    paused: bool = False
    unread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone outside, as one channel knows them."""

    id: PersonId
    name: str
    handle: str = ""
    remote_id: str = ""
    url: str = ""
    avatar_url: str = ""
    blocked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What comments hang on."""

    id: PostId
    title: str
    text: str = ""
    url: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a message; `content` is read separately."""

    name: str
    type: str  # MIME type as the channel says
    size: int | None = None  # bytes
    url: str = ""
    sha256: str = ""  # hex; empty when the content is not kept here


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One utterance in a conversation, IN or OUT."""

    id: MessageId
    conversation: ConversationId
    account: AccountId
    channel: str
    remote_id: str
    direction: Direction
    author: Person
    text: str
    created_at: datetime
    received_at: datetime
    parent: MessageId | None = None
    public: bool = True
    quoted: str = ""  # what was only repeated from earlier mails, shown folded
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    visibility: Visibility = Visibility.SHOWN
    nature: Nature = Nature.PERSON
    liked: bool = False
    unread: bool = False
    rating: int | None = None  # stars, 1 to 5
    permalink: str = ""
    language: str | None = None
    sentiment: str | None = None
    attachments: tuple[Attachment, ...] = ()
    context: Mapping[str, str] = field(default_factory=dict)  # the connector's own words
    member: str = ""  # who of us wrote an OUT message, where we know

    @property
    def hidden(self) -> bool:
        """Whether the public cannot see it although it still exists."""
        return self.visibility in (Visibility.HELD, Visibility.HIDDEN, Visibility.SPAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A label of the team on conversations."""

    name: str
    colour: int = 0  # index into the theme's tag colours


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One exchange between our account and one or more people."""

    id: ConversationId
    key: int  # place in the newest-first order; pass it on to page further
    account: AccountId
    channel: str
    kind: Kind
    title: str
    status: Status
    unread: int
    last_at: datetime
    author: Person  # who spoke to us last, else who began
    preview: str = ""  # start of the last message, plain text, at most 300 characters
    preview_direction: Direction = Direction.IN
    tags: tuple[Tag, ...] = ()
    assignee: str | None = None
    due_at: datetime | None = None
    snoozed_until: datetime | None = None
    post: Post | None = None
    waiting_out: int = 0  # outbox rows not yet sent
    trouble_out: int = 0  # outbox rows that failed or need a decision
    messages: int = 0
    remote_id: str = ""
    context: Mapping[str, str] = field(default_factory=dict)

    @property
    def needs_answer(self) -> bool:
        """Whether the other side spoke last and nobody closed the matter."""
        return self.status is Status.OPEN and self.preview_direction is Direction.IN

    def taken_by(self, member: str | None) -> Conversation:
        """Return this conversation as handed to a member."""
        return replace(self, assignee=member)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Internal text on a conversation. There is no way from here to a channel."""

    id: NoteId
    conversation: ConversationId
    member: str
    text: str
    created_at: datetime


class HandoffState(StrEnum):
    """What became of a handoff."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """A conversation handed to another member: who, what is asked, until when."""

    id: HandoffId
    conversation: ConversationId
    sender: str
    receiver: str
    asked: str
    created_at: datetime
    until: datetime | None = None
    state: HandoffState = HandoffState.ASKED
    answered_at: datetime | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Prepared text with {placeholders}."""

    id: TemplateId
    name: str
    text: str
    shortcut: str = ""
    language: str = ""  # "de", "en"; empty: any
    channel: str = ""  # empty: any
    version: int = 1
    used: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Text being written and not yet queued, one per conversation and mode."""

    conversation: ConversationId
    text: str
    changed_at: datetime
    mode: str = "reply"  # reply, private or note
    parent: MessageId | None = None


class OutboxState(StrEnum):
    """How far an outbox row is; see services/sending.py for the moves."""

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"
    NEEDS_HUMAN = "needs_human"
    CANCELLED = "cancelled"


class OutboxKind(StrEnum):
    """What is to happen on the channel."""

    REPLY = "reply"
    PRIVATE = "private"
    EDIT = "edit"
    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"
    LIKE = "like"
    UNLIKE = "unlike"
    BLOCK = "block"
    UNBLOCK = "unblock"
    APPROVE = "approve"
    HOLD = "hold"
    SPAM = "spam"
    MUTE = "mute"
    REPORT = "report"

    @property
    def speaks(self) -> bool:
        """Whether it makes a new message, so that doing it twice would be seen."""
        return self in (OutboxKind.REPLY, OutboxKind.PRIVATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """Something this device wants to happen on a channel."""

    id: OutboxId
    conversation: ConversationId
    account: AccountId
    kind: OutboxKind
    state: OutboxState
    text: str
    member: str
    created_at: datetime
    hold_until: datetime
    target: MessageId | None = None  # the message answered or acted on
    attempts: int = 0
    first_attempt_at: datetime | None = None
    next_attempt_at: datetime | None = None
    sent_at: datetime | None = None
    remote_id: str | None = None
    error: str | None = None  # code, see domain/errors.py
    error_detail: str = ""
    rule: str = ""  # house rule cited for a moderation act

    @property
    def open(self) -> bool:
        """Whether it still may change something on the channel."""
        return self.state not in (OutboxState.SENT, OutboxState.CANCELLED)
