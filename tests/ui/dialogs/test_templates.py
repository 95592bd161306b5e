"""Write, find, remove and carry templates."""

import json

import pytest
from PySide6.QtCore import Qt

from cm_desktop.services import reading
from cm_desktop.ui.dialogs.templates import TemplatesDialog


@pytest.fixture
def templates(context):
    context.desk.add_template("Opening hours", "We are open from 7 to 18.", shortcut="open")
    context.desk.add_template("Thanks", "Thank you, {first_name}.")


@pytest.fixture
def dialog(qtbot, context, templates, window):
    made = TemplatesDialog(context, window)
    made.open()
    qtbot.waitExposed(made)
    return made


def kept(context):
    return {one.name: one for one in reading.templates(context.vault)}


def saved(qtbot, context, dialog):
    with qtbot.waitSignal(context.changes.done):
        dialog.form.save.click()


def test_a_template_is_written_by_keyboard_alone(qtbot, context, dialog):
    qtbot.keyClick(dialog, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert dialog.form.name.hasFocus()
    qtbot.keyClicks(dialog.form.name, "Voucher")
    qtbot.keyClicks(dialog.form.shortcut, "/vo")
    qtbot.keyClicks(dialog.form.text, "Your voucher: {amount}")
    with qtbot.waitSignal(context.changes.templates):
        qtbot.keyClick(dialog.form.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    template = kept(context)["Voucher"]
    assert (template.text, template.shortcut) == ("Your voucher: {amount}", "vo")
    assert dialog.form.template.id == template.id


def test_a_template_is_found_and_changed(qtbot, context, dialog):
    qtbot.keyClicks(dialog.picker.line, "than")
    assert dialog.form.name.text() == "Thanks"
    qtbot.keyClick(dialog.picker.line, Qt.Key.Key_Return)
    assert dialog.form.text.hasFocus()
    dialog.form.text.setPlainText("Many thanks, {first_name}.")
    dialog.form.language.setCurrentIndex(2)
    saved(qtbot, context, dialog)
    template = kept(context)["Thanks"]
    assert (template.text, template.language, template.version) == (
        "Many thanks, {first_name}.",
        "en",
        2,
    )


def test_the_preview_shows_what_will_stand_there(dialog):
    dialog.form.text.setPlainText("Hello {first_name}, {amount} from {me}.")
    assert dialog.form.preview.toPlainText() == f"Hello Anna, {{amount}} from {dialog._context.me}."


def test_a_placeholder_is_put_where_the_cursor_is(dialog):
    dialog.form.text.setPlainText("Hello ")
    dialog.form.text.moveCursor(dialog.form.text.textCursor().MoveOperation.End)
    dialog.form._put("first_name")
    assert dialog.form.text.toPlainText() == "Hello {first_name}"


def test_a_removed_template_can_be_brought_back(qtbot, context, dialog):
    dialog.form.show_template(kept(context)["Thanks"])
    with qtbot.waitSignal(context.changes.done) as said:
        dialog.form.remove.click()
    assert "Thanks" in said.args[0]
    assert set(kept(context)) == {"Opening hours"}
    assert dialog.form.name.text() == "Opening hours"
    context.desk.undo()
    assert set(kept(context)) == {"Opening hours", "Thanks"}


def test_what_is_not_saved_is_not_lost_by_choosing_another_or_closing(qtbot, context, dialog):
    dialog.form.text.setPlainText("We are open from 6.")
    dialog.picker.list.setCurrentIndex(dialog.picker.list.rows.index(1, 0))
    assert dialog.form.text.toPlainText() == "We are open from 6."
    assert "not saved" in dialog.trouble.sentence
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    dialog.form.undo.click()
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_a_name_that_is_taken_is_explained(qtbot, context, dialog):
    dialog.begin_new()
    dialog.form.name.setText("Thanks")
    dialog.form.text.setPlainText("Thanks again")
    dialog.form.save.click()
    qtbot.waitUntil(lambda: bool(dialog.trouble.sentence))
    assert "already is a template" in dialog.trouble.sentence
    assert kept(context)["Thanks"].text == "Thank you, {first_name}."


@pytest.mark.parametrize(("name", "text"), [("", "Text"), ("Name", "  ")])
def test_without_name_or_text_it_cannot_be_saved(dialog, name, text):
    dialog.begin_new()
    dialog.form.name.setText(name)
    dialog.form.text.setPlainText(text)
    assert not dialog.form.save.isEnabled()


def test_templates_travel_in_a_file(qtbot, context, dialog, tmp_path):
    file = tmp_path / "templates.json"
    with qtbot.waitSignal(context.changes.said):
        dialog.write_to(file)
    written = json.loads(file.read_text())["templates"]
    assert [one["name"] for one in written] == ["Opening hours", "Thanks"]
    context.desk.remove_template(kept(context)["Thanks"].id)
    with qtbot.waitSignal(context.changes.said) as said:
        dialog.read_from(file)
    assert said.args[0] == "Templates: 1 new, 0 changed, 1 as they were."
    assert set(kept(context)) == {"Opening hours", "Thanks"}


def test_a_file_that_holds_no_templates_is_explained(qtbot, dialog, tmp_path):
    file = tmp_path / "other.json"
    file.write_text("[]")
    dialog.read_from(file)
    qtbot.waitUntil(lambda: bool(dialog.trouble.sentence))


def test_without_templates_one_can_begin_at_once(qtbot, context, window):
    made = TemplatesDialog(context, window)
    made.open()
    assert made.form.template is None
    assert made.form.name.text() == ""
