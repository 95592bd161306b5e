"""Templates: what is filled, what is asked for, what stays."""

from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.domain.templates import fill, known_values, placeholders, unknown_placeholders
from tests import factory


def test_placeholders_are_named_once_and_in_order():
    assert placeholders("{name}, {voucher} for {name}") == ["name", "voucher"]


def test_a_known_placeholder_is_filled_and_an_unknown_one_stays_visible():
    filled = fill("Hallo {first_name}, hier ist {gutschein}.", {"first_name": "Anna"})

    assert filled == "Hallo Anna, hier ist {gutschein}."


def test_german_names_of_placeholders_mean_the_same():
    assert fill("Liebe {Vorname}", {"first_name": "Anna"}) == "Liebe Anna"


def test_doubled_braces_are_braces():
    assert fill("{{name}} {name}", {"name": "Anna"}) == "{name} Anna"


def test_a_value_with_braces_is_not_filled_again():
    assert fill("{name}", {"name": "{me}", "me": "Lena"}) == "{me}"


def test_format_specifications_and_attributes_are_just_text():
    hostile = "{x.__class__} {0} %s {name!r}"

    assert fill(hostile, {"name": "Anna"}) == hostile


def test_an_empty_value_is_asked_for():
    assert unknown_placeholders("{name} {post}", {"name": "Anna", "post": ""}) == ["post"]


def test_first_names_come_from_the_ways_people_write_theirs():
    def first(name):
        conversation = factory.conversation(author=factory.person(name=name))
        return known_values(conversation, me="", channel="", date="")["first_name"]

    assert [first(name) for name in ("Anna Krause", "Krause, Anna", "Dr. Anna Krause", "anna")] == [
        "Anna",
        "Anna",
        "Anna",
        "anna",
    ]


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_filling_never_fails(text, values):
    fill(text, values)
