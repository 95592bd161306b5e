"""Noting down by hand what was said where no channel leads: a text, a link, a saved mail.

For a dialog or a drop onto the window:

1. `guess(text)` for what was pasted or dropped as text or as a link, `guess_mail(raw)` for a
   dropped .eml file; both return a `Noted` with what is evident and empty fields for the rest.
2. Show its fields (network, author, text, link, time) and let a person correct them:
   `dataclasses.replace(noted, author=…)`. `networks()` are the choices for the network.
3. `note_down(vault, noted)` keeps it as a message and returns its conversation.

The message lies in an account "Noted by hand" of the channel `notifications`, which is made
with the first one. It has no mailbox: the worker asks nobody for it. Its conversations are
answered on their page: a reply becomes an outbox row that a person resolves.
"""

from __future__ import annotations

import contextlib

from cm_desktop.connectors import notifications_by_hand as by_hand
from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.notifications_by_hand import Noted, guess, guess_mail
from cm_desktop.connectors.notifications_patterns import Pattern, patterns
from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import ConversationId, fact_id
from cm_desktop.domain.model import Account
from cm_desktop.services import connecting
from cm_desktop.services.clock import Now, utc_now
from cm_desktop.services.vault import Vault
from cm_desktop.store import accounts, keeping

__all__ = ["Noted", "guess", "guess_mail", "networks", "note_down"]

_CHANNEL = "notifications"
_SETTINGS = {"by_hand": "yes"}


def networks() -> tuple[tuple[str, str], ...]:
    """Return the networks that are known, as (name for programs, name for people)."""
    return tuple((one.network, one.name) for one in sorted(patterns(), key=_by_name))


def note_down(vault: Vault, noted: Noted, *, now: Now = utc_now) -> ConversationId:
    """Keep something that was said, and return its conversation.

    The same link twice is one conversation, the same words of the same person there one
    message. Raises UsageError("empty") without text and link, AddressError for a link that
    is not http or https, and VaultErrors.
    """
    if not noted.text.strip() and not noted.link.strip():
        raise UsageError("empty")
    event = by_hand.event_of(noted, now())
    account = _account(vault)
    with vault.db.writing() as connection:
        keeping.keep(connection, account, [event], now())
    remote_id = event.conversation.remote_id
    return ConversationId(fact_id(_CHANNEL, account.remote_id, "conversation", remote_id))


def _account(vault: Vault) -> Account:
    """Return the account that needs no mailbox; make it where it is missing."""
    config = AccountConfig(channel=_CHANNEL, settings=_SETTINGS)
    with contextlib.closing(connecting.info(_CHANNEL).make(config)) as connector:
        identity, policy = connector.identify(), connector.policy
    for account in accounts.list_all(vault.db.reader):
        if (account.channel, account.remote_id) == (_CHANNEL, identity.remote_id):
            return account
    config = AccountConfig(
        channel=_CHANNEL, remote_id=identity.remote_id, settings=identity.settings
    )
    probe = connecting.Probe(identity=identity, policy=policy, config=config)
    return connecting.keep_account(vault, probe)


def _by_name(pattern: Pattern) -> str:
    return pattern.name.casefold()
