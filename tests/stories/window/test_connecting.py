"""A member connects an account in the browser, sees how it is doing, and notes something down."""

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication

from cm_desktop.services import reading
from cm_desktop.services.clock import utc_now
from tests import factory
from tests.played import PlayedChannel

ANSWER = "Das tut uns leid. Kommen Sie bitte morgen vorbei."


class Browser(QObject):
    def __init__(self):
        super().__init__()
        self.pages = []

    @Slot(QUrl)
    def show_page(self, url):
        self.pages.append(url.toString())


@pytest.fixture
def browser(qapp):
    stands_in = Browser()
    QDesktopServices.setUrlHandler("https", stands_in, "show_page")
    yield stands_in
    QDesktopServices.unsetUrlHandler("https")


@pytest.fixture
def played(monkeypatch):
    channel = PlayedChannel()
    asked = factory.message_seen(
        text="Is the sourdough back?",
        author=factory.seen_author(name="Mo Sauer"),
        created_at=utc_now(),
    )
    channel.pages = [[asked]]
    channel.install(monkeypatch)
    return channel


def test_an_account_is_connected_in_the_browser_and_its_messages_come(desk, played, browser):
    desk.press("Ctrl+N")
    desk.wait(lambda: desk.offers("played"))
    desk.type("played")
    desk.press("Return")
    desk.wait(lambda: desk.offers("Sign in in the browser"))
    desk.type("place.example")
    desk.wait(lambda: "at most 500 characters" in desk.reads())
    desk.press("Return")
    desk.wait(lambda: browser.pages)
    assert "go on in your browser" in desk.reads()

    played.come_back()
    desk.wait(lambda: "Is the sourdough back?" in desk.reads())
    assert "Nobody can be hidden here." in desk.reads()
    desk.press("Return")
    desk.wait(lambda: any("Mo Sauer" in name for name in desk.rows()))
    desk.open("Mo Sauer")
    assert desk.thread() == ["Is the sourdough back?"]


def test_the_health_of_an_account_is_two_keys_away(desk):
    desk.press("Ctrl+Shift+A")
    desk.wait(lambda: desk.offers("Details…"))
    desk.click("Details…")
    desk.wait(lambda: "How this account is doing" in desk.reads())
    said = desk.reads()
    for words in ("Last fetched", "Next fetch", "Signed in until", "Requests", "possible here"):
        assert words in said
    desk.press("Escape")
    desk.press("Escape")
    assert "How this account is doing" not in desk.reads()


def test_a_copied_comment_becomes_a_conversation_that_is_answered_on_its_page(desk, browser):
    QGuiApplication.clipboard().setText(
        "Heidi Korn\nIch stand um neun vor leeren Regalen.\nhttps://www.facebook.com/krume/posts/9"
    )
    desk.press("Ctrl+V")
    desk.wait(lambda: desk.offers("Note down"))
    desk.wait(lambda: desk.field("Who wrote it").text() == "Heidi Korn")
    desk.click("Note down")
    desk.wait(lambda: desk.thread() == ["Ich stand um neun vor leeren Regalen."])

    desk.write(ANSWER)
    desk.click("Copy the text and open the page")
    desk.wait(lambda: browser.pages == ["https://www.facebook.com/krume/posts/9"])
    assert QGuiApplication.clipboard().text() == ANSWER
    desk.wait(lambda: desk.offers("Answered"))
    desk.click("Answered")
    desk.wait(lambda: not desk.offers("Answered"))
    talk = desk.pane.shown.conversation
    assert desk.outside(talk) == ["Ich stand um neun vor leeren Regalen.", ANSWER]
    assert reading.outbox(desk.vault, None) == [
        row for row in reading.outbox(desk.vault, None) if row.conversation != talk.id
    ]
