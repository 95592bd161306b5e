"""Choose a template while writing."""

import pytest
from PySide6.QtCore import Qt

from cm_desktop.services import reading
from cm_desktop.services.desk import Desk
from cm_desktop.ui.composer.growing_edit import GrowingEdit
from cm_desktop.ui.composer.template_popup import TemplatePopup, date_words, ranked
from tests import factory


@pytest.fixture
def conversation(vault, keep):
    seen = factory.message_seen(author=factory.seen_author(name="Ana Öztürk", handle="ana"))
    (number,) = keep(seen)
    return reading.conversation(vault, number)


@pytest.fixture
def edit(qtbot):
    made = GrowingEdit()
    qtbot.addWidget(made)
    made.resize(500, 120)
    made.show()
    made.setFocus()
    return made


@pytest.fixture
def popup(qtbot, context, edit, conversation):
    """As the composer wires it."""
    made = TemplatePopup(context, edit)

    def insert(text):
        edit.remove_trigger()
        edit.insertPlainText(text)

    made.chosen.connect(insert)
    edit.template_wanted.connect(lambda: made.offer(conversation))
    return made


@pytest.fixture
def templates(context):
    desk = Desk(context.vault)
    desk.add_template("Opening hours", "We are open from 7 to 18.", shortcut="open")
    desk.add_template("Thanks", "Thank you, {first_name}.", shortcut="ty")
    desk.add_template("Voucher", "Your voucher, {first_name}: {voucher_amount}.")


def shown(popup):
    return [one.text for one in popup.popup.picker.shown if one.value is not None]


def test_a_template_is_written_by_slash_letters_and_enter(qtbot, edit, popup, templates):
    qtbot.keyClicks(edit, "/")
    qtbot.keyClicks(popup.popup.picker.line, "ope")
    qtbot.keyClick(popup.popup.picker.line, Qt.Key.Key_Return)
    assert edit.toPlainText() == "We are open from 7 to 18."


def test_what_is_known_is_filled_in(qtbot, edit, popup, templates):
    qtbot.keyClicks(edit, "Hello /")
    qtbot.keyClicks(popup.popup.picker.line, "ty")
    qtbot.keyClick(popup.popup.picker.line, Qt.Key.Key_Return)
    assert edit.toPlainText() == "Hello Thank you, Ana."


def test_what_is_not_known_is_asked_for(qtbot, edit, popup, templates):
    qtbot.keyClicks(edit, "/")
    qtbot.keyClicks(popup.popup.picker.line, "vou")
    qtbot.keyClick(popup.popup.picker.line, Qt.Key.Key_Return)
    assert list(popup.form.fields) == ["voucher_amount"]
    qtbot.keyClicks(popup.form.fields["voucher_amount"], "20")
    qtbot.keyClick(popup.form.fields["voucher_amount"], Qt.Key.Key_Return)
    assert edit.toPlainText() == "Your voucher, Ana: 20."


def test_the_text_of_a_template_finds_it_too(qtbot, edit, popup, templates):
    qtbot.keyClicks(edit, "/")
    qtbot.keyClicks(popup.popup.picker.line, "thank you")
    assert shown(popup) == ["Thanks"]


def test_escape_leads_back_with_what_was_typed(qtbot, edit, popup, templates):
    qtbot.keyClicks(edit, "we are open 24 /")
    qtbot.keyClicks(popup.popup.picker.line, "7")
    qtbot.keyClick(popup.popup.picker.line, Qt.Key.Key_Escape)
    assert edit.toPlainText() == "we are open 24 /7"
    assert popup.popup is None


def test_a_space_after_the_slash_means_a_slash(qtbot, edit, popup, templates):
    qtbot.keyClicks(edit, "bread /")
    qtbot.keyClick(popup.popup.picker.line, Qt.Key.Key_Space)
    assert edit.toPlainText() == "bread / "


def test_a_space_goes_on_with_the_text_where_no_template_fits(qtbot, edit, popup, templates):
    qtbot.keyClicks(edit, "/")
    qtbot.keyClicks(popup.popup.picker.line, "qqq")
    qtbot.keyClick(popup.popup.picker.line, Qt.Key.Key_Space)
    assert edit.toPlainText() == "/qqq "


def test_backspace_takes_the_slash_back(qtbot, edit, popup, templates):
    qtbot.keyClicks(edit, "bread /")
    qtbot.keyClick(popup.popup.picker.line, Qt.Key.Key_Backspace)
    assert edit.toPlainText() == "bread "


def test_opened_by_the_button_escape_leaves_the_text_alone(
    qtbot, edit, popup, templates, conversation
):
    edit.setPlainText("bread")
    popup.offer(conversation)
    qtbot.keyClicks(popup.popup.picker.line, "ty")
    qtbot.keyClick(popup.popup.picker.line, Qt.Key.Key_Escape)
    assert edit.toPlainText() == "bread"


def test_what_was_used_last_stands_first(qtbot, context, edit, popup, templates, conversation):
    popup.offer(conversation)
    qtbot.keyClicks(popup.popup.picker.line, "ty")
    qtbot.keyClick(popup.popup.picker.line, Qt.Key.Key_Return)
    popup.offer(conversation)
    assert shown(popup)[0] == "Thanks"
    qtbot.waitUntil(lambda: not context.runner.busy)
    used = {one.name: one.used for one in reading.templates(context.vault)}
    assert used["Thanks"] == 1


def test_without_templates_it_says_so_and_offers_to_add_some(qtbot, edit, popup, conversation):
    popup.offer(conversation)
    assert "no templates" in popup.popup.picker.nothing.text()
    assert [one.text for one in popup.popup.picker.shown] == ["Edit templates…"]


def test_what_fits_the_channel_and_the_language_comes_before_what_does_not():
    other = factory.template(name="A other channel", channel="mail")
    foreign = factory.template(name="B foreign", language="de")
    often = factory.template(name="D often", used=9)
    fitting = factory.template(name="C fitting", channel="demo")
    order = ranked([other, foreign, often, fitting], "demo", [])
    assert [one.name for one in order] == ["D often", "C fitting", "B foreign", "A other channel"]


def test_a_date_is_written_in_the_language_of_the_template():
    assert date_words(factory.NOW) == "21 November 2026"
    assert date_words(factory.NOW, "de") == "21. November 2026"
