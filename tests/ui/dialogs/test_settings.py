"""Settings take effect at once and are kept."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from cm_desktop import i18n
from cm_desktop.services import reading
from cm_desktop.ui import theme
from cm_desktop.ui.dialogs.settings import SettingsDialog


@pytest.fixture
def dialog(qtbot, context, window):
    made = SettingsDialog(context, window)
    made.open()
    qtbot.waitExposed(made)
    yield made
    context.theme.want("light")
    context.theme.want_text(100)


def choose(box, value):
    box.setCurrentIndex(box.findData(value))


def test_the_language_is_spoken_at_once_and_kept(qtbot, context, dialog):
    with qtbot.waitSignal(dialog.language_changed) as changed:
        choose(dialog.language, "de")
    assert changed.args == ["de"]
    assert i18n.language() == "de"
    assert context.settings.value("language") == "de"


def test_the_colours_change_at_once_and_are_kept(context, dialog):
    choose(dialog.theme, "dark")
    assert context.theme.dark
    assert context.settings.value("theme") == "dark"


def test_the_text_grows_at_once_and_that_is_kept(context, dialog):
    choose(dialog.text_size, "125")
    assert QApplication.font().pixelSize() == 16
    assert theme.font("title").pixelSize() == round(18 * 16 / 13)
    assert context.settings.value("text_size") == "125"


@pytest.mark.parametrize(("typed", "kept"), [("0", "0"), ("60", "60"), ("61", "6")])
def test_the_time_to_take_a_reply_back_is_at_most_a_minute(qtbot, context, dialog, typed, kept):
    dialog.hold.selectAll()
    qtbot.keyClicks(dialog.hold, typed)
    assert context.settings.value("hold_seconds") == kept


def test_single_keys_are_switched_off(qtbot, context, dialog):
    with qtbot.waitSignal(dialog.single_keys_changed) as changed:
        qtbot.keyClick(dialog.single_keys, Qt.Key.Key_Space)
    assert changed.args == [False]
    assert context.settings.value("keys/single") == "false"


def test_my_name_is_changed(qtbot, context, dialog):
    dialog.name.setText("  Eva  Krume ")
    with qtbot.waitSignal(context.changes.members):
        qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert context.me == "Eva Krume"
    assert [one.name for one in reading.members(context.vault) if one.me] == ["Eva Krume"]
    assert "Eva Krume" in dialog.members.text()
    assert dialog.isVisible()


def test_an_empty_name_is_not_taken(qtbot, context, dialog):
    before = context.me
    dialog.name.clear()
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert dialog.name.text() == before == context.me


def test_a_colleague_is_added_by_enter_and_the_dialog_stays(qtbot, context, dialog):
    qtbot.keyClicks(dialog.new_member, "Tom")
    with qtbot.waitSignal(context.changes.members):
        qtbot.keyClick(dialog.new_member, Qt.Key.Key_Return)
    assert "Tom" in dialog.members.text()
    assert dialog.new_member.text() == ""
    assert dialog.isVisible()


def test_what_was_chosen_before_is_shown(qtbot, context, window):
    context.settings.setValue("hold_seconds", "25")
    context.settings.setValue("keys/single", "false")
    context.settings.setValue("language", "de")
    made = SettingsDialog(context, window)
    assert made.hold.value() == 25
    assert not made.single_keys.isChecked()
    assert made.language.currentData() == "de"


@pytest.mark.parametrize("kept", ["", "much", "inf", "-5", "999"])
def test_a_senseless_kept_number_does_no_harm(context, window, kept):
    context.settings.setValue("hold_seconds", kept)
    assert 0 <= SettingsDialog(context, window).hold.value() <= 60
