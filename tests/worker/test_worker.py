"""The worker fetches and sends by itself, says what happened, and ends when told."""

import resource
import threading
import time
from datetime import timedelta

import pytest

from cm_desktop.domain.errors import DiskFullError, OfflineError
from cm_desktop.domain.model import Status
from cm_desktop.services import backup
from cm_desktop.services.watching import Watchers
from cm_desktop.store import accounts, conversations
from tests import factory
from tests.fakes import ScriptedConnector


def test_a_new_worker_looks_at_every_account_at_once(office, running):
    office.connector.pages = [[factory.message_seen()]]
    other = office.sign_in(ScriptedConnector(pages=[[factory.message_seen()]]))
    worker = running()
    worker.wait_for("ready")
    for account in (office.account, other):
        assert worker.wait_for("changed", account=account.id)["new"] == 1
        worker.wait_for("account", account=account.id, busy=True)
        worker.wait_for("account", account=account.id, busy=False, health="ok")


def test_a_reply_goes_out_when_its_undo_time_is_over(office, running):
    conversation = office.hear()
    worker = running()
    worker.wait_for("account", busy=False)
    row = office.desk.reply(conversation.id, "Yes.", hold_seconds=0.3)
    worker.do("send")
    heard = worker.wait_for("sent", account=office.account.id)
    assert (heard["outbox"], heard["conversations"]) == ([row.id], [conversation.id])
    worker.wait_for("outbox", outbox=[row.id])
    assert office.state(row) == "sent"


def test_syncing_on_request_fetches_again(office, running):
    worker = running()
    worker.wait_for("account", busy=False)
    office.connector.pages = [[factory.message_seen()]]
    worker.do("sync", account=office.account.id)
    assert worker.wait_for("changed")["new"] == 1


def test_offline_is_said_and_that_it_is_over(office, running):
    office.connector.fetch_error = OfflineError()
    worker = running()
    worker.wait_for("offline", offline=True)
    worker.wait_for("account", health="offline", trouble="offline")
    office.connector.fetch_error = None
    worker.do("sync")
    worker.wait_for("offline", offline=False)


def test_one_account_back_online_wakes_the_others(office, running):
    other = office.sign_in(ScriptedConnector())
    for connector in office.connectors.values():
        connector.fetch_error = OfflineError()
    worker = running()
    worker.wait_for("offline", offline=True)
    for connector in office.connectors.values():
        connector.fetch_error = None
    worker.do("sync", account=office.account.id)
    worker.wait_for("account", account=other.id, health="ok")


def test_a_reply_that_gets_through_shows_that_the_connection_is_back(office, running):
    conversation = office.hear()
    office.connector.fetch_error = OfflineError()
    worker = running()
    worker.wait_for("account", busy=False, health="offline")
    office.connector.fetch_error = None
    office.desk.reply(conversation.id, "Yes.", hold_seconds=0)
    worker.do("send")
    worker.wait_for("account", busy=False, health="ok")


class Buggy(ScriptedConnector):
    def fetch(self, since):
        raise ZeroDivisionError
        yield


def test_a_bug_in_one_connector_leaves_the_worker_alive(office, running, expect_log):
    expect_log("bug in account")
    bad = office.sign_in(Buggy())
    worker = running()
    worker.wait_for("account", account=bad.id, health="trouble", trouble="bug", busy=False)
    worker.wait_for("account", account=office.account.id, health="ok", busy=False)


def test_a_channel_that_pushes_is_fetched_when_it_has_news(office, running):
    office.connectors[office.account.id] = Pushing()
    worker = running()
    worker.wait_for("account", busy=False, health="ok")
    office.connector.pages = [[factory.message_seen()]]
    office.connector.news.set()
    assert worker.wait_for("changed")["new"] == 1


def test_a_channel_that_cannot_push_is_asked_about_that_once(office, running):
    worker = running()
    for _pass in range(2):
        worker.wait_for("account", busy=False, health="ok")
        worker.do("sync")
    worker.wait_for("account", busy=False, health="ok")
    assert office.connector.waits == 1


@pytest.mark.parametrize(
    ("trouble", "logged"), [(OfflineError(), None), (KeyError("x"), "bug while listening")]
)
def test_listening_that_breaks_off_costs_nothing_but_the_push(
    office, running, expect_log, trouble, logged
):
    if logged:
        expect_log(logged)
    office.connector.wait_error = trouble
    worker = running()
    worker.wait_for("account", busy=False, health="ok")
    office.connector.pages = [[factory.message_seen()]]
    worker.do("sync")
    assert worker.wait_for("changed")["new"] == 1


def test_a_disk_that_is_full_is_told_and_the_vault_left_alone_for_a_while(
    office, running, expect_log
):
    expect_log("vault: disk_full")
    tries = []

    def make(_vault, account):
        tries.append(account.id)
        raise DiskFullError

    worker = running(make=make)
    worker.wait_for("vault", code="disk_full")
    worker.do("sync")
    worker.do("dance")
    worker.wait_for("refused")
    assert len(tries) == 1


class Pushing(ScriptedConnector):
    """A connector that waits for news, as mail does."""

    def __init__(self):
        super().__init__()
        self.news = threading.Event()

    def wait(self, seconds, cancelled):
        while not cancelled.is_set():
            if self.news.wait(0.02):
                self.news.clear()
                return True
        return False


def test_a_snoozed_conversation_is_woken(office, running):
    conversation = office.hear()
    with office.vault.db.writing() as connection:
        over = office.clock() - timedelta(seconds=1)
        conversations.set_status(connection, conversation.id, Status.SNOOZED, over)
    running().wait_for("woken", conversations=[conversation.id])
    assert office.inbox()[0].status is Status.OPEN


def test_a_paused_account_is_left_alone(office, running):
    with office.vault.db.writing() as connection:
        accounts.pause(connection, office.account.id)
    worker = running()
    worker.wait_for("ready")
    worker.do("sync")
    worker.do("dance")
    worker.wait_for("refused", do="dance")
    assert office.connector.asked_since == []


class Slow(ScriptedConnector):
    """Answers only when it is let go."""

    def __init__(self):
        super().__init__()
        self.asked = threading.Event()
        self.let_go = threading.Event()

    def fetch(self, since):
        self.asked.set()
        self.let_go.wait(20)
        yield from super().fetch(since)


def test_a_worker_ends_within_two_seconds_although_a_channel_does_not_answer(office, running):
    slow = office.connectors[office.account.id] = Slow()
    worker = running()
    assert slow.asked.wait(10)
    began = time.monotonic()
    worker.stop()
    assert time.monotonic() - began < 2
    assert worker.ended is False
    slow.let_go.set()


def test_one_slow_channel_does_not_hold_up_the_others(office, running):
    slow = office.connectors[office.account.id] = Slow()
    other = office.sign_in(ScriptedConnector(pages=[[factory.message_seen()]]))
    worker = running()
    worker.wait_for("changed", account=other.id)
    slow.let_go.set()
    worker.wait_for("account", account=office.account.id, busy=False)


def test_a_worker_with_nothing_to_do_ends_clean(office, running):
    worker = running()
    worker.wait_for("account", busy=False)
    worker.stop()
    worker.wait_for("stopped")
    assert worker.ended is True


def test_work_that_ends_while_the_worker_stops_listens_to_nobody_any_more(office):
    news = []
    watchers = Watchers(office.vault, office.tools(), news.append)
    watchers.stop()
    watchers.watch(office.account)
    assert watchers.all_ended()
    assert office.connector.waits == 0


def test_a_backup_is_made_while_the_worker_works(office, running):
    worker = running(first_backup=0.0)
    worker.wait_for("account", busy=False)
    worker.stop()
    (made,) = backup.list_backups(office.vault.folder)
    assert made.reason == "regular"
    assert backup.is_sound(made.file, office.vault.key)
    assert worker.ended is True


def test_a_backup_that_finds_no_room_is_told_and_costs_nothing_else(office, running, expect_log):
    expect_log("backup: disk_full")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        worker = running(first_backup=0.0)
        worker.wait_for("vault", code="disk_full")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    worker.wait_for("account", busy=False)
    office.connector.pages = [[factory.message_seen()]]
    worker.do("sync")
    assert worker.wait_for("changed")["new"] == 1
    assert backup.list_backups(office.vault.folder) == []
