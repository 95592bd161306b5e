"""Find conversations by what was said in them, newest hit first, a page at a time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import islice

from sqlcipher3 import dbapi2 as sqlite

from cm_desktop.domain.errors import SearchStoppedError
from cm_desktop.domain.model import Conversation
from cm_desktop.domain.search_query import Query
from cm_desktop.domain.views import View
from cm_desktop.store import conversations
from cm_desktop.store.connection import Connection
from cm_desktop.store.folding import fold
from cm_desktop.store.indexing import forget_erased, index_waiting, tidy
from cm_desktop.store.rows import listed
from cm_desktop.store.search_scattered import OFFSET, scattered
from cm_desktop.store.search_streams import Stream, streams

__all__ = ["SearchStoppedError", "find", "fold", "forget_erased", "index_waiting", "tidy"]


@dataclass(frozen=True, slots=True)
class _Hit:
    """A conversation, the key it is found under, and the key of its newest message."""

    key: int
    conv: int
    last: int


def find(
    connection: Connection,
    query: Query,
    view: View | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Conversation]:
    """Return the conversations of a list that match, the one with the newest hit first.

    A conversation matches if one of its messages (with its author and the titles above it)
    or one of its notes meets all that is asked for; a tag counts as a word. After those
    follow the ones where several messages do so only together. The `key` of each is its
    place in this list: pass the last one on as `after` for the next page.

    May walk long where common words never meet. `connection.interrupt()`, called from
    another thread, ends it at once with SearchStoppedError; the connection stays usable.
    """
    view = view or View("all")
    try:
        if query.empty:
            return conversations.page(connection, view, after, limit)
        before = conversations.END if after is None else after
        sources = streams(connection, query, view)
        if len(sources) == 1 and not sources[0].by_message:
            values = (*sources[0].values, before, limit)
            return conversations.of_hits(connection, sources[0].sql, values)
        hits = _together(connection, sources, before, limit)
        if len(hits) < limit:
            more = scattered(connection, query, view, _below(before))
            hits.extend(_apart(connection, sources, before, hits, more)[: limit - len(hits)])
        return conversations.by_rows(connection, {hit.conv: hit.key for hit in hits})
    except sqlite.OperationalError as error:
        if _was_stopped(error):
            raise SearchStoppedError from error
        raise


def _was_stopped(error: sqlite.Error) -> bool:
    # Stopped while it opens the index, SQLite says only that this failed. So it does where the
    # index has gone, which another try shows.
    opening = f"{error}".startswith("vtable constructor failed")
    return opening or error.sqlite_errorcode == sqlite.SQLITE_INTERRUPT


def _below(before: int) -> int:
    """Return below which message to go on with words said in several: their keys are negative."""
    return conversations.END if before > 0 else before + OFFSET


def _apart(
    connection: Connection,
    sources: Sequence[Stream],
    before: int,
    together: Sequence[_Hit],
    more: Sequence[tuple[int, int]],
) -> list[_Hit]:
    """Return hits for words said in several messages, without those one message has."""
    hits = [_Hit(last - OFFSET, conv, last) for last, conv in more]
    # A first page that is not full holds all that is said in one message.
    whole = before == conversations.END
    shown = {hit.conv for hit in together} if whole else _shown(connection, sources, hits, 0)
    return [hit for hit in hits if hit.conv not in shown]


def _together(
    connection: Connection, sources: Sequence[Stream], before: int, limit: int
) -> list[_Hit]:
    """Return hits of single messages, and what else yields hits in the order of time."""
    if before <= 0:
        return []
    with ExitStack() as stack:
        return _page(connection, sources, before, limit, stack)


def _page(
    connection: Connection,
    sources: Sequence[Stream],
    before: int,
    limit: int,
    stack: ExitStack,
) -> list[_Hit]:
    walks = [_walk(connection, source, before, stack) for source in sources]
    hits = _distinct(heapq.merge(*walks, key=_key, reverse=True))
    page: list[_Hit] = []
    while len(page) < limit and (some := list(islice(hits, limit - len(page)))):
        # One with newer messages may have been shown on an earlier page, for a newer hit.
        doubtful = [hit for hit in some if hit.last >= before]
        shown = _shown(connection, sources, doubtful, before)
        page.extend(hit for hit in some if hit.conv not in shown)
    return page


def _walk(connection: Connection, source: Stream, before: int, stack: ExitStack) -> Iterator[_Hit]:
    # An open cursor would hold back the log of changes, so all are closed with the page.
    cursor = stack.enter_context(closing(connection.cursor()))
    cursor.execute(source.sql, (*source.values, before))
    for key, conv, last in cursor:
        yield _Hit(key, conv, last)


def _key(hit: _Hit) -> int:
    return hit.key


def _distinct(hits: Iterator[_Hit]) -> Iterator[_Hit]:
    seen: set[int] = set()
    for hit in hits:
        if hit.conv not in seen:
            seen.add(hit.conv)
            yield hit


def _shown(
    connection: Connection, sources: Sequence[Stream], hits: Sequence[_Hit], begin: int
) -> set[int]:
    """Return those conversations that have a hit from a key on."""
    if not hits:
        return set()
    shown: set[int] = set()
    convs = listed(hit.conv for hit in hits)
    for source in sources:
        rows = connection.execute(source.again, (*source.values, begin, convs, begin))
        shown.update(conv for (conv,) in rows)
    return shown
