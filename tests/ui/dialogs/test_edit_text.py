"""Change a text in a dialog."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from cm_desktop.ui.dialogs.edit_text import EditTextDialog


@pytest.fixture
def heard():
    return []


@pytest.fixture
def dialog(qtbot, window, heard):
    def opened(text="", **options):
        made = EditTextDialog("Change the reply", text, window, **options)
        made.accepted_text.connect(heard.append)
        made.open()
        qtbot.waitExposed(made)
        return made

    return opened


def test_a_changed_text_is_handed_over_by_control_enter(qtbot, dialog, heard):
    made = dialog("Yes")
    qtbot.keyClicks(made.edit, ", we do.")
    qtbot.keyClick(made.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert heard == ["Yes, we do."]


def test_enter_alone_begins_a_new_line(qtbot, dialog, heard):
    made = dialog("Yes")
    qtbot.keyClick(made.edit, Qt.Key.Key_Return)
    assert made.edit.toPlainText() == "Yes\n"
    assert heard == []


@pytest.mark.parametrize("text", ["Yes", "", "   "])
def test_a_text_that_is_unchanged_or_empty_cannot_be_handed_over(qtbot, dialog, heard, text):
    made = dialog("Yes")
    made.edit.setPlainText(text)
    qtbot.keyClick(made.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not made.button.isEnabled()
    assert heard == []


def test_an_empty_text_can_be_handed_over_where_that_is_fine(qtbot, dialog, heard):
    made = dialog("", may_be_empty=True)
    qtbot.keyClick(made.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert heard == [""]


def test_escape_closes_at_once_while_nothing_was_written(qtbot, dialog, heard):
    made = dialog("Yes")
    with qtbot.waitSignal(made.rejected):
        qtbot.keyClick(made.edit, Qt.Key.Key_Escape)
    assert heard == []


def test_escape_asks_before_a_written_text_is_lost(qtbot, dialog):
    made = dialog("Yes")
    qtbot.keyClicks(made.edit, ", we do.")
    qtbot.keyClick(made, Qt.Key.Key_Escape)
    question = made.findChild(QMessageBox)
    assert made.isVisible()
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert made.isVisible()
    assert made.edit.toPlainText() == "Yes, we do."


def test_a_written_text_is_thrown_away_once_that_is_said(qtbot, dialog, heard):
    made = dialog("Yes")
    qtbot.keyClicks(made.edit, ", we do.")
    qtbot.keyClick(made, Qt.Key.Key_Escape)
    question = made.findChild(QMessageBox)
    throw_away = next(one for one in question.buttons() if one.text() == "Close without keeping")
    with qtbot.waitSignal(made.rejected):
        qtbot.keyClick(throw_away, Qt.Key.Key_Space)
    assert heard == []


def test_the_keyboard_is_in_the_field_and_tab_leaves_it(qtbot, dialog):
    made = dialog("Yes")
    qtbot.waitUntil(made.edit.hasFocus)
    made.edit.setPlainText("Yes, we do")
    qtbot.keyClick(made.edit, Qt.Key.Key_Tab)
    assert not made.edit.hasFocus()
    assert made.edit.toPlainText() == "Yes, we do"
