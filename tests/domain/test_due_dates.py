"""Until when an answer is due."""

from datetime import timedelta

import pytest

from cm_desktop.domain.due_dates import Standing, due_at
from cm_desktop.domain.model import Status
from tests.factory import NOW, ago

WEEK = timedelta(days=7)
FRIDAY = NOW + timedelta(days=3)


def due(**changes):
    values = {
        "status": Status.OPEN,
        "due_at": None,
        "handed_over_until": None,
        "heard_at": ago(days=1),
        "answered_at": None,
        "window": WEEK,
    }
    return due_at(Standing(**(values | changes)), NOW)


def test_the_channels_time_runs_from_what_was_heard_last():
    assert due() == ago(days=1) + WEEK
    assert due(answered_at=ago(days=2)) == ago(days=1) + WEEK


@pytest.mark.parametrize(
    "changes",
    [
        {"window": None},
        {"heard_at": None},
        {"answered_at": ago(hours=1)},
        {"answered_at": ago(days=1)},
        {"status": Status.DONE},
    ],
)
def test_where_nobody_waits_nothing_is_due(changes):
    assert due(**changes) is None


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.DONE])
def test_what_members_agreed_on_wins_until_it_is_done(status):
    assert due(handed_over_until=FRIDAY, status=status) == FRIDAY
    assert due(handed_over_until=FRIDAY, answered_at=NOW) == FRIDAY
    assert due(handed_over_until=FRIDAY, window=None) == FRIDAY
    assert due(handed_over_until=FRIDAY, status=Status.DONE) is None


def test_a_time_that_was_over_before_anybody_saw_it_is_none():
    assert due(heard_at=ago(days=8)) is None


def test_a_time_that_passed_meanwhile_stays_to_be_seen():
    over = ago(days=8) + WEEK
    assert due(heard_at=ago(days=8), due_at=over) == over
