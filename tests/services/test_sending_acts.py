"""Likes, moderation and edits: seen on the message at once, and safe to repeat."""

import pytest

from cm_desktop.domain.errors import GoneError, SlowError
from cm_desktop.domain.model import OutboxKind
from cm_desktop.services import reading
from tests.fakes import AfterApplying
from tests.services.conftest import BLIND, leave_in_the_middle


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        (OutboxKind.HIDE, {"visibility": "hidden"}),
        (OutboxKind.SPAM, {"visibility": "spam"}),
        (OutboxKind.HOLD, {"visibility": "held"}),
        (OutboxKind.APPROVE, {"visibility": "shown"}),
        (OutboxKind.LIKE, {"liked": True}),
    ],
)
def test_an_act_is_seen_on_the_message_at_once(office, send, kind, seen):
    conversation = office.hear()
    office.act(kind, conversation)
    send()
    message = office.messages(conversation)[0]
    assert {name: getattr(message, name) for name in seen} == seen
    assert office.outside.acts == [(kind.value, message.remote_id, "")]


def test_hiding_and_showing_again_leaves_a_message_shown(office, send):
    conversation = office.hear()
    office.act(OutboxKind.HIDE, conversation)
    office.act(OutboxKind.UNHIDE, conversation)
    send()
    assert [kind for kind, _target, _text in office.outside.acts] == ["hide", "unhide"]
    assert office.messages(conversation)[0].visibility == "shown"


def test_a_blocked_person_is_marked_and_unmarked(office, send):
    conversation = office.hear()
    office.act(OutboxKind.BLOCK, conversation)
    send()
    assert office.messages(conversation)[0].author.blocked
    office.act(OutboxKind.UNBLOCK, conversation)
    send()
    assert not office.messages(conversation)[0].author.blocked


def test_a_deleted_message_stays_with_us_labelled(office, send):
    conversation = office.hear()
    office.act(OutboxKind.DELETE, conversation)
    send()
    assert office.messages(conversation)[0].deleted_at == office.clock()


def test_deleting_what_is_already_gone_is_done(office, send):
    office.connector.act_outcomes = [GoneError()]
    conversation = office.hear()
    row = office.act(OutboxKind.DELETE, conversation)
    send()
    assert office.state(row) == "sent"
    assert office.messages(conversation)[0].deleted_at is not None


def test_an_edited_reply_keeps_what_it_said_before(office, send):
    conversation = office.hear()
    office.queue(conversation, "Yes, at 7.")
    send()
    ours = office.messages(conversation)[-1]
    office.desk.act(ours.id, OutboxKind.EDIT, text="Yes, at 8.")
    send()
    assert office.messages(conversation)[-1].text == "Yes, at 8."
    assert [one.text for one in reading.versions(office.vault, ours.id)] == ["Yes, at 7."]


def test_an_act_without_an_answer_is_simply_repeated(office, send):
    office.follow(**BLIND)
    office.connector.act_outcomes = [AfterApplying(SlowError())]
    conversation = office.hear()
    row = office.act(OutboxKind.HIDE, conversation)
    send()
    assert office.state(row) == "queued"
    office.clock.go_on(minutes=1)
    send()
    assert (office.state(row), len(office.outside.acts)) == ("sent", 2)


def test_an_act_that_was_cut_off_by_a_crash_is_repeated(office, send):
    office.follow(**BLIND)
    row = office.act(OutboxKind.HIDE)
    leave_in_the_middle(office, row)
    send()
    assert (office.state(row), len(office.outside.acts)) == ("sent", 1)
