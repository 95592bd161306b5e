"""Mastodon's JSON, and what it means: the only file that knows its field names.

Source: Mastodon's API documentation, "Entities". Servers that only resemble Mastodon leave
out fields and send others as null, so everything but the id may be missing. Ids are opaque.
"""

from __future__ import annotations

import mimetypes
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from cm_desktop.connectors.plain_text import clean_name, plain_text, scrub
from cm_desktop.domain.events import (
    MessageSeen,
    SeenAttachment,
    SeenAuthor,
    SeenConversation,
    SeenPost,
)
from cm_desktop.domain.model import Attachment, Direction, Kind

_PUBLIC = ("public", "unlisted")
_MEDIA = {"image": "image/*", "gifv": "video/mp4", "video": "video/*", "audio": "audio/*"}
_MOST_MEDIA = 16
_MOST_MENTIONS = 50
_TITLE = 80  # characters of a post that make its title
Id = str


class Account(msgspec.Struct):
    """Somebody on the server."""

    id: Id
    acct: str = ""  # without the host for people of the same server
    username: str = ""
    display_name: str | None = None
    url: str | None = None
    avatar: str | None = None


class Media(msgspec.Struct):
    """A picture, film or sound of a status."""

    id: Id = ""
    type: str | None = None
    url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class Mention(msgspec.Struct):
    """Somebody named in a status."""

    id: Id = ""
    acct: str = ""


class Option(msgspec.Struct):
    """One answer of a poll."""

    title: str = ""
    votes_count: int | None = None


class Poll(msgspec.Struct):
    """What a status asks its readers."""

    options: list[Option] = []


class Status(msgspec.Struct):
    """One utterance."""

    id: Id
    account: Account
    created_at: str
    content: str | None = ""
    visibility: str | None = "public"
    in_reply_to_id: Id | None = None
    spoiler_text: str | None = ""
    url: str | None = None
    uri: str | None = None
    edited_at: str | None = None
    language: str | None = None
    favourited: bool | None = False
    replies_count: int | None = 0
    media_attachments: list[Media] | None = None
    mentions: list[Mention] | None = None
    poll: Poll | None = None
    reblog: msgspec.Raw | None = None


class Notification(msgspec.Struct):
    """Something the server tells us of; we ask for those with a status only."""

    id: Id
    type: str = ""
    status: Status | None = None


class Talk(msgspec.Struct):
    """A private conversation, by its newest status."""

    id: Id
    last_status: Status | None = None


class Context(msgspec.Struct):
    """What stands above and below a status."""

    ancestors: list[msgspec.Raw] = []
    descendants: list[msgspec.Raw] = []


class StatusLimits(msgspec.Struct):
    """How long a status may be."""

    max_characters: int = 500
    characters_reserved_per_url: int = 23


class Configuration(msgspec.Struct):
    """The limits of a server."""

    statuses: StatusLimits | None = None


class Instance(msgspec.Struct):
    """A server, in the second form (`/api/v2/instance`) or the first, which calls it `uri`."""

    domain: str = ""
    uri: str = ""
    title: str | None = ""
    version: str = ""
    source_url: str | None = ""
    configuration: Configuration | None = None
    max_toot_chars: int | None = None  # of servers that had a limit before Mastodon told its own

    @property
    def limits(self) -> StatusLimits:
        """The limits it names, else those usual."""
        told = self.configuration and self.configuration.statuses
        limits = told or StatusLimits(max_characters=self.max_toot_chars or 500)
        return limits if 0 < limits.max_characters < 10_000_000 else StatusLimits()

    @property
    def software(self) -> str:
        """What runs there: servers that resemble Mastodon say so in their version."""
        name = re.search(r"compatible;\s*([A-Za-z][\w-]{1,30})", self.version)
        if name:
            return name[1]
        named = re.match(r"([A-Za-z][\w-]{1,30})[/ ]", self.version)
        return named[1] if named else "Mastodon"


def when(text: str | None) -> datetime | None:
    """Return a time as Mastodon writes it, or None for nonsense."""
    try:
        moment = datetime.fromisoformat(text or "")
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def text_of(status: Status) -> str:
    """Return what a status says: warning, text without leading names, and its poll."""
    said = scrub(without_leading_names(plain_text(status.content or ""), status))
    warning = clean_name(status.spoiler_text or "")
    parts = [f"⚠ {warning}" if warning else "", said]
    if status.poll is not None:
        parts.append("\n".join(_option(one) for one in status.poll.options[:50]))
    return "\n\n".join(part for part in parts if part)


def without_leading_names(text: str, status: Status) -> str:
    """Return a text without the @names at its start: they say whom it answers, as "To:" does."""
    names = {one.acct.lower() for one in status.mentions or ()}
    names |= {name.partition("@")[0] for name in names}
    while found := re.match(r"@([\w.-]+(?:@[\w.:-]+)?)\s*", text):
        if found[1].lower() not in names and found[1].partition("@")[0].lower() not in names:
            break
        text = text[found.end() :]
    return text


def message_of(status: Status, root: str, post: Status | None, me: str) -> MessageSeen | None:
    """Return a status as a message, or None where it makes no sense.

    `root` is the status the thread began with, `post` that status where it is ours.
    """
    at = when(status.created_at)
    if at is None or not status.id or not status.account.id:
        return None
    public = status.visibility in _PUBLIC
    return MessageSeen(
        remote_id=scrub(status.id),
        conversation=_conversation(status, root, post),
        direction=Direction.OUT if status.account.id == me else Direction.IN,
        author=author_of(status.account),
        text=text_of(status),
        created_at=at,
        parent_remote_id=scrub(status.in_reply_to_id or "") or None,
        public=public,
        edited_at=when(status.edited_at),
        liked=bool(status.favourited),
        permalink=web_address(status.url) or web_address(status.uri),
        language=_language(status.language),
        attachments=tuple(map(_attachment, (status.media_attachments or ())[:_MOST_MEDIA])),
        context=context_of(status, me),
    )


def context_of(status: Status, me: str) -> dict[str, str]:
    """Return what an answer has to know of the status that it answers."""
    others = [one.acct for one in status.mentions or () if one.id != me and one.acct]
    known = {
        "visibility": status.visibility or "public",
        "mentions": " ".join(dict.fromkeys(clean_name(one) for one in others[:_MOST_MENTIONS])),
        "warning": clean_name(status.spoiler_text or ""),
    }
    return {name: scrub(value) for name, value in known.items() if value}


def author_of(account: Account) -> SeenAuthor:
    """Return somebody as author."""
    handle = clean_name(account.acct or account.username)
    return SeenAuthor(
        remote_id=scrub(account.id),
        name=clean_name(account.display_name or "") or handle,
        handle=f"@{handle}" if handle else "",
        url=web_address(account.url),
        avatar_url=web_address(account.avatar),
    )


def post_of(status: Status) -> SeenPost:
    """Return a status of ours as what comments hang on."""
    text = text_of(status)
    return SeenPost(
        remote_id=scrub(status.id),
        title=clean_name(text[:_TITLE]),
        text=text,
        url=web_address(status.url),
        created_at=when(status.created_at),
    )


def web_address(url: str | None) -> str:
    """Return an address of the web, or nothing for everything else."""
    url = scrub(url or "")
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    fits = parts.scheme in ("http", "https") and parts.hostname and len(url) <= 2048
    return url if fits and url.isprintable() and " " not in url else ""


def _conversation(status: Status, root: str, post: Status | None) -> SeenConversation:
    kind = Kind.COMMENTS if post is not None else Kind.MENTION
    if status.visibility == "direct":
        kind = Kind.DIRECT
    return SeenConversation(
        remote_id=scrub(root),
        kind=kind,
        post=post_of(post) if post is not None and kind is Kind.COMMENTS else None,
    )


def _option(option: Option) -> str:
    count = "" if option.votes_count is None else f" - {option.votes_count}"
    return f"○ {clean_name(option.title)}{count}"


def _attachment(media: Media) -> SeenAttachment:
    url = web_address(media.url) or web_address(media.remote_url)
    path = urlsplit(url).path if url else ""
    guessed, _encoding = mimetypes.guess_type(path)
    name = clean_name(media.description or "") or clean_name(path.rpartition("/")[2]) or "media"
    kind = guessed or _MEDIA.get(media.type or "", "application/octet-stream")
    return SeenAttachment(about=Attachment(name=name, type=kind, url=url))


def _language(code: str | None) -> str | None:
    return code if code and re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", code) else None
