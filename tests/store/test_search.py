"""Conversations are found by the words that were said in them, however these are joined."""

import pytest

from cm_desktop.store import notes, tags
from tests import factory
from tests.factory import NOW
from tests.store.conftest import said


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


def test_many_beginnings_of_many_words_are_no_error(desk):
    words = [f"abcdefg{n}" for n in range(300)] + [f"zyxwvut{n}" for n in range(500)]
    said(desk, "it", " ".join(words))
    assert desk.found("abcdefg* " * 64) == ["it"]
    assert desk.found("zyxwvu* " * 64) == ["it"]
    assert desk.found(" OR ".join(["abcdefg*"] * 64)) == ["it"]
    assert desk.found("(" * 15 + "abcdefg* OR x" + ") y OR x" * 15 + " zyxwvu") == []


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
