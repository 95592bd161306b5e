"""Listening: told of news at once, nothing dropped, and no rush where a server does not wait."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cm_desktop.connectors import telegram as channel
from cm_desktop.domain.errors import NotAllowedError
from tests.connectors.contract import cursor_of, events_of
from tests.simulators.telegram import ANNA

SOON = 10  # seconds


@pytest.fixture
def listening(connector, cancelled):
    """Listen in another thread until the test is over; the result is what `wait` says."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(connector.wait, 60, cancelled)
        cancelled.set()


def polls(telegram):
    return [given for method, given in telegram.asked if method == "getUpdates"]


def until(condition):
    deadline = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def test_news_end_the_wait_at_once(telegram, listening):
    until(lambda: polls(telegram))
    telegram.say(ANNA, "Hallo")
    assert listening.result(SOON) is True
    assert all("offset" not in given for given in polls(telegram))


def test_our_own_fetch_meanwhile_does_not_end_the_wait(telegram, connect, listening, monkeypatch):
    monkeypatch.setattr(channel, "_BREATHER", 0.05)
    until(lambda: polls(telegram))
    events_of(connect())
    assert not listening.done()
    telegram.say(ANNA, "Hallo")
    assert listening.result(SOON) is True


def test_what_was_fetched_is_told_of_once_more_so_that_it_is_dropped(
    telegram, connector, cancelled, monkeypatch
):
    monkeypatch.setattr(channel, "_BREATHER", 0.05)
    telegram.say(ANNA, "Hallo")
    assert connector.wait(SOON, cancelled)
    cursor = cursor_of(events_of(connector))
    assert connector.wait(SOON, cancelled)
    events_of(connector, cursor)
    assert telegram.queue == []
    assert not connector.wait(0.2, cancelled)


def test_a_server_that_does_not_wait_is_not_asked_again_and_again(telegram, connector, cancelled):
    telegram.loopback.intercept = lambda exchange: exchange.answer({"ok": True, "result": []})
    assert not connector.wait(1.0, cancelled)
    assert len(telegram.loopback.asked) == 1


def test_a_website_that_gets_everything_ends_the_wait_with_a_reason(telegram, connector, cancelled):
    telegram.webhook = "https://old-shop.example/hook"
    with pytest.raises(NotAllowedError):
        connector.wait(SOON, cancelled)
