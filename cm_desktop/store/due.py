"""When a conversation's answer is due, kept in its row; the rule is domain/due_dates.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from cm_desktop.domain.due_dates import Standing, due_at
from cm_desktop.domain.ids import AccountId, ConversationId
from cm_desktop.domain.model import Kind, Status
from cm_desktop.store import accounts
from cm_desktop.store.connection import Connection
from cm_desktop.store.conversations import row_of
from cm_desktop.store.rows import stamp_or_none, time_or_none

# A message's number begins with its time: see m0001_first.sql.
_ABOUT = """
    SELECT c.kind, c.status, c.due_ms, a.uid,
           (SELECT h.until_ms FROM handoff AS h
             WHERE h.conv_id = c.id AND h.state <> 'declined' AND h.until_ms IS NOT NULL
             ORDER BY h.created_ms DESC, h.id DESC LIMIT 1),
           (SELECT m.id >> 20 FROM message AS m
             WHERE m.conv_id = c.id AND m.direction = 'in' AND m.nature = 'person'
               AND m.visibility NOT IN ('spam', 'trashed') AND m.deleted_ms IS NULL
             ORDER BY m.id DESC LIMIT 1),
           (SELECT m.id >> 20 FROM message AS m
             WHERE m.conv_id = c.id AND m.direction = 'out' AND m.nature = 'person'
               AND m.deleted_ms IS NULL
             ORDER BY m.id DESC LIMIT 1)
      FROM conversation AS c JOIN account AS a ON a.id = c.account_id
     WHERE c.id = ?
"""
_SET = "UPDATE conversation SET due_ms = ? WHERE id = ?"

Windows = Mapping[Kind, timedelta]


def decided(connection: Connection, conv: ConversationId, now: datetime) -> None:
    """Set the due date after a member decided something: a handoff, a status.

    Raises UsageError("no_conversation").
    """
    _settle(connection, row_of(connection, conv), now)


def heard(connection: Connection, conv_row: int, windows: Windows, now: datetime) -> None:
    """Set the due date after messages of a conversation were kept; `windows` of its account.

    A date that members agreed on stays while it holds, and does not come back afterwards.
    """
    _settle(connection, conv_row, now, windows)


def _settle(
    connection: Connection, row: int, now: datetime, windows: Windows | None = None
) -> None:
    found = connection.execute(_ABOUT, (row,)).fetchone()
    kind, status, due, account, until, last_in, last_out = found
    if windows is None:
        windows = accounts.policy(connection, AccountId(account)).reply_windows
    elif until != due:
        until = None
    about = Standing(
        status=Status(status),
        due_at=time_or_none(due),
        handed_over_until=time_or_none(until),
        heard_at=time_or_none(last_in),
        answered_at=time_or_none(last_out),
        window=windows.get(Kind(kind)),
    )
    after = stamp_or_none(due_at(about, now))
    if after != due:
        connection.execute(_SET, (after, row))
