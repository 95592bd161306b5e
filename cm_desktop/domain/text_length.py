"""How long a text is, as its channel counts."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from cm_desktop.domain.policy import ChannelPolicy, TextUnit

if TYPE_CHECKING:
    import regex

_LINK_LENGTH = 23  # what X and Mastodon charge for any link

# twitter-text configuration v3: these ranges weigh 1, everything else 2.
_LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))


def count(text: str, unit: TextUnit) -> int:
    """Return the length of a text in a channel's unit."""
    match unit:
        case TextUnit.CHARACTERS:
            return len(text)
        case TextUnit.UTF16:
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        case TextUnit.BYTES:
            return _bytes(text)
        case TextUnit.GRAPHEMES:
            return len(_graphemes().findall(text))
        case TextUnit.WEIGHTED:
            return _weighted(text)
        case TextUnit.MASTODON:
            return len(_remote_mentions().sub(r"@\1", _links().sub("x" * _LINK_LENGTH, text)))


def room_left(text: str, policy: ChannelPolicy) -> int | None:
    """Return how much of the limit is left (negative: too long), or None without a limit.

    Where a channel limits characters and bytes, the tighter of the two is told, in the
    unit that it is tighter in.
    """
    left = None if policy.text_limit is None else policy.text_limit - count(text, policy.text_unit)
    if policy.byte_limit is not None:
        bytes_left = policy.byte_limit - _bytes(text)
        left = bytes_left if left is None or bytes_left < 0 <= left else left
    return left


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _weighted(text: str) -> int:
    text = unicodedata.normalize("NFC", text)
    without_links, links = _links().subn("", text)
    without_emoji, emoji = _emoji().subn("", without_links)
    letters = sum(1 if _is_light(ord(letter)) else 2 for letter in without_emoji)
    length: int = letters + links * _LINK_LENGTH + emoji * 2
    return length


def _is_light(code: int) -> bool:
    return any(first <= code <= last for first, last in _LIGHT)


def _compile(pattern: str) -> regex.Pattern[str]:
    import regex  # slow to import, and not needed before a text is written

    return regex.compile(pattern)


@cache
def _links() -> regex.Pattern[str]:
    return _compile(r"https?://[^\s<>\"]+")


@cache
def _remote_mentions() -> regex.Pattern[str]:
    return _compile(r"(?<![\w/])@(\w+)@[\w.-]+\w")


@cache
def _graphemes() -> regex.Pattern[str]:
    return _compile(r"\X")


@cache
def _emoji() -> regex.Pattern[str]:
    # A whole sequence (skin tone, ZWJ family, flag, keycap) counts once.
    return _compile(
        r"\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3"
        r"|(?:\p{Emoji_Presentation}|\p{Emoji}\uFE0F)(?:\p{Emoji_Modifier})?"
        r"(?:\u200D(?:\p{Emoji_Presentation}|\p{Emoji}\uFE0F?)(?:\p{Emoji_Modifier})?)*"
    )
