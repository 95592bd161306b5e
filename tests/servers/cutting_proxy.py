"""A loopback proxy that cuts a connection at a chosen point, as bad networks do."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from enum import Enum

import pytest

from cm_desktop.domain.errors import OfflineError, ServerTroubleError, SlowError

_PATIENCE = 30.0  # seconds
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Cut(Enum):
    """Where the connection ends. Only the last two leave the request carried out."""

    NEVER = "never"
    BEFORE = "before any of the request was read"
    WITHIN = "half way through the request"
    AFTER = "after the whole request, which never reached the server"
    APPLIED = "after the server answered, of which nothing is passed on"
    HALF_ANSWER = "half way through the answer"


class CuttingProxy:
    """Passes requests on to one server of this computer; `cut` holds for those of `method`."""

    def __init__(self, port: int) -> None:
        """Stand in front of a server on 127.0.0.1."""
        self.cut = Cut.NEVER
        self.method = b"POST"
        self.cuts = 0  # how often it was done
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where to ask instead of the server."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop listening."""
        # Closing alone would not wake up the thread that waits for a connection.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(_PATIENCE)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _address = self._listener.accept()
                threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.settimeout(_PATIENCE)
            first = client.recv(len(self.method), socket.MSG_PEEK)
            cut = self.cut if first == self.method else Cut.NEVER
            self.cuts += cut is not Cut.NEVER
            if cut is Cut.BEFORE:
                _reset(client)
                return
            request = _request(client, half=cut is Cut.WITHIN)
            if cut in (Cut.WITHIN, Cut.AFTER):
                _reset(client)
                return
            answer = self._answer(request)
            if cut is not Cut.APPLIED:
                client.sendall(answer[: len(answer) // 2] if cut is Cut.HALF_ANSWER else answer)

    def _answer(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self._server), _PATIENCE) as server:
            # One request per connection: then the end of the answer is the end of it.
            server.sendall(_closing(request))
            answer = b"".join(iter(lambda: server.recv(1 << 16), b""))
            # Who is not told takes the connection for one that can be used again.
            return _closing(answer)


def _closing(said: bytes) -> bytes:
    """Return a request or an answer that tells that it is the last one of its connection."""
    return said.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


def _request(client: socket.socket, *, half: bool) -> bytes:
    """Read one request, or somewhat more than its head."""
    data = b""
    while b"\r\n\r\n" not in data and (more := client.recv(1 << 16)):
        data += more
    head, _gap, body = data.partition(b"\r\n\r\n")
    found = _LENGTH.search(head)
    length = int(found[1]) if found else 0
    while len(body) < (length // 2 if half else length) and (more := client.recv(1 << 16)):
        body += more
    head = re.sub(rb"\r\nconnection:[^\r]*", b"", head, flags=re.IGNORECASE)
    return head + b"\r\n\r\n" + body


def _reset(client: socket.socket) -> None:
    """Close so that the other side notices at once, and not as an end of the answer."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


@contextlib.contextmanager
def cutting_proxy(port: int) -> Iterator[CuttingProxy]:
    """Provide a proxy and close it."""
    proxy = CuttingProxy(port)
    try:
        yield proxy
    finally:
        proxy.close()


def lose_answer(proxy: CuttingProxy, cut: Cut, send: Callable[[], object]) -> bool:
    """Send while the connection is cut; return whether the server has carried it out."""
    proxy.cut = cut
    with pytest.raises((SlowError, ServerTroubleError, OfflineError)) as error:
        send()
    assert proxy.cuts == 1, "nothing is sent twice behind our back"
    applied = cut in (Cut.APPLIED, Cut.HALF_ANSWER)
    if applied:
        assert not isinstance(error.value, OfflineError), "that would promise nothing happened"
    return applied
