"""Conversations as lists show them, and what members decide about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import AccountId, ConversationId, MessageId, PersonId, PostId
from cm_desktop.domain.model import Conversation, Direction, Kind, Person, Post, Status, Tag
from cm_desktop.domain.views import AccountCounts, Counts, View, ViewName
from cm_desktop.store import members
from cm_desktop.store.connection import Connection
from cm_desktop.store.rows import (
    listed,
    listed_uids,
    map_of,
    stamp,
    stamp_or_none,
    time,
    time_or_none,
    uid_bytes,
    uid_text,
)

END = (1 << 63) - 1  # before the newest

_COLUMNS = """
    SELECT c.id, c.uid, c.last_id, c.account_id, c.kind, c.title, c.status, c.unread,
           c.preview, c.preview_out, c.assignee, c.due_ms, c.snoozed_ms, c.out_waiting,
           c.out_trouble, c.n, c.remote_id, c.context,
           p.uid, p.name, p.handle, p.remote_id, p.url, p.avatar_url, p.blocked,
           s.uid, s.title, s.text, s.url, s.created_ms
"""
# CROSS JOIN keeps SQLite at the order of the conversations, which the index gives.
_WITH = """
     CROSS JOIN person AS p ON p.id = c.author_id
      LEFT JOIN post AS s ON s.id = c.post_id
"""
HEAD = _COLUMNS + " FROM conversation AS c " + _WITH
OF_VIEW: Mapping[ViewName, str] = {
    ViewName.INBOX: "c.status = 'open'",
    ViewName.MINE: "c.status = 'open' AND c.assignee = ?",
    ViewName.WAITING: "c.status = 'waiting'",
    ViewName.SNOOZED: "c.status = 'snoozed'",
    ViewName.DONE: "c.status = 'done'",
    ViewName.ALL: "TRUE",
    ViewName.UNREAD: "c.unread > 0",
    ViewName.OUTBOX: "(c.out_waiting > 0 OR c.out_trouble > 0)",
}
_OF_ACCOUNT = " AND c.account_id = (SELECT id FROM account WHERE uid = ?)"
_NEXT = " AND c.last_id < ? ORDER BY c.last_id DESC LIMIT ?"
PAGES: Mapping[tuple[ViewName, bool], str] = {
    (name, one): HEAD + " WHERE " + where + (_OF_ACCOUNT if one else "") + _NEXT
    for name, where in OF_VIEW.items()
    for one in (False, True)
}
# "hits" stands for a statement that yields conversations, newest first.
_OF_HITS = (
    _COLUMNS
    + " FROM (hits LIMIT ?) AS hit CROSS JOIN conversation AS c ON c.id = hit.conv "
    + _WITH
)
_BY_UIDS = HEAD + " WHERE c.uid IN (SELECT unhex(value) FROM json_each(?))"
_BY_ROWS = HEAD + " WHERE c.id IN (SELECT value FROM json_each(?))"
_OF_POST = (
    HEAD + " WHERE c.post_id = (SELECT id FROM post WHERE uid = ?) ORDER BY c.last_id DESC LIMIT ?"
)
_OF_PERSON = (
    HEAD
    + """ WHERE c.id IN (SELECT m.conv_id FROM person AS w JOIN message AS m ON m.author_id = w.id
                          WHERE w.uid = ?)
          ORDER BY c.last_id DESC LIMIT ?"""
)
_TAGS = """
    SELECT ct.conv_id, t.name, t.colour FROM json_each(?) AS wanted
     CROSS JOIN conv_tag AS ct ON ct.conv_id = wanted.value
     CROSS JOIN tag AS t ON t.id = ct.tag_id
     ORDER BY ct.conv_id, t.folded
"""
_ACCOUNTS = "SELECT id, uid, channel FROM account"
_ROW = "SELECT id FROM conversation WHERE uid = ?"


def page(
    connection: Connection, view: View, after: int | None = None, limit: int = 50
) -> list[Conversation]:
    """Return the conversations of a list that follow the `key` of one, newest first.

    Pages by key and not by OFFSET, so what arrives between two pages can neither repeat a
    row nor hide one.
    """
    sql = PAGES[ViewName(view.name), bool(view.account)]
    values = (*of_me(connection, view), *([view.account] if view.account else []))
    rows = connection.execute(sql, (*values, END if after is None else after, limit)).fetchall()
    return conversations(connection, rows)


def of_me(connection: Connection, view: View) -> list[str]:
    """Return what the condition of a list compares with: who sits here, or nothing."""
    return [members.me(connection)] if view.name is ViewName.MINE else []


def by_id(connection: Connection, conv: ConversationId) -> Conversation:
    """Return one conversation. Raises UsageError("no_conversation")."""
    found = by_ids(connection, [conv])
    if not found:
        raise UsageError("no_conversation", conv)
    return found[0]


def by_ids(connection: Connection, convs: Iterable[ConversationId]) -> list[Conversation]:
    """Return those of some conversations that exist, newest first."""
    rows = connection.execute(_BY_UIDS, (listed_uids(map(uid_bytes, convs)),)).fetchall()
    return sorted(conversations(connection, rows), key=lambda one: one.key, reverse=True)


def by_rows(connection: Connection, keys: Mapping[int, int]) -> list[Conversation]:
    """Return conversations by their rows, each with the key given, in the order given."""
    found = connection.execute(_BY_ROWS, (listed(keys),)).fetchall()
    place = {row: n for n, row in enumerate(keys)}
    return conversations(connection, sorted(found, key=lambda one: place[one[0]]), keys)


def of_hits(connection: Connection, sql: str, values: Sequence[Any]) -> list[Conversation]:
    """Return the conversations that a statement yields as `conv`, newest first.

    `values` are those of the statement and how many to return.
    """
    # Put together from constants only: see search_streams.py. What is compared with is bound.
    whole = _OF_HITS.replace("hits", sql)
    rows = connection.execute(whole, values).fetchall()
    return conversations(connection, sorted(rows, key=_newest, reverse=True))


def _newest(row: tuple[Any, ...]) -> int:
    key: int = row[2]
    return key


def of_post(connection: Connection, post: PostId, limit: int = 200) -> list[Conversation]:
    """Return the conversations below a post, newest first."""
    rows = connection.execute(_OF_POST, (uid_bytes(post), limit)).fetchall()
    return conversations(connection, rows)


def of_person(connection: Connection, person: PersonId, limit: int = 200) -> list[Conversation]:
    """Return the conversations someone outside took part in, newest first."""
    rows = connection.execute(_OF_PERSON, (uid_bytes(person), limit)).fetchall()
    return conversations(connection, rows)


def row_of(connection: Connection, conv: ConversationId) -> int:
    """Return a conversation's row in this vault. Raises UsageError("no_conversation")."""
    row = connection.execute(_ROW, (uid_bytes(conv),)).fetchone()
    if row is None:
        raise UsageError("no_conversation", conv)
    return int(row[0])


_STATS = """
    SELECT a.uid, s.status, s.n, s.unread
      FROM account_stat AS s JOIN account AS a ON a.id = s.account_id
"""
_MINE = "SELECT count(*) FROM conversation WHERE assignee = ? AND status = 'open'"
_OUTBOX = """
    SELECT count(*), coalesce(sum(out_trouble > 0), 0) FROM conversation
     WHERE out_waiting > 0 OR out_trouble > 0
"""


def counts(connection: Connection) -> Counts:
    """Return how many conversations each list holds."""
    n = dict.fromkeys(Status, 0)
    unread = dict.fromkeys(Status, 0)
    accounts: dict[AccountId, AccountCounts] = {}
    for uid, name, some, some_unread in connection.execute(_STATS):
        status, account = Status(name), AccountId(uid)
        n[status] += some
        unread[status] += some_unread
        before = accounts.get(account, AccountCounts())
        accounts[account] = AccountCounts(
            open=before.open + (some if status is Status.OPEN else 0),
            unread=before.unread + some_unread,
        )
    outbox, trouble = connection.execute(_OUTBOX).fetchone()
    return Counts(
        inbox=n[Status.OPEN],
        inbox_unread=unread[Status.OPEN],
        mine=connection.execute(_MINE, (members.me(connection),)).fetchone()[0],
        waiting=n[Status.WAITING],
        snoozed=n[Status.SNOOZED],
        done=n[Status.DONE],
        all=sum(n.values()),
        unread=sum(unread.values()),
        outbox=outbox,
        outbox_trouble=trouble,
        accounts=accounts,
    )


def conversations(
    connection: Connection, rows: Sequence[tuple[Any, ...]], keys: Mapping[int, int] | None = None
) -> list[Conversation]:
    """Return what rows of HEAD say, with their tags; `keys` for another order than by time."""
    if not rows:
        return []
    tags: dict[int, list[Tag]] = {}
    made: dict[tuple[str, int], Tag] = {}
    on = connection.execute(_TAGS, (listed(row[0] for row in rows),)).fetchall()
    for conv, name, colour in on:
        tag = made.get((name, colour))
        if tag is None:
            tag = made[name, colour] = Tag(name=name, colour=colour)
        tags.setdefault(conv, []).append(tag)
    # A dozen rows at most: to read them once is quicker than to join them to each conversation.
    found = connection.execute(_ACCOUNTS).fetchall()
    accounts = {row: (AccountId(uid), channel) for row, uid, channel in found}
    return [
        _conversation(
            row, keys[row[0]] if keys else row[2], tuple(tags.get(row[0], ())), accounts[row[3]]
        )
        for row in rows
    ]


# To look a member of an enum up by its value is quicker in a dict of one's own.
_KINDS = {kind.value: kind for kind in Kind}
_STATUSES = {status.value: status for status in Status}


def _conversation(
    row: tuple[Any, ...], key: int, tags: tuple[Tag, ...], account: tuple[AccountId, str]
) -> Conversation:
    (
        _row, uid, last_id, _account, kind, title, status, unread, preview, preview_out,
        assignee, due, snoozed, waiting, trouble, n, remote_id, context,
    ) = row[:18]  # fmt: skip
    return Conversation(
        id=ConversationId(uid_text(uid)),
        key=key,
        account=account[0],
        channel=account[1],
        kind=_KINDS[kind],
        title=title,
        status=_STATUSES[status],
        unread=unread,
        last_at=time(last_id >> 20),
        author=person(row[18:25]),
        preview=preview,
        preview_direction=Direction.OUT if preview_out else Direction.IN,
        tags=tags,
        assignee=assignee,
        due_at=None if due is None else time(due),
        snoozed_until=None if snoozed is None else time(snoozed),
        post=post(row[25:]),
        waiting_out=waiting,
        trouble_out=trouble,
        messages=n,
        remote_id=remote_id,
        context=map_of(context),
    )


def person(row: Sequence[Any]) -> Person:
    """Return someone outside from the columns of a person."""
    uid, name, handle, remote_id, url, avatar_url, blocked = row
    return Person(
        id=PersonId(uid_text(uid)),
        name=name,
        handle=handle,
        remote_id=remote_id,
        url=url,
        avatar_url=avatar_url,
        blocked=bool(blocked),
    )


def post(row: Sequence[Any]) -> Post | None:
    """Return a post from its columns, or None where there is none."""
    uid, title, text, url, created = row
    if uid is None:
        return None
    return Post(
        id=PostId(uid_text(uid)), title=title, text=text, url=url, created_at=time_or_none(created)
    )


_STATUS = "SELECT status, snoozed_ms FROM conversation WHERE id = ?"
_SET_STATUS = "UPDATE conversation SET status = ?, snoozed_ms = ? WHERE id = ?"


def set_status(
    connection: Connection, conv: ConversationId, status: Status, until: datetime | None = None
) -> tuple[Status, datetime | None]:
    """Set where the work stands and return where it stood; `until` only for SNOOZED.

    Raises UsageError("no_conversation").
    """
    row = row_of(connection, conv)
    before, snoozed = connection.execute(_STATUS, (row,)).fetchone()
    until_ms = stamp_or_none(until) if status is Status.SNOOZED else None
    connection.execute(_SET_STATUS, (status.value, until_ms, row))
    return Status(before), time_or_none(snoozed)


_AWAKE = """
    SELECT uid FROM conversation WHERE snoozed_ms <= ? AND status = 'snoozed' ORDER BY snoozed_ms
"""
_WAKE = """
    UPDATE conversation SET status = 'open', snoozed_ms = NULL
     WHERE snoozed_ms <= ? AND status = 'snoozed'
"""


def wake(connection: Connection, now: datetime) -> list[ConversationId]:
    """Open the conversations whose snoozing is over and return them, the first due first."""
    found = connection.execute(_AWAKE, (stamp(now),)).fetchall()
    if found:
        connection.execute(_WAKE, (stamp(now),))
    return [ConversationId(uid_text(uid)) for (uid,) in found]


_ASSIGNEE = "SELECT assignee FROM conversation WHERE id = ?"
_ASSIGN = "UPDATE conversation SET assignee = ? WHERE id = ?"


def assign(connection: Connection, conv: ConversationId, member: str | None) -> str | None:
    """Give a conversation to a member, or to nobody, and return who had it."""
    row = row_of(connection, conv)
    before: str | None = connection.execute(_ASSIGNEE, (row,)).fetchone()[0]
    connection.execute(_ASSIGN, (member or None, row))
    return before


_UNREAD = """
    SELECT uid FROM message INDEXED BY message_unread WHERE conv_id = ? AND unread = 1 ORDER BY id
"""
_READ = "UPDATE message SET unread = 0 WHERE conv_id = ? AND unread = 1"
_ALL_READ = "UPDATE conversation SET unread = 0 WHERE id = ? AND unread > 0"
_NEWEST_IN = """
    SELECT uid FROM message
     WHERE conv_id = ? AND direction = 'in' AND visibility NOT IN ('spam', 'trashed')
     ORDER BY id DESC LIMIT 1
"""
_UNREAD_AGAIN = """
    UPDATE message SET unread = 1
     WHERE conv_id = ? AND direction = 'in'
       AND uid IN (SELECT unhex(value) FROM json_each(?))
"""
_COUNT_UNREAD = """
    UPDATE conversation
       SET unread = (SELECT count(*) FROM message WHERE conv_id = conversation.id AND unread = 1
                        AND visibility NOT IN ('spam', 'trashed'))
     WHERE id = ?
"""


def mark_read(connection: Connection, conv: ConversationId) -> list[MessageId]:
    """Mark every message as read and return those that were not."""
    row = row_of(connection, conv)
    found = connection.execute(_UNREAD, (row,)).fetchall()
    if found:
        connection.execute(_READ, (row,))
        connection.execute(_ALL_READ, (row,))
    return [MessageId(uid_text(uid)) for (uid,) in found]


def mark_unread(
    connection: Connection, conv: ConversationId, messages: Sequence[MessageId] = ()
) -> list[MessageId]:
    """Mark some messages IN as unread, the newest one if none is named; return them."""
    row = row_of(connection, conv)
    uids = [uid_bytes(message) for message in messages]
    uids = uids or [uid for (uid,) in connection.execute(_NEWEST_IN, (row,))]
    connection.execute(_UNREAD_AGAIN, (row, listed_uids(uids)))
    connection.execute(_COUNT_UNREAD, (row,))
    return [MessageId(uid_text(uid)) for uid in uids]
