"""Connecting accounts: try a sign-in, keep it, renew it, remove it.

Secrets lie in the encrypted vault and nowhere else; a renewed token is kept the moment the
channel gives it, before the old one stops working.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from cm_desktop.connectors.base import (
    AccountConfig,
    ChannelInfo,
    Connector,
    Finding,
    Identity,
)
from cm_desktop.connectors.registry import CHANNELS, channel_info
from cm_desktop.domain.changes import Cancelled
from cm_desktop.domain.errors import AddressError, UsageError
from cm_desktop.domain.events import MessageSeen
from cm_desktop.domain.ids import AccountId, new_id
from cm_desktop.domain.model import Account, Health
from cm_desktop.domain.policy import ChannelPolicy
from cm_desktop.services import desk_apply
from cm_desktop.services.clock import utc_now
from cm_desktop.services.vault import Vault
from cm_desktop.store import accounts, events, outbox, search
from cm_desktop.store.connection import Connection

_PREVIEW_READ = 200  # events looked at for a preview


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What trying an account found out, before anything of it is kept."""

    identity: Identity
    policy: ChannelPolicy
    newest: tuple[MessageSeen, ...] = ()
    config: AccountConfig  # with what `identify` added; its secret may have been renewed


def channels() -> tuple[ChannelInfo, ...]:
    """Return what is known of every channel the program speaks with."""
    return tuple(channel_info(channel) for channel in CHANNELS)


def info(channel: str) -> ChannelInfo:
    """Return what is known of a channel. Raises UsageError("no_channel")."""
    if channel not in CHANNELS:
        raise UsageError("no_channel", channel)
    return channel_info(channel)


def make_connector(vault: Vault, account: Account) -> Connector:
    """Return a connector for an account of the vault, which keeps its renewed secrets there."""

    def keep_secret(secret: Mapping[str, str]) -> None:
        with vault.db.writing() as connection:
            accounts.set_secret(connection, account.id, secret)

    config = AccountConfig(
        channel=account.channel,
        remote_id=account.remote_id,
        handle=account.handle,
        url=account.url,
        settings=account.settings,
        secret=accounts.secret(vault.db.reader, account.id),
        keep_secret=keep_secret,
    )
    return info(account.channel).make(config)


@contextlib.contextmanager
def connected(vault: Vault, account: Account) -> Iterator[Connector]:
    """Give a connector for an account and close it in the end."""
    with contextlib.closing(make_connector(vault, account)) as connector:
        yield connector


def look(config: AccountConfig) -> Finding | None:
    """Return what stands behind an address without signing in; None: this channel cannot tell.

    Raises AddressError, OfflineError, UntrustedServerError and their like.
    """
    about = info(config.channel)
    return None if about.look is None else about.look(config)


def probe(config: AccountConfig, *, preview: int = 0) -> Probe:
    """Sign in and tell who we are there; nothing is kept.

    With `preview`, also look at the newest messages. Raises what `identify` raises:
    AddressError, SignInNeededError, OfflineError, UntrustedServerError and their like.
    """
    about = info(config.channel)
    _check_complete(about, config)
    renewed = dict(config.secret)

    def keep_secret(secret: Mapping[str, str]) -> None:
        renewed.clear()
        renewed.update(secret)

    config = replace(config, keep_secret=keep_secret)
    with contextlib.closing(about.make(config)) as connector:
        identity = connector.identify()
        newest = _newest(connector, preview)
        policy = connector.policy
    known = replace(
        config,
        remote_id=identity.remote_id,
        handle=identity.handle or config.handle,
        url=identity.url or config.url,
        settings={**config.settings, **identity.settings},
        secret=renewed,
    )
    return Probe(identity=identity, policy=policy, newest=newest, config=known)


def add_account(
    vault: Vault,
    channel: str,
    *,
    url: str = "",
    handle: str = "",
    settings: Mapping[str, str] | None = None,
    secret: Mapping[str, str] | None = None,
) -> Account:
    """Try an account and keep it.

    One that was removed before comes back with its history. Raises
    UsageError("account_exists"), UsageError("no_channel") and what `probe` raises.
    """
    config = AccountConfig(
        channel=channel, url=url, handle=handle, settings=settings or {}, secret=secret or {}
    )
    return keep_account(vault, probe(config))


def keep_account(vault: Vault, tried: Probe) -> Account:
    """Keep an account that was tried. Raises UsageError("account_exists")."""
    config, identity = tried.config, tried.identity
    account = Account(
        id=AccountId(new_id()),
        channel=config.channel,
        remote_id=identity.remote_id,
        title=identity.title or config.handle or config.url,
        handle=config.handle,
        url=config.url,
        settings=config.settings,
    )
    with vault.db.writing() as connection:
        kept = accounts.add(
            connection, account, secret=config.secret, policy=tried.policy, now=utc_now()
        )
        _note(vault, connection, "account_added", kept.id)
    return kept


def sign_in_again(vault: Vault, account_id: AccountId, secret: Mapping[str, str]) -> Account:
    """Try a new secret for an account and keep it; its history stays.

    Raises UsageError("other_account") when the secret belongs to another account there.
    """
    account = find_account(vault, account_id)
    config = AccountConfig(
        channel=account.channel,
        remote_id=account.remote_id,
        handle=account.handle,
        url=account.url,
        settings=account.settings,
        secret=secret,
    )
    tried = probe(config)
    if tried.identity.remote_id != account.remote_id:
        raise UsageError("other_account", account.title)
    with vault.db.writing() as connection:
        accounts.set_secret(connection, account.id, tried.config.secret)
        accounts.set_policy(connection, account.id, tried.policy)
        # Due at once: what waits for this sign-in has waited long enough.
        accounts.set_health(connection, account.id, Health.NEW, now=utc_now())
        _note(vault, connection, "account_signed_in", account.id)
    return find_account(vault, account_id)


def test_account(vault: Vault, account_id: AccountId) -> Probe:
    """Sign in with what is kept and tell who we are there; keeps nothing but renewed secrets."""
    account = find_account(vault, account_id)
    with connected(vault, account) as connector:
        identity = connector.identify()
        policy = connector.policy
    config = AccountConfig(channel=account.channel, remote_id=identity.remote_id)
    return Probe(identity=identity, policy=policy, config=config)


def remove_account(vault: Vault, account_id: AccountId, *, erase: bool = False) -> None:
    """Sign an account out for good; with `erase`, everything it brought goes as well.

    What waits to be sent is taken back: its texts are drafts again. One that was removed
    before may still be erased. Raises UsageError("no_account").
    """
    accounts.by_id(vault.db.reader, account_id)
    with vault.db.writing() as connection:
        _take_back_waiting(vault, connection, account_id)
        if erase:
            accounts.erase(connection, account_id)
            search.forget_erased(connection)
        else:
            accounts.remove(connection, account_id, now=utc_now())
        _note(vault, connection, "account_erased" if erase else "account_removed", account_id)


def pause_account(vault: Vault, account_id: AccountId) -> None:
    """Neither fetch nor send for an account until it is resumed."""
    with vault.db.writing() as connection:
        accounts.pause(connection, account_id)
        _note(vault, connection, "account_paused", account_id)


def resume_account(vault: Vault, account_id: AccountId) -> None:
    """Fetch and send for an account again."""
    with vault.db.writing() as connection:
        accounts.resume(connection, account_id)
        _note(vault, connection, "account_resumed", account_id)


def find_account(vault: Vault, account_id: AccountId) -> Account:
    """Return an account that was not removed. Raises UsageError("no_account")."""
    if not accounts.is_here(vault.db.reader, account_id):
        raise UsageError("no_account", account_id)
    return accounts.by_id(vault.db.reader, account_id)


def _take_back_waiting(vault: Vault, connection: Connection, account_id: AccountId) -> None:
    for row in outbox.waiting_of(connection, account_id):
        taken = Cancelled(member=vault.me, at=utc_now(), conversation=row.conversation, row=row)
        desk_apply.keep(connection, taken)


def _note(vault: Vault, connection: Connection, kind: str, account_id: AccountId) -> None:
    events.append(connection, kind, member=vault.me, body={"account": account_id}, at=utc_now())
    events.seal(connection)


def _check_complete(about: ChannelInfo, config: AccountConfig) -> None:
    if about.alone is not None and config.settings.get(about.alone[0]) == about.alone[1]:
        return
    # Who signed in on the channel's own page brings a secret of another kind.
    by_page = about.browser is not None and bool(config.secret)
    asked = () if by_page else about.secret_fields
    missing = [name for name in asked if not config.secret.get(name)]
    if about.needs_url and not config.url:
        missing.append("url")
    if about.needs_handle and not config.handle:
        missing.append("handle")
    if missing:
        raise AddressError("missing", ", ".join(missing))


def _newest(connector: Connector, count: int) -> tuple[MessageSeen, ...]:
    if count <= 0:
        return ()
    seen = [
        event
        for event in islice(connector.fetch(None), _PREVIEW_READ)
        if isinstance(event, MessageSeen)
    ]
    return tuple(sorted(seen, key=lambda message: message.created_at)[-count:])
