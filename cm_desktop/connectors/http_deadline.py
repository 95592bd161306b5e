"""End a request that takes too long in all, however steadily it drips.

Timeouts of sockets begin anew with each byte; a server that sends one byte a second
would hold us for hours. Here the sockets of one client are shut when time is up.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any
from weakref import WeakSet


class Deadline:
    """Knows the open sockets of one client and shuts them when time is up."""

    def __init__(self) -> None:
        """Begin without sockets; `trace` brings them."""
        self._sockets: WeakSet[socket.socket] = WeakSet()

    def trace(self, name: str, details: Mapping[str, Any]) -> None:
        """Take note of a connection; the `trace` extension of the HTTP client calls it."""
        if name.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._sockets.add(details["return_value"].get_extra_info("socket"))

    @contextmanager
    def limit(self, seconds: float) -> Iterator[threading.Event]:
        """Shut the sockets unless the block is left in time; the event tells that it happened."""
        over = threading.Event()
        with _clock.calls(lambda: self._shut(over), seconds):
            yield over

    def _shut(self, over: threading.Event) -> None:
        over.set()
        for one in list(self._sockets):
            try:
                # Past ssl's own method, which would wait for the other side.
                socket.socket.shutdown(one, socket.SHUT_RDWR)
            except OSError:
                continue  # already closed


class _Clock:
    """Calls whoever is out of time: one thread for all requests, for starting one is dear."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: dict[object, tuple[float, Callable[[], None]]] = {}
        self._wakes_at: float | None = None  # None: the thread has ended

    @contextmanager
    def calls(self, late: Callable[[], None], seconds: float) -> Iterator[None]:
        """Call `late` unless the block is left in time."""
        me, at = object(), monotonic() + seconds
        with self._changed:
            if self._wakes_at is None:
                threading.Thread(target=self._run, name="deadlines", daemon=True).start()
                self._wakes_at = at
            elif at < self._wakes_at:
                self._changed.notify()
            self._due[me] = (at, late)
        try:
            yield
        finally:
            with self._changed:
                self._due.pop(me, None)

    def _run(self) -> None:
        with self._changed:
            try:
                while self._due:
                    self._call_late_ones(monotonic())
            finally:
                self._wakes_at = None

    def _call_late_ones(self, now: float) -> None:
        """Call them, and wait for the next one. Each in its own thread: it may fail there."""
        for one, (at, late) in list(self._due.items()):
            if at <= now:
                del self._due[one]
                threading.Thread(target=late, daemon=True).start()
        if self._due:
            self._wakes_at = min(at for at, _late in self._due.values())
            self._changed.wait(self._wakes_at - now)


_clock = _Clock()
