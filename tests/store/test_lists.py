"""Lists of conversations page by key, count right, and read nothing they do not show."""

import re
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.model import Status
from cm_desktop.domain.search_query import parse
from cm_desktop.domain.views import AccountCounts, Counts, View, ViewName
from cm_desktop.store import conversations, messages, notes, outbox, search_streams, tags
from tests import factory
from tests.factory import NOW


def fill(desk, count, **changes):
    """Keep conversations of one message each, newest last, and return their ids newest first."""
    desk.keep(
        *(
            factory.message_seen(created_at=factory.ago(minutes=count - n), **changes)
            for n in range(count)
        )
    )
    return [one.id for one in desk.page(limit=1000)]


def by_page(desk, view, limit, account=None):
    found, after = [], None
    while page := desk.page(view, after=after, limit=limit, account=account):
        found.extend(page)
        after = page[-1].key
    return found


def sort_out(desk, ids):
    """Give each conversation one of many states."""
    with desk.db.writing() as writer:
        for n, conv in enumerate(ids):
            conversations.set_status(writer, conv, list(Status)[n % 4], NOW)
            if n % 3 == 0:
                conversations.mark_read(writer, conv)
            if n % 5 == 0:
                conversations.assign(writer, conv, "Tom" if n % 2 else "Eva")
            if n % 7 == 0:
                outbox.add(writer, factory.outbox_row(conversation=conv))


def belongs(one, view):
    return {
        "inbox": one.status is Status.OPEN,
        "mine": one.status is Status.OPEN and one.assignee == "Eva",
        "waiting": one.status is Status.WAITING,
        "snoozed": one.status is Status.SNOOZED,
        "done": one.status is Status.DONE,
        "all": True,
        "unread": one.unread > 0,
        "outbox": one.waiting_out + one.trouble_out > 0,
    }[view]


@pytest.fixture
def busy(desk):
    other = desk.add_account()
    fill(desk, 60)
    more = [factory.message_seen(created_at=factory.ago(seconds=n)) for n in range(40)]
    desk.keep(*more, account=other)
    sort_out(desk, [one.id for one in desk.page(limit=200)])
    return desk


@pytest.mark.parametrize("view", ViewName)
def test_a_list_holds_what_belongs_there_newest_first(busy, view):
    everything = by_page(busy, "all", 1000)
    assert len(everything) == 100
    keys = [one.key for one in everything]
    assert keys == sorted(set(keys), reverse=True)
    for account in (None, busy.account.id):
        expected = [
            one for one in everything if belongs(one, view) and account in (None, one.account)
        ]
        assert expected
        for limit in (1, 7, 100):
            assert by_page(busy, view, limit, account) == expected


def test_counts_agree_with_the_lists(busy):
    counts = conversations.counts(busy.reader)
    for view in ViewName:
        assert counts.of(View(view)) == len(by_page(busy, view, 1000)), view
    unread = [one for one in by_page(busy, "inbox", 1000) if one.unread]
    assert counts.inbox_unread == len(unread)
    for account, some in counts.accounts.items():
        assert some.open == len(by_page(busy, "inbox", 1000, account))
        assert some.unread == len(by_page(busy, "unread", 1000, account))
        assert counts.of(View("inbox", account)) == some.open


def test_an_empty_desk_counts_nothing(desk):
    assert conversations.counts(desk.reader) == Counts()
    assert Counts().of(View("inbox", "nobody")) == 0
    assert AccountCounts() == AccountCounts(open=0, unread=0)


def test_a_list_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="nonsense"):
        View("nonsense")


EVERYTHING = 1_000_000  # the desk is the same for all examples, and fills


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 29), max_size=8), st.integers(1, 12))
def test_rows_that_move_up_between_pages_are_neither_repeated_nor_lost(desk, moving, limit):
    conversations_seen = [factory.seen_conversation() for _ in range(30)]
    desk.keep(
        *(
            factory.message_seen(conversation=one, created_at=factory.ago(days=9, minutes=n))
            for n, one in enumerate(conversations_seen)
        )
    )
    expected = [one.id for one in desk.page(limit=EVERYTHING)]
    seen, after = [], None
    moving = iter(moving)
    while page := desk.page(after=after, limit=limit):
        seen.extend(one.id for one in page)
        after = page[-1].key
        for n in moving:
            desk.keep(factory.message_seen(conversation=conversations_seen[n]))
            break
    moved = {one.id for one in desk.page(limit=EVERYTHING) if one.last_at > factory.ago(days=8)}
    assert len(seen) == len(set(seen))
    assert [conv for conv in expected if conv not in moved] == [
        conv for conv in seen if conv not in moved
    ]


# What members decide.


def test_status_and_snoozing_tell_what_they_were(desk):
    (conv,) = fill(desk, 1)
    tomorrow = NOW + timedelta(days=1)
    change = conversations.set_status
    assert desk.write(change, conv, Status.SNOOZED, tomorrow) == (Status.OPEN, None)
    assert desk.only().snoozed_until == tomorrow
    assert desk.write(change, conv, Status.DONE, tomorrow) == (Status.SNOOZED, tomorrow)
    assert desk.only().snoozed_until is None


def test_what_was_snoozed_wakes_at_its_time(desk):
    first, second, done = fill(desk, 3)
    desk.write(conversations.set_status, second, Status.SNOOZED, NOW)
    desk.write(conversations.set_status, first, Status.SNOOZED, NOW + timedelta(hours=1))
    desk.write(conversations.set_status, done, Status.DONE)
    assert desk.write(conversations.wake, NOW) == [second]
    assert desk.write(conversations.wake, NOW) == []
    assert [one.id for one in desk.page("inbox")] == [second]
    assert desk.write(conversations.wake, NOW + timedelta(hours=1)) == [first]


def test_assigning_tells_who_had_it(desk):
    (conv,) = fill(desk, 1)
    assert desk.write(conversations.assign, conv, "Tom") is None
    assert desk.write(conversations.assign, conv, "Eva") == "Tom"
    assert desk.write(conversations.assign, conv, "") == "Eva"
    assert desk.only().assignee is None


def test_reading_can_be_taken_back(desk):
    conversation = factory.seen_conversation()
    three = [factory.message_seen(conversation=conversation) for _ in range(3)]
    desk.keep(*three, factory.reply_seen(conversation=conversation))
    conv = desk.only().id
    read = desk.write(conversations.mark_read, conv)
    assert len(read) == 3
    assert desk.only().unread == 0
    assert desk.write(conversations.mark_read, conv) == []
    assert desk.write(conversations.mark_unread, conv, read[:2]) == read[:2]
    assert desk.only().unread == 2
    desk.write(conversations.mark_read, conv)
    (newest,) = desk.write(conversations.mark_unread, conv)
    assert newest == messages.newest_in(desk.reader, conv).id
    assert desk.only().unread == 1


@pytest.mark.parametrize("conv", ["", "nonsense", "zz", "5c6e5c49-ffff-ffff-ffff-ffffffffffff"])
def test_a_conversation_that_is_not_there_is_said_to_be_missing(desk, conv):
    for function in (
        lambda writer: conversations.by_id(writer, conv),
        lambda writer: conversations.set_status(writer, conv, Status.DONE),
        lambda writer: conversations.assign(writer, conv, "Tom"),
        lambda writer: conversations.mark_read(writer, conv),
        lambda writer: tags.tag(writer, conv, "x"),
        lambda writer: notes.add(writer, factory.note(conversation=conv)),
    ):
        with pytest.raises(UsageError, match="no_conversation"):
            desk.write(function)


def test_conversations_of_a_post_and_of_a_person(desk):
    post = factory.seen_post()
    ana = factory.seen_author()
    desk.keep(
        factory.message_seen(conversation=factory.seen_conversation(post=post)),
        factory.message_seen(conversation=factory.seen_conversation(post=post), author=ana),
        factory.message_seen(author=ana),
        factory.message_seen(),
    )
    first = next(one for one in desk.page() if one.post)
    below = conversations.of_post(desk.reader, first.post.id)
    assert [one.post.title for one in below] == [post.title] * 2
    person = next(one.author for one in desk.page() if one.author.name == ana.name)
    assert len(conversations.of_person(desk.reader, person.id)) == 2
    assert conversations.of_person(desk.reader, "nonsense") == []


# What each list reads.

SCAN = re.compile(r"SCAN (?!json_each|wanted|\(subquery|CONSTANT|f VIRTUAL|account\b|fts)")


def plan_of(desk, sql, values):
    return [row[3] for row in desk.rows(f"EXPLAIN QUERY PLAN {sql}", *values)]


def refuse_scans(steps):
    for step in steps:
        scans = SCAN.search(step) and "USING" not in step
        assert not scans, steps
        assert "TEMP B-TREE FOR ORDER BY" not in step, steps


@pytest.mark.parametrize("one_account", [False, True])
@pytest.mark.parametrize("view", ViewName)
def test_no_list_reads_a_whole_table_or_sorts(desk, view, one_account):
    sql = conversations.PAGES[view, one_account]
    steps = plan_of(desk, sql, ["x"] * sql.count("?"))
    assert any("SEARCH c USING INDEX" in step for step in steps), steps
    refuse_scans(steps)


@pytest.mark.parametrize(
    "query",
    [
        "word",
        "word ist:offen",
        "word kanal:demo",
        "word -other",
        "ist:offen",
        "ist:ungelesen",
        "ist:erledigt kanal:demo",
        "nach:2026-11-01",
        "tag:vip",
        "-tag:vip",
        "zuständig:niemand",
        "-word",
        "hat:notiz",
        "von:ana hat:anhang",
    ],
)
@pytest.mark.parametrize("view", ["all", "inbox", "unread"])
def test_no_search_reads_a_whole_table_or_sorts(desk, query, view):
    fill(desk, 1, text="word other")
    desk.write(tags.tag, desk.only().id, "vip")
    streams = search_streams.streams(desk.reader, parse(query, NOW, "Eva"), View(view))
    assert streams
    for stream in streams:
        steps = plan_of(desk, stream.sql, (*stream.values, conversations.END))
        if "note_fts" in stream.sql or "AS few" in stream.sql:
            continue  # what is found in notes, or counted before to be little, is sorted
        refuse_scans(steps)
