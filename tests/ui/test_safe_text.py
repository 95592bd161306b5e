import time
import unicodedata

import pytest
from hypothesis import given, strategies

from cm_desktop.ui import safe_text
from cm_desktop.ui.safe_text import display_text, has_mixed_scripts, isolate, name_text, one_line

FSI, PDI, RLO, LRI, ZWSP = "\u2068", "\u2069", "\u202e", "\u2066", "\u200b"


def test_an_ordinary_text_is_shown_as_it_is():
    text = "Guten Morgen,\n\nhabt ihr heute Brötchen? 👨‍👩‍👧 مرحبا"
    assert display_text(text) == text


def test_a_very_long_text_ends_after_20000_code_points():
    shown = display_text("word " * 10_000)
    assert len(shown) == 20_001
    assert shown.endswith("…")
    assert safe_text.is_shortened("word " * 10_000)


def test_a_text_of_very_many_lines_ends_after_500():
    shown = display_text("line\n" * 2_000)
    assert shown.count("\n") == 499
    assert shown.endswith("line…")
    assert safe_text.is_shortened("line\n" * 2_000)
    assert not safe_text.is_shortened("line\n" * 400)


def test_a_run_without_spaces_gets_places_to_break():
    shown = display_text("x" * 1_000)
    assert shown.replace(ZWSP, "") == "x" * 1_000
    assert max(len(part) for part in shown.split(ZWSP)) == 200


def test_a_pile_of_accents_is_cut_after_32_code_points():
    shown = display_text("a" + "\u0301" * 500 + "b")
    assert shown == "a" + "\u0301" * 31 + "b"


def test_a_chain_of_joined_pictures_is_cut_and_does_not_swallow_what_follows():
    shown = display_text("👩‍" * 5_000 + " end")
    assert len(shown) < 40
    assert shown.endswith(" end")


def test_a_family_with_skin_tones_stays_whole():
    family = "👩🏽‍👩🏿‍👧🏻‍👦🏾"
    assert display_text(family) == family


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\u2028", "\u2029", "\v", "\x85"])
def test_every_kind_of_line_end_is_one_line_end(ending):
    assert display_text(f"one{ending}two") == "one\ntwo"


@pytest.mark.parametrize("letter", ["\x00", "\x1b", "\ud800", "\uffff", "\x07"])
def test_what_no_text_should_hold_becomes_a_mark(letter):
    assert display_text(f"a{letter}b") == "a\ufffdb"


def test_a_control_that_turns_the_direction_and_never_back_becomes_a_mark():
    assert display_text(f"invoice{RLO}gpj.exe") == "invoice\ufffdgpj.exe"
    assert display_text(f"a{PDI}b") == "a\ufffdb"


def test_a_direction_that_is_opened_and_closed_stays():
    text = f"see {LRI}abc{PDI} there"
    assert display_text(text) == text


def test_a_name_cannot_reach_out_of_its_isolation():
    shown = name_text(f"Eve{PDI}{RLO}")
    assert shown == f"{FSI}Eve\ufffd\ufffd{PDI}"


def test_an_isolated_text_ends_where_it_began():
    shown = isolate(LRI * 50 + "x")
    assert shown.count(PDI) == 1
    assert shown.endswith(PDI)


def test_one_line_joins_spaces_and_ends_after_300_code_points():
    assert one_line("  a \n\n b\t c ") == "a b c"
    shown = one_line("word " * 500)
    assert len(shown) <= 301
    assert shown.endswith("…")


def test_a_text_that_begins_with_many_line_ends_still_says_something():
    assert one_line("\n" * 900 + "Hello") == "Hello"


@pytest.mark.parametrize(
    ("name", "mixed"),
    [
        ("admin", False),
        ("\u0430dmin", True),  # a Cyrillic a
        ("Oleg Іваненко", False),
        ("\u0391lpha", True),  # a Greek A
        ("Müller", False),
        ("李小龙 Lee", False),
    ],
)
def test_a_name_with_letters_of_two_alphabets_in_a_word_is_told_of(name, mixed):
    assert has_mixed_scripts(name) is mixed


@given(strategies.text(max_size=400))
def test_showing_a_text_twice_changes_nothing_more(text):
    once = display_text(text)
    assert display_text(once) == once


@given(strategies.text(max_size=400))
def test_no_text_leaves_a_direction_open(text):
    for line in display_text(text).split("\n"):
        opened = 0
        for letter in line:
            opened += unicodedata.bidirectional(letter) in ("LRI", "RLI", "FSI")
            opened -= unicodedata.bidirectional(letter) == "PDI"
            assert opened >= 0
        assert opened == 0


BOMBS = {
    "one word": "x" * 1_000_000,
    "spaces": " " * 1_000_000,
    "line ends": "\n" * 200_000,
    "accents": "a" + "\u0301" * 50_000,
    "joined pictures": "👩‍" * 100_000,
    "ligatures": "لا" * 200_000,
    "isolates": LRI * 100_000,
    "selectors": "\ufe0f" * 100_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_text_made_to_stop_the_program_does_not(bomb):
    begin = time.perf_counter()
    display_text(bomb)
    one_line(bomb)
    assert time.perf_counter() - begin < 0.2
