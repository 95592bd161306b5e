import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from cm_desktop import i18n
from cm_desktop.domain.search_query import Text, parse
from cm_desktop.ui.inbox.search_bar import SearchBar
from cm_desktop.ui.inbox.search_hints import fitting, hints, put_in
from tests import factory


@pytest.fixture
def bar(qtbot, context):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(500, 500)
    made = SearchBar(window)
    made.resize(300, 30)
    other = QLineEdit(window)
    window.show()
    qtbot.waitExposed(window)
    other.setFocus()
    made.held = window
    return made


def test_every_letter_is_told(bar, qtbot):
    told = []
    bar.searched.connect(told.append)
    qtbot.keyClicks(bar, "brot")
    assert told == ["b", "br", "bro", "brot"]


def test_escape_ends_the_search_and_goes_to_the_list(bar, qtbot):
    bar.setText("brot")
    with qtbot.waitSignal(bar.left):
        qtbot.keyClick(bar, Qt.Key.Key_Escape)
    assert bar.text() == ""


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Down])
def test_enter_and_down_go_to_the_list_and_keep_the_search(bar, qtbot, key):
    bar.setText("brot ")
    with qtbot.waitSignal(bar.left):
        qtbot.keyClick(bar, key)
    assert bar.text() == "brot "


def test_the_hints_are_offered_when_the_field_is_chosen_and_taken_by_key(bar, qtbot):
    bar.setFocus(Qt.FocusReason.ShortcutFocusReason)
    assert bar.hints.isVisible()
    assert bar.hints.list.count() == len(hints())
    qtbot.keyClick(bar, Qt.Key.Key_Down)
    qtbot.keyClick(bar, Qt.Key.Key_Return)
    assert bar.text() == hints()[0].operator


def test_the_hints_narrow_with_what_is_typed_and_go_when_none_fits(bar, qtbot):
    bar.setFocus(Qt.FocusReason.ShortcutFocusReason)
    qtbot.keyClicks(bar, "bread is:")
    offered = [bar.hints.list.item(row).text() for row in range(bar.hints.list.count())]
    assert offered
    assert all(text.startswith("is:") for text in offered)
    qtbot.keyClicks(bar, "xyz")
    assert not bar.hints.isVisible()


def test_a_click_on_a_hint_puts_it_in(bar, qtbot):
    bar.setText("bread fr")
    bar.setFocus(Qt.FocusReason.ShortcutFocusReason)
    bar.hints.offer(bar.text())
    item = bar.hints.list.item(0)
    place = bar.hints.list.visualItemRect(item).center()
    qtbot.mouseClick(bar.hints.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bar.text() == "bread from:"


def test_a_hint_takes_the_place_of_the_word_that_was_begun():
    channel = next(hint for hint in hints() if hint.operator == "channel:")
    assert put_in("bread ch", channel) == "bread channel:"
    assert put_in("", channel) == "channel:"
    unread = next(hint for hint in hints() if hint.operator == "is:unread")
    assert put_in("bread ", unread) == "bread is:unread "


def test_nothing_is_offered_after_a_word_is_complete():
    assert fitting("bread ") == ()
    assert fitting("zzz") == ()
    assert fitting("is:unread") == ()


@pytest.mark.parametrize("language", ["en", "de"])
def test_each_hint_is_understood_by_the_search(language):
    i18n.use_language(language)
    for hint in hints():
        text = hint.operator + ("2026-03-01" if hint.operator.endswith(":") else "")
        understood = parse(text, factory.NOW, "Eva").root
        assert not isinstance(understood, Text), hint.operator
