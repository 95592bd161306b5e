import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QWidget

from cm_desktop.ui.labels import (
    ElidedLabel,
    PlainLabel,
    ask,
    button_text,
    elided,
    tell,
    tooltip,
)

MARKUP = [
    "<b>bold</b>",
    "<img src='file:///etc/hostname'>",
    "<img src=http://127.0.0.1:1/x.png>",
    "<table background='file:///etc/hostname'><tr><td>x</td></tr></table>",
    "<style>*{display:none}</style>hidden",
]


@pytest.mark.parametrize("text", MARKUP)
def test_a_label_shows_markup_letter_by_letter(qtbot, text):
    label = PlainLabel(text)
    qtbot.addWidget(label)
    assert label.textFormat() is Qt.TextFormat.PlainText
    plain = label.sizeHint().width()
    # Markup that was read would need less room than its letters.
    assert plain >= QFontMetrics(label.font()).horizontalAdvance(text)


def test_a_label_gives_back_what_was_set_and_shows_a_safe_form(qtbot):
    label = PlainLabel("pay\u202egpj.exe")
    qtbot.addWidget(label)
    assert label.text() == "pay\u202egpj.exe"
    assert QLabel.text(label) == "pay\ufffdgpj.exe"


def test_a_short_room_ends_the_line_with_dots_and_the_tooltip_has_the_rest(qtbot):
    label = ElidedLabel("A name with very many letters <b>")
    qtbot.addWidget(label)
    label.resize(80, 20)
    label.show()
    assert label.minimumSizeHint().width() < 80 < label.sizeHint().width()
    assert label.toolTip() == "<qt>A name with very many letters &lt;b&gt;</qt>"
    shown = elided(label.text(), label.fontMetrics(), 80)
    assert shown.startswith("\u2068A na")
    assert shown.endswith("…\u2069")


def test_a_tooltip_and_a_button_show_signs_as_they_are():
    assert tooltip("<img src=x> & Co") == "<qt>&lt;img src=x&gt; &amp; Co</qt>"
    assert tooltip("") == ""
    assert button_text("Tom & Jerry") == "Tom && Jerry"


def test_a_question_shows_plain_text_and_does_what_its_button_says(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    done = []
    box = ask(
        window,
        "Delete <b>this</b>?",
        more="<i>It</i> cannot be taken back.",
        yes="Delete comment",
        then=lambda: done.append(True),
        dangerous=True,
    )
    labels = {label.textFormat() for label in box.findChildren(QLabel) if label.text()}
    assert labels == {Qt.TextFormat.PlainText}
    assert box.defaultButton().text() == "Cancel"
    yes = next(one for one in box.findChildren(QPushButton) if one.text() == "Delete comment")
    qtbot.mouseClick(yes, Qt.MouseButton.LeftButton)
    assert done == [True]


def test_escape_answers_a_question_with_no(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    done = []
    box = ask(window, "Open it?", yes="Open page", then=lambda: done.append(True))
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert not box.isVisible()
    assert done == []


def test_what_is_told_can_be_closed(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    box = tell(window, "It was not opened.", more="ms-msdt:/id")
    assert isinstance(box, QMessageBox)
    assert box.textFormat() is Qt.TextFormat.PlainText
    box.buttons()[0].click()
    assert not box.isVisible()
