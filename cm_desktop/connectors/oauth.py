"""Signing in on a channel's own page: where it leads back to, and PKCE (RFC 8252, RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import html
import http.server
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from urllib.parse import parse_qsl, urlsplit

from cm_desktop.domain.errors import NotAllowedError, SlowError
from cm_desktop.i18n import _

PATIENCE = 300.0  # seconds that a person has on the channel's page
_TURN = 0.2  # seconds between two looks whether to stop
_LONGEST = 8_192  # bytes of an address
_HEAD = "<!doctype html><meta charset=utf-8><title>CM Desktop</title><p>"


def fresh_secret() -> str:
    """Return a random word that nobody guesses: a state, or a PKCE verifier of 64 characters."""
    return secrets.token_urlsafe(48)


def pkce_challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Loopback:
    """A page on this computer, never beyond it, that a browser is led back to once."""

    def __init__(self, server: _Server) -> None:
        """Made by `loopback` only."""
        self._server = server
        # By number: the name "localhost" may lead to another address (RFC 8252, section 8.3).
        self.address = f"http://127.0.0.1:{server.server_address[1]}/"

    def answer(
        self, state: str, cancelled: threading.Event, patience: float = PATIENCE
    ) -> Mapping[str, str]:
        """Wait for the browser and return what it brought, such as `code`.

        What comes without our state is not from the page we opened, and is turned away.
        Raises NotAllowedError where the person or the channel refused, SlowError after
        `patience` seconds or when `cancelled`.
        """
        self._server.state = state
        until = monotonic() + patience
        while self._server.brought is None:
            if cancelled.is_set() or monotonic() > until:
                raise SlowError("no_sign_in")
            self._server.handle_request()
        brought = self._server.brought
        if "error" in brought:
            raise NotAllowedError(brought["error"] if _is_word(brought["error"]) else "refused")
        return brought


@contextmanager
def loopback() -> Iterator[Loopback]:
    """Give a page to lead back to; it is gone afterwards."""
    with _Server(("127.0.0.1", 0), _Page) as server:
        server.timeout = _TURN
        yield Loopback(server)


class _Server(http.server.HTTPServer):
    state = ""
    brought: Mapping[str, str] | None = None


class _Page(http.server.BaseHTTPRequestHandler):
    server: _Server
    timeout = 5  # seconds; one who connects and says nothing must not keep the page

    def do_GET(self) -> None:
        """Take what the browser brings, and tell the person that the rest happens elsewhere."""
        query = urlsplit(self.path[:_LONGEST]).query
        said = dict(parse_qsl(query, max_num_fields=20)) if len(self.path) <= _LONGEST else {}
        ours = bool(self.server.state) and secrets.compare_digest(
            said.get("state", "").encode(), self.server.state.encode()
        )
        if not ours:
            self._say(404, _("There is nothing here."))
            return
        self.server.brought = said
        self._say(200, _("Thank you. You can close this page and go back to CM Desktop."))

    def log_message(self, *_said: object) -> None:
        """Log nothing: the address holds the code."""

    def _say(self, status: int, sentence: str) -> None:
        body = (_HEAD + html.escape(sentence)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(body)


def _is_word(text: str) -> bool:
    return text.isascii() and text.replace("_", "").isalnum() and len(text) <= 40
