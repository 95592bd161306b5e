"""Writes what commands answer: one JSON document, or text for people that no message can forge."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO

_WIDE = 100_000  # columns where nobody looks on, so that nothing is cut off
# They turn the order of what is read around, also beyond the text they stand in.
_TURNING = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"}


def write_json(document: Any, out: TextIO) -> None:
    """Write one document and a line end; other letters than ASCII only where they can be shown."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    try:
        text.encode(out.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(document, indent=2)
    out.write(text + "\n")
    out.flush()


def steady(out: TextIO) -> None:
    """Let a stream show what it cannot spell as an escape instead of failing."""
    reconfigure = getattr(out, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def plain(text: str) -> str:
    """Return text of others without anything that steers a terminal; lines stay."""
    return "".join(_harmless(letter) for letter in text)


def line(text: str, longest: int = 0) -> str:
    """Return text of others as one line, cut to a length where one is given."""
    joined = " ".join(plain(text).split())
    return f"{joined[: longest - 1]}…" if longest and len(joined) > longest else joined


def when(at: datetime | None) -> str:
    """Return a time as the user's clock shows it."""
    return "" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M")


def put(text: str = "") -> None:
    """Print text for people; what others wrote must have gone through `plain` or `line`."""
    sys.stdout.write(text + "\n")


def show(document: Mapping[str, Any], before: str = "") -> None:
    """Print the values of a document for people, one a line."""
    for name, value in document.items():
        if isinstance(value, Mapping):
            show(value, f"{before}{name}.")
        elif value and isinstance(value, list) and isinstance(value[0], Mapping):
            for one in value:
                put(f"{before}{name}: " + ", ".join(f"{key} {said}" for key, said in one.items()))
        else:
            shown = ", ".join(value) if isinstance(value, list) else value
            put(f"{before}{name}: {'-' if shown in (None, '') else line(str(shown))}")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows for people; where nobody looks on, without frames or colours."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    looking = sys.stdout.isatty()
    console = Console(
        file=sys.stdout, width=None if looking else _WIDE, highlight=False, markup=False
    )
    drawn = Table(box=None, pad_edge=False, header_style="bold" if looking else "")
    for heading in headings:
        drawn.add_column(Text(heading), overflow="ellipsis", no_wrap=True)
    for row in rows:
        drawn.add_row(*(Text(line(cell)) for cell in row))
    console.print(drawn)


def _harmless(letter: str) -> str:
    if letter in "\n\t":
        return letter
    if letter in _TURNING:
        return ""
    # Control characters and lone surrogates.
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(letter) in ("Cc", "Cs") else letter
