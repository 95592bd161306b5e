"""What waits goes out once and in order; what may have gone out is looked up, never repeated."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from cm_desktop.domain.errors import (
    DuplicateError,
    GoneError,
    NotAllowedError,
    OfflineError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
    VaultInUseError,
)
from cm_desktop.domain.model import Direction, OutboxKind, OutboxState
from cm_desktop.services import reading
from cm_desktop.services.sending import send_waiting
from cm_desktop.store import outbox
from tests import factory
from tests.fakes import AfterApplying, ScriptedConnector

READABLE = {"can_read_back": True, "repeat_is_safe": False}
KEYED = {"can_read_back": False, "repeat_is_safe": True}
BLIND = {"can_read_back": False, "repeat_is_safe": False}


@pytest.fixture
def send(office, never):
    def run(cancelled=never, **wanted):
        return send_waiting(
            office.vault, office.account, office.connector, cancelled, office.tools(), **wanted
        )

    return run


def leave_in_the_middle(office, row, **changes):
    """Leave a row as a program does that was killed while it sent."""
    values = {
        "state": OutboxState.SENDING,
        "attempts": 1,
        "first_attempt_at": office.clock(),
        "next_attempt_at": office.clock() + timedelta(seconds=60),
    }
    with office.vault.db.writing() as connection:
        left = replace(office.row(row), **(values | changes))
        assert outbox.put(connection, left, was=OutboxState.QUEUED)


# Sending.


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


# Unknown outcomes.


@pytest.mark.parametrize("error", [SlowError(), ServerTroubleError(status=502)])
def test_a_reply_that_arrived_without_an_answer_is_found_and_not_sent_again(office, send, error):
    office.follow(**READABLE)
    office.connector.outcomes = [AfterApplying(error)]
    conversation = office.hear()
    row = office.queue(conversation)
    send()
    assert office.state(row) == "unknown"
    send()
    assert (office.state(row), len(office.outside.posts)) == ("sent", 1)
    assert office.messages(conversation)[-1].remote_id == "out-1"


def test_a_reply_that_did_not_arrive_is_sent_again_after_a_minute_and_not_before(office, send):
    office.follow(**READABLE)
    office.connector.outcomes = [SlowError()]
    row = office.queue()
    send()
    office.clock.go_on(seconds=59)
    send()
    assert (office.state(row), office.outside.posts) == ("unknown", [])
    office.clock.go_on(seconds=1)
    send()
    assert (office.state(row), len(office.outside.posts)) == ("sent", 1)


def test_a_list_that_lags_for_less_than_a_minute_leads_to_no_second_reply(office, send):
    office.follow(**READABLE)
    office.connector.lag = 3
    office.connector.outcomes = [AfterApplying(SlowError())]
    row = office.queue()
    for _look in range(5):
        send()
        office.clock.go_on(seconds=15)
    assert (office.state(row), len(office.outside.posts)) == ("sent", 1)


def test_the_same_key_is_used_over_all_attempts(office, send):
    office.follow(**KEYED)
    office.connector.outcomes = [AfterApplying(SlowError())]
    row = office.queue()
    send()
    office.clock.go_on(seconds=61)
    send()
    assert (office.state(row), len(office.outside.posts)) == ("sent", 1)
    assert office.outside.posts[0][3] == row.id


def test_a_key_too_old_for_the_channel_is_not_relied_on(office, send):
    office.follow(**KEYED)
    office.connector.outcomes = [AfterApplying(SlowError())]
    row = office.queue()
    send()
    office.clock.go_on(minutes=51)
    send()
    assert (office.state(row), len(office.outside.posts)) == ("needs_human", 1)


def test_being_offline_in_between_does_not_make_an_open_attempt_forgotten(office, send):
    office.follow(**KEYED)
    office.connector.outcomes = [AfterApplying(SlowError()), OfflineError()]
    row = office.queue()
    send()
    office.clock.go_on(seconds=61)
    send()
    assert office.state(row) == "unknown"
    office.clock.go_on(hours=3)
    send()
    assert (office.state(row), len(office.outside.posts)) == ("needs_human", 1)


def test_where_nothing_can_be_looked_up_a_human_is_asked(office, send):
    office.follow(**BLIND)
    office.connector.outcomes = [AfterApplying(SlowError())]
    row = office.queue()
    send()
    send()
    asked = office.row(row)
    assert (asked.state, asked.error) == (OutboxState.NEEDS_HUMAN, "lost_track")
    office.clock.go_on(days=1)
    send()
    assert len(office.outside.posts) == 1


def test_a_reply_nobody_could_look_up_for_a_day_is_asked_about(office, send):
    office.follow(**READABLE)
    office.connector.outcomes = [SlowError()]
    office.connector.find_error = ServerTroubleError(status=503)
    row = office.queue()
    send()
    for _hour in range(26):
        send()
        office.clock.go_on(hours=1)
    assert (office.state(row), office.outside.posts) == ("needs_human", [])


def test_two_equal_replies_under_one_comment_are_told_apart(office, send):
    office.follow(**READABLE)
    conversation = office.hear()
    first = office.queue(conversation, "Danke.")
    send()
    office.connector.outcomes = [SlowError()]
    second = office.queue(conversation, "Danke.")
    send()
    send()
    assert (office.state(first), office.state(second)) == ("sent", "unknown")
    office.clock.go_on(seconds=61)
    send()
    assert office.outside.texts() == ["Danke.", "Danke."]
    assert {office.row(first).remote_id, office.row(second).remote_id} == {"out-1", "out-2"}


def test_a_duplicate_that_is_ours_counts_as_sent(office, send):
    office.follow(**READABLE)
    office.connector.outcomes = [AfterApplying(DuplicateError("comment_duplicate"))]
    row = office.queue()
    send()
    send()
    assert (office.state(row), len(office.outside.posts)) == ("sent", 1)


def test_a_duplicate_that_is_nowhere_fails_instead_of_trying_for_ever(office, send):
    office.follow(**READABLE)
    office.connector.outcomes = [DuplicateError("comment_duplicate")]
    row = office.queue()
    send()
    office.clock.go_on(seconds=61)
    send()
    assert (office.row(row).state, office.row(row).error) == (OutboxState.FAILED, "duplicate")


# After a crash.


def test_what_was_being_sent_when_the_program_died_is_looked_up_first(office, send):
    office.follow(**READABLE)
    row = office.queue()
    leave_in_the_middle(office, row)
    send()
    assert (office.state(row), office.connector.looks, office.outside.posts) == ("unknown", 1, [])
    office.clock.go_on(seconds=61)
    send()
    assert (office.state(row), len(office.outside.posts)) == ("sent", 1)


def test_a_crash_long_ago_is_settled_in_one_pass(office, send):
    office.follow(**READABLE)
    row = office.queue()
    leave_in_the_middle(office, row)
    office.clock.go_on(minutes=5)
    send()
    assert (office.state(row), len(office.outside.posts)) == ("sent", 1)


def test_a_clock_set_back_neither_repeats_nor_forgets(office, send):
    office.follow(**READABLE)
    office.connector.outcomes = [AfterApplying(SlowError()), SlowError()]
    arrived, lost = office.queue(text="arrived"), office.queue(text="lost")
    send()
    office.connector.lag = 1
    send()
    assert (office.state(arrived), office.state(lost)) == ("unknown", "unknown")
    office.clock.go_on(hours=-2)
    send()
    assert (office.state(arrived), office.state(lost)) == ("sent", "unknown")
    office.clock.go_on(seconds=61)
    send()
    assert office.outside.texts() == ["arrived", "lost"]


def test_a_clock_set_back_does_not_hold_a_reply_for_hours(office, send):
    row = office.queue(hold_seconds=10)
    office.clock.go_on(hours=-1)
    send()
    office.clock.go_on(seconds=10)
    send()
    assert office.state(row) == "sent"


# Old texts.


def test_an_old_reply_to_a_deleted_comment_is_not_sent(office, send):
    conversation = office.hear()
    row = office.queue(conversation)
    office.clock.go_on(minutes=16)
    target = office.messages(conversation)[0]
    with_gone = factory.message_gone(remote_id=target.remote_id, at=office.clock())
    office.connector.pages = [[with_gone]]
    office.sync()
    failed = office.row(row)
    assert (failed.state, failed.error, failed.error_detail) == ("failed", "gone", "target")
    assert office.outside.posts == []


def test_an_old_reply_to_what_somebody_answered_meanwhile_is_asked_about(office, send):
    conversation = office.hear()
    row = office.queue(conversation)
    office.clock.go_on(minutes=16)
    answer = factory.reply_seen(
        conversation=factory.seen_conversation(remote_id=conversation.remote_id),
        created_at=office.clock() - timedelta(minutes=1),
    )
    office.connector.pages = [[answer]]
    office.sync()
    assert (office.row(row).state, office.row(row).error) == ("needs_human", "answered_meanwhile")
    office.desk.resolve(row.id, "again")
    office.sync()
    assert office.state(row) == "sent"


def test_our_own_earlier_reply_is_no_reason_to_hold_an_old_one(office, send):
    conversation = office.hear()
    first = office.queue(conversation, "one")
    second = office.queue(conversation, "two")
    office.clock.go_on(minutes=20)
    office.sync()
    assert (office.state(first), office.state(second)) == ("sent", "sent")


def test_an_old_reply_waits_while_nothing_can_be_looked_at(office, send):
    old = office.queue()
    office.clock.go_on(minutes=16)
    young = office.queue()
    send(looked=False)
    assert (office.state(old), office.state(young)) == ("queued", "sent")


# Acts.


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        (OutboxKind.HIDE, {"visibility": "hidden"}),
        (OutboxKind.SPAM, {"visibility": "spam"}),
        (OutboxKind.HOLD, {"visibility": "held"}),
        (OutboxKind.APPROVE, {"visibility": "shown"}),
        (OutboxKind.LIKE, {"liked": True}),
    ],
)
def test_an_act_is_seen_on_the_message_at_once(office, send, kind, seen):
    conversation = office.hear()
    office.act(kind, conversation)
    send()
    message = office.messages(conversation)[0]
    assert {name: getattr(message, name) for name in seen} == seen
    assert office.outside.acts == [(kind.value, message.remote_id, "")]


def test_hiding_and_showing_again_leaves_a_message_shown(office, send):
    conversation = office.hear()
    office.act(OutboxKind.HIDE, conversation)
    office.act(OutboxKind.UNHIDE, conversation)
    send()
    assert [kind for kind, _target, _text in office.outside.acts] == ["hide", "unhide"]
    assert office.messages(conversation)[0].visibility == "shown"


def test_a_blocked_person_is_marked_and_unmarked(office, send):
    conversation = office.hear()
    office.act(OutboxKind.BLOCK, conversation)
    send()
    assert office.messages(conversation)[0].author.blocked
    office.act(OutboxKind.UNBLOCK, conversation)
    send()
    assert not office.messages(conversation)[0].author.blocked


def test_a_deleted_message_stays_with_us_labelled(office, send):
    conversation = office.hear()
    office.act(OutboxKind.DELETE, conversation)
    send()
    assert office.messages(conversation)[0].deleted_at == office.clock()


def test_deleting_what_is_already_gone_is_done(office, send):
    office.connector.act_outcomes = [GoneError()]
    conversation = office.hear()
    row = office.act(OutboxKind.DELETE, conversation)
    send()
    assert office.state(row) == "sent"
    assert office.messages(conversation)[0].deleted_at is not None


def test_an_edited_reply_keeps_what_it_said_before(office, send):
    conversation = office.hear()
    office.queue(conversation, "Yes, at 7.")
    send()
    ours = office.messages(conversation)[-1]
    office.desk.act(ours.id, OutboxKind.EDIT, text="Yes, at 8.")
    send()
    assert office.messages(conversation)[-1].text == "Yes, at 8."
    assert [one.text for one in reading.versions(office.vault, ours.id)] == ["Yes, at 7."]


def test_an_act_without_an_answer_is_simply_repeated(office, send):
    office.follow(**BLIND)
    office.connector.act_outcomes = [AfterApplying(SlowError())]
    conversation = office.hear()
    row = office.act(OutboxKind.HIDE, conversation)
    send()
    assert office.state(row) == "queued"
    office.clock.go_on(minutes=1)
    send()
    assert (office.state(row), len(office.outside.acts)) == ("sent", 2)


def test_an_act_that_was_cut_off_by_a_crash_is_repeated(office, send):
    office.follow(**BLIND)
    row = office.act(OutboxKind.HIDE)
    leave_in_the_middle(office, row)
    send()
    assert (office.state(row), len(office.outside.acts)) == ("sent", 1)


# Two at once.


def test_a_second_sender_is_turned_away_while_one_is_at_it(office, send):
    office.queue()
    turned_away = []

    def try_as_well(point):
        if point == "applied":
            with pytest.raises(VaultInUseError):
                send()
            turned_away.append(point)

    office.connector.at = try_as_well
    send()
    assert turned_away == ["applied"]
    assert len(office.outside.posts) == 1


def test_a_reply_taken_back_in_the_last_moment_is_not_sent(office, never):
    row = office.queue()

    def take_back(point):
        if point == "claiming":
            office.desk.cancel(row.id)

    tools = office.tools(at=take_back)
    send_waiting(office.vault, office.account, office.connector, never, tools)
    assert (office.state(row), office.outside.posts) == ("cancelled", [])


def test_a_reply_edited_in_the_last_moment_is_sent_as_edited(office, never):
    row = office.queue(text="first")

    def edit(point):
        if point == "claiming" and office.row(row).text == "first":
            office.desk.edit_waiting(row.id, "second")

    tools = office.tools(at=edit)
    for _pass in range(2):
        send_waiting(office.vault, office.account, office.connector, never, tools)
    assert office.outside.texts() == ["second"]


def test_what_happened_to_a_row_is_in_the_log_without_any_text(office, send):
    conversation = office.hear()
    office.queue(conversation, "A secret sentence")
    send()
    history = reading.history(office.vault, conversation.id)
    assert {"outbox_queued", "outbox_sent"} <= {one.kind for one in history}
    assert "secret sentence" not in str([one.body for one in history])


def test_two_accounts_are_sent_for_independently(office, never):
    other = office.sign_in(ScriptedConnector())
    office.queue()
    conversation = office.hear(factory.message_seen(), account=other)
    theirs = office.queue(conversation)
    send_waiting(office.vault, other, office.connectors[other.id], never, office.tools())
    assert office.state(theirs) == "sent"
    assert office.outside.posts == []
