"""How sending moves outbox rows: read what is open, write a row if it is still as it was."""

from __future__ import annotations

from datetime import datetime

from cm_desktop.domain.ids import AccountId
from cm_desktop.domain.model import OutboxRow, OutboxState
from cm_desktop.domain.outbox_rules import LOST_TRACK
from cm_desktop.store.cleaning import clean
from cm_desktop.store.connection import Connection
from cm_desktop.store.outbox import HEAD, outbox_row
from cm_desktop.store.rows import stamp, stamp_or_none

_STATES = " WHERE o.state IN ('queued', 'sending', 'unknown')"
_OPEN = HEAD + _STATES + " AND a.paused = 0 AND a.removed_ms IS NULL ORDER BY o.id"
_OPEN_OF = HEAD + _STATES + " AND a.uid = ? ORDER BY o.id"
_PUT = """
    UPDATE outbox
       SET state = ?, attempts = ?, created_ms = ?, hold_ms = ?, first_attempt_ms = ?,
           next_attempt_ms = ?, sent_ms = ?, remote_id = ?, error = ?, error_detail = ?
     WHERE uid = ? AND state = ?
"""

_DOUBT = """
    UPDATE outbox
       SET state = 'unknown', error = ?1, error_detail = '', next_attempt_ms = ?2,
           first_attempt_ms = coalesce(first_attempt_ms, created_ms)
     WHERE state IN ('queued', 'sending')
"""


def open_rows(connection: Connection) -> list[OutboxRow]:
    """Return what may still go out by itself, of every account that is neither paused nor gone.

    In the order written.
    """
    return [outbox_row(found) for found in connection.execute(_OPEN)]


def open_of(connection: Connection, account: AccountId) -> list[OutboxRow]:
    """Return what may still go out by itself from one account, in the order written."""
    return [outbox_row(found) for found in connection.execute(_OPEN_OF, (account,))]


def doubt(connection: Connection, look_at: datetime) -> int:
    """Call unknown what a restored backup thinks still waits; return how much that is.

    It may have been sent after the backup was made. `look_at`: when not finding it on the
    channel begins to count.
    """
    return int(connection.execute(_DOUBT, (LOST_TRACK, stamp(look_at))).rowcount)


def put(connection: Connection, row: OutboxRow, *, was: OutboxState) -> bool:
    """Write how far a row is; False, and nothing written, if it is no longer in state `was`.

    Its text, target and kind stay as they are.
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
    return bool(connection.execute(_PUT, values).rowcount)
