"""Among many conversations a search finds all that reading finds, page by page in one order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.domain.search_query import OPERATORS
from cm_desktop.store import messages, notes, tags
from tests import factory
from tests.store.conftest import said

PIECES = [
    *OPERATORS, *'()|-:*" ', " OR ", " NOT ", "red", "bre", "ü", "heute", "open", "note", "mail",
]  # fmt: skip
WORDS = ["red", "bread", "milk", "butter", "reader"]
QUERIES = [
    "red", "re", "red bread", "red OR milk", "red -milk", "-red", "milk (red OR butter)",
    "ist:offen", "tag:red OR bread", "butter tag:red", "nach:2026", "-milk -red bread", "note milk",
]  # fmt: skip


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """Keep 300 conversations with words, tags and notes, some of which come again later."""
    from cm_desktop.store import connection
    from cm_desktop.store.connection import Database
    from cm_desktop.store.migrations import migrate
    from tests.store import conftest

    file = tmp_path_factory.mktemp("crowd") / "inbox.db"
    connection.create(file, conftest.KEY).close()
    db = Database(file, conftest.KEY)
    migrate(db)
    desk = conftest.Desk(db, None)
    desk.account = desk.add_account()
    places = [factory.seen_conversation(remote_id=f"c{n}") for n in range(300)]
    desk.keep(
        *(
            factory.message_seen(
                conversation=places[n * 7 % 300],
                text=" ".join(word for k, word in enumerate(WORDS) if n * 31 % (k * 3 + 4) < 2),
                created_at=factory.ago(minutes=n * 37 % 5000 + 1),
            )
            for n in range(900)
        )
    )
    for n, row in enumerate(desk.page(limit=300)):
        if n % 5 == 0:
            desk.write(tags.tag, row.id, "red")
        if n % 7 == 0:
            desk.write(notes.add, factory.note(conversation=row.id, text="a note on bread"))
    yield desk
    db.close()


@pytest.mark.parametrize("query", QUERIES)
def test_pages_together_hold_everything_once_in_one_order(crowd, query):
    whole = crowd.find(query, limit=1000)
    assert len({one.id for one in whole}) == len(whole)
    keys = [one.key for one in whole]
    assert keys == sorted(keys, reverse=True)
    assert len(set(keys)) == len(keys)
    for limit in (1, 7, 50):
        paged, after = [], None
        while page := crowd.find(query, after=after, limit=limit):
            paged.extend(page)
            after = page[-1].key
        assert paged == whole


@given(
    wanted=st.lists(
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=2), min_size=1, max_size=3
    ),
    unwanted=st.lists(st.sampled_from(WORDS), max_size=1),
)
def test_what_is_found_is_what_reading_everything_finds(crowd, wanted, unwanted):
    query = " ".join(f"({' OR '.join(words)})" for words in wanted)
    query += "".join(f" -{word}" for word in unwanted) + " "
    found = {one.id for one in crowd.find(query, limit=1000)}
    assert found == {
        conv
        for conv, there in everything(crowd).items()
        if all(is_met(there, set(words), set(unwanted), len(wanted)) for words in wanted)
    }


def is_met(there, words, unwanted, groups):
    """Tell whether one of some words is said in a text without those unwanted, or is a tag."""
    if any(words & text and not unwanted & text for text in there["texts"]):
        return True
    # Where a tag is all that is asked for, no message may say what is unwanted.
    return bool(words & there["tags"]) and (groups > 1 or not unwanted & there["messages"])


def everything(desk, cache={}):  # noqa: B006  # read once
    """Return what is said in each conversation: word by word in each message and note."""
    if not cache:
        for row in desk.page(limit=1000):
            said_there = [set(one.text.split()) for one in messages.page(desk.reader, row.id)]
            noted = [set(note.text.split()) for note in notes.of(desk.reader, row.id)]
            cache[row.id] = {
                "texts": said_there + noted,
                "messages": set().union(*said_there),
                "tags": {tag.name for tag in row.tags},
            }
    return cache


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=20).map("".join)))
def test_whatever_is_typed_finds_something_or_nothing(crowd, text):
    found = crowd.find(text, view="inbox", limit=5)
    assert len(found) <= 5


def test_what_arrives_between_two_pages_neither_repeats_nor_hides_a_row(desk):
    for n in range(30):
        said(desk, f"c{n}", "bread", "bread", minutes=1000 + n * 10)
    before = desk.found("bread", limit=100)
    first = desk.find("bread", limit=10)
    said(desk, "new", "bread", minutes=1)
    said(desk, "c25", "milk", minutes=2)
    second = desk.find("bread", limit=100, after=first[-1].key)
    assert [one.remote_id for one in (*first, *second)] == before
