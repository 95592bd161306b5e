"""A question to a colleague, its answer, and until when it is due."""

from datetime import timedelta

import pytest

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.model import HandoffState, Kind, Status
from cm_desktop.services import reading
from tests import factory
from tests.services.conftest import now


def test_a_handoff_keeps_question_and_assignee_together(office, desk, conversation):
    until = office.clock() + timedelta(hours=2)
    handoff = desk.hand_over(conversation.id, "Tom", "Is it gluten-free?", until)
    thread = reading.thread(office.vault, conversation.id)
    assert thread.handoffs == (handoff,)
    assert (thread.conversation.assignee, handoff.until) == ("Tom", until)
    assert "Tom" in {member.name for member in reading.members(office.vault)}


def test_an_accepted_handoff_stays_with_its_receiver(office, desk, conversation):
    handoff = desk.hand_over(conversation.id, "Tom", "Is it gluten-free?")
    desk.accept_handoff(handoff.id)
    assert now(office, conversation).assignee == "Tom"
    with pytest.raises(UsageError):
        desk.decline_handoff(handoff.id)


def test_a_declined_handoff_goes_back_to_its_sender(office, desk, conversation):
    handoff = desk.hand_over(conversation.id, "Tom", "Is it gluten-free?")
    desk.decline_handoff(handoff.id, "I am on holiday")
    answered = reading.thread(office.vault, conversation.id).handoffs[0]
    assert (answered.state, answered.answer) == (HandoffState.DECLINED, "I am on holiday")
    assert now(office, conversation).assignee == office.vault.me


def test_a_handoff_and_its_answer_can_be_taken_back(office, desk, conversation):
    desk.assign(conversation.id, "Mia")
    handoff = desk.hand_over(conversation.id, "Tom", "Is it gluten-free?")
    desk.decline_handoff(handoff.id)
    desk.undo()
    assert now(office, conversation).assignee == "Tom"
    desk.undo()
    thread = reading.thread(office.vault, conversation.id)
    assert (thread.conversation.assignee, thread.handoffs) == ("Mia", ())


@pytest.mark.parametrize(("member", "asked"), [("", "Is it?"), ("Tom", "  ")])
def test_a_handoff_needs_somebody_and_a_question(desk, conversation, member, asked):
    with pytest.raises(UsageError):
        desk.hand_over(conversation.id, member, asked)


# Until when.


def due(office):
    return office.inbox("all")[0].due_at


def test_a_handoff_says_until_when_and_accepting_keeps_that(office, desk, conversation):
    friday = office.clock() + timedelta(days=3)
    asked = desk.hand_over(conversation.id, "Tom", "Please answer.", friday)
    assert due(office) == friday
    desk.accept_handoff(asked.id)
    assert due(office) == friday
    desk.hand_over(conversation.id, "Eva", "Please have a look.")
    assert due(office) == friday


def test_declining_a_handoff_takes_its_date_away_and_undoing_that_brings_it_back(
    office, desk, conversation
):
    friday = office.clock() + timedelta(days=3)
    asked = desk.hand_over(conversation.id, "Tom", "Please answer.", friday)
    desk.decline_handoff(asked.id)
    assert due(office) is None
    desk.undo()
    assert due(office) == friday


def test_a_handoff_taken_back_never_had_a_date(office, desk, conversation):
    desk.hand_over(conversation.id, "Tom", "Please answer.", office.clock() + timedelta(days=3))
    desk.undo()
    assert due(office) is None


def test_what_is_done_is_not_due_and_undoing_that_makes_it_due_again(office, desk, conversation):
    friday = office.clock() + timedelta(days=3)
    desk.hand_over(conversation.id, "Tom", "Please answer.", friday)
    desk.set_status(conversation.id, Status.DONE)
    assert due(office) is None
    desk.undo()
    assert due(office) == friday


def test_a_channels_window_makes_a_message_due_until_our_reply_is_sent(office, desk):
    office.follow(reply_windows={Kind.DIRECT: timedelta(days=7)})
    seen = factory.message_seen(
        conversation=factory.seen_conversation(kind=Kind.DIRECT), created_at=office.clock()
    )
    direct = office.hear(seen)
    assert due(office) == office.clock() + timedelta(days=7)
    desk.set_status(direct.id, Status.DONE)
    assert due(office) is None
    desk.undo()
    assert due(office) == office.clock() + timedelta(days=7)
    office.queue(direct)
    office.sync()
    assert due(office) is None
