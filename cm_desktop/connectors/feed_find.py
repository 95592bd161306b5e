"""Finds the feed: of the address itself, or of the web page that was typed in instead."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

from cm_desktop.connectors import feed_shapes as shapes
from cm_desktop.connectors.feed_parse import is_feed, parse
from cm_desktop.connectors.feed_shapes import Feed
from cm_desktop.connectors.http import MEBIBYTE, Answer, Http, Limits
from cm_desktop.domain.errors import AddressError

# No sign-in goes along, so that a redirect to another host gives nothing away.
LIMITS = Limits(body_bytes=5 * MEBIBYTE)
ACCEPTED = (
    "application/atom+xml, application/rss+xml, application/feed+json,"
    " application/json;q=0.9, application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.5, */*;q=0.1"
)
_KINDS = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_HEAD = 512 << 10  # characters of a page in which its feeds are named
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed and the answer it came with."""

    feed: Feed
    answer: Answer
    url: str


def address_of(typed: str) -> str:
    """Return the address that is meant by what was typed in."""
    typed = typed.strip()
    for scheme in ("feed://", "feed:"):
        typed = typed.removeprefix(scheme)
    return typed if "://" in typed or not typed else f"https://{typed}"


def find(http: Http, url: str, *, comments: bool) -> Found:
    """Return the feed at an address, or the one that the page there names.

    With `comments` the one of its comments, where the page names several. Raises
    AddressError("no_feed") for a page without a feed, and what the network raises.
    """
    answer = _get(http, url)
    if not is_feed(answer.body, answer.headers.get("content-type", "")):
        named = _named(answer)
        if not named:
            raise AddressError("no_feed", url.partition("?")[0])
        answer = _get(http, _chosen(named, comments=comments))
    feed = parse(answer.body, answer.headers, answer.url)
    return Found(feed=feed, answer=answer, url=answer.url)


def _get(http: Http, url: str) -> Answer:
    return http.get(url, headers={"Accept": ACCEPTED}, elsewhere=True, limits=LIMITS)


def _chosen(named: list[tuple[str, str]], *, comments: bool) -> str:
    """Return one of the feeds that a page names: pages name that of their comments last."""
    about_comments = [
        address
        for address, title in named
        if "comment" in address.lower() or "omment" in title.lower()
    ]
    if comments and about_comments:
        return about_comments[0]
    others = [address for address, _title in named if address not in about_comments]
    return others[0] if others else named[0][0]


def _named(answer: Answer) -> list[tuple[str, str]]:
    reader = _Links(answer.url)
    reader.feed(answer.body[: _HEAD * 2].decode("utf-8", "replace")[:_HEAD])
    return reader.found


class _Links(HTMLParser):
    """Collects the feeds that the head of a page names (RSS autodiscovery)."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base
        self.found: list[tuple[str, str]] = []  # address, title

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag as HTMLParser gives it."""
        if tag != "link" or len(self.found) >= _MOST_NAMED:
            return
        said = {name: value or "" for name, value in attrs}
        kind = said.get("type", "").partition(";")[0].strip().lower()
        if "alternate" not in said.get("rel", "").lower().split() or kind not in _KINDS:
            return
        if address := shapes.web_address(said.get("href"), self._base):
            self.found.append((address, said.get("title", "")))
