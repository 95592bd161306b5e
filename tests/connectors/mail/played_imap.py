"""An IMAP server that a test plays: right by default, rude where the test says so.

What the real Dovecot does is asked in tests/real; this one is for what it never does.
"""

import base64
import re
import select
import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes

CAPABILITIES = "IMAP4rev1 IDLE MOVE UIDPLUS SPECIAL-USE AUTH=PLAIN"
_LITERAL = re.compile(rb"\{(\d+)\}$")
_SET = re.compile(r"(\d+|\*)(?::(\d+|\*))?")


@dataclass
class Mail:
    uid: int
    raw: bytes
    flags: set = field(default_factory=set)
    arrived: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)
    structure: str = ""  # its BODYSTRUCTURE, where a test asks for it


@dataclass
class Folder:
    uses: str = ""
    uidvalidity: int = 1
    uidnext: int = 1
    mails: list = field(default_factory=list)

    def put(self, raw, *flags, arrived=None):
        mail = Mail(self.uidnext, raw, set(flags))
        if arrived is not None:
            mail.arrived = arrived
        self.uidnext += 1
        self.mails.append(mail)
        return mail


class HungUpError(Exception):
    """A manner raises it to end the connection with nothing more said."""


class CutError(HungUpError):
    """The same, so that the other side gets an error and not an end."""


class PlayedImap:
    """Runs in threads; `folders` is the mailbox, `commands` what was asked of it.

    `manner(session, tag, name, words)` is asked before each command and returns whether it
    has answered; `greeting` is what is said first.
    """

    def __init__(self, context, *, starttls=False):
        self.folders = {
            "INBOX": Folder(),
            "Gesendet": Folder("\\Sent"),
            "Junk": Folder("\\Junk"),
            "Papierkorb": Folder("\\Trash"),
            "Archiv": Folder("\\Archive"),
        }
        self.capabilities = CAPABILITIES
        self.passwords = {"alice@example.test": "pass"}
        self.commands = []
        self.greeting = b"* OK ready\r\n"
        self.manner = lambda session, tag, name, words: False
        self.changed = threading.Condition()
        self.idling = threading.Event()
        self._context, self._starttls = context, starttls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    @property
    def inbox(self):
        return self.folders["INBOX"]

    def arrive(self, raw, *flags, arrived=None):
        with self.changed:
            mail = self.inbox.put(raw, *flags, arrived=arrived)
            self.changed.notify_all()
        return mail

    def close(self):
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # closed before
        finally:
            self._listener.close()
        with self.changed:
            self.changed.notify_all()
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
            session = Session(self, connection, self._context)
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
def played_imap(context, *, starttls=False):
    server = PlayedImap(context, starttls=starttls)
    try:
        yield server
    finally:
        server.close()


def server_context(folder, name="good"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context


class Session:
    """One connection."""

    def __init__(self, server, connection, context):
        self.server, self._connection, self._context = server, connection, context
        self._input = connection.makefile("rb")
        self.folder = None

    def say(self, text):
        self._connection.sendall(text if isinstance(text, bytes) else text.encode())

    def hear(self):
        """Return the next line of the client."""
        return self._input.readline()

    def done(self, tag, text="done"):
        self.say(f"{tag} OK {text}\r\n")

    def cut(self):
        """Let the other side get an error and not an end."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def close(self):
        # A file made from a socket keeps it open.
        self._input.close()
        self._connection.close()

    def run(self):
        self.say(self.server.greeting)
        while line := self._line():
            tag, _, rest = line.decode("utf-8", "replace").partition(" ")
            name, _, words = rest.partition(" ")
            if name.upper() == "UID":
                name, _, words = words.partition(" ")
                name = f"UID {name}"
            name = name.upper()
            self.server.commands.append(f"{name} {words}".strip())
            if not self.server.manner(self, tag, name, words):
                with self.server.changed:
                    self._command(name)(tag, words)
            if name == "LOGOUT":
                return

    def _command(self, name):
        try:
            return getattr(self, "do_" + name.lower().replace(" ", "_"))
        except AttributeError:
            raise HungUpError from None  # TLS where none was expected

    def _line(self):
        line = self._input.readline().rstrip(b"\r\n")
        while found := _LITERAL.search(line):
            self.say("+ go on\r\n")
            literal = self._input.read(int(found[1]))
            self.literal = literal
            line = line[: found.start()] + b"{}" + self._input.readline().rstrip(b"\r\n")
        return line

    # Commands, in the order a client uses them.

    def do_capability(self, tag, words):
        offered = "STARTTLS IMAP4rev1" if self._is_plain() else self.server.capabilities
        self.say(f"* CAPABILITY {offered}\r\n")
        self.done(tag)

    def _is_plain(self):
        return not isinstance(self._connection, ssl.SSLSocket)

    def do_starttls(self, tag, words):
        self.done(tag)
        self._connection = self._context.wrap_socket(self._connection, server_side=True)
        self._input = self._connection.makefile("rb")

    def do_login(self, tag, words):
        user, password = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', words)
        given = [re.sub(r"\\(.)", r"\1", one[0] or one[1]) for one in (user, password)]
        self._sign_in(tag, *given)

    def do_authenticate(self, tag, words):
        self.say("+ \r\n")
        _, user, password = base64.b64decode(self._input.readline()).decode().split("\0")
        self._sign_in(tag, user, password)

    def _sign_in(self, tag, user, password):
        if self.server.passwords.get(user) == password:
            self.done(tag)
        else:
            self.say(f"{tag} NO [AUTHENTICATIONFAILED] no\r\n")

    def do_list(self, tag, words):
        for name, folder in self.server.folders.items():
            self.say(f'* LIST ({folder.uses}) "/" "{name}"\r\n')
        self.done(tag)

    def do_select(self, tag, words):
        name = words.strip('"')
        self.folder = self.server.folders.get(name)
        if self.folder is None:
            self.say(f"{tag} NO [NONEXISTENT] no such folder\r\n")
            return
        self.say(f"* {len(self.folder.mails)} EXISTS\r\n")
        self.say(f"* OK [UIDVALIDITY {self.folder.uidvalidity}] valid\r\n")
        self.say(f"* OK [UIDNEXT {self.folder.uidnext}] next\r\n")
        self.done(tag, "[READ-WRITE] selected")

    def do_examine(self, tag, words):
        self.do_select(tag, words)

    def _chosen(self, words):
        highest = max((mail.uid for mail in self.folder.mails), default=0)
        chosen = set()
        for first, last in _SET.findall(words):
            low = highest if first == "*" else int(first)
            high = highest if last == "*" else int(last or low)
            low, high = sorted((low, high))
            chosen |= {mail.uid for mail in self.folder.mails if low <= mail.uid <= high}
        return [mail for mail in self.folder.mails if mail.uid in chosen]

    def do_uid_search(self, tag, words):
        if words == "ALL":
            found = self.folder.mails
        elif words.startswith("UID "):
            found = self._chosen(words[4:])
        elif words.startswith("TEXT"):
            found = [
                mail
                for mail in self.folder.mails
                if _quoted(words)[0] in mail.raw.decode("latin-1")
            ]
        else:
            wanted = re.findall(r'HEADER (\S+) "((?:[^"\\]|\\.)*)"', words)
            found = [mail for mail in self.folder.mails if _has_header(mail, wanted)]
        self.say(f"* SEARCH {' '.join(str(mail.uid) for mail in found)}".rstrip() + "\r\n")
        self.done(tag)

    def do_uid_fetch(self, tag, words):
        which, _, items = words.partition(" ")
        for place, mail in enumerate(self._chosen(which), 1):
            self.say(f"* {place} FETCH (UID {mail.uid}")
            if "FLAGS" in items:
                self.say(f" FLAGS ({' '.join(sorted(mail.flags))})")
            if "INTERNALDATE" in items:
                self.say(f' INTERNALDATE "{mail.arrived:%d-%b-%Y %H:%M:%S %z}"')
            if "RFC822.SIZE" in items:
                self.say(f" RFC822.SIZE {len(mail.raw)}")
            if "BODYSTRUCTURE" in items:
                self.say(f" BODYSTRUCTURE {mail.structure}")
            if "BODY.PEEK" in items:
                content = _section(mail, items)
                self.say(f" BODY[] {{{len(content)}}}\r\n")
                self.say(content)
            self.say(")\r\n")
        self.done(tag)

    def do_uid_store(self, tag, words):
        which, _, flags = words.partition(" ")
        for mail in self._chosen(which):
            mail.flags |= set(re.findall(r"\\\w+", flags))
        self.done(tag)

    def do_uid_copy(self, tag, words):
        which, _, name = words.partition(" ")
        for mail in self._chosen(which):
            self.server.folders[name.strip('"')].put(mail.raw, *mail.flags)
        self.done(tag)

    def do_uid_move(self, tag, words):
        which, _, name = words.partition(" ")
        for mail in self._chosen(which):
            self.server.folders[name.strip('"')].put(mail.raw, *mail.flags)
            self.folder.mails.remove(mail)
        self.done(tag)

    def do_uid_expunge(self, tag, words):
        for mail in self._chosen(words):
            if "\\Deleted" in mail.flags:
                self.folder.mails.remove(mail)
        self.done(tag)

    def do_append(self, tag, words):
        name = re.match(r'"([^"]+)"', words)[1]
        self.server.folders[name].put(self.literal, *re.findall(r"\\\w+", words))
        self.done(tag)

    def do_idle(self, tag, words):
        before = len(self.server.inbox.mails)
        self.say("+ idling\r\n")
        self.server.idling.set()
        while not select.select([self._connection], [], [], 0)[0]:
            self.server.changed.wait(0.02)
            if len(self.server.inbox.mails) != before:
                before = len(self.server.inbox.mails)
                self.say(f"* {before} EXISTS\r\n")
        self._input.readline()  # DONE
        self.done(tag)

    def do_logout(self, tag, words):
        self.say("* BYE until later\r\n")
        self.done(tag)


def _quoted(words):
    return [one.replace("\\", "") for one in re.findall(r'"((?:[^"\\]|\\.)*)"', words)]


def _has_header(mail, wanted):
    found = message_from_bytes(mail.raw)
    return any(
        re.sub(r"\\(.)", r"\1", value) in str(one)
        for name, value in wanted
        for one in found.get_all(name, [])
    )


def _section(mail, items):
    section, limit = re.search(r"BODY\.PEEK\[([^]]*)\](?:<0\.(\d+)>)?", items).groups()
    head, _, _body = mail.raw.partition(b"\r\n\r\n")
    if section.startswith("HEADER.FIELDS"):
        line = re.search(rb"(?im)^message-id:[^\n]*\n(?:[ \t][^\n]*\n)*", head + b"\r\n")
        content = (line[0] if line else b"") + b"\r\n"
    elif section == "HEADER":
        content = head + b"\r\n\r\n"
    elif section:
        part = message_from_bytes(mail.raw)
        for number in section.split("."):
            part = part.get_payload()[int(number) - 1] if part.is_multipart() else part
        content = part.get_payload().encode("ascii", "surrogateescape")
    else:
        content = mail.raw
    return content[: int(limit)] if limit else content
