"""How an account is doing: its last contact, its sign-in and allowance, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cm_desktop.domain.events import GapFound
from cm_desktop.domain.ids import AccountId
from cm_desktop.domain.model import Account
from cm_desktop.domain.policy import ChannelPolicy
from cm_desktop.domain.standing import Standing
from cm_desktop.services import connecting
from cm_desktop.services.clock import Now, utc_now
from cm_desktop.services.vault import Vault
from cm_desktop.store import accounts, events, gaps
from cm_desktop.store.rows import stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHealth:
    """What is known of an account's health without asking its channel."""

    account: Account
    policy: ChannelPolicy
    standing: Standing = field(default_factory=Standing)
    gaps: tuple[GapFound, ...] = ()  # times of which not everything was told, oldest first
    detail: str = ""  # of the trouble, for `sentences.explain`

    @property
    def lost_gaps(self) -> tuple[GapFound, ...]:
        """The gaps that can never be filled, and so only be put away."""
        return tuple(gap for gap in self.gaps if gap.lost)


def account_health(vault: Vault, account_id: AccountId) -> AccountHealth:
    """Return how an account is doing. Raises UsageError("no_account") for a removed one, too."""
    account = connecting.find_account(vault, account_id)
    reader = vault.db.reader
    return AccountHealth(
        account=account,
        policy=accounts.policy(reader, account_id),
        standing=accounts.standing(reader, account_id),
        gaps=tuple(gaps.of(reader, account_id)),
        detail=accounts.trouble_detail(reader, account_id),
    )


def dismiss_gaps(
    vault: Vault, account_id: AccountId, seen: Iterable[GapFound], *, now: Now = utc_now
) -> tuple[GapFound, ...]:
    """Put lost gaps away for good, as the member at this computer, and return those it was.

    They come back where they grow. Left alone are gaps that may still be filled, that have
    grown since they were seen, or that somebody has put away before. Raises
    UsageError("no_account") and VaultErrors.
    """
    with vault.db.writing() as connection:
        account = connecting.find_account(vault, account_id)
        row = accounts.row_of(connection, account.id)
        done = tuple(gap for gap in seen if gaps.dismiss(connection, row, gap))
        for gap in done:
            body = {
                "account": account.id,
                "begin_ms": stamp(gap.begin),
                "end_ms": stamp(gap.end),
            }
            events.append(connection, "gap_dismissed", member=vault.me, body=body, at=now())
        events.seal(connection)
    return done
