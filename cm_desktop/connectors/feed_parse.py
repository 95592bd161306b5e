"""Bytes of a feed made into items: RSS and Atom by feedparser, JSON Feed by its specification.

feedparser is given a stream, for it takes bytes for the name of a file, and text for an
address to be fetched. It is patient but slow, so that what it gets is bounded first.
"""

from __future__ import annotations

import calendar
import io
import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from cm_desktop.connectors import feed_shapes as shapes
from cm_desktop.connectors import http_json
from cm_desktop.connectors.feed_shapes import Feed, Item
from cm_desktop.domain.errors import ServerTroubleError
from cm_desktop.domain.events import ItemSkipped

# Newest first as nearly always, or last: of a long feed both ends are read.
FIRST, LAST = 400, 100
_MOST_MARKS = 60_000  # `<` in what is parsed: some seconds of work at worst
_HEAD = 4096  # bytes in which a feed has to say that it is one
_IS_FEED = re.compile(rb"<(?:\w{1,20}:)?(?:rss|feed|RDF|channel)[\s>]")
_ITEM = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)[\s>]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SOFTWARE = {"rss": "RSS", "ato": "Atom", "cdf": "CDF"}
# What feedparser raises on feeds nobody foresaw.
_UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    AssertionError,
)
_YEARS = range(1990, 2200)
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800}


def is_feed(body: bytes, content_type: str) -> bool:
    """Tell whether an answer looks like a feed and not like a web page."""
    if body.lstrip()[:1] == b"{" or "json" in content_type:
        return True
    return _IS_FEED.search(_readable(body[:_HEAD])) is not None


def parse(body: bytes, headers: Mapping[str, str], url: str) -> Feed:
    """Return a feed. Raises ServerTroubleError: `not_a_feed`, `too_much`, and for bad JSON."""
    if not is_feed(body, headers.get("content-type", "")):
        raise ServerTroubleError("not_a_feed")
    kind = headers.get("content-type", "application/xml")
    if body.lstrip()[:1] == b"{" or "json" in kind:
        return _json_feed(body, url)
    if charset := _wide_charset(body):
        body = body.decode(charset, "replace").encode("utf-8", "replace")
        kind = "application/xml; charset=utf-8"
    return _xml_feed(_bounded(body), kind, url)


def _readable(head: bytes) -> bytes:
    return head.replace(b"\0", b"")  # UTF-16


def _wide_charset(body: bytes) -> str:
    if body.startswith(_UTF16):
        return "utf-16"
    if b"\0" not in body[:4]:
        return ""
    return "utf-16-be" if body[:1] == b"\0" else "utf-16-le"


def _bounded(body: bytes) -> bytes:
    starts = [match.start() for match in _ITEM.finditer(body)]
    if len(starts) > FIRST + LAST:
        body = body[: starts[FIRST]] + body[starts[-LAST] :]
    if body.count(b"<") > _MOST_MARKS:
        raise ServerTroubleError("too_much")
    return body


def _xml_feed(body: bytes, kind: str, url: str) -> Feed:
    import feedparser  # type: ignore[import-untyped]  # has no types

    try:
        said = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-type": kind},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
        about = said["feed"]
        link = shapes.web_address(dict.get(about, "link"), url) or url
        items = tuple(_entry(one, link) for one in said["entries"][: FIRST + LAST])
        return Feed(
            software=_SOFTWARE.get(str(said.get("version"))[:3], "RSS"),
            title=shapes.headline(dict.get(about, "title")),
            link=link,
            items=items,
            ttl_seconds=_ttl(about),
            whole=not said.get("bozo"),
        )
    except _UNREADABLE as error:
        raise ServerTroubleError(f"not_a_feed:{type(error).__name__}") from None


def _entry(entry: Any, base: str) -> Item | ItemSkipped:
    """Return an entry; `dict.get` passes by feedparser's guesses at names that are missing."""
    try:
        link = shapes.web_address(dict.get(entry, "link"), base)
        content = _content(entry)
        html = "html" in str(content.get("type", "html"))
        title = shapes.headline(dict.get(entry, "title"))
        created = _moment(dict.get(entry, "published_parsed"))
        updated = _moment(dict.get(entry, "updated_parsed"))
        author = dict.get(entry, "author_detail") or {}
        return shapes.item_of(
            given_id=shapes.identifier(dict.get(entry, "id")),
            link=link,
            title=title,
            text=shapes.body(content.get("value"), is_html=html, base=link or base),
            created_at=created or updated,
            updated_at=updated,
            author=shapes.headline(author.get("name") or dict.get(entry, "author")),
            author_url=shapes.web_address(author.get("href"), base),
            answers=_answers(dict.get(entry, "thr_in-reply-to"), base),
            rating=shapes.stars(*_ratings(entry), title),
        )
    except _UNREADABLE:
        return ItemSkipped(reason="unreadable_item")


def _content(entry: Any) -> Mapping[str, Any]:
    """Return the text in full where there is one, else the summary."""
    offered = [one for one in dict.get(entry, "content") or () if isinstance(one, dict)]
    texts = [one for one in offered if str(one.get("type", "")).startswith(("text", "app"))]
    longest = max(texts, key=lambda one: len(str(one.get("value", ""))), default=None)
    if longest is not None and longest.get("value"):
        return longest
    detail = dict.get(entry, "summary_detail")
    return detail if isinstance(detail, dict) else {"value": dict.get(entry, "summary")}


def _answers(reply: Any, base: str) -> str:
    if not isinstance(reply, dict):
        return ""
    return shapes.web_address(reply.get("href"), base) or shapes.identifier(reply.get("ref"))


def _ratings(entry: Any) -> Iterator[object]:
    for name in ("im_rating", "rating", "review_rating", "score", "stars"):
        yield dict.get(entry, name)
    star = dict.get(entry, "media_starrating")
    yield star.get("average") if isinstance(star, dict) else star


def _ttl(about: Any) -> int:
    minutes = str(dict.get(about, "ttl") or "")
    if minutes.isascii() and minutes.isdigit():
        return int(minutes[:9]) * 60
    period = _PERIODS.get(str(dict.get(about, "sy_updateperiod") or "").strip(), 0)
    times = str(dict.get(about, "sy_updatefrequency") or "1").strip()
    return period // max(int(times[:6]), 1) if times.isascii() and times.isdigit() else period


def _moment(parsed: Any) -> datetime | None:
    """Return a date of feedparser's, which is in UTC; None for none and for nonsense."""
    if not isinstance(parsed, time.struct_time) or parsed.tm_year not in _YEARS:
        return None
    return datetime.fromtimestamp(calendar.timegm(parsed), UTC)


class _JsonAuthor(msgspec.Struct):
    name: Any = None
    url: Any = None


class _JsonItem(msgspec.Struct):
    id: Any = None
    url: Any = None
    external_url: Any = None
    title: Any = None
    content_html: Any = None
    content_text: Any = None
    summary: Any = None
    date_published: Any = None
    date_modified: Any = None
    authors: Any = None
    author: Any = None
    in_reply_to: Any = None
    rating: Any = None


class _JsonDocument(msgspec.Struct):
    items: list[msgspec.Raw]
    version: str = ""
    title: Any = None
    home_page_url: Any = None
    authors: Any = None


def _json_feed(body: bytes, url: str) -> Feed:
    """Read JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1)."""
    said = http_json.decode(body, _JsonDocument)
    if "jsonfeed.org" not in said.version:
        raise ServerTroubleError("not_a_feed")
    link = shapes.web_address(said.home_page_url, url) or url
    raw = said.items
    if len(raw) > FIRST + LAST:
        raw = [*raw[:FIRST], *raw[-LAST:]]
    return Feed(
        software="JSON Feed",
        title=shapes.headline(said.title),
        link=link,
        items=tuple(
            one if isinstance(one, ItemSkipped) else _json_item(one, link)
            for one in http_json.items(raw, _JsonItem)
        ),
    )


def _json_item(item: _JsonItem, base: str) -> Item | ItemSkipped:
    link = shapes.web_address(item.url, base) or shapes.web_address(item.external_url, base)
    is_html = isinstance(item.content_html, str) and bool(item.content_html)
    text = item.content_html if is_html else item.content_text or item.summary
    title = shapes.headline(item.title)
    author = _json_author(item)
    published, modified = _iso(item.date_published), _iso(item.date_modified)
    return shapes.item_of(
        given_id=shapes.identifier(item.id),
        link=link,
        title=title,
        text=shapes.body(text, is_html=is_html, base=link or base),
        created_at=published or modified,
        updated_at=modified,
        author=shapes.headline(author.name),
        author_url=shapes.web_address(author.url, base),
        answers=shapes.web_address(item.in_reply_to, base),
        rating=shapes.stars(item.rating, title),
    )


def _json_author(item: _JsonItem) -> _JsonAuthor:
    several = item.authors if isinstance(item.authors, list) else []
    for one in (*several[:1], item.author):
        if isinstance(one, dict):
            return _JsonAuthor(name=one.get("name"), url=one.get("url"))
    return _JsonAuthor()


def _iso(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None or moment.year not in _YEARS:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
