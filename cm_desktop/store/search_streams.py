"""From plans to statements: each yields keys of hits, newest first, as long as it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cm_desktop.domain.search_query import InState, Is, Node, Query, Tagged
from cm_desktop.domain.views import View
from cm_desktop.store.connection import Connection
from cm_desktop.store.rows import listed
from cm_desktop.store.search_conditions import (
    Condition,
    account_rows,
    conditions,
    named_tags,
    not_said,
    of_view,
    tagged,
    tags_meant,
)
from cm_desktop.store.search_plan import NO_END, Plan, leaves, plans, with_tags
from cm_desktop.store.search_words import NEVER, is_said, match_all, match_any, match_note

_JUNK = 'facets : "junk"'
_COMMON = 3_000  # messages
_FEW = 5_000  # conversations
_FEW_TO_SORT = 1_000
_MOST_ACCOUNTS = 8  # each with a stream of its own; more are a condition

_OF_MESSAGES = """
      FROM fts AS f
     CROSS JOIN message AS m INDEXED BY message_place ON m.id = f.rowid
     CROSS JOIN conversation AS c ON c.id = m.conv_id
     WHERE f.fts MATCH ? AND f.rowid >= ? AND f.rowid < ?
"""
_OF_CONVERSATIONS = " FROM conversation AS c WHERE TRUE"
_OF_TAG = """
      FROM conv_tag AS ct
     CROSS JOIN conversation AS c ON c.id = ct.conv_id
     WHERE ct.tag_id = ?
"""
_OF_NOTES = """
      FROM (SELECT DISTINCT n.conv_id FROM note_fts AS f CROSS JOIN note AS n ON n.id = f.rowid
             WHERE f.note_fts MATCH ?) AS noted
     CROSS JOIN conversation AS c ON c.id = noted.conv_id
     WHERE TRUE
"""
# In the next three, "members" stands for the statement of a condition that yields them.
_AMONG_FEW = """
    +f.rowid IN (SELECT x.id FROM (members) AS few CROSS JOIN message AS x ON x.conv_id = few.id)
"""
_COUNT_MEMBERS = "SELECT count(*) FROM (SELECT 1 FROM (members) LIMIT ?)"
_OF_FEW = """
      FROM (SELECT DISTINCT id FROM (members)) AS few
     CROSS JOIN conversation AS c ON c.id = few.id
     WHERE TRUE
"""
_COUNT_HITS = "SELECT count(*) FROM (SELECT 1 FROM fts WHERE fts MATCH ? LIMIT ?)"
_HIT_OF_MESSAGE = "SELECT f.rowid, c.id, c.last_id"
_HIT = "SELECT c.last_id, c.id AS conv, c.last_id"
_NEXT_MESSAGE = " AND f.rowid < ? ORDER BY f.rowid DESC"
_NEXT = " AND c.last_id < ? ORDER BY c.last_id DESC"
_NEXT_TAGGED = " AND ct.last_id < ? ORDER BY ct.last_id DESC"
_AGAIN = "SELECT c.id"
# The plus keeps FTS5 from being asked once for each of them.
_THESE_MESSAGES = """
       AND f.rowid >= ?
       AND +f.rowid IN (SELECT x.id FROM json_each(?) AS wanted
                         CROSS JOIN message AS x ON x.conv_id = wanted.value AND x.id >= ?)
"""
_THESE = " AND c.last_id >= ? AND c.id IN (SELECT value FROM json_each(?)) AND c.last_id >= ?"

_ON = "c.account_id = ?"
_ON_THESE = "c.account_id IN (SELECT value FROM json_each(?))"
_NOT_BEFORE = "c.last_id >= ?"
_WITHIN = """
    EXISTS (SELECT 1 FROM message AS w WHERE w.conv_id = c.id AND w.id >= ? AND w.id < ?)
"""


@dataclass(frozen=True, slots=True)
class Stream:
    """A statement that yields hits (key, conversation, key of its newest message).

    `sql` takes `values` and the key to stay below. `again` takes `values`, a key, a list of
    conversations and the key once more; it returns those of them that have a hit from that
    key on.
    """

    sql: str
    again: str
    values: tuple[Any, ...]
    by_message: bool = False  # its keys are those of messages, so a conversation may come twice


def streams(connection: Connection, query: Query, view: View) -> list[Stream]:
    """Return the streams that together yield everything a query finds in a list."""
    spam = query.root is not None and any(_is_spam(leaf) for leaf in leaves(query.root))
    found: list[Stream] = []
    for plan in plans(query):
        named = [(node, named_tags(connection, node)) for node in plan.wanted]
        by_tag = [with_tags(plan, node, tags) for node, tags in named if tags]
        for way in (_led_by_tag(connection, plan), *by_tag):
            found.extend(_of_plan(connection, way, view, spam=spam))
    return found


def _led_by_tag(connection: Connection, plan: Plan) -> Plan:
    """Return a plan that begins with a tag it asks for: the list of a tag is in order."""
    for condition in plan.conditions:
        leaf, wanted = condition
        if wanted and isinstance(leaf, Tagged) and (tags := tags_meant(connection, leaf)):
            rest = tuple(one for one in plan.conditions if one is not condition)
            return replace(plan, conditions=rest, tags=tuple(tags))
    return plan


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan asks for besides its words: accounts (None: any) and conditions."""

    accounts: Sequence[int] | None
    where: list[Condition]
    unwanted: tuple[str, ...]  # what a message must not match

    def match(self, match: str) -> str:
        """Return what to ask the index for, so that only messages that count match."""
        if match == NEVER:
            return NEVER
        if self.accounts is not None:
            on = " OR ".join(f'"a{account}"' for account in self.accounts)
            match = f"({match}) AND (facets : ({on}))"
        for part in self.unwanted:
            match = f"({match}) NOT ({part})"
        return match


def asked_of(connection: Connection, plan: Plan, view: View, *, spam: bool = False) -> Asked | None:
    """Return what a plan asks for besides its words; None: nothing can be like that."""
    accounts = account_rows(connection, plan, view)
    asked = conditions(connection, plan)
    if asked is None or accounts == []:
        return None
    where = [*of_view(connection, view), *asked]
    against = match_any(connection, plan.unwanted)
    unwanted = () if spam else (_JUNK,)
    if against not in ("", NEVER):
        unwanted = (against, *unwanted)
        if not plan.wanted:
            where.append(not_said(against))
    return Asked(accounts, where, unwanted)


def _of_plan(connection: Connection, plan: Plan, view: View, *, spam: bool) -> Iterator[Stream]:
    asked = asked_of(connection, plan, view, spam=spam)
    if asked is None:
        return
    match = match_all(connection, plan.wanted)
    if not match:
        yield from _by_conversation(connection, plan, asked)
        return
    where = [*asked.where, *_tagged(plan)]
    if match != NEVER:
        yield _by_message(connection, plan, asked.match(match), where)
    if all(map(is_said, plan.wanted)) and (noted := match_note(plan.wanted, plan.unwanted)):
        where = [*_times(plan), *where]
        yield from _each_account(_OF_NOTES, (noted,), asked.accounts, where)


def _by_message(
    connection: Connection, plan: Plan, match: str, where: Sequence[Condition]
) -> Stream:
    if (few := _few(connection, where, _FEW)) and _is_common(connection, match):
        # Looking up the conversation of each of 300,000 hits to find that few are open takes
        # a second. To know the messages of the few first takes a hundredth.
        among = _AMONG_FEW.replace("members", few.members)
        where = [*where, Condition(among, few.values)]
    asked, values = joined(where)
    return Stream(
        _HIT_OF_MESSAGE + _OF_MESSAGES + asked + _NEXT_MESSAGE,
        _AGAIN + _OF_MESSAGES + asked + _THESE_MESSAGES,
        (match, plan.begin, plan.end, *values),
        by_message=True,
    )


def _is_common(connection: Connection, match: str) -> bool:
    count: int = connection.execute(_COUNT_HITS, (match, _COMMON)).fetchone()[0]
    return count == _COMMON


def _few(connection: Connection, where: Sequence[Condition], most: int) -> Condition | None:
    """Return a condition that holds for fewer than so many conversations, or None."""
    for one in where:
        if one.members:
            sql = _COUNT_MEMBERS.replace("members", one.members)
            count: int = connection.execute(sql, (*one.values, most)).fetchone()[0]
            if count < most:
                return one
    return None


def _tagged(plan: Plan) -> list[Condition]:
    return [tagged(plan.tags)] if plan.tags else []


def _by_conversation(connection: Connection, plan: Plan, asked: Asked) -> Iterator[Stream]:
    where = [*_times(plan), *asked.where]
    if plan.tags and not _few(connection, where, _FEW):
        for tag in plan.tags:
            yield _by_tag(tag, asked.accounts, where)
        return
    unordered = [one for one in where if not one.ordered]
    source, first = _OF_CONVERSATIONS, ()
    if few := _few(connection, unordered, _FEW_TO_SORT):
        source, first = _OF_FEW.replace("members", few.members), few.values
    yield from _each_account(source, first, asked.accounts, [*where, *_tagged(plan)])


def _by_tag(tag: int, accounts: Sequence[int] | None, where: Sequence[Condition]) -> Stream:
    if accounts is not None:
        where = [*where, Condition(_ON_THESE, (listed(accounts),))]
    sql, values = joined(where)
    return Stream(
        _HIT + _OF_TAG + sql + _NEXT_TAGGED, _AGAIN + _OF_TAG + sql + _THESE, (tag, *values)
    )


def _each_account(
    source: str, first: tuple[Any, ...], accounts: Sequence[int] | None, where: list[Condition]
) -> Iterator[Stream]:
    """Yield a stream for each account, so that each is read in the order of an index."""
    if accounts is None:
        parts = [where]
    elif len(accounts) <= _MOST_ACCOUNTS:
        parts = [[Condition(_ON, (account,)), *where] for account in accounts]
    else:
        parts = [[Condition(_ON_THESE, (listed(accounts),)), *where]]
    for part in parts:
        asked, values = joined(part)
        yield Stream(
            _HIT + source + asked + _NEXT, _AGAIN + source + asked + _THESE, (*first, *values)
        )


def _times(plan: Plan) -> list[Condition]:
    if plan.begin == 0 and plan.end == NO_END:
        return []
    # The first ends the walk early, the second is exact.
    begin = Condition(_NOT_BEFORE, (plan.begin,))
    return [begin, Condition(_WITHIN, (plan.begin, plan.end))]


def joined(where: Sequence[Condition]) -> tuple[str, tuple[Any, ...]]:
    """Return conditions as one piece of SQL, and what it compares with."""
    asked = "".join(f" AND ({one.sql})" for one in where)
    return asked, tuple(value for one in where for value in one.values)


def _is_spam(leaf: Node) -> bool:
    return isinstance(leaf, InState) and leaf.state is Is.SPAM
