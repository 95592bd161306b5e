"""Which conversations a list shows, and how many there are in each list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cm_desktop.domain.ids import AccountId


class ViewName(StrEnum):
    """The lists of the rail."""

    INBOX = "inbox"  # open
    MINE = "mine"  # open and assigned to the member at this desk
    WAITING = "waiting"  # for the other side
    SNOOZED = "snoozed"
    DONE = "done"
    ALL = "all"
    UNREAD = "unread"  # with something unread, whatever their status
    OUTBOX = "outbox"  # with something that waits to be sent or that failed


@dataclass(frozen=True, slots=True)
class View:
    """One list of conversations, of all accounts or of one."""

    name: ViewName | str = ViewName.INBOX
    account: AccountId | None = None

    def __post_init__(self) -> None:
        """Refuse a list that does not exist (ValueError)."""
        object.__setattr__(self, "name", ViewName(self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCounts:
    """Conversations of one account: how many are open, how many have something unread."""

    open: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many conversations each list holds; `inbox_unread` those of the inbox with unread."""

    inbox: int = 0
    inbox_unread: int = 0
    mine: int = 0
    waiting: int = 0
    snoozed: int = 0
    done: int = 0
    all: int = 0
    unread: int = 0
    outbox: int = 0
    outbox_trouble: int = 0  # those of the outbox where something failed or needs a decision
    accounts: Mapping[AccountId, AccountCounts] = field(default_factory=dict)

    def of(self, view: View) -> int:
        """Return how many conversations a list holds, where that is counted, else 0."""
        if view.account is None:
            return int(getattr(self, str(view.name)))
        counts = self.accounts.get(view.account, AccountCounts())
        return {ViewName.INBOX: counts.open, ViewName.UNREAD: counts.unread}.get(
            ViewName(view.name), 0
        )
