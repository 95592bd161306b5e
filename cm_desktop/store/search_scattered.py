"""Conversations that say all words of a query, but no message of theirs says them together.

They follow after those where one message does. Their keys are negative, so that both kinds
are one list that is paged by key.
"""

from __future__ import annotations

from collections.abc import Iterable

from cm_desktop.domain.search_query import Node, Query
from cm_desktop.domain.views import View
from cm_desktop.store.connection import Connection
from cm_desktop.store.rows import listed
from cm_desktop.store.search_conditions import named_tags
from cm_desktop.store.search_plan import Plan, plans
from cm_desktop.store.search_streams import Asked, asked_of, joined
from cm_desktop.store.search_words import NEVER, is_said, match_all, match_note

OFFSET = 1 << 63
_MOST_HITS = 20_000  # of the rarest word; if even that is said everywhere, nobody seeks it

_FEW_LOOKUPS = 400  # conversations, times words in question

_MANY = "SELECT count(*) FROM (SELECT 1 FROM fts WHERE fts MATCH ? LIMIT ?)"
_SAID_IN = """
    SELECT DISTINCT m.conv_id
      FROM fts AS f CROSS JOIN message AS m INDEXED BY message_place ON m.id = f.rowid
     WHERE f.fts MATCH ? AND f.rowid >= ? AND f.rowid < ?
"""
_OF_THESE = """
       AND +f.rowid IN (SELECT x.id FROM json_each(?) AS wanted
                         CROSS JOIN message AS x ON x.conv_id = wanted.value)
"""
_LOOKED_UP_IN = """
    SELECT DISTINCT x.conv_id FROM json_each(?) AS wanted
     CROSS JOIN message AS x ON x.conv_id = wanted.value
     CROSS JOIN fts AS f ON f.rowid = x.id
     WHERE f.fts MATCH ? AND x.id >= ? AND x.id < ?
"""
_NOTED_IN = """
    SELECT n.conv_id FROM note_fts AS f CROSS JOIN note AS n ON n.id = f.rowid
     WHERE f.note_fts MATCH ?
"""
_TAGGED_IN = "SELECT conv_id FROM conv_tag WHERE tag_id IN (SELECT value FROM json_each(?))"
_THESE = """
    SELECT c.last_id, c.id FROM json_each(?) AS wanted
     CROSS JOIN conversation AS c ON c.id = wanted.value
     WHERE c.last_id < ?
"""


def scattered(
    connection: Connection, query: Query, view: View, below: int
) -> list[tuple[int, int]]:
    """Return (key of the newest message, conversation) of those below a key, newest first.

    Among them may be some where one message says it all.
    """
    found: set[tuple[int, int]] = set()
    for plan in plans(query):
        if len(plan.wanted) > 1 and (asked := asked_of(connection, plan, view)):
            convs = _say_all(connection, plan, asked)
            where, values = joined(asked.where)
            sql = _THESE + where
            rows = connection.execute(sql, (listed(convs), below, *values))
            found.update(rows.fetchall())
    return sorted(found, reverse=True)


def _say_all(connection: Connection, plan: Plan, asked: Asked) -> set[int]:
    """Return the conversations that meet each wanted node somewhere."""
    words = [(node, match_all(connection, [node])) for node in plan.wanted]
    said = [(node, asked.match(match)) for node, match in words if match]
    counts = [_count(connection, match) for _node, match in said]
    if len(said) < 2 or min(counts) > _MOST_HITS:
        return set()
    convs: set[int] | None = None
    for n in sorted(range(len(said)), key=counts.__getitem__):
        node, match = said[n]
        met = _said_in(connection, plan, match, convs) if counts[n] else set()
        met |= _noted_in(connection, plan, node)
        convs = met if convs is None else met & convs
        if not convs:
            break
    return convs or set()


def _count(connection: Connection, match: str) -> int:
    if match == NEVER:
        return 0
    return int(connection.execute(_MANY, (match, _MOST_HITS + 1)).fetchone()[0])


def _said_in(connection: Connection, plan: Plan, match: str, among: set[int] | None) -> set[int]:
    """Return the conversations (of some) with a message that matches."""
    span = (plan.begin, plan.end)
    if among is None:
        rows = connection.execute(_SAID_IN, (match, *span))
    elif len(among) * (1 + match.count(" OR ")) < _FEW_LOOKUPS:
        # Each message looked up by itself, where walking through a common word takes longer.
        rows = connection.execute(_LOOKED_UP_IN, (listed(among), match, *span))
    else:
        rows = connection.execute(_SAID_IN + _OF_THESE, (match, *span, listed(among)))
    return _first(rows)


def _noted_in(connection: Connection, plan: Plan, node: Node) -> set[int]:
    """Return the conversations with a note or a tag that meets a node of words."""
    found: set[int] = set()
    if is_said(node) and (noted := match_note([node], plan.unwanted)):
        found |= _first(connection.execute(_NOTED_IN, (noted,)))
    if tags := named_tags(connection, node):
        found |= _first(connection.execute(_TAGGED_IN, (listed(tags),)))
    return found


def _first(rows: Iterable[tuple[int]]) -> set[int]:
    return {row[0] for row in rows}
