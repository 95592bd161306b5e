"""The outbox: what is to happen on a channel, and the moves between its states.

Triggers of the schema keep the conversation's two counters right in the same transaction:
`out_waiting` counts queued, sending and unknown rows, `out_trouble` failed ones and those
that need a human. Source of the moves: decision 8 of the architecture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import AccountId, ConversationId, MessageId, OutboxId, fact_id
from cm_desktop.domain.model import OutboxKind, OutboxRow, OutboxState
from cm_desktop.store import accounts
from cm_desktop.store.cleaning import clean
from cm_desktop.store.connection import Connection
from cm_desktop.store.conversations import row_of
from cm_desktop.store.rows import (
    listed,
    stamp,
    stamp_or_none,
    time,
    time_or_none,
    uid_bytes,
    uid_text,
)

HEAD = """
    SELECT o.uid, c.uid, a.uid, o.kind, o.state, o.text, o.member, o.created_ms, o.hold_ms,
           o.target, o.attempts, o.first_attempt_ms, o.next_attempt_ms, o.sent_ms, o.remote_id,
           o.error, o.error_detail, o.rule
      FROM outbox AS o
     CROSS JOIN conversation AS c ON c.id = o.conv_id
     CROSS JOIN account AS a ON a.id = o.account_id
"""
_ONE = HEAD + " WHERE o.uid = ?"
_OF = HEAD + " WHERE o.conv_id = (SELECT id FROM conversation WHERE uid = ?) ORDER BY o.id"
_IN_STATES = HEAD + " WHERE o.state IN (SELECT value FROM json_each(?)) ORDER BY o.id DESC LIMIT ?"
_READY = """
       AND o.state = 'queued' AND o.hold_ms <= :now
       AND coalesce(o.next_attempt_ms, 0) <= :now
       AND NOT EXISTS (
           SELECT 1 FROM outbox AS older
            WHERE older.conv_id = o.conv_id AND older.id < o.id
              AND older.kind IN ('reply', 'private')
              AND older.state IN ('queued', 'sending', 'unknown', 'needs_human'))
     ORDER BY o.id LIMIT :limit
"""
_DUE = HEAD + " WHERE o.account_id = (SELECT id FROM account WHERE uid = :account)" + _READY
_UNKNOWN = (
    HEAD
    + " WHERE o.state = 'unknown' AND o.account_id = (SELECT id FROM account WHERE uid = ?)"
    + " AND coalesce(o.next_attempt_ms, 0) <= ? ORDER BY o.id"
)
_NEXT_TIME = """
    SELECT min(max(o.hold_ms, coalesce(o.next_attempt_ms, 0))) FROM outbox AS o
      JOIN account AS a ON a.id = o.account_id
     WHERE o.state IN ('queued', 'unknown') AND a.paused = 0
"""
_ADD = """
    INSERT INTO outbox (uid, conv_id, account_id, kind, target, text, member, rule, state,
                        created_ms, hold_ms)
    SELECT ?, id, account_id, ?, ?, ?, ?, ?, 'queued', ?, ? FROM conversation WHERE id = ?
"""
_MEMBERS = """
    SELECT remote_id, member FROM outbox
     WHERE account_id = ? AND remote_id IN (SELECT value FROM json_each(?))
"""

_WAITING = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNKNOWN)
_TROUBLE = (OutboxState.FAILED, OutboxState.NEEDS_HUMAN)
OPEN = (*_WAITING, *_TROUBLE)


def add(connection: Connection, row: OutboxRow) -> OutboxRow:
    """Queue something and return it as it lies in the vault.

    The account is the conversation's. Raises UsageError("no_conversation").
    """
    conv = row_of(connection, row.conversation)
    target = uid_bytes(row.target) if row.target else None
    said = (row.kind.value, target, clean(row.text), row.member, row.rule)
    times = (stamp(row.created_at), stamp(row.hold_until))
    connection.execute(_ADD, (row.id, *said, *times, conv))
    return by_id(connection, row.id)


def by_id(connection: Connection, row: OutboxId) -> OutboxRow:
    """Return one row. Raises UsageError("no_outbox_row")."""
    found = connection.execute(_ONE, (row,)).fetchone()
    if found is None:
        raise UsageError("no_outbox_row", row)
    return outbox_row(found)


def of(connection: Connection, conv: ConversationId) -> list[OutboxRow]:
    """Return all rows of a conversation in the order written, sent and cancelled ones too."""
    return [outbox_row(found) for found in connection.execute(_OF, (uid_bytes(conv),))]


def in_states(
    connection: Connection, states: Iterable[OutboxState] = OPEN, limit: int = 500
) -> list[OutboxRow]:
    """Return the rows in some states, the last written first."""
    names = listed(state.value for state in states)
    return [outbox_row(found) for found in connection.execute(_IN_STATES, (names, limit))]


def due(
    connection: Connection, account: AccountId, now: datetime, limit: int = 100
) -> list[OutboxRow]:
    """Return the queued rows of an account that may be tried now, in the order written.

    A row waits while an older row of its conversation that speaks is neither sent nor
    cancelled nor failed, so that answers arrive in the order they were written.
    """
    values = {"account": account, "now": stamp(now), "limit": limit}
    return [outbox_row(found) for found in connection.execute(_DUE, values)]


def next_for(connection: Connection, account: AccountId, now: datetime) -> OutboxRow | None:
    """Return the row of an account to try next, or None; see `due`."""
    found = due(connection, account, now, 1)
    return found[0] if found else None


def unknown(connection: Connection, account: AccountId, now: datetime) -> list[OutboxRow]:
    """Return the rows of an account whose fate is to be looked up on the channel now."""
    rows = connection.execute(_UNKNOWN, (account, stamp(now)))
    return [outbox_row(found) for found in rows]


def next_time(connection: Connection) -> datetime | None:
    """Return when the next row may be tried or looked up, or None while nothing waits."""
    return time_or_none(connection.execute(_NEXT_TIME).fetchone()[0])


_CLAIM = """
    UPDATE outbox
       SET state = 'sending', attempts = attempts + 1,
           first_attempt_ms = coalesce(first_attempt_ms, ?2), next_attempt_ms = NULL,
           error = NULL, error_detail = ''
     WHERE uid = ?1 AND state = 'queued'
"""


def claim(connection: Connection, row: OutboxId, now: datetime) -> bool:
    """Take a queued row for sending; False: somebody else did, or it is queued no more.

    Commit before the request leaves.
    """
    return bool(connection.execute(_CLAIM, (row, stamp(now))).rowcount)


_SENT = """
    UPDATE OR IGNORE outbox
       SET state = 'sent', sent_ms = ?2, remote_id = ?3, next_attempt_ms = NULL, error = NULL,
           error_detail = ''
     WHERE uid = ?1 AND state IN ('sending', 'unknown', 'needs_human')
"""
_CREDIT = "UPDATE message SET member = ? WHERE uid = ? AND member = '' AND direction = 'out'"


def mark_sent(
    connection: Connection, row: OutboxId, now: datetime, remote_id: str | None = None
) -> bool:
    """Keep that a row arrived; False, and nothing changed: that remote id is another row's.

    Raises UsageError("wrong_state") unless it was being sent, unknown or in need of a human.
    """
    _check(connection, row, OutboxState.SENDING, OutboxState.UNKNOWN, OutboxState.NEEDS_HUMAN)
    remote_id = clean(remote_id) if remote_id else None
    if not connection.execute(_SENT, (row, stamp(now), remote_id)).rowcount:
        return False
    if remote_id:
        sent = by_id(connection, row)
        account = accounts.by_id(connection, sent.account)
        uid = uid_bytes(fact_id(account.channel, account.remote_id, "message", remote_id))
        connection.execute(_CREDIT, (sent.member, uid))
    return True


_TAKEN = """
    SELECT o.uid FROM outbox AS o JOIN account AS a ON a.id = o.account_id
     WHERE a.uid = ? AND o.remote_id = ?
"""


def owner_of(connection: Connection, account: AccountId, remote_id: str) -> OutboxId | None:
    """Return the row that a message of ours on the channel came from, or None."""
    found = connection.execute(_TAKEN, (account, clean(remote_id))).fetchone()
    return OutboxId(found[0]) if found else None


_MOVE = """
    UPDATE outbox
       SET state = ?2, error = ?3, error_detail = ?4, next_attempt_ms = ?5,
           reads = iif(?2 = 'unknown', reads, 0)
     WHERE uid = ?1
"""


def mark_failed(connection: Connection, row: OutboxId, error: str, detail: str = "") -> None:
    """Keep that the channel refused a row. `error` is a code, `detail` holds no text."""
    _check(connection, row, OutboxState.SENDING, OutboxState.QUEUED, OutboxState.UNKNOWN)
    _move(connection, row, OutboxState.FAILED, error, detail)


def mark_unknown(
    connection: Connection,
    row: OutboxId,
    error: str,
    detail: str = "",
    *,
    look_at: datetime | None = None,
) -> None:
    """Keep that nobody knows whether a row arrived; `look_at`: when to look on the channel."""
    _check(connection, row, OutboxState.SENDING, OutboxState.UNKNOWN)
    _move(connection, row, OutboxState.UNKNOWN, error, detail, look_at)


def mark_queued_again(
    connection: Connection,
    row: OutboxId,
    error: str | None = None,
    detail: str = "",
    *,
    try_at: datetime | None = None,
) -> None:
    """Queue a row once more, because it surely did not arrive or a human says so."""
    allowed = (OutboxState.SENDING, OutboxState.UNKNOWN, *_TROUBLE, OutboxState.CANCELLED)
    _check(connection, row, *allowed)
    _move(connection, row, OutboxState.QUEUED, error, detail, try_at)


def mark_needs_human(connection: Connection, row: OutboxId, error: str, detail: str = "") -> None:
    """Keep that only a human can say whether a row arrived, or whether it still fits."""
    _check(connection, row, *_WAITING)
    _move(connection, row, OutboxState.NEEDS_HUMAN, error, detail)


def mark_cancelled(connection: Connection, row: OutboxId) -> OutboxRow:
    """Drop a row that is not on its way and return what it was. Its text stays readable."""
    before = _check(connection, row, OutboxState.QUEUED, *_TROUBLE)
    _move(connection, row, OutboxState.CANCELLED)
    return before


_EDIT = "UPDATE outbox SET text = ?, hold_ms = coalesce(?, hold_ms) WHERE uid = ?"


def edit(
    connection: Connection, row: OutboxId, text: str, hold_until: datetime | None = None
) -> OutboxRow:
    """Change the text of a row that is not on its way and return what it was.

    Raises UsageError("wrong_state").
    """
    before = _check(connection, row, OutboxState.QUEUED, OutboxState.FAILED)
    connection.execute(_EDIT, (clean(text), stamp_or_none(hold_until), row))
    return before


_LOOKED = "UPDATE outbox SET reads = reads + 1, next_attempt_ms = ? WHERE uid = ? RETURNING reads"


def looked(connection: Connection, row: OutboxId, look_again_at: datetime | None) -> int:
    """Count that an unknown row was not found on the channel; return how often by now."""
    found = connection.execute(_LOOKED, (stamp_or_none(look_again_at), row)).fetchall()
    return int(found[0][0]) if found else 0


_STUCK = "SELECT uid FROM outbox WHERE state = 'sending'"
_UNSTICK = "UPDATE outbox SET state = 'unknown', error = 'no_answer' WHERE state = 'sending'"


def sending_to_unknown(connection: Connection) -> list[OutboxRow]:
    """Turn what was being sent when the program ended into unknown; only at the start."""
    stuck = [OutboxId(uid) for (uid,) in connection.execute(_STUCK).fetchall()]
    if stuck:
        connection.execute(_UNSTICK)
    return [by_id(connection, row) for row in stuck]


def members(connection: Connection, account_row: int, remote_ids: Sequence[str]) -> dict[str, str]:
    """Return who of us wrote those of some messages that this vault sent."""
    if not remote_ids:
        return {}
    named = listed(clean(remote_id) for remote_id in remote_ids)
    return dict(connection.execute(_MEMBERS, (account_row, named)).fetchall())


def _check(connection: Connection, row: OutboxId, *allowed: OutboxState) -> OutboxRow:
    found = by_id(connection, row)
    if found.state not in allowed:
        raise UsageError("wrong_state", found.state.value)
    return found


def _move(
    connection: Connection,
    row: OutboxId,
    state: OutboxState,
    error: str | None = None,
    detail: str = "",
    at: datetime | None = None,
) -> None:
    connection.execute(_MOVE, (row, state.value, error, detail, stamp_or_none(at)))


def outbox_row(found: Sequence[Any]) -> OutboxRow:
    """Return what a row of HEAD says."""
    (
        uid, conv, account, kind, state, text, member, created, hold, target, attempts, first,
        following, sent, remote_id, error, detail, rule,
    ) = found  # fmt: skip
    return OutboxRow(
        id=OutboxId(uid),
        conversation=ConversationId(uid_text(conv)),
        account=AccountId(account),
        kind=OutboxKind(kind),
        state=OutboxState(state),
        text=text,
        member=member,
        created_at=time(created),
        hold_until=time(hold),
        target=MessageId(uid_text(target)) if target else None,
        attempts=attempts,
        first_attempt_at=time_or_none(first),
        next_attempt_at=time_or_none(following),
        sent_at=time_or_none(sent),
        remote_id=remote_id,
        error=error,
        error_detail=detail,
        rule=rule,
    )
