"""What a query asks of a conversation itself, as conditions of a statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cm_desktop.domain.search_query import (
    Assigned,
    Has,
    Having,
    InState,
    Is,
    Leaf,
    Node,
    OnAccount,
    OnChannel,
    Tagged,
)
from cm_desktop.domain.views import View, ViewName
from cm_desktop.store import members
from cm_desktop.store.connection import Connection
from cm_desktop.store.conversations import OF_VIEW, of_me
from cm_desktop.store.folding import fold, words
from cm_desktop.store.rows import listed, stamp
from cm_desktop.store.search_plan import Plan, words_alone


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL about the conversation `c`, and what it compares with.

    `members`, where there is an index for it, is a statement that yields the conversations
    for which it holds, for the same values; `ordered`: that index also has their order.
    """

    sql: str
    values: tuple[Any, ...] = ()
    members: str = ""
    ordered: bool = False


_NO = Condition("FALSE")
_MEMBERS = "SELECT c.id FROM conversation AS c WHERE "
_STATES = {
    Is.OPEN: "c.status = 'open'",
    Is.WAITING: "c.status = 'waiting'",
    Is.SNOOZED: "c.status = 'snoozed'",
    Is.DONE: "c.status = 'done'",
    Is.UNREAD: "c.unread > 0",
    Is.UNANSWERED: "c.status = 'open' AND c.preview_out = 0",
    Is.MINE: "c.assignee IS ?",
    Is.DUE: "c.due_ms IS NOT NULL AND c.due_ms <= ?",
}
_HAVING = {
    Has.NOTE: Condition(
        "EXISTS (SELECT 1 FROM note WHERE conv_id = c.id AND removed_ms IS NULL)",
        members="SELECT conv_id AS id FROM note WHERE removed_ms IS NULL",
    ),
    Has.DRAFT: Condition(
        "EXISTS (SELECT 1 FROM draft WHERE conv_id = c.id)",
        members="SELECT conv_id AS id FROM draft",
    ),
}
_TAGGED = """
    EXISTS (SELECT 1 FROM conv_tag
             WHERE conv_id = c.id AND tag_id IN (SELECT value FROM json_each(?)))
"""
_WITH_TAG = """
    SELECT conv_id AS id FROM conv_tag WHERE tag_id IN (SELECT value FROM json_each(?))
"""
_NOT_SAID = """
    NOT EXISTS (SELECT 1 FROM message AS x
                 WHERE x.conv_id = c.id
                   AND EXISTS (SELECT 1 FROM fts WHERE fts MATCH ? AND fts.rowid = x.id))
"""
_ON = "c.account_id IN (SELECT value FROM json_each(?))"
_NOBODY = "c.assignee IS NULL"
_ASSIGNED = "(c.assignee IS NOT NULL AND c.assignee IN (SELECT value FROM json_each(?)))"

# An account of the demo looks like another channel, and that one is what it is searched by.
_ACCOUNTS = "SELECT id, uid, channel, settings ->> 'as', title, handle, url FROM account"
_TAGS = "SELECT id, folded FROM tag ORDER BY id"


def of_view(connection: Connection, view: View) -> list[Condition]:
    """Return the condition of a list; that of its account is in `account_rows`."""
    if view.name is ViewName.ALL:
        return []
    sql = OF_VIEW[ViewName(view.name)]
    return [Condition(sql, tuple(of_me(connection, view)), _MEMBERS + sql, ordered=True)]


def conditions(connection: Connection, plan: Plan) -> list[Condition] | None:
    """Return what a plan asks of the conversation; None: what no conversation can be."""
    found = []
    for leaf, wanted in plan.conditions:
        if isinstance(leaf, OnChannel | OnAccount) and wanted:
            continue
        condition = _condition(connection, leaf)
        if wanted and condition is _NO:
            return None
        found.append(condition if wanted else _opposite(condition))
    return found


def account_rows(connection: Connection, plan: Plan, view: View) -> list[int] | None:
    """Return the rows of the accounts that list and plan ask for; None: any account."""
    rows: set[int] | None = None
    if view.account:
        found = connection.execute(_ACCOUNTS)
        rows = {row for row, uid, *_said in found if uid == view.account}
    for leaf, wanted in plan.conditions:
        if wanted and isinstance(leaf, OnChannel | OnAccount):
            meant = set(_accounts(connection, leaf))
            rows = meant if rows is None else rows & meant
    return None if rows is None else sorted(rows)


def tags_like(connection: Connection, text: str, *, prefix: bool) -> list[int]:
    """Return the rows of the tags a text names; with `prefix`, of those that go on as well.

    A single letter names no tag that goes on: that would be nearly all of them.
    """
    wanted = fold(text)
    if not wanted:
        return []
    tags = connection.execute(_TAGS).fetchall()
    if prefix and len(wanted) > 1:
        return [row for row, folded in tags if folded.startswith(wanted)]
    return [row for row, folded in tags if folded == wanted]


def tags_meant(connection: Connection, leaf: Tagged) -> list[int]:
    """Return the rows of the tags of that name, or else of those that begin with it."""
    exact = tags_like(connection, leaf.text, prefix=leaf.prefix)
    return exact or tags_like(connection, leaf.text, prefix=True)


def named_tags(connection: Connection, node: Node) -> list[int]:
    """Return the rows of the tags that meet a node of words."""
    found: set[int] = set()
    for word in words_alone(node):
        found.update(tags_like(connection, word.text, prefix=word.prefix))
    return sorted(found)


def tagged(rows: Sequence[int]) -> Condition:
    """Return that a conversation has one of some tags."""
    return Condition(_TAGGED, (listed(rows),), _WITH_TAG)


def not_said(match: str) -> Condition:
    """Return that no message of the conversation is what the index is asked for."""
    return Condition(_NOT_SAID, (match,))


def _condition(connection: Connection, leaf: Leaf) -> Condition:
    match leaf:
        case InState():
            return _in_state(leaf)
        case Having(what):
            return _HAVING[what]
        case Tagged():
            rows = tags_meant(connection, leaf)
            return tagged(rows) if rows else _NO
        case Assigned(member):
            return _assigned(connection, member)
        case OnChannel() | OnAccount():
            return Condition(_ON, (listed(_accounts(connection, leaf)),))
        case _:
            return _NO


def _in_state(leaf: InState) -> Condition:
    sql = _STATES[leaf.state]
    match leaf.state:
        case Is.MINE:
            return Condition(sql, (leaf.me,))
        case Is.DUE:
            return Condition(sql, (stamp(leaf.now),), _MEMBERS + sql)
        case _:
            return Condition(sql, (), _MEMBERS + sql, ordered=True)


def _assigned(connection: Connection, member: str | None) -> Condition:
    if member is None:
        return Condition(_NOBODY)
    return Condition(_ASSIGNED, (listed(_members(connection, member)),))


def _opposite(condition: Condition) -> Condition:
    return Condition(_NOT + condition.sql + _END, condition.values)


_NOT, _END = "NOT (", ")"


def _accounts(connection: Connection, leaf: OnChannel | OnAccount) -> list[int]:
    rows = connection.execute(_ACCOUNTS).fetchall()
    if isinstance(leaf, OnChannel):
        wanted = fold(leaf.name)
        named = [(row[0], fold(name)) for row in rows for name in row[2:4] if name]
        return sorted({row for row, name in named if wanted and name.startswith(wanted)})
    begins = words(leaf.text)
    known = [(row[0], words(" ".join(filter(None, row[2:])))) for row in rows]
    return [row for row, said in known if begins and _begin(begins, said)]


def _begin(begins: Sequence[str], found: Iterable[str]) -> bool:
    """Tell whether each of some words begins one of those found."""
    known = list(found)
    return all(any(word.startswith(begin) for word in known) for begin in begins)


def _members(connection: Connection, text: str) -> list[str]:
    begins = words(text)
    names = [member.name for member in members.list_all(connection)]
    found = [name for name in names if begins and _begin(begins, words(name))]
    return [*found, text]
