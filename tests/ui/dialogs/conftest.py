"""A context over a real vault: a shop's page with a conversation, a runner, a theme."""

from datetime import timedelta

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QWidget

from cm_desktop.services import vault as vaults
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
def context(qapp, vault, runner, tmp_path):
    from cm_desktop.services.desk import Desk

    return Context(
        vault=vault,
        desk=Desk(vault),
        runner=runner,
        theme=Theme(QApplication.instance(), "light"),
        changes=Changes(),
        worker=HeardWorker(),
        settings=QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat),
        clock=Clock(factory.NOW),
    )


@pytest.fixture
def page(vault):
    """An account on a channel where everything is allowed."""
    from cm_desktop.store import accounts

    with vault.db.writing() as connection:
        return accounts.add(
            connection,
            factory.account(title="Bakery Krume"),
            secret={},
            policy=factory.policy(text_limit=280, reply_window=timedelta(days=1)),
            now=factory.NOW,
        )


@pytest.fixture
def keep(vault, page):
    """Keep what the channel reports, and return the ids of the conversations touched."""
    from cm_desktop.store import keeping

    def kept(*events):
        with vault.db.writing() as connection:
            return keeping.keep(connection, page, events, factory.NOW).conversations

    return kept


@pytest.fixture
def conversation(vault, keep):
    """A conversation in which Ana asked something."""
    from cm_desktop.services import reading

    seen = factory.message_seen(
        author=factory.seen_author(name="Ana Öztürk", handle="ana"),
        text="Do you have bread without nuts?",
        created_at=factory.ago(hours=22),
        conversation=factory.seen_conversation(post=factory.seen_post(title="Open again")),
    )
    (number,) = keep(seen)
    return reading.conversation(vault, number)


@pytest.fixture
def window(qtbot):
    """A window for popups and dialogs to belong to."""
    shown = QWidget()
    shown.resize(900, 700)
    qtbot.addWidget(shown)
    shown.show()
    return shown
