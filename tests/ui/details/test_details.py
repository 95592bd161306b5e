"""The details beside a conversation."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from cm_desktop.domain.log import LoggedEvent
from cm_desktop.domain.model import Status
from cm_desktop.services import reading
from cm_desktop.services.desk import Desk
from cm_desktop.ui.details.history_words import sentence
from cm_desktop.ui.details.panel import DetailsPanel
from tests import factory

ANA = factory.seen_author(name="Ana Öztürk", handle="ana", url="https://example.org/ana")


@pytest.fixture
def context(context):
    context.desk = Desk(context.vault, context.clock)
    return context


@pytest.fixture
def number(keep):
    (made,) = keep(factory.message_seen(author=ANA, created_at=factory.ago(hours=1)))
    return made


@pytest.fixture
def panel(qtbot, context):
    made = DetailsPanel(context)
    qtbot.addWidget(made)
    made.resize(300, 800)
    made.show()
    return made


def words(widget):
    return " ".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())


def settle(qtbot, context):
    qtbot.waitUntil(lambda: not context.runner.busy)


def test_it_says_who_writes_on_which_channel(panel, number):
    panel.open(number)
    assert "Ana Öztürk" in words(panel)
    assert "ana · Demo" in words(panel)
    assert panel.person.profile.isVisible()


def test_nothing_is_shown_for_no_conversation(panel, number):
    panel.open(number)
    panel.open(None)
    assert words(panel) == ""


def test_what_was_opened_while_it_was_hidden_is_read_when_it_is_shown(panel, number):
    panel.hide()
    panel.open(number)
    panel.show()
    assert "Ana Öztürk" in words(panel)


def test_an_earlier_conversation_with_the_same_person_is_offered(
    qtbot, context, panel, number, keep
):
    (earlier,) = keep(
        factory.message_seen(author=ANA, text="Are you open?", created_at=factory.ago(days=3))
    )
    keep(factory.message_seen(text="Somebody else", created_at=factory.ago(days=2)))
    panel.open(number)
    qtbot.waitUntil(panel.earlier.isVisible)
    panel.earlier.fold.button.click()
    (row,) = panel.earlier.rows
    with qtbot.waitSignal(panel.conversation_wanted) as wanted:
        qtbot.keyClick(row, Qt.Key.Key_Space)
    assert wanted.args == [earlier]


def test_a_tag_is_taken_off_by_keyboard_and_the_keyboard_stays_near(qtbot, context, panel, number):
    for name in ("Allergy", "Complaint"):
        context.desk.tag(number, name)
    panel.open(number)
    panel.tags.chips[0].setFocus()
    with qtbot.waitSignal(context.changes.done):
        qtbot.keyClick(panel.tags.chips[0], Qt.Key.Key_Delete)
    assert [chip.tag.name for chip in panel.tags.chips] == ["Complaint"]
    assert panel.tags.chips[0].hasFocus()
    assert [tag.name for tag in reading.conversation(context.vault, number).tags] == ["Complaint"]


def test_a_tag_is_added_by_keyboard(qtbot, context, panel, number):
    panel.open(number)
    qtbot.keyClick(panel.tags.button, Qt.Key.Key_Space)
    qtbot.keyClicks(panel.picker.picker.line, "Gluten")
    with qtbot.waitSignal(context.changes.done):
        qtbot.keyClick(panel.picker.picker.line, Qt.Key.Key_Return)
    assert [chip.tag.name for chip in panel.tags.chips] == ["Gluten"]


def test_somebody_is_made_responsible(qtbot, context, panel, number):
    context.desk.add_member("Tom")
    panel.open(number)
    assert "Nobody" in panel.assignee.text()
    qtbot.keyClick(panel.assignee, Qt.Key.Key_Space)
    qtbot.keyClicks(panel.picker.picker.line, "tom")
    with qtbot.waitSignal(context.changes.done):
        qtbot.keyClick(panel.picker.picker.line, Qt.Key.Key_Return)
    assert reading.conversation(context.vault, number).assignee == "Tom"
    assert "Tom" in panel.assignee.text()


def test_it_is_put_away_until_a_time(qtbot, context, panel, number):
    panel.open(number)
    qtbot.keyClick(panel.status, Qt.Key.Key_Space)
    with qtbot.waitSignal(context.changes.done):
        qtbot.keyClicks(panel.picker.picker.line, "1")
    kept = reading.conversation(context.vault, number)
    assert kept.status is Status.SNOOZED
    assert kept.snoozed_until == factory.NOW + timedelta(hours=1)
    assert "in 1 h" in panel.status.text()


def test_notes_stand_newest_first_and_the_open_handoff_above_them(context, panel, number):
    context.desk.note(number, "First")
    context.clock.go_on(minutes=5)
    context.desk.note(number, "Second")
    context.desk.hand_over(number, "Tom", "Ask the kitchen", factory.NOW + timedelta(hours=2))
    panel.open(number)
    said = words(panel)
    assert said.index("Ask the kitchen") < said.index("Second") < said.index("First")
    assert "2 notes" in said


def test_a_handoff_that_was_answered_is_not_shown_any_more(context, panel, number):
    handoff = context.desk.hand_over(number, "Tom", "Ask the kitchen")
    context.desk.accept_handoff(handoff.id)
    panel.open(number)
    assert "Ask the kitchen" not in words(panel)


def test_the_history_is_told_in_sentences_once_it_is_opened(qtbot, context, panel, number):
    context.desk.tag(number, "Allergy")
    context.desk.set_status(number, Status.DONE)
    panel.open(number)
    assert panel.history.sentences == []
    panel.history.fold.button.click()
    qtbot.waitUntil(lambda: len(panel.history.sentences) >= 2)
    assert panel.history.sentences[0].endswith("closed it as done.")
    assert "added the tag “\u2068Allergy\u2069”." in panel.history.sentences[1]


def test_changes_elsewhere_are_shown(context, panel, number):
    panel.open(number)
    context.desk.assign(number, "Tom")
    context.changes.conversations.emit(frozenset({number}))
    assert "Tom" in panel.assignee.text()


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("assignee_set", {"after": "Eva"}, "\u2068Eva\u2069 took it on."),
        ("assignee_set", {"after": None}, "\u2068Eva\u2069 assigned it to nobody."),
        ("handoff_answered", {"state": "declined"}, "\u2068Eva\u2069 gave the handoff back."),
        ("outbox_sent", {"act": "hide"}, "“Hide” reached the channel."),
        (
            "outbox_queued",
            {"act": "delete", "rule": "Spam"},
            "\u2068Eva\u2069 asked for “Delete”, because: \u2068Spam\u2069.",
        ),
        ("something_from_a_newer_program", {}, ""),
        ("outbox_sent", {"act": "dance"}, "“Message” reached the channel."),
        ("status_set", {"after": "dance"}, "\u2068Eva\u2069 changed its status."),
    ],
)
def test_an_entry_of_the_log_says(kind, body, said):
    event = LoggedEvent(seq=1, kind=kind, at=factory.NOW, member="Eva", body=body)
    assert sentence(event) == said


def test_every_decision_of_the_desk_has_a_sentence(context, number):
    desk = context.desk
    desk.tag(number, "Allergy")
    desk.untag(number, "Allergy")
    desk.assign(number, "Tom")
    desk.snooze(number, factory.NOW + timedelta(hours=1))
    desk.set_status(number, Status.OPEN)
    note = desk.note(number, "Knows the owner")
    desk.remove_note(note.id)
    handoff = desk.hand_over(number, "Tom", "Please look")
    desk.decline_handoff(handoff.id)
    row = desk.reply(number, "Yes")
    desk.edit_waiting(row.id, "Yes, we do")
    desk.cancel(row.id)
    history = reading.history(context.vault, number)
    assert len(history) == 12
    assert [one.kind for one in history if not sentence(one)] == []
