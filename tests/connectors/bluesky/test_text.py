"""Links, mentions and tags: which are marked, and where in the text's bytes."""

import json

import msgspec
import pytest

from cm_desktop.connectors.bluesky_text import facets_of, read_text

NAMES = {"anna.test": "did:plc:anna", "brot.berlin": "did:plc:brot"}


def marked(text):
    """Return what is marked, by the letters that it stands under."""
    raw = text.encode()
    found = {}
    for facet in facets_of(text, NAMES.get):
        place = facet["index"]
        [feature] = facet["features"]
        shown = raw[place["byteStart"] : place["byteEnd"]].decode()
        found[shown] = next(value for name, value in feature.items() if name != "$type")
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("siehe https://a.example/b", {"https://a.example/b": "https://a.example/b"}),
        ("Grüße 🥐👨‍👩‍👧 http://a.example!", {"http://a.example": "http://a.example"}),
        ("(https://a.example/x_(y))", {"https://a.example/x_(y)": "https://a.example/x_(y)"}),
        ("„https://a.example“", {"https://a.example": "https://a.example"}),
        ("auf krume.de/öffnung, ja", {"krume.de/öffnung": "https://krume.de/öffnung"}),
        ("auf krume.de.", {"krume.de": "https://krume.de"}),
        ("Das ist gut.Also kommt", {}),
        ("am 3.12. oder 1.50 Euro", {}),
        ("Datei brot.pdf", {}),
        ("info@krume.de", {}),
        ("https://", {}),
        ("Hallo @anna.test, und @ANNA.test!", {"@anna.test": "did:plc:anna",
                                               "@ANNA.test": "did:plc:anna"}),
        ("Hallo @brot.berlin", {"@brot.berlin": "did:plc:brot"}),
        ("@niemand.test und @anna", {}),
        ("mail@anna.test", {}),
        ("#Brötchen und #brot🥐!", {"#Brötchen": "Brötchen", "#brot🥐": "brot🥐"}),
        ("#1 ist kein Wort, #2026er schon", {"#2026er": "2026er"}),
        ("a#b #️⃣ ## #", {}),
        ("https://a.example/#brot", {"https://a.example/#brot": "https://a.example/#brot"}),
        ("ü@anna.test", {}),
        ("ü @anna.test", {"@anna.test": "did:plc:anna"}),
    ],
)  # fmt: skip
def test_what_is_marked(text, expected):
    assert marked(text) == expected


def test_each_name_is_looked_up_once():
    asked = []
    facets_of("@anna.test @anna.test @b.test", asked.append)
    assert asked == ["anna.test", "b.test"]


def test_places_never_overlap_and_run_forward():
    text = "#a https://a.example/#b @anna.test #c krume.de/@anna.test"
    places = [one["index"] for one in facets_of(text, NAMES.get)]
    ends = [0, *(one["byteEnd"] for one in places)]
    assert all(one["byteStart"] >= end for one, end in zip(places, ends, strict=False))


def link(begin, end, uri):
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": uri}
    facet = {"index": {"byteStart": begin, "byteEnd": end}, "features": [feature]}
    return msgspec.Raw(json.dumps(facet).encode())


@pytest.mark.parametrize(
    ("words", "uri", "expected"),
    [
        ("https://a.example/b", "https://a.example/b", "https://a.example/b"),
        ("a.example/b", "https://www.a.example/b/", "a.example/b"),
        ("a.example/lang...", "https://a.example/langer/weg", "https://a.example/langer/weg"),
        ("a.example/lang…", "https://a.example/langer/weg", "https://a.example/langer/weg"),
        ("bank.example", "https://evil.example/", "bank.example (https://evil.example/)"),
        ("hier", "https://a.example", "hier (https://a.example)"),
        ("hier", "javascript:alert(1)", "hier"),
        ("hier", "https://a.example/ mit Leerzeichen", "hier"),
    ],
)
def test_a_link_shows_where_it_leads(words, uri, expected):
    text = f"Süß 🥐: {words}, ja"
    begin = len("Süß 🥐: ".encode())
    assert read_text(text, [link(begin, begin + len(words.encode()), uri)]) == (
        f"Süß 🥐: {expected}, ja"
    )


@pytest.mark.parametrize(
    ("begin", "end"), [(1, 3), (-1, 3), (3, 2), (0, 99), (2, 2), (0, 10**30), (3, 6)]
)
def test_a_place_that_cuts_a_letter_or_lies_outside_changes_nothing(begin, end):
    assert read_text("üß 🥐", [link(begin, end, "https://a.example")]) == "üß 🥐"


def test_places_that_overlap_count_once():
    facets = [link(0, 4, "https://a.example"), link(2, 6, "https://b.example")]
    assert read_text("hierda", facets) == "hier (https://a.example)da"


def test_facets_of_nonsense_are_left_out():
    facets = [msgspec.Raw(one) for one in (b"7", b"{}", b'{"index": {}, "features": 1}', b"[")]
    assert read_text("gut", facets * 600) == "gut"
