"""What the connector as a whole promises beyond the shared contract."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop.connectors.mail import CHANNEL
from cm_desktop.domain import outbox_rules
from cm_desktop.domain.errors import AddressError, OfflineError, RejectedError, SlowError
from cm_desktop.domain.ids import AccountId, ConversationId, OutboxId
from cm_desktop.domain.model import OutboxKind, OutboxRow, OutboxState
from cm_desktop.domain.policy import Ability
from tests.connectors.contract import action_on, events_of, newest_in, reply_to
from tests.connectors.mail.played_imap import HungUpError

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def question(case, inbox):
    case.hear("Habt ihr offen?")
    return newest_in(events_of(inbox))


@pytest.fixture
def forgetful(case):
    """A server that, as most do, keeps no copy of what it takes."""
    case.smtp.saves = lambda raw: None
    return case


def hang_up_after_taking(verb):
    if verb == "TAKEN":
        raise HungUpError


def test_the_registry_knows_what_to_ask_for():
    assert CHANNEL.secret_fields == ("password",)
    assert {"imap_host", "smtp_host", "ca_file", "sent_folder"} <= set(CHANNEL.setting_fields)
    assert CHANNEL.policy.abilities == {Ability.REPLY, Ability.SPAM, Ability.DELETE}


def test_identify_tries_the_smtp_server_only_where_it_is_known(case):
    case.smtp.close()

    with pytest.raises(OfflineError):
        case.connect().identify()
    guessed = case.connect(smtp_host="", smtp_port="")
    assert guessed.identify().settings["smtp_host"] == "127.0.0.1"


def test_a_copy_is_filed_once_whoever_files_it(case, inbox, question):
    inbox.send(reply_to(question, "Ja."))

    assert len(case.imap.folders["Gesendet"].mails) == 1


def test_a_server_that_keeps_no_copy_gets_one_from_us(forgetful, inbox, question):
    sent = inbox.send(reply_to(question, "Ja."))

    (copy,) = forgetful.imap.folders["Gesendet"].mails
    assert sent.remote_id.encode() in copy.raw
    assert copy.flags == {"\\Seen"}
    assert forgetful.imap.inbox.mails[0].flags == {"\\Answered", "\\Seen"}


def test_a_server_that_files_by_itself_is_left_alone(forgetful, inbox, question):
    forgetful.imap.capabilities += " X-GM-EXT-1"

    sent = inbox.send(reply_to(question, "Ja."))

    assert forgetful.imap.folders["Gesendet"].mails == []
    assert "sent_copy" not in sent.context


def test_without_a_sent_folder_the_answer_is_sent_all_the_same(forgetful, inbox, question):
    del forgetful.imap.folders["Gesendet"]

    sent = inbox.send(reply_to(question, "Ja."))

    assert forgetful.said() == ["Ja."]
    assert sent.context["sent_copy"] == "missing"


def test_trouble_with_the_copy_is_no_trouble_with_the_answer(forgetful, inbox, question):
    forgetful.imap.close()

    sent = inbox.send(reply_to(question, "Ja."))

    assert forgetful.said() == ["Ja."]
    assert sent.context["sent_copy"] == "missing"


def test_what_a_saving_server_does_not_have_was_not_sent(forgetful, inbox, question):
    forgetful.imap.capabilities += " X-GM-EXT-1"

    assert inbox.find_sent(reply_to(question, "Ja.")) is None


def test_what_another_server_does_not_have_nobody_but_a_person_can_tell(forgetful, inbox, question):
    reply = reply_to(question, "Ja.", first_attempt_at=NOW)
    forgetful.smtp.manner = hang_up_after_taking
    with pytest.raises(SlowError):
        inbox.send(reply)

    with pytest.raises(RejectedError) as caught:
        inbox.find_sent(reply)

    row = OutboxRow(
        id=OutboxId("o"), conversation=ConversationId("c"), account=AccountId("a"),
        kind=OutboxKind.REPLY, state=OutboxState.UNKNOWN, text="Ja.", member="Ana",
        created_at=NOW, hold_until=NOW, first_attempt_at=NOW,
    )  # fmt: skip
    move = outbox_rules.after_failed_look(row, caught.value, NOW + timedelta(minutes=2))
    assert (move.state, move.error) == (OutboxState.NEEDS_HUMAN, outbox_rules.LOST_TRACK)
    assert forgetful.said() == ["Ja."]


@pytest.mark.parametrize(
    "proof",
    [
        "From: karl@kunde.example\r\nIn-Reply-To: {id}\r\n\r\nDanke",
        "From: karl@kunde.example\r\nReferences: <x@x> {id}\r\n\r\nDanke",
        "From: MAILER-DAEMON@x.example\r\nSubject: failure notice\r\n\r\nMessage-ID: {id}",
    ],
)
def test_an_answer_or_a_bounce_proves_that_it_was_sent(forgetful, inbox, question, proof):
    reply = reply_to(question, "Ja.", first_attempt_at=NOW)
    forgetful.smtp.manner = hang_up_after_taking
    with pytest.raises(SlowError):
        inbox.send(reply)
    sent_id = forgetful.smtp.taken[0][2].partition(b"Message-ID: ")[2].partition(b"\r\n")[0]
    forgetful.imap.arrive(proof.replace("{id}", sent_id.decode()).encode())

    found = inbox.find_sent(reply)

    assert found.remote_id == sent_id.decode()
    assert found.created_at == NOW


def test_an_action_that_is_none_is_refused(case, inbox, question):
    with pytest.raises(RejectedError) as caught:
        inbox.act(action_on(question, OutboxKind.LIKE))
    assert caught.value.reason == "unsupported"


@pytest.mark.parametrize(
    ("kind", "folder", "reason"),
    [
        (OutboxKind.SPAM, "Junk", "no_junk_folder"),
        (OutboxKind.DELETE, "Papierkorb", "no_trash_folder"),
    ],
)
def test_a_folder_that_is_missing_is_named(case, inbox, question, kind, folder, reason):
    del case.imap.folders[folder]

    with pytest.raises(RejectedError) as caught:
        inbox.act(action_on(question, kind))
    assert caught.value.reason == reason
    assert len(case.imap.inbox.mails) == 1


def test_folders_are_found_by_name_where_the_server_does_not_say(case, question):
    for folder in case.imap.folders.values():
        folder.uses = ""
    inbox = case.connect()

    inbox.act(action_on(question, OutboxKind.DELETE))

    assert len(case.imap.folders["Papierkorb"].mails) == 1


def test_an_address_that_cannot_work_is_told_before_anything_leaves(case, question):
    inbox = case.connect(imap_port="x")

    for step in (inbox.identify, lambda: inbox.send(reply_to(question, "Ja."))):
        with pytest.raises(AddressError):
            step()
    assert case.said() == []


def test_an_answer_in_a_second_attempt_says_the_same_id_and_date(case, inbox, question):
    reply = reply_to(question, "Ja.", first_attempt_at=NOW)
    first, second = inbox.send(reply), inbox.send(replace(reply, text="Ja!"))

    assert (first.remote_id, first.created_at) == (second.remote_id, second.created_at)
