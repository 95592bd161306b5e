"""The times of which a channel did not tell us everything; the only user of the table `gap`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cm_desktop.domain.events import GapFound
from cm_desktop.domain.ids import AccountId
from cm_desktop.store.connection import Connection
from cm_desktop.store.rows import stamp, time_or_none

_ADD = """
    INSERT INTO gap (account_id, begin_ms, end_ms, lost) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE
       SET end_ms = max(end_ms, excluded.end_ms),
           lost = excluded.lost,
           dismissed = dismissed AND excluded.lost AND excluded.end_ms <= end_ms
"""
_REMOVE = "DELETE FROM gap WHERE account_id = ? AND begin_ms = ?"
_DISMISS = """
    UPDATE gap SET dismissed = 1
     WHERE account_id = ? AND begin_ms = ? AND end_ms = ? AND lost AND NOT dismissed
"""
_SHOWN = """
    SELECT g.begin_ms, g.end_ms, g.lost FROM gap AS g JOIN account AS a ON a.id = g.account_id
     WHERE a.uid = ? AND NOT g.dismissed ORDER BY g.begin_ms
"""


def add(connection: Connection, account_row: int, gap: GapFound) -> None:
    """Remember a gap; one that began at the same time is the same one.

    Several connectors tell of a lost gap with each fetch: one that was put away stays away,
    unless it has grown or is to be read after all.
    """
    values = (account_row, stamp(gap.begin), stamp(gap.end), gap.lost)
    connection.execute(_ADD, values)


def remove(connection: Connection, account_row: int, begin: datetime) -> None:
    """Forget a gap that was read after all."""
    connection.execute(_REMOVE, (account_row, stamp(begin)))


def dismiss(connection: Connection, account_row: int, gap: GapFound) -> bool:
    """Show a lost gap no more; tell whether it was shown until now, and just as it is given.

    One that has grown since it was seen, or may still be filled, stays.
    """
    values = (account_row, stamp(gap.begin), stamp(gap.end))
    return connection.execute(_DISMISS, values).rowcount == 1


def of(connection: Connection, account: AccountId) -> list[GapFound]:
    """Return the gaps of an account that nobody put away, oldest first."""
    rows: Sequence[tuple[int, int, int]] = connection.execute(_SHOWN, (account,)).fetchall()
    spans = ((time_or_none(begin), time_or_none(end), bool(lost)) for begin, end, lost in rows)
    return [
        GapFound(begin=begin, end=end, lost=lost) for begin, end, lost in spans if begin and end
    ]
