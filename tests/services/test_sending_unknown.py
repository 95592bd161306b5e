"""What may have gone out, or was being sent in a crash, is looked up and never repeated."""

import pytest

from cm_desktop.domain.errors import DuplicateError, OfflineError, ServerTroubleError, SlowError
from cm_desktop.domain.model import OutboxState
from tests.fakes import AfterApplying
from tests.services.conftest import BLIND, KEYED, READABLE, leave_in_the_middle


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


# After a crash, and by a clock set back.


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
