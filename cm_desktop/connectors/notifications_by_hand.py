"""What somebody noted down by hand: a text, a link or a saved mail, made into a message."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from cm_desktop.connectors import http_address, mailbox_body
from cm_desktop.connectors.mailbox_parse import UNREADABLE, describe, read_message
from cm_desktop.connectors.notifications_patterns import (
    Pattern,
    named,
    network_of,
    place_of,
    said_by,
    split,
)
from cm_desktop.connectors.notifications_recognise import recognise
from cm_desktop.connectors.notifications_template import page
from cm_desktop.connectors.plain_text import clean_name, scrub
from cm_desktop.domain.errors import AddressError
from cm_desktop.domain.events import MessageSeen, SeenAuthor, SeenConversation
from cm_desktop.domain.links_in_text import links_in
from cm_desktop.domain.model import Direction, Kind

_LONGEST = 100_000  # characters
_LARGEST_MAIL = 10 << 20  # bytes
_LONGEST_NAME = 50
_MOST_WORDS = 5  # of a line that may be a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Something that was said about the firm, as far as it is known.

    `network` is one of `networks()`, any other name, or empty. `at` is when it was said,
    None: now. `kind` None: what is usual on that network.
    """

    text: str = ""
    network: str = ""
    author: str = ""
    link: str = ""
    at: datetime | None = None
    kind: Kind | None = None
    rating: int | None = None  # stars, 1 to 5


def guess(text: str) -> Noted:
    """Return what a pasted or dropped text, link or web address is about. Never fails.

    The network is known by the link's host. Author and text are taken apart only where the
    wording says which is which; else everything but a lone link stays in `text`.
    """
    text = scrub(text[:_LONGEST]).strip()
    links = [one for one in links_in(text) if split(one)]
    link = next((one for one in links if network_of(one)), next(iter(links), ""))
    pattern = network_of(link) if link else None
    left = _without(text, link)
    found = _taken_apart(left, pattern) or _name_first(left)
    return Noted(
        text=found.get("text", left),
        network=pattern.network if pattern else "",
        author=clean_name(found.get("author", "") or said_by(link, pattern)),
        link=link,
    )


def guess_mail(raw: bytes, arrived: datetime | None = None) -> Noted:
    """Return what a saved mail (.eml) is about, by the same patterns as in a mailbox.

    Raises AddressError("not_a_mail") for what cannot be read.
    """
    found = recognise(raw, arrived) if len(raw) <= _LARGEST_MAIL else None
    if found is not None:
        return Noted(
            text=found.text,
            network=found.pattern.network,
            author=found.author,
            link=found.link,
            at=found.mail.created_at,
            kind=found.kind,
            rating=found.rating,
        )
    try:
        message, damaged = read_message(raw[:_LARGEST_MAIL])
        mail = describe(message, mailbox_body.read_body(message), arrived, damaged=damaged)
    except UNREADABLE:
        raise AddressError("not_a_mail") from None
    if not any((*mail.author, mail.subject)):
        raise AddressError("not_a_mail")
    text = "\n\n".join(one for one in (mail.subject, mail.text) if one)
    return Noted(text=text, author=mail.author[0] or mail.author[1], at=mail.created_at)


def event_of(noted: Noted, now: datetime) -> MessageSeen:
    """Return what is kept of it: the same link is the same conversation, the same text one message.

    Raises AddressError for a link that is no web address.
    """
    link = noted.link.strip()
    if link:
        http_address.check_address(link, allow_http=True)
    pattern = named(noted.network) or (network_of(link) if link else None)
    network = pattern.network if pattern else clean_name(noted.network)
    text = scrub(noted.text[:_LONGEST]).strip() or link
    author = clean_name(noted.author)
    where = place_of(link, pattern) if link else _key(network, author, text)
    return MessageSeen(
        remote_id=f"noted:{_key(network, author, text, where)}",
        conversation=SeenConversation(
            remote_id=f"noted:{_key(where)}",
            kind=noted.kind or (pattern.kind if pattern else Kind.MENTION),
            title=_title(network, pattern, link),
            context={"network": network} if network else {},
        ),
        direction=Direction.IN,
        author=_author(network, pattern, author, link),
        text=text,
        created_at=min((noted.at or now).astimezone(UTC), now),
        rating=noted.rating if noted.rating in range(1, 6) else None,
        permalink=link,
        context={"by_hand": "yes"} | ({"network": network} if network else {}),
    )


def _author(network: str, pattern: Pattern | None, author: str, link: str) -> SeenAuthor:
    """Return who said it; where nobody knows, the network or the site stands for them."""
    host = (split(link) or ("", "", ""))[1]
    shown = author or (pattern.name if pattern else network) or host or "?"
    return SeenAuthor(remote_id=f"{network or host}:{shown.casefold()}"[:300], name=shown)


def _title(network: str, pattern: Pattern | None, link: str) -> str:
    return (pattern.name if pattern else network) or (split(link) or ("", "", ""))[1]


def _without(text: str, link: str) -> str:
    """Return a text without a link that stands on a line of its own."""
    bare = link.removeprefix("https://")
    lines = [line for line in text.split("\n") if not link or line.strip() not in (link, bare)]
    return "\n".join(lines).strip()


def _taken_apart(text: str, pattern: Pattern | None) -> dict[str, str]:
    """Return author and text where they are worded as in one of the network's mails."""
    whole, first = page(text), page(text.partition("\n")[0])
    for mail in pattern.mails if pattern else ():
        for template in mail.body:
            found = template.find(whole)
            if found and found.get("text"):
                return found
        for template in mail.subject:
            found = template.find(first)
            rest = text.partition("\n")[2].strip()
            if found and found.get("author") and rest:
                return {"text": rest} | found
    return {}


def _name_first(text: str) -> dict[str, str]:
    """Return author and text where a name stands on the first line, as copied from a page."""
    first, _, rest = (part.strip() for part in text.partition("\n"))
    words = first.split()
    short = 0 < len(words) <= _MOST_WORDS and len(first) <= _LONGEST_NAME
    ends_so = first[-1:].isalnum() or first[-1:] == "."
    if rest and short and ends_so and all(one[0].isupper() or one[0] == "@" for one in words):
        return {"author": first, "text": rest}
    return {}


def _key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
