"""The conversations' rows follow what was kept: what the lists show, and what opens one again."""

from datetime import timedelta

import pytest

from cm_desktop.domain.model import Direction, Nature, Status, Visibility
from cm_desktop.store import conversations, events
from tests import factory
from tests.factory import NOW


def test_the_newest_message_is_shown_and_who_spoke_to_us_last(desk):
    conversation = factory.seen_conversation()
    ana = factory.seen_author(name="Ana")
    desk.keep(
        factory.reply_seen(conversation=conversation, created_at=factory.ago(hours=1), text="Yes"),
        factory.message_seen(
            conversation=conversation, created_at=factory.ago(hours=2), author=ana
        ),
    )
    row = desk.only()
    assert (row.preview, row.preview_direction) == ("Yes", Direction.OUT)
    assert row.author.name == "Ana"
    assert row.last_at == factory.ago(hours=1)
    assert not row.needs_answer


def test_where_only_we_spoke_the_author_is_who_began(desk):
    desk.keep(factory.reply_seen(author=factory.seen_author(name="Bakery")))
    assert desk.only().author.name == "Bakery"


def test_a_preview_is_one_line_of_at_most_300_characters(desk):
    desk.keep(factory.message_seen(text=" a\n\n b\t" + "c" * 1000))
    assert desk.only().preview == "a b " + "c" * 296


def test_a_message_without_text_is_shown_by_its_file(desk):
    desk.keep(factory.message_seen(text=" ", attachments=(factory.seen_attachment(name="a.png"),)))
    assert desk.only().preview == "\N{PAPERCLIP} a.png"


@pytest.mark.parametrize("junk", [Visibility.SPAM, Visibility.TRASHED])
def test_spam_neither_leads_a_conversation_nor_counts_as_unread(desk, junk):
    conversation = factory.seen_conversation()
    desk.keep(factory.message_seen(conversation=conversation, text="real"))
    desk.keep(factory.message_seen(conversation=conversation, visibility=junk, created_at=NOW))
    row = desk.only()
    assert (row.preview, row.unread, row.messages) == ("real", 1, 2)


def test_spam_alone_makes_a_conversation_that_is_done(desk):
    spam = factory.message_seen(visibility=Visibility.SPAM, text="buy")
    desk.keep(spam)
    row = desk.only()
    assert (row.status, row.unread, row.preview) == (Status.DONE, 0, "buy")


def test_spam_that_is_none_after_all_opens_its_conversation(desk):
    spam = factory.message_seen(visibility=Visibility.SPAM)
    desk.keep(spam)
    desk.keep(factory.message_seen(remote_id=spam.remote_id, conversation=spam.conversation))
    row = desk.only()
    assert (row.status, row.unread) == (Status.OPEN, 1)


def test_a_message_that_turns_out_to_be_spam_leaves_the_counts(desk):
    conversation = factory.seen_conversation()
    first = factory.message_seen(conversation=conversation, created_at=factory.ago(hours=2))
    second = factory.message_seen(conversation=conversation, created_at=factory.ago(hours=1))
    desk.keep(first, second)
    spam = factory.message_seen(
        remote_id=second.remote_id,
        conversation=conversation,
        text=second.text,
        visibility=Visibility.SPAM,
    )
    desk.keep(spam)
    row = desk.only()
    assert (row.unread, row.last_at, row.messages) == (1, first.created_at, 2)


def test_what_was_read_elsewhere_is_read_here(desk):
    event = factory.message_seen()
    read = factory.message_seen(
        remote_id=event.remote_id,
        conversation=event.conversation,
        text=event.text,
        seen_by_us=True,
    )
    desk.keep(event)
    assert desk.keep(read).updated == 1
    assert desk.only().unread == 0
    desk.keep(event)
    assert desk.only().unread == 0


# What opens a conversation again.


def done(desk, **changes):
    """Return a conversation with one message of a person, closed."""
    conversation = factory.seen_conversation()
    desk.keep(factory.message_seen(conversation=conversation, created_at=factory.ago(hours=5)))
    status = changes.get("status", Status.DONE)
    until = NOW + timedelta(days=1) if status is Status.SNOOZED else None
    desk.write(conversations.set_status, desk.only().id, status, until)
    return conversation


@pytest.mark.parametrize("status", [Status.DONE, Status.WAITING, Status.SNOOZED])
def test_a_new_message_of_a_person_reopens(desk, status):
    conversation = done(desk, status=status)
    desk.keep(factory.message_seen(conversation=conversation))
    row = desk.only()
    assert (row.status, row.snoozed_until) == (Status.OPEN, None)
    kinds = [event.kind for event in events.history(desk.reader, row.id)]
    assert kinds == ["reopened"]


@pytest.mark.parametrize(
    "changes",
    [
        {"nature": Nature.AUTO_REPLY},
        {"nature": Nature.BOUNCE},
        {"visibility": Visibility.SPAM},
        {"visibility": Visibility.TRASHED},
        {"direction": Direction.OUT},
    ],
)
def test_machines_spam_and_our_own_words_do_not_reopen(desk, changes):
    conversation = done(desk)
    desk.keep(factory.message_seen(conversation=conversation, **changes))
    assert desk.only().status is Status.DONE


def test_a_known_message_told_again_or_edited_does_not_reopen(desk):
    event = factory.message_seen()
    desk.keep(event)
    desk.write(conversations.set_status, desk.only().id, Status.DONE)
    desk.keep(event)
    desk.keep(
        factory.message_seen(remote_id=event.remote_id, conversation=event.conversation, text="x")
    )
    assert desk.only().status is Status.DONE


def test_the_first_answer_to_our_words_is_seen_even_if_a_machine_gave_it(desk):
    conversation = factory.seen_conversation()
    desk.keep(factory.reply_seen(conversation=conversation))
    assert desk.only().status is Status.DONE
    desk.keep(factory.message_seen(conversation=conversation, nature=Nature.BOUNCE))
    assert desk.only().status is Status.OPEN
