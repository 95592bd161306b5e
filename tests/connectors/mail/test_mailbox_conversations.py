"""Whose a mail is, and which conversation it belongs to."""

from cm_desktop.domain.model import Direction, Nature
from tests.connectors.contract import cursor_of, events_of, messages, newest_in, reply_to
from tests.connectors.mail.reading import mail


def test_our_own_mail_coming_back_by_a_list_is_not_incoming(case, inbox):
    ours = b"From: alice@example.test\r\nMessage-ID: <o@example.test>\r\nSubject: a\r\n\r\nWir\r\n"
    case.imap.folders["Gesendet"].put(ours)
    case.imap.inbox.put(ours.replace(b"Wir", b"Wir\r\n-- \r\nListe"))

    assert [one.direction for one in messages(events_of(inbox))] == [Direction.OUT]


def test_a_mail_to_ourselves_is_one_message(case, inbox):
    raw = mail("Notiz", "<n@example.test>")
    case.imap.folders["Gesendet"].put(raw)
    case.imap.inbox.put(raw)

    assert len(messages(events_of(inbox))) == 1


def test_a_form_that_writes_in_our_name_speaks_for_a_stranger(case, inbox):
    case.imap.inbox.put(
        b"From: Seite <alice@example.test>\r\nReply-To: Rosa <rosa@kunde.example>\r\n"
        b"Message-ID: <f@example.test>\r\nSubject: Formular\r\n\r\nFrage\r\n"
    )
    found = newest_in(events_of(inbox))

    assert (found.author.remote_id, found.author.name) == ("rosa@kunde.example", "Rosa")
    inbox.send(reply_to(found, "Ja."))
    assert case.smtp.taken[0][1] == ("rosa@kunde.example",)


def test_an_unknown_author_is_still_somebody(case, inbox):
    case.imap.inbox.put(b"Subject: Zettel\r\n\r\nOhne Absender\r\n")

    assert newest_in(events_of(inbox)).author.remote_id == "unknown"


def test_an_answer_that_only_names_its_parent_stays_in_the_conversation(case, inbox):
    case.imap.inbox.put(mail("1", "<1@x>"))
    case.imap.inbox.put(mail("2", "<2@x>", "References: <1@x>"))
    case.imap.inbox.put(mail("3", "<3@x>", "In-Reply-To: <2@x>"))
    case.imap.inbox.put(mail("4", "<4@x>", "In-Reply-To: <nie-gesehen@x>"))
    case.imap.inbox.put(mail("5", "<5@x>", "References: <nie-gesehen@x> <4@x>"))

    found = {one.remote_id: one for one in messages(events_of(inbox))}

    assert {one.conversation.remote_id for one in found.values()} == {"<1@x>", "<nie-gesehen@x>"}
    assert found["<3@x>"].conversation.remote_id == "<1@x>"
    assert found["<3@x>"].parent_remote_id == "<2@x>"
    assert found["<5@x>"].conversation.remote_id == found["<4@x>"].conversation.remote_id


def test_a_conversation_is_known_again_after_a_restart(case, inbox):
    case.imap.inbox.put(mail("1", "<1@x>"))
    case.imap.inbox.put(mail("2", "<2@x>", "References: <1@x>"))
    first = events_of(inbox)
    case.imap.inbox.put(mail("3", "<3@x>", "In-Reply-To: <2@x>"))

    (third,) = messages(events_of(case.connect(), cursor_of(first)))
    assert third.conversation.remote_id == "<1@x>"


def test_a_bounce_joins_the_conversation_of_what_came_back(case, inbox):
    case.imap.folders["Gesendet"].put(mail("Gern", "<ours@x>", "References: <1@x>"))
    case.imap.inbox.put(
        b"From: MAILER-DAEMON@x.example\r\nMessage-ID: <b@x>\r\nSubject: failure notice\r\n"
        b"Return-Path: <>\r\n\r\nMessage-ID: <ours@x>\r\n"
    )
    bounce = newest_in(events_of(inbox))

    assert bounce.nature is Nature.BOUNCE
    assert bounce.conversation.remote_id == "<1@x>"
    assert bounce.parent_remote_id == "<ours@x>"
    assert bounce.context["bounced_message_id"] == "<ours@x>"
