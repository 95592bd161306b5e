"""Choose tags, people and times by a few keys."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt

from cm_desktop.services import reading
from cm_desktop.ui.dialogs import times
from cm_desktop.ui.dialogs.assign_picker import AssignPicker
from cm_desktop.ui.dialogs.choice_model import Choice, ChoiceModel
from cm_desktop.ui.dialogs.fuzzy import rank
from cm_desktop.ui.dialogs.picker import PickerPopup
from cm_desktop.ui.dialogs.snooze_picker import SnoozePicker
from cm_desktop.ui.dialogs.tag_picker import TagPicker


def opened(qtbot, picker):
    heard = []
    picker.picked.connect(heard.append)
    picker.open()
    qtbot.waitExposed(picker)
    return heard


def texts(picker):
    return [choice.text for choice in picker.picker.shown]


def tag_picker(qtbot, context, conversation, window):
    return TagPicker(context, [reading.conversation(context.vault, conversation.id)], window)


@pytest.fixture
def tags(context, conversation):
    for name in ("Allergy", "Complaint", "Opening hours"):
        context.desk.tag(conversation.id, name)
    context.desk.untag(conversation.id, "Complaint")


# Finding.


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "anything"),
        ("offnung", "Öffnungszeiten"),
        ("ofz", "Öffnungszeiten"),
        ("zeit", "Öffnungszeiten"),
        ("hours open", "Opening hours"),
        ("strasse", "Straße"),
    ],
)
def test_a_name_is_found_by(query, name):
    assert rank(query, name)


@pytest.mark.parametrize(("query", "name"), [("zx", "Opening"), ("hours shut", "Opening hours")])
def test_a_name_is_not_found_by(query, name):
    assert rank(query, name) == 0


def test_better_hits_stand_first():
    model = ChoiceModel()
    names = ["Reopen", "Upper house", "Open", "Opening hours", "The opening"]
    model.set_choices([Choice(value=name, text=name) for name in names])
    model.filter("open")
    assert [one.text for one in model.shown] == ["Open", "Opening hours", "The opening", "Reopen"]


def test_scattered_letters_count_only_where_nothing_else_is_found():
    model = ChoiceModel()
    model.set_choices([Choice(value=n, text=n) for n in ("Private", "Previous action")])
    model.filter("privat")
    assert [one.text for one in model.shown] == ["Private"]
    model.filter("pvat")
    assert "Previous action" in [one.text for one in model.shown]


def test_a_row_at_the_end_is_never_filtered_out():
    model = ChoiceModel()
    model.set_choices([Choice(value=1, text="One"), Choice(value=2, text="Edit", last=True)])
    model.filter("zzz")
    assert [one.value for one in model.shown] == [2]


def test_the_model_is_one(qtmodeltester):
    model = ChoiceModel()
    model.set_choices([Choice(value=n, text=str(n)) for n in range(5)])
    qtmodeltester.check(model)


# Tags.


def test_a_tag_is_chosen_by_its_digit(qtbot, context, conversation, tags, window):
    picker = tag_picker(qtbot, context, conversation, window)
    heard = opened(qtbot, picker)
    qtbot.keyClicks(picker.picker.line, "2")
    assert heard == ["Complaint"]


def test_tags_that_are_on_are_marked(qtbot, context, conversation, tags, window):
    picker = tag_picker(qtbot, context, conversation, window)
    opened(qtbot, picker)
    marks = {one.text: one.checked for one in picker.picker.shown}
    assert marks == {"Allergy": True, "Complaint": False, "Opening hours": True}


def test_a_tag_is_found_by_letters_and_chosen_with_enter(
    qtbot, context, conversation, tags, window
):
    picker = tag_picker(qtbot, context, conversation, window)
    heard = opened(qtbot, picker)
    qtbot.keyClicks(picker.picker.line, "hou")
    qtbot.keyClick(picker.picker.line, Qt.Key.Key_Return)
    assert heard == ["Opening hours"]


def test_a_name_that_is_not_there_becomes_a_new_tag(qtbot, context, conversation, tags, window):
    picker = tag_picker(qtbot, context, conversation, window)
    heard = opened(qtbot, picker)
    qtbot.keyClicks(picker.picker.line, "  Gluten   free ")
    assert texts(picker) == ["Add the tag “\u2068Gluten free\u2069”"]
    qtbot.keyClick(picker.picker.line, Qt.Key.Key_Return)
    assert heard == ["Gluten free"]


def test_a_new_tag_is_not_taken_for_one_with_the_same_letters(
    qtbot, context, conversation, tags, window
):
    picker = tag_picker(qtbot, context, conversation, window)
    heard = opened(qtbot, picker)
    qtbot.keyClicks(picker.picker.line, "ogh")  # letters of "Opening hours"
    qtbot.keyClick(picker.picker.line, Qt.Key.Key_Return)
    assert heard == ["ogh"]


def test_a_tag_that_only_differs_in_case_is_not_offered_as_new(
    qtbot, context, conversation, tags, window
):
    picker = tag_picker(qtbot, context, conversation, window)
    opened(qtbot, picker)
    qtbot.keyClicks(picker.picker.line, "allergy")
    assert texts(picker) == ["Allergy"]


def test_without_any_tag_it_says_how_to_add_one(qtbot, context, conversation, window):
    picker = tag_picker(qtbot, context, conversation, window)
    opened(qtbot, picker)
    assert picker.picker.nothing.isVisible()


def test_arrows_move_and_escape_chooses_nothing(qtbot, context, conversation, tags, window):
    picker = tag_picker(qtbot, context, conversation, window)
    heard = opened(qtbot, picker)
    qtbot.keyClick(picker.picker.line, Qt.Key.Key_Down)
    assert picker.picker.current.text == "Complaint"
    qtbot.keyClick(picker.picker.line, Qt.Key.Key_Escape)
    assert not picker.isVisible()
    assert heard == []


# People.


def test_the_one_who_sits_here_comes_first_and_nobody_last(qtbot, context, conversation, window):
    for name in ("Zoe", "Ada"):
        context.desk.add_member(name)
    picker = AssignPicker(context, [conversation], window)
    opened(qtbot, picker)
    assert texts(picker) == [f"{context.me} (me)", "Ada", "Zoe", "Nobody"]


def test_nobody_is_marked_while_nobody_takes_care(qtbot, context, conversation, window):
    picker = AssignPicker(context, [conversation], window)
    heard = opened(qtbot, picker)
    assert [one.text for one in picker.picker.shown if one.checked] == ["Nobody"]
    qtbot.keyClicks(picker.picker.line, "nob")
    qtbot.keyClick(picker.picker.line, Qt.Key.Key_Return)
    assert heard == [None]


def test_a_new_name_can_be_typed(qtbot, context, conversation, window):
    picker = AssignPicker(context, [conversation], window)
    heard = opened(qtbot, picker)
    qtbot.keyClicks(picker.picker.line, "Tom")
    qtbot.keyClick(picker.picker.line, Qt.Key.Key_Return)
    assert heard == ["Tom"]


# Times.

MORNING = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)  # a Saturday


def test_usual_times_lie_ahead_and_in_order():
    offered = times.snoozes(MORNING)
    assert [one.at for one in offered] == sorted(one.at for one in offered)
    assert all(one.at > MORNING for one in offered)


def test_on_a_saturday_morning_the_usual_times_are():
    offered = {one.words: one.at.isoformat() for one in times.snoozes(MORNING)}
    assert offered == {
        "In an hour": "2026-11-21T10:00:00+00:00",
        "This evening": "2026-11-21T18:00:00+00:00",
        "Tomorrow morning": "2026-11-22T08:00:00+00:00",
        "On Monday": "2026-11-23T08:00:00+00:00",
        "In a week": "2026-11-28T08:00:00+00:00",
    }


def test_in_the_evening_this_evening_is_not_offered():
    late = MORNING.replace(hour=17, minute=30)
    assert "This evening" not in [one.words for one in times.snoozes(late)]
    assert [one.words for one in times.deadlines(late)] == ["Tomorrow 12:00"]


def test_on_a_sunday_monday_is_tomorrow_and_offered_once():
    sunday = MORNING + timedelta(days=1)
    assert "On Monday" not in [one.words for one in times.snoozes(sunday)]


def test_on_a_monday_the_next_one_is_meant():
    monday = MORNING + timedelta(days=2)
    offered = {one.words: one.at for one in times.snoozes(monday)}
    assert offered["On Monday"].date() == monday.date() + timedelta(days=7)


def test_a_time_is_chosen_by_its_digit(qtbot, context, window):
    picker = SnoozePicker(context, window)
    heard = opened(qtbot, picker)
    qtbot.keyClicks(picker.picker.line, "3")
    assert heard == [datetime(2026, 11, 22, 8, 0, tzinfo=UTC)]


def test_another_time_is_asked_for_in_a_dialog(qtbot, context, window):
    picker = SnoozePicker(context, window)
    heard = opened(qtbot, picker)
    qtbot.keyClicks(picker.picker.line, "another")
    qtbot.keyClick(picker.picker.line, Qt.Key.Key_Return)
    wanted = datetime(2026, 12, 24, 7, 30, tzinfo=UTC)
    picker.dialog.when.setDateTime(times.to_qt(wanted))
    qtbot.keyClick(picker.dialog.when, Qt.Key.Key_Return)
    assert heard == [wanted]


def test_a_time_that_is_over_is_explained_and_not_taken(qtbot, context, window):
    picker = SnoozePicker(context, window)
    heard = opened(qtbot, picker)
    qtbot.keyClicks(picker.picker.line, "another")
    qtbot.keyClick(picker.picker.line, Qt.Key.Key_Return)
    picker.dialog.when.setDateTime(times.to_qt(datetime(2020, 1, 1, tzinfo=UTC)))
    qtbot.keyClick(picker.dialog.when, Qt.Key.Key_Return)
    assert heard == []
    assert "over" in picker.dialog.trouble.sentence


# The popup.


def test_a_popup_stands_above_what_it_belongs_to_where_there_is_no_room_below(qtbot, window):
    popup = PickerPopup("", "Find", window)
    popup.picker.offer([Choice(value=n, text=str(n)) for n in range(8)])
    screen = window.screen().availableGeometry()
    corner = screen.adjusted(20, screen.height() - 40, 0, -20)
    popup.open_beside(corner)
    assert popup.geometry().bottom() < corner.top()
