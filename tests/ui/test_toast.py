import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from cm_desktop.ui.bars import Bar
from cm_desktop.ui.states import State, StatePage
from cm_desktop.ui.toast import Toast


@pytest.fixture
def window(qtbot):
    shown = QWidget()
    qtbot.addWidget(shown)
    shown.resize(800, 600)
    shown.show()
    return shown


def test_a_toast_says_what_was_done_and_offers_to_undo_it(window, qtbot):
    toast = Toast(window)
    toast.say("Done", can_undo=True)
    assert toast.isVisible()
    with qtbot.waitSignal(toast.undo_wanted):
        qtbot.mouseClick(toast.undo, Qt.MouseButton.LeftButton)
    assert not toast.isVisible()


def test_what_cannot_be_undone_has_no_button(window):
    toast = Toast(window)
    toast.say("Saved", can_undo=False)
    assert not toast.undo.isVisible()


def test_the_newest_word_takes_the_place_of_the_one_before(window):
    toast = Toast(window)
    toast.say("Done", can_undo=True)
    toast.say("Tag added", can_undo=True)
    assert toast.sentence == "Tag added"


def test_a_toast_stays_inside_its_window(window, qtbot):
    toast = Toast(window, lambda: 220)
    toast.say("word " * 100, can_undo=True)
    assert toast.x() >= 220
    assert window.rect().contains(toast.geometry())
    window.resize(640, 480)
    qtbot.waitUntil(lambda: window.rect().contains(toast.geometry()))


def test_a_toast_goes_by_itself(window, qtbot):
    toast = Toast(window)
    toast._timer.setInterval(30)
    toast.say("Done", can_undo=False)
    qtbot.waitUntil(lambda: not toast.isVisible())


def test_a_bar_says_something_with_a_button_that_helps(window, qtbot):
    bar = Bar(can_close=True, parent=window)
    pressed = []
    bar.say("offline", "No <b>connection</b>.", button="Try again", act=lambda: pressed.append(1))
    assert bar.sentence == "No <b>connection</b>."
    assert bar.accessibleName() == "No <b>connection</b>."
    bar.button.click()
    assert pressed == [1]
    bar.say("offline", "Still none.")
    assert not bar.button.isVisible()


def test_a_page_with_nothing_to_show_says_one_sentence_and_has_one_button(window, qtbot):
    page = StatePage(window)
    pressed = []
    page.show_state(
        State(
            glyph="inbox", sentence="Nothing.", button="Tom & Jerry", act=lambda: pressed.append(1)
        )
    )
    page.show()
    assert page.sentence == "Nothing."
    assert page.button.text() == "Tom && Jerry"
    page.button.click()
    assert pressed == [1]
    page.show_state(State(glyph="inbox", sentence="Still nothing."))
    assert not page.button.isVisible()
