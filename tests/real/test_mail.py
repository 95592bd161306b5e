"""The mail connector with a real Dovecot and a real Postfix."""

import email
import email.policy
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.mail import make
from cm_desktop.domain.errors import (
    AddressError,
    OfflineError,
    RateLimitedError,
    RejectedError,
    SignInNeededError,
    SlowError,
    UntrustedServerError,
)
from cm_desktop.domain.events import ItemSkipped, MessageGone
from cm_desktop.domain.model import Direction, Nature, OutboxKind, Visibility
from tests.connectors.contract import (
    action_on,
    cursor_of,
    events_of,
    messages,
    newest_in,
    reply_to,
)
from tests.connectors.mail.hostile_mails import MAILS
from tests.servers.stage_proxy import stage_proxy

pytestmark = pytest.mark.real

ALICE, BOB = "alice@example.test", "bob@example.test"
LONG_ID = "<" + "A1b2C3d4" * 14 + "@AM0PR04MB5123.eurprd04.prod.outlook.example>"


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


def test_an_answer_reaches_the_other_side_once_and_rightly_threaded(mail_server, inbox):
    question = ask(
        mail_server, inbox, "Grüße! Habt ihr Samstag offen?",
        subject="AW: Öffnungszeiten",
        References=f"<anfang@kunde.example> {LONG_ID}",
        In_Reply_To=LONG_ID,
        message_id="<frage-7@kunde.example>",
    )  # fmt: skip
    assert question.conversation.remote_id == "<anfang@kunde.example>"
    assert question.conversation.title == "Öffnungszeiten"

    sent = inbox.send(reply_to(question, "Ja, von 7 bis 12 Uhr. Schöne Grüße"))

    (mail,) = to_bob(mail_server)
    assert mail["Message-ID"] == sent.remote_id
    assert mail["In-Reply-To"] == "<frage-7@kunde.example>"
    assert mail["References"].split() == [
        "<anfang@kunde.example>", LONG_ID, "<frage-7@kunde.example>",
    ]  # fmt: skip
    assert mail["Subject"] == "Re: Öffnungszeiten"
    assert mail["To"] == BOB
    assert mail["From"] == ALICE
    assert "Auto-Submitted" not in mail
    text = mail.get_content().replace("\r\n", "\n")
    assert text.startswith("Ja, von 7 bis 12 Uhr. Schöne Grüße\n\nOn ")
    assert text.endswith("Karl Kunde wrote:\n> Grüße! Habt ihr Samstag offen?\n")


def test_a_copy_lies_in_the_sent_folder_and_the_question_is_marked(mail_server, inbox):
    question = ask(mail_server, inbox)

    sent = inbox.send(reply_to(question, "Ja."))

    (copy,) = mail_server.mailbox(ALICE, mail_server.sent_folder)
    assert read(copy)["Message-ID"] == sent.remote_id
    assert "\\Seen" in mail_server.flags(ALICE, mail_server.sent_folder)[0]
    assert {"\\Answered", "\\Seen"} <= set(mail_server.flags(ALICE)[0])


def test_reading_leaves_mails_unread_for_everybody_else(mail_server, inbox):
    ask(mail_server, inbox)

    assert "\\Seen" not in mail_server.flags(ALICE)[0]


def test_the_next_fetch_reports_our_answer_as_ours_and_as_we_know_it(mail_server, inbox):
    mail_server.deliver(written("Habt ihr offen?").as_bytes(), ALICE)
    first = events_of(inbox)

    sent = inbox.send(reply_to(newest_in(first), "Ja.\n\n> und nein\n\n-- \nIhr Team"))

    (ours,) = messages(events_of(inbox, cursor_of(first)))
    assert ours.direction is Direction.OUT
    assert ours.remote_id == sent.remote_id
    assert ours.text == sent.text == "Ja.\n\n> und nein\n\n--\nIhr Team"
    assert ours.quoted.endswith("> Habt ihr offen?")
    assert ours.created_at == sent.created_at
    assert ours.conversation.remote_id == "<frage-1@kunde.example>"
    assert ours.parent_remote_id == "<frage-1@kunde.example>"


def test_an_exchange_of_mails_is_one_conversation(mail_server, inbox):
    question = ask(mail_server, inbox)
    sent = inbox.send(reply_to(question, "Ja."))
    # Some programs only name the mail they answer, not the ones before it.
    mail_server.deliver(
        written(
            "Danke!", message_id="<danke@kunde.example>", In_Reply_To=sent.remote_id
        ).as_bytes(),
        ALICE,
    )

    found = messages(events_of(inbox))

    assert {one.conversation.remote_id for one in found} == {"<frage-1@kunde.example>"}
    assert {one.text for one in found} == {question.text, "Ja.", "Danke!"}
    assert {one.direction for one in found} == {Direction.IN, Direction.OUT}


def test_an_answer_from_another_mail_program_is_seen_as_ours(mail_server, inbox):
    question = ask(mail_server, inbox)
    other = written("Ja, wie immer.", sender=f"Laden <{ALICE}>", message_id="<th-1@example.test>",
                    In_Reply_To=question.remote_id, References=question.remote_id)  # fmt: skip
    mail_server.put(ALICE, mail_server.sent_folder, other.as_bytes(), "(\\Seen)")

    ours = [one for one in messages(events_of(inbox)) if one.direction is Direction.OUT]

    assert [one.text for one in ours] == ["Ja, wie immer."]
    assert ours[0].conversation.remote_id == question.conversation.remote_id
    assert ours[0].author.remote_id == ALICE


def test_files_and_umlauts_arrive(mail_server, inbox):
    mail = written("Anbei die Größen.", subject="Bestellung für „Müller“")
    mail.add_attachment(b"%PDF-1.7 x", maintype="application", subtype="pdf",
                        filename="Größen & Maße.pdf")  # fmt: skip
    mail.add_attachment(b"\xff\xd8\xff", maintype="image", subtype="jpeg", filename="Foto.jpg")
    mail_server.deliver(mail.as_bytes(), ALICE)

    found = newest_in(events_of(inbox))

    assert found.text == "Anbei die Größen."
    assert found.conversation.title == "Bestellung für „Müller“"
    files = [(one.about.name, one.about.type, one.content) for one in found.attachments]
    assert files == [
        ("Größen & Maße.pdf", "application/pdf", b"%PDF-1.7 x"),
        ("Foto.jpg", "image/jpeg", b"\xff\xd8\xff"),
    ]


def test_of_a_huge_mail_the_text_and_the_names_of_its_files_arrive(mail_server, inbox):
    mail = written("Die Videos für euch.", subject="Hochzeit")
    mail.add_alternative("<p>Die Videos für euch.</p>", subtype="html")
    mail.add_attachment(bytes(12 << 20), maintype="video", subtype="mp4", filename="Tänze.mp4")
    mail.add_attachment(b"text", maintype="application", subtype="zip", filename="a.zip")
    mail_server.put(ALICE, "INBOX", mail.as_bytes(policy=email.policy.SMTP))

    found = newest_in(events_of(inbox))

    assert found.text == "Die Videos für euch."
    assert [(one.about.name, one.content) for one in found.attachments] == [
        ("Tänze.mp4", None), ("a.zip", None),
    ]  # fmt: skip
    assert abs(found.attachments[0].about.size - (12 << 20)) < 20_000


def test_new_uids_for_all_mails_bring_no_mail_twice_and_lose_none(mail_server, inbox):
    for number in range(3):
        mail_server.deliver(written(f"{number}", message_id=f"<n{number}@x>").as_bytes(), ALICE)
    first = events_of(inbox)
    mail_server.change_uidvalidity(ALICE)
    mail_server.deliver(written("neu", message_id="<neu@x>").as_bytes(), ALICE)

    later = events_of(inbox, cursor_of(first))

    assert [one.remote_id for one in messages(later)] == ["<neu@x>"]
    assert not [one for one in later if isinstance(one, MessageGone)]
    assert messages(events_of(inbox, cursor_of(later))) == []


def test_the_newest_mail_is_not_reported_again_and_again(mail_server, inbox):
    mail_server.deliver(written("eins").as_bytes(), ALICE)
    first = events_of(inbox)

    assert messages(events_of(inbox, cursor_of(first))) == []


def test_the_same_mail_delivered_twice_is_one_message(mail_server, inbox):
    mail_server.deliver(written("eins").as_bytes(), ALICE)
    raw = mail_server.mailbox(ALICE)[0]
    mail_server.deliver(raw, ALICE)

    assert len(messages(events_of(inbox))) == 1


def test_a_stranger_cannot_replace_a_mail_by_taking_its_id(mail_server, inbox):
    mail_server.deliver(written("Das Original").as_bytes(), ALICE)
    first = events_of(inbox)
    mail_server.deliver(written("Die Fälschung").as_bytes(), ALICE)

    (forged,) = messages(events_of(inbox, cursor_of(first)))

    assert forged.text == "Die Fälschung"
    assert forged.remote_id != newest_in(first).remote_id
    assert messages(events_of(inbox, cursor_of(first))) == [forged]


def test_waiting_ends_as_soon_as_a_mail_arrives(mail_server, inbox):
    events_of(inbox)
    woken = []
    waiting = threading.Thread(target=lambda: woken.append(inbox.wait(20, threading.Event())))
    waiting.start()
    mail_server.deliver(written("Klopf klopf").as_bytes(), ALICE)
    waiting.join(15)

    assert woken == [True]


def test_waiting_ends_when_cancelled_and_when_time_is_up(inbox):
    events_of(inbox)
    cancelled = threading.Event()
    results = []
    waiting = threading.Thread(target=lambda: results.append(inbox.wait(60, cancelled)))
    waiting.start()
    cancelled.set()
    waiting.join(15)

    assert results == [False]
    assert inbox.wait(0.2, threading.Event()) is False


@pytest.mark.parametrize("imap", ["tls", "starttls"])
@pytest.mark.parametrize("smtp", ["tls", "starttls"])
def test_both_kinds_of_encryption_work_for_both_protocols(mail_server, imap, smtp):
    inbox = connect(
        mail_server,
        imap_security=imap,
        imap_port=mail_server.imaps_port if imap == "tls" else mail_server.imap_port,
        smtp_security=smtp,
        smtp_port=mail_server.smtps_port if smtp == "tls" else mail_server.smtp_port,
    )
    assert inbox.identify().handle == ALICE

    inbox.send(reply_to(ask(mail_server, inbox), "Ja."))

    assert len(to_bob(mail_server)) == 1


@pytest.mark.parametrize("protocol", ["imap", "smtp"])
@pytest.mark.parametrize(
    ("host", "problem"),
    [("expired_host", "expired"), ("elsewhere_host", "wrong_host")],
)
def test_a_bad_certificate_is_refused_and_named(mail_server, protocol, host, problem):
    server = getattr(mail_server, host)

    with pytest.raises(UntrustedServerError) as caught:
        connect(mail_server, **{f"{protocol}_host": server}).identify()

    assert (caught.value.problem, caught.value.host) == (problem, server)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_unknown_issuer_is_refused_without_the_firms_own_file(mail_server, security):
    port = mail_server.imaps_port if security == "tls" else mail_server.imap_port

    with pytest.raises(UntrustedServerError) as caught:
        connect(mail_server, ca_file="", imap_port=port, imap_security=security).identify()

    assert caught.value.problem == "unknown_issuer"


def test_a_wrong_password_is_told_from_a_wrong_address(mail_server):
    with pytest.raises(SignInNeededError):
        connect(mail_server, password="falsch").identify()
    with pytest.raises(OfflineError):
        connect(mail_server, imap_port=1).identify()
    with pytest.raises(AddressError) as caught:
        connect(mail_server, smtp_port=mail_server.smtp_port, smtp_security="tls").identify()
    assert caught.value.problem == "no_tls"


def test_a_refused_recipient_costs_only_this_answer(mail_server, inbox):
    nobody = ask(mail_server, inbox, sender="Niemand <niemand@example.test>")

    with pytest.raises(RejectedError) as caught:
        inbox.send(reply_to(nobody, "Ja."))

    assert caught.value.reason == "recipient_refused"
    assert mail_server.mailbox(ALICE, mail_server.sent_folder) == []


def test_a_bounce_comes_into_the_conversation_of_what_came_back(mail_server, inbox):
    question = ask(mail_server, inbox, sender="Geist <ghost@example.test>")
    sent = inbox.send(reply_to(question, "Ja."))
    mail_server.settle()
    mail_server.wait_for(ALICE, 2)

    bounce = next(one for one in messages(events_of(inbox)) if one.nature is Nature.BOUNCE)

    assert bounce.conversation.remote_id == question.conversation.remote_id
    assert bounce.parent_remote_id == sent.remote_id
    assert bounce.context["bounced_recipient"] == "ghost@example.test"


def test_junk_and_trash_are_where_the_mail_programs_look(mail_server, inbox):
    for kind, folder, visibility in (
        (OutboxKind.SPAM, "Junk", Visibility.SPAM),
        (OutboxKind.DELETE, "Trash", Visibility.TRASHED),
    ):
        mail_server.deliver(written(kind.value, message_id=f"<{kind}@x>").as_bytes(), ALICE)
        before = events_of(inbox)
        action = action_on(newest_in(before, f"<{kind}@x>"), kind)

        inbox.act(action)
        inbox.act(action)

        assert len(mail_server.mailbox(ALICE, folder)) == 1
        (moved,) = messages(events_of(inbox, cursor_of(before)))
        assert moved.visibility is visibility
    assert mail_server.mailbox(ALICE) == []


def test_a_mail_deleted_elsewhere_is_gone_and_an_archived_one_is_not(mail_server, inbox):
    for name in ("geht", "bleibt"):
        mail_server.deliver(written(name, message_id=f"<{name}@x>").as_bytes(), ALICE)
    first = events_of(inbox)
    with mail_server.session(ALICE) as other:
        other.select("INBOX")
        other.copy("2", "Archive")
        other.store("1:2", "+FLAGS", "\\Deleted")
        other.expunge()

    later = events_of(inbox, cursor_of(first))

    assert [one.remote_id for one in later if isinstance(one, MessageGone)] == ["<geht@x>"]
    assert messages(later) == []


def test_hostile_mails_cost_only_themselves(mail_server, inbox):
    mail_server.deliver(written("davor", message_id="<davor@x>").as_bytes(), ALICE)
    for raw in MAILS.values():
        if b"\0" not in raw and len(raw) < 1_500_000:  # what IMAP lets another program store
            mail_server.put(ALICE, "INBOX", raw or b"\r\n")
    mail_server.deliver(written("danach", message_id="<danach@x>").as_bytes(), ALICE)

    events = events_of(inbox)

    found = {one.remote_id for one in messages(events)}
    assert {"<davor@x>", "<danach@x>"} <= found
    assert len(found) > 30
    assert len([one for one in events if isinstance(one, ItemSkipped)]) < 10
    assert messages(events_of(inbox, cursor_of(events))) == []


# Answers whose fate is unknown.

# Turns of the client in an SMTP dialogue over TLS: 1 and 2 shake hands, 3 EHLO, 4 AUTH,
# 5 MAIL, 6 RCPT, 7 DATA, 8 the mail and its last dot.
THE_DOT = 8


@contextmanager
def cut_at(server, *, request=0, answer=0):
    with stage_proxy(server.smtps_port) as proxy:
        proxy.lose_request, proxy.lose_answer = request, answer
        yield connect(server, smtp_port=proxy.port), proxy


def test_the_turns_are_counted_right(mail_server, inbox):
    with cut_at(mail_server) as (through_proxy, proxy):
        through_proxy.send(reply_to(ask(mail_server, inbox), "Ja."))

    assert proxy.turns == THE_DOT + 1  # and QUIT


@pytest.mark.parametrize("lost", ["request", "answer"])
@pytest.mark.parametrize("turn", range(1, THE_DOT + 1))
def test_whenever_the_connection_is_cut_nobody_gets_an_answer_twice_or_never(
    mail_server, inbox, lost, turn
):
    reply = reply_to(ask(mail_server, inbox), "Ja.", first_attempt_at=datetime.now(UTC))
    expected = pytest.raises((OfflineError, RateLimitedError, SlowError))
    with cut_at(mail_server, **{lost: turn}) as (through_proxy, _), expected as caught:
        through_proxy.send(reply)
    mail_server.settle()
    arrived = len(mail_server.mailbox(BOB))

    if isinstance(caught.value, SlowError):
        assert turn == THE_DOT
        assert arrived == (lost == "answer")
        # The server keeps no copy of what it takes: nobody but a person can tell.
        with pytest.raises(RejectedError) as asked:
            inbox.find_sent(reply)
        assert asked.value.reason == "outcome_unknown"
        if not arrived:
            inbox.send(reply)  # what a person decides who asked
    else:
        assert turn < THE_DOT
        assert arrived == 0
        inbox.send(reply)

    (mail,) = to_bob(mail_server)
    assert mail["In-Reply-To"] == "<frage-1@kunde.example>"


def test_an_answer_of_unknown_fate_is_known_to_have_arrived_once_it_is_answered(mail_server, inbox):
    reply = reply_to(ask(mail_server, inbox), "Ja.", first_attempt_at=datetime.now(UTC))
    with cut_at(mail_server, answer=THE_DOT) as (through_proxy, _), pytest.raises(SlowError):
        through_proxy.send(reply)
    (mail,) = to_bob(mail_server)
    mail_server.deliver(
        written("Danke", message_id="<danke@x>", In_Reply_To=mail["Message-ID"]).as_bytes(), ALICE
    )

    found = inbox.find_sent(reply)

    assert found is not None
    assert found.remote_id == mail["Message-ID"]
    assert len(to_bob(mail_server)) == 1


def test_an_answer_is_sent_even_if_its_copy_cannot_be_filed(mail_server, inbox):
    question = ask(mail_server, inbox)
    with stage_proxy(mail_server.imaps_port) as proxy:
        proxy.lose_request = 4
        sent = connect(mail_server, imap_port=proxy.port).send(reply_to(question, "Ja."))

    assert sent.context["sent_copy"] == "missing"
    assert len(to_bob(mail_server)) == 1


def test_two_attempts_at_one_answer_carry_one_id(mail_server, inbox):
    reply = reply_to(ask(mail_server, inbox), "Ja.", first_attempt_at=datetime.now(UTC))

    assert inbox.send(reply).remote_id == inbox.send(reply).remote_id
    assert len(mail_server.mailbox(ALICE, mail_server.sent_folder)) == 1
