"""A mailbox to which networks write, played: for the shared contract."""

import email.utils
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.notifications import make
from cm_desktop.domain.errors import ServerTroubleError
from tests.connectors.contract import ContractCase, Trouble
from tests.connectors.mail.case import _IMAP_MANNERS, _certificates
from tests.connectors.mail.played_imap import played_imap, server_context

ADDRESS = "alice@example.test"
# A cut IMAP connection is no slow one: reading may simply be done again.
ERRORS = {(step, Trouble.SLOW): ServerTroubleError for step in ("identify", "fetch")}


class Case(ContractCase):
    """Reading is as for the channel `mail`, so are its troubles; nothing is ever sent."""

    channel = "notifications"
    # Certificates are asked about where the channel `mail` is tested.
    troubles = ContractCase.troubles - {Trouble.UNTRUSTED}
    errors = ERRORS

    def __enter__(self):
        self._stack = ExitStack()
        folder = Path(_certificates().name)
        self.ca_file = folder / "ca.pem"
        self.imap = self._stack.enter_context(played_imap(server_context(folder)))
        self._heard = 0
        return self

    def __exit__(self, *problem):
        self._stack.close()

    def connect(self, **settings):
        given = {
            "imap_host": "127.0.0.1",
            "imap_port": str(self.imap.port),
            "ca_file": str(self.ca_file),
            **settings,
        }
        return make(
            AccountConfig(
                channel="notifications",
                remote_id=ADDRESS,
                handle=ADDRESS,
                settings=given,
                secret={"password": "pass"},
            )
        )

    def hear(self, text):
        """Let somebody write under a post of ours: Facebook sends a mail about it."""
        self._heard += 1
        at = datetime(2026, 11, 21, 12, tzinfo=UTC) + timedelta(minutes=self._heard)
        remote_id = f"<{self._heard}@notify.facebookmail.com>"
        raw = (
            "From: Facebook <notification@facebookmail.com>\r\n"
            f"To: {ADDRESS}\r\n"
            "Subject: Karl Kunde commented on your post\r\n"
            f"Message-ID: {remote_id}\r\n"
            f"Date: {email.utils.format_datetime(at)}\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n\r\n"
            f"Karl Kunde wrote:\r\n{text}\r\nView comment\r\n"
            f"https://www.facebook.com/baecker/posts/{self._heard}?comment_id=1\r\n"
        )
        self.imap.arrive(raw.encode(), arrived=at)
        return remote_id

    def spoil(self):
        self.imap.arrive(b"")

    def said(self):
        return []

    @contextmanager
    def trouble(self, kind):
        if kind is Trouble.OFFLINE:
            self.imap.close()
        elif kind is Trouble.HTML:
            self.imap.greeting = b"<html><body>It works!</body></html>\r\n"
        else:
            self.imap.manner = _IMAP_MANNERS[kind]
        yield

    @contextmanager
    def losing_answers(self):
        yield
