"""Alice's account on the real mail servers, and Bob who writes to her."""

import email
import email.policy
from datetime import UTC, datetime

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.mail import make
from tests.connectors.contract import events_of, newest_in

ALICE, BOB = "alice@example.test", "bob@example.test"


def written(text, *, subject="Frage", message_id="<frage-1@kunde.example>", **headers):
    mail = email.message.EmailMessage()
    mail["From"] = headers.pop("sender", "Karl Kunde <bob@example.test>")
    mail["To"] = ALICE
    mail["Subject"] = subject
    mail["Message-ID"] = message_id
    mail["Date"] = email.utils.format_datetime(datetime.now(UTC))
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def connect(server, *, password="pass", **settings):
    given = {
        "imap_host": server.host,
        "imap_port": server.imaps_port,
        "smtp_host": server.host,
        "smtp_port": server.smtps_port,
        "ca_file": server.ca_file,
        **settings,
    }
    config = AccountConfig(
        channel="mail",
        remote_id=ALICE,
        handle=ALICE,
        settings={name: str(value) for name, value in given.items()},
        secret={"password": password},
    )
    return make(config)


@pytest.fixture
def inbox(mail_server):
    return connect(mail_server)


def read(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def to_bob(server, count=1):
    server.settle()
    return [read(raw) for raw in server.wait_for(BOB, count)]


def ask(server, inbox, text="Habt ihr Samstag offen?", **headers):
    server.deliver(written(text, **headers).as_bytes(), ALICE)
    return newest_in(events_of(inbox))
