"""What members did is taken back step by step, and what others did since is left alone."""

import pytest

from cm_desktop.domain.model import Status
from cm_desktop.services import reading
from cm_desktop.services.desk import Desk
from tests.services.conftest import now


def kinds(office, conversation):
    return [one.kind for one in reading.history(office.vault, conversation.id)]


def test_what_was_done_to_a_conversation_is_taken_back_step_by_step(office, desk, conversation):
    desk.tag(conversation.id, "complaint")
    desk.set_status(conversation.id, Status.DONE)
    desk.assign(conversation.id, "Tom")
    steps = [(one.kind, now(office, conversation)) for one in iter(desk.undo, None)]
    assert [kind for kind, _then in steps] == ["assignee_set", "status_set", "tag_added"]
    after = now(office, conversation)
    assert (after.tags, after.status, after.assignee) == ((), Status.OPEN, None)


def test_nothing_is_left_to_take_back_at_the_start_of_a_session(office, desk, conversation):
    desk.tag(conversation.id, "complaint")
    assert Desk(office.vault, office.clock).undo() is None
    assert [tag.name for tag in now(office, conversation).tags] == ["complaint"]


def test_taking_back_leaves_alone_what_somebody_else_has_changed_since(office, desk, conversation):
    desk.assign(conversation.id, "Tom")
    Desk(office.vault, office.clock).assign(conversation.id, "Mia")
    assert desk.undo() is None
    assert now(office, conversation).assignee == "Mia"


def test_taking_back_is_logged_as_well(office, desk, conversation):
    desk.tag(conversation.id, "complaint")
    desk.undo()
    assert kinds(office, conversation) == ["tag_added", "tag_removed"]


def test_one_change_of_several_can_be_taken_back_once(office, desk, conversation):
    complaint = desk.tag(conversation.id, "complaint")
    desk.tag(conversation.id, "urgent")
    assert desk.take_back(complaint)
    assert not desk.take_back(complaint)
    assert [tag.name for tag in now(office, conversation).tags] == ["urgent"]
    assert desk.undo().name == "urgent"


def test_a_tag_that_is_on_already_is_nothing_to_take_back(office, desk, conversation):
    Desk(office.vault, office.clock).tag(conversation.id, "complaint")
    desk.tag(conversation.id, "Complaint")
    assert desk.undo() is None
    assert len(now(office, conversation).tags) == 1


@pytest.mark.parametrize("remove", [False, True])
def test_a_note_and_its_removal_can_be_taken_back(office, desk, conversation, remove):
    note = desk.note(conversation.id, "Ask the kitchen")
    if remove:
        desk.remove_note(note.id)
    desk.undo()
    left = [one.text for one in reading.thread(office.vault, conversation.id).notes]
    assert left == (["Ask the kitchen"] if remove else [])


def test_reading_is_no_step_to_take_back(office, desk, conversation):
    desk.tag(conversation.id, "complaint")
    desk.mark_read(conversation.id)
    assert now(office, conversation).unread == 0
    desk.mark_unread(conversation.id)
    assert now(office, conversation).unread == 1
    assert desk.undo().kind == "tag_added"
