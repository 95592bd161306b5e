"""One look at a feed: what is new, what was changed, what must have been missed.

A feed is a window on the newest items. What drops out at its end was not deleted, so nothing
is ever reported as gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated
from urllib.parse import urldefrag, urlsplit

import msgspec

from cm_desktop.connectors.cursors import read_cursor, written
from cm_desktop.connectors.feed_find import ACCEPTED, LIMITS
from cm_desktop.connectors.feed_parse import parse
from cm_desktop.connectors.feed_shapes import Feed, Item, short_hash
from cm_desktop.connectors.http import Answer, Http
from cm_desktop.domain.errors import GoneError
from cm_desktop.domain.events import (
    CursorMoved,
    Event,
    GapFound,
    ItemSkipped,
    MessageSeen,
    SeenAuthor,
    SeenConversation,
    SeenPost,
)
from cm_desktop.domain.model import Direction, Kind

KEPT = 1500  # items that are remembered; a feed shows 10 to 100 at once
_PAGE = 50
_RESTS = 95  # passes without asking once a feed said that it is gone: a day at 15 minutes each
_NOT_CHANGED, _GONE = 304, 410
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCKS = timedelta(days=2)  # a date further in the future than this is not believed
_COMMENT_FEED = re.compile(r"/comments?(?:/|\.|$)|/comment-feed|type=comments", re.IGNORECASE)
_COMMENT_LINK = re.compile(r"^comment[-_]?\w*\d|^c\d+$", re.IGNORECASE)
# WordPress' titles, the language being that of the site.
_COMMENT_TITLE = re.compile(r"^(?:Comment on|Kommentar zu) (.{1,300}) (?:by|von) .")
_FEED_TITLE = re.compile(r"^(?:Comments on|Kommentare zu): ?(.{1,300})$")


class Cursor(msgspec.Struct):
    """What is known of a feed: its state as the server names it, and the items we reported."""

    etag: str = ""
    modified: str = ""
    url: str = ""  # where it has moved for good
    known: dict[str, str] = msgspec.field(default_factory=dict)  # hash of the id: content, link
    newest: Annotated[int, msgspec.Meta(ge=0, le=1 << 36)] | None = None  # seconds since 1970
    rest: Annotated[int, msgspec.Meta(ge=0, le=_RESTS)] = 0  # passes until it is asked again


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an account wants of its feed."""

    url: str
    kind: Kind | None = None  # None: each item as it looks
    words: tuple[str, ...] = ()  # only items that hold one of these; empty: all


class Pass:
    """One look at a feed."""

    def __init__(self, http: Http, wanted: Wanted, since: str | None) -> None:
        """Go on from a cursor."""
        self._http = http
        self._wanted = wanted
        self._cursor = read_cursor(since, Cursor)
        self._words = [
            re.compile(rf"(?<!\w){re.escape(word.casefold())}") for word in wanted.words if word
        ]

    def events(self) -> Iterator[Event]:
        """Report what is new or changed. Raises GoneError once the server says it is gone."""
        if self._cursor.rest:
            self._cursor.rest -= 1
            yield CursorMoved(written(self._cursor))
            raise GoneError("http_410")
        answer = self._asked()
        if answer.status == _GONE:
            self._cursor.rest = _RESTS
            yield CursorMoved(written(self._cursor))
            raise GoneError("http_410")
        if answer.status != _NOT_CHANGED:
            yield from self._read(answer, parse(answer.body, answer.headers, answer.url))

    def _asked(self) -> Answer:
        cursor = self._cursor
        headers = {"Accept": ACCEPTED}
        if _is_sendable(cursor.etag):
            headers["If-None-Match"] = cursor.etag
        if _is_sendable(cursor.modified):
            headers["If-Modified-Since"] = cursor.modified
        conditional = len(headers) > 1
        return self._http.get(
            cursor.url or self._wanted.url,
            headers=headers,
            accept=(_NOT_CHANGED, _GONE) if conditional else (_GONE,),
            elsewhere=True,
            limits=LIMITS,
        )

    def _read(self, answer: Answer, feed: Feed) -> Iterator[Event]:
        now = _date_of(answer)
        items, skipped = _sorted(feed, now)
        yield from skipped
        yield from self._gap(items, now)
        self._forget_old(items)
        fresh = [item for item in items if self._is_news(item)]
        for start in range(0, len(fresh), _PAGE):
            page = fresh[start : start + _PAGE]
            for item in page:
                if self._is_wanted(item):
                    yield self._seen(item, feed, now)
                self._remember(item, now)
            yield CursorMoved(written(self._cursor))
        if answer.moved_for_good:
            self._cursor.url = answer.url
        # Of a broken feed the rest may be there the next time, with nothing else changed.
        self._cursor.etag = answer.headers.get("etag", "") if feed.whole else ""
        self._cursor.modified = answer.headers.get("last-modified", "") if feed.whole else ""
        yield CursorMoved(written(self._cursor))

    def _gap(self, items: list[Item], now: datetime) -> Iterator[GapFound]:
        """Tell where the oldest item shown came after the newest we know, none being known."""
        known = self._cursor.known
        if not items or not known or self._cursor.newest is None:
            return
        if any(_key(item) in known for item in items):
            return
        before = {value[16:] for value in known.values()}
        if _is_renamed(items, before):
            for item in items:
                if _link_key(item) in before:
                    self._remember(item, now)
            return
        begin = datetime.fromtimestamp(self._cursor.newest, UTC)
        end = min(_created(item, now) for item in items)
        if begin < end:
            yield GapFound(begin=begin, end=end, lost=True)

    def _is_news(self, item: Item) -> bool:
        return self._cursor.known.get(_key(item), "")[:16] != item.digest

    def _remember(self, item: Item, now: datetime) -> None:
        self._cursor.known[_key(item)] = item.digest + _link_key(item)
        at = int(_created(item, now).timestamp())
        self._cursor.newest = max(self._cursor.newest or 0, at, 0)

    def _forget_old(self, items: list[Item]) -> None:
        shown = {_key(item) for item in items}
        others = [key for key in self._cursor.known if key not in shown]
        for key in others[: max(len(others) - KEPT + len(shown), 0)]:
            del self._cursor.known[key]

    def _is_wanted(self, item: Item) -> bool:
        if not self._words:
            return True
        text = f"{item.title}\n{item.text}\n{item.author}".casefold()
        return any(word.search(text) for word in self._words)

    def _seen(self, item: Item, feed: Feed, now: datetime) -> MessageSeen:
        kind = self._wanted.kind or self._kind(item)
        changed = _key(item) in self._cursor.known
        created = _created(item, now)
        return MessageSeen(
            remote_id=item.id,
            conversation=_conversation(item, feed, kind),
            direction=Direction.IN,
            author=_author(item, feed),
            text=_text(item, kind),
            created_at=created,
            edited_at=max(min(item.updated_at or now, now), created) if changed else None,
            rating=item.rating,
            permalink=item.link,
        )

    def _kind(self, item: Item) -> Kind:
        if item.rating is not None:
            return Kind.REVIEW
        parts = urlsplit(self._wanted.url)
        of_comments = _COMMENT_FEED.search(f"{parts.path}?{parts.query}") is not None
        on_page = _COMMENT_LINK.search(urldefrag(item.link).fragment) is not None
        return Kind.COMMENTS if item.answers or of_comments or on_page else Kind.MENTION


def _is_renamed(items: list[Item], before: set[str]) -> bool:
    """Tell whether these are items we know by their links, with other ids: a site has moved."""
    links = [_link_key(item) for item in items if item.link]
    if len(links) < len(items) or len(set(links)) < len(links):
        return False
    return sum(link in before for link in links) * 2 > len(links)


def _sorted(feed: Feed, now: datetime) -> tuple[list[Item], list[ItemSkipped]]:
    """Return the items from old to new, the first of each id; and what made no sense."""
    skipped = [one for one in feed.items if isinstance(one, ItemSkipped)]
    items: dict[str, Item] = {}
    for one in feed.items:
        if isinstance(one, Item):
            items.setdefault(one.id, one)
    # Most feeds begin with the newest: where dates are equal or missing, that order counts.
    old_to_new = [*items.values()][::-1]
    return sorted(old_to_new, key=lambda item: _created(item, now)), skipped


def _conversation(item: Item, feed: Feed, kind: Kind) -> SeenConversation:
    if kind is not Kind.COMMENTS:
        title = item.title or feed.title
        return SeenConversation(remote_id=item.id, kind=kind, title=title)
    page = urldefrag(item.link).url
    post = item.answers or page or item.id
    address = post if post.startswith(("http://", "https://")) else page
    title = _post_title(item, feed)
    return SeenConversation(
        remote_id=f"post:{post}",
        kind=kind,
        title=title,
        post=SeenPost(remote_id=post, title=title, url=address),
    )


def _post_title(item: Item, feed: Feed) -> str:
    found = _COMMENT_TITLE.match(item.title) or _FEED_TITLE.match(feed.title)
    return found[1] if found else item.title or feed.title


def _author(item: Item, feed: Feed) -> SeenAuthor:
    """Return who wrote an item; where the feed does not say, it speaks itself."""
    name = item.author or feed.title or urlsplit(feed.link).hostname or "?"
    own = item.author_url or f"{urlsplit(feed.link).hostname}:{name.casefold()}"
    return SeenAuthor(remote_id=own, name=name, url=item.author_url)


def _text(item: Item, kind: Kind) -> str:
    """Return what is said; a title that is no part of the text stands above it."""
    said = item.text
    if not said:
        return item.title
    if kind is Kind.COMMENTS or not item.title:
        return said
    begin = " ".join(said[: 2 * len(item.title)].split())
    return said if begin.startswith(item.title.rstrip(".…")) else f"{item.title}\n\n{said}"


def _created(item: Item, now: datetime) -> datetime:
    at = item.created_at or item.updated_at or now
    return at if at <= now + _CLOCKS else now


def _date_of(answer: Answer) -> datetime:
    """Return the time by the server's clock; without one, when the feed was changed last."""
    for name in ("date", "last-modified"):
        try:
            at = parsedate_to_datetime(answer.headers.get(name, ""))
        except (ValueError, OverflowError, IndexError):
            continue
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return _EPOCH


def _key(item: Item) -> str:
    return short_hash(item.id)


def _link_key(item: Item) -> str:
    return short_hash(item.link)[:12]


def _is_sendable(value: str) -> bool:
    return 0 < len(value) <= 500 and value.isascii() and value.isprintable()
