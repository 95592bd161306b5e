"""End a request that takes too long in all, however steadily it drips.

Timeouts of sockets begin anew with each byte; a server that sends one byte a second
would hold us for hours. Here a timer shuts the sockets of one client.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
        timer = threading.Timer(seconds, self._shut, (over,))
        timer.daemon = True
        timer.start()
        try:
            yield over
        finally:
            timer.cancel()

    def _shut(self, over: threading.Event) -> None:
        over.set()
        for one in list(self._sockets):
            try:
                # Past ssl's own method, which would wait for the other side.
                socket.socket.shutdown(one, socket.SHUT_RDWR)
            except OSError:
                continue  # already closed
