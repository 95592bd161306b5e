"""A raw mail made into what we keep of it. Pure: bytes in, no network, no clock."""

from __future__ import annotations

import email
import email.policy
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.message import Message

from cm_desktop.connectors import mailbox_body, mailbox_headers, mailbox_marks
from cm_desktop.connectors.mailbox_quotes import split_quoted, title_of
from cm_desktop.connectors.plain_text import clean_name
from cm_desktop.domain.events import SeenAttachment
from cm_desktop.domain.model import Nature

# What the standard library raises on mails nobody foresaw. LookupError: unknown charsets and
# missing pieces; ValueError: everything Unicode; TypeError, AttributeError: half a multipart.
UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    AssertionError,
    MessageError,
)
# The parser tries every open boundary on every line: many of both are a bomb.
_MAX_BOUNDARIES = 100
_MAX_TRIES = 20_000_000
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCKS = timedelta(days=2)  # a sender's clock further off than this is not believed


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMail:
    """What a mail says. Times are UTC, addresses in lower case, ids with angle brackets."""

    message_id: str  # "" where the mail has none
    remote_id: str  # the message id, else one made from its headers
    digest: str  # equal for two deliveries of one mail, different for two mails of one id
    references: tuple[str, ...]  # oldest first, In-Reply-To last
    subject: str
    title: str  # subject without Re: and its like
    author: tuple[str, str]  # name, address
    reply_to: tuple[str, str]
    to: tuple[tuple[str, str], ...]
    cc: tuple[tuple[str, str], ...]
    created_at: datetime
    text: str
    quoted: str
    attachments: tuple[SeenAttachment, ...] = ()
    nature: Nature = Nature.PERSON
    bounce: mailbox_marks.Bounce = field(default_factory=mailbox_marks.Bounce)
    damaged: bool = False  # only headers and raw text could be read


def read_message(raw: bytes) -> tuple[Message, bool]:
    """Return a mail's structure and whether it had to be read as headers and bare text."""
    boundaries = raw.lower().count(b"boundary")
    try:
        if boundaries <= _MAX_BOUNDARIES and boundaries * raw.count(b"\n") <= _MAX_TRIES:
            return email.message_from_bytes(raw, policy=email.policy.compat32), False
    except UNREADABLE:
        return _bare(raw), True
    return _bare(raw), True


def parse_mail(raw: bytes, arrived: datetime | None = None) -> ParsedMail:
    """Read a mail. `arrived` is when our server got it (INTERNALDATE).

    Raises one of UNREADABLE for the rare mail that cannot be read at all.
    """
    message, damaged = read_message(raw)
    body = mailbox_body.read_body(message)
    return describe(message, body, arrived, damaged=damaged or body.damaged)


def describe(
    message: Message, body: mailbox_body.Body, arrived: datetime | None, *, damaged: bool = False
) -> ParsedMail:
    """Put together what the headers and the body say."""
    subject = mailbox_headers.header_text(message, "Subject")
    nature = mailbox_marks.nature_of(message)
    bounced = (
        mailbox_marks.read_bounce(message) if nature is Nature.BOUNCE else mailbox_marks.Bounce()
    )
    keep_whole = nature is Nature.BOUNCE
    text, quoted = (body.text, "") if keep_whole else split_quoted(body.text, subject)
    own_id = mailbox_headers.message_id(message)
    author = _author(message)
    return ParsedMail(
        message_id=own_id,
        remote_id=own_id or _made_id(message, body.text),
        digest=_digest(message, body.text),
        references=_references(message, own_id),
        subject=subject,
        title=title_of(subject),
        author=author,
        reply_to=next(iter(_people(message, "Reply-To")), author),
        to=tuple(_people(message, "To")),
        cc=tuple(_people(message, "Cc")),
        created_at=created_at(message, arrived),
        text=text,
        quoted=quoted,
        attachments=body.attachments,
        nature=nature,
        bounce=bounced,
        damaged=damaged,
    )


def created_at(message: Message, arrived: datetime | None) -> datetime:
    """Return when a mail was written, as far as that can be believed.

    Its Date header, unless that is more than two days off from when the last server took
    it in: then a clock is wrong, or someone wants to stand on top of the list.
    """
    written = mailbox_headers.parse_date(mailbox_headers.raw_header(message, "Date"))
    received = mailbox_headers.raw_headers(message, "Received")[:1]
    taken_in = mailbox_headers.parse_date(received[0].rpartition(";")[2]) if received else None
    taken_in = taken_in or (None if written and not received else arrived)
    if written and (taken_in is None or abs(written - taken_in) <= _CLOCKS):
        if arrived is None or written - arrived <= _CLOCKS:
            return written
        return arrived
    return taken_in or arrived or written or _NEVER


def _bare(raw: bytes) -> Message:
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = head.split(b"\n")[:2000]
    # Without its structure the body is text of unknown kind.
    kept = [line for line in lines if not line.lower().startswith((b"content-", b"mime-"))]
    shown = body[:20_000]
    return email.message_from_bytes(b"\n".join(kept)[:200_000] + b"\n\n" + shown)


def _people(message: Message, name: str) -> list[tuple[str, str]]:
    found = mailbox_headers.addresses(message, name)
    return [(clean_name(shown), address) for shown, address in found[:100]]


def _author(message: Message) -> tuple[str, str]:
    for header in ("From", "Sender", "Return-Path"):
        found = _people(message, header)
        if found:
            return found[0]
    return clean_name(mailbox_headers.header_text(message, "From")), ""


def _references(message: Message, own_id: str) -> tuple[str, ...]:
    chain = [
        found
        for value in mailbox_headers.raw_headers(message, "References")
        for found in mailbox_headers.message_ids(value)
    ]
    parents = mailbox_headers.message_ids(mailbox_headers.raw_header(message, "In-Reply-To"))[:1]
    ordered = dict.fromkeys(one for one in chain if one not in parents)
    return tuple(one for one in (*ordered, *parents) if one != own_id)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


def _made_id(message: Message, text: str) -> str:
    names = ("From", "To", "Date", "Subject", "Received")
    headers = [mailbox_headers.raw_header(message, name) for name in names]
    return f"hash:{_hash(*headers, text[:2000])[:40]}"


def _digest(message: Message, text: str) -> str:
    headers = [mailbox_headers.raw_header(message, name) for name in ("From", "Date", "Subject")]
    return _hash(*headers, text[:2000])[:12]
