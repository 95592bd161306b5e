"""Mail's other side for the shared contract: a played mailbox and a played way out of it."""

import atexit
import email
import email.policy
import tempfile
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.mail import make
from cm_desktop.connectors.mailbox_parse import parse_mail
from cm_desktop.domain.errors import (
    OfflineError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
)
from cm_desktop.domain.model import OutboxKind
from tests.connectors.contract import ContractCase, Trouble
from tests.connectors.mail.played_imap import CutError, HungUpError, played_imap, server_context
from tests.connectors.mail.played_smtp import played_smtp
from tests.servers.certificates import make_authority, make_certificate

FOLDERS = {OutboxKind.SPAM: "Junk", OutboxKind.DELETE: "Papierkorb"}


@cache
def _certificates():
    """Return a folder with one good certificate, made once for all cases."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    place = Path(folder.name)
    make_certificate(make_authority(place), place, "good", ("127.0.0.1",))
    return folder


# Before the last dot nothing is sent, so that every trouble of SMTP is a definite no.
# A cut IMAP connection is no slow one: reading and moving may simply be done again.
ERRORS = {
    **{(step, Trouble.SLOW): ServerTroubleError for step in ("identify", "fetch", "act")},
    ("send", Trouble.FORBIDDEN): RejectedError,
    ("send", Trouble.GONE): RejectedError,
    ("send", Trouble.BROKEN): RateLimitedError,
    ("send", Trouble.HTML): OfflineError,
    ("send", Trouble.CUT): OfflineError,
}


class Case(ContractCase):
    """A mailbox whose SMTP server, as large providers' do, files what it takes under Sent."""

    channel = "mail"
    # Certificates are asked about in test_mailbox_imap.py and test_mail_smtp.py.
    troubles = ContractCase.troubles - {Trouble.UNTRUSTED}
    actions = (OutboxKind.SPAM, OutboxKind.DELETE)
    errors = ERRORS

    def __enter__(self):
        self._stack = ExitStack()
        folder = Path(_certificates().name)
        context = server_context(folder)
        self.ca_file = folder / "ca.pem"
        self.imap = self._stack.enter_context(played_imap(context))
        self.smtp = self._stack.enter_context(played_smtp(context))
        self.smtp.saves = self._file_under_sent
        self._heard = 0
        return self

    def __exit__(self, *problem):
        self._stack.close()

    def _file_under_sent(self, raw):
        with self.imap.changed:
            self.imap.folders["Gesendet"].put(raw, "\\Seen")

    def config(self, **settings):
        given = {
            "imap_host": "127.0.0.1",
            "imap_port": str(self.imap.port),
            "smtp_host": "127.0.0.1",
            "smtp_port": str(self.smtp.port),
            "ca_file": str(self.ca_file),
            **settings,
        }
        return AccountConfig(
            channel="mail",
            remote_id="alice@example.test",
            handle="alice@example.test",
            settings=given,
            secret={"password": "pass"},
        )

    def connect(self, **settings):
        return make(self.config(**settings))

    def hear(self, text):
        self._heard += 1
        at = datetime(2026, 11, 21, 12, tzinfo=UTC) + timedelta(minutes=self._heard)
        remote_id = f"<heard-{self._heard}@kunde.example>"
        raw = (
            f"From: Karl Kunde <karl@kunde.example>\r\nTo: alice@example.test\r\n"
            f"Subject: Frage {self._heard}\r\nMessage-ID: {remote_id}\r\n"
            f"Date: {email.utils.format_datetime(at)}\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        )
        self.imap.arrive(raw.encode(), arrived=at)
        return remote_id

    def spoil(self):
        self.imap.arrive(b"")

    def said(self):
        return [parse_mail(raw).text for _sender, _recipients, raw in self.smtp.taken]

    @contextmanager
    def trouble(self, kind):
        if kind is Trouble.OFFLINE:
            self.imap.close()
            self.smtp.close()
            yield
            return
        if kind is Trouble.HTML:
            self.imap.greeting = self.smtp.greeting = b"<html><body>It works!</body></html>\r\n"
        else:
            self.imap.manner = _IMAP_MANNERS[kind]
            self.smtp.answers = _SMTP_ANSWERS.get(kind, {})
            self.smtp.manner = _SMTP_MANNERS.get(kind, lambda verb: None)
        yield

    @contextmanager
    def losing_answers(self):
        def hang_up(verb):
            if verb == "TAKEN":
                raise HungUpError

        self.smtp.manner = hang_up
        yield
        self.smtp.manner = lambda verb: None

    def shows(self, action):
        wanted = action.target.remote_id.encode()
        return any(wanted in mail.raw for mail in self.imap.folders[FOLDERS[action.kind]].mails)


def _refusing(commands, answer):
    def manner(session, tag, name, words):
        if name in commands:
            session.say(f"{tag} {answer}\r\n")
            return True
        return False

    return manner


def _ending(error):
    def manner(session, tag, name, words):
        if name in ("SELECT", "EXAMINE", "UID SEARCH"):
            raise error
        return False

    return manner


def _cutting(error, at):
    def manner(verb):
        if verb == at:
            raise error

    return manner


_OPENING = ("SELECT", "EXAMINE")
_IMAP_MANNERS = {
    Trouble.SIGN_IN: _refusing(("LOGIN",), "NO [AUTHENTICATIONFAILED] no"),
    Trouble.FORBIDDEN: _refusing(_OPENING, "NO [NOPERM] no"),
    Trouble.GONE: _refusing(_OPENING, "NO [NONEXISTENT] no"),
    Trouble.RATE_LIMITED: _refusing(("LOGIN",), "NO [LIMIT] too many"),
    Trouble.BROKEN: _refusing(("LOGIN",), "NO [UNAVAILABLE] later"),
    Trouble.CUT: _ending(HungUpError()),
    Trouble.SLOW: _ending(CutError()),
}
_SMTP_ANSWERS = {
    Trouble.SIGN_IN: {"AUTH": "535 5.7.8 no"},
    Trouble.FORBIDDEN: {"MAIL": "550 5.7.1 not yours"},
    Trouble.GONE: {"RCPT": "550 5.1.1 nobody"},
    Trouble.RATE_LIMITED: {"MAIL": "450 4.7.1 too many"},
    Trouble.BROKEN: {"MAIL": "421 4.3.0 broken"},
}
_SMTP_MANNERS = {
    Trouble.CUT: _cutting(HungUpError(), "DATA"),
    Trouble.SLOW: _cutting(CutError(), "DOT"),
}
