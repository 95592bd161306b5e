"""How a text is written for Misago, and what of its pages is quoted. No network here.

Misago reads Markdown and BBCode. What people write here is plain text: it is escaped so
that everybody sees it as it was typed. Threads are flat, so an answer begins with a quote of
what it answers, as people do there with the button "Quote".
"""

from __future__ import annotations

import re
import unicodedata

_EXCERPT = 200  # characters of what is answered
_EXCERPT_LINES = 3
_ASIDE = re.compile(r"<(/?)aside\b[^>]*>", re.IGNORECASE)
_QUOTE_BEGIN = re.compile(r'\s*<aside class="quote-block">', re.IGNORECASE)
_QUOTE_BODY = re.compile(r"<blockquote\b[^>]*>(.*)</blockquote>", re.IGNORECASE | re.DOTALL)
_OWN_QUOTE = re.compile(r'\s*\[quote="@\w+"\].*?\[/quote\]\s*', re.IGNORECASE | re.DOTALL)
_INLINE = re.compile(r"[\\`*_\[\]]|!(?=\()|(?<=!)\(|[<>](?=\S)")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINE = re.compile(r"(?P<space>[ \t]*)(?P<mark>[#>+-]|\d+(?=\.)|=(?==)|~(?=~~))?")
_ENTITIES = {"=": "&#61;", "<": "&lt;", "~~": "&#126;&#126;"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_USERNAME = re.compile(r"[0-9A-Za-z_]+")


def as_markup(text: str) -> str:
    """Return a plain text so that Misago shows it as it is, line by line."""
    lines = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip().split("\n")
    return "\n".join(_line(line.rstrip()) for line in lines)


def composed(text: str, author: str, answered: str) -> str:
    """Return an answer that quotes what it answers.

    The same answer to the same message is written the same each time: by that it is found
    again. Without an author's name the quote is without one, as of people who left.
    """
    name = author if _USERNAME.fullmatch(author) else ""
    head = f'[quote="@{name}"]' if name else "[quote]"
    return f"{head}\n{as_markup(_excerpt(answered)) or '…'}\n[/quote]\n\n{as_markup(text)}"


def rewritten(original: str, text: str) -> str:
    """Return a post with a new text under the quote it began with."""
    kept = _OWN_QUOTE.match(original)
    return f"{kept[0].strip()}\n\n{as_markup(text)}" if kept else as_markup(text)


def split_quote(html: str) -> tuple[str, str]:
    """Return the quote a post begins with and the rest, both HTML.

    A post that is nothing but a quote is all rest.
    """
    if not _QUOTE_BEGIN.match(html):
        return "", html
    depth = 0
    for tag in _ASIDE.finditer(html):
        depth += -1 if tag[1] else 1
        if depth == 0:
            body = _QUOTE_BODY.search(html, 0, tag.end())
            rest = html[tag.end() :]
            return (body[1], rest) if body and rest.strip() else ("", html)
    return "", html


def same(one: str, other: str) -> bool:
    """Return whether two texts say the same, whatever the forum did to spaces and links."""
    folded = [re.sub(r"\W+", "", unicodedata.normalize("NFC", text)) for text in (one, other)]
    return folded[0] == folded[1] and (bool(folded[0]) or one.split() == other.split())


def _excerpt(text: str) -> str:
    lines = [line for line in text.strip().split("\n") if line.strip()]
    short = "\n".join(lines[:_EXCERPT_LINES])
    if len(short) > _EXCERPT:
        short = short[:_EXCERPT].rpartition(" ")[0] or short[:_EXCERPT]
    return short if len(lines) <= _EXCERPT_LINES and short == text.strip() else f"{short} …"


def _line(line: str) -> str:
    found = _LINE.match(line)
    space = found["space"] if found else ""
    mark = (found["mark"] if found else None) or ""
    rest = line[len(space) + len(mark) :]
    begin = "&nbsp;" * len(space.expandtabs(4))
    return begin + _mark(mark) + _escaped(rest, after_number=mark.isdecimal())


def _mark(mark: str) -> str:
    if not mark or mark.isdecimal():
        return mark
    return {"=": "&#61;", "~": "&#126;"}.get(mark, f"\\{mark}")


def _escaped(text: str, *, after_number: bool) -> str:
    text = _ENTITY.sub("&amp;", text)
    text = _INLINE.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), text)
    text = text.replace("~~", _ENTITIES["~~"])
    return f"\\{text}" if after_number else text
