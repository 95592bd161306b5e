"""Syncing: one whole pass over the accounts; fetch everything new, then send what waits."""

from __future__ import annotations

import contextlib
import logging
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from cm_desktop.connectors.base import Connector
from cm_desktop.domain.errors import (
    CmError,
    ServerTroubleError,
    SlowError,
    UsageError,
    VaultError,
    VaultInUseError,
)
from cm_desktop.domain.ids import AccountId, ConversationId
from cm_desktop.domain.model import Account
from cm_desktop.domain.outbox_rules import is_stale
from cm_desktop.services import health, waking
from cm_desktop.services.connecting import find_account
from cm_desktop.services.fetching import fetch
from cm_desktop.services.sending import SendReport, send_waiting, turn_of
from cm_desktop.services.tools import Tools
from cm_desktop.services.vault import Vault
from cm_desktop.store import accounts
from cm_desktop.store import outbox as outbox_store

AT_A_TIME = 4  # accounts that are synced at once
_TURN = 0.1  # seconds between two questions whether another program has finished sending
_TURNS = 150

_log = logging.getLogger(__name__)


class ConnectorBugError(CmError):
    """A connector raised what no connector may raise; the account waits, the others go on."""

    code = "bug"


@dataclass(slots=True, kw_only=True)
class AccountReport:
    """What one pass did for one account."""

    id: AccountId
    channel: str
    new: int = 0
    updated: int = 0
    gone: int = 0
    skipped: int = 0
    sent: int = 0
    outbox: SendReport = field(default_factory=SendReport)
    conversations: set[ConversationId] = field(default_factory=set)
    errors: list[CmError] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class SyncReport:
    """What one pass did, account by account."""

    accounts: list[AccountReport] = field(default_factory=list)
    woken: int = 0  # snoozed conversations that came back

    @property
    def errors(self) -> list[CmError]:
        """Everything that went wrong, over all accounts."""
        return [error for report in self.accounts for error in report.errors]


# Told when an account is done.
Progress = Callable[[AccountReport], None]


def sync_once(
    vault: Vault,
    *,
    account: AccountId | None = None,
    send: bool = True,
    cancelled: threading.Event | None = None,
    on_progress: Progress | None = None,
    tools: Tools | None = None,
) -> SyncReport:
    """Fetch and send for every account that is not paused, or for one.

    An account that fails is reported and does not stop the others. Raises
    UsageError("no_account") and VaultErrors.
    """
    tools = tools or Tools()
    cancelled = cancelled or threading.Event()
    report = SyncReport(woken=len(waking.wake_snoozed(vault, tools.now())))
    work = sync_account if send else fetch_account
    with ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="sync") as pool:
        running = [
            (one, pool.submit(work, vault, one, cancelled, tools))
            for one in _wanted(vault, account)
        ]
        try:
            for one, future in running:
                done = outcome(vault, one, future, tools)
                report.accounts.append(done)
                if on_progress is not None:
                    on_progress(done)
        except BaseException:
            cancelled.set()  # else leaving the pool waits until the others are through
            raise
    return report


def sync_account(
    vault: Vault, account: Account, cancelled: threading.Event, tools: Tools
) -> AccountReport:
    """Fetch and then send for one account, and note how it went. Raises VaultErrors."""
    return _contact(vault, account, cancelled, tools, _fetch_and_send)


def fetch_account(
    vault: Vault, account: Account, cancelled: threading.Event, tools: Tools
) -> AccountReport:
    """Fetch for one account, and note how it went. Raises VaultErrors."""
    return _contact(vault, account, cancelled, tools, _fetch)


def send_account(
    vault: Vault, account: Account, cancelled: threading.Event, tools: Tools
) -> AccountReport:
    """Send for one account without fetching, unless what waits has grown old.

    Raises VaultErrors.
    """
    now = tools.now()
    if any(is_stale(row, now) for row in outbox_store.waiting_of(vault.db.reader, account.id)):
        return sync_account(vault, account, cancelled, tools)
    return _contact(vault, account, cancelled, tools, _send)


def outcome(
    vault: Vault, account: Account, future: Future[AccountReport], tools: Tools
) -> AccountReport:
    """Return what a finished contact reports, and make a report of a connector's bug.

    Raises VaultErrors, because then no account can go on.
    """
    bug = future.exception()
    if bug is None:
        return future.result()
    if isinstance(bug, VaultError) or not isinstance(bug, Exception):
        raise bug
    if isinstance(bug, UsageError):  # the account was erased while it was being synced
        return AccountReport(id=account.id, channel=account.channel, errors=[bug])
    # The message of a bug may hold anything, also texts of others; its place may not.
    place = traceback.extract_tb(bug.__traceback__)[-1]
    where = f"{type(bug).__name__} {place.name}:{place.lineno}"
    _log.error("bug in account %s: %s", account.id, where)
    error = ConnectorBugError(where)
    health.note(vault, account, error, tools.now(), tools.chance())
    return AccountReport(id=account.id, channel=account.channel, errors=[error])


def _wanted(vault: Vault, account: AccountId | None) -> list[Account]:
    if account is not None:
        return [find_account(vault, account)]
    return [one for one in accounts.list_all(vault.db.reader) if not one.paused]


# One contact with a connected account: adds to the report, returns what went wrong for all of it.
_Work = Callable[["_Contact"], CmError | None]


@dataclass(slots=True, kw_only=True)
class _Contact:
    vault: Vault
    account: Account
    connector: Connector
    cancelled: threading.Event
    tools: Tools
    report: AccountReport


def _contact(
    vault: Vault, account: Account, cancelled: threading.Event, tools: Tools, work: _Work
) -> AccountReport:
    report = AccountReport(id=account.id, channel=account.channel)
    if (wait := health.wait_left(account, tools.now())) is not None:
        report.errors.append(wait)
        return report
    try:
        with contextlib.closing(tools.make(vault, account)) as connector:
            contact = _Contact(
                vault=vault,
                account=account,
                connector=connector,
                cancelled=cancelled,
                tools=tools,
                report=report,
            )
            error = work(contact)
            _keep_standing(vault, account, connector)
    except VaultError:
        raise
    except CmError as trouble:
        error = trouble
        report.errors.append(trouble)
    if not cancelled.is_set() and (error is not None or work is not _send):
        health.note(vault, account, error, tools.now(), tools.chance())
    return report


def _keep_standing(vault: Vault, account: Account, connector: Connector) -> None:
    stands = connector.standing()
    if stands != accounts.standing(vault.db.reader, account.id):
        with vault.db.writing() as connection:
            accounts.set_standing(connection, account.id, stands)


def _fetch_and_send(contact: _Contact) -> CmError | None:
    error = _fetch(contact)
    if contact.cancelled.is_set() or not isinstance(error, ServerTroubleError | SlowError | None):
        return error
    # A channel whose lists are broken may still take replies; only old ones wait for a look.
    return _send(contact, looked=error is None) or error


def _fetch(contact: _Contact) -> CmError | None:
    report = contact.report
    fetched = fetch(
        contact.vault,
        contact.account,
        contact.connector,
        contact.cancelled,
        now=contact.tools.now,
    )
    report.new += fetched.new
    report.updated += fetched.updated
    report.gone += fetched.gone
    report.skipped += fetched.skipped
    report.conversations |= fetched.conversations
    if fetched.error is not None:
        report.errors.append(fetched.error)
    return fetched.error


def _send(contact: _Contact, *, looked: bool = True) -> CmError | None:
    report = contact.report
    sent = _send_in_turn(contact, looked=looked)
    report.outbox = sent
    report.sent += sent.sent
    report.conversations |= sent.conversations
    report.errors.extend(sent.errors)
    return sent.stopped_by


def _send_in_turn(contact: _Contact, *, looked: bool) -> SendReport:
    """Send when no other program does; after a while leave it to that other one."""
    for _turn in range(_TURNS):
        try:
            return send_waiting(
                contact.vault,
                contact.account,
                contact.connector,
                contact.cancelled,
                contact.tools,
                looked=looked,
            )
        except VaultInUseError as error:
            if error.detail != turn_of(contact.account):
                raise  # not the turn but the file is taken
            if contact.cancelled.wait(_TURN):
                break
    _log.info("another program sends for account %s", contact.account.id)
    return SendReport()
