"""Turn a channel's HTML into text that reads well; the one place that knows nh3.

nh3 parses as browsers do and leaves a few tags in canonical form; what is left here is to
lay them out. Input that would cost a browser's algorithm quadratic time (very deep or with
thousands of attributes in one tag) is stripped crudely instead, in linear time.
"""

from __future__ import annotations

import html as entities
import re
import unicodedata

import nh3

from cm_desktop.connectors.plain_layout import Layout, simple_text

TEXT_LIMIT = 1 << 20  # characters in, and characters out; the store keeps no more either
_MAX_DEPTH = 256  # browsers flatten at 512
_MAX_ATTRIBUTES = 256
_NAME_LIMIT = 300

_BLOCKS = {
    *("address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt"),
    *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table"),
    *("tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
}
# Inline tags matter only where they can hide what is in them.
_INLINE = {"a", "b", "br", "em", "font", "i", "img", "s", "small", "span", "strong", "u"}
_DROPPED = {
    *("applet", "audio", "canvas", "datalist", "embed", "frameset", "head", "iframe", "math"),
    *("noembed", "noframes", "noscript", "object", "script", "select", "style", "svg"),
    *("template", "textarea", "title", "video"),
}
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|opacity\s*:\s*0*\.?0+\s*(?:;|$)"
    r"|(?:font-size|max-height|max-width)\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
# Nine of ten comments: paragraphs and line breaks. Laid out alike without a browser's parser,
# in a tenth of its time; tests/connectors/test_plain_text.py holds the two against each other.
_SIMPLE = re.compile(r"(?:[^<&\xa0\0]++|&(?:amp|lt|gt|quot);|</?p>|<br ?/?>)*+")
_DATA_ADDRESS = re.compile(r"data:[^\"'\s<>]{200,}")
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)([^>]*)>?")
# These close by themselves, so that leaving them open nests nothing.
_SELF_CLOSING = {
    *("area", "base", "br", "col", "hr", "img", "input", "li", "link", "meta"),
    *("option", "p", "source", "tbody", "td", "th", "tr", "wbr"),
}


def plain_text(html: str, *, base: str = "") -> str:
    """Return the text of an HTML fragment or document, as a person would read it.

    Paragraphs are parted by one empty line, list items begin with a bullet or a number,
    quotes with `> `. A link keeps its address where its text says something else; only
    http, https, mailto and tel addresses are kept, relative ones only with a `base`. Images
    leave their alt text. Scripts, styles and what is hidden leave nothing. Never raises;
    takes a fraction of a second for any input.
    """
    html = _DATA_ADDRESS.sub("data:", scrub(html))[:TEXT_LIMIT]
    if _SIMPLE.fullmatch(html):
        return simple_text(html)
    if _is_hostile(html):
        return _strip(html)
    cleaned = nh3.clean(
        html,
        tags=_BLOCKS | _INLINE,
        clean_content_tags=_DROPPED,
        attributes={"*": {"class", "hidden", "style"}, "a": {"href"}, "img": {"alt"}},
        attribute_filter=_attribute,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
        url_relative=("rewrite_with_base", base) if base else "deny",
    )
    layout = Layout(TEXT_LIMIT)
    layout.feed(cleaned)
    return layout.text()


def scrub(text: str) -> str:
    """Return a text without what no later step can carry: NUL and halves of surrogate pairs."""
    text = text.replace("\0", "")
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def clean_name(name: str) -> str:
    """Return a person's name, handle or title on one line, at most 300 characters.

    Empty where nothing of it can be seen, so that callers can fall back on something else.
    """
    visible = name[: 4 * _NAME_LIMIT]
    if not visible.isprintable():  # what is has neither control characters nor half a pair
        visible = "".join(
            " " if letter.isspace() else letter
            for letter in scrub(visible)
            if letter.isspace() or unicodedata.category(letter) != "Cc"
        )
    line = " ".join(visible.split())[:_NAME_LIMIT].rstrip()
    if line.isascii():
        return line
    return line if any(unicodedata.category(letter)[0] not in "CZM" for letter in line) else ""


def _attribute(_tag: str, name: str, value: str) -> str | None:
    """Keep of style and class only what the layout asks for: is it hidden, is it a mention."""
    if name == "style":
        return "hidden" if _HIDING.search(value[:2000]) else None
    if name == "class":
        words = set(value[:500].split())
        kept = words & {"ellipsis", "hashtag", "invisible", "mention"}
        return " ".join(sorted(kept)) or None
    return value


def _is_hostile(html: str) -> bool:
    depth = 0
    for match in _TAG.finditer(html):
        closing, name, rest = match.groups()
        if len(rest) > _MAX_ATTRIBUTES and len(rest.split(None, _MAX_ATTRIBUTES)) > _MAX_ATTRIBUTES:
            return True
        if name.lower() not in _SELF_CLOSING:
            depth = max(0, depth - 1) if closing else depth + 1
        if depth > _MAX_DEPTH:
            return True
    return False


def _strip(html: str) -> str:
    """Drop everything between angle brackets, and scripts and styles with what they hold."""
    begin, *others = html.split("<!--")
    html = begin + "".join(other.partition("-->")[2] for other in others)
    parts: list[str] = []
    place = 0
    lowered = html.lower()
    for match in _TAG.finditer(html):
        if match.start() < place:
            continue
        parts.append(html[place : match.start()])
        place = match.end()
        name = match[2].lower()
        if name in ("script", "style") and not match[1]:
            end = lowered.find(f"</{name}", place)
            place = len(html) if end < 0 else end
        elif name in _BLOCKS or name == "br":
            parts.append("\n")
    parts.append(html[place:])
    lines = (" ".join(line.split()) for line in entities.unescape("".join(parts)).split("\n"))
    return scrub("\n".join(line for line in lines if line))
