"""What one finds on opening the demo."""

from datetime import UTC, datetime

import pytest

from cm_desktop.domain.model import HandoffState, OutboxState, Status
from cm_desktop.domain.views import View
from cm_desktop.services import reading
from cm_desktop.services.demo_vault import open_filled_demo
from cm_desktop.store import events

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    vault = open_filled_demo(tmp_path_factory.mktemp("demo"), NOW)
    yield vault
    vault.close()


def all_of(vault, query=""):
    return reading.page(vault, View("all"), query, limit=500)


def find(vault, text):
    return next(one for one in all_of(vault) if text in one.preview)


def test_twelve_channels_are_connected_and_read(demo):
    accounts = reading.accounts(demo)
    assert len(accounts) == 12
    assert len({account.settings["as"] for account in accounts}) == 12
    assert len(all_of(demo)) >= 140


def test_the_desk_was_worked_at(demo):
    counts = reading.counts(demo)
    assert counts.inbox >= 60
    assert counts.done >= 40
    assert counts.waiting >= 2
    assert counts.snoozed == 1
    assert counts.mine >= 4
    assert counts.outbox == 1
    assert 30 <= counts.unread < counts.all


def test_tags_templates_and_members_are_there(demo):
    assert {"Maus", "Presse", "Allergene", "Hochzeit"} <= {tag.name for tag in reading.tags(demo)}
    assert len(reading.templates(demo)) >= 10
    members = {member.name for member in reading.members(demo)}
    assert members >= {"Lena (Agentur)", "Jonas", "Frau Morgenrot"}
    assert demo.me == "Lena (Agentur)"


def test_a_conversation_shows_what_was_said_about_it(demo):
    thread = reading.thread(demo, find(demo, "OH.").id)
    assert {tag.name for tag in thread.conversation.tags} == {"Maus", "dringend"}
    assert [note.member for note in thread.notes] == ["Jonas"]
    (handoff,) = thread.handoffs
    assert (handoff.sender, handoff.receiver) == ("Lena (Agentur)", "Frau Morgenrot")
    assert handoff.state is HandoffState.ASKED
    assert thread.conversation.assignee == "Frau Morgenrot"
    (draft,) = thread.drafts
    assert "Mathilda" in draft.text


def test_a_reply_waits_in_the_outbox(demo):
    (row,) = reading.outbox(demo)
    assert row.state is OutboxState.QUEUED
    assert "60 Laugenstangen" in row.text
    assert row.hold_until > row.created_at


def test_what_was_answered_is_done_and_nothing_was_reopened(demo):
    done = [one for one in all_of(demo) if one.status is Status.DONE]
    assert any("Mayer (81)" in one.preview or one.tags == () for one in done)
    assert all(one.unread == 0 for one in done if one.preview_direction.value == "out")


def test_the_event_log_is_whole(demo):
    report = events.check_chain(demo.db.reader)
    assert (report.broken_at, report.unsealed) == (None, 0)
