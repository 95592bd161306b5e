"""A server on this computer that answers as a test wants it to, on any level of rudeness."""

import http.server
import json
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from email.message import Message
from typing import NamedTuple


class Asked(NamedTuple):
    """What came in; a connection that stays open serves several of them."""

    command: str
    path: str
    headers: Message
    body: bytes


class Loopback:
    """Runs in a thread; `asked` holds what came in, `routes` says what goes out.

    A route is a function of one `Exchange`. Without a route the answer is 404.
    """

    def __init__(self, server):
        self._server = server
        self.asked = []
        self.routes = {}
        self.otherwise = None  # a route for every path without one
        self.intercept = None  # a route that comes before all others
        self.stuck = None  # a dict: each path is answered for ever as it was the first time
        self.mangle = None  # a function of a body that spoils every answer
        self.lose_answers = False  # carry out what is not reading, but hang up instead of answering
        self.stopped = threading.Event()
        self.port = server.server_address[1]
        self.scheme = "http"

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def answer(self, path, body=b"", *, status=200, **headers):
        """Answer a path always the same; bodies other than bytes are sent as JSON."""
        self.routes[path] = lambda exchange: exchange.answer(body, status=status, **headers)

    def close_port(self):
        """Stop for good: whoever comes now finds nobody there."""
        self._server.shutdown()
        self._server.server_close()
        for connection in self._server.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def paths(self):
        return [asked.path for asked in self.asked]


class Exchange(http.server.BaseHTTPRequestHandler):
    """One request and the way to answer it, properly or byte by byte."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a kept connection waits 40 ms for each answer

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def _serve(self):
        size = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(size)
        loopback = self.server.loopback
        loopback.asked.append(Asked(self.command, self.path, self.headers, self.body))
        route = loopback.intercept or loopback.routes.get(self.path.partition("?")[0])
        route = route or loopback.otherwise
        if route is None:
            self.answer(b"", status=404)
        else:
            route(self)

    def answer(self, body=b"", *, status=200, **headers):
        if self.server.loopback.lose_answers and self.command not in ("GET", "HEAD"):
            self.reset()
            return
        kind = "application/json"
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        body, status, headers = self.tampered(body, status, headers)
        self.send_response(status)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Content-Type": kind, "Content-Length": len(body), **named}.items():
            if value is not None:
                self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def tampered(self, body, status, headers):
        """Return an answer as it goes out where the server is stuck, or spoils what it says."""
        loopback = self.server.loopback
        if loopback.stuck is not None and self.command == "GET":
            first = (body, status, headers)
            body, status, headers = loopback.stuck.setdefault(self.path.partition("?")[0], first)
        if loopback.mangle is not None:
            body = loopback.mangle(body)
        return body, status, headers

    def raw(self, *pieces, pause=0.0):
        """Send bytes as they are, with a pause after each piece, then hang up."""
        self.close_connection = True
        for piece in pieces:
            self.wfile.write(piece)
            self.wfile.flush()
            if pause and self.server.loopback.stopped.wait(pause):
                return

    def hang(self):
        """Say nothing until the test is over."""
        self.close_connection = True
        self.server.loopback.stopped.wait(30)

    def reset(self):
        """Hang up rudely."""
        self.close_connection = True
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()

    def log_message(self, *_):
        """Keep the test's output quiet."""


for _method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
    setattr(Exchange, f"do_{_method}", Exchange._serve)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *given):
        super().__init__(*given)
        self.connections = []

    def process_request(self, request, client_address):
        self.connections.append(request)
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        """Take clients that hang up as normal."""


@contextmanager
def serve(certificate=None):
    """Yield a running Loopback; with the path of a certificate (`.pem`, key beside it) on TLS."""
    server = _Server(("127.0.0.1", 0), Exchange)
    server.loopback = loopback = Loopback(server)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        loopback.scheme = "https"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield loopback
    finally:
        loopback.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
