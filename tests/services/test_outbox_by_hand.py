"""What waits or failed in the outbox is edited, tried again or decided by a member."""

from datetime import timedelta

import pytest

from cm_desktop.domain.errors import (
    NotAllowedError,
    RateLimitedError,
    RejectedError,
    SlowError,
    UsageError,
)
from tests.fakes import AfterApplying
from tests.services.conftest import now


def test_a_waiting_reply_can_be_edited_and_is_held_anew(office, desk, conversation):
    row = desk.reply(conversation.id, "Yse")
    office.clock.go_on(seconds=9)
    edited = desk.edit_waiting(row.id, "Yes")
    assert (edited.text, edited.hold_until) == ("Yes", office.clock() + timedelta(seconds=10))


def test_a_refused_reply_is_sent_again_once_it_is_edited(office, desk, conversation):
    office.connector.outcomes = [RejectedError("banned_word")]
    row = office.queue(conversation, "darn")
    office.sync()
    assert office.state(row) == "failed"
    assert now(office, conversation).trouble_out == 1
    desk.edit_waiting(row.id, "dear me")
    office.sync()
    assert office.outside.texts() == ["dear me"]


def test_a_failed_reply_can_be_tried_again_as_it_is(office, desk):
    office.connector.outcomes = [NotAllowedError()]
    row = office.queue()
    office.sync()
    assert desk.retry(row.id).error is None
    office.sync()
    assert office.state(row) == "sent"


def test_trying_again_does_not_ask_a_channel_sooner_than_it_wants(office, desk):
    office.connector.outcomes = [RateLimitedError(60)]
    row = office.queue()
    office.sync()
    assert desk.retry(row.id).next_attempt_at == office.clock() + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("how", "state", "posted"),
    [("sent", "sent", 1), ("again", "sent", 2), ("drop", "cancelled", 1)],
)
def test_a_human_decides_what_became_of_a_reply(office, desk, how, state, posted):
    row = in_doubt(office)
    desk.resolve(row.id, how)
    office.sync()
    assert (office.state(row), len(office.outside.posts)) == (state, posted)


def in_doubt(office):
    office.follow(can_read_back=False, repeat_is_safe=False)
    office.connector.outcomes = [AfterApplying(SlowError())]
    row = office.queue()
    office.sync()
    office.sync()
    assert office.state(row) == "needs_human"
    return row


def test_what_is_in_doubt_is_not_just_tried_again(office, desk):
    row = in_doubt(office)
    with pytest.raises(UsageError, match="needs_decision"):
        desk.retry(row.id)
    with pytest.raises(UsageError, match="no_such_answer"):
        desk.resolve(row.id, "perhaps")


def test_what_is_on_its_way_or_through_cannot_be_changed(office, desk):
    row = office.queue()
    office.sync()
    for change in (desk.cancel, desk.retry, lambda one: desk.edit_waiting(one, "no")):
        with pytest.raises(UsageError, match="no_longer_waiting"):
            change(row.id)


def test_a_row_that_does_not_exist_is_told(desk):
    with pytest.raises(UsageError):
        desk.cancel("nothing")
