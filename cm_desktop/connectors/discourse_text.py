"""How a text becomes a Discourse post, and how posts become texts. No network here.

Discourse reads Markdown, BBCode and a little HTML. What people write here is plain text: it
is escaped so that everybody sees it as it was typed. Links and names with an @ stay what they
are, so that Discourse links them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cm_desktop.connectors.plain_text import plain_text
from cm_desktop.domain.model import Attachment

_MOST_QUOTES = 20
_MOST_FILES = 50
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# What Discourse links by itself: escapes within would become part of the address or the name.
_KEPT = re.compile(r"https?://[^\s<>]+|(?<!\w)@[\w.-]*\w")
_INLINE = re.compile(r"[\\`*_\[\]<~|]")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINE = re.compile(r"(?P<space>[ \t]*)(?P<mark>[#>+=-]|\d+(?=[.)]))?")

_ASIDE = re.compile(r"<(/?)aside\b[^<>]*>", re.IGNORECASE)
_QUOTE = re.compile(r'\s*<aside\b[^<>]*\bclass="quote\b[^<>]*>', re.IGNORECASE)
_OWN_QUOTES = re.compile(r"(?:\s*\[quote(?:=[^\]\n]*)?\](?:(?!\[/?quote).)*\[/quote\])+", re.DOTALL)
_IMAGE_NOTE = re.compile(r'<div class="meta">.{0,2000}?</div>', re.IGNORECASE | re.DOTALL)
_EMOJI_IMAGE = re.compile(
    r'<img\b(?=[^<>]*\bclass="emoji\b)[^<>]*?\balt=":[^"<>]{1,100}:"[^<>]*>', re.IGNORECASE
)
_SIGN = (
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2300-\u23ff\u2b00-\u2bff\u2190-\u21ff"
    "\u2934\u2935\u3030\u303d\u3297\u3299\u00a9\u00ae\u203c\u2049\u2122\u2139]"
)
# Emoji as people type them: a sign with its colour of skin, joined ones, flags, keys; or by name.
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3"
    f"|{_SIGN}[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d{_SIGN}[\ufe0f\U0001f3fb-\U0001f3ff]*)*"
    r"|:[\w+-]{1,60}(?::t\d)?:"
)
_FILE = re.compile(
    r'<a\b(?=[^<>]*\bclass="(?P<kind>attachment|lightbox)\b)[^<>]*?\bhref="(?P<href>[^"<>]{1,2000})"'
    r"[^<>]*>(?P<name>[^<]{0,300})",
    re.IGNORECASE,
)
_TITLE = re.compile(r'\btitle="([^"<>]{1,300})"', re.IGNORECASE)


def as_markdown(text: str) -> str:
    """Return a plain text so that Discourse shows it as it is, line by line."""
    lines = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip().split("\n")
    return "\n".join(_line(line.rstrip()) for line in lines)


def rewritten(original: str, text: str) -> str:
    """Return a post with a new text under the quotes it began with."""
    kept = _OWN_QUOTES.match(original)
    return f"{kept[0].strip()}\n\n{as_markdown(text)}" if kept else as_markdown(text)


def same(one: str, other: str) -> bool:
    """Whether two sources say the same, whatever the forum did to spaces and line ends."""
    return one.split() == other.split()


def split_quotes(html: str) -> tuple[str, str]:
    """Return the quotes a post begins with and the rest, both HTML.

    A post that is nothing but quotes is all rest.
    """
    quotes: list[str] = []
    rest = html
    while len(quotes) < _MOST_QUOTES and _QUOTE.match(rest):
        end = _end_of_aside(rest)
        if not end:
            break
        _before, _mark, body = rest[:end].partition("<blockquote>")
        quotes.append(body.rpartition("</blockquote>")[0])
        rest = rest[end:]
    return ("\n".join(quotes), rest) if rest.strip() else ("", html)


def text_of(html: str, raw: str | None, base: str) -> str:
    """Return a post as plain text.

    Discourse makes pictures of emoji. Where the source is known, they become letters again,
    if each picture has its counterpart there; else their names are left.
    """
    html = _IMAGE_NOTE.sub("", html)
    shown = len(_EMOJI_IMAGE.findall(html))
    typed = _EMOJI.findall(raw) if shown and raw else []
    if len(typed) == shown:
        signs = iter(typed)
        html = _EMOJI_IMAGE.sub(lambda _image: next(signs), html)
    return plain_text(html, base=base + "/")


def files_of(html: str) -> Iterator[Attachment]:
    """Yield the files and pictures a post carries; `url` as it stands there."""
    for count, found in enumerate(_FILE.finditer(html)):
        if count == _MOST_FILES:
            return
        is_picture = found["kind"].lower() == "lightbox"
        title = _TITLE.search(found[0])
        name = found["name"] if not is_picture else (title[1] if title else "")
        address = plain_text(found["href"])
        yield Attachment(
            name=" ".join(plain_text(name).split()) or address.rpartition("/")[2][:200],
            type="image/*" if is_picture else "application/octet-stream",
            url=address,
        )


def names_us(html: str, name: str) -> bool:
    """Whether a post mentions a user with an @, or quotes them."""
    name = re.escape(name.casefold())
    link = rf'href="[^"<>]*/u/{name}"'
    mention = rf'class="mention"[^<>]*{link}|{link}[^<>]*class="mention"'
    return bool(re.search(rf'{mention}|\bdata-username="{name}"', html.casefold()))


def _end_of_aside(html: str) -> int:
    depth = 0
    for tag in _ASIDE.finditer(html):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.end()
    return 0


def _line(line: str) -> str:
    found = _LINE.match(line)
    space = found["space"] if found else ""
    mark = (found["mark"] if found else None) or ""
    rest = line[len(space) + len(mark) :]
    begin = "&nbsp;" * len(space.expandtabs(4))
    if mark.isdecimal():
        return f"{begin}{mark}\\{_escaped(rest)}"
    return f"{begin}\\{mark}{_escaped(rest)}" if mark else begin + _escaped(rest)


def _escaped(text: str) -> str:
    parts: list[str] = []
    place = 0
    for kept in _KEPT.finditer(text):
        parts += [_plain(text[place : kept.start()]), kept[0]]
        place = kept.end()
    return "".join([*parts, _plain(text[place:])])


def _plain(text: str) -> str:
    return _INLINE.sub(lambda found: f"\\{found[0]}", _ENTITY.sub("&amp;", text))
