"""How late the window's event loop is while its worker fetches flat out, and while it rests.

A program of its own: `late_window.py DATA_DIR SECONDS ROUNDS`; the vault is written to. Rest
and work take turns. Lateness is what a precise timer of 8 ms comes after its time.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(1, str(Path(__file__).parent.parent))

from PySide6.QtCore import QObject, Qt, QTimer

from benchmarks import real_window
from benchmarks.samples import peak_memory, share
from cm_desktop.services.vault import Vault
from cm_desktop.ui.context import Changes
from cm_desktop.ui.worker_link import WorkerLink

_EVERY = 8  # ms
_STARTING = 1.5  # seconds that begin a turn and are not measured


class Beat(QObject):
    """Ticks, and notes how late each tick is while it is asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] | None = None
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=_EVERY, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        if self.late is not None:
            self.late.append(max((now - self._last) * 1000 - _EVERY, 0.0))
        self._last = now


class Program(real_window.Program):
    """The program with the busy worker in place of its own."""

    seconds = 5.0

    def _make_worker(self, vault: Vault, changes: Changes) -> WorkerLink:
        made = super()._make_worker(vault, changes)
        busy = str(Path(__file__).with_name("busy_worker.py"))
        made._command = (sys.executable, busy, str(self.seconds))  # noqa: SLF001
        self.link = made
        return made


def main(folder: Path, seconds: float, rounds: int) -> None:
    """Measure both in turn and tell what was found."""
    Program.seconds = seconds + _STARTING
    busy: list[bool] = []
    rest: list[float] = []
    work: list[float] = []
    with real_window.opened(folder, Program) as (_application, program, window):
        program.link.busy_changed.connect(busy.append)
        real_window.until(lambda: bool(busy) and not busy[-1])  # the fetch that every start begins
        before, fetching = _messages(window.context.vault), 0.0
        beat = Beat()
        for _round in range(rounds):
            _wait(_STARTING)
            _measure(beat, rest, seconds)
            begun = time.perf_counter()
            program.link.sync()
            _wait(_STARTING)
            _measure(beat, work, seconds)
            real_window.until(lambda: not busy[-1])
            fetching += time.perf_counter() - begun
        kept = _messages(window.context.vault) - before
        worker = peak_memory(program.link._process.processId())  # noqa: SLF001
    told = {"per second": kept / fetching, "worker": worker}
    for name, late in (("rest", rest), ("work", work)):
        told |= {f"{name} {int(part * 100)}": share(late, part) for part in (0.5, 0.95, 0.99, 1.0)}
    print(json.dumps(told))


def _messages(vault: Vault) -> int:
    return vault.db.reader.execute("SELECT sum(n) FROM conversation").fetchone()[0]


def _measure(beat: Beat, into: list[float], seconds: float) -> None:
    beat.late = into
    _wait(seconds)
    beat.late = None


def _wait(seconds: float) -> None:
    over: list[bool] = []
    QTimer.singleShot(round(seconds * 1000), lambda: over.append(True))
    real_window.until(lambda: bool(over))


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
