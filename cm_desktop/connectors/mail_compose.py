"""An answer made into a mail: its own stable id, the right references, the quoted original."""

from __future__ import annotations

import email.charset
import email.policy
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.utils import format_datetime, formataddr
from io import BytesIO

from cm_desktop.connectors.base import Reply, Target
from cm_desktop.connectors.mailbox_headers import clean, message_ids, one_line
from cm_desktop.connectors.mailbox_quotes import title_of
from cm_desktop.connectors.mailbox_settings import MailSettings
from cm_desktop.domain.errors import RejectedError
from cm_desktop.i18n import _, language

_QUOTED_LINES = 40
_QUOTED_LETTERS = 3_000
_REFERENCES = 12
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]\\]{1,64}@[^\s<>,;:\"()\[\]\\@]{1,253}")
# No folding by the library: it would encode long ids in References, which breaks them.
_AS_WRITTEN = email.policy.compat32.clone(linesep="\r\n", max_line_length=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A mail ready to be sent."""

    message_id: str
    sender: str
    recipient: str
    raw: bytes
    written_at: datetime


def message_id_of(reply: Reply, settings: MailSettings) -> str:
    """Return the Message-ID of a reply: the same for every attempt at it."""
    key = hashlib.sha256(f"{settings.address}\n{reply.client_key}".encode()).hexdigest()
    return f"<{key[:32]}.cm@{_ascii_domain(settings.address)}>"


def compose(reply: Reply, settings: MailSettings, now: datetime) -> Outgoing:
    """Return a reply as a mail.

    Raises RejectedError: `no_recipient` where nobody can be answered, `bad_recipient` for
    an address that mail servers cannot carry, `empty` without text.
    """
    if not reply.text.strip():
        raise RejectedError("empty")
    recipient = _recipient(reply.target, settings)
    written_at = (reply.first_attempt_at or now).astimezone(UTC).replace(microsecond=0)
    message_id = message_id_of(reply, settings)
    mail = Message(policy=_AS_WRITTEN)
    mail["From"] = _person(settings.name, settings.address)
    mail["To"] = recipient
    mail["Subject"] = _subject(reply.target)
    mail["Date"] = format_datetime(written_at)
    mail["Message-ID"] = message_id
    _refer(mail, reply.target)
    mail["MIME-Version"] = "1.0"
    charset = email.charset.Charset("utf-8")
    charset.body_encoding = email.charset.QP
    mail.set_payload(_body(reply).encode("utf-8"), charset)
    return Outgoing(
        message_id=message_id,
        sender=_deliverable(settings.address),
        recipient=recipient,
        raw=_as_bytes(mail),
        written_at=written_at,
    )


def _recipient(target: Target, settings: MailSettings) -> str:
    """Return whom to answer: Reply-To, else the author; for a mail of ours, whom we wrote to."""
    context = target.context
    asked = [context.get("reply_to", ""), target.author_handle, target.author_remote_id]
    asked += context.get("to", "").split(",")
    for one in asked:
        address = one.strip()
        if _ADDRESS.fullmatch(address) and address.lower() != settings.address:
            return _deliverable(address)
    raise RejectedError("no_recipient")


def _deliverable(address: str) -> str:
    name, _at, domain = address.rpartition("@")
    ascii_domain = _ascii_domain(address)
    if not name.isascii() or not ascii_domain:
        raise RejectedError("bad_recipient")
    return f"{name}@{ascii_domain or domain}"


def _ascii_domain(address: str) -> str:
    domain = address.rpartition("@")[2]
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _person(name: str, address: str) -> str:
    shown = one_line(name, 60)
    return formataddr((shown, _deliverable(address)), "utf-8") if shown else _deliverable(address)


def _subject(target: Target) -> str:
    known = target.context.get("subject") or target.conversation_context.get("subject", "")
    subject = f"Re: {title_of(one_line(known, 300))}".strip()
    return Header(subject, "us-ascii" if subject.isascii() else "utf-8", 70, "Subject").encode()


def _refer(mail: Message, target: Target) -> None:
    parent = message_ids(target.context.get("message_id", ""))[:1]
    chain = message_ids(target.context.get("references", ""))
    # The first one names the conversation, the last ones its branch.
    kept = [*chain[:1], *chain[1:][-_REFERENCES:], *parent]
    kept = [one for one in dict.fromkeys(kept) if one.isascii() and one.isprintable()]
    if parent and parent[0] in kept:
        mail["In-Reply-To"] = parent[0]
    if kept:
        mail["References"] = "\r\n ".join(kept)


def _body(reply: Reply) -> str:
    text = clean(reply.text).strip("\n")
    quoted = _quotation(reply.target)
    return f"{text}\n\n{quoted}\n" if quoted else f"{text}\n"


def _quotation(target: Target) -> str:
    """Return the start of the original, quoted, with who wrote it and when."""
    original = clean(target.text).strip()
    if not original or target.created_at is None:
        return ""
    lines = original[:_QUOTED_LETTERS].split("\n")
    cut = len(lines) > _QUOTED_LINES or len(original) > _QUOTED_LETTERS
    shown = [*lines[:_QUOTED_LINES], *(["[…]"] if cut else [])]
    # Translators: the line above the quoted original of an answer by mail.
    wrote = _("On %(date)s, %(author)s wrote:") % {
        "date": _shown_date(target.created_at),
        "author": one_line(target.context.get("from_name") or target.author_handle, 100),
    }
    return "\n".join([wrote, *(f"> {line}".rstrip() for line in shown)])


def _shown_date(when: datetime) -> str:
    from babel.dates import format_date, format_time

    local = when.astimezone()
    day = format_date(local.date(), "medium", locale=language())
    time = format_time(local.time(), "short", locale=language())
    # CLDR puts a narrow space into times, which some mail programs cannot show.
    return f"{day} {time}".replace("\u202f", " ")


def _as_bytes(mail: Message) -> bytes:
    written = BytesIO()
    BytesGenerator(written, mangle_from_=False, policy=_AS_WRITTEN).flatten(mail)
    return written.getvalue()
