"""The border: what comes from a channel is made fit to be kept, once, here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cm_desktop.store.rows import map_text, stamp

MAX_BYTES = 1 << 20  # of one text
_NAME = 1000  # code points of a name, handle or title
_ADDRESS = 8000  # code points of a URL
_DAY = 86_400_000
_FIRST = 631_152_000_000  # 1990-01-01: before that there was nothing to answer


def clean(text: str) -> str:
    """Return a text the vault can hold: no NUL, no lone surrogate, at most 1 MiB of UTF-8.

    What cannot be held becomes U+FFFD, so that it is seen that something was there.
    """
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if not text.isascii():
        text = _without_surrogates(text)
    if len(text) * 4 > MAX_BYTES:
        text = text.encode()[:MAX_BYTES].decode(errors="ignore")
    return text


def clean_name(text: str) -> str:
    """Return a name, handle or title the vault can hold: at most 1,000 characters."""
    return text if len(text) < 200 and text.isascii() and "\0" not in text else clean(text)[:_NAME]


def clean_address(text: str) -> str:
    """Return a URL the vault can hold: at most 8,000 characters."""
    return clean(text)[:_ADDRESS]


def clean_map(values: Mapping[str, str]) -> str:
    """Return a connector's own words as a column holds them."""
    return map_text({clean(key): clean(value) for key, value in values.items()}) if values else "{}"


def sane_stamp(at: datetime, now_ms: int) -> int:
    """Return a channel's time as milliseconds, within 1990 and a day from now.

    A time outside would put the message where nobody finds it, or on top for ever.
    """
    return min(max(stamp(at), _FIRST), now_ms + _DAY)


def _without_surrogates(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
