"""Jobs on threads: at most one for each key, delivered on the main thread.

The only file that starts threads. Reading has two threads of its own, searching one, asking
channels two, and writing one, so that writes are done in the order in which they were asked for.
"""

from __future__ import annotations

import inspect
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from cm_desktop.domain.errors import CmError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """The job ended with a result."""

    value: T


@dataclass(frozen=True, slots=True)
class Failed:
    """The job stopped for a reason that was foreseen and can be explained."""

    error: CmError


Outcome = Done[T] | Failed


@dataclass(slots=True)
class _Job:
    key: str
    run: Callable[[], Any]
    then: Callable[[], Callable[[Any], None] | None]
    cancelled: threading.Event
    number: int


class Runner(QObject):
    """Runs functions that may take their time, and brings back what came of them.

    A job returns a value or raises a CmError; `then` gets Done or Failed on the main
    thread, unless the widget it belongs to is gone or the job was cancelled. Any other
    exception is a bug and is raised again on the main thread.
    """

    idle = Signal()
    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[str, SimpleQueue[_Job | None]] = {}
        self._threads: list[threading.Thread] = []
        self._running: dict[str, _Job] = {}
        self._number = 0
        self._stopped = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def submit(
        self,
        key: str,
        job: Callable[[], T],
        then: Callable[[Outcome[T]], None],
        *,
        cancelled: threading.Event | None = None,
    ) -> bool:
        """Run a job that reads; False (and nothing happens) while one of this key runs.

        `cancelled` is set by cancel() and stop(); give it to the job if it looks at one.
        """
        if key in self._running or self._stopped:
            return False
        self._start("read", key, job, then, cancelled)
        return True

    def ask_outside(
        self,
        key: str,
        job: Callable[[], T],
        then: Callable[[Outcome[T]], None],
        *,
        cancelled: threading.Event | None = None,
    ) -> bool:
        """Run a job that asks a channel, which may take minutes: reading does not wait for it.

        Else as `submit`.
        """
        if key in self._running or self._stopped:
            return False
        self._start("outside", key, job, then, cancelled)
        return True

    def replace(
        self,
        key: str,
        job: Callable[[], T],
        then: Callable[[Outcome[T]], None],
        *,
        cancelled: threading.Event | None = None,
    ) -> None:
        """Run a job in place of the one of this key: only the newest is delivered."""
        if self._stopped:
            return
        self.cancel(key)
        self._start("search", key, job, then, cancelled)

    def write(self, job: Callable[[], T], then: Callable[[Outcome[T]], None] | None = None) -> None:
        """Run a job that writes, after all that were given before it. It is never left out."""
        self._number += 1
        self._start("write", f"write {self._number}", job, then or _explain_nothing, None)

    def cancel(self, key: str) -> None:
        """Deliver nothing of a key's job; it is told to stop if it listens."""
        job = self._running.pop(key, None)
        if job is not None:
            job.cancelled.set()
            job.number = -1

    @property
    def busy(self) -> bool:
        """Whether a job runs whose outcome was not delivered yet."""
        return bool(self._running)

    def stop(self) -> None:
        """End all threads: reading is cancelled, what was to be written is written."""
        self._stopped = True
        for key, job in list(self._running.items()):
            if not key.startswith("write "):
                job.cancelled.set()
                job.number = -1
        for lane, queue in self._lanes.items():
            for _thread in range(_THREADS[lane]):
                queue.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        self._lanes.clear()

    def _start(
        self,
        lane: str,
        key: str,
        job: Callable[[], T],
        then: Callable[[Outcome[T]], None],
        cancelled: threading.Event | None,
    ) -> None:
        self._number += 1
        made = _Job(key, job, _reference(then), cancelled or threading.Event(), self._number)
        self._running[key] = made
        self._lane(lane).put(made)

    def _lane(self, name: str) -> SimpleQueue[_Job | None]:
        if name not in self._lanes:
            self._lanes[name] = SimpleQueue()
            for number in range(_THREADS[name]):
                thread = threading.Thread(
                    target=self._work, args=(self._lanes[name],), name=f"{name}-{number}"
                )
                thread.start()
                self._threads.append(thread)
        return self._lanes[name]

    def _work(self, lane: SimpleQueue[_Job | None]) -> None:
        while (job := lane.get()) is not None:
            self._finished.emit((job, _outcome(job) if job.number >= 0 else None))

    @Slot(object)
    def _deliver(self, finished: tuple[_Job, Outcome[Any] | BaseException | None]) -> None:
        job, outcome = finished
        if self._running.get(job.key) is job:
            del self._running[job.key]
        then = job.then()
        # The thread may hold the job for longer; a widget it refers to must not die there.
        job.run, job.then = _do_nothing, _do_nothing
        if isinstance(outcome, BaseException):
            raise outcome
        if job.number >= 0 and then is not None:
            then(outcome)
        if not self._running:
            self.idle.emit()


_THREADS = {"read": 2, "search": 1, "outside": 2, "write": 1}


def _outcome(job: _Job) -> Outcome[Any] | BaseException:
    try:
        return Done(job.run())
    except CmError as error:
        return Failed(error)
    except BaseException as bug:  # raised again on the main thread
        return bug


def _do_nothing() -> None:
    """Stand for what a job was, once it is over."""


def _explain_nothing(_outcome: Outcome[Any]) -> None:
    """Take the outcome of a write that nobody waits for."""


def _reference(
    then: Callable[[Outcome[T]], None],
) -> Callable[[], Callable[[Outcome[T]], None] | None]:
    """Return how to reach `then` later, unless the object it is bound to is gone by then."""
    if not inspect.ismethod(then):
        return lambda: then
    method = weakref.WeakMethod(then)

    def reach() -> Callable[[Outcome[T]], None] | None:
        found = method()
        owner = getattr(found, "__self__", None)
        if isinstance(owner, QObject) and not shiboken6.isValid(owner):
            return None
        return found

    return reach
