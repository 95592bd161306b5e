"""The worker process: fetches and sends while the window stays free; speaks in JSON lines.

First line on standard input: {"key": hex, "data_dir": path, "vault": name}. Then commands:
  {"do": "sync"}, {"do": "sync", "account": id}   fetch and send now, of all or of one
  {"do": "send"}, {"do": "send", "account": id}   send what waits
  {"do": "account", "account": id}                it was added, changed or removed
  {"do": "stop"}                                  end within two seconds; so does a closed input
Lines on standard output, nothing else goes there:
  {"event": "ready"}
  {"event": "changed", "account", "conversations", "new"}        read these again
  {"event": "outbox", "account", "outbox", "conversations"}      these rows have another state
  {"event": "sent", "account", "outbox", "conversations"}        of them, these were sent
  {"event": "account", "account", "busy", "health", "trouble", "next_fetch_at"}
  {"event": "offline", "offline"}                 whether no account can be reached
  {"event": "woken", "conversations"}             their snoozing is over
  {"event": "vault", "code"}                      the vault cannot be written or opened
  {"event": "refused", "do"}                      a command that does not exist
  {"event": "stopped"}
Times are ISO 8601 in UTC; logs go to standard error and hold ids and codes only.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from cm_desktop.domain.errors import CmError, UsageError, VaultError
from cm_desktop.domain.ids import AccountId
from cm_desktop.domain.model import Account, Health
from cm_desktop.services import backup, reading, syncing, waking
from cm_desktop.services.contract_json import stamp
from cm_desktop.services.scheduling import Schedule, Work, all_offline, has_slept
from cm_desktop.services.syncing import AccountReport
from cm_desktop.services.tools import Tools
from cm_desktop.services.vault import Vault, open_with_key
from cm_desktop.services.watching import Watchers

_NICE = 10
_WAKE_EVERY = 30.0  # seconds between two looks at what is snoozed
_FIRST_BACKUP = 60.0  # after the start: that has enough to do
_BACKUP_EVERY = 60.0  # seconds between two looks at whether a backup is due
_VAULT_PAUSE = 60.0  # seconds to leave a vault alone that could not be written
_GRACE = 1.5  # seconds for running work to end after `stop`
_READ_SIZE = 65_536
_EXIT_VAULT = 6  # as the command line

_log = logging.getLogger(__name__)

Say = Callable[[dict[str, Any]], None]
Command = Mapping[str, Any]


class Worker:
    """One vault's worker. Everything happens on the thread that calls `run`, but the work."""

    def __init__(
        self,
        vault: Vault,
        say: Say,
        tools: Tools | None = None,
        *,
        first_backup: float = _FIRST_BACKUP,
    ) -> None:
        self._vault = vault
        self._say = say
        self._tools = tools or Tools()
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._schedule = Schedule()
        self._cancelled = threading.Event()
        self._pool = ThreadPoolExecutor(syncing.AT_A_TIME, thread_name_prefix="sync")
        # Of its own: copying a large vault must not take the turn of an account.
        self._backup_pool = ThreadPoolExecutor(1, thread_name_prefix="backup")
        self._backing_up = False
        self._next_backup = time.monotonic() + first_backup
        self._watchers = Watchers(vault, self._tools, self._news)
        self._offline: bool | None = None
        self._next_wake = 0.0
        self._resting_until = 0.0

    def command(self, command: Command | None) -> None:
        """Hand over a command, from any thread; None means that none will follow."""
        self._inbox.put(partial(self._obey, {"do": "stop"} if command is None else command))

    def run(self) -> bool:
        """Work until told to stop; return whether everything that ran has ended by then.

        Raises VaultErrors when the vault cannot even be read.
        """
        self._say({"event": "ready"})
        self._ask_all(Work.SYNC)  # whatever the clock says, a new start looks at everything
        while not self._cancelled.is_set():
            self._wake_snoozed()
            self._back_up_in_time()
            self._begin_what_is_due()
            self._hear(self._patience())
        return self._end()

    # What is to be done.

    def _begin_what_is_due(self) -> None:
        accounts = reading.accounts(self._vault)
        self._tell_offline(accounts)
        if time.monotonic() < self._resting_until:
            return
        sends = reading.next_sends(self._vault)
        now = self._tools.now()
        for account, work in self._schedule.due(accounts, sends, now):
            if len(self._schedule.busy) >= syncing.AT_A_TIME:
                return
            self._schedule.begin(account.id, now)
            self._tell_account(account, busy=True)
            job = syncing.sync_account if work is Work.SYNC else syncing.send_account
            future = self._pool.submit(job, self._vault, account, self._cancelled, self._tools)
            future.add_done_callback(partial(self._job_ended, account))

    def _job_ended(self, account: Account, future: Future[AccountReport]) -> None:
        self._inbox.put(partial(self._done, account, future))

    def _done(self, account: Account, future: Future[AccountReport]) -> None:
        self._schedule.end(account.id)
        if future.cancelled():
            return
        try:
            report = syncing.outcome(self._vault, account, future, self._tools)
        except VaultError as error:
            self._rest(error)
            return
        self._tell(report)
        self._follow_up(report)

    def _follow_up(self, report: AccountReport) -> None:
        accounts = reading.accounts(self._vault)
        account = next((one for one in accounts if one.id == report.id), None)
        if account is None:
            return
        self._tell_account(account, busy=False)
        if account.health is Health.OFFLINE and report.sent:
            self._schedule.ask([account.id], Work.SYNC)  # what is sent has got through
        if account.health is not Health.OK:
            return
        # One that gets through again: the others will, too.
        offline = [one.id for one in accounts if one.health is Health.OFFLINE]
        self._schedule.ask(offline, Work.SYNC)
        self._watchers.watch(account)

    def _rest(self, error: VaultError) -> None:
        _log.error("vault: %s", error.code)
        self._say({"event": "vault", "code": error.code})
        self._resting_until = time.monotonic() + _VAULT_PAUSE

    def _wake_snoozed(self) -> None:
        if time.monotonic() < max(self._next_wake, self._resting_until):
            return
        self._next_wake = time.monotonic() + _WAKE_EVERY
        try:
            woken = waking.wake_snoozed(self._vault, self._tools.now())
        except VaultError as error:
            self._rest(error)
            return
        if woken:
            self._say({"event": "woken", "conversations": sorted(woken)})

    def _back_up_in_time(self) -> None:
        if self._backing_up or time.monotonic() < max(self._next_backup, self._resting_until):
            return
        self._backing_up = True
        self._next_backup = time.monotonic() + _BACKUP_EVERY
        about = (self._vault.db, self._vault.folder, self._tools.now())
        future = self._backup_pool.submit(backup.back_up_if_due, *about)
        future.add_done_callback(lambda future: self._inbox.put(partial(self._backed_up, future)))

    def _backed_up(self, future: Future[backup.Backup | None]) -> None:
        self._backing_up = False
        error = None if future.cancelled() else future.exception()
        if isinstance(error, VaultError):
            self._next_backup = time.monotonic() + backup.EVERY.total_seconds()
            _log.error("backup: %s", error.code)
            self._say({"event": "vault", "code": error.code})
        elif error is not None:
            raise error

    # What is heard.

    def _patience(self) -> float:
        accounts = reading.accounts(self._vault)
        if len(self._schedule.busy) >= syncing.AT_A_TIME:
            return 5.0  # the end of one wakes us
        wait = self._schedule.wait(accounts, reading.next_sends(self._vault), self._tools.now())
        return max(wait, min(5.0, self._resting_until - time.monotonic()))

    def _hear(self, patience: float) -> None:
        wall, steady = time.time(), time.monotonic()
        self._take_one(patience)
        while not self._inbox.empty():
            self._inbox.get()()
        if has_slept(time.time() - wall, time.monotonic() - steady, patience):
            _log.info("the computer slept or its clock was set")
            self._ask_all(Work.SYNC)

    def _take_one(self, patience: float) -> bool:
        """Carry out what comes next, if it comes in time."""
        try:
            job = self._inbox.get(timeout=max(patience, 0.0))
        except queue.Empty:
            return False
        job()
        return True

    def _news(self, account: AccountId) -> None:
        self._inbox.put(partial(self._schedule.ask, [account], Work.SYNC))

    def _obey(self, command: Command) -> None:
        one = command.get("account")
        match command.get("do"):
            case "stop":
                self._cancelled.set()
            case "sync":
                self._ask(one, Work.SYNC)
            case "send":
                self._ask(one, Work.SEND)
            case "account":
                if isinstance(one, str):
                    self._watchers.forget(AccountId(one))
                self._ask(one, Work.SYNC)
            case unknown:
                self._say({"event": "refused", "do": unknown})

    def _ask(self, account: object, work: Work) -> None:
        if isinstance(account, str):
            self._schedule.ask([AccountId(account)], work)
        elif work is Work.SEND:
            self._schedule.ask(reading.next_sends(self._vault), work)
        else:
            self._ask_all(work)

    def _ask_all(self, work: Work) -> None:
        self._schedule.ask([account.id for account in reading.accounts(self._vault)], work)

    # What is said.

    def _tell(self, report: AccountReport) -> None:
        about = {"account": report.id}
        if report.conversations:
            changed = {"conversations": sorted(report.conversations), "new": report.new}
            self._say({"event": "changed", **about, **changed})
        for event, rows in (("outbox", report.outbox.changed), ("sent", report.outbox.sent_rows)):
            if rows:
                moved = {
                    "outbox": sorted(rows),
                    "conversations": sorted(report.outbox.conversations),
                }
                self._say({"event": event, **about, **moved})

    def _tell_account(self, account: Account, *, busy: bool) -> None:
        state = {
            "busy": busy,
            "health": account.health.value,
            "trouble": account.trouble,
            "next_fetch_at": stamp(account.next_fetch_at),
        }
        self._say({"event": "account", "account": account.id, **state})

    def _tell_offline(self, accounts: list[Account]) -> None:
        offline = all_offline(accounts)
        if offline != self._offline:
            self._offline = offline
            self._say({"event": "offline", "offline": offline})

    def _end(self) -> bool:
        self._watchers.stop()
        for pool in (self._pool, self._backup_pool):
            pool.shutdown(wait=False, cancel_futures=True)
        until = time.monotonic() + _GRACE
        while self._is_busy() and self._take_one(until - time.monotonic()):
            continue
        self._say({"event": "stopped"})
        return not self._is_busy() and self._watchers.all_ended()

    def _is_busy(self) -> bool:
        return bool(self._schedule.busy) or self._backing_up


def main() -> int:
    """Run as a process of its own until standard input closes; return the exit code."""
    _be_modest()
    lines = _lines(sys.stdin.fileno())
    say = partial(_print, threading.Lock())
    try:
        vault = _vault(next(lines, b""))
    except CmError as error:
        say({"event": "vault", "code": error.code})
        return _EXIT_VAULT
    worker = Worker(vault, say)
    threading.Thread(target=_feed, args=(lines, worker), daemon=True).start()
    try:
        ended = worker.run()
    except VaultError as error:
        say({"event": "vault", "code": error.code})
        os._exit(_EXIT_VAULT)  # without waiting for requests under way
    if not ended:
        # A request is still under way. The outbox knows, and asks the channel next time.
        os._exit(0)
    vault.close()
    return 0


def _be_modest() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("cm_desktop").setLevel(logging.INFO)
    # Ctrl+C in a terminal is meant for the window, which then closes our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICE)


def _vault(line: bytes) -> Vault:
    """Open the vault that the first line names. Raises VaultErrors and UsageError."""
    try:
        first = json.loads(line)
        key, data_dir, name = bytes.fromhex(first["key"]), first["data_dir"], first["vault"]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError("first_line") from error
    return open_with_key(Path(data_dir), name, key)


def _feed(lines: Iterator[bytes], worker: Worker) -> None:
    for line in lines:
        try:
            command = json.loads(line)
        except ValueError:
            command = {"do": "nonsense"}
        worker.command(command if isinstance(command, dict) else {"do": "nonsense"})
    worker.command(None)


def _lines(source: int) -> Iterator[bytes]:
    """Yield the lines of a file descriptor as they come, without Python's own buffering.

    A thread that waits inside a buffered reader makes the interpreter abort at its end.
    """
    rest = b""
    while chunk := os.read(source, _READ_SIZE):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line for line in lines if line.strip())


def _print(lock: threading.Lock, event: dict[str, Any]) -> None:
    line = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    # A window that is gone does not read; our input is closed as well then.
    with lock, contextlib.suppress(OSError):
        print(line, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
