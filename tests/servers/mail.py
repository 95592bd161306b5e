"""A real Dovecot and a real Postfix on free loopback ports, for tests.

Both run from the distribution's packages (dovecot-core, dovecot-imapd, dovecot-lmtpd,
postfix), in a temporary folder, and are stopped by the process ids they wrote. Postfix
needs root, so does this module. 127.0.0.1 shows a good certificate, 127.0.0.2 an
expired one, 127.0.0.3 one for another host.
"""

from __future__ import annotations

import contextlib
import grp
import imaplib
import os
import pwd
import shutil
import signal
import smtplib
import socket
import ssl
import string
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.certificates import make_authority, make_certificate
from tests.servers.packages import require_packages
from tests.servers.ports import free_ports

GOOD, EXPIRED, ELSEWHERE = "127.0.0.1", "127.0.0.2", "127.0.0.3"
ACCOUNTS = ("alice@example.test", "bob@example.test", "spam@example.test")
PASSWORD = "pass"
SENT = "Gesendete Objekte"
_PACKAGES = ("dovecot-core", "dovecot-imapd", "dovecot-lmtpd", "postfix")
_TEMPLATES = Path(__file__).parent / "mail"
_PATIENCE = 20.0  # seconds until a server that did not come up counts as broken


class ServerFailedError(RuntimeError):
    """A server did not start, stop or take a mail; the text has its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where the servers are and what a test may do behind the program's back."""

    folder: Path
    imap_port: int  # STARTTLS
    imaps_port: int
    smtp_port: int  # STARTTLS
    smtps_port: int
    lmtp_port: int
    sasl_port: int
    user: str
    host: str = GOOD
    expired_host: str = EXPIRED  # answers on imaps_port and smtps_port
    elsewhere_host: str = ELSEWHERE
    password: str = PASSWORD
    sent_folder: str = SENT

    @property
    def ca_file(self) -> Path:
        """The authority that signed every certificate here."""
        return self.folder / "ca.pem"

    def trust(self) -> ssl.SSLContext:
        """Return a TLS context that trusts this server and nobody else."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    def deliver(self, raw: bytes, to: str, sender: str = "outside@elsewhere.test") -> None:
        """Put a mail into someone's INBOX by LMTP: it is there when this returns."""
        with smtplib.LMTP(self.host, self.lmtp_port, "client.test", timeout=20) as client:
            refused = client.sendmail(sender, [to], raw)
        if refused:
            raise ServerFailedError(str(refused))

    def put(self, user: str, folder: str, raw: bytes, flags: str = "") -> None:
        """Store a mail in a folder, byte for byte, as another mail program would."""
        with self.session(user) as client:
            typ, answer = client.append(f'"{folder}"', flags, "", raw)
        if typ != "OK":
            raise ServerFailedError(str(answer))

    def mailbox(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Return the raw mails of a folder, oldest first, without touching a flag."""
        with self.session(user) as client:
            client.select(f'"{folder}"', readonly=True)
            _typ, found = client.uid("SEARCH", "ALL")
            uids = found[0].split() if found and found[0] else []
            return [_raw(client.uid("FETCH", uid, "(BODY.PEEK[])")[1]) for uid in uids]

    def wait_for(self, user: str, count: int, folder: str = "INBOX") -> list[bytes]:
        """Return the mails of a folder as soon as there are `count`; Postfix takes a moment."""
        pause, end = threading.Event(), time.monotonic() + _PATIENCE
        while len(found := self.mailbox(user, folder)) < count and time.monotonic() < end:
            pause.wait(0.05)
        return found

    def settle(self) -> None:
        """Return when Postfix has nothing left to deliver."""
        queue = self.folder / "postfix" / "queue"
        pause, end = threading.Event(), time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            folders = (queue / name for name in ("maildrop", "incoming", "active", "deferred"))
            if not any(path.is_file() for one in folders for path in one.rglob("*")):
                return
            pause.wait(0.05)
        raise ServerFailedError(f"Postfix does not settle\n{_logs(self.folder)}")

    def flags(self, user: str, folder: str = "INBOX") -> list[tuple[str, ...]]:
        """Return the flags of the mails of a folder, in the same order as `mailbox`."""
        with self.session(user) as client:
            client.select(f'"{folder}"', readonly=True)
            _typ, lines = client.uid("FETCH", "1:*", "(FLAGS)")
            return [
                tuple(flag.decode() for flag in imaplib.ParseFlags(line))
                for line in lines
                if isinstance(line, bytes)
            ]

    def expunge(self, user: str, folder: str, position: int) -> None:
        """Delete one mail (0 is the oldest) as another mail program would."""
        with self.session(user) as client:
            client.select(f'"{folder}"')
            client.store(str(position + 1), "+FLAGS", "\\Deleted")
            client.expunge()

    def empty(self) -> None:
        """Delete every mail of every account, so that the next test begins with nothing."""
        for user in ACCOUNTS:
            with self.session(user) as client:
                for folder in ("INBOX", SENT, "Junk", "Trash", "Archive", "Drafts"):
                    client.select(f'"{folder}"')
                    client.uid("STORE", "1:*", "+FLAGS.SILENT", "\\Deleted")
                    client.expunge()

    def change_uidvalidity(self, user: str, folder: str = "INBOX") -> None:
        """Let Dovecot forget all UIDs of a folder, as a restored server does."""
        place = self.folder / "home" / user / "Maildir"
        if folder != "INBOX":
            place = place / f".{folder}"
        before = self.uidvalidity(user, folder)
        for name in place.glob("dovecot*"):
            if not name.name.startswith("dovecot-uidvalidity"):
                name.unlink(missing_ok=True)
        # First line of Dovecot's list of UIDs: version, UIDVALIDITY, next UID, folder GUID.
        uids = place / "dovecot-uidlist"
        uids.write_text(f"3 V{before + 7} N1 G{os.urandom(16).hex()}\n", "ascii")
        account = pwd.getpwnam(self.user)
        os.chown(uids, account.pw_uid, account.pw_gid)

    def uidvalidity(self, user: str, folder: str = "INBOX") -> int:
        """Return the UIDVALIDITY of a folder."""
        with self.session(user) as client:
            _typ, answer = client.status(f'"{folder}"', "(UIDVALIDITY)")
            return int(answer[0].split()[-1].rstrip(b")"))

    @contextlib.contextmanager
    def session(self, user: str) -> Iterator[imaplib.IMAP4_SSL]:
        """Sign in by IMAP as one of the accounts."""
        client = imaplib.IMAP4_SSL(self.host, self.imaps_port, ssl_context=self.trust())
        try:
            client.login(user, PASSWORD)
            yield client
        finally:
            client.logout()


def start_mail_server() -> MailServer:
    """Start both servers. Whoever calls it calls `stop_mail_server`, too."""
    require_packages(_PACKAGES, ("dovecot", "postfix", "runuser"))
    if os.geteuid() != 0:
        pytest.skip("Postfix starts as root only")
    # Not below pytest's own folder: that one is closed to the user Dovecot runs as, and
    # the names of its sockets would be too long for the kernel.
    folder = Path(tempfile.mkdtemp(prefix="cm-mail-", dir="/tmp"))
    imap, imaps, smtp, smtps, lmtp, sasl = free_ports(6)
    server = MailServer(
        folder=folder,
        imap_port=imap,
        imaps_port=imaps,
        smtp_port=smtp,
        smtps_port=smtps,
        lmtp_port=lmtp,
        sasl_port=sasl,
        user="nobody",
    )
    try:
        _write_certificates(folder)
        _start_dovecot(server)
        _start_postfix(server)
        _wait_for_ports((imap, imaps, smtp, smtps, lmtp), folder)
    except BaseException:
        stop_mail_server(server)
        raise
    return server


def stop_mail_server(server: MailServer) -> None:
    """Stop what was started, by its process ids, and remove the folder."""
    for pid_file in ("postfix/queue/pid/master.pid", "base/master.pid"):
        with contextlib.suppress(FileNotFoundError):
            _stop(int((server.folder / pid_file).read_text()))
    shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def running_mail_server() -> Iterator[MailServer]:
    """Provide one pair of servers for the whole test session."""
    server = start_mail_server()
    yield server
    stop_mail_server(server)


@pytest.fixture
def mail_server(running_mail_server: MailServer) -> MailServer:
    """Provide the servers with every mailbox empty."""
    running_mail_server.empty()
    return running_mail_server


def _program(name: str) -> str | None:
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def _write_certificates(folder: Path) -> None:
    authority = make_authority(folder)
    make_certificate(authority, folder, "good", ("localhost", GOOD))
    make_certificate(authority, folder, "expired", ("localhost", EXPIRED), days=-3)
    make_certificate(authority, folder, "elsewhere", ("mail.elsewhere.test",))


def _fill_in(server: MailServer, template: str, target: Path) -> None:
    values = {
        "run": str(server.folder),
        "user": server.user,
        "group": grp.getgrgid(pwd.getpwnam(server.user).pw_gid).gr_name,
        "imap_port": server.imap_port,
        "imaps_port": server.imaps_port,
        "smtp_port": server.smtp_port,
        "smtps_port": server.smtps_port,
        "lmtp_port": server.lmtp_port,
        "sasl_port": server.sasl_port,
    }
    text = (_TEMPLATES / template).read_text("utf-8")
    target.write_text(string.Template(text).substitute(values), "utf-8")


def _start_dovecot(server: MailServer) -> None:
    folder = server.folder
    for name in ("base", "state", "home"):
        (folder / name).mkdir()
    users = "".join(f"{name}:{{PLAIN}}{PASSWORD}::::::\n" for name in ACCOUNTS)
    (folder / "users").write_text(users, "ascii")
    _fill_in(server, "dovecot.conf", folder / "dovecot.conf")
    folder.chmod(0o755)
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, server.user)
    program = _program("dovecot") or "dovecot"
    _run(["runuser", "-u", server.user, "--", program, "-c", str(folder / "dovecot.conf")], folder)


def _start_postfix(server: MailServer) -> None:
    place = server.folder / "postfix"
    for name in ("conf", "queue", "data"):
        (place / name).mkdir(parents=True)
    for path in (place, place / "conf", place / "queue"):
        path.chmod(0o755)
    shutil.chown(place / "data", "postfix")
    for name in ("good", "expired", "elsewhere"):
        for kind in ("pem", "key"):
            copy = Path(shutil.copy(server.folder / f"{name}.{kind}", place / "conf"))
            copy.chmod(0o600)
    for name in ("main.cf", "master.cf"):
        _fill_in(server, name, place / "conf" / name)
    _run([_program("postfix") or "postfix", "-c", str(place / "conf"), "start"], server.folder)


def _run(command: list[str], folder: Path) -> None:
    # Into a file: the daemons keep what they inherit open, a pipe would never end.
    output = folder / "output.log"
    with output.open("a", encoding="utf-8") as file:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, check=False, timeout=60
        )
    if done.returncode:
        raise ServerFailedError(f"{command}\n{output.read_text('utf-8')}\n{_logs(folder)}")


def _wait_for_ports(ports: Sequence[int], folder: Path) -> None:
    waiting, end = list(ports), time.monotonic() + _PATIENCE
    pause = threading.Event()
    while waiting:
        with contextlib.suppress(OSError), socket.create_connection((GOOD, waiting[0]), 2):
            waiting.pop(0)
            continue
        if time.monotonic() > end:
            raise ServerFailedError(f"nobody listens on {waiting}\n{_logs(folder)}")
        pause.wait(0.05)


def _logs(folder: Path) -> str:
    files = (folder / "dovecot.log", folder / "postfix" / "data" / "mail.log")
    return "\n".join(one.read_text("utf-8", "replace") for one in files if one.exists())


def _stop(pid: int) -> None:
    pause, end = threading.Event(), time.monotonic() + _PATIENCE
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        while time.monotonic() < end:
            os.kill(pid, 0)
            pause.wait(0.02)
        raise ServerFailedError(f"process {pid} does not stop")


def _raw(answer: Sequence[object]) -> bytes:
    for part in answer:
        if isinstance(part, tuple):
            return bytes(part[1])
    raise ServerFailedError(f"no mail in {answer!r}")
