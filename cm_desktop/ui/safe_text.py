"""What a text of others may do on screen: bounded length, no bombs, no bidi tricks.

Only display changes. What is stored, exported and copied stays what the sender wrote.
"""

from __future__ import annotations

import re
import unicodedata

MOST_CHARACTERS = 20_000
MOST_LINES = 500
LONGEST_RUN = 200  # code points without a place to break the line
LONGEST_CLUSTER = 32  # code points that the screen shows as one character
LIST_CHARACTERS = 300

_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_BREAK_HERE = "\u200b"
_MORE = "…"
_REPLACED = "\ufffd"

_LINE_END = re.compile(r"\r\n?|[\u0085\u2028\u2029\v\f]")
_CONTROL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_LONG_RUN = re.compile(rf"[^\s\u200b]{{{LONGEST_RUN}}}(?=[^\s\u200b])")
_SPACES = re.compile(r"\s+")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_OPENS = {"\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068"}
_ISOLATES = {"\u2066", "\u2067", "\u2068"}


def display_text(text: str) -> str:
    """Return what a widget may show of a text of any length and any origin.

    At most 20,000 code points and 500 lines; runs without a break are given places to
    break; clusters of more than 32 code points are cut; control characters and lone
    surrogates become a replacement mark; line ends become line feeds. Showing it
    twice changes nothing more.
    """
    shortened = len(text) > MOST_CHARACTERS
    shown = _CONTROL.sub(_REPLACED, _LINE_END.sub("\n", text[:MOST_CHARACTERS]))
    if shown.count("\n") >= MOST_LINES:
        shortened = True
        shown = "\n".join(shown.split("\n", MOST_LINES)[:MOST_LINES])
    if not shown.isascii():
        shown = _cut_clusters(balanced(shown))
    shown = _LONG_RUN.sub(lambda run: run[0] + _BREAK_HERE, shown)
    return shown + _MORE if shortened and not shown.endswith(_MORE) else shown


def is_shortened(text: str) -> bool:
    """Tell whether display_text() would leave something out, so that "show all" is offered."""
    return len(text) > MOST_CHARACTERS or len(_LINE_END.sub("\n", text).split("\n")) > MOST_LINES


def one_line(text: str, limit: int = LIST_CHARACTERS) -> str:
    """Return the start of a text as one line for lists: at most 300 code points, spaces joined."""
    # A margin before joining, so that a text that begins with spaces still says something.
    start = _SPACES.sub(" ", _LINE_END.sub(" ", text[: limit * 4])).strip()
    cut = len(start) > limit or len(text) > limit * 4
    shown = display_text(start[:limit])
    return shown.rstrip() + _MORE if cut and not shown.endswith(_MORE) else shown


def isolate(text: str) -> str:
    """Return a name or phrase of others so that its direction cannot turn the words around it."""
    return f"{_ISOLATE}{balanced(text)}{_END_ISOLATE}"


def name_text(text: str, limit: int = 80) -> str:
    """Return a name, handle or file name for use inside our own sentences."""
    return isolate(one_line(text, limit))


def balanced(text: str) -> str:
    """Replace bidi controls that open or close nothing by a visible mark."""
    if not _BIDI.search(text):
        return text
    return "\n".join(_balanced_line(line) for line in text.split("\n"))


def has_mixed_scripts(name: str) -> bool:
    """Tell whether a word mixes Latin letters with Cyrillic or Greek ones that look alike.

    Two words of two scripts are a name like others.
    """
    return not name.isascii() and any(_mixes(word) for word in name.split())


def _mixes(word: str) -> bool:
    scripts = {_script(letter) for letter in word if letter.isalpha()}
    return "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK"})


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _balanced_line(line: str) -> str:
    letters = list(line)
    open_isolates: list[int] = []
    open_overrides: list[int] = []
    for place, letter in enumerate(letters):
        if letter in _OPENS:
            (open_isolates if letter in _ISOLATES else open_overrides).append(place)
        elif letter == "\u2069":
            _close(letters, open_isolates, place)
        elif letter == "\u202c":
            _close(letters, open_overrides, place)
    for place in open_isolates + open_overrides:
        letters[place] = _REPLACED
    return "".join(letters)


def _close(letters: list[str], opened: list[int], place: int) -> None:
    if opened:
        opened.pop()
    else:
        letters[place] = _REPLACED


def _cut_clusters(text: str) -> str:
    """Drop what a cluster has beyond 32 code points."""
    kept: list[str] = []
    length, joined = 0, False
    for letter in text:
        # A joiner joins what follows, but for a space: that is where the next word begins.
        extends = (joined and not letter.isspace()) or (letter > "\u02ff" and _extends(letter))
        length = length + 1 if extends else 1
        joined = letter == "\u200d"
        # A joiner at the cut would swallow the letter after it.
        if length < LONGEST_CLUSTER or (length == LONGEST_CLUSTER and not joined):
            kept.append(letter)
    return "".join(kept)


def _extends(letter: str) -> bool:
    # Marks, joiners, variation selectors, skin tones and tag characters.
    return (
        unicodedata.category(letter) in ("Mn", "Me", "Mc")
        or letter in "\u200c\u200d"
        or "\U0001f3fb" <= letter <= "\U0001f3ff"
        or "\U000e0020" <= letter <= "\U000e007f"
    )
