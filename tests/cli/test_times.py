"""Times as people type them become times in UTC."""

from datetime import UTC, datetime

import click
import pytest

from cm_desktop.cli.times import moment, span_begin, span_end

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("30m", "2026-05-04T12:30:00"),
        ("90 min", "2026-05-04T13:30:00"),
        ("2h", "2026-05-04T14:00:00"),
        ("3D", "2026-05-07T12:00:00"),
        ("1w", "2026-05-11T12:00:00"),
        ("2026-05-06", "2026-05-06T08:00:00"),
        ("2026-05-06T09:30", "2026-05-06T09:30:00"),
        ("2026-05-06 09:30", "2026-05-06T09:30:00"),
        ("2026-05-06T09:30Z", "2026-05-06T09:30:00"),
        ("2026-05-06T09:30+02:00", "2026-05-06T07:30:00"),
    ],
)
def test_a_time_is_understood(text, found):
    assert moment(text, NOW) == datetime.fromisoformat(found).replace(tzinfo=UTC)


def test_a_time_without_a_zone_is_of_this_computer(monkeypatch):
    import time

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        assert moment("2026-07-06T09:30") == datetime(2026, 7, 6, 7, 30, tzinfo=UTC)
        assert span_begin("2026-07-06") == datetime(2026, 7, 5, 22, tzinfo=UTC)
        assert span_end("2026-07-06") == datetime(2026, 7, 6, 22, tzinfo=UTC)
    finally:
        monkeypatch.setenv("TZ", "UTC")
        time.tzset()


def test_a_day_belongs_to_its_span():
    assert span_begin("2026-05-06") == datetime(2026, 5, 6, tzinfo=UTC)
    assert span_end("2026-05-06") == datetime(2026, 5, 7, tzinfo=UTC)
    assert span_end("2026-05-06T10:00Z") == datetime(2026, 5, 6, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13-01", "2026-02-30", "25h61", "-2h", "9" * 9 + "w", "0001-01-01"]
)
def test_what_is_no_time_is_wrong_use(text):
    with pytest.raises(click.UsageError):
        moment(text, NOW)


@pytest.mark.parametrize("text", ["soon", "2026-13-01", "9999-12-31"])
def test_what_is_no_day_is_wrong_use(text):
    with pytest.raises(click.UsageError):
        span_end(text)


def test_a_span_is_not_a_begin():
    with pytest.raises(click.UsageError):
        span_begin("2h")
