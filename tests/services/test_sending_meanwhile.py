"""A reply that waits while something happens: it grows old, is changed, or two want to send it."""

from datetime import timedelta

import pytest

from cm_desktop.domain.errors import VaultInUseError
from cm_desktop.services.sending import send_waiting
from tests import factory


def test_an_old_reply_to_a_deleted_comment_is_not_sent(office, send):
    conversation = office.hear()
    row = office.queue(conversation)
    office.clock.go_on(minutes=16)
    target = office.messages(conversation)[0]
    with_gone = factory.message_gone(remote_id=target.remote_id, at=office.clock())
    office.connector.pages = [[with_gone]]
    office.sync()
    failed = office.row(row)
    assert (failed.state, failed.error, failed.error_detail) == ("failed", "gone", "target")
    assert office.outside.posts == []


def test_an_old_reply_to_what_somebody_answered_meanwhile_is_asked_about(office, send):
    conversation = office.hear()
    row = office.queue(conversation)
    office.clock.go_on(minutes=16)
    answer = factory.reply_seen(
        conversation=factory.seen_conversation(remote_id=conversation.remote_id),
        created_at=office.clock() - timedelta(minutes=1),
    )
    office.connector.pages = [[answer]]
    office.sync()
    assert (office.row(row).state, office.row(row).error) == ("needs_human", "answered_meanwhile")
    office.desk.resolve(row.id, "again")
    office.sync()
    assert office.state(row) == "sent"


def test_our_own_earlier_reply_is_no_reason_to_hold_an_old_one(office, send):
    conversation = office.hear()
    first = office.queue(conversation, "one")
    second = office.queue(conversation, "two")
    office.clock.go_on(minutes=20)
    office.sync()
    assert (office.state(first), office.state(second)) == ("sent", "sent")


def test_an_old_reply_waits_while_nothing_can_be_looked_at(office, send):
    old = office.queue()
    office.clock.go_on(minutes=16)
    young = office.queue()
    send(looked=False)
    assert (office.state(old), office.state(young)) == ("queued", "sent")


def test_a_reply_taken_back_in_the_last_moment_is_not_sent(office, never):
    row = office.queue()

    def take_back(point):
        if point == "claiming":
            office.desk.cancel(row.id)

    tools = office.tools(at=take_back)
    send_waiting(office.vault, office.account, office.connector, never, tools)
    assert (office.state(row), office.outside.posts) == ("cancelled", [])


def test_a_reply_edited_in_the_last_moment_is_sent_as_edited(office, never):
    row = office.queue(text="first")

    def edit(point):
        if point == "claiming" and office.row(row).text == "first":
            office.desk.edit_waiting(row.id, "second")

    tools = office.tools(at=edit)
    for _pass in range(2):
        send_waiting(office.vault, office.account, office.connector, never, tools)
    assert office.outside.texts() == ["second"]


def test_a_second_sender_is_turned_away_while_one_is_at_it(office, send):
    office.queue()
    turned_away = []

    def try_as_well(point):
        if point == "applied":
            with pytest.raises(VaultInUseError):
                send()
            turned_away.append(point)

    office.connector.at = try_as_well
    send()
    assert turned_away == ["applied"]
    assert len(office.outside.posts) == 1
