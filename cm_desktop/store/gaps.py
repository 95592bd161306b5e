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
    ON CONFLICT DO UPDATE SET end_ms = max(end_ms, excluded.end_ms), lost = excluded.lost
"""
_REMOVE = "DELETE FROM gap WHERE account_id = ? AND begin_ms = ?"
_ALL = """
    SELECT g.begin_ms, g.end_ms, g.lost FROM gap AS g JOIN account AS a ON a.id = g.account_id
     WHERE a.uid = ? ORDER BY g.begin_ms
"""


def add(connection: Connection, account_row: int, gap: GapFound) -> None:
    """Remember a gap; one that began at the same time is the same one."""
    values = (account_row, stamp(gap.begin), stamp(gap.end), gap.lost)
    connection.execute(_ADD, values)


def remove(connection: Connection, account_row: int, begin: datetime) -> None:
    """Forget a gap that was read after all."""
    connection.execute(_REMOVE, (account_row, stamp(begin)))


def of(connection: Connection, account: AccountId) -> list[GapFound]:
    """Return the gaps of an account, oldest first."""
    rows: Sequence[tuple[int, int, int]] = connection.execute(_ALL, (account,)).fetchall()
    spans = ((time_or_none(begin), time_or_none(end), bool(lost)) for begin, end, lost in rows)
    return [
        GapFound(begin=begin, end=end, lost=lost) for begin, end, lost in spans if begin and end
    ]
