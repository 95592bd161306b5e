"""What a channel said is kept once, as it is now."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.events import CursorMoved, GapFound, ItemSkipped
from cm_desktop.domain.ids import fact_id
from cm_desktop.domain.model import OutboxState, Status
from cm_desktop.store import accounts, events, gaps, messages, outbox
from tests import factory
from tests.factory import NOW


def message_id(desk, event):
    account = desk.account
    return fact_id(account.channel, account.remote_id, "message", event.remote_id)


def kept(desk, event):
    return messages.by_id(desk.reader, message_id(desk, event))


def test_a_message_is_kept_with_all_the_channel_said(desk):
    event = factory.message_seen(
        author=factory.seen_author(name="Ana", handle="@ana", url="https://x.example/ana"),
        conversation=factory.seen_conversation(
            title="Bread", post=factory.seen_post(title="Open again"), context={"tree": "7"}
        ),
        text="Is it fresh?",
        quoted="> earlier",
        edited_at=NOW,
        rating=4,
        permalink="https://x.example/1",
        language="en",
        liked=True,
        public=False,
        context={"key": "value"},
        attachments=(factory.seen_attachment(name="a.png", content=b"png"),),
    )
    report = desk.keep(event)
    assert (report.new, report.updated, report.gone, report.skipped) == (1, 0, 0, 0)
    message = kept(desk, event)
    assert message.text == "Is it fresh?"
    assert message.author.name == "Ana"
    assert message.author.handle == "@ana"
    assert message.created_at == event.created_at
    assert message.received_at == NOW
    assert message.edited_at == NOW
    assert (message.rating, message.liked, message.public) == (4, True, False)
    assert (message.quoted, message.language) == ("> earlier", "en")
    assert message.context == {"key": "value"}
    assert message.unread
    assert [file.name for file in message.attachments] == ["a.png"]
    assert messages.attachment_content(desk.reader, message.id, 0) == b"png"
    conversation = desk.only()
    assert report.conversations == {conversation.id}
    assert conversation.title == "Bread"
    assert conversation.post.title == "Open again"
    assert conversation.context == {"tree": "7"}
    assert conversation.preview == "Is it fresh?"
    assert (conversation.status, conversation.unread, conversation.messages) == (Status.OPEN, 1, 1)
    assert conversation.last_at == event.created_at


def test_an_account_that_is_not_there_is_refused(desk):
    with pytest.raises(UsageError, match="no_account"):
        desk.keep(factory.message_seen(), account=factory.account())


def test_keeping_again_changes_nothing(desk):
    events_seen = [factory.message_seen(attachments=(factory.seen_attachment(),)) for _ in range(3)]
    desk.keep(*events_seen)
    before = desk.page(), desk.rows("SELECT count(*), max(seq) FROM event")
    report = desk.keep(*events_seen, now=NOW + timedelta(hours=1))
    assert (report.new, report.updated, report.conversations) == (0, 0, set())
    assert (desk.page(), desk.rows("SELECT count(*), max(seq) FROM event")) == before


def test_a_changed_text_is_kept_with_its_earlier_versions(desk):
    event = factory.message_seen(text="one")
    desk.keep(event)
    for text in ("two", "three"):
        changed = factory.message_seen(
            remote_id=event.remote_id, conversation=event.conversation, text=text
        )
        assert desk.keep(changed).updated == 1
    message = kept(desk, event)
    assert message.text == "three"
    versions = messages.versions(desk.reader, message.id)
    assert [version.text for version in versions] == ["one", "two"]
    assert desk.only().preview == "three"


def test_one_message_said_twice_in_one_page_is_kept_as_said_last(desk):
    conversation = factory.seen_conversation()
    first = factory.message_seen(remote_id="1", conversation=conversation, text="one")
    second = factory.message_seen(remote_id="1", conversation=conversation, text="two")
    report = desk.keep(first, second)
    assert (report.new, report.updated) == (1, 1)
    assert kept(desk, first).text == "two"


def test_an_older_edition_changes_nothing(desk):
    conversation = factory.seen_conversation()
    new = factory.message_seen(
        remote_id="1", conversation=conversation, text="new", edited_at=factory.ago(minutes=1)
    )
    old = factory.message_seen(
        remote_id="1", conversation=conversation, text="old", edited_at=factory.ago(minutes=9)
    )
    desk.keep(new)
    assert desk.keep(old).updated == 0
    assert kept(desk, new).text == "new"


def test_what_the_channel_leaves_out_later_stays(desk):
    author = factory.seen_author(remote_id="a", name="Ana", handle="ana", avatar_url="https://a")
    conversation = factory.seen_conversation(
        remote_id="c", title="Bread", post=factory.seen_post(), context={"a": "1"}
    )
    first = factory.message_seen(
        author=author,
        conversation=conversation,
        parent_remote_id="p",
        language="de",
        permalink="https://1",
        rating=5,
        context={"b": "2"},
    )
    desk.keep(first)
    before = kept(desk, first), desk.only()
    desk.keep(
        factory.message_seen(
            remote_id=first.remote_id,
            author=factory.seen_author(remote_id="a", name="", handle=""),
            conversation=factory.seen_conversation(remote_id="c"),
            text=first.text,
            created_at=first.created_at,
        )
    )
    assert (kept(desk, first), desk.only()) == before


def test_a_renamed_author_is_renamed_everywhere(desk):
    for name in ("Ana", "Ana Maria"):
        desk.keep(factory.message_seen(author=factory.seen_author(remote_id="a", name=name)))
    assert [one.author.name for one in desk.page()] == ["Ana Maria", "Ana Maria"]


def test_a_child_may_come_before_its_parent(desk):
    conversation = factory.seen_conversation()
    child = factory.message_seen(parent_remote_id="parent", conversation=conversation)
    parent = factory.message_seen(
        remote_id="parent", conversation=conversation, created_at=factory.ago(days=1)
    )
    desk.keep(child)
    assert kept(desk, child).parent == message_id(desk, parent)
    desk.keep(parent)
    assert kept(desk, child).parent == kept(desk, parent).id
    assert desk.only().messages == 2


def test_a_message_that_names_itself_as_parent_is_kept(desk):
    event = factory.message_seen(remote_id="1", parent_remote_id="1")
    desk.keep(event)
    assert kept(desk, event).parent == kept(desk, event).id


def test_messages_of_one_millisecond_whose_bits_collide_get_keys_of_their_own(desk):
    at = factory.ago(hours=1)
    same = [
        factory.message_seen(remote_id=name, created_at=at) for name in _colliding(desk.account, 3)
    ]
    desk.keep(same[0], same[1])
    desk.keep(same[2])
    keys = [row[0] for row in desk.rows("SELECT id FROM message ORDER BY id")]
    assert keys[1] == keys[0] + 1
    assert keys[2] == keys[0] + 2
    assert {kept(desk, one).created_at for one in same} == {at}


def _colliding(account, wanted):
    """Return remote ids whose uids share the 20 bits that go into the key."""
    found = {}
    for n in range(200_000):
        uid = fact_id(account.channel, account.remote_id, "message", str(n)).replace("-", "")
        names = found.setdefault(int(uid[:6], 16) & 0xFFFFF, [])
        names.append(str(n))
        if len(names) == wanted:
            return names
    raise AssertionError("no collision among 200,000")


def test_a_gone_message_stays_labelled(desk):
    event = factory.message_seen()
    desk.keep(event)
    gone = factory.message_gone(remote_id=event.remote_id, at=factory.ago(minutes=1))
    assert desk.keep(gone).gone == 1
    assert desk.keep(gone).gone == 0
    message = kept(desk, event)
    assert message.deleted_at == factory.ago(minutes=1)
    assert message.text == event.text
    desk.keep(event)
    assert kept(desk, event).deleted_at == factory.ago(minutes=1)


def test_a_message_nobody_knows_may_be_gone(desk):
    report = desk.keep(factory.message_gone(), factory.message_gone(remote_id=""))
    assert (report.gone, report.skipped) == (0, 1)


def test_what_has_no_id_is_skipped_and_the_rest_of_the_page_is_kept(desk):
    good = factory.message_seen()
    report = desk.keep(
        factory.message_seen(remote_id=""),
        factory.message_seen(author=factory.seen_author(remote_id="")),
        good,
        factory.message_seen(conversation=factory.seen_conversation(remote_id="")),
        ItemSkipped(reason="no_text"),
    )
    assert (report.new, report.skipped) == (1, 4)
    assert kept(desk, good).text == good.text


def test_a_cursor_is_kept_with_what_it_covers(desk):
    desk.keep(factory.message_seen(), CursorMoved("7"))
    assert accounts.cursor(desk.reader, desk.account.id) == "7"


def test_a_gap_is_remembered(desk):
    gap = GapFound(begin=factory.ago(days=2), end=factory.ago(days=1))
    desk.keep(gap)
    desk.keep(gap)
    assert gaps.of(desk.reader, desk.account.id) == [gap]


# Our own replies come back.


def test_the_echo_of_a_reply_changes_nothing_and_knows_who_wrote_it(desk):
    desk.keep(factory.message_seen())
    row = desk.write(
        outbox.add, factory.outbox_row(conversation=desk.only().id, member="Tom", text="Yes")
    )
    sent = replace(row, state=OutboxState.SENT, remote_id="r1")
    desk.write(outbox.put, sent, was=row.state)
    conversation = factory.seen_conversation(remote_id=desk.only().remote_id)
    echo = factory.reply_seen(remote_id="r1", conversation=conversation, text="Yes")
    desk.keep(echo)
    assert kept(desk, echo).member == "Tom"
    before = desk.only()
    wrapped = factory.reply_seen(remote_id="r1", conversation=conversation, text=" Yes\n")
    assert desk.keep(wrapped).updated == 0
    assert desk.only() == before


def test_an_echo_that_came_before_we_knew_it_was_sent_learns_who_wrote_it(desk):
    desk.keep(factory.message_seen())
    row = desk.write(outbox.add, factory.outbox_row(conversation=desk.only().id, member="Tom"))
    conversation = factory.seen_conversation(remote_id=desk.only().remote_id)
    echo = factory.reply_seen(remote_id="r1", conversation=conversation)
    desk.keep(echo)
    assert kept(desk, echo).member == ""
    sent = replace(row, state=OutboxState.SENT, remote_id="r1")
    desk.write(outbox.put, sent, was=row.state)
    assert kept(desk, echo).member == "Tom"


# Times no clock should show.


@pytest.mark.parametrize(
    ("said", "kept_at"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), datetime(1990, 1, 1, tzinfo=UTC)),
        (datetime(1970, 1, 1, tzinfo=UTC), datetime(1990, 1, 1, tzinfo=UTC)),
        (datetime(9999, 12, 31, tzinfo=UTC), NOW + timedelta(days=1)),
        (NOW + timedelta(hours=3), NOW + timedelta(hours=3)),
        (datetime(2026, 11, 20, 9), datetime(2026, 11, 20, 9, tzinfo=UTC)),  # noqa: DTZ001
    ],
)
def test_times_are_kept_between_1990_and_tomorrow(desk, said, kept_at):
    event = factory.message_seen(created_at=said, edited_at=said)
    desk.keep(event)
    assert kept(desk, event).created_at == kept_at
    assert kept(desk, event).edited_at == kept_at


def test_numbers_that_make_no_sense_are_left_out(desk):
    event = factory.message_seen(
        rating=10**30, attachments=(factory.seen_attachment(size=2**70), factory.seen_attachment())
    )
    desk.keep(event)
    message = kept(desk, event)
    assert message.rating is None
    assert [file.size for file in message.attachments] == [None, 1234]


def test_the_numbers_of_an_erased_account_are_not_given_again(desk):
    desk.keep(factory.message_seen())
    (before,) = desk.rows("SELECT id FROM conversation")[0]
    desk.write(accounts.erase, desk.account.id)
    desk.account = desk.add_account()
    desk.keep(factory.message_seen())
    assert desk.rows("SELECT id FROM conversation")[0][0] > before
    assert events.history(desk.reader, desk.only().id) == []
