"""Tells mails that a machine wrote from those of people: bounces, auto-replies, receipts."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from cm_desktop.connectors.mailbox_headers import (
    addresses,
    children,
    header_text,
    message_id,
    message_ids,
    one_line,
    raw_header,
    raw_headers,
)
from cm_desktop.domain.model import Nature

_POSTMASTERS = re.compile(r"^(mailer-daemon|postmaster|mailerdaemon|mail-daemon|mdaemon)(@|$)")
_BOUNCE_SUBJECTS = re.compile(
    r"^(undeliver(ed|able)|mail delivery (failed|failure)|delivery status notification"
    r"|delivery has failed|returned mail|failure notice|unzustellbar|nicht zugestellt"
    r"|nachricht konnte nicht zugestellt|mail delivery system|mail system error)",
    re.IGNORECASE,
)
_AUTO_SUBJECTS = re.compile(
    r"^(automatic reply|automatische antwort|auto-?reply|autoresponder|out of (the )?office"
    r"|abwesenheitsnotiz|abwesenheit:|abwesend:|abwesenheitsassistent|vacation reply)",
    re.IGNORECASE,
)
# Headers that only answering machines write, whatever they say.
_AUTO_HEADERS = ("X-Autoreply", "X-Autorespond", "X-AutoReply-From", "X-Mail-Autoreply")
_AUTO_PRECEDENCE = {"bulk", "junk", "auto_reply", "auto-reply"}
_SUPPRESSED = {"all", "oof", "autoreply"}
_REPORTS = re.compile(
    r"^(final|original)-recipient:[ \t]*[^;\n]{0,40};[ \t]*(\S{1,320})",
    re.IGNORECASE | re.MULTILINE,
)
_STATUS = re.compile(r"^status:[ \t]*(\d\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
_IDS_INSIDE = re.compile(
    r"^message-id:[ \t]*\r?\n?[ \t]*(<[^<>\s]{1,990}>)", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What a bounce says of the mail that did not arrive."""

    message_id: str = ""  # of the mail that came back, with angle brackets
    references: tuple[str, ...] = ()  # of that mail
    recipient: str = ""
    status: str = ""  # enhanced status code, such as 5.1.1


def nature_of(message: Message) -> Nature:
    """Return who wrote a mail: a person, an answering machine, or a mail server.

    RFC 3834 (Auto-Submitted), RFC 3464 (delivery reports), RFC 8098 (receipts); the
    others are what answering machines are seen to send.
    """
    if _is_bounce(message):
        return Nature.BOUNCE
    return Nature.AUTO_REPLY if _is_auto_reply(message) else Nature.PERSON


def read_bounce(message: Message) -> Bounce:
    """Return what a bounce says of the original; empty fields for what it does not say."""
    original = _original(message)
    report = "\n".join(_report_texts(message))
    recipient, status = _REPORTS.search(report), _STATUS.search(report)
    failed = addresses(message, "X-Failed-Recipients")
    return Bounce(
        message_id=message_id(original) if original else _id_inside(message),
        references=tuple(_chain(original)) if original else (),
        recipient=recipient.group(2) if recipient else (failed[0][1] if failed else ""),
        status=status.group(1) if status else "",
    )


def _is_bounce(message: Message) -> bool:
    kind = message.get_content_type()
    report = _parameter(message, "report-type")
    if kind == "multipart/report" and report in ("delivery-status", ""):
        return True
    if kind == "message/delivery-status" or raw_header(message, "X-Failed-Recipients"):
        return True
    senders = addresses(message, "From") or addresses(message, "Sender")
    from_server = bool(senders and _POSTMASTERS.match(senders[0][1]))
    from_server = from_server or "mailer-daemon" in raw_header(message, "From").lower()
    subject = header_text(message, "Subject")
    return bool(_BOUNCE_SUBJECTS.match(subject)) and (from_server or _null_sender(message))


def _is_auto_reply(message: Message) -> bool:
    submitted = one_line(raw_header(message, "Auto-Submitted"), 60).lower()
    if submitted and not submitted.startswith("no"):
        return True
    if any(raw_header(message, name) for name in _AUTO_HEADERS):
        return True
    precedence = one_line(raw_header(message, "Precedence"), 60).lower()
    suppress = one_line(raw_header(message, "X-Auto-Response-Suppress"), 60).lower()
    return (
        precedence in _AUTO_PRECEDENCE
        or bool(_SUPPRESSED & set(re.split(r"[,\s]+", suppress)))
        or message.get_content_type() == "multipart/report"
        or bool(_AUTO_SUBJECTS.match(header_text(message, "Subject")))
        or _null_sender(message)
    )


def _null_sender(message: Message) -> bool:
    return any("".join(value.split()) == "<>" for value in raw_headers(message, "Return-Path"))


def _parameter(message: Message, name: str) -> str:
    try:
        value = message.get_param(name, "")
    except (ValueError, TypeError, LookupError, AttributeError):
        return ""
    return value.lower().strip() if isinstance(value, str) else ""


def _parts(message: Message, depth: int = 0) -> Iterator[Message]:
    for part in children(message)[:50] if depth < 5 else ():
        yield part
        yield from _parts(part, depth + 1)


def _original(message: Message) -> Message | None:
    for part in _parts(message):
        kind = part.get_content_type()
        if kind == "message/rfc822" and (inside := children(part)):
            return inside[0]
        if kind in ("text/rfc822-headers", "message/rfc822-headers", "message/rfc822"):
            return email.message_from_bytes(_payload(part))
    return None


def _report_texts(message: Message) -> Iterator[str]:
    for part in _parts(message):
        if part.get_content_type() == "message/delivery-status":
            for block in children(part)[:50]:
                yield "\n".join(f"{name}: {one_line(str(v))}" for name, v in block.raw_items())


def _id_inside(message: Message) -> str:
    # Old servers paste the original's headers into their text.
    own = message_id(message)
    texts = [_payload(part) for part in (message, *_parts(message)) if not part.is_multipart()]
    for text in texts[:10]:
        for found in _IDS_INSIDE.findall(text[:200_000].decode("utf-8", "replace")):
            if found != own:
                return str(found)
    known = [*message_ids(raw_header(message, "In-Reply-To")), *_chain(message)]
    return known[-1] if known else ""


def _payload(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError):
        return b""
    return payload if isinstance(payload, bytes) else b""


def _chain(message: Message) -> list[str]:
    found = message_ids(raw_header(message, "References"))
    return found or message_ids(raw_header(message, "In-Reply-To"))
