"""Find things by a few letters of their names, as one types."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

# The better a hit, the higher; between two of the same kind the shorter text wins.
_WHOLE, _START, _WORD_START, _INSIDE, _ELSEWHERE, _LETTERS = 6, 5, 4, 3, 2, 1
WHOLE_WORDS = _ELSEWHERE  # the least rank of what was found by more than scattered letters
_MOST_WORDS = 8
_SEARCHED = 5_000  # code points


def folded(text: str) -> str:
    """Return a text without differences of case and accents: "Öffnung" finds "offnung"."""
    apart = unicodedata.normalize("NFKD", text[:_SEARCHED]).casefold()
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def rank(query: str, name: str, more: str = "") -> int:
    """Return how well a name, or else further text, fits what was typed; 0: not at all.

    Every word of the query must be found. A single word may also be found by its letters in
    their order in the name ("ofz" finds "Öffnungszeiten").
    """
    words = folded(query).split()[:_MOST_WORDS]
    if not words:
        return _START
    name, more = folded(name), folded(more)
    ranks = [_rank(word, name, more) for word in words]
    if all(ranks):
        return min(ranks)
    return _LETTERS if len(words) == 1 and _in_order(words[0], name) else 0


def enough(ranks: Iterable[int]) -> int:
    """Return the rank from which on hits are worth showing beside the others.

    What is only found by scattered letters is shown where nothing else was found.
    """
    return WHOLE_WORDS if max(ranks, default=0) >= WHOLE_WORDS else _LETTERS


def _rank(word: str, name: str, more: str) -> int:
    if word == name:
        return _WHOLE
    if name.startswith(word):
        return _START
    place = name.find(word)
    while place > 0:
        if not name[place - 1].isalnum():
            return _WORD_START
        place = name.find(word, place + 1)
    if word in name:
        return _INSIDE
    return _ELSEWHERE if word in more else 0


def _in_order(word: str, name: str) -> bool:
    letters = iter(name)
    return all(letter in letters for letter in word)
