"""How much room is left, and how long a reply is possible."""

from datetime import timedelta

import pytest

from cm_desktop.domain.model import Direction, Kind
from cm_desktop.domain.policy import TextUnit
from cm_desktop.services.reading import Thread
from cm_desktop.ui.composer.counter import Counter
from tests import factory


@pytest.fixture
def counter(qtbot, context):
    made = Counter(context)
    qtbot.addWidget(made)
    return made


def thread(*messages, **about):
    return Thread(
        conversation=factory.conversation(**about),
        post=None,
        messages=list(messages),
        notes=[],
        handoffs=[],
        outbox=[],
        drafts=[],
        more_before=False,
    )


def test_the_room_left_is_shown_and_returned(counter):
    policy = factory.policy(text_limit=280)
    assert counter.count("Yes, we do.", policy, note=False) == 269
    assert counter.text() == "269"
    assert counter.property("kind") == "soft"


def test_little_room_is_shown_as_a_warning(counter):
    counter.count("x" * 265, factory.policy(text_limit=280), note=False)
    assert (counter.text(), counter.property("kind")) == ("15", "warn")


def test_a_text_that_is_too_long_says_by_how_much(counter):
    left = counter.count("x" * 292, factory.policy(text_limit=280), note=False)
    assert left == -12
    assert (counter.text(), counter.property("kind")) == ("12 characters too many", "bad")


def test_characters_are_counted_as_the_channel_does(counter):
    policy = factory.policy(text_limit=300, text_unit=TextUnit.GRAPHEMES)
    assert counter.count("👩‍👩‍👧", policy, note=False) == 299


def test_a_note_is_not_limited(counter):
    assert counter.count("x" * 999, factory.policy(text_limit=280), note=True) is None
    assert counter.text() == ""


def test_without_a_limit_nothing_is_counted(counter):
    assert counter.count("x" * 999, factory.policy(), note=False) is None
    assert counter.text() == ""


def test_far_from_a_large_limit_nothing_is_said(counter):
    policy = factory.policy(text_limit=65_525)
    assert counter.count("x" * 100, policy, note=False) == 65_425
    assert counter.text() == ""
    counter.count("x" * 65_425, policy, note=False)
    assert counter.text() == "100"


@pytest.mark.parametrize(
    ("hours_ago", "words", "tone"),
    [
        (1, "23 h left to reply", "soft"),
        (22, "2 h left to reply", "warn"),
        (23.5, "30 min left to reply", "warn"),
        (25, "", "soft"),
    ],
)
def test_the_time_left_is_told(counter, hours_ago, words, tone):
    policy = factory.policy(reply_windows={Kind.COMMENTS: timedelta(days=1)})
    shown = thread(factory.message(created_at=factory.ago(hours=hours_ago)))
    counter.show_for(policy, shown, note=False)
    assert (counter.text(), counter.property("kind")) == (words, tone)


def test_the_time_of_direct_messages_does_not_end_for_comments(counter):
    policy = factory.policy(reply_windows={Kind.DIRECT: timedelta(days=1)})
    late = factory.message(created_at=factory.ago(hours=22))
    counter.show_for(policy, thread(late), note=False)
    assert counter.text() == ""
    counter.show_for(policy, thread(late, kind=Kind.DIRECT), note=False)
    assert counter.text() == "2 h left to reply"


def test_the_time_goes_on_while_one_writes(qtbot, counter, context):
    policy = factory.policy(reply_windows={Kind.COMMENTS: timedelta(days=1)})
    shown = thread(factory.message(created_at=factory.ago(hours=22)))
    counter.show_for(policy, shown, note=False)
    context.clock.go_on(hours=1)
    counter.count("x", policy, note=False)
    assert counter.text() == "1 h left to reply"


def test_room_and_time_stand_beside_each_other(counter):
    policy = factory.policy(text_limit=280, reply_windows={Kind.COMMENTS: timedelta(days=1)})
    shown = thread(factory.message(created_at=factory.ago(hours=22)))
    counter.show_for(policy, shown, note=False)
    counter.count("x" * 300, policy, note=False)
    assert counter.text() == "20 characters too many · 2 h left to reply"
    assert counter.property("kind") == "bad"


def test_only_the_other_side_opens_the_window(counter):
    policy = factory.policy(reply_windows={Kind.COMMENTS: timedelta(days=1)})
    theirs = factory.message(created_at=factory.ago(hours=30))
    ours = factory.message(created_at=factory.ago(hours=1), direction=Direction.OUT)
    assert counter.window_is_over(policy, thread(theirs, ours))
    assert not counter.window_is_over(policy, thread(ours))
    assert not counter.window_is_over(policy, None)
    assert not counter.window_is_over(factory.policy(), thread(theirs))
