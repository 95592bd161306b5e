"""Sentences with blanks: how the pattern files say what a notification mail looks like.

`{author} commented on {title}` is a sentence with two blanks. A blank takes at least one
letter and as few as possible, within a line; only `{text}` may go over several lines. There
is no going back and forth: each sentence costs a search through the mail for each of its lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

BLANKS = frozenset({"author", "title", "text", "rating", ""})  # `{}` takes what nobody needs
_BLANK = re.compile(r"\{(\w*)\}")
_MOST = 20_000  # characters of a mail that are looked at
_LINES = 400
# One letter for one letter, so that places in the text stay the same.
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\u201e\u201c\u201d\u201f\u00ab\u00bb", '"'),
        **dict.fromkeys("\u201a\u2018\u2019\u201b", "'"),
        **dict.fromkeys("\u00a0\u202f\u2009\t", " "),
        **dict.fromkeys("\u2013\u2014", "-"),
    }
)


@dataclass(frozen=True, slots=True)
class Page:
    """A text to be looked through: its lines, without empty ones."""

    text: str
    alike: str = field(repr=False)  # the same with one kind of quotes, spaces and dashes


def page(text: str) -> Page:
    """Return a text as templates see it: trimmed lines, each between two line ends."""
    lines = [" ".join(line.split()) for line in text[: 4 * _MOST].split("\n")]
    kept = "\n".join([line for line in lines if line][:_LINES])[:_MOST]
    whole = f"\n{kept}\n"
    return Page(whole, whole.translate(_ALIKE))


class Template:
    """One sentence of a pattern file; over several lines it fits lines that follow each other."""

    def __init__(self, sentence: str) -> None:
        """Take a sentence apart. Raises ValueError for one that can fit nothing or anything."""
        pieces = _BLANK.split(f"\n{sentence.strip()}\n".translate(_ALIKE))
        self._names = pieces[1::2]
        words = pieces[::2]
        if words[-1] == "\n" and self._names[-1:] == ["text"]:
            words[-1] = ""  # a text at the end goes on to the end of the mail
        _check(self._names, words)
        self._head, self._words = words[0], words[1:]

    def find(self, where: Page) -> dict[str, str] | None:
        """Return what stands in the blanks where the sentence is found first, or None."""
        begin = where.alike.find(self._head)
        while begin >= 0:
            if (found := self._fits(where, begin + len(self._head))) is not None:
                return found
            begin = where.alike.find(self._head, begin + 1)
        return None

    def _fits(self, where: Page, place: int) -> dict[str, str] | None:
        found: dict[str, str] = {}
        for name, word in zip(self._names, self._words, strict=True):
            end = _end(where.alike, name, word, place)
            if end < 0:
                return None
            if name:
                found[name] = where.text[place:end].strip()
            place = end + len(word)
        return found


def _end(alike: str, name: str, word: str, place: int) -> int:
    """Return where a blank ends that begins at a place and is followed by a word; -1: nowhere."""
    if not word:
        return len(alike) if place < len(alike) - 1 else -1
    if name == "text":
        return alike.find(word, place + 1)
    line_end = alike.find("\n", place)
    return -1 if line_end < 0 else alike.find(word, place + 1, line_end + len(word))


def _check(names: list[str], words: list[str]) -> None:
    if unknown := set(names) - BLANKS:
        raise ValueError(f"unknown blank {{{min(unknown)}}}")
    known = [name for name in names if name]
    if len(known) != len(set(known)):
        raise ValueError("a blank comes twice")
    if any(not word for word in words[1:-1]):
        raise ValueError("two blanks without a word between them")
    if "{" in "".join(words) or "}" in "".join(words):
        raise ValueError("a brace that is no blank")
    if not "".join(words).strip():
        raise ValueError("nothing but blanks")
