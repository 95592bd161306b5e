"""Replies, drafts and acts as they are queued, and what the channel's rules refuse."""

from datetime import timedelta

import pytest

from cm_desktop.domain.errors import GoneError, NotAllowedError, RejectedError, UsageError
from cm_desktop.domain.model import Kind, OutboxKind
from cm_desktop.domain.policy import Ability
from cm_desktop.services import reading
from cm_desktop.store import messages
from tests import factory
from tests.services.conftest import now


def drafts(office, conversation):
    return {
        draft.mode: draft.text for draft in reading.thread(office.vault, conversation.id).drafts
    }


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


def test_a_draft_that_is_thrown_away_is_gone(office, desk, conversation):
    desk.save_draft(conversation.id, "Hm")
    desk.drop_draft(conversation.id)
    assert drafts(office, conversation) == {}


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
