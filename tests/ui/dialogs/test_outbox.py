"""What waits to be sent."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from cm_desktop.domain.model import OutboxState
from cm_desktop.services import reading
from cm_desktop.store import outbox
from cm_desktop.ui.dialogs.outbox import OutboxPage


@pytest.fixture
def page(qtbot, context):
    made = OutboxPage(context)
    qtbot.addWidget(made)
    made.resize(800, 600)
    return made


@pytest.fixture
def queue(context, conversation, vault):
    def queued(text, state=OutboxState.QUEUED, **about):
        row = context.desk.reply(conversation.id, text)
        if state is not OutboxState.QUEUED:
            with vault.db.writing() as connection:
                outbox.put(connection, replace(row, state=state, **about), was=row.state)
        return row

    return queued


def shown(qtbot, context, page):
    page.show()
    qtbot.waitUntil(lambda: not context.runner.busy)
    return [entry.waiting.text for entry in page.entries]


def words(widget):
    return " ".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())


def button(entry, text):
    return next(one for one in entry.findChildren(QPushButton) if one.text().strip() == text)


def test_what_needs_a_decision_stands_above_what_failed_and_what_waits(qtbot, context, page, queue):
    queue("Third")
    queue("Second", OutboxState.FAILED, error="rejected", error_detail="too_long")
    queue("First", OutboxState.NEEDS_HUMAN, error="lost_track")
    assert shown(qtbot, context, page) == ["First", "Second", "Third"]
    assert "2 need you. 1 goes out by itself." in words(page)
    assert "Ana Öztürk" in words(page)


def test_an_empty_outbox_says_so(qtbot, context, page):
    assert shown(qtbot, context, page) == []
    assert page.state.isVisible()
    assert page.state.sentence == "Nothing waits to be sent."


def test_a_waiting_reply_is_taken_back_and_its_text_is_a_draft(
    qtbot, context, page, queue, conversation
):
    queue("Not yet")
    shown(qtbot, context, page)
    qtbot.keyClick(button(page.entries[0], "Undo"), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.entries == [])
    drafts = reading.thread(context.vault, conversation.id).drafts
    assert [draft.text for draft in drafts] == ["Not yet"]


def test_it_is_decided_that_a_reply_was_sent(qtbot, context, page, queue):
    queue("Was it?", OutboxState.NEEDS_HUMAN, error="lost_track")
    shown(qtbot, context, page)
    qtbot.keyClick(button(page.entries[0], "It is there"), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.entries == [])
    assert not reading.outbox(context.vault)


def test_it_is_decided_to_send_again(qtbot, context, page, queue):
    queue("Was it?", OutboxState.NEEDS_HUMAN, error="lost_track")
    shown(qtbot, context, page)
    button(page.entries[0], "Send again").click()
    qtbot.waitUntil(lambda: context.worker.asked == ["send"])
    (row,) = reading.outbox(context.vault)
    assert row.state is OutboxState.QUEUED


def test_the_conversation_can_be_opened(qtbot, context, page, queue, conversation):
    queue("Soon")
    shown(qtbot, context, page)
    with qtbot.waitSignal(page.open_conversation) as opened:
        qtbot.keyClick(page.entries[0].open, Qt.Key.Key_Space)
    assert opened.args == [conversation.id]


def test_the_seconds_are_counted_down_and_the_connection_is_said(qtbot, context, page, queue):
    queue("Soon")
    shown(qtbot, context, page)
    assert "in 10 s" in words(page)
    context.clock.go_on(seconds=4)
    page._tick()
    assert "in 6 s" in words(page)
    context.clock.go_on(seconds=20)
    context.changes.connection.emit(False)  # noqa: FBT003 - a signal
    assert "Waits for a connection" in words(page)


def test_only_what_changed_is_made_anew(qtbot, context, page, queue):
    queue("One")
    shown(qtbot, context, page)
    first = page.entries[0]
    queue("Two")
    context.changes.outbox.emit()
    qtbot.waitUntil(lambda: len(page.entries) == 2)
    assert first in page.entries


def test_what_changes_while_nobody_looks_is_read_when_it_is_shown(qtbot, context, page, queue):
    shown(qtbot, context, page)
    page.hide()
    queue("One")
    context.changes.outbox.emit()
    assert page.entries == []
    assert shown(qtbot, context, page) == ["One"]
