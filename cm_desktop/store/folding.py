"""Cut text into the words that search compares: the same for what is kept and what is asked.

`ä` and `ae`, `ß` and `ss`, `Ö` and `oe`, `É` and `e`, full width and half width are the same.
Scripts without blanks between words (Chinese, Japanese, Thai…) are cut into characters, and
an emoji is a word of its own.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_LONGEST = 64  # characters of one word
_UMLAUTS = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("æ", "ae"), ("ø", "oe"))  # ß: by casefold
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
    """Return the words of a text in order, folded. Very long ones are cut into several."""
    return spread(text).split()


def fold(text: str) -> str:
    """Return the folded words of a text with one blank between two."""
    return " ".join(words(text))


def spread(text: str) -> str:
    """Return the folded words of a text with any number of blanks between them."""
    if not text.isascii():
        text = _plain(text)
        if not text.isascii():
            return " ".join(_any_words(indic=bool(_indic().search(text))).findall(text))
    text = text.encode().translate(_ASCII).decode()
    if len(text) < _LONGEST or not _long_word().search(text):
        return text
    return _long_word().sub(r"\g<0> ", text)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    for letter, letters in _UMLAUTS:
        text = text.replace(letter, letters)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _marks().sub("", unicodedata.normalize("NFD", text)))


# Each byte of ASCII text as it is after folding: small letters, digits and blanks.
_ASCII = bytes(
    ord(chr(code).lower()) if chr(code).isalnum() and code < 128 else 32 for code in range(256)
)


@cache
def _long_word() -> re.Pattern[str]:
    return re.compile(rf"[0-9a-z]{{{_LONGEST}}}")


@cache
def _any_words(*, indic: bool) -> re.Pattern[str]:
    apart = _UNPARTED + _SYMBOLS
    letter = rf"(?:[^\W_{apart}]|[{_INDIC}])" if indic else rf"[^\W_{apart}]"
    return re.compile(rf"{letter}{{1,{_LONGEST}}}|[{apart}]")


@cache
def _indic() -> re.Pattern[str]:
    return re.compile(f"[{_INDIC}]")


@cache
def _marks() -> re.Pattern[str]:
    return re.compile(f"[{_MARKS}]+")
