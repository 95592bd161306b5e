"""What waits goes out once and in order; a refusal or a wait of one stops no other."""

import threading

import pytest

from cm_desktop.domain.errors import (
    GoneError,
    NotAllowedError,
    OfflineError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
)
from cm_desktop.domain.model import Direction, OutboxState
from cm_desktop.services import reading
from cm_desktop.services.sending import send_waiting
from tests import factory
from tests.fakes import ScriptedConnector
from tests.services.conftest import BLIND, READABLE


def test_a_reply_goes_out_and_is_on_screen_at_once(office, send):
    conversation = office.hear()
    row = office.queue(conversation, "Yes, at 7.")
    report = send()
    sent = office.row(row)
    assert (sent.state, sent.remote_id, report.sent) == (OutboxState.SENT, "out-1", 1)
    last = office.messages(conversation)[-1]
    assert (last.text, last.direction, last.member) == ("Yes, at 7.", Direction.OUT, row.member)


def test_the_echo_of_our_reply_changes_nothing(office, send):
    conversation = office.hear()
    office.queue(conversation, "Yes, at 7.")
    send()
    before = office.messages(conversation)
    echo = factory.reply_seen(
        remote_id="out-1",
        conversation=factory.seen_conversation(remote_id=conversation.remote_id),
        author=factory.seen_author(
            remote_id=office.account.remote_id,
            name=office.account.title,
            handle=office.account.handle,
        ),
        text="Yes, at 7.",
        created_at=before[-1].created_at,
        parent_remote_id=before[0].remote_id,
    )
    office.hear(echo)
    assert office.messages(conversation) == before


def test_a_held_reply_waits_and_then_goes(office, send):
    row = office.queue(hold_seconds=10)
    send()
    assert (office.state(row), office.outside.posts) == ("queued", [])
    office.clock.go_on(seconds=10)
    send()
    assert office.state(row) == "sent"


def test_replies_of_one_conversation_go_out_in_the_order_written(office, send):
    conversation = office.hear()
    office.queue(conversation, "one", hold_seconds=10)
    office.queue(conversation, "two")
    elsewhere = office.queue(text="three")
    send()
    assert office.outside.texts() == ["three"]
    assert office.state(elsewhere) == "sent"
    office.clock.go_on(seconds=10)
    send()
    assert office.outside.texts() == ["three", "one", "two"]


def test_an_unknown_reply_holds_up_the_next_one_of_its_conversation(office, send):
    conversation = office.hear()
    office.follow(**READABLE)
    office.connector.outcomes = [SlowError()]
    office.queue(conversation, "one")
    office.queue(conversation, "two")
    send()
    assert office.outside.texts() == []
    office.clock.go_on(seconds=61)
    send()
    assert office.outside.texts() == ["one", "two"]


def test_a_pass_that_is_cancelled_begins_nothing_new(office, send):
    office.queue()
    cancelled = threading.Event()
    cancelled.set()
    send(cancelled)
    assert office.outside.posts == []


def test_two_accounts_are_sent_for_independently(office, never):
    other = office.sign_in(ScriptedConnector())
    office.queue()
    conversation = office.hear(factory.message_seen(), account=other)
    theirs = office.queue(conversation)
    send_waiting(office.vault, other, office.connectors[other.id], never, office.tools())
    assert office.state(theirs) == "sent"
    assert office.outside.posts == []


def test_what_happened_to_a_row_is_in_the_log_without_any_text(office, send):
    conversation = office.hear()
    office.queue(conversation, "A secret sentence")
    send()
    history = reading.history(office.vault, conversation.id)
    assert {"outbox_queued", "outbox_sent"} <= {one.kind for one in history}
    assert "secret sentence" not in str([one.body for one in history])


# Refusals and waits.


@pytest.mark.parametrize(
    "error", [RejectedError("too_long"), NotAllowedError(), GoneError()], ids=lambda e: e.code
)
def test_a_refused_reply_fails_with_its_text_and_stops_nobody(office, send, error):
    office.connector.outcomes = [error]
    row = office.queue(text="Too long")
    other = office.queue()
    report = send()
    failed = office.row(row)
    assert (failed.state, failed.error, failed.text) == (OutboxState.FAILED, error.code, "Too long")
    assert office.state(other) == "sent"
    assert report.errors == [error]


@pytest.mark.parametrize("error", [OfflineError(), SignInNeededError()], ids=lambda e: e.code)
def test_without_connection_or_sign_in_everything_waits(office, send, error):
    office.connector.outcomes = [error]
    rows = [office.queue(), office.queue()]
    report = send()
    assert [office.state(row) for row in rows] == ["queued", "queued"]
    assert report.stopped_by is error
    send()
    assert [office.state(row) for row in rows] == ["sent", "sent"]


def test_a_reply_that_waited_offline_for_two_days_is_still_sent_and_not_given_up(office, send):
    office.follow(**BLIND)
    office.connector.outcomes = [OfflineError(), OfflineError()]
    row = office.queue()
    send()
    office.clock.go_on(days=2)
    send()
    assert office.row(row).first_attempt_at is None
    send()
    assert office.state(row) == "sent"


def test_a_channel_that_does_not_answer_makes_one_reply_unknown_and_not_all(office, send):
    office.follow(**BLIND)
    office.connector.outcomes = [SlowError()]
    rows = [office.queue() for _ in range(3)]
    report = send()
    assert [office.state(row) for row in rows] == ["unknown", "queued", "queued"]
    assert isinstance(report.stopped_by, SlowError)


def test_a_reply_the_channel_chokes_on_does_not_keep_the_others_from_going(office, send):
    office.follow(**READABLE)
    office.connector.outcomes = [ServerTroubleError(status=500)]
    bad = office.queue(text="bad")
    good = office.queue(text="good")
    send()
    send()
    assert (office.state(bad), office.state(good)) == ("unknown", "sent")


def test_a_channel_that_asks_to_wait_is_left_alone_that_long(office, send):
    office.connector.outcomes = [RateLimitedError(30)]
    row = office.queue()
    send()
    office.clock.go_on(seconds=29)
    send()
    assert (office.state(row), office.outside.posts) == ("queued", [])
    office.clock.go_on(seconds=1)
    send()
    assert office.state(row) == "sent"
