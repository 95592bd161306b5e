"""Watching: channels that can push are listened to, so that news need not wait for a poll."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from cm_desktop.domain.errors import CmError
from cm_desktop.domain.ids import AccountId
from cm_desktop.domain.model import Account
from cm_desktop.services.tools import Tools
from cm_desktop.services.vault import Vault

_LONGEST = 25 * 60.0  # seconds; mail servers end a longer wait by themselves
_AT_ONCE = 1.0  # an answer within this time means: this channel cannot push
_BREATHER = 1.0
_MOST = 32  # accounts listened to at the same time

_log = logging.getLogger(__name__)


class Watchers:
    """One listener for each account whose channel can push; the others are found out once."""

    def __init__(self, vault: Vault, tools: Tools, news: Callable[[AccountId], None]) -> None:
        self._vault = vault
        self._tools = tools
        self._news = news  # called on the listener's thread
        self._pool = ThreadPoolExecutor(_MOST, thread_name_prefix="watch")
        self._ends: dict[AccountId, threading.Event] = {}
        self._silent: set[AccountId] = set()
        self._running: set[Future[None]] = set()
        self._stopped = False

    def watch(self, account: Account) -> None:
        """Listen to an account from now on, unless that is so or its channel cannot push.

        Does nothing once stopped: work that ends meanwhile may still ask for it.
        """
        known = account.id in self._ends or account.id in self._silent
        if self._stopped or known or len(self._ends) >= _MOST:
            return
        end = self._ends[account.id] = threading.Event()
        future = self._pool.submit(self._listen, account, end)
        self._running.add(future)
        future.add_done_callback(lambda future: self._ended(account.id, end, future))

    def forget(self, account: AccountId) -> None:
        """Stop listening to an account; it may be listened to anew."""
        self._silent.discard(account)
        if (end := self._ends.pop(account, None)) is not None:
            end.set()

    def stop(self) -> None:
        """Stop listening to all, for good; does not wait for them."""
        self._stopped = True
        for account in list(self._ends):
            self.forget(account)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def all_ended(self) -> bool:
        """Whether nobody listens any more."""
        return all(future.done() for future in self._running)

    def _listen(self, account: Account, end: threading.Event) -> None:
        with contextlib.closing(self._tools.make(self._vault, account)) as connector:
            while not end.is_set():
                began = time.monotonic()
                if connector.wait(_LONGEST, end):
                    self._news(account.id)
                    end.wait(_BREATHER)
                elif not end.is_set() and time.monotonic() - began < _AT_ONCE:
                    self._silent.add(account.id)
                    return

    def _ended(self, account: AccountId, end: threading.Event, future: Future[None]) -> None:
        self._running.discard(future)
        if self._ends.get(account) is end:
            del self._ends[account]
        error = None if future.cancelled() else future.exception()
        if error is None:
            return
        if isinstance(error, CmError):
            _log.info("listening to account %s ended: %s", account, error.code)
        else:
            _log.error("bug while listening to account %s: %s", account, type(error).__name__)
            self._silent.add(account)
