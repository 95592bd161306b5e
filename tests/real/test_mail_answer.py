"""Answers through a real Postfix: threaded, filed under Sent, and told when they come back."""

import pytest

from cm_desktop.domain.errors import RejectedError
from cm_desktop.domain.model import Direction, Nature
from tests.connectors.contract import cursor_of, events_of, messages, newest_in, reply_to
from tests.servers.mail_account import ALICE, BOB, ask, inbox, read, to_bob, written

__all__ = ["inbox"]

pytestmark = pytest.mark.real

LONG_ID = "<" + "A1b2C3d4" * 14 + "@AM0PR04MB5123.eurprd04.prod.outlook.example>"


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
