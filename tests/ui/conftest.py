"""A context over a real vault, with an account on a channel where everything is allowed."""

import pytest
from PySide6.QtCore import QEvent, QSettings
from PySide6.QtWidgets import QApplication

from cm_desktop.services import vault as vaults
from cm_desktop.services.desk import Desk
from cm_desktop.store import accounts, keeping
from cm_desktop.ui.context import Changes, Context
from cm_desktop.ui.runner import Runner
from cm_desktop.ui.theme import Theme
from tests import factory
from tests.fakes import Clock


class HeardWorker:
    """Stands for the other process: keeps what was asked of it."""

    def __init__(self):
        self.asked = []

    def sync(self):
        self.asked.append("sync")

    def send(self):
        self.asked.append("send")

    def account(self, account_id):
        self.asked.append(f"account {account_id}")


@pytest.fixture(autouse=True)
def _widgets_end(qapp):
    """Let the widgets of a test go when it ends: Qt itself waits for an event loop to do it."""
    yield
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def vault(tmp_path):
    with vaults.open_demo(tmp_path) as opened:
        yield opened


@pytest.fixture
def runner(qapp):
    running = Runner()
    yield running
    running.stop()


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def context(qapp, vault, runner, settings):
    return Context(
        vault=vault,
        desk=Desk(vault),
        runner=runner,
        theme=Theme(QApplication.instance(), "light"),
        changes=Changes(),
        worker=HeardWorker(),
        settings=settings,
        clock=Clock(factory.NOW),
    )


@pytest.fixture
def account(vault):
    """An account on a channel where everything is allowed."""
    with vault.db.writing() as connection:
        return accounts.add(
            connection,
            factory.account(title="Bakery Krume"),
            secret={},
            policy=factory.policy(),
            now=factory.NOW,
        )


@pytest.fixture
def keep(vault, account):
    """Keep what the channel reports, and return the ids of the conversations touched."""

    def kept(*events):
        with vault.db.writing() as connection:
            return keeping.keep(connection, account, events, factory.NOW).conversations

    return kept


@pytest.fixture
def keep_many(keep):
    """Keep so many conversations, the first one newest, and return their ids in that order."""

    def kept(count, **about):
        ids = []
        for number in range(count):
            seen = factory.message_seen(created_at=factory.ago(minutes=number + 1), **about)
            ids += keep(seen)
        return ids

    return kept
