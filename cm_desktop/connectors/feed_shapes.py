"""What a feed says, whatever it is written in: RSS, Atom or JSON Feed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from cm_desktop.connectors.plain_text import clean_name, plain_text, scrub
from cm_desktop.domain.events import ItemSkipped

_LONGEST_ID = 1000
_LONGEST_LINK = 2000
_STARS = re.compile(r"[★⭐]")
_RATING = re.compile(r"^\s*([0-5])(?:[.,](\d))?(?:\d*)\s*(?:/\s*5|von 5|out of 5|of 5)?\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item. Dates may be missing; `answers` is what it comments on, as an address or an id."""

    id: str
    link: str = ""
    title: str = ""
    text: str = ""
    author: str = ""
    author_url: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    answers: str = ""
    rating: int | None = None

    @property
    def digest(self) -> str:
        """What changes when it is edited."""
        return short_hash(self.title, self.text, self.link)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as it was read; `whole` tells that nothing in it was broken."""

    software: str  # "RSS", "Atom", "JSON Feed"
    title: str
    link: str
    items: tuple[Item | ItemSkipped, ...]
    ttl_seconds: int = 0  # how long it may be kept, as it says itself
    whole: bool = True


def item_of(
    *, given_id: str, link: str, title: str, text: str, created_at: datetime | None, **more: object
) -> Item | ItemSkipped:
    """Return an item, or that it makes no sense: it says nothing, or cannot be told from others.

    Its id is what the feed says, else its link, else made from title and date.
    """
    if not (title or text):
        return ItemSkipped(reason="empty_item")
    made = f"{created_at.isoformat() if created_at else ''}|{title}|{'' if title else text[:500]}"
    own = given_id or link or f"hash:{short_hash(made)}"
    if len(own) > _LONGEST_ID:
        own = f"hash:{short_hash(own)}"
    known: dict[str, Any] = {"link": link, "title": title, "text": text, **more}
    return Item(id=own, created_at=created_at, **known)


def identifier(value: object) -> str:
    """Return an id as text, or nothing for what cannot be one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean(str(value)) if not isinstance(value, int) or abs(value) < 10**30 else ""


def clean(text: str) -> str:
    """Return a text without what cannot be kept, spaces at its ends removed."""
    return scrub(text).strip()


def headline(value: object) -> str:
    """Return a title on one line; titles hold markup and entities more often than they say."""
    return clean_name(plain_text(value)) if isinstance(value, str) else ""


def body(value: object, *, is_html: bool, base: str) -> str:
    """Return a text as a person would read it."""
    if not isinstance(value, str):
        return ""
    return plain_text(value, base=base) if is_html else clean(value)


def web_address(value: object, base: str) -> str:
    """Return an address in full if it is http or https, or nothing."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_LINK:
        return ""
    try:
        found = urljoin(base, clean(value))
        parts = urlsplit(found)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        return ""
    return found if usable and not any(sign.isspace() for sign in found) else ""


def stars(*said: object) -> int | None:
    """Return the first of some wordings that means stars, from 1 to 5; None where none does."""
    for one in said:
        text = str(one) if isinstance(one, str | int | float) and not isinstance(one, bool) else ""
        if signs := len(_STARS.findall(text[:200])):
            return min(signs, 5)
        if (found := _RATING.match(text[:40])) is not None:
            whole = int(found[1]) + (int(found[2] or 0) >= 5)
            if 1 <= whole <= 5:
                return whole
    return None


def short_hash(*parts: str) -> str:
    """Return what stands for some texts, in 16 letters."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:16]
