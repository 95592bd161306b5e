"""Which state follows which outcome in the outbox."""

from datetime import timedelta

import pytest

from cm_desktop.domain import outbox_rules as rules
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
    UntrustedServerError,
)
from cm_desktop.domain.model import OutboxKind, OutboxState
from cm_desktop.domain.outbox_rules import Step
from tests import factory
from tests.factory import NOW

S = OutboxState


def span(**parts):
    return timedelta(**parts)


@pytest.mark.parametrize(
    ("error", "from_queued", "from_unknown", "stops"),
    [
        (OfflineError(), S.QUEUED, S.UNKNOWN, True),
        (UntrustedServerError("expired"), S.QUEUED, S.UNKNOWN, True),
        (SignInNeededError(), S.QUEUED, S.UNKNOWN, True),
        (RateLimitedError(30), S.QUEUED, S.UNKNOWN, True),
        (RejectedError("too_long"), S.FAILED, S.NEEDS_HUMAN, False),
        (NotAllowedError(), S.FAILED, S.NEEDS_HUMAN, False),
        (GoneError(), S.FAILED, S.NEEDS_HUMAN, False),
        (SlowError(), S.UNKNOWN, S.UNKNOWN, True),
        (ServerTroubleError(status=502), S.UNKNOWN, S.UNKNOWN, True),
        (DuplicateError("comment_duplicate"), S.UNKNOWN, S.UNKNOWN, False),
    ],
)
def test_a_reply_after_an_error(error, from_queued, from_unknown, stops):
    fresh = rules.after_error(factory.outbox_row(), error, NOW)
    repeated = rules.after_error(factory.outbox_row(state=S.UNKNOWN), error, NOW)
    assert (fresh.state, repeated.state, fresh.stops_account) == (from_queued, from_unknown, stops)
    assert fresh.error == error.code


@pytest.mark.parametrize(
    ("error", "after"),
    [
        (SlowError(), S.QUEUED),
        (ServerTroubleError(), S.QUEUED),
        (OfflineError(), S.QUEUED),
        (RejectedError(), S.FAILED),
        (GoneError(), S.FAILED),
    ],
)
def test_an_act_may_be_repeated_so_it_never_becomes_unknown(error, after):
    row = factory.outbox_row(kind=OutboxKind.HIDE, text="")
    assert rules.after_error(row, error, NOW).state is after


def test_deleting_what_is_gone_is_done():
    row = factory.outbox_row(kind=OutboxKind.DELETE, text="")
    assert rules.after_error(row, GoneError(), NOW).state is S.SENT


def test_an_act_is_given_up_after_a_day():
    row = factory.outbox_row(kind=OutboxKind.LIKE, first_attempt_at=NOW - span(hours=25))
    assert rules.after_error(row, ServerTroubleError(), NOW).state is S.FAILED


@pytest.mark.parametrize(
    ("seconds", "wait"), [(None, 60), (30, 30), (0, 1), (-5, 1), (10**12, 86_400)]
)
def test_a_channel_that_asks_to_wait_is_believed_within_reason(seconds, wait):
    move = rules.after_error(factory.outbox_row(), RateLimitedError(seconds), NOW)
    assert move.next_attempt_at == NOW + span(seconds=wait)


def test_what_a_stopped_program_left_in_the_middle_is_unknown_and_never_queued():
    assert rules.at_start(factory.outbox_row(state=S.SENDING)).state is S.UNKNOWN
    assert rules.at_start(factory.outbox_row(state=S.QUEUED)).state is S.QUEUED


def unknown(**changes):
    values = {"state": S.UNKNOWN, "first_attempt_at": NOW - span(minutes=2), "attempts": 1}
    return factory.outbox_row(**(values | changes))


@pytest.mark.parametrize(
    ("safe", "readable", "age", "settled", "step"),
    [
        (True, True, span(minutes=2), True, Step.REPEAT),
        (True, True, span(minutes=2), False, Step.READ),
        (True, False, span(minutes=2), False, Step.WAIT),
        (True, True, span(minutes=51), True, Step.READ),
        (True, False, span(minutes=51), True, Step.ASK),
        (False, True, span(minutes=2), False, Step.READ),
        (False, True, span(days=3), True, Step.READ),
        (False, False, span(seconds=1), False, Step.ASK),
    ],
)
def test_what_is_done_about_an_unknown_reply(safe, readable, age, settled, step):
    policy = factory.policy(repeat_is_safe=safe, can_read_back=readable)
    after = NOW - span(seconds=1) if settled else NOW + span(seconds=30)
    row = unknown(first_attempt_at=NOW - age, next_attempt_at=after)
    assert rules.next_step(row, policy, NOW) is step


def test_an_unknown_act_is_just_repeated():
    row = unknown(kind=OutboxKind.SPAM)
    assert rules.next_step(row, factory.policy(can_read_back=False), NOW) is Step.REPEAT


def test_not_found_counts_only_a_minute_after_the_attempt():
    early = unknown(next_attempt_at=NOW + span(seconds=20))
    assert rules.after_not_found(early, NOW).state is S.UNKNOWN
    late = unknown(next_attempt_at=NOW)
    assert rules.after_not_found(late, NOW).state is S.QUEUED


def test_a_reply_not_found_after_a_day_is_asked_about():
    row = unknown(first_attempt_at=NOW - span(hours=25))
    assert rules.after_not_found(row, NOW).state is S.NEEDS_HUMAN


def test_a_refused_duplicate_that_is_nowhere_to_be_seen_is_not_tried_for_ever():
    assert rules.after_not_found(unknown(error="duplicate"), NOW).state is S.FAILED


@pytest.mark.parametrize(
    ("error", "age", "state"),
    [
        (OfflineError(), span(days=9), S.UNKNOWN),
        (SignInNeededError(), span(days=9), S.UNKNOWN),
        (RateLimitedError(5), span(minutes=1), S.UNKNOWN),
        (ServerTroubleError(), span(minutes=1), S.UNKNOWN),
        (ServerTroubleError(), span(days=2), S.NEEDS_HUMAN),
        (NotAllowedError(), span(minutes=1), S.NEEDS_HUMAN),
    ],
)
def test_a_failed_look_never_leads_to_sending_again(error, age, state):
    move = rules.after_failed_look(unknown(first_attempt_at=NOW - age), error, NOW)
    assert move.state is state


def test_a_channel_where_nothing_can_be_looked_up_gets_its_minute_before_a_human_is_asked():
    early = unknown(next_attempt_at=NOW + span(seconds=20))
    error = RejectedError("outcome_unknown")
    assert rules.after_failed_look(early, error, NOW).state is S.UNKNOWN
    late = rules.after_failed_look(unknown(next_attempt_at=NOW), error, NOW)
    assert (late.state, late.error, late.detail) == (S.NEEDS_HUMAN, "lost_track", "outcome_unknown")


def test_a_text_the_channel_chokes_on_each_time_is_tried_less_and_less_often():
    assert rules.after_not_found(unknown(attempts=1), NOW).next_attempt_at is None
    waits = [
        rules.after_not_found(unknown(attempts=attempts), NOW).next_attempt_at - NOW
        for attempts in (2, 3, 9)
    ]
    assert waits == [span(minutes=1), span(minutes=2), span(minutes=15)]


def test_one_reply_that_cannot_be_looked_up_does_not_stop_the_others():
    trouble = rules.after_failed_look(unknown(), ServerTroubleError(), NOW)
    offline = rules.after_failed_look(unknown(), OfflineError(), NOW)
    assert (trouble.stops_account, offline.stops_account) == (False, True)


def test_texts_of_one_conversation_keep_their_order():
    first = factory.outbox_row()
    second = factory.outbox_row(conversation=first.conversation)
    elsewhere = factory.outbox_row()
    assert not rules.may_go(second, [first])
    assert rules.may_go(elsewhere, [first, second])


@pytest.mark.parametrize("state", [S.FAILED, S.NEEDS_HUMAN, S.SENT, S.CANCELLED])
def test_what_waits_for_a_human_holds_nobody_up(state):
    first = factory.outbox_row(state=state)
    assert rules.may_go(factory.outbox_row(conversation=first.conversation), [first])


def test_acts_on_one_message_keep_their_order_but_do_not_wait_for_replies():
    target = factory.message().id
    conversation = factory.conversation().id
    reply = factory.outbox_row(conversation=conversation)
    hide = factory.outbox_row(conversation=conversation, kind=OutboxKind.HIDE, target=target)
    unhide = factory.outbox_row(conversation=conversation, kind=OutboxKind.UNHIDE, target=target)
    assert rules.may_go(hide, [reply])
    assert not rules.may_go(unhide, [reply, hide])


def test_a_clock_set_back_makes_the_undo_time_no_longer():
    row = factory.outbox_row(created_at=NOW, hold_until=NOW + span(seconds=10))
    earlier = NOW - span(hours=1)
    assert not rules.is_due(row, earlier)
    mended = rules.restamped(row, earlier)
    assert not rules.is_due(mended, earlier + span(seconds=9))
    assert rules.is_due(mended, earlier + span(seconds=10))


def test_a_clock_set_back_makes_an_unknown_reply_settle_anew():
    row = unknown(first_attempt_at=NOW, next_attempt_at=NOW + span(seconds=60))
    mended = rules.restamped(row, NOW - span(days=1))
    assert mended.first_attempt_at == NOW - span(days=1)
    assert mended.next_attempt_at == NOW - span(days=1) + span(seconds=60)


def test_a_clock_that_goes_right_changes_nothing():
    row = unknown(next_attempt_at=NOW + span(seconds=30))
    assert rules.restamped(row, NOW) == row


def test_waits_double_up_to_a_quarter_of_an_hour_and_scatter():
    waits = [rules.backoff(failures, 0.5).total_seconds() for failures in range(1, 9)]
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]
    assert rules.backoff(1, 0.0) == span(seconds=24)
    assert rules.backoff(99, 1.0) == span(seconds=1080)


@pytest.mark.parametrize("kind", list(OutboxKind))
def test_every_kind_of_act_needs_an_ability(kind):
    assert rules.ability_of(kind) in factory.policy().abilities
