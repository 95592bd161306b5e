"""Conversations are found by what was said in them, newest first, page by page."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.domain.errors import SearchStoppedError
from cm_desktop.domain.model import Status, Visibility
from cm_desktop.domain.search_query import OPERATORS
from cm_desktop.store import (
    conversations,
    drafts,
    due,
    handoffs,
    members,
    messages,
    notes,
    search,
    tags,
)
from tests import factory
from tests.factory import NOW


def said(desk, name, *texts, minutes=60, account=None, **changes):
    """Keep a conversation called `name` with one message for each text and return its id."""
    about = {key: changes.pop(key) for key in ("title", "post") if key in changes}
    conversation = factory.seen_conversation(remote_id=name, **about)
    author = factory.seen_author(remote_id="o", name="Otto", handle="otto")
    desk.keep(
        *(
            factory.message_seen(
                **({"conversation": conversation, "author": author, "text": text} | changes),
                created_at=factory.ago(minutes=minutes - n),
            )
            for n, text in enumerate(texts)
        ),
        account=account,
    )
    return next(one.id for one in desk.page(limit=1000) if one.remote_id == name)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Grüße aus München", "gruesse"),
        ("Gruesse aus Muenchen", "GRÜSSE"),
        ("die Straße", "strasse"),
        ("die STRASSE", "Straße"),
        ("Mu\u0308ller", "müller"),
        ("Crème brûlée", "creme brulee"),
        ("Schöne neue Welt", '"schoene neue"'),
        ("Lieferung 4711", "lie"),
        ("Lieferung 4711", "4711"),
        ("Lieferung 4711", "l"),
        ("Lieferung 4711", "liefer* 47"),
        ("mail an info@example.org", "info@example.org"),
        ("see https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("thank you 👍🏽", "👍"),
        ("東京タワーへ行く", "タワー"),
        ("สวัสดีครับ", "สวัสดี"),
        ("नमस्ते दुनिया", "नमस्ते"),
        ("\u0441\u043e\u0301\u0431\u0430\u043a\u0430", "\u0441\u043e\u0431\u0430\u043a\u0430"),
        ("12:30 Uhr", "12:30"),
    ],
)
def test_a_text_is_found_however_it_is_spelt(desk, text, query):
    said(desk, "it", text)
    said(desk, "other", "something else")
    assert desk.found(query) == ["it"]


def test_words_are_found_in_all_that_belongs_to_a_conversation(desk):
    said(desk, "text", "wort in text")
    said(desk, "quote", "x", quoted="wort quoted")
    said(desk, "author", "x", author=factory.seen_author(name="Wort Author"))
    said(desk, "handle", "x", author=factory.seen_author(handle="@wort"))
    said(desk, "title", "x", title="Wort title")
    said(desk, "post", "x", post=factory.seen_post(title="Wort of a post"))
    noted = said(desk, "note", "x")
    desk.write(notes.add, factory.note(conversation=noted, text="ein Wort dazu"))
    tagged = said(desk, "tag", "x")
    desk.write(tags.tag, tagged, "Wort")
    said(desk, "none", "x")
    everywhere = ["author", "handle", "note", "post", "quote", "tag", "text", "title"]
    assert sorted(desk.found("wort")) == everywhere
    assert sorted(desk.found("wor")) == everywhere


def test_words_of_one_message_come_before_words_of_several(desk):
    said(desk, "together", "red bread", minutes=500)
    said(desk, "apart", "red", "bread", minutes=60)
    said(desk, "half", "red", minutes=10)
    assert desk.found("red bread") == ["together", "apart"]
    first = desk.find("red bread", limit=1)
    second = desk.find("red bread", limit=1, after=first[-1].key)
    assert [one.remote_id for one in (*first, *second)] == ["together", "apart"]
    assert desk.find("red bread", after=second[-1].key) == []


def test_what_is_not_wanted_is_asked_of_the_message_that_is_found(desk):
    said(desk, "it", "bread", "rye")
    assert desk.found("bread -rye") == ["it"]
    assert desk.found("-rye") == []


def test_a_word_of_a_note_or_tag_goes_with_a_word_of_a_message(desk):
    it = said(desk, "it", "where is my bread")
    desk.write(notes.add, factory.note(conversation=it, text="regular customer"))
    desk.write(tags.tag, it, "Complaint")
    assert desk.found("customer bread") == ["it"]
    assert desk.found("bread compl") == ["it"]
    assert desk.found("complaint customer bread") == ["it"]
    assert desk.found("tag:complaint customer") == ["it"]
    assert desk.found("complaint customer") == ["it"]
    assert desk.found("complaint butter") == []


def test_a_removed_note_is_found_no_more_and_a_restored_one_again(desk):
    note = factory.note(conversation=said(desk, "it", "x"), text="regular customer")
    desk.write(notes.add, note)
    desk.write(notes.remove, note.id, NOW)
    assert desk.found("customer") == []
    desk.write(notes.restore, note.id)
    assert desk.found("customer") == ["it"]


def test_a_changed_text_is_found_by_its_new_words_only(desk):
    said(desk, "it", "old words", remote_id="m")
    said(desk, "it", "new words", remote_id="m")
    assert desk.found("new words") == ["it"]
    assert desk.found("old") == []


def test_a_renamed_author_title_or_post_is_found_by_the_new_name_only(desk):
    for name in ("before", "after"):
        said(
            desk,
            "it",
            "x",
            remote_id="m",
            author=factory.seen_author(remote_id="a", name=f"{name}person"),
            title=f"{name}title",
            post=factory.seen_post(remote_id="p", title=f"{name}post"),
        )
    assert desk.found("afterperson") == desk.found("aftertitle") == desk.found("afterpost")
    assert desk.found("afterpost") == ["it"]
    assert desk.found("before") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("bread", ["c", "b", "a"]),
        ("bread OR milk", ["d", "c", "b", "a"]),
        ("bread|milk", ["d", "c", "b", "a"]),
        ("bread ODER milk", ["d", "c", "b", "a"]),
        ("bread AND rye", ["b"]),
        ("bread UND rye", ["b"]),
        ("bread -rye", ["c", "a"]),
        ("bread NOT rye", ["c", "a"]),
        ("bread NICHT (rye OR nuts)", ["a"]),
        ("bread (rye OR nuts)", ["c", "b"]),
        ("(rye bread) OR milk", ["d", "b"]),
        ("-bread", ["d"]),
        ("bread -ry", ["c", "b", "a"]),
        ("bread -ry*", ["c", "a"]),
        ("bread NOT (ry", ["c", "b", "a"]),
        ("wh", ["a"]),
        ("whit", ["a"]),
        ("brea", ["c", "b", "a"]),
        ("breads", []),
        ("m", ["d"]),
        ("n", ["c"]),
        ("-bread -milk", []),
        ('"rye bread"', ["b"]),
        ('"bread rye"', []),
        ("bre", ["c", "b", "a"]),
        ("bre ", []),
        ("br* milk", []),
        ("((bread", ["c", "b", "a"]),
        ("bread)) rye", ["b"]),
        ('"bread', ["c", "b", "a"]),
        ("OR bread OR", ["c", "b", "a"]),
        ("bread - ", ["c", "b", "a"]),
        ("?! bread", ["c", "b", "a"]),
        ("ist:bread", []),
        ("bread -ist:done", ["c", "b", "a"]),
        ("ist:done OR milk", ["d"]),
        ("butter", []),
        ("facets", []),
        ("a1 in", []),
        ('bread "', ["c", "b", "a"]),
    ],
)
def test_words_are_joined_as_written(desk, query, expected):
    said(desk, "a", "white bread", minutes=400)
    said(desk, "b", "rye bread", minutes=300)
    said(desk, "c", "bread with nuts", minutes=200)
    said(desk, "d", "milk", minutes=100)
    assert desk.found(query) == expected


@pytest.fixture
def shop(desk):
    """Keep a few conversations that differ in all that an operator can ask for."""
    other = desk.add_account(channel="mail", title="Shop mail", handle="info@shop.example")
    ana = factory.seen_author(name="Ana Example", handle="@ana")
    desk.write(members.add, "Tom Tester")
    files = (factory.seen_attachment(),)
    plain = said(desk, "plain", "bread", minutes=10, author=ana)
    handoff = factory.handoff(conversation=plain, until=factory.ago(minutes=1))
    desk.write(handoffs.add, handoff)
    desk.write(due.decided, plain, NOW)
    mail = said(desk, "mail", "bread", minutes=20, account=other, attachments=files, language="de")
    desk.write(conversations.assign, mail, "Tom Tester")
    done = said(desk, "done", "bread", minutes=60 * 24 * 3, seen_by_us=True, language="en-GB")
    desk.write(conversations.set_status, done, Status.DONE)
    desk.write(tags.tag, done, "Complaint")
    hidden = said(desk, "hidden", "bread", minutes=60 * 30, visibility=Visibility.HIDDEN)
    desk.write(conversations.assign, hidden, "Eva")
    desk.write(conversations.set_status, hidden, Status.WAITING)
    desk.write(tags.tag, hidden, "Complaint new")
    desk.write(notes.add, factory.note(conversation=hidden))
    late = said(desk, "late", "bread", minutes=60 * 24 * 400)
    desk.write(conversations.set_status, late, Status.SNOOZED, NOW)
    desk.write(drafts.save, factory.draft(conversation=late))
    answered = factory.seen_conversation(remote_id="late")
    desk.keep(factory.reply_seen(conversation=answered, created_at=factory.ago(days=399)))
    said(desk, "junk", "bread", minutes=5, visibility=Visibility.SPAM)
    return desk


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("von:ana", {"plain"}),
        ("from:@ana", {"plain"}),
        ('von:"ana example"', {"plain"}),
        ("kanal:mail", {"mail"}),
        ("channel:ma", {"mail"}),
        ("kanal:fax", set()),
        ("konto:shop", {"mail"}),
        ("an:info@shop.example", {"mail"}),
        ("-kanal:mail", {"plain", "done", "hidden", "late"}),
        ('tag:"complaint" ', {"done"}),
        ("schlagwort:compl", {"done", "hidden"}),
        ("-tag:compl", {"plain", "mail", "late"}),
        ("tag:none", set()),
        ("ist:offen", {"plain", "mail"}),
        ("is:waiting", {"hidden"}),
        ("ist:wartet", {"hidden"}),
        ("ist:zurückgestellt", {"late"}),
        ("is:done", {"done"}),
        ("ist:erledigt", {"done"}),
        ("-ist:erledigt", {"plain", "mail", "hidden", "late"}),
        ("ist:meine", {"hidden"}),
        ("-is:mine", {"plain", "mail", "done", "late"}),
        ("ist:ungelesen", {"plain", "mail", "hidden", "late"}),
        ("-ist:ungelesen", {"done"}),
        ("ist:unbeantwortet", {"plain", "mail"}),
        ("ist:verborgen", {"hidden"}),
        ("-ist:verborgen", {"plain", "mail", "done", "late"}),
        ("ist:fällig", {"plain"}),
        ("-is:due", {"mail", "done", "hidden", "late"}),
        ("ist:spam", {"junk"}),
        ("hat:anhang", {"mail"}),
        ("has:attachment", {"mail"}),
        ("-hat:anhang", {"plain", "done", "hidden", "late"}),
        ("hat:notiz", {"hidden"}),
        ("hat:entwurf", {"late"}),
        ("-has:draft", {"plain", "mail", "done", "hidden"}),
        ("zuständig:tom", {"mail"}),
        ("assigned:tester", {"mail"}),
        ("zuständig:ich", {"hidden"}),
        ("zuständig:niemand", {"plain", "done", "late"}),
        ("-assigned:nobody", {"mail", "hidden"}),
        ("-assigned:tom", {"plain", "done", "hidden", "late"}),
        ("nach:heute", {"plain", "mail"}),
        ("vor:heute", {"done", "hidden", "late"}),
        ("seit:gestern", {"plain", "mail", "hidden"}),
        ("vor:gestern", {"done", "late"}),
        ("nach:18.11.2026 vor:19.11.2026", {"done"}),
        ("am:2026-11-18", {"done"}),
        ("-am:2026-11-18", {"plain", "mail", "hidden", "late"}),
        ("vor:2026", {"late"}),
        ("nach:2027", set()),
        ("sprache:de", {"mail"}),
        ("lang:en", {"done"}),
        ("tag:compl ist:wartet", {"hidden"}),
        ("tag:compl OR von:ana", {"plain", "done", "hidden"}),
        ("(ist:erledigt OR hat:anhang) -von:tom", {"done", "mail"}),
    ],
)
def test_an_operator_asks_alone_and_together_with_a_word(shop, operator, expected):
    alone = set(shop.found(operator))
    assert alone - {"junk"} == expected - {"junk"}
    assert set(shop.found(f"bread ({operator})")) == expected


def test_a_list_and_an_account_narrow_the_search(shop):
    other = next(one.account for one in shop.page() if one.channel == "mail")
    assert shop.found("bread", view="inbox") == ["plain", "mail"]
    assert shop.found("bread", view="mine") == []
    assert shop.found("bread", view="waiting") == ["hidden"]
    assert shop.found("bread", account=other) == ["mail"]
    assert shop.found("tag:compl", view="done") == ["done"]
    assert shop.found("ist:offen", account=other) == ["mail"]
    assert shop.found("-milk", view="inbox", account=other) == ["mail"]


def test_an_empty_query_is_the_list_itself(shop):
    assert shop.find("") == shop.page()
    assert shop.find("  ( ) ") == shop.page()


def test_many_accounts_of_a_channel_are_one_list(desk):
    accounts = [desk.add_account(channel="mail") for _ in range(12)]
    for n, account in enumerate(accounts):
        said(desk, f"c{n}", "bread", minutes=n + 5, account=account)
    expected = [f"c{n}" for n in range(12)]
    assert desk.found("kanal:mail") == desk.found("kanal:mail bread") == expected


# Pages.

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


def test_many_beginnings_of_many_words_are_no_error(desk):
    words = [f"abcdefg{n}" for n in range(300)] + [f"zyxwvut{n}" for n in range(500)]
    said(desk, "it", " ".join(words))
    assert desk.found("abcdefg* " * 64) == ["it"]
    assert desk.found("zyxwvu* " * 64) == ["it"]
    assert desk.found(" OR ".join(["abcdefg*"] * 64)) == ["it"]
    assert desk.found("(" * 15 + "abcdefg* OR x" + ") y OR x" * 15 + " zyxwvu") == []


def test_what_arrives_between_two_pages_neither_repeats_nor_hides_a_row(desk):
    for n in range(30):
        said(desk, f"c{n}", "bread", "bread", minutes=1000 + n * 10)
    before = desk.found("bread", limit=100)
    first = desk.find("bread", limit=10)
    said(desk, "new", "bread", minutes=1)
    said(desk, "c25", "milk", minutes=2)
    second = desk.find("bread", limit=100, after=first[-1].key)
    assert [one.remote_id for one in (*first, *second)] == before


def search_without_end(desk):
    while True:
        desk.find('"w1 w2" "w3 w4" -x0 -y0', limit=1000)


def test_a_search_can_be_stopped_and_the_connection_goes_on(desk):
    words = " ".join(f"w{n}" for n in range(40))
    desk.keep(*(factory.message_seen(text=f"{words} x{n % 2} y{(n + 1) % 2}") for n in range(3000)))
    reader = desk.reader
    stop = threading.Event()

    def interrupt():
        while not stop.is_set():
            reader.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(SearchStoppedError):
            search_without_end(desk)
    finally:
        stop.set()
        thread.join()
    assert len(desk.find("x1", limit=5)) == 5


def test_erased_words_can_be_cleared_from_the_index(desk):
    said(desk, "it", "verysecretword")
    said(desk, "other", "bread")
    with desk.db.writing() as writer:
        writer.execute("DELETE FROM message WHERE text = 'verysecretword'")
        search.forget_erased(writer)
    assert desk.found("bread") == ["other"]
    assert desk.rows("SELECT term FROM term WHERE term = 'verysecretword'") == []
    with desk.db.writing() as writer:
        writer.execute("CREATE VIRTUAL TABLE temp.v USING fts5vocab(main, fts, row)")
        words = {row[0] for row in writer.execute("SELECT term FROM temp.v")}
    assert "bread" in words
    assert "verysecretword" not in words


def test_joining_pieces_of_the_index_changes_nothing_that_is_found(desk):
    for n in range(12):
        said(desk, f"c{n}", f"bread number{n}", minutes=n + 5)
    before = desk.found("bread", limit=100)
    pieces = desk.rows("SELECT count(DISTINCT segid) FROM fts_idx")[0][0]
    rounds = 0
    while desk.write(search.tidy):
        rounds += 1
        assert rounds < 50
    assert desk.rows("SELECT count(DISTINCT segid) FROM fts_idx")[0][0] < pieces
    assert desk.found("bread", limit=100) == before
    assert desk.found("number7") == ["c7"]


def test_a_common_word_is_found_in_a_list_of_few(desk):
    places = [factory.seen_conversation(remote_id=f"c{n}") for n in range(40)]
    desk.keep(
        *(
            factory.message_seen(
                conversation=places[n % 40], text="bread", created_at=factory.ago(minutes=n + 1)
            )
            for n in range(3_200)
        )
    )
    with desk.db.writing() as writer:
        for n, row in enumerate(desk.page(limit=40)):
            if n not in (3, 11, 30):
                conversations.set_status(writer, row.id, Status.DONE)
            if n in (11, 20):
                tags.tag(writer, row.id, "vip")
    assert desk.found("bread", view="inbox") == ["c3", "c11", "c30"]
    first = desk.find("bread", view="inbox", limit=2)
    assert desk.found("bread", view="inbox", after=first[-1].key) == ["c30"]
    assert desk.found("bread ist:offen") == ["c3", "c11", "c30"]
    assert desk.found("bread tag:vip") == ["c11", "c20"]
    assert desk.found("bread tag:vip", view="inbox") == ["c11"]
    assert desk.found("vip", view="inbox") == ["c11"]
    assert desk.found("vip bread", view="done") == ["c20"]


def test_of_a_query_nobody_types_the_words_are_found(desk):
    words = [f"w{n}" for n in range(7)]
    said(desk, "all", " ".join(words))
    said(desk, "few", " ".join(words[:5]), minutes=50)
    assert desk.found(" ".join(f"(ist:offen OR {word})" for word in words[:3])) == ["few", "all"]
    assert desk.found(" ".join(f"(ist:erledigt OR {word})" for word in words)) == ["all"]


def test_the_opposite_of_several_conditions_is_one_of_their_opposites(desk):
    said(desk, "both", "bread", seen_by_us=True)
    said(desk, "one", "bread")
    said(desk, "other", "milk", seen_by_us=True)
    assert sorted(desk.found("-(bread -ist:ungelesen) ")) == ["one", "other"]
    assert desk.found("NOT (bread OR ist:ungelesen) ") == ["other"]
    assert desk.found("nach:2026-11-02 vor:2026-11-01") == []
