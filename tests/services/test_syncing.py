"""One pass over all accounts: each on its own, each with its health and its next turn."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from cm_desktop.domain.errors import (
    OfflineError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
    UntrustedServerError,
    UsageError,
)
from cm_desktop.domain.model import Health, Status
from cm_desktop.services import connecting
from cm_desktop.services.syncing import ConnectorBugError
from cm_desktop.store import accounts
from tests import factory
from tests.fakes import ScriptedConnector


def by_account(report):
    return {one.id: one for one in report.accounts}


def test_a_pass_fetches_first_and_then_sends(office):
    office.connector.pages = [[factory.message_seen()]]
    row = office.queue()
    report = office.sync().accounts[0]
    assert (report.new, report.sent, report.errors) == (1, 1, [])
    assert office.state(row) == "sent"
    assert len(report.conversations) == 2


def test_a_pass_without_sending_only_fetches(office):
    office.connector.pages = [[factory.message_seen()]]
    row = office.queue()
    assert office.sync(send=False).accounts[0].new == 1
    assert office.state(row) == "queued"


def test_an_account_that_fails_does_not_stop_the_others(office):
    office.connector.fetch_error = OfflineError()
    good = office.sign_in(ScriptedConnector(pages=[[factory.message_seen()]]))
    report = by_account(office.sync())
    assert [error.code for error in report[office.account.id].errors] == ["offline"]
    assert report[good.id].new == 1


class Buggy(ScriptedConnector):
    """Raises what no connector may raise."""

    def fetch(self, since):
        raise KeyError("a text of somebody")
        yield


def test_a_bug_of_a_connector_costs_one_account_and_tells_no_text(office, expect_log):
    expect_log("bug in account .* KeyError")
    bad = office.sign_in(Buggy())
    office.connector.pages = [[factory.message_seen()]]
    report = by_account(office.sync())
    assert report[office.account.id].new == 1
    (error,) = report[bad.id].errors
    assert isinstance(error, ConnectorBugError)
    account = office.read_account(bad)
    assert (account.health, account.trouble) == (Health.TROUBLE, "bug")
    assert "somebody" not in accounts.trouble_detail(office.vault.db.reader, bad.id)


class Erasing(ScriptedConnector):
    """Has its own account erased, as if by another window, while it is being fetched."""

    def __init__(self, vault, account):
        super().__init__()
        self.vault = vault
        self.account = account

    def fetch(self, since):
        connecting.remove_account(self.vault, self.account.id, erase=True)
        yield factory.message_seen()


def test_an_account_erased_while_it_is_synced_is_no_mistake(office):
    office.connectors[office.account.id] = Erasing(office.vault, office.account)
    report = office.sync().accounts[0]
    assert [error.code for error in report.errors] == ["usage"]
    assert office.inbox() == []


def test_paused_accounts_are_left_alone_unless_named(office):
    with office.vault.db.writing() as connection:
        accounts.pause(connection, office.account.id)
    assert office.sync().accounts == []
    assert len(office.sync(account=office.account.id).accounts) == 1


def test_an_unknown_account_is_refused(office):
    with pytest.raises(UsageError):
        office.sync(account="nobody")


def test_connectors_are_closed_whatever_happens(office):
    office.connector.fetch_error = OfflineError()
    office.sync()
    assert office.connector.closed


@pytest.mark.parametrize(
    ("error", "health", "wait"),
    [
        (None, Health.OK, timedelta(seconds=126)),
        (OfflineError(), Health.OFFLINE, timedelta(seconds=30)),
        (SignInNeededError(), Health.SIGN_IN, timedelta(hours=1)),
        (RateLimitedError(77), Health.WAITING, timedelta(seconds=77)),
        (ServerTroubleError(status=502), Health.TROUBLE, timedelta(seconds=30)),
        (UntrustedServerError("expired", "a.example"), Health.TROUBLE, timedelta(seconds=30)),
    ],
    ids=lambda value: getattr(value, "code", None),
)
def test_how_it_went_is_shown_and_says_when_to_come_again(office, error, health, wait):
    office.connector.fetch_error = error
    office.sync()
    account = office.read_account()
    assert account.health is health
    assert account.next_fetch_at - office.clock() == wait
    assert account.trouble == (error.code if error else "")


def test_failures_in_a_row_make_the_waits_longer_and_a_success_ends_that(office):
    office.connector.fetch_error = ServerTroubleError()
    waits = []
    for _attempt in range(7):
        office.sync()
        waits.append((office.read_account().next_fetch_at - office.clock()).total_seconds())
    assert waits == [30, 60, 120, 240, 480, 900, 900]
    office.connector.fetch_error = None
    office.sync()
    assert office.read_account().last_ok_at == office.clock()


def test_an_offline_computer_looks_every_two_minutes_at_most_whether_it_is_back(office):
    office.connector.fetch_error = OfflineError()
    for _attempt in range(9):
        office.sync()
    assert office.read_account().next_fetch_at - office.clock() == timedelta(minutes=2)


def test_a_channel_that_asked_to_wait_is_not_even_asked(office):
    office.connector.fetch_error = RateLimitedError(60)
    office.sync()
    office.clock.go_on(seconds=20)
    (error,) = office.sync().accounts[0].errors
    assert isinstance(error, RateLimitedError)
    assert error.wait_seconds == 40
    assert len(office.connector.asked_since) == 1
    office.connector.fetch_error = None
    assert office.sync_after(seconds=40).accounts[0].errors == []


@pytest.mark.parametrize("error", [OfflineError(), SignInNeededError()], ids=lambda e: e.code)
def test_nothing_is_sent_where_fetching_shows_that_it_cannot_work(office, error):
    row = office.queue()
    office.connector.fetch_error = error
    office.sync()
    assert (office.state(row), office.row(row).attempts) == ("queued", 0)


@pytest.mark.parametrize("error", [ServerTroubleError(), SlowError()], ids=lambda e: e.code)
def test_a_fresh_reply_goes_out_although_the_lists_of_a_channel_are_broken(office, error):
    old = office.queue()
    office.clock.go_on(minutes=16)
    row = office.queue()
    office.connector.fetch_error = error
    office.sync()
    assert (office.state(row), office.state(old)) == ("sent", "queued")


def test_trouble_with_sending_is_trouble_of_the_account(office):
    office.connector.outcomes = [SignInNeededError()]
    office.queue()
    report = office.sync().accounts[0]
    assert [error.code for error in report.errors] == ["sign_in_needed"]
    assert office.read_account().health is Health.SIGN_IN


def test_a_refused_reply_is_reported_but_the_account_is_well(office):
    office.connector.outcomes = [RejectedError("too_long")]
    office.queue()
    report = office.sync().accounts[0]
    assert [error.code for error in report.errors] == ["rejected"]
    assert office.read_account().health is Health.OK


def test_a_connector_that_cannot_be_made_is_reported(office):
    def broken(_vault, _account):
        raise UsageError("no_channel", "semaphore")

    report = office.sync(tools=office.tools(make=broken)).accounts[0]
    assert [error.code for error in report.errors] == ["usage"]
    assert office.read_account().health is Health.TROUBLE


def test_progress_is_told_account_by_account(office):
    office.sign_in(ScriptedConnector())
    told = []
    office.sync(on_progress=told.append)
    assert {one.id for one in told} == set(office.connectors)


def test_a_snoozed_conversation_comes_back_when_its_time_has_come(office):
    conversation = office.hear()
    office.desk.snooze(conversation.id, office.clock() + timedelta(hours=1))
    assert office.sync().woken == 0
    assert [one.status for one in office.inbox()] == [Status.SNOOZED]
    assert office.sync_after(hours=1).woken == 1
    assert [one.status for one in office.inbox()] == [Status.OPEN]


def test_a_pass_is_one_of_two_senders_and_waits_for_its_turn(office):
    """The worker and the command line send at the same time: each reply goes out once."""
    rows = [office.queue(text=f"reply {number}") for number in range(6)]
    first_report = []

    def second_pass(point):
        if point == "applied" and not first_report:
            first_report.append(None)
            pool.submit(office.sync)

    with ThreadPoolExecutor(1) as pool:
        office.connector.at = second_pass
        office.sync()
    assert sorted(office.outside.texts()) == sorted(row.text for row in rows)
    assert {office.state(row) for row in rows} == {"sent"}
