"""What members decide: done, logged, and taken back."""

import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cm_desktop.domain.errors import (
    GoneError,
    NotAllowedError,
    RateLimitedError,
    RejectedError,
    SlowError,
    UsageError,
)
from cm_desktop.domain.model import HandoffState, Kind, OutboxKind, Status
from cm_desktop.domain.policy import Ability
from cm_desktop.services import reading
from cm_desktop.services.desk import Desk
from cm_desktop.store import events, messages
from tests import factory
from tests.fakes import AfterApplying


@pytest.fixture
def desk(office):
    return office.desk


@pytest.fixture
def conversation(office):
    return office.hear()


def now(office, conversation):
    return reading.conversation(office.vault, conversation.id)


def kinds(office, conversation):
    return [one.kind for one in reading.history(office.vault, conversation.id)]


def drafts(office, conversation):
    return {
        draft.mode: draft.text for draft in reading.thread(office.vault, conversation.id).drafts
    }


# Taking back.


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


def test_a_draft_that_is_thrown_away_is_gone(office, desk, conversation):
    desk.save_draft(conversation.id, "Hm")
    desk.drop_draft(conversation.id)
    assert drafts(office, conversation) == {}


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


# Status, snoozing, reading.


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


def test_reading_is_no_step_to_take_back(office, desk, conversation):
    desk.tag(conversation.id, "complaint")
    desk.mark_read(conversation.id)
    assert now(office, conversation).unread == 0
    desk.mark_unread(conversation.id)
    assert now(office, conversation).unread == 1
    assert desk.undo().kind == "tag_added"


def test_a_conversation_that_does_not_exist_is_told(desk):
    with pytest.raises(UsageError):
        desk.tag("00000000-0000-0000-0000-000000000000", "complaint")


# Handoffs.


def test_a_handoff_keeps_question_and_assignee_together(office, desk, conversation):
    until = office.clock() + timedelta(hours=2)
    handoff = desk.hand_over(conversation.id, "Tom", "Is it gluten-free?", until)
    thread = reading.thread(office.vault, conversation.id)
    assert thread.handoffs == (handoff,)
    assert (thread.conversation.assignee, handoff.until) == ("Tom", until)
    assert "Tom" in {member.name for member in reading.members(office.vault)}


def test_an_accepted_handoff_stays_with_its_receiver(office, desk, conversation):
    handoff = desk.hand_over(conversation.id, "Tom", "Is it gluten-free?")
    desk.accept_handoff(handoff.id)
    assert now(office, conversation).assignee == "Tom"
    with pytest.raises(UsageError):
        desk.decline_handoff(handoff.id)


def test_a_declined_handoff_goes_back_to_its_sender(office, desk, conversation):
    handoff = desk.hand_over(conversation.id, "Tom", "Is it gluten-free?")
    desk.decline_handoff(handoff.id, "I am on holiday")
    answered = reading.thread(office.vault, conversation.id).handoffs[0]
    assert (answered.state, answered.answer) == (HandoffState.DECLINED, "I am on holiday")
    assert now(office, conversation).assignee == office.vault.me


def test_a_handoff_and_its_answer_can_be_taken_back(office, desk, conversation):
    desk.assign(conversation.id, "Mia")
    handoff = desk.hand_over(conversation.id, "Tom", "Is it gluten-free?")
    desk.decline_handoff(handoff.id)
    desk.undo()
    assert now(office, conversation).assignee == "Tom"
    desk.undo()
    thread = reading.thread(office.vault, conversation.id)
    assert (thread.conversation.assignee, thread.handoffs) == ("Mia", ())


@pytest.mark.parametrize(("member", "asked"), [("", "Is it?"), ("Tom", "  ")])
def test_a_handoff_needs_somebody_and_a_question(desk, conversation, member, asked):
    with pytest.raises(UsageError):
        desk.hand_over(conversation.id, member, asked)


# Replies.


def test_a_reply_answers_the_newest_message_of_the_other_side(office, desk, conversation):
    row = desk.reply(conversation.id, "Yes.")
    assert row.target == office.messages(conversation)[0].id
    assert row.hold_until - row.created_at == timedelta(seconds=10)
    assert now(office, conversation).waiting_out == 1


def test_a_held_reply_that_is_taken_back_is_a_draft_again(office, desk, conversation):
    desk.save_draft(conversation.id, "Yes, at 7.")
    row = desk.reply(conversation.id, "Yes, at 7.")
    assert drafts(office, conversation) == {}
    assert desk.undo().kind == "outbox_queued"
    assert office.state(row) == "cancelled"
    assert drafts(office, conversation) == {"reply": "Yes, at 7."}


def test_taking_back_never_overwrites_what_is_being_written(office, desk, conversation):
    row = desk.reply(conversation.id, "first thought")
    desk.save_draft(conversation.id, "second thought")
    desk.cancel(row.id)
    assert drafts(office, conversation) == {"reply": "second thought"}


def test_a_sent_reply_cannot_be_taken_back_but_the_step_before_can(office, desk, conversation):
    desk.tag(conversation.id, "complaint")
    row = desk.reply(conversation.id, "Yes.", hold_seconds=0)
    office.sync()
    assert office.state(row) == "sent"
    assert desk.undo().kind == "tag_added"


def test_a_private_reply_has_a_draft_of_its_own(office, desk, conversation):
    desk.save_draft(conversation.id, "publicly")
    desk.save_draft(conversation.id, "between us", mode="private")
    row = desk.reply(conversation.id, "between us", private=True)
    assert row.kind is OutboxKind.PRIVATE
    assert drafts(office, conversation) == {"reply": "publicly"}


def test_a_reply_needs_something_to_answer(office, desk):
    ours = office.hear(factory.reply_seen())
    with pytest.raises(UsageError, match="nothing_to_answer"):
        desk.reply(ours.id, "Hello?")


def test_a_message_of_another_conversation_cannot_be_answered_here(office, desk, conversation):
    other = office.messages(office.hear())[0]
    with pytest.raises(UsageError, match="no_message"):
        desk.reply(conversation.id, "Yes.", to=other.id)


# The channel's rules.


@pytest.mark.parametrize("text", ["", "  \n "])
def test_an_empty_reply_is_refused(desk, conversation, text):
    with pytest.raises(RejectedError) as refused:
        desk.reply(conversation.id, text)
    assert refused.value.reason == "empty"


def test_a_reply_longer_than_the_channel_allows_is_refused(office, desk, conversation):
    office.follow(text_limit=10)
    with pytest.raises(RejectedError) as refused:
        desk.reply(conversation.id, "x" * 11)
    assert refused.value.reason == "too_long"
    assert desk.reply(conversation.id, "x" * 10).text == "x" * 10


def test_a_reply_after_the_channels_window_is_refused(office, desk):
    office.follow(reply_windows={Kind.COMMENTS: timedelta(hours=24)})
    late = office.hear(factory.message_seen(created_at=office.clock() - timedelta(hours=25)))
    with pytest.raises(RejectedError) as refused:
        desk.reply(late.id, "Sorry for the wait.")
    assert refused.value.reason == "window_over"
    office.hear(
        factory.message_seen(
            conversation=factory.seen_conversation(remote_id=late.remote_id),
            created_at=office.clock(),
        )
    )
    assert desk.reply(late.id, "Thank you for asking again.").text


def test_a_window_for_direct_messages_does_not_close_comments(office, desk):
    office.follow(reply_windows={Kind.DIRECT: timedelta(days=7)})
    long_ago = office.clock() - timedelta(days=8)
    comment = office.hear(factory.message_seen(created_at=long_ago))
    direct = office.hear(
        factory.message_seen(
            conversation=factory.seen_conversation(kind=Kind.DIRECT), created_at=long_ago
        )
    )
    assert desk.reply(comment.id, "Better late than never.").text
    with pytest.raises(RejectedError) as refused:
        desk.reply(direct.id, "Better late than never.")
    assert refused.value.reason == "window_over"


def test_what_the_channel_does_not_offer_is_refused(office, desk, conversation):
    office.follow(abilities=frozenset({Ability.REPLY}))
    with pytest.raises(NotAllowedError):
        desk.reply(conversation.id, "psst", private=True)
    with pytest.raises(NotAllowedError):
        office.act(OutboxKind.UNHIDE, conversation)


def test_a_deleted_message_is_neither_answered_nor_hidden(office, desk, conversation):
    target = office.messages(conversation)[0]
    with office.vault.db.writing() as connection:
        messages.set_deleted(connection, target.id, office.clock())
    with pytest.raises(GoneError):
        desk.reply(conversation.id, "Yes.", to=target.id)
    with pytest.raises(GoneError):
        desk.act(target.id, OutboxKind.HIDE)
    assert desk.act(target.id, OutboxKind.BLOCK).state == "queued"


def test_only_our_own_messages_are_edited_and_only_others_are_blocked(office, desk, conversation):
    theirs = office.messages(conversation)[0]
    with pytest.raises(UsageError, match="not_own_message"):
        desk.act(theirs.id, OutboxKind.EDIT, text="I said something else.")
    office.queue(conversation)
    office.sync()
    ours = office.messages(conversation)[-1]
    with pytest.raises(UsageError, match="own_message"):
        desk.act(ours.id, OutboxKind.BLOCK)


def test_an_act_names_the_house_rule_it_is_done_by(office, conversation):
    row = office.act(OutboxKind.HIDE, conversation, rule="3")
    (entry,) = reading.history(office.vault, conversation.id)
    assert (row.rule, entry.body["rule"]) == ("3", "3")


def test_an_act_that_waits_can_be_taken_back(office, desk, conversation):
    row = office.act(OutboxKind.HIDE, conversation, hold_seconds=5)
    desk.undo()
    assert office.state(row) == "cancelled"
    assert drafts(office, conversation) == {}


# The outbox by hand.


def test_a_waiting_reply_can_be_edited_and_is_held_anew(office, desk, conversation):
    row = desk.reply(conversation.id, "Yse")
    office.clock.go_on(seconds=9)
    edited = desk.edit_waiting(row.id, "Yes")
    assert (edited.text, edited.hold_until) == ("Yes", office.clock() + timedelta(seconds=10))


def test_a_refused_reply_is_sent_again_once_it_is_edited(office, desk, conversation):
    office.connector.outcomes = [RejectedError("banned_word")]
    row = office.queue(conversation, "darn")
    office.sync()
    assert office.state(row) == "failed"
    assert now(office, conversation).trouble_out == 1
    desk.edit_waiting(row.id, "dear me")
    office.sync()
    assert office.outside.texts() == ["dear me"]


def test_a_failed_reply_can_be_tried_again_as_it_is(office, desk):
    office.connector.outcomes = [NotAllowedError()]
    row = office.queue()
    office.sync()
    assert desk.retry(row.id).error is None
    office.sync()
    assert office.state(row) == "sent"


def test_trying_again_does_not_ask_a_channel_sooner_than_it_wants(office, desk):
    office.connector.outcomes = [RateLimitedError(60)]
    row = office.queue()
    office.sync()
    assert desk.retry(row.id).next_attempt_at == office.clock() + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("how", "state", "posted"),
    [("sent", "sent", 1), ("again", "sent", 2), ("drop", "cancelled", 1)],
)
def test_a_human_decides_what_became_of_a_reply(office, desk, how, state, posted):
    row = in_doubt(office)
    desk.resolve(row.id, how)
    office.sync()
    assert (office.state(row), len(office.outside.posts)) == (state, posted)


def in_doubt(office):
    office.follow(can_read_back=False, repeat_is_safe=False)
    office.connector.outcomes = [AfterApplying(SlowError())]
    row = office.queue()
    office.sync()
    office.sync()
    assert office.state(row) == "needs_human"
    return row


def test_what_is_in_doubt_is_not_just_tried_again(office, desk):
    row = in_doubt(office)
    with pytest.raises(UsageError, match="needs_decision"):
        desk.retry(row.id)
    with pytest.raises(UsageError, match="no_such_answer"):
        desk.resolve(row.id, "perhaps")


def test_what_is_on_its_way_or_through_cannot_be_changed(office, desk):
    row = office.queue()
    office.sync()
    for change in (desk.cancel, desk.retry, lambda one: desk.edit_waiting(one, "no")):
        with pytest.raises(UsageError, match="no_longer_waiting"):
            change(row.id)


def test_a_row_that_does_not_exist_is_told(desk):
    with pytest.raises(UsageError):
        desk.cancel("nothing")


# Templates and members.


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


# Notes stay inside.


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


# Until when.


def due(office):
    return office.inbox("all")[0].due_at


def test_a_handoff_says_until_when_and_accepting_keeps_that(office, desk, conversation):
    friday = office.clock() + timedelta(days=3)
    asked = desk.hand_over(conversation.id, "Tom", "Please answer.", friday)
    assert due(office) == friday
    desk.accept_handoff(asked.id)
    assert due(office) == friday
    desk.hand_over(conversation.id, "Eva", "Please have a look.")
    assert due(office) == friday


def test_declining_a_handoff_takes_its_date_away_and_undoing_that_brings_it_back(
    office, desk, conversation
):
    friday = office.clock() + timedelta(days=3)
    asked = desk.hand_over(conversation.id, "Tom", "Please answer.", friday)
    desk.decline_handoff(asked.id)
    assert due(office) is None
    desk.undo()
    assert due(office) == friday


def test_a_handoff_taken_back_never_had_a_date(office, desk, conversation):
    desk.hand_over(conversation.id, "Tom", "Please answer.", office.clock() + timedelta(days=3))
    desk.undo()
    assert due(office) is None


def test_what_is_done_is_not_due_and_undoing_that_makes_it_due_again(office, desk, conversation):
    friday = office.clock() + timedelta(days=3)
    desk.hand_over(conversation.id, "Tom", "Please answer.", friday)
    desk.set_status(conversation.id, Status.DONE)
    assert due(office) is None
    desk.undo()
    assert due(office) == friday


def test_a_channels_window_makes_a_message_due_until_our_reply_is_sent(office, desk):
    office.follow(reply_windows={Kind.DIRECT: timedelta(days=7)})
    seen = factory.message_seen(
        conversation=factory.seen_conversation(kind=Kind.DIRECT), created_at=office.clock()
    )
    direct = office.hear(seen)
    assert due(office) == office.clock() + timedelta(days=7)
    desk.set_status(direct.id, Status.DONE)
    assert due(office) is None
    desk.undo()
    assert due(office) == office.clock() + timedelta(days=7)
    office.queue(direct)
    office.sync()
    assert due(office) is None
