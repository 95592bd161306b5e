"""How an account's last contact with its channel went, and when the next one is due."""

from __future__ import annotations

from datetime import datetime, timedelta

from cm_desktop.domain.errors import (
    CmError,
    OfflineError,
    RateLimitedError,
    SignInNeededError,
)
from cm_desktop.domain.model import Account, Health
from cm_desktop.domain.outbox_rules import backoff, wait_told
from cm_desktop.domain.policy import ChannelPolicy
from cm_desktop.services.vault import Vault
from cm_desktop.store import accounts

# Asking more often with a refused sign-in can lock the account on the channel.
_SIGN_IN_AGAIN = timedelta(hours=1)
# A computer without network asks nobody, so it may look often whether it is back.
_OFFLINE_LONGEST = timedelta(minutes=2)

_HEALTH: dict[type[CmError], Health] = {
    OfflineError: Health.OFFLINE,
    RateLimitedError: Health.WAITING,
    SignInNeededError: Health.SIGN_IN,
}


def health_of(error: CmError | None) -> Health:
    """Return what an error says about an account; None: that all is well."""
    return Health.OK if error is None else _HEALTH.get(type(error), Health.TROUBLE)


def note(
    vault: Vault,
    account: Account,
    error: CmError | None,
    now: datetime,
    chance: float,
) -> Account:
    """Keep how a contact went and when the next is due; return the account as it is then."""
    with vault.db.writing() as connection:
        failures = accounts.failures(connection, account.id) + 1
        policy = accounts.policy(connection, account.id)
        accounts.set_health(
            connection,
            account.id,
            health_of(error),
            now=now,
            trouble="" if error is None else error.code,
            detail="" if error is None else error.detail,
            next_fetch_at=next_fetch_at(error, failures, policy, now, chance),
        )
    return accounts.by_id(vault.db.reader, account.id)


def next_fetch_at(
    error: CmError | None,
    failures: int,
    policy: ChannelPolicy,
    now: datetime,
    chance: float,
) -> datetime:
    """Return when to ask a channel again.

    `failures` are those in a row, this one included; `chance` from 0 to 1 scatters.
    """
    if error is None:
        # Scattered a little, so that accounts do not all fetch in the same second.
        return now + timedelta(seconds=policy.poll_seconds * (1 + 0.1 * chance))
    if isinstance(error, RateLimitedError):
        return now + wait_told(error)
    if isinstance(error, SignInNeededError):
        return now + _SIGN_IN_AGAIN
    wait = backoff(failures, chance)
    return now + (min(wait, _OFFLINE_LONGEST) if isinstance(error, OfflineError) else wait)


def wait_left(account: Account, now: datetime) -> RateLimitedError | None:
    """Return what to tell while a channel wants to be left alone, or None."""
    if account.health is not Health.WAITING or account.next_fetch_at is None:
        return None
    left = (account.next_fetch_at - now).total_seconds()
    return RateLimitedError(left) if 0 < left <= timedelta(days=1).total_seconds() else None
