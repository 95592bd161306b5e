"""Fetching: what a channel reports is kept page by page, each together with its cursor."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from cm_desktop.connectors.base import Connector
from cm_desktop.domain.errors import CmError, VaultError
from cm_desktop.domain.events import CursorMoved, Event
from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.model import Account
from cm_desktop.services.clock import Now, utc_now
from cm_desktop.services.vault import Vault
from cm_desktop.store import accounts, keeping

# A page that never ends must not fill the memory; kept without its cursor it is only
# reported again.
_BITE = 1_000


@dataclass(slots=True, kw_only=True)
class FetchReport:
    """What a fetch brought; `error` ended it early, what came before it is kept."""

    new: int = 0
    updated: int = 0
    gone: int = 0
    skipped: int = 0  # items that made no sense
    conversations: set[ConversationId] = field(default_factory=set)
    error: CmError | None = None
    cancelled: bool = False


def fetch(
    vault: Vault,
    account: Account,
    connector: Connector,
    cancelled: threading.Event,
    *,
    now: Now = utc_now,
) -> FetchReport:
    """Keep everything new of one account, and say what became of it.

    Everything up to a CursorMoved is one transaction with that cursor, so a crash costs a
    page and leaves no hole. Safe to run twice. Raises VaultErrors only.
    """
    since = accounts.cursor(vault.db.reader, account.id)
    report = FetchReport()
    waiting: list[Event] = []
    try:
        for event in _until_cancelled(connector.fetch(since), cancelled):
            waiting.append(event)
            if isinstance(event, CursorMoved) or len(waiting) >= _BITE:
                _keep(vault, account, waiting, report, now)
                waiting = []
    except VaultError:
        raise
    except CmError as error:
        report.error = error
    # A page that broke off is kept as far as it came: the next fetch reports it once more.
    _keep(vault, account, waiting, report, now)
    report.cancelled = cancelled.is_set()
    return report


def _until_cancelled(reported: Iterator[Event], cancelled: threading.Event) -> Iterator[Event]:
    for event in reported:
        yield event
        if cancelled.is_set():
            return


def _keep(
    vault: Vault, account: Account, reported: list[Event], report: FetchReport, now: Now
) -> None:
    if not reported:
        return
    with vault.db.writing() as connection:
        # A CursorMoved among them is saved with them.
        kept = keeping.keep(connection, account, reported, now())
    report.new += kept.new
    report.updated += kept.updated
    report.gone += kept.gone
    report.skipped += kept.skipped
    report.conversations |= kept.conversations
