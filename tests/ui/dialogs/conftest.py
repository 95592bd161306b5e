"""A desk whose clock stands, a conversation on a page, and a window for dialogs to belong to."""

from datetime import timedelta

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from cm_desktop.domain.model import Kind
from cm_desktop.services import reading
from cm_desktop.services.desk import Desk
from cm_desktop.store import accounts
from tests import factory
from tests.played import PlayedChannel


@pytest.fixture
def context(context):
    """The context of all screens, with the desk on the same clock as the window."""
    context.desk = Desk(context.vault, context.clock)
    return context


@pytest.fixture
def account(vault):
    """An account with short texts and a day's time to reply."""
    with vault.db.writing() as connection:
        return accounts.add(
            connection,
            factory.account(title="Bakery Krume"),
            secret={},
            policy=factory.policy(text_limit=280, reply_windows={Kind.COMMENTS: timedelta(days=1)}),
            now=factory.NOW,
        )


@pytest.fixture
def conversation(vault, keep):
    """A conversation in which Ana asked something."""
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


class Browser(QObject):
    """Stands for the person's browser: keeps which pages it was asked to show."""

    def __init__(self):
        super().__init__()
        self.pages = []

    @Slot(QUrl)
    def show_page(self, url):
        self.pages.append(url.toString())


@pytest.fixture
def browser(qapp):
    """The browser that links are opened in, in place of the one of this computer."""
    stands_in = Browser()
    for scheme in ("https", "http"):
        QDesktopServices.setUrlHandler(scheme, stands_in, "show_page")
    yield stands_in
    for scheme in ("https", "http"):
        QDesktopServices.unsetUrlHandler(scheme)


@pytest.fixture
def played(monkeypatch):
    """A channel that the test plays."""
    channel = PlayedChannel()
    channel.install(monkeypatch)
    return channel
