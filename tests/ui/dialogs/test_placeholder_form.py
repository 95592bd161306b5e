"""Ask for what a template cannot know."""

from PySide6.QtCore import Qt

from cm_desktop.ui.dialogs.placeholder_form import PlaceholderForm

TEXT = "Hello {first_name}, your voucher: {voucher_amount} until {day}."


def form(qtbot, window, heard):
    made = PlaceholderForm(TEXT, {"first_name": "Ana"}, ["voucher_amount", "day"], window)
    made.filled.connect(heard.append)
    made.open()
    qtbot.waitExposed(made)
    return made


def test_what_is_asked_for_is_put_in_by_keyboard_alone(qtbot, window):
    heard = []
    made = form(qtbot, window, heard)
    qtbot.waitUntil(made.fields["voucher_amount"].hasFocus)
    qtbot.keyClicks(made.fields["voucher_amount"], "20 EUR")
    qtbot.keyClick(made.fields["voucher_amount"], Qt.Key.Key_Tab)
    assert made.fields["day"].hasFocus()
    qtbot.keyClicks(made.fields["day"], "Friday")
    qtbot.keyClick(made.fields["day"], Qt.Key.Key_Return)
    assert heard == ["Hello Ana, your voucher: 20 EUR until Friday."]


def test_what_is_left_empty_stays_in_braces(qtbot, window):
    heard = []
    made = form(qtbot, window, heard)
    qtbot.keyClicks(made.fields["day"], "Friday")
    made.button.click()
    assert heard == ["Hello Ana, your voucher: {voucher_amount} until Friday."]


def test_the_preview_follows_what_is_typed(qtbot, window):
    made = form(qtbot, window, [])
    assert "{day}" in made.preview.toPlainText()
    qtbot.keyClicks(made.fields["day"], "Friday")
    assert "until Friday." in made.preview.toPlainText()


def test_braces_in_a_value_are_not_filled_again(qtbot, window):
    made = form(qtbot, window, [])
    made.fields["day"].setText("{first_name}")
    assert "until {first_name}." in made.result_text


def test_escape_inserts_nothing(qtbot, window):
    heard = []
    made = form(qtbot, window, heard)
    qtbot.keyClicks(made.fields["day"], "Friday")
    with qtbot.waitSignal(made.rejected):
        qtbot.keyClick(made, Qt.Key.Key_Escape)
    assert heard == []


def test_fields_carry_names_that_people_use(qtbot, window):
    made = form(qtbot, window, [])
    assert made.fields["voucher_amount"].accessibleName() == "Voucher amount"
