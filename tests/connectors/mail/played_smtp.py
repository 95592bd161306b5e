"""An SMTP server that a test plays: right by default, rude where the test says so."""

import base64
import socket
import ssl
import threading
from contextlib import contextmanager

from tests.connectors.mail.played_imap import CutError, HungUpError


class PlayedSmtp:
    """Runs in threads; `taken` are the mails it accepted, as (sender, recipients, raw).

    `answers` replaces what it says to a verb, such as {"RCPT": "550 5.1.1 nobody"}; the
    verb after the last dot is "DOT". `manner(verb)` is asked before each answer and may
    raise HungUpError or CutError. `saves` is called with each mail it takes.
    """

    def __init__(self, context, *, starttls=False):
        self.greeting = b"220 played ESMTP\r\n"
        self.extensions = ["SIZE 20000000", "AUTH PLAIN LOGIN", "8BITMIME"]
        self.passwords = {"alice@example.test": "pass"}
        self.answers = {}
        self.manner = lambda verb: None
        self.saves = lambda raw: None
        self.taken = []
        self.verbs = []
        self._context, self._starttls = context, starttls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def close(self):
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # closed before
        finally:
            self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _serve(self):
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._talk, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection):
        connection.settimeout(20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        session = None
        try:
            if not self._starttls:
                connection = self._context.wrap_socket(connection, server_side=True)
            session = _Session(self, connection, self._context)
            session.run()
        except CutError:
            session.cut()
        except (OSError, HungUpError):
            return
        finally:
            connection.close()
            if session:
                session.close()


@contextmanager
def played_smtp(context, *, starttls=False):
    server = PlayedSmtp(context, starttls=starttls)
    try:
        yield server
    finally:
        server.close()


class _Session:
    def __init__(self, server, connection, context):
        self._server, self._connection, self._context = server, connection, context
        self._input = connection.makefile("rb")
        self._sender, self._recipients = "", []

    def cut(self):
        """Let the other side get an error and not an end."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def close(self):
        # A file made from a socket keeps it open.
        self._input.close()
        self._connection.close()

    def run(self):
        self._server.manner("GREETING")
        self._connection.sendall(self._server.greeting)
        while line := self._input.readline():
            words = line.decode("utf-8", "replace").strip()
            verb = words.partition(" ")[0].upper()
            self._server.verbs.append(verb)
            self._server.manner(verb)
            refusal = self._server.answers.get(verb)
            if refusal:
                self._say(refusal)
                continue
            getattr(self, "_" + verb.lower())(words)
            if verb == "QUIT":
                return

    def _say(self, text):
        self._connection.sendall(f"{text}\r\n".encode())

    def _ehlo(self, words):
        plain = self._server._starttls and not isinstance(self._connection, ssl.SSLSocket)
        offered = ["STARTTLS"] if plain else self._server.extensions
        lines = ["played", *offered]
        for line in lines[:-1]:
            self._say(f"250-{line}")
        self._say(f"250 {lines[-1]}")

    def _starttls(self, words):
        self._say("220 go on")
        self._connection = self._context.wrap_socket(self._connection, server_side=True)
        self._input = self._connection.makefile("rb")

    def _auth(self, words):
        _verb, _mechanism, given = words.split(" ", 2)
        _, user, password = base64.b64decode(given).decode().split("\0")
        right = self._server.passwords.get(user) == password
        self._say("235 2.7.0 welcome" if right else "535 5.7.8 no")

    def _mail(self, words):
        self._sender = words.partition("<")[2].partition(">")[0]
        self._say("250 2.1.0 yes")

    def _rcpt(self, words):
        self._recipients.append(words.partition("<")[2].partition(">")[0])
        self._say("250 2.1.5 yes")

    def _data(self, words):
        self._say("354 go on")
        self._server.manner("BODY")
        lines = []
        while (line := self._input.readline()) != b".\r\n":
            if not line:
                raise HungUpError
            lines.append(line.removeprefix(b".") if line.startswith(b".") else line)
        self._server.manner("DOT")
        refusal = self._server.answers.get("DOT")
        if refusal:
            self._say(refusal)
            return
        raw = b"".join(lines)
        self._server.taken.append((self._sender, tuple(self._recipients), raw))
        self._server.saves(raw)
        self._server.manner("TAKEN")
        self._say("250 2.0.0 taken")

    def _quit(self, words):
        self._say("221 2.0.0 until later")
