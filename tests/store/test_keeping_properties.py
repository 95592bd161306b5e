"""Whatever a channel says, in whatever order and however often: the vault is the same."""

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cm_desktop.domain.model import Direction, Nature, Visibility
from cm_desktop.domain.views import View
from cm_desktop.store import connection, conversations, keeping, messages, search
from cm_desktop.store.connection import Database
from cm_desktop.store.migrations import migrate
from tests import factory
from tests.store import conftest

PEOPLE = [factory.seen_author(remote_id=f"p{n}", name=f"Person {n}") for n in range(3)]
PLACES = [factory.seen_conversation(remote_id=f"c{n}", title=f"Place {n}") for n in range(4)]


@st.composite
def said(draw):
    """Draw messages of a few people in a few conversations, each with an id of its own."""
    return [one_said(draw, n) for n in range(draw(st.integers(1, 12)))]


def one_said(draw, n):
    return factory.message_seen(
        remote_id=f"m{n}",
        conversation=draw(st.sampled_from(PLACES)),
        author=draw(st.sampled_from(PEOPLE)),
        direction=draw(st.sampled_from(Direction)),
        visibility=draw(st.sampled_from(Visibility)),
        nature=draw(st.sampled_from([Nature.PERSON, Nature.PERSON, Nature.BOUNCE])),
        seen_by_us=draw(st.booleans()),
        text=draw(st.text(max_size=20)),
        created_at=factory.ago(minutes=draw(st.integers(0, 5)) * 10 + n),
        parent_remote_id=draw(st.sampled_from([None, "m0", "m3", "never"])),
    )


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """Give a maker of databases that are copies of one, which is quicker than migrating."""
    folder = tmp_path_factory.mktemp("vaults")
    connection.create(folder / "first.db", conftest.KEY).close()
    first = Database(folder / "first.db", conftest.KEY)
    migrate(first)
    desk = conftest.Desk(first, None)
    desk.account = desk.add_account()
    opened = []

    def make():
        file = folder / f"{len(opened)}.db"
        first.copy_to(file)
        opened.append(Database(file, conftest.KEY))
        return conftest.Desk(opened[-1], desk.account)

    yield make
    for one in [first, *opened]:
        one.close()


def everything(desk):
    """Return all lists and messages as they are shown, without what is only local."""
    rows = conversations.page(desk.reader, View("all"), limit=1000)
    return {
        row.id: (
            dataclasses.replace(row, key=0),
            [dataclasses.replace(one) for one in messages.page(desk.reader, row.id)],
        )
        for row in rows
    }


a_few_vaults = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@a_few_vaults
@given(events=said(), data=st.data())
def test_any_order_and_any_repetition_gives_the_same(fresh, events, data):
    once = fresh()
    once.keep(*events)
    again = fresh()
    shuffled = data.draw(st.permutations(events))
    middle = data.draw(st.integers(0, len(events)))
    again.keep(*shuffled[:middle])
    again.keep(*shuffled[middle:], *shuffled[: middle // 2])
    again.keep(*events)
    assert everything(again) == everything(once)


@a_few_vaults
@given(events=said(), later=said())
def test_what_is_added_up_equals_what_is_counted(fresh, events, later):
    desk = fresh()
    desk.keep(*events)
    desk.keep(*later)
    for row in desk.page(limit=1000):
        shown = messages.page(desk.reader, row.id)
        junk = (Visibility.SPAM, Visibility.TRASHED)
        proper = [one for one in shown if one.visibility not in junk]
        newest = (proper or shown)[-1]
        assert row.messages == len(shown)
        assert row.unread == sum(one.unread for one in proper)
        assert row.last_at == newest.created_at
        assert row.preview == " ".join(newest.text.split())
        assert row.preview_direction == newest.direction
        spoke = [one for one in proper or shown if one.direction is Direction.IN]
        assert row.author == (spoke[-1] if spoke else shown[0]).author
    counts = conversations.counts(desk.reader)
    rows = desk.page(limit=1000)
    assert counts.all == len(rows)
    assert counts.unread == sum(row.unread > 0 for row in rows)
    assert counts.inbox == len(desk.page("inbox"))


@a_few_vaults
@given(events=said(), later=said())
def test_the_index_equals_one_made_anew_from_the_texts(fresh, events, later):
    desk = fresh()
    desk.keep(*events)
    desk.keep(*later)
    grown = contents(desk)
    with desk.db.writing() as writer:
        writer.execute("INSERT INTO fts (fts) VALUES ('delete-all')")
        writer.execute("INSERT INTO to_index SELECT id FROM message")
        search.index_waiting(writer)
    assert grown == contents(desk)
    assert {row[0] for row in grown if row[3] != "facets"} <= terms(desk)
    assert desk.rows("SELECT count(*) FROM to_index") == [(0,)]


def contents(desk):
    """Return every word of the index with its message, place and column."""
    with desk.db.writing() as writer:
        writer.execute("CREATE VIRTUAL TABLE temp.v USING fts5vocab(main, fts, instance)")
        found = writer.execute('SELECT term, doc, "offset", col FROM temp.v').fetchall()
        writer.execute("DROP TABLE temp.v")
        # Raises where the index contradicts itself.
        writer.execute("INSERT INTO fts (fts) VALUES ('integrity-check')")
    return sorted(found)


def terms(desk):
    return {row[0] for row in desk.rows("SELECT term FROM term")}


def test_a_thousand_messages_are_kept_like_one(fresh):
    many = [
        factory.message_seen(conversation=PLACES[n % 4], remote_id=f"x{n}", text=f"word{n}")
        for n in range(2500)
    ]
    desk = fresh()
    with desk.db.writing() as writer:
        report = keeping.keep(writer, desk.account, many, factory.NOW)
    assert report.new == 2500
    assert sum(row.messages for row in desk.page()) == 2500
    assert len(desk.find("word2499")) == 1
