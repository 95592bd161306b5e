"""The conversation pane: what is read, written, sent, taken back, and what stays safe."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from cm_desktop.domain.model import Kind, OutboxKind, OutboxState, Status, Visibility
from cm_desktop.services import reading
from cm_desktop.store import accounts
from cm_desktop.ui.conversation.message_card import MessageCard
from cm_desktop.ui.conversation.view import ConversationPane
from cm_desktop.ui.conversation.waiting_card import WaitingCard
from tests import factory, hostile


@pytest.fixture
def thread(keep):
    """A comment, an answer to it and a held one; returns the conversation's id."""
    where = factory.seen_conversation(kind=Kind.COMMENTS, post=factory.seen_post(title="Brot"))
    (number,) = keep(
        factory.message_seen(remote_id="1", conversation=where, text="Is it a mouse?"),
        factory.message_seen(
            remote_id="2", conversation=where, text="It is marzipan.", parent_remote_id="1"
        ),
        factory.message_seen(
            remote_id="3", conversation=where, text="Buy watches", visibility=Visibility.HELD
        ),
    )
    return number


@pytest.fixture
def pane(qtbot, context, thread):
    shown = ConversationPane(context)
    qtbot.addWidget(shown)
    shown.resize(760, 900)
    shown.show()
    shown.open(thread)
    return shown


def cards(pane, kind):
    return [card for card in pane.findChildren(kind) if card.isVisible()]


def press(pane, words):
    (button,) = [
        one
        for one in pane.findChildren(QPushButton)
        if one.accessibleName() == words and one.isVisible()
    ]
    button.click()


def write(pane, qtbot, text):
    pane.composer.edit.setFocus()
    qtbot.keyClicks(pane.composer.edit, text)


def waiting(context, thread):
    return list(reading.thread(context.vault, thread).outbox)


def test_everything_said_is_on_screen(pane):
    assert {card.message.text for card in cards(pane, MessageCard)} == {
        "Is it a mouse?",
        "It is marzipan.",
        "Buy watches",
    }


def test_ctrl_enter_queues_the_reply_and_shows_it_in_grey(pane, qtbot, context, thread):
    write(pane, qtbot, "It is made of marzipan.")
    qtbot.keyClick(pane.composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    qtbot.waitUntil(lambda: len(cards(pane, WaitingCard)) == 1)
    (row,) = waiting(context, thread)
    assert (row.text, row.state) == ("It is made of marzipan.", OutboxState.QUEUED)
    assert pane.composer.edit.toPlainText() == ""
    assert "send" in context.worker.asked


def test_a_reply_taken_back_is_in_the_composer_again(pane, qtbot, context, thread):
    write(pane, qtbot, "Too quick")
    pane.composer.send()
    qtbot.waitUntil(lambda: len(cards(pane, WaitingCard)) == 1)

    press(pane, "Undo")

    qtbot.waitUntil(lambda: not waiting(context, thread))
    qtbot.waitUntil(lambda: pane.composer.edit.toPlainText() == "Too quick")


def test_a_note_is_kept_and_nothing_waits_to_be_sent(pane, qtbot, context, thread):
    pane.start_note()
    write(pane, qtbot, "Ask the owner first")
    pane.composer.send()

    qtbot.waitUntil(lambda: len(reading.thread(context.vault, thread).notes) == 1)
    assert waiting(context, thread) == []


def test_sending_and_done_closes_the_conversation_and_asks_for_the_next(
    pane, qtbot, context, thread
):
    write(pane, qtbot, "Done with it")
    with qtbot.waitSignal(pane.next_wanted):
        pane.composer.send_and_done()

    assert reading.conversation(context.vault, thread).status is Status.DONE


def test_what_is_being_written_survives_leaving(pane, qtbot, context, thread):
    write(pane, qtbot, "Half a sent")
    pane.open(None)

    qtbot.waitUntil(lambda: len(reading.thread(context.vault, thread).drafts) == 1)
    pane.open(thread)

    assert pane.composer.edit.toPlainText() == "Half a sent"


def test_notes_and_replies_have_drafts_of_their_own(pane, qtbot, context, thread):
    write(pane, qtbot, "for everyone")
    pane.composer.toggle_note()
    write(pane, qtbot, "for us")
    pane.composer.toggle_note()
    qtbot.waitUntil(lambda: len(reading.thread(context.vault, thread).drafts) == 2)
    pane.open(thread)

    assert pane.composer.edit.toPlainText() == "for everyone"


def test_a_text_too_long_for_the_channel_cannot_be_sent(pane, qtbot, context, thread):
    with context.vault.db.writing() as connection:
        accounts.set_policy(connection, pane.composer.account.id, factory.policy(text_limit=280))
    pane.open(thread)
    pane.composer.edit.setPlainText("x" * 281)
    pane.composer.send()

    assert waiting(context, thread) == []
    assert pane.composer.edit.toPlainText()


def test_hiding_goes_through_the_outbox(pane, qtbot, context, thread):
    pane.moderate(OutboxKind.HIDE)

    qtbot.waitUntil(lambda: [row.kind for row in waiting(context, thread)] == [OutboxKind.HIDE])


def test_a_new_message_appears_without_losing_what_is_written(pane, qtbot, context, keep):
    write(pane, qtbot, "I am wri")
    shown = pane.shown.conversation
    (number,) = keep(
        factory.message_seen(
            remote_id="4",
            conversation=factory.seen_conversation(remote_id=shown.remote_id, kind=shown.kind),
            text="And now?",
            created_at=factory.NOW - timedelta(minutes=1),
        )
    )
    assert number == shown.id
    context.changes.conversations.emit(frozenset({number}))

    qtbot.waitUntil(lambda: "And now?" in {card.message.text for card in cards(pane, MessageCard)})
    assert pane.composer.edit.toPlainText() == "I am wri"


def test_cards_that_did_not_change_stay(pane, context, thread):
    before = set(cards(pane, MessageCard))
    context.changes.conversations.emit(frozenset({thread}))

    assert set(cards(pane, MessageCard)) == before


def test_pasted_markup_becomes_plain_text(pane):
    from PySide6.QtCore import QMimeData

    mime = QMimeData()
    mime.setHtml("<b>bold</b><img src=file:///etc/hostname>")
    mime.setText("bold")
    pane.composer.edit.insertFromMimeData(mime)

    assert pane.composer.edit.toPlainText() == "bold"


def test_escape_leaves_the_composer(pane, qtbot):
    with qtbot.waitSignal(pane.left):
        qtbot.keyClick(pane.composer.edit, Qt.Key.Key_Escape)


def test_a_conversation_on_screen_is_read_after_a_moment(pane, qtbot, context, thread):
    assert reading.conversation(context.vault, thread).unread > 0

    qtbot.waitUntil(lambda: reading.conversation(context.vault, thread).unread == 0)


@pytest.mark.parametrize("name", sorted(hostile.ALL))
def test_a_hostile_text_is_shown_as_text_and_stops_nothing(qtbot, context, keep, name):
    (number,) = keep(factory.message_seen(text=hostile.ALL[name]))
    pane = ConversationPane(context)
    qtbot.addWidget(pane)
    pane.resize(700, 800)
    pane.show()
    pane.open(number)
    QApplication.processEvents()

    assert len(cards(pane, MessageCard)) == 1


def test_a_long_conversation_is_shown_from_its_end_and_completed_above(qtbot, context, keep):
    where = factory.seen_conversation(kind=Kind.MAIL)
    (number,) = keep(
        *(
            factory.message_seen(
                remote_id=f"m{n}",
                conversation=where,
                text=f"Mail {n}",
                created_at=factory.ago(minutes=100 - n),
                seen_by_us=True,
            )
            for n in range(75)
        )
    )
    pane = ConversationPane(context)
    qtbot.addWidget(pane)
    pane.resize(700, 600)
    pane.show()
    pane.open(number)
    at_once = len(pane.findChildren(MessageCard))

    qtbot.waitUntil(lambda: len(cards(pane, MessageCard)) == 60)

    bar = pane.messages.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 0)
    assert at_once < 60
    texts = [card.message.text for card in cards(pane, MessageCard)]
    assert set(texts) == {f"Mail {n}" for n in range(15, 75)}


def test_earlier_messages_come_when_asked_for(qtbot, context, keep):
    where = factory.seen_conversation(kind=Kind.MAIL)
    (number,) = keep(
        *(
            factory.message_seen(remote_id=f"m{n}", conversation=where, seen_by_us=True)
            for n in range(65)
        )
    )
    pane = ConversationPane(context)
    qtbot.addWidget(pane)
    pane.show()
    pane.open(number)
    qtbot.waitUntil(lambda: len(cards(pane, MessageCard)) == 60)

    press(pane, "Show earlier messages")

    qtbot.waitUntil(lambda: len(cards(pane, MessageCard)) == 65)


def test_more_can_be_done_from_the_menu_of_a_message(qtbot, pane, context, thread):
    from PySide6.QtWidgets import QMenu, QToolButton

    card = next(one for one in cards(pane, MessageCard) if one.message.text == "Buy watches")
    (more,) = [one for one in card.findChildren(QToolButton) if one.accessibleName() == "More"]
    more.click()
    (menu,) = card.findChildren(QMenu)
    (approve,) = [one for one in menu.actions() if one.text() == "Approve"]
    approve.trigger()
    menu.close()

    qtbot.waitUntil(lambda: [row.kind for row in waiting(context, thread)] == [OutboxKind.APPROVE])
