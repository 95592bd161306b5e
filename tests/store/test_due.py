"""The due date follows what was heard and said, and what members agreed on."""

from datetime import timedelta

import pytest

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.model import Kind, Nature, Status, Visibility
from cm_desktop.store import accounts, conversations, due, handoffs
from tests import factory
from tests.factory import NOW

WEEK = timedelta(days=7)
FRIDAY = NOW + timedelta(days=3)


@pytest.fixture
def direct(desk):
    """A direct conversation, on a channel that leaves a week to answer one."""
    policy = factory.policy(reply_windows={Kind.DIRECT: WEEK})
    desk.write(accounts.set_policy, desk.account.id, policy)
    return factory.seen_conversation(kind=Kind.DIRECT)


def hear(desk, conversation, **about):
    desk.keep(factory.message_seen(conversation=conversation, **about))


def answer(desk, conversation, **about):
    desk.keep(factory.reply_seen(conversation=conversation, **about))


def hand_over(desk, until):
    handoff = factory.handoff(conversation=desk.only().id, until=until)
    desk.write(handoffs.add, handoff)
    desk.write(due.decided, desk.only().id, NOW)


def test_a_message_on_a_channel_with_a_window_has_to_be_answered_in_time(desk, direct):
    hear(desk, direct, created_at=factory.ago(hours=2))
    assert desk.only().due_at == factory.ago(hours=2) + WEEK
    hear(desk, direct, created_at=factory.ago(hours=1))
    assert desk.only().due_at == factory.ago(hours=1) + WEEK


def test_our_answer_ends_it_and_the_next_message_begins_it_anew(desk, direct):
    hear(desk, direct, created_at=factory.ago(hours=3))
    answer(desk, direct, created_at=factory.ago(hours=2))
    assert desk.only().due_at is None
    hear(desk, direct, created_at=factory.ago(hours=1))
    assert desk.only().due_at == factory.ago(hours=1) + WEEK


def test_an_answer_that_is_fetched_together_with_the_question_counts(desk, direct):
    desk.keep(
        factory.reply_seen(conversation=direct, created_at=factory.ago(hours=1)),
        factory.message_seen(conversation=direct, created_at=factory.ago(hours=2)),
    )
    assert desk.only().due_at is None


def test_a_machine_neither_asks_nor_answers(desk, direct):
    hear(desk, direct, created_at=factory.ago(hours=3))
    answer(desk, direct, created_at=factory.ago(hours=2), nature=Nature.AUTO_REPLY)
    hear(desk, direct, created_at=factory.ago(hours=1), nature=Nature.BOUNCE)
    assert desk.only().due_at == factory.ago(hours=3) + WEEK


def test_spam_and_what_was_taken_back_wait_for_nobody(desk, direct):
    spam = factory.message_seen(conversation=direct, visibility=Visibility.SPAM)
    desk.keep(spam)
    assert desk.only().due_at is None
    seen = factory.message_seen(conversation=direct)
    desk.keep(seen)
    assert desk.only().due_at is not None
    desk.keep(factory.message_gone(remote_id=seen.remote_id))
    assert desk.only().due_at is None


def test_kinds_without_a_window_are_never_due(desk, direct):
    hear(desk, factory.seen_conversation(kind=Kind.COMMENTS))
    assert desk.only().due_at is None


def test_an_old_conversation_is_not_due_when_it_is_first_fetched(desk, direct):
    hear(desk, direct, created_at=factory.ago(days=30))
    assert desk.only().due_at is None


def test_the_date_of_a_handoff_stands_whatever_is_heard_and_said(desk, direct):
    hear(desk, direct)
    hand_over(desk, FRIDAY)
    assert desk.only().due_at == FRIDAY
    hear(desk, direct)
    answer(desk, direct)
    assert desk.only().due_at == FRIDAY


def test_the_date_of_a_handoff_does_not_come_back_with_the_next_message(desk, direct):
    hear(desk, direct, created_at=factory.ago(hours=2))
    hand_over(desk, FRIDAY)
    desk.write(conversations.set_status, desk.only().id, Status.DONE)
    desk.write(due.decided, desk.only().id, NOW)
    assert desk.only().due_at is None
    hear(desk, direct, created_at=factory.ago(hours=1))
    assert (desk.only().status, desk.only().due_at) == (
        Status.OPEN,
        factory.ago(hours=1) + WEEK,
    )


def test_nothing_can_be_decided_about_what_is_not_there(desk):
    with pytest.raises(UsageError, match="no_conversation"):
        desk.write(due.decided, "nonsense", NOW)
