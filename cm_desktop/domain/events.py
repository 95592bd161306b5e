"""What connectors report: the only way a channel's facts enter the vault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cm_desktop.domain.model import Attachment, Direction, Kind, Nature, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAuthor:
    """Someone on the channel. `remote_id` must never be empty; make one if the channel has none."""

    remote_id: str
    name: str = ""
    handle: str = ""
    url: str = ""
    avatar_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPost:
    """What a comment hangs on."""

    remote_id: str
    title: str = ""
    text: str = ""
    url: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenConversation:
    """The conversation a message belongs to. Same `remote_id`: same conversation."""

    remote_id: str
    kind: Kind
    title: str = ""
    post: SeenPost | None = None
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAttachment:
    """A file of a message; `content` only where the channel sent it along and it is small."""

    about: Attachment
    content: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSeen:
    """A message as the channel shows it now: new, or changed since we last looked.

    Reported as often as the channel reports it; keeping it twice changes nothing. A
    parent may come later than its child, or never.
    """

    remote_id: str
    conversation: SeenConversation
    direction: Direction
    author: SeenAuthor
    text: str
    created_at: datetime
    parent_remote_id: str | None = None
    public: bool = True
    quoted: str = ""
    edited_at: datetime | None = None
    visibility: Visibility = Visibility.SHOWN
    nature: Nature = Nature.PERSON
    liked: bool = False
    seen_by_us: bool = False  # already read elsewhere, e.g. in the network's own app
    rating: int | None = None
    permalink: str = ""
    language: str | None = None
    attachments: tuple[SeenAttachment, ...] = ()
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageGone:
    """A message that the channel no longer has. Its text stays with us, labelled."""

    remote_id: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSkipped:
    """One item of a page that made no sense; the others of the page were kept."""

    reason: str  # short code for the log, never text of the item
    remote_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapFound:
    """A span of time of which we were not told everything.

    `lost`: the channel no longer has it. Otherwise the connector goes back for it with one
    of the next fetches and then reports GapFilled with the same `begin`.
    """

    begin: datetime
    end: datetime
    lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GapFilled:
    """The gap that began at this time was read after all."""

    begin: datetime


@dataclass(frozen=True, slots=True)
class CursorMoved:
    """Everything reported so far may be kept, with this as the place to go on from."""

    cursor: str


Event = MessageSeen | MessageGone | ItemSkipped | GapFound | GapFilled | CursorMoved
