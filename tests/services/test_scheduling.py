"""Whose turn it is: fetching by its interval, sending when something waits, trouble by its wait."""

from datetime import timedelta

import pytest

from cm_desktop.domain.model import Health
from cm_desktop.services.scheduling import Schedule, Work, all_offline, has_slept
from tests import factory
from tests.factory import NOW


def account(**about):
    values = {"health": Health.OK, "next_fetch_at": NOW + timedelta(minutes=2)}
    return factory.account(**(values | about))


def due(schedule, accounts, sends=None, now=NOW):
    return [(one.id, work) for one, work in schedule.due(accounts, sends or {}, now)]


def test_a_new_account_is_fetched_at_once():
    new = account(health=Health.NEW, next_fetch_at=None)
    assert due(Schedule(), [new]) == [(new.id, Work.SYNC)]


def test_an_account_is_fetched_when_its_interval_is_over_and_not_before():
    one = account()
    assert due(Schedule(), [one]) == []
    assert due(Schedule(), [one], now=NOW + timedelta(minutes=2)) == [(one.id, Work.SYNC)]


def test_a_reply_that_may_go_is_sent_without_waiting_for_the_next_fetch():
    one = account()
    assert due(Schedule(), [one], {one.id: NOW}) == [(one.id, Work.SEND)]
    assert due(Schedule(), [one], {one.id: NOW + timedelta(seconds=1)}) == []


@pytest.mark.parametrize("health", [Health.OFFLINE, Health.WAITING, Health.SIGN_IN, Health.TROUBLE])
def test_an_account_in_trouble_is_left_alone_until_its_wait_is_over(health):
    one = account(health=health)
    assert due(Schedule(), [one], {one.id: NOW}) == []
    assert due(Schedule(), [one], {one.id: NOW}, NOW + timedelta(minutes=2)) == [
        (one.id, Work.SYNC)
    ]


def test_what_is_asked_for_is_done_whatever_the_trouble():
    one = account(health=Health.OFFLINE)
    schedule = Schedule()
    schedule.ask([one.id], Work.SYNC)
    schedule.ask([one.id], Work.SEND)
    assert due(schedule, [one]) == [(one.id, Work.SYNC)]
    schedule.begin(one.id, NOW)
    schedule.end(one.id)
    assert due(schedule, [one]) == []


def test_an_account_is_contacted_by_one_job_at_a_time():
    one = account(next_fetch_at=None)
    schedule = Schedule()
    schedule.begin(one.id, NOW)
    assert due(schedule, [one]) == []
    schedule.ask([one.id], Work.SEND)
    schedule.end(one.id)
    assert due(schedule, [one]) == [(one.id, Work.SEND)]


def test_paused_accounts_have_no_turn():
    assert due(Schedule(), [account(paused=True, next_fetch_at=None)]) == []


def test_the_longest_overdue_goes_first():
    late = account(next_fetch_at=NOW - timedelta(hours=1))
    later = account(next_fetch_at=NOW - timedelta(minutes=1))
    assert [one for one, _work in due(Schedule(), [later, late])] == [late.id, later.id]


def test_a_row_that_does_not_move_does_not_make_the_worker_spin():
    one = account()
    schedule = Schedule()
    schedule.begin(one.id, NOW)
    schedule.end(one.id)
    assert due(schedule, [one], {one.id: NOW}) == []
    assert schedule.wait([one], {one.id: NOW}, NOW) == 1


def test_the_wait_lasts_until_something_is_due_but_never_long():
    one = account(next_fetch_at=NOW + timedelta(seconds=3))
    assert Schedule().wait([one], {}, NOW) == 3
    assert Schedule().wait([account()], {}, NOW) == 5
    assert Schedule().wait([account(next_fetch_at=None)], {}, NOW) == 0


@pytest.mark.parametrize(
    ("wall", "steady", "asked", "slept"),
    [
        (5.0, 5.0, 5.0, False),
        (0.1, 0.1, 5.0, False),
        (3600.0, 5.0, 5.0, True),  # the steady clock stood still during sleep
        (3600.0, 3600.0, 5.0, True),  # or it did not
        (-3600.0, 5.0, 5.0, True),  # the clock was set back
        (12.0, 12.0, 5.0, False),  # a busy machine
    ],
)
def test_sleep_and_a_set_clock_are_noticed(wall, steady, asked, slept):
    assert has_slept(wall, steady, asked) is slept


def test_offline_means_that_nobody_can_be_reached():
    gone = account(health=Health.OFFLINE)
    assert all_offline([gone, account(paused=True)])
    assert not all_offline([gone, account()])
    assert not all_offline([])
