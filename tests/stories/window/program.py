"""The whole program in the process of the test: its own `Program`, by the clock of the test.

The worker is the real one, on a thread and with a connection of its own to the vault, as in
a process. The demo's channels are real connectors, too; they live by the same clock, and have
the trouble that the test gives them.
"""

import json
import threading
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication

from cm_desktop.app import Program
from cm_desktop.services.connecting import make_connector
from cm_desktop.services.desk import Desk
from cm_desktop.services.tools import Tools
from cm_desktop.services.vault import open_with_key
from cm_desktop.ui.worker_link import WorkerLink
from cm_desktop.worker import Worker


class World:
    """What is outside of the program: the time, and whether there is a network."""

    def __init__(self):
        self.ahead = timedelta()
        self.trouble = ""

    def now(self):
        return datetime.now(UTC) + self.ahead

    def make(self, vault, account):
        """Return the connector of an account, in the world as it is now."""
        state = {"now": self.now().isoformat(), "trouble": self.trouble}
        settings = {**account.settings, **state} if account.channel == "demo" else account.settings
        return make_connector(vault, replace(account, settings=settings))


@dataclass
class Request:
    """What `cm-desktop` was called with."""

    data_dir: Path
    vault: str | None = None
    demo: bool = False
    screenshot: Path | None = None
    screen: str | None = None


class ThreadWorker(WorkerLink):
    """A worker on a thread instead of in a process: what both sides say is the same JSON."""

    said = Signal(bytes)

    def __init__(self, world, changes, first_line, parent=None):
        super().__init__(changes, first_line, parent=parent)
        self._world = world
        self._first = first_line
        self._worker = None
        self._thread = None
        self.said.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self):
        return self._thread is not None

    def start(self):
        vault = open_with_key(
            Path(self._first["data_dir"]), self._first["vault"], bytes.fromhex(self._first["key"])
        )
        tools = Tools(make=self._world.make, now=self._world.now)
        self._worker = worker = Worker(vault, self._say, tools)

        def work():
            with vault:
                # A process would end with what is under way; here the vault stays open for it.
                ended, pause = worker.run(), threading.Event()
                while not (ended or worker._watchers.all_ended()):
                    pause.wait(0.01)

        self._thread = threading.Thread(target=work, name="worker")
        self._thread.start()

    def stop(self):
        if self._thread is not None:
            self._worker.command({"do": "stop"})
            self._thread.join(20)
            assert not self._thread.is_alive(), "the worker does not end"
            self._thread = None

    def _send(self, line):
        if self.running:
            self._worker.command(json.loads(json.dumps(line)))

    def _say(self, event):
        self.said.emit(json.dumps(event).encode())


class PlayedProgram(Program):
    """The program with another clock, and a worker that need not be started as a process."""

    def __init__(self, world, request, cleanup):
        self.world = world
        super().__init__(QApplication.instance(), request, cleanup)

    @property
    def shown(self):
        return self._shown

    def _make_worker(self, vault, changes):
        first_line = {"key": vault.key.hex(), "data_dir": str(self._folder), "vault": vault.name}
        worker = ThreadWorker(self.world, changes, first_line, self)
        self._cleanup.callback(worker.stop)
        return worker

    def _context(self, vault, changes, worker):
        made = super()._context(vault, changes, worker)
        return replace(made, clock=self.world.now, desk=Desk(vault, self.world.now))


class Running:
    """One run of the program, from its start until the window is closed."""

    def __init__(self, world, request, program=PlayedProgram):
        self._cleanup = ExitStack()
        self.program = program(world, request, self._cleanup)
        self.program.begin()

    @property
    def window(self):
        return self.program.shown

    def end(self):
        """Close the window as the user would; what is to be kept is kept."""
        window = self.window
        if window is not None:
            window.close()
            # The program leaves its event loop now; here it goes on, and must find no window.
            shiboken6.delete(window)
        self._cleanup.close()
        self.program.deleteLater()
