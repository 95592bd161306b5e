"""The window's end of the worker process: starts it, talks to it, starts it again if it dies."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtCore import QObject, QProcess, QTimer, Signal, Slot

from cm_desktop.domain.ids import ConversationId
from cm_desktop.ui.context import Changes

_log = logging.getLogger(__name__)

# Seconds until the next try after it died once, twice… in a row.
PAUSES: Final = (1, 5, 30, 120, 600)
_WELL_AFTER_MS = 60_000  # having lived so long, its last death is forgotten
_STOP_MS = 3_000
_LONGEST_LINE = 16 * 2**20

COMMAND: Final = (sys.executable, "-m", "cm_desktop", "worker")


class WorkerLink(QObject):
    """Runs the worker and turns its lines into Changes.

    `died` says that it is not running and will be started again, `ready` that it runs.
    """

    died = Signal()
    ready = Signal()
    vault_trouble = Signal(str)  # code of the error, see domain/errors.py
    busy_changed = Signal(bool)  # something is being fetched or sent

    def __init__(
        self,
        changes: Changes,
        first_line: Mapping[str, str],
        *,
        command: tuple[str, ...] = COMMAND,
        pauses: tuple[float, ...] = PAUSES,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._changes = changes
        self._first_line = first_line
        self._command = command
        self._pauses = pauses
        self._deaths = 0
        self._stopping = False
        self._buffer = b""
        self._busy: set[str] = set()
        self._process = QProcess(self)
        self._again = QTimer(self, singleShot=True)
        self._well = QTimer(self, singleShot=True, interval=_WELL_AFTER_MS)
        self._connect()

    def _connect(self) -> None:
        self._process.setProcessChannelMode(
            QProcess.ProcessChannelMode.ForwardedErrorChannel
        )  # its log goes where ours goes
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(self._failed)
        self._again.timeout.connect(self.start)
        self._well.timeout.connect(self._forget_deaths)

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process.state() != QProcess.ProcessState.NotRunning

    def tell(self, changes: Changes) -> None:
        """Say what happens to a new window's Changes from now on."""
        self._changes = changes

    @Slot()
    def start(self) -> None:
        """Start the process; it answers by `changes` and `ready`."""
        self._stopping = False
        self._buffer = b""
        self._process.start(self._command[0], list(self._command[1:]))
        self._send(dict(self._first_line))

    def stop(self) -> None:
        """End the process: kindly, and after three seconds not kindly."""
        self._stopping = True
        self._again.stop()
        self._well.stop()
        if not self.running:
            return
        self._send({"do": "stop"})
        self._process.closeWriteChannel()
        if not self._process.waitForFinished(_STOP_MS):
            self._process.kill()
            self._process.waitForFinished(_STOP_MS)

    def sync(self) -> None:
        """Fetch everything new and send what waits, now."""
        self._send({"do": "sync"})

    def send(self) -> None:
        """Send what waits, now."""
        self._send({"do": "send"})

    def account(self, account_id: str) -> None:
        """Read an account again: it was added, changed or removed."""
        self._send({"do": "account", "account": account_id})

    def _send(self, line: dict[str, str]) -> None:
        if self.running:
            self._process.write(json.dumps(line).encode() + b"\n")

    @Slot()
    def _read(self) -> None:
        self._buffer += bytes(self._process.readAllStandardOutput().data())
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            self._hear(line)
        if len(self._buffer) > _LONGEST_LINE:
            self._buffer = b""
            self._process.kill()

    def _hear(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            _log.warning("the worker said something that is no JSON: %d bytes", len(line))
            return
        handler = self._handlers.get(event.get("event")) if isinstance(event, dict) else None
        if handler is not None:
            handler(event)

    @property
    def _handlers(self) -> Mapping[Any, Callable[[dict[str, Any]], None]]:
        return {
            "ready": self._on_ready,
            "changed": self._on_conversations,
            "woken": self._on_conversations,
            "outbox": self._on_outbox,
            "sent": self._on_outbox,
            "account": self._on_account,
            "offline": self._on_offline,
            "vault": self._on_vault,
        }

    def _on_ready(self, _event: dict[str, Any]) -> None:
        self._well.start()
        self.ready.emit()

    def _on_conversations(self, event: dict[str, Any]) -> None:
        ids = frozenset(ConversationId(str(one)) for one in event.get("conversations") or ())
        if ids:
            self._changes.conversations.emit(ids)

    def _on_outbox(self, event: dict[str, Any]) -> None:
        self._changes.outbox.emit()
        self._on_conversations(event)

    def _on_account(self, event: dict[str, Any]) -> None:
        busy = set(self._busy)
        (busy.add if event.get("busy") else busy.discard)(str(event.get("account")))
        self._set_busy(busy)
        if not event.get("busy"):
            self._changes.accounts.emit()

    def _on_offline(self, event: dict[str, Any]) -> None:
        self._changes.connection.emit(not event.get("offline"))

    def _on_vault(self, event: dict[str, Any]) -> None:
        self.vault_trouble.emit(str(event.get("code", "")))

    @Slot()
    def _ended(self) -> None:
        self._well.stop()
        self._set_busy(set())
        if not self._stopping:
            self._die()

    def _set_busy(self, busy: set[str]) -> None:
        changed = bool(busy) != bool(self._busy)
        self._busy = busy
        if changed:
            self.busy_changed.emit(bool(busy))

    @Slot(QProcess.ProcessError)
    def _failed(self, error: QProcess.ProcessError) -> None:
        # What did start and then ended is told of by `finished`.
        if error is QProcess.ProcessError.FailedToStart and not self._stopping:
            self._die()

    def _die(self) -> None:
        pause = self._pauses[min(self._deaths, len(self._pauses) - 1)]
        self._deaths += 1
        _log.info("the worker ended with %d; again in %s s", self._process.exitCode(), pause)
        self.died.emit()
        self._again.start(round(pause * 1000))

    @Slot()
    def _forget_deaths(self) -> None:
        self._deaths = 0
