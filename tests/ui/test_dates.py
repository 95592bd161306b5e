from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop import i18n
from cm_desktop.ui import dates

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 21, 8, 5, tzinfo=UTC), "08:05"),
        (datetime(2026, 11, 20, 23, 59, tzinfo=UTC), "yesterday"),
        (datetime(2026, 11, 19, 12, 0, tzinfo=UTC), "19 Nov"),
        (datetime(2026, 1, 2, 12, 0, tzinfo=UTC), "2 Jan"),
        (datetime(2025, 12, 30, 12, 0, tzinfo=UTC), "30/12/2025"),
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), "22 Nov"),
    ],
)
def test_a_time_is_said_as_briefly_as_a_list_needs_it(at, said):
    assert dates.short_time(at, NOW) == said


def test_days_around_new_year_are_said_by_their_month():
    now = datetime(2027, 1, 3, 9, 0, tzinfo=UTC)
    assert dates.short_time(datetime(2026, 12, 30, 9, 0, tzinfo=UTC), now) == "30 Dec"


def test_months_and_times_follow_the_language_spoken():
    i18n.use_language("de")
    assert dates.clock_time(NOW) == "09:00"
    assert "21. November 2026" in dates.full_time(NOW)
    assert dates.number(12_345) == "12.345"
    i18n.use_language("en")
    assert "21 November 2026" in dates.full_time(NOW)
    assert dates.number(12_345) == "12,345"


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(seconds=7), "in 7 s"),
        (timedelta(minutes=5), "in 5 min"),
        (timedelta(hours=2, minutes=59), "in 2 h"),
        (timedelta(days=1), "in 1 day"),
        (timedelta(days=3, hours=5), "in 3 days"),
        (timedelta(seconds=-20), "due now"),
        (timedelta(minutes=-5), "5 min overdue"),
        (timedelta(hours=-2), "2 h overdue"),
        (timedelta(days=-1), "1 day overdue"),
        (timedelta(days=-4), "4 days overdue"),
    ],
)
def test_when_something_is_due(left, said):
    assert dates.due(NOW + left, NOW) == said


@pytest.mark.parametrize(
    ("past", "said"),
    [
        (timedelta(seconds=-5), "just now"),  # a clock that goes wrong
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=2), "2 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=9), "9 days ago"),
    ],
)
def test_how_long_something_is_past(past, said):
    assert dates.ago(NOW - past, NOW) == said


def test_days_are_headed_by_their_name():
    assert dates.day_heading(NOW, NOW) == "Today"
    assert dates.day_heading(NOW - timedelta(days=1), NOW) == "Yesterday"
    assert dates.day_heading(NOW - timedelta(days=9), NOW) == "Thursday, 12 November 2026"
