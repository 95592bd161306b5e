"""Fetching keeps page by page, each with its cursor, whatever breaks in between."""

import threading

import pytest

from cm_desktop.domain.errors import OfflineError, ServerTroubleError, VaultError
from cm_desktop.domain.events import GapFound, ItemSkipped
from cm_desktop.services.fetching import fetch
from cm_desktop.store import accounts, gaps
from tests import factory
from tests.fakes import ScriptedConnector


def pages(count, size=3):
    return [[factory.message_seen() for _ in range(size)] for _ in range(count)]


@pytest.fixture
def fetched(office, never):
    """Fetch what a connector reports into the office's account."""

    def run(connector, cancelled=never):
        return fetch(office.vault, office.account, connector, cancelled, now=office.clock)

    return run


def cursor(office):
    return accounts.cursor(office.vault.db.reader, office.account.id)


def test_a_fetch_keeps_everything_and_the_place_to_go_on_from(office, fetched):
    report = fetched(ScriptedConnector(pages=pages(2)))
    assert (report.new, report.error, cursor(office)) == (6, None, "2")
    assert {one.id for one in office.inbox()} == report.conversations


def test_the_next_fetch_goes_on_where_this_one_ended(office, fetched):
    connector = ScriptedConnector(pages=pages(2))
    fetched(connector)
    connector.pages += pages(1)
    assert fetched(connector).new == 3
    assert connector.asked_since == [None, "2"]


def test_what_came_before_an_error_is_kept_without_moving_past_it(office, fetched):
    connector = ScriptedConnector(pages=pages(1))
    connector.fetch_error = OfflineError()
    report = fetched(connector)
    assert report.new == 3
    assert isinstance(report.error, OfflineError)
    assert cursor(office) == "1"


class Broken(ScriptedConnector):
    """Breaks off in the middle of its second page."""

    def fetch(self, since):
        yield from super().fetch(since)
        yield factory.message_seen(remote_id="half")
        raise ServerTroubleError(status=502)


def test_half_a_page_is_kept_and_reported_once_more_next_time(office, fetched):
    connector = Broken(pages=pages(1))
    assert fetched(connector).new == 4
    assert cursor(office) == "1"
    assert fetched(connector).new == 0
    assert sum(one.messages for one in office.inbox()) == 4


def test_one_bad_item_does_not_stop_its_page(office, fetched):
    page = [factory.message_seen(), ItemSkipped(reason="no_author"), factory.message_seen()]
    report = fetched(ScriptedConnector(pages=[page]))
    assert (report.new, report.skipped, cursor(office)) == (2, 1, "1")


def test_a_gap_is_remembered(office, fetched):
    gap = GapFound(begin=factory.ago(days=3), end=factory.ago(days=1))
    fetched(ScriptedConnector(pages=[[gap]]))
    assert gaps.of(office.vault.db.reader, office.account.id) == [gap]


def test_fetching_twice_from_the_same_place_changes_nothing(office, fetched):
    connector = ScriptedConnector(pages=pages(1))
    fetched(connector)
    with office.vault.db.writing() as connection:
        accounts.save_cursor(connection, office.account.id, None)
    again = fetched(connector)
    assert (again.new, again.updated, again.conversations) == (0, 0, set())


class Stopping(ScriptedConnector):
    """Is told to stop while it reports its second page."""

    def __init__(self, cancelled, **script):
        super().__init__(**script)
        self.cancelled = cancelled

    def fetch(self, since):
        for number, event in enumerate(super().fetch(since), 1):
            if number == 6:
                self.cancelled.set()
            yield event


def test_a_cancelled_fetch_stops_between_two_items_and_keeps_what_it_has(office, fetched):
    cancelled = threading.Event()
    report = fetched(Stopping(cancelled, pages=pages(5)), cancelled)
    assert report.cancelled
    assert report.new == 5
    assert cursor(office) == "1"


class Endless(ScriptedConnector):
    """Reports a page that never ends until somebody has seen enough kept."""

    def __init__(self, kept):
        super().__init__()
        self.kept = kept

    def fetch(self, since):
        conversation = factory.seen_conversation()
        while self.kept() == 0:
            yield factory.message_seen(conversation=conversation)


def test_a_page_without_end_is_kept_in_bites(office, fetched):
    report = fetched(Endless(lambda: len(office.inbox())))
    assert report.new == 1000
    assert cursor(office) is None


def test_a_page_is_kept_whole_with_its_cursor_or_not_at_all(office, fetched):
    good = pages(1)
    connector = ScriptedConnector(pages=[*good, [factory.message_seen()]])
    connector.pages[1].append(factory.message_seen(remote_id=7))  # breaks while being kept
    with pytest.raises((AttributeError, TypeError, VaultError)):
        fetched(connector)
    assert cursor(office) == "1"
    assert sum(one.messages for one in office.inbox()) == 3
