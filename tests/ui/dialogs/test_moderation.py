"""Ask before something that cannot be taken back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from cm_desktop.domain.model import Direction, OutboxKind
from cm_desktop.ui.dialogs.moderation import ModerationDialog
from tests import factory


@pytest.fixture
def heard():
    return []


@pytest.fixture
def dialog(qtbot, window, heard):
    def opened(kind=OutboxKind.DELETE, **message):
        made = ModerationDialog(factory.message(**message), kind, window)
        made.decided.connect(heard.append)
        made.open()
        qtbot.waitExposed(made)
        return made

    return opened


def shown(dialog):
    return " ".join(label.text() for label in dialog.findChildren(QLabel))


def test_the_message_and_its_author_are_shown(dialog):
    made = dialog(text="You thief", author=factory.person(name="Bo"))
    assert "You thief" in shown(made)
    assert "Bo" in shown(made)


def test_a_message_of_others_is_deleted_for_a_reason_only(qtbot, dialog, heard):
    made = dialog()
    assert not made.button.isEnabled()
    qtbot.keyClicks(made.rule.lineEdit(), "Rule 3: no insults")
    made.button.setFocus()
    qtbot.keyClick(made.button, Qt.Key.Key_Space)
    assert heard == ["Rule 3: no insults"]


def test_one_of_the_usual_reasons_is_chosen_with_the_arrow_key(qtbot, dialog, heard):
    made = dialog()
    qtbot.keyClick(made.rule, Qt.Key.Key_Down)
    qtbot.keyClick(made.button, Qt.Key.Key_Space)
    assert heard == ["Insult or threat"]


def test_enter_in_the_field_of_reasons_does_not_delete(qtbot, dialog, heard):
    made = dialog()
    qtbot.keyClicks(made.rule.lineEdit(), "Spam")
    qtbot.keyClick(made.rule.lineEdit(), Qt.Key.Key_Return)
    assert heard == []


def test_an_own_message_is_deleted_without_a_reason(qtbot, dialog, heard):
    made = dialog(direction=Direction.OUT)
    qtbot.keyClick(made.button, Qt.Key.Key_Space)
    assert heard == [""]


@pytest.mark.parametrize(
    ("kind", "button"),
    [
        (OutboxKind.DELETE, "Delete the message"),
        (OutboxKind.BLOCK, "Block the person"),
        (OutboxKind.REPORT, "Report the message"),
    ],
)
def test_the_button_says_what_happens(dialog, kind, button):
    assert dialog(kind).button.text() == button


def test_escape_decides_nothing(qtbot, dialog, heard):
    made = dialog()
    made.rule.setEditText("Spam")
    with qtbot.waitSignal(made.rejected):
        qtbot.keyClick(made.rule.lineEdit(), Qt.Key.Key_Escape)
    assert heard == []


def test_markup_in_a_message_is_shown_letter_by_letter(dialog):
    made = dialog(text="<img src='file:///etc/passwd'><b>hello</b>")
    label = next(one for one in made.findChildren(QLabel) if "hello" in one.text())
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert "<b>hello</b>" in label.text()
