"""Messages are read page by page, and changed where we did something on the channel."""

import pytest

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.model import Visibility
from cm_desktop.store import messages
from tests import factory
from tests.factory import NOW

YES = True


@pytest.fixture
def talk(desk):
    """Keep ten messages and return them oldest first."""
    place = factory.seen_conversation()
    desk.keep(
        *(
            factory.message_seen(
                conversation=place, text=f"word{n}", created_at=factory.ago(minutes=60 - n)
            )
            for n in range(10)
        )
    )
    return messages.page(desk.reader, desk.only().id)


def read(desk, message):
    return messages.by_id(desk.reader, message.id)


def test_pages_go_back_in_time_and_each_is_oldest_first(desk, talk):
    conv = desk.only().id
    last = messages.page(desk.reader, conv, limit=4)
    before = messages.page(desk.reader, conv, before=last[0].id, limit=4)
    first = messages.page(desk.reader, conv, before=before[0].id, limit=4)
    assert [*first, *before, *last] == talk
    assert [one.text for one in talk] == [f"word{n}" for n in range(10)]
    assert len(first) == 2
    assert messages.page(desk.reader, conv, before=first[0].id) == []
    assert messages.page(desk.reader, "nonsense") == []
    with pytest.raises(UsageError, match="no_message"):
        messages.page(desk.reader, conv, before="nonsense")


def test_several_messages_come_oldest_first_and_missing_ones_are_left_out(desk, talk):
    wanted = [talk[5].id, "nonsense", talk[2].id]
    assert messages.by_ids(desk.reader, wanted) == [talk[2], talk[5]]


def test_the_newest_of_the_other_side_is_what_can_be_answered(desk, talk):
    conv = desk.only().id
    place = factory.seen_conversation(remote_id=desk.only().remote_id)
    desk.keep(factory.reply_seen(conversation=place, created_at=NOW))
    assert messages.newest_in(desk.reader, conv) == talk[9]
    desk.write(messages.set_deleted, talk[9].id, NOW)
    desk.write(messages.set_visibility, talk[8].id, Visibility.SPAM)
    assert messages.newest_in(desk.reader, conv).id == talk[7].id
    assert messages.newest_in(desk.reader, "nonsense") is None


def test_what_we_did_on_the_channel_shows_at_once(desk, talk):
    message = talk[9]
    desk.write(messages.set_liked, message.id, YES)
    desk.write(messages.set_visibility, message.id, Visibility.HIDDEN)
    desk.write(messages.set_language, message.id, "de")
    desk.write(messages.set_sentiment, message.id, "angry")
    desk.write(messages.set_blocked, message.id, YES)
    desk.write(messages.set_deleted, message.id, NOW)
    now = read(desk, message)
    assert (now.liked, now.hidden, now.language, now.sentiment) == (True, True, "de", "angry")
    assert (now.author.blocked, now.deleted_at) == (True, NOW)
    assert now.text == "word9"


def test_hiding_the_newest_as_spam_changes_the_row_of_the_list(desk, talk):
    assert desk.only().unread == 10
    desk.write(messages.set_visibility, talk[9].id, Visibility.SPAM)
    row = desk.only()
    assert (row.preview, row.unread, row.last_at) == ("word8", 9, talk[8].created_at)
    desk.write(messages.set_visibility, talk[9].id, Visibility.SHOWN)
    assert desk.only().preview == "word9"


def test_editing_keeps_what_it_said_before(desk, talk):
    message = talk[9]
    for text in ("second", "third\0"):
        desk.write(messages.set_text, message.id, text, NOW)
    assert read(desk, message).text == "third\ufffd"
    assert read(desk, message).edited_at == NOW
    before = messages.versions(desk.reader, message.id)
    assert [one.text for one in before] == ["word9", "second"]
    assert before[0].until == NOW
    assert messages.versions(desk.reader, "nonsense") == []


def test_the_bytes_of_a_file_may_come_later_and_stay(desk):
    file = factory.seen_attachment(name="a.png", content=None)
    event = factory.message_seen(attachments=(file, factory.seen_attachment(content=b"here")))
    desk.keep(event)
    (message,) = messages.page(desk.reader, desk.only().id)
    assert messages.attachment_content(desk.reader, message.id, 0) is None
    assert messages.attachment_content(desk.reader, message.id, 1) == b"here"
    assert desk.write(messages.keep_content, message.id, 0, b"png", "ab12")
    assert not desk.write(messages.keep_content, message.id, 7, b"png", "ab12")
    desk.keep(event)
    assert messages.attachment_content(desk.reader, message.id, 0) == b"png"
    assert read(desk, message).attachments[0].sha256 == "ab12"
    assert messages.attachment_content(desk.reader, "nonsense", 0) is None


def test_a_file_that_is_named_later_makes_its_message_one_with_files(desk):
    event = factory.message_seen(text="same")
    desk.keep(event)
    assert desk.find("hat:anhang") == []
    desk.keep(
        factory.message_seen(
            remote_id=event.remote_id,
            conversation=event.conversation,
            text="same",
            attachments=(factory.seen_attachment(),),
        )
    )
    assert len(desk.find("hat:anhang")) == 1


@pytest.mark.parametrize("message", ["", "nonsense", "5c6e5c49-ffff-ffff-ffff-ffffffffffff"])
def test_a_message_that_is_not_there_is_said_to_be_missing(desk, message):
    for function in (
        lambda writer: messages.by_id(writer, message),
        lambda writer: messages.set_liked(writer, message, YES),
        lambda writer: messages.set_text(writer, message, "x", NOW),
    ):
        with pytest.raises(UsageError, match="no_message"):
            desk.write(function)
