"""The help shows the keys that work."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow

from cm_desktop.ui.actions import KEYS, Actions
from cm_desktop.ui.dialogs.shortcuts import ShortcutsDialog


@pytest.fixture
def actions(qtbot, context):
    owner = QMainWindow()
    qtbot.addWidget(owner)
    yield Actions(owner)
    owner.close()


@pytest.fixture
def dialog(qtbot, actions, window):
    made = ShortcutsDialog(actions, window)
    made.open()
    qtbot.waitExposed(made)
    return made


def test_every_action_of_a_menu_is_shown_with_its_keys(dialog, actions):
    shown = {one.words: one.keys for one in dialog.shown}
    assert shown["Reply"] == ["R", "Ctrl+R"]
    assert shown["Done, and show the next one"] == ["Shift+E"]
    texts = {actions[name].text().rstrip("…") for name in KEYS if actions[name].shortcuts()}
    assert texts <= set(shown)


def test_keys_of_the_field_one_writes_in_are_shown_too(dialog):
    assert {"Ctrl+Return", "/"} <= {key for one in dialog.shown for key in one.keys}


def test_typing_narrows_the_list(qtbot, dialog):
    qtbot.keyClicks(dialog.line, "privat")
    assert [one.words for one in dialog.shown] == ["Reply privately"]


def test_a_key_finds_what_it_does(qtbot, dialog):
    qtbot.keyClicks(dialog.line, "F5")
    assert [one.words for one in dialog.shown] == ["Fetch now"]


def test_where_nothing_fits_it_says_so(qtbot, dialog):
    qtbot.keyClicks(dialog.line, "zzz")
    assert dialog.shown == []
    assert dialog.nothing.isVisible()


def test_keys_that_are_switched_off_are_not_shown(actions, window):
    actions.use_single_keys(wanted=False)
    dialog = ShortcutsDialog(actions, window)
    assert {one.words: one.keys for one in dialog.shown}["Reply"] == ["Ctrl+R"]


def test_escape_closes_it(qtbot, dialog):
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog.line, Qt.Key.Key_Escape)
