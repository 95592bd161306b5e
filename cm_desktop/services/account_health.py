"""How an account is doing: its last contact, its sign-in and allowance, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field

from cm_desktop.domain.events import GapFound
from cm_desktop.domain.ids import AccountId
from cm_desktop.domain.model import Account
from cm_desktop.domain.policy import ChannelPolicy
from cm_desktop.domain.standing import Standing
from cm_desktop.services import connecting
from cm_desktop.services.vault import Vault
from cm_desktop.store import accounts, gaps


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHealth:
    """What is known of an account's health without asking its channel."""

    account: Account
    policy: ChannelPolicy
    standing: Standing = field(default_factory=Standing)
    gaps: tuple[GapFound, ...] = ()  # times of which not everything was told, oldest first
    detail: str = ""  # of the trouble, for `sentences.explain`


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
