"""What members decide about a conversation is done and logged, and what they note stays inside."""

import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.model import OutboxKind, Status
from cm_desktop.services import reading
from cm_desktop.store import events
from tests.services.conftest import now


def test_snoozing_needs_a_time_to_come(office, desk, conversation):
    with pytest.raises(UsageError):
        desk.snooze(conversation.id, office.clock())
    with pytest.raises(UsageError):
        desk.set_status(conversation.id, Status.SNOOZED)
    desk.snooze(conversation.id, office.clock() + timedelta(days=1))
    desk.set_status(conversation.id, Status.DONE)
    desk.undo()
    again = now(office, conversation)
    assert (again.status, again.snoozed_until) == (
        Status.SNOOZED,
        office.clock() + timedelta(days=1),
    )


def test_a_conversation_that_does_not_exist_is_told(desk):
    with pytest.raises(UsageError):
        desk.tag("00000000-0000-0000-0000-000000000000", "complaint")


def test_a_template_is_added_changed_used_and_removed_with_a_way_back(office, desk):
    template = desk.add_template("Hours", "We are open from {begin}.", shortcut="h")
    changed = desk.change_template(replace(template, text="Open from {begin} to {end}."))
    desk.use_template(template.id)
    assert changed.version == 2
    desk.remove_template(template.id)
    assert reading.templates(office.vault) == []
    desk.undo()
    desk.undo()
    (left,) = reading.templates(office.vault)
    assert (left.text, left.used) == ("We are open from {begin}.", 1)
    desk.undo()
    assert reading.templates(office.vault) == []


def test_a_template_needs_a_name_of_its_own_and_a_text(desk):
    desk.add_template("Hours", "We are open.")
    with pytest.raises(UsageError, match="template_exists"):
        desk.add_template("Hours", "We are closed.")
    with pytest.raises(UsageError, match="empty"):
        desk.add_template("Nothing", " ")


def test_a_member_is_added_and_logged(office, desk):
    desk.add_member("Mia", "lead")
    assert ("Mia", "lead") in {(one.name, one.role) for one in reading.members(office.vault)}
    assert [one.kind for one in events.walk(office.vault.db.reader)] == ["member_added"]


def test_the_log_of_a_day_is_sealed_and_intact(office, desk, conversation):
    desk.tag(conversation.id, "complaint")
    desk.note(conversation.id, "Ask the kitchen")
    desk.reply(conversation.id, "We will ask.")
    report = events.check_chain(office.vault.db.reader)
    assert (report.intact, report.unsealed) == (True, 0)


def test_no_text_of_anybody_is_in_the_log(office, desk, conversation):
    desk.note(conversation.id, "secret note")
    desk.reply(conversation.id, "secret reply")
    desk.hand_over(conversation.id, "Tom", "secret question")
    bodies = [one.body for one in reading.history(office.vault, conversation.id)]
    assert "secret" not in str(bodies)
    assert any("text_sha256" in body for body in bodies)


def test_no_code_leads_from_a_note_to_a_channel(office, desk, conversation):
    """What sends knows nothing of notes: neither by import nor by reading their table."""
    services = Path(__file__).parents[2] / "cm_desktop" / "services"
    for name in ("sending", "said", "desk_outbox", "syncing", "fetching"):
        tree = ast.parse((services / f"{name}.py").read_text(encoding="utf-8"))
        imported = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert not {"notes", "Note", "Noted", "desk_team", "handoffs"} & imported
    sql = (services.parent / "store" / "outbox.py").read_text(encoding="utf-8")
    assert "note" not in sql.replace("noted", "")


def test_notes_and_handoffs_never_reach_the_outside(office, desk, conversation):
    desk.note(conversation.id, "The customer is difficult")
    desk.save_draft(conversation.id, "The customer is very difficult", mode="note")
    desk.hand_over(conversation.id, "Tom", "Be careful with this one")
    desk.reply(conversation.id, "We are happy to help.", hold_seconds=0)
    office.act(OutboxKind.LIKE, conversation)
    office.sync()
    said = str(office.outside.posts) + str(office.outside.acts)
    assert "difficult" not in said
    assert "careful" not in said
    assert office.outside.texts() == ["We are happy to help."]
