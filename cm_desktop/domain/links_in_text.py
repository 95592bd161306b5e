"""Find the addresses that a plain text names, so that they can be offered beside it."""

from __future__ import annotations

import re

_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"'«»„“”\u200b]{3,2000}", re.IGNORECASE)
_TRAILING = ".,;:!?)]}…*_"
MOST = 8  # offered per message; a text with more is hardly one to click through


def links_in(text: str) -> list[str]:
    """Return the web addresses of a text in order, each once, at most `MOST`.

    Punctuation behind an address does not belong to it, but a bracket does that was
    opened inside. `www.` without a scheme is taken for https.
    """
    found: dict[str, None] = {}
    for match in _LINK.finditer(text[:20_000]):
        link = _trimmed(match[0])
        found.setdefault(link if "://" in link else f"https://{link}")
        if len(found) == MOST:
            break
    return list(found)


def _trimmed(link: str) -> str:
    while link and link[-1] in _TRAILING:
        if link[-1] == ")" and link.count("(") >= link.count(")"):
            break
        link = link[:-1]
    return link
