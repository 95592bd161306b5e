"""Lay out nh3's canonical HTML as lines of text. Used by plain_text alone."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>|[^<]+|<")
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
# What becomes one space; a single one is what it is.
_SPACES = re.compile(r"[ \t\n\r\f]{2,}|[\t\n\r\f]")
_PARAGRAPHS = {
    *("blockquote", "dl", "figure", "form", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("hr", "ol", "p", "pre", "table", "ul"),
}
_INLINE = {"a", "b", "em", "font", "i", "s", "small", "span", "strong", "u"}
_VOID = {"br", "hr", "img"}
_SAME = re.compile(r"^(?:https?://|mailto:|tel:)?(?:www\.)?(.*?)/?$", re.IGNORECASE | re.DOTALL)
_ENTITIES = (("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))
_PARAGRAPH = re.compile(r"</?p>")
_LINE_BREAK = re.compile(r"<br ?/?>")
_RULE = "———"


class Layout:
    """Collects lines while tags and text go by."""

    def __init__(self, limit: int) -> None:
        """Write at most `limit` characters."""
        self._left = limit
        self._lines: list[str] = []
        self._line: list[str] = []  # what stands on the line being written
        self._space = False  # whether white space is due before the next word
        self._gap = False  # whether an empty line is due before the next line
        self._quotes = 0
        self._lists: list[int | None] = []  # next number, or None for bullets
        self._marker = ""  # of a list item whose first word is yet to come
        self._pre = 0
        self._hidden: list[str] = []  # open tags within something hidden
        self._link: tuple[str, str, int] | None = None  # address, classes, where its text began
        self._shortened = False

    def feed(self, cleaned: str) -> None:
        """Take HTML as nh3 writes it: attributes in double quotes, `<` and `&` escaped."""
        for match in _TOKEN.finditer(cleaned):
            if self._left <= 0:
                return
            closing, name, rest = match.groups()
            if name is None:
                if not self._hidden:
                    self._write(_unescape(match[0]))
            elif self._hidden or _hides(rest):
                self._pass_hidden(name, closing=bool(closing))
                self._shortened |= self._link is not None
            elif closing:
                self._close(name)
            else:
                self._open(name, dict(_ATTRIBUTE.findall(rest)))

    def text(self) -> str:
        """Return what was collected."""
        self._end_link()
        self._break(gap=False)
        return "\n".join(self._lines).strip("\n")

    def _pass_hidden(self, name: str, *, closing: bool) -> None:
        # nh3 closes what it opens, so that names come in pairs.
        if closing:
            self._hidden.pop()
        elif name not in _VOID:
            self._hidden.append(name)

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        if name == "br":
            self._break(gap=False, keep_empty=True)
        elif name == "img":
            self._write(_unescape(attributes.get("alt", "")))
        elif name == "a":
            self._begin_link(attributes)
        elif name in ("td", "th"):
            if self._line:
                self._line.append("  ")
                self._space = False
        elif name in _INLINE:
            self._shortened |= "ellipsis" in attributes.get("class", "")
        else:
            self._open_block(name)

    def _open_block(self, name: str) -> None:
        nested = name in ("ul", "ol") and bool(self._lists)
        self._break(gap=name in _PARAGRAPHS and not nested)
        if name == "blockquote":
            self._quotes += 1
        elif name in ("ul", "ol"):
            self._lists.append(1 if name == "ol" else None)
        elif name == "li":
            self._marker = self._next_marker()
        elif name == "dd":
            self._marker = "    "
        elif name == "pre":
            self._pre += 1
        elif name == "hr":
            self._write(_RULE)
            self._break(gap=True)

    def _close(self, name: str) -> None:
        if name == "a":
            self._end_link()
        if name in _INLINE or name in _VOID or name in ("td", "th"):
            return
        nested = name in ("ul", "ol") and len(self._lists) > 1
        self._break(gap=name in _PARAGRAPHS and not nested)
        if name == "blockquote":
            self._quotes = max(0, self._quotes - 1)
        elif name in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif name == "pre":
            self._pre = max(0, self._pre - 1)
        elif name in ("li", "dd"):
            self._marker = ""

    def _next_marker(self) -> str:
        indent = "  " * min(len(self._lists) - 1, 8)
        if not self._lists or self._lists[-1] is None:
            return f"{indent}• "
        number = self._lists[-1]
        self._lists[-1] = number + 1
        return f"{indent}{number}. "

    def _begin_link(self, attributes: dict[str, str]) -> None:
        address = _unescape(attributes.get("href", ""))
        if self._space and self._line:
            self._line.append(" ")
            self._space = False
        self._link = (address, attributes.get("class", ""), len(self._line))
        self._shortened = False

    def _end_link(self) -> None:
        if self._link is None:
            return
        (address, classes, begin), self._link = self._link, None
        if not address or "mention" in classes or "hashtag" in classes:
            return
        shown = "".join(self._line[begin:]).strip()
        if self._shortened or (
            _same(shown, address) and not address.startswith(("mailto:", "tel:"))
        ):
            del self._line[begin:]
            self._put(address)
        elif not _same(shown, address):
            self._put(f" ({address})" if shown else address)

    def _write(self, text: str) -> None:
        if self._pre:
            first, *others = text.split("\n")
            self._put(first)
            for line in others:
                self._break(gap=False, keep_empty=True)
                self._put(line)
            return
        words = _SPACES.sub(" ", text)
        if words.startswith(" "):
            self._space, words = True, words[1:]
        if not words:
            return
        if self._space and self._line:
            self._put(" ")
        self._space = words.endswith(" ")
        self._put(words.rstrip(" "))

    def _put(self, text: str) -> None:
        if text:
            self._line.append(text[: max(0, self._left)])
            self._left -= len(text)

    def _break(self, *, gap: bool, keep_empty: bool = False) -> None:
        """End the line; with `gap`, one empty line is due before the next."""
        line = "".join(self._line).rstrip()
        if line or (keep_empty and self._lines):
            if self._gap and self._lines and self._lines[-1].strip("> "):
                self._lines.append("")
            self._gap = False
            self._lines.append((self._prefix() + self._marker + line).rstrip())
            self._left -= 1
            self._marker = " " * len(self._marker)
        if self._link is not None:
            self._link = (*self._link[:2], 0)
        self._line.clear()
        self._space = False
        self._gap |= gap

    def _prefix(self) -> str:
        return "> " * min(self._quotes, 8)


def simple_text(html: str) -> str:
    """Return what `Layout` would of HTML that knows nothing but `p` and `br`."""
    lines: list[str] = []
    gap = False  # whether an empty line is due before the next line
    for part in _PARAGRAPH.split(html):
        if not part:
            gap = True
            continue
        broken = _LINE_BREAK.split(part)
        for number, text in enumerate(broken, 1):
            line = _one_line(text)
            if line or (number < len(broken) and lines):
                if gap and lines and lines[-1].strip("> "):
                    lines.append("")
                gap = False
                lines.append(line)
        gap = True
    return "\n".join(lines).strip("\n")


def _one_line(text: str) -> str:
    return _SPACES.sub(" ", _unescape(text)).strip(" ").rstrip()


def _hides(rest: str) -> bool:
    return " hidden" in rest or '"hidden"' in rest or "invisible" in rest


def _unescape(text: str) -> str:
    # nh3 writes these five and no others; `&amp;` last, so that nothing is unescaped twice.
    if "&" not in text:
        return text
    for entity, letter in _ENTITIES:
        text = text.replace(entity, letter)
    return text


def _same(shown: str, address: str) -> bool:
    one, other = _SAME.match(shown), _SAME.match(address)
    return one is not None and other is not None and one[1].casefold() == other[1].casefold()
