"""Notification mails in a real Dovecot: seen as items, answered on the page, proven by the log."""

import imaplib
import json
import threading
from pathlib import Path

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.notifications import make
from cm_desktop.domain.errors import GoneError, NotAllowedError, SignInNeededError
from cm_desktop.domain.events import ItemSkipped, MessageGone
from cm_desktop.domain.model import Direction, Kind, OutboxState
from cm_desktop.services import connecting, export_log, reading, verify
from cm_desktop.services.desk import Desk
from cm_desktop.services.log_records import LogFilter
from cm_desktop.services.syncing import sync_once
from cm_desktop.services.vault import open_demo
from tests.connectors.contract import cursor_of, events_of, messages, newest_in, reply_to
from tests.connectors.mail.hostile_mails import MAILS

pytestmark = pytest.mark.real

ALICE = "alice@example.test"
SAMPLES = Path(__file__).parent.parent / "connectors" / "notifications" / "samples"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
NOT_BELIEVED = ("unknown", "forged-signature", "forged-other-domain", "forged-other-signature")


def settings_of(server, **more):
    return {
        "imap_host": server.host,
        "imap_port": str(server.imaps_port),
        "ca_file": str(server.ca_file),
        **more,
    }


def connect(server, password="pass", **more):
    return make(
        AccountConfig(
            channel="notifications",
            handle=ALICE,
            settings=settings_of(server, **more),
            secret={"password": password},
        )
    )


def deliver(server, *names):
    for name in names:
        server.deliver((SAMPLES / f"{name}.eml").read_bytes(), ALICE)


@pytest.fixture(autouse=True)
def nothing_there(mail_server):
    mail_server.empty()


@pytest.fixture
def vault(tmp_path):
    with open_demo(tmp_path) as opened:
        yield opened


def test_mails_of_every_network_become_items(mail_server):
    deliver(mail_server, *EXPECTED)
    found = {one.remote_id: one for one in messages(events_of(connect(mail_server)))}

    assert len(found) == len(EXPECTED)
    seen = {
        (one.context["network"], one.conversation.kind, one.author.name, one.text, one.rating)
        for one in found.values()
    }
    assert seen == {
        (name.partition("-")[0], said["kind"], said["author"], said["text"], said["rating"])
        for name, said in EXPECTED.items()
    }
    assert all(one.permalink.startswith("https://") for one in found.values())


def test_unknown_and_forged_mails_stay_mails_or_are_left(mail_server):
    deliver(mail_server, *NOT_BELIEVED, "facebook-de")
    kinds = [one.conversation.kind for one in messages(events_of(connect(mail_server)))]
    assert sorted(kinds) == [Kind.COMMENTS, *[Kind.MAIL] * len(NOT_BELIEVED)]

    left = messages(events_of(connect(mail_server, unknown="leave")))
    assert [one.author.name for one in left] == ["Anna Müller"]


def test_the_mailbox_is_not_touched(mail_server):
    deliver(mail_server, "facebook-de", "unknown", "google-de")
    before = mail_server.mailbox(ALICE)
    first = events_of(connect(mail_server))
    events_of(connect(mail_server), cursor_of(first))

    assert mail_server.mailbox(ALICE) == before
    assert not any("\\Seen" in flags for flags in mail_server.flags(ALICE))


def test_a_mail_deleted_there_takes_nothing_back(mail_server):
    deliver(mail_server, "facebook-de", "x-de")
    first = events_of(connect(mail_server))
    mail_server.expunge(ALICE, "INBOX", 0)

    later = events_of(connect(mail_server), cursor_of(first))
    assert not [one for one in later if isinstance(one, MessageGone)]
    assert messages(later) == []


def test_new_uids_for_all_mails_bring_none_twice_and_lose_none(mail_server):
    deliver(mail_server, "facebook-de", "x-de")
    first = events_of(connect(mail_server))
    mail_server.change_uidvalidity(ALICE)
    deliver(mail_server, "google-de")

    later = messages(events_of(connect(mail_server), cursor_of(first)))
    assert [one.context["network"] for one in later] == ["google"]


def test_a_folder_of_their_own_can_be_read(mail_server):
    mail_server.put(ALICE, "Archive", (SAMPLES / "kununu-de.eml").read_bytes())
    deliver(mail_server, "facebook-de")

    found = messages(events_of(connect(mail_server, folder="Archive")))
    assert [one.context["network"] for one in found] == ["kununu"]
    with pytest.raises(GoneError):
        connect(mail_server, folder="Gibt es nicht").identify()


def test_waiting_ends_as_soon_as_a_network_writes(mail_server):
    connector = connect(mail_server)
    events_of(connector)
    woken = []
    waiting = threading.Thread(target=lambda: woken.append(connector.wait(20, threading.Event())))
    waiting.start()
    deliver(mail_server, "x-en")
    waiting.join(15)
    assert woken == [True]


def test_a_wrong_password_is_told(mail_server):
    with pytest.raises(SignInNeededError):
        connect(mail_server, password="falsch").identify()


def test_hostile_mails_cost_only_themselves(mail_server):
    deliver(mail_server, "facebook-de")
    for raw in MAILS.values():
        if b"\0" not in raw and len(raw) < 1_500_000:  # what IMAP lets another program store
            try:
                mail_server.put(ALICE, "INBOX", raw or b"\r\n")
            except imaplib.IMAP4.error:
                continue
    deliver(mail_server, "google-de")

    events = events_of(connect(mail_server))
    networks = [one.context.get("network", "") for one in messages(events)]
    assert (networks.count("facebook"), networks.count("google")) == (1, 1)
    assert len([one for one in events if isinstance(one, ItemSkipped)]) < 10


def test_the_connector_refuses_to_send(mail_server):
    deliver(mail_server, "facebook-de")
    connector = connect(mail_server)
    with pytest.raises(NotAllowedError, match="answer_there"):
        connector.send(reply_to(newest_in(events_of(connector)), "Ja."))


def test_an_answer_is_given_on_the_page_and_kept_as_evidence(mail_server, vault, tmp_path):
    deliver(mail_server, "google-en", "unknown", "forged-signature")
    account = connecting.add_account(
        vault,
        "notifications",
        handle=ALICE,
        settings=settings_of(mail_server),
        secret={"password": "pass"},
    )
    report = sync_once(vault).accounts[0]
    assert (report.new, report.errors) == (3, [])

    page = reading.page(vault, reading.View("all"))
    review = next(one for one in page if one.kind is Kind.REVIEW)
    row = Desk(vault).reply(review.id, "Das tut uns leid, Frau Nair.", hold_seconds=0)
    assert (row.state, row.error) == (OutboxState.NEEDS_HUMAN, "answer_there")
    assert reading.page_of(vault, row).startswith("https://business.google.com/")

    assert sync_once(vault).accounts[0].sent == 0
    Desk(vault).resolve(row.id, "sent")
    assert sync_once(vault).accounts[0].new == 0

    theirs, ours = reading.thread(vault, review.id).messages
    assert (theirs.rating, ours.direction, ours.parent) == (2, Direction.OUT, theirs.id)
    assert ours.text == "Das tut uns leid, Frau Nair."
    assert reading.account_policy(vault, account.id).answered_there
    assert "\\Answered" not in str(mail_server.flags(ALICE))

    log = tmp_path / "log.jsonl"
    export_log.export(vault, log, "jsonl", LogFilter())
    assert "Das tut uns leid, Frau Nair." in log.read_text(encoding="utf-8")
    assert verify.verify(log).ok
