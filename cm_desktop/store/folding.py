"""Cut text into the words that search compares: the same for what is kept and what is asked.

`ä` and `ae`, `ß` and `ss`, `Ö` and `oe`, `É` and `e`, full width and half width are the same.
Scripts without blanks between words (Chinese, Japanese, Thai…) are cut into characters, and
an emoji is a word of its own.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_LONGEST = 64  # characters of one word; what is longer is no word
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe"})
# Written without blanks: Thai, Lao, Myanmar, Khmer, Kana, Han and what extends them.
_UNPARTED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_SYMBOLS = "\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_INDIC = "\u0900-\u0963\u0966-\u0dff"  # whole, since vowels there are marks and not letters
# Marks that others leave out when they type: accents, vowel points, joiners, selectors.
_MARKS = (
    "\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
)


def words(text: str) -> list[str]:
    """Return the words of a text in order, folded."""
    if text.isascii():
        found = _ascii_words().findall(text.lower())
    else:
        found = _any_words().findall(_plain(text))
    return [word if len(word) <= _LONGEST else word[:_LONGEST] for word in found]


def fold(text: str) -> str:
    """Return the folded words of a text with one blank between two."""
    return " ".join(words(text))


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = unicodedata.normalize("NFC", text).translate(_UMLAUTS)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _marks().sub("", unicodedata.normalize("NFD", text)))


@cache
def _ascii_words() -> re.Pattern[str]:
    return re.compile(r"[0-9a-z]+")


@cache
def _any_words() -> re.Pattern[str]:
    apart = _UNPARTED + _SYMBOLS
    return re.compile(rf"[{apart}]|(?:[^\W_{apart}]|[{_INDIC}])+")


@cache
def _marks() -> re.Pattern[str]:
    return re.compile(f"[{_MARKS}]+")
