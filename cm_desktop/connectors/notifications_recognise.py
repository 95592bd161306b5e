"""Tells the networks' own notification mails from all others, and takes them apart.

A mail is believed to be a network's if its From address is one the network writes from and,
where the receiving server has checked that, its signature is right (notifications_trust).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import Message

from cm_desktop.connectors import mailbox_body, mailbox_headers
from cm_desktop.connectors.mailbox_parse import UNREADABLE, ParsedMail, describe, read_message
from cm_desktop.connectors.notifications_patterns import MailPattern, Pattern, patterns
from cm_desktop.connectors.notifications_template import page
from cm_desktop.connectors.notifications_trust import is_genuine
from cm_desktop.connectors.plain_text import clean_name
from cm_desktop.domain.model import Kind

_ADDRESS = re.compile(r"\bhttps?://[^\s<>\"'„“”]{3,2000}", re.IGNORECASE)
_BRACKETED = re.compile(
    r" ?(?:<https?://[^\s<>]{3,2000}>|\(https?://[^\s<>()]{3,2000}\))", re.IGNORECASE
)
_LAST_WORD = re.compile(r":?\s*(\bhttps?://\S{3,2000})$", re.IGNORECASE)
_LONGEST_LABEL = 40  # characters of what stands before a link that is only a button
_TRAILING = ".,;:!?)]}>…*_"
_MOST_LINKS = 200
_LONGEST_TEXT = 80_000
_QUOTES = "\"'\u201e\u201c\u201d\u201a\u2018\u2019\u00ab\u00bb"
_CUT = ("…", "...", "[…]")
_STAR = re.compile(r"[★⭐]")
_NUMBER = re.compile(r"(?<!\d)([0-5])(?:[.,](\d))?(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A notification mail taken apart."""

    pattern: Pattern
    mail: ParsedMail
    kind: Kind
    author: str
    text: str
    title: str  # of what was commented or reviewed, "" where the mail does not say
    link: str  # leads to the network's own hosts
    rating: int | None
    cut: bool  # whether the text may go on


def recognise(raw: bytes, arrived: datetime | None = None) -> Recognised | None:
    """Return what a network's mail says, or None for every other mail. Never fails."""
    try:
        message, damaged = read_message(raw)
        pattern = claimed(message)
        if pattern is None or not is_genuine(message):
            return None
        body = mailbox_body.read_body(message)
        mail = describe(message, body, arrived, damaged=damaged or body.damaged)
        return _taken_apart(pattern, message, mail, body.text)
    except UNREADABLE:
        return None


def falsely_claimed(raw: bytes) -> str:
    """Return the network that a mail's From shows, or "" if nothing speaks against it."""
    try:
        message, _damaged = read_message(raw)
        pattern = claimed(message)
        return pattern.network if pattern is not None and not is_genuine(message) else ""
    except UNREADABLE:
        return ""


def claimed(message: Message) -> Pattern | None:
    """Return the network whose address a mail's From shows, genuine or not."""
    senders = mailbox_headers.addresses(message, "From")
    if len(senders) != 1:  # several authors: no network writes like that
        return None
    return next((one for one in patterns() if one.is_from(senders[0][1])), None)


def _taken_apart(
    pattern: Pattern, message: Message, mail: ParsedMail, text: str
) -> Recognised | None:
    subject, body = page(mail.subject), page(_without_buttons(text, pattern))
    for one in pattern.mails:
        found = one.find(subject, body)
        if found is not None:
            # What a stranger wrote may name addresses, too.
            written = set(_links(found.get("text", "")))
            return _recognised(pattern, one, mail, found, _link(pattern, message, text, written))
    return None


def _recognised(
    pattern: Pattern, one: MailPattern, mail: ParsedMail, found: dict[str, str], link: str
) -> Recognised:
    said = _unquoted(found.get("text", ""))
    return Recognised(
        pattern=pattern,
        mail=mail,
        kind=one.kind,
        author=clean_name(found.get("author", "")) or pattern.name,
        # What the subject says is the least that is known of it.
        text=said or mail.subject,
        title=clean_name(_unquoted(found.get("title", ""))),
        link=link or pattern.home,
        rating=stars(found.get("rating", "")) or one.rating,
        cut=one.cut or not said or said.endswith(_CUT),
    )


def stars(said: str) -> int | None:
    """Return how many stars a wording means: `4`, `4,5 / 5`, `★★★★☆`; None for none of these."""
    if signs := len(_STAR.findall(said)):
        return min(signs, 5)
    found = _NUMBER.search(said)
    if found is None:
        return None
    # Halves go up, as people read them.
    whole = int(found[1]) + (int(found[2] or 0) >= 5)
    return whole if 1 <= whole <= 5 else None


def _link(pattern: Pattern, message: Message, text: str, written: set[str]) -> str:
    """Return the first link of a mail that leads to a page of the network, or nothing.

    The text part of some mails names no addresses; then those of the HTML part count.
    """
    for words in (text, *_html_texts(message)):
        for link in _links(words):
            if link not in written and pattern.has(link) and pattern.leads_somewhere(link):
                return link
    return ""


def _links(text: str) -> list[str]:
    found = [match[0].rstrip(_TRAILING) for match in _ADDRESS.finditer(text)]
    return found[:_MOST_LINKS]


def _without_buttons(text: str, pattern: Pattern) -> str:
    """Return a text without the addresses of its buttons, but with those that people wrote."""
    lines = _BRACKETED.sub("", text[:_LONGEST_TEXT]).split("\n")
    return "\n".join(_without_button(line.strip(), pattern) for line in lines)


def _without_button(line: str, pattern: Pattern) -> str:
    found = _LAST_WORD.search(line)
    if found is None or not 0 <= found.start() <= _LONGEST_LABEL:
        return line
    ours = found.start() == 0 or pattern.has(found[1].rstrip(_TRAILING))
    return line[: found.start()] if ours else line


def _html_texts(message: Message) -> list[str]:
    leaves = [one for one in message.walk() if one.get_content_type() == "text/html"]
    return [mailbox_body.text_of(one) for one in leaves[:3]]


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        return text[1:-1].strip()
    return text
