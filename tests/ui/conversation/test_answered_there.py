"""Answers that only a person can give: copy the text, open the page, say that it is answered."""

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QPushButton

from cm_desktop.domain.model import Direction, Kind
from cm_desktop.domain.policy import Ability
from cm_desktop.services import reading
from cm_desktop.store import accounts
from cm_desktop.ui.conversation.view import ConversationPane
from cm_desktop.ui.conversation.waiting_card import WaitingCard
from cm_desktop.ui.dialogs.outbox import OutboxPage
from cm_desktop.ui.dialogs.policy_words import policy_sentences
from tests import factory

BUTTON = "Copy the text and open the page"


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
def account(vault):
    """An account on a channel that takes no answer from programs."""
    rules = factory.policy(abilities=frozenset({Ability.REPLY}), answered_there=True)
    with vault.db.writing() as connection:
        return accounts.add(connection, factory.account(), secret={}, policy=rules, now=factory.NOW)


def conversation(keep, **about):
    post = factory.seen_post(title="Reviews", url="https://reviews.example/krume")
    where = factory.seen_conversation(kind=Kind.REVIEW, post=post)
    (number,) = keep(factory.message_seen(conversation=where, text="Too salty.", **about))
    return number


@pytest.fixture
def pane(qtbot, context, keep):
    shown = ConversationPane(context)
    qtbot.addWidget(shown)
    shown.resize(760, 900)
    shown.show()
    shown.open(conversation(keep, permalink="https://reviews.example/krume/7"))
    return shown


def buttons(widget):
    return {
        one.accessibleName(): one for one in widget.findChildren(QPushButton) if one.isVisible()
    }


def cards(pane):
    return [card for card in pane.findChildren(WaitingCard) if card.isVisible()]


def write(qtbot, pane, text):
    pane.composer.edit.setFocus()
    qtbot.keyClicks(pane.composer.edit, text)
    buttons(pane.composer)[BUTTON].click()
    qtbot.waitUntil(lambda: len(cards(pane)) == 1)


def test_the_button_copies_the_text_and_opens_the_page_of_the_message(qtbot, pane, browser):
    write(qtbot, pane, "We are sorry.")
    qtbot.waitUntil(lambda: browser.pages == ["https://reviews.example/krume/7"])
    assert QGuiApplication.clipboard().text() == "We are sorry."


def test_the_card_shows_the_text_and_never_offers_to_send_it(qtbot, pane, browser):
    write(qtbot, pane, "We are sorry.")
    (card,) = cards(pane)
    assert set(buttons(card)) == {BUTTON, "Answered", "Discard"}
    assert "We are sorry." in card.accessibleName()
    assert "Paste the text on the channel's page" in card.accessibleName()


def test_answered_keeps_the_text_as_an_answer_of_ours(qtbot, context, pane, browser):
    write(qtbot, pane, "We are sorry.")
    buttons(cards(pane)[0])["Answered"].click()
    qtbot.waitUntil(lambda: not cards(pane))
    kept = reading.thread(context.vault, pane.shown.conversation.id).messages[-1]
    assert (kept.text, kept.direction) == ("We are sorry.", Direction.OUT)
    assert reading.outbox(context.vault) == []


def test_discarded_is_nothing_of_ours(qtbot, context, pane, browser):
    write(qtbot, pane, "We are sorry.")
    buttons(cards(pane)[0])["Discard"].click()
    qtbot.waitUntil(lambda: not cards(pane))
    kept = reading.thread(context.vault, pane.shown.conversation.id).messages
    assert [one.text for one in kept] == ["Too salty."]


def test_it_can_be_copied_again_from_the_outbox(qtbot, context, pane, browser):
    write(qtbot, pane, "We are sorry.")
    QGuiApplication.clipboard().setText("something else")
    page = OutboxPage(context)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: len(page.entries) == 1)
    buttons(page)[BUTTON].click()
    assert QGuiApplication.clipboard().text() == "We are sorry."
    assert browser.pages == ["https://reviews.example/krume/7"] * 2


def test_without_a_page_of_its_own_that_of_the_post_is_opened(qtbot, context, keep, pane, browser):
    pane.open(conversation(keep))
    write(qtbot, pane, "Thank you.")
    qtbot.waitUntil(lambda: browser.pages == ["https://reviews.example/krume"])


def test_a_link_that_could_do_harm_is_not_opened(qtbot, keep, pane, browser):
    pane.open(conversation(keep, permalink="file:///etc/passwd"))
    write(qtbot, pane, "Thank you.")
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == "Thank you.")
    assert browser.pages == []


def test_the_field_says_where_the_answer_is_given(pane):
    assert "on the channel's page" in pane.composer.edit.placeholderText()


def test_what_is_possible_there_is_said_before_it_is_connected():
    rules = factory.policy(abilities=frozenset({Ability.REPLY}), answered_there=True)
    assert policy_sentences(rules) == [
        "What you can do here: reply.",
        "You answer on the channel's own page: the text is copied, and the page opened.",
    ]


def test_own_texts_alone_are_said_to_be_ones_own():
    rules = factory.policy(
        abilities=frozenset({Ability.REPLY, Ability.DELETE}), own_only=frozenset({Ability.DELETE})
    )
    assert policy_sentences(rules)[0] == "What you can do here: reply, delete your own texts."


@pytest.mark.parametrize(
    ("network", "shown"),
    [
        ("facebook", "facebook"),
        ("google", "google-business"),
        ("kununu", "kununu"),
        ("Bread Forum", "notifications"),
    ],
)
def test_a_notification_is_shown_as_the_network_it_tells_of(context, network, shown):
    talk = factory.conversation(channel="notifications", context={"network": network})
    assert context.channel_of(talk) == shown
