"""Answers whose fate is unknown since the connection to a real mail server was cut."""

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from cm_desktop.domain.errors import OfflineError, RateLimitedError, RejectedError, SlowError
from tests.connectors.contract import reply_to
from tests.servers.mail_account import ALICE, BOB, ask, connect, inbox, to_bob, written
from tests.servers.stage_proxy import stage_proxy

__all__ = ["inbox"]

pytestmark = pytest.mark.real

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
