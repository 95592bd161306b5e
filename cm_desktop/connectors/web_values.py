"""Times and addresses as strangers write them: clean values or nothing, never an error."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from cm_desktop.connectors.plain_text import scrub

_LONGEST_TIME = 64  # characters
_LONGEST_ADDRESS = 2_048
_WEB = ("http", "https")


def iso_time(text: str | None) -> datetime | None:
    """Return an ISO 8601 time in UTC, or None for what is none; without a zone it is UTC."""
    try:
        at = datetime.fromisoformat((text or "")[:_LONGEST_TIME])
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def web_address(url: str | None) -> str:
    """Return an address of the web, or nothing for everything else."""
    url = scrub(url or "")
    return url if len(url) <= _LONGEST_ADDRESS and _is_of_the_web(url) else ""


@lru_cache(maxsize=1_024)  # people and pictures come up again and again
def _is_of_the_web(url: str) -> bool:
    if not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in _WEB and bool(parts.hostname)


def address_below(base: str, path: object) -> str:
    """Return the address of a path on a site, or nothing for what is none."""
    return _joined(base, path) if isinstance(path, str) and path else ""


@lru_cache(maxsize=128)  # most of what is said is said by a few; no more than urlsplit remembers
def _joined(base: str, path: str) -> str:
    try:
        found = urljoin(base + "/", path)
        known = urlsplit(found).scheme in _WEB
    except ValueError:
        return ""
    return found if known else ""
