"""Which account's turn it is: when to fetch, when to send, and when to look again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from cm_desktop.domain.ids import AccountId
from cm_desktop.domain.model import Account, Health

LOOK_AGAIN = timedelta(seconds=5)  # the longest time between two looks at the clock
_SLEPT = 30.0  # seconds that are missing from, or too many on, the clock
# Between two tries at the same account's outbox.
_BREATHER = timedelta(seconds=1)
_WELL = (Health.NEW, Health.OK)


class Work(Enum):
    """What an account is to be contacted for."""

    SYNC = "sync"  # fetch, then send
    SEND = "send"


@dataclass(slots=True)
class Schedule:
    """Remembers what was asked for and what is running; decides what begins next.

    Holds no account and no clock: both are given with each question.
    """

    busy: set[AccountId] = field(default_factory=set)
    _asked: dict[AccountId, Work] = field(default_factory=dict)
    _sent_at: dict[AccountId, datetime] = field(default_factory=dict)

    def ask(self, accounts: Iterable[AccountId], work: Work) -> None:
        """Make work due at once, however an account is doing; syncing includes sending."""
        for account in accounts:
            if self._asked.get(account) is not Work.SYNC:
                self._asked[account] = work

    def due(
        self, accounts: Iterable[Account], sends: Mapping[AccountId, datetime], now: datetime
    ) -> list[tuple[Account, Work]]:
        """Return what to begin now, the longest overdue first.

        `sends` says when each account's outbox may be gone on with.
        """
        due = []
        for account in accounts:
            if account.paused or account.id in self.busy:
                continue
            at, work = self._next(account, sends.get(account.id), now)
            if at <= now:
                due.append((at, account, work))
        due.sort(key=_at)
        return [(account, work) for _at, account, work in due]

    def begin(self, account: AccountId, now: datetime) -> None:
        """Note that an account is being contacted."""
        self.busy.add(account)
        self._asked.pop(account, None)
        self._sent_at[account] = now

    def end(self, account: AccountId) -> None:
        """Note that an account's contact is over."""
        self.busy.discard(account)

    def wait(
        self, accounts: Iterable[Account], sends: Mapping[AccountId, datetime], now: datetime
    ) -> float:
        """Return the seconds until something may be due, at most LOOK_AGAIN."""
        times = [
            self._next(account, sends.get(account.id), now)[0]
            for account in accounts
            if not account.paused and account.id not in self.busy
        ]
        until = min([*times, now + LOOK_AGAIN]) - now
        return max(until.total_seconds(), 0.0)

    def _next(
        self, account: Account, send_at: datetime | None, now: datetime
    ) -> tuple[datetime, Work]:
        if (asked := self._asked.get(account.id)) is not None:
            return now, asked
        fetch_at = account.next_fetch_at or now
        # An account in trouble is left alone until its next fetch, which also sends.
        if send_at is None or account.health not in _WELL or fetch_at <= now:
            return fetch_at, Work.SYNC
        if (before := self._sent_at.get(account.id)) is not None:
            send_at = max(send_at, before + _BREATHER)
        return (send_at, Work.SEND) if send_at < fetch_at else (fetch_at, Work.SYNC)


def has_slept(wall: float, steady: float, asked: float) -> bool:
    """Whether the computer slept, or its clock was set, while a wait was to last `asked` s.

    `wall` and `steady` are the seconds that went by on the clock on the wall and on the one
    that cannot be set; some systems stop the latter during sleep and some do not.
    """
    return abs(wall - steady) > _SLEPT or steady - asked > _SLEPT


def all_offline(accounts: Iterable[Account]) -> bool:
    """Whether no account that is to be reached can be reached."""
    wanted = [account for account in accounts if not account.paused]
    return bool(wanted) and all(account.health is Health.OFFLINE for account in wanted)


def _at(due: tuple[datetime, Account, Work]) -> datetime:
    return due[0]
