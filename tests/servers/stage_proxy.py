"""A loopback proxy that cuts an encrypted dialogue at a chosen turn, without reading it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

_PATIENCE = 30.0  # seconds


class StageProxy:
    """Passes bytes on untouched and counts whose turn it is.

    A dialogue is a row of turns: the client speaks, the server answers. `lose_request` is
    the number of the client's turn that never reaches the server, `lose_answer` that of the
    server's turn that never reaches the client; after it the connection is cut. 0: none.
    """

    def __init__(self, port: int) -> None:
        """Stand in front of a server on 127.0.0.1."""
        self.lose_request = 0
        self.lose_answer = 0
        self.turns = 0  # client's turns of the last connection
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
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
        with client, socket.create_connection(("127.0.0.1", self._server), _PATIENCE) as server:
            dialogue = _Dialogue(self, client, server)
            back = threading.Thread(target=dialogue.answers, daemon=True)
            back.start()
            dialogue.requests()
            back.join(_PATIENCE)


class _Dialogue:
    def __init__(self, proxy: StageProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._client_speaks = False
        self._turn = 0
        self._lock = threading.Lock()

    def requests(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._client.recv(1 << 16):
                with self._lock:
                    if not self._client_speaks:
                        self._client_speaks, self._turn = True, self._turn + 1
                        self._proxy.turns = self._turn
                    lost = self._turn == self._proxy.lose_request
                if lost:
                    break
                self._server.sendall(data)
        self._cut()

    def answers(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._server.recv(1 << 16):
                with self._lock:
                    self._client_speaks = False
                    lost = self._turn == self._proxy.lose_answer
                if lost:
                    break
                self._client.sendall(data)
        self._cut()

    def _cut(self) -> None:
        for end in (self._client, self._server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def stage_proxy(port: int) -> Iterator[StageProxy]:
    """Provide a proxy and close it."""
    proxy = StageProxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
