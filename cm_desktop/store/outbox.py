"""The outbox: what is to happen on a channel, and how far it is.

Which state follows which is decided in `domain/outbox_rules.py`; here a row is written only
if it still is in the state that the decision was made from. Triggers of the schema keep the
conversation's two counters right in the same transaction: `out_waiting` counts queued,
sending and unknown rows, `out_trouble` failed ones and those that need a human.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import AccountId, ConversationId, MessageId, OutboxId, fact_id
from cm_desktop.domain.model import OutboxKind, OutboxRow, OutboxState
from cm_desktop.domain.outbox_rules import LOST_TRACK
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

_HEAD = """
    SELECT o.uid, c.uid, a.uid, o.kind, o.state, o.text, o.member, o.created_ms, o.hold_ms,
           o.target, o.attempts, o.first_attempt_ms, o.next_attempt_ms, o.sent_ms, o.remote_id,
           o.error, o.error_detail, o.rule
      FROM outbox AS o
     CROSS JOIN conversation AS c ON c.id = o.conv_id
     CROSS JOIN account AS a ON a.id = o.account_id
"""
_ONE = _HEAD + " WHERE o.uid = ?"
_OF = _HEAD + " WHERE o.conv_id = (SELECT id FROM conversation WHERE uid = ?) ORDER BY o.id"
_IN_STATES = _HEAD + " WHERE o.state IN (SELECT value FROM json_each(?)) ORDER BY o.id DESC LIMIT ?"
_WAITING = " WHERE o.state IN ('queued', 'sending', 'unknown')"
_WAITING_ANYWHERE = _HEAD + _WAITING + " AND a.paused = 0 AND a.removed_ms IS NULL ORDER BY o.id"
_WAITING_OF = _HEAD + _WAITING + " AND a.uid = ? ORDER BY o.id"
_ADD = """
    INSERT INTO outbox (uid, conv_id, account_id, kind, target, text, member, rule, state, error,
                        created_ms, hold_ms)
    SELECT ?, id, account_id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM conversation WHERE id = ?
"""
_MEMBERS = """
    SELECT remote_id, member FROM outbox
     WHERE account_id = ? AND remote_id IN (SELECT value FROM json_each(?))
"""

OPEN = (
    OutboxState.QUEUED,
    OutboxState.SENDING,
    OutboxState.UNKNOWN,
    OutboxState.FAILED,
    OutboxState.NEEDS_HUMAN,
)


def add(connection: Connection, row: OutboxRow) -> OutboxRow:
    """Put something into the outbox and return it as it lies in the vault.

    It waits to be sent, unless its state says that a person sends it. The account is the
    conversation's. Raises UsageError("no_conversation").
    """
    conv = row_of(connection, row.conversation)
    target = uid_bytes(row.target) if row.target else None
    said = (row.kind.value, target, clean(row.text), row.member, row.rule)
    stands = (row.state.value, row.error)
    times = (stamp(row.created_at), stamp(row.hold_until))
    connection.execute(_ADD, (row.id, *said, *stands, *times, conv))
    return by_id(connection, row.id)


def by_id(connection: Connection, row: OutboxId) -> OutboxRow:
    """Return one row. Raises UsageError("no_outbox_row")."""
    found = connection.execute(_ONE, (row,)).fetchone()
    if found is None:
        raise UsageError("no_outbox_row", row)
    return _row(found)


def of(connection: Connection, conv: ConversationId) -> list[OutboxRow]:
    """Return all rows of a conversation in the order written, sent and cancelled ones too."""
    return [_row(found) for found in connection.execute(_OF, (uid_bytes(conv),))]


def in_states(
    connection: Connection, states: Iterable[OutboxState] = OPEN, limit: int = 500
) -> list[OutboxRow]:
    """Return the rows in some states, the last written first."""
    names = listed(state.value for state in states)
    return [_row(found) for found in connection.execute(_IN_STATES, (names, limit))]


def waiting(connection: Connection) -> list[OutboxRow]:
    """Return what may still go out by itself, of every account that is neither paused nor gone.

    In the order written.
    """
    return [_row(found) for found in connection.execute(_WAITING_ANYWHERE)]


def waiting_of(connection: Connection, account: AccountId) -> list[OutboxRow]:
    """Return what may still go out by itself from one account, in the order written."""
    return [_row(found) for found in connection.execute(_WAITING_OF, (account,))]


_PUT = """
    UPDATE outbox
       SET state = ?, attempts = ?, created_ms = ?, hold_ms = ?, first_attempt_ms = ?,
           next_attempt_ms = ?, sent_ms = ?, remote_id = ?, error = ?, error_detail = ?
     WHERE uid = ? AND state = ?
"""
_CREDIT = "UPDATE message SET member = ? WHERE uid = ? AND member = '' AND direction = 'out'"


def put(connection: Connection, row: OutboxRow, *, was: OutboxState) -> bool:
    """Write how far a row is; False, and nothing written, if it is no longer in state `was`.

    Its text, target and kind stay as they are. The message that it became, should the
    channel have shown it before, learns who of us wrote it.
    """
    times = (
        stamp(row.created_at),
        stamp(row.hold_until),
        stamp_or_none(row.first_attempt_at),
        stamp_or_none(row.next_attempt_at),
        stamp_or_none(row.sent_at),
    )
    remote_id = clean(row.remote_id) if row.remote_id else None
    told = (remote_id, row.error, row.error_detail)
    values = (row.state.value, row.attempts, *times, *told, row.id, was.value)
    if not connection.execute(_PUT, values).rowcount:
        return False
    if remote_id:
        account = accounts.by_id(connection, row.account)
        uid = uid_bytes(fact_id(account.channel, account.remote_id, "message", remote_id))
        connection.execute(_CREDIT, (row.member, uid))
    return True


_EDIT = "UPDATE outbox SET text = ? WHERE uid = ?"


def edit(connection: Connection, row: OutboxId, text: str) -> None:
    """Change the text of a row; whether it still may be changed is for the caller to know."""
    connection.execute(_EDIT, (clean(text), row))


_DOUBT = """
    UPDATE outbox
       SET state = 'unknown', error = ?1, error_detail = '', next_attempt_ms = ?2,
           first_attempt_ms = coalesce(first_attempt_ms, created_ms)
     WHERE state IN ('queued', 'sending')
"""


def doubt(connection: Connection, look_at: datetime) -> int:
    """Call unknown what a restored backup thinks still waits; return how much that is.

    It may have been sent after the backup was made. `look_at`: when not finding it on the
    channel begins to count.
    """
    return int(connection.execute(_DOUBT, (LOST_TRACK, stamp(look_at))).rowcount)


_TAKEN = """
    SELECT o.uid FROM outbox AS o JOIN account AS a ON a.id = o.account_id
     WHERE a.uid = ? AND o.remote_id = ?
"""


def owner_of(connection: Connection, account: AccountId, remote_id: str) -> OutboxId | None:
    """Return the row that a message of ours on the channel came from, or None."""
    found = connection.execute(_TAKEN, (account, clean(remote_id))).fetchone()
    return OutboxId(found[0]) if found else None


def members(connection: Connection, account_row: int, remote_ids: Sequence[str]) -> dict[str, str]:
    """Return who of us wrote those of some messages that this vault sent."""
    if not remote_ids:
        return {}
    named = listed(clean(remote_id) for remote_id in remote_ids)
    return dict(connection.execute(_MEMBERS, (account_row, named)).fetchall())


def _row(found: Sequence[Any]) -> OutboxRow:
    """Return what a row of _HEAD says."""
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
