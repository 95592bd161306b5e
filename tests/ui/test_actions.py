import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit, QMainWindow, QPlainTextEdit

from cm_desktop import i18n
from cm_desktop.domain.policy import Ability
from cm_desktop.ui.action_words import MENUS
from cm_desktop.ui.actions import ABILITIES, KEYS, Actions, Selection
from tests import factory


class Window(QMainWindow):
    """A window with the actions; keeps which were called."""

    def __init__(self, **about):
        super().__init__()
        self.called = []
        self.made = Actions(self, **about)
        self.made.connect_all({name: lambda name=name: self.called.append(name) for name in KEYS})
        self.made.fill(self.menuBar())


@pytest.fixture
def window(qtbot):
    shown = Window()
    qtbot.addWidget(shown)
    with qtbot.waitActive(shown):
        shown.show()
        shown.activateWindow()
    return shown


def everything():
    return Selection(targets=1, open=True, policy=factory.policy())


def keys():
    """Yield each action with each of its keys."""
    for name, called_by in KEYS.items():
        for key in (*called_by.single, *called_by.always):
            yield name, key


def press(qtbot, widget, key):
    for step in QKeySequence(key).toString().split(", "):
        combination = QKeySequence(step)[0]
        qtbot.keyClick(widget, combination.key(), combination.keyboardModifiers())


@pytest.mark.parametrize(("name", "key"), list(keys()))
def test_each_key_calls_its_action(window, qtbot, name, key):
    window.made.update_for(everything())
    press(qtbot, window, key)
    assert window.called == [name]


def test_no_key_calls_two_actions():
    used = [QKeySequence(key).toString() for _name, key in keys()]
    assert len(used) == len(set(used))
    openings = {key.split(", ")[0] for key in used if ", " in key}
    assert not openings & set(used)


def test_no_key_needs_ctrl_and_alt_which_is_how_a_german_keyboard_writes_brackets():
    assert not [key for _name, key in keys() if "Ctrl+Alt" in key or "Alt+Ctrl" in key]


@pytest.mark.parametrize("name", ["search", "shortcuts", "spam"])
def test_what_is_hard_to_reach_on_a_german_keyboard_has_a_second_key(name):
    assert KEYS[name].single
    assert KEYS[name].always


@pytest.mark.parametrize("make", [QLineEdit, QPlainTextEdit])
def test_single_keys_are_letters_while_one_writes(window, qtbot, make):
    window.made.update_for(everything())
    field = make()
    window.setCentralWidget(field)
    field.setFocus()
    qtbot.keyClicks(field, "jken?/!123G")
    assert window.called == []
    text = field.text() if isinstance(field, QLineEdit) else field.toPlainText()
    assert text == "jken?/!123G"


def test_single_keys_can_be_switched_off_and_the_others_stay(window, qtbot):
    window.made.update_for(everything())
    window.made.use_single_keys(wanted=False)
    for key in ("J", "E", "Shift+R", "/", "1"):
        press(qtbot, window, key)
    assert window.called == []
    press(qtbot, window, "Ctrl+R")
    assert window.called == ["reply"]
    window.made.use_single_keys(wanted=True)
    press(qtbot, window, "E")
    assert window.called == ["reply", "done"]


def test_every_action_is_in_exactly_one_menu():
    in_menus = [name for names in MENUS.values() for name in names if name != "-"]
    assert sorted(in_menus) == sorted(KEYS)


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_menu_and_action_has_words_and_an_own_letter(qtbot, language):
    i18n.use_language(language)
    window = Window()
    qtbot.addWidget(window)
    titles = [action.text() for action in window.menuBar().actions()]
    letters = [title[title.index("&") + 1].lower() for title in titles]
    assert len(letters) == len(set(letters)) == len(MENUS)
    assert all(window.made[name].text().strip() for name in KEYS)


def test_nothing_is_offered_while_nothing_is_chosen(window):
    window.made.update_for(Selection())
    off = {name for name in KEYS if not window.made[name].isEnabled()}
    assert {"done", "tag", "reply", "note", "delete", "tag_1"} <= off
    assert not {"search", "next", "go_inbox", "settings", "undo", "quit"} & off


@pytest.mark.parametrize("name", sorted(ABILITIES))
def test_what_the_channel_does_not_allow_is_not_offered(window, name):
    window.made.update_for(everything())
    assert window.made[name].isEnabled()
    rest = frozenset(Ability) - {ABILITIES[name]}
    window.made.update_for(Selection(targets=1, open=True, policy=factory.policy(abilities=rest)))
    assert not window.made[name].isEnabled()
    assert window.made["note"].isEnabled()


def test_a_held_key_steps_on_but_does_not_close_one_conversation_after_the_other(window):
    assert window.made["next"].autoRepeat()
    assert not window.made["done"].autoRepeat()
    assert not window.made["delete"].autoRepeat()


def test_an_action_that_nobody_handles_is_a_mistake_at_once(qtbot):
    shown = QMainWindow()
    qtbot.addWidget(shown)
    with pytest.raises(KeyError):
        Actions(shown).connect_all({"done": lambda: None})


def test_keys_are_written_as_the_system_writes_them(window):
    assert window.made.keys_of("search") == "/"
    assert window.made.keys_of("undo") == "Z"
    assert window.made["done"].shortcut() == QKeySequence(Qt.Key.Key_E)
