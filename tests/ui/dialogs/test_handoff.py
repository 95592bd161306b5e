"""Hand a conversation over."""

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt

from cm_desktop.services import reading
from cm_desktop.ui.dialogs import times
from cm_desktop.ui.dialogs.handoff import HandoffDialog


@pytest.fixture
def dialog(qtbot, context, conversation, window):
    context.desk.add_member("Tom")
    made = HandoffDialog(context, conversation, window)
    made.open()
    qtbot.waitExposed(made)
    return made


def kept(context, conversation):
    return reading.thread(context.vault, conversation.id).handoffs


def test_it_is_done_by_keyboard_alone(qtbot, context, conversation, dialog):
    qtbot.waitUntil(dialog.who.hasFocus)
    qtbot.keyClicks(dialog.who.lineEdit(), "Tom")
    qtbot.keyClick(dialog.who.lineEdit(), Qt.Key.Key_Tab)
    assert dialog.asked.hasFocus()
    qtbot.keyClicks(dialog.asked, "Please ask the kitchen")
    with qtbot.waitSignal(context.changes.done) as said:
        qtbot.keyClick(dialog.asked, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (handoff,) = kept(context, conversation)
    assert (handoff.receiver, handoff.asked, handoff.until) == (
        "Tom",
        "Please ask the kitchen",
        None,
    )
    assert "Tom" in said.args[0]
    assert reading.conversation(context.vault, conversation.id).assignee == "Tom"


def test_a_new_name_joins_the_team(qtbot, context, conversation, dialog):
    dialog.who.setEditText("  Mia ")
    dialog.asked.setPlainText("Please look")
    with qtbot.waitSignal(context.changes.members):
        dialog.button.click()
    assert "Mia" in [member.name for member in reading.members(context.vault)]


def test_a_deadline_is_one_click_away(qtbot, context, conversation, dialog):
    dialog.who.setEditText("Tom")
    dialog.asked.setPlainText("Please look")
    chip = next(one for one in dialog.chips if one.text() == "Tomorrow 12:00")
    chip.click()
    with qtbot.waitSignal(context.changes.done):
        dialog.button.click()
    (handoff,) = kept(context, conversation)
    assert handoff.until == datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_another_deadline_is_typed(qtbot, context, conversation, dialog):
    dialog.who.setEditText("Tom")
    dialog.asked.setPlainText("Please look")
    assert not dialog.when.isVisible()
    dialog.chips[-1].click()
    assert dialog.when.isVisible()
    wanted = datetime(2026, 12, 1, 10, 15, tzinfo=UTC)
    dialog.when.setDateTime(times.to_qt(wanted))
    with qtbot.waitSignal(context.changes.done):
        dialog.button.click()
    assert kept(context, conversation)[0].until == wanted


def test_a_deadline_that_is_over_is_not_taken(context, conversation, dialog):
    dialog.who.setEditText("Tom")
    dialog.asked.setPlainText("Please look")
    dialog.chips[-1].click()
    dialog.when.setDateTime(times.to_qt(datetime(2020, 1, 1, tzinfo=UTC)))
    dialog.button.click()
    assert dialog.isVisible()
    assert dialog.trouble.sentence
    assert not kept(context, conversation)


@pytest.mark.parametrize(("name", "asked"), [("", "Please look"), ("Tom", "  "), ("", "")])
def test_without_name_or_question_the_button_waits(dialog, name, asked):
    dialog.who.setEditText(name)
    dialog.asked.setPlainText(asked)
    assert not dialog.button.isEnabled()


def test_oneself_is_not_offered(context, dialog):
    offered = [dialog.who.itemText(place) for place in range(dialog.who.count())]
    assert offered == ["Tom"]
