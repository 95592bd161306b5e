"""Mastodon's JSON, and what it means: the only file that knows its field names.

Source: Mastodon's API documentation, "Entities". Servers that only resemble Mastodon leave
out fields and send others as null, so everything but the id may be missing. Ids are opaque.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Set
from urllib.parse import urlsplit

import msgspec

from cm_desktop.connectors.plain_text import clean_name, plain_text, scrub
from cm_desktop.connectors.web_values import iso_time, web_address
from cm_desktop.domain.events import (
    MessageSeen,
    SeenAttachment,
    SeenAuthor,
    SeenConversation,
    SeenPost,
)
from cm_desktop.domain.model import Attachment, Direction

_PUBLIC = ("public", "unlisted")
_MEDIA = {"image": "image/*", "gifv": "video/mp4", "video": "video/*", "audio": "audio/*"}
_MOST_MEDIA = 16
_MOST_MENTIONS = 50
_MOST_OPTIONS = 50
_TITLE = 80  # characters of a post that make its title
# As Mastodon writes names: a dot or dash never ends one, so that it may end a sentence.
_NAME = re.compile(r"\w(?:[\w.-]{0,98}\w)?(?:@\w(?:[\w.-]{0,250}\w)?(?::\d{1,5})?)?")
_LEADING_NAME = re.compile(rf"@({_NAME.pattern})(?:\s+|$)")


class Account(msgspec.Struct):
    """Somebody on the server."""

    id: str
    acct: str = ""  # without the host for people of the same server
    username: str = ""
    display_name: str | None = None
    url: str | None = None
    avatar: str | None = None


class Media(msgspec.Struct):
    """A picture, film or sound of a status."""

    id: str = ""
    type: str | None = None
    url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class Mention(msgspec.Struct):
    """Somebody named in a status."""

    id: str = ""
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

    id: str
    account: Account
    created_at: str
    content: str | None = ""
    visibility: str | None = "public"
    in_reply_to_id: str | None = None
    spoiler_text: str | None = ""
    sensitive: bool | None = False
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

    id: str
    type: str = ""
    status: Status | None = None


class Talk(msgspec.Struct):
    """A private conversation, by its newest status."""

    id: str
    last_status: Status | None = None


class Named(msgspec.Struct):
    """Whatever has an id."""

    id: str


class Context(msgspec.Struct):
    """What stands above and below a status."""

    ancestors: list[msgspec.Raw] = []
    descendants: list[msgspec.Raw] = []


def text_of(status: Status, whom: Set[str] = frozenset()) -> str:
    """Return what a status says: warning, text without the names it begins with, and its poll.

    `whom` are the names left out, see `without_leading_names`.
    """
    said = scrub(plain_text(status.content or ""))
    parts = [warning_of(status), without_leading_names(said, whom) or said]
    if status.poll is not None:
        parts.append("\n".join(_option(one) for one in status.poll.options[:_MOST_OPTIONS]))
    return "\n\n".join(part for part in parts if part)


def warning_of(status: Status) -> str:
    """Return the content warning of a status as the first line of its text, or nothing."""
    warning = clean_name(status.spoiler_text or "")
    return f"⚠ {warning}" if warning else ""


def without_leading_names(text: str, whom: Set[str]) -> str:
    """Return a text without the @names at its start that say whom it is for, as "To:" does.

    `whom` are names in lower case without the @.
    """
    while found := _LEADING_NAME.match(text):
        if found[1].lower() not in whom:
            break
        text = text[found.end() :]
    return text


def message_of(
    status: Status, place: SeenConversation, *, ours: bool, whom: Set[str]
) -> MessageSeen | None:
    """Return a status as a message of a conversation, or None where it makes no sense."""
    at = iso_time(status.created_at)
    if at is None or not scrub(status.id) or not scrub(status.account.id):
        return None
    return MessageSeen(
        remote_id=scrub(status.id),
        conversation=place,
        direction=Direction.OUT if ours else Direction.IN,
        author=author_of(status.account),
        text=text_of(status, whom),
        created_at=at,
        parent_remote_id=scrub(status.in_reply_to_id or "") or None,
        public=status.visibility in _PUBLIC,
        edited_at=iso_time(status.edited_at),
        liked=bool(status.favourited),
        permalink=web_address(status.url) or web_address(status.uri),
        language=_language(status.language),
        attachments=tuple(map(_attachment, (status.media_attachments or ())[:_MOST_MEDIA])),
        context=context_of(status),
    )


def context_of(status: Status) -> dict[str, str]:
    """Return what an answer has to know of the status that it answers."""
    others = [name_of(one.acct) for one in (status.mentions or ())[:_MOST_MENTIONS]]
    known = {
        "visibility": status.visibility or "",
        "mentions": " ".join(dict.fromkeys(name for name in others if name)),
        "warning": clean_name(status.spoiler_text or ""),
    }
    return {name: scrub(value) for name, value in known.items() if value}


def name_of(acct: str) -> str:
    """Return a name as it can stand behind an @, or nothing: it may name nobody else."""
    acct = acct.removeprefix("@")
    return acct if _NAME.fullmatch(acct) else ""


def names_in(text: str) -> list[str]:
    """Return the names in a text, without the @, as they are written."""
    return re.findall(rf"(?<![\w/@])@({_NAME.pattern})", text)


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
        created_at=iso_time(status.created_at),
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
