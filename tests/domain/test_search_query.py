"""What is typed into the search field becomes conditions, and never an error."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.domain.search_dates import day_span
from cm_desktop.domain.search_query import (
    OPERATORS,
    And,
    Assigned,
    From,
    Has,
    Having,
    InLanguage,
    InState,
    Is,
    Not,
    OnAccount,
    OnChannel,
    Or,
    Query,
    Tagged,
    Text,
    Written,
    parse,
)

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
A, B, C = Text("a"), Text("b"), Text("c")


def day(year, month, number):
    return datetime(year, month, number, tzinfo=UTC)


def read(text):
    """Read a query that is typed to its end."""
    return parse(f"{text} ", NOW, "Eva").root


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", None),
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a UND b", And((A, B))),
        ("a OR b", Or((A, B))),
        ("a ODER b", Or((A, B))),
        ("a | b", Or((A, B))),
        ("a|b", Or((A, B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("-a", Not(A)),
        ("NOT a", Not(A)),
        ("NICHT a", Not(A)),
        ("NOT NOT a", A),
        ("NOT (a OR b)", Not(Or((A, B)))),
        ("-(a OR b)", Not(Or((A, B)))),
        ("a -b", And((A, Not(B)))),
        ('"a b"', Text("a b")),
        ('-"a b"', Not(Text("a b"))),
        ("„a b“", Text("a b")),
        ("«a b»", Text("a b")),
        ("a*", Text("a", prefix=True)),
        ("or and not", And((Text("or"), Text("and"), Text("not")))),
        ("von:ana", From("ana")),
        ('von:"Ana Example"', From("Ana Example")),
        ("-von:ana", Not(From("ana"))),
        ("FROM:ana", From("ana")),
        ("kanal:mail", OnChannel("mail")),
        ("an:info@x.example", OnAccount("info@x.example")),
        ("konto:Shop", OnAccount("Shop")),
        ('schlagwort:"sehr eilig"', Tagged("sehr eilig")),
        ("ist:zurückgestellt", InState(Is.SNOOZED, NOW, "Eva")),
        ("is:DONE", InState(Is.DONE, NOW, "Eva")),
        ("hat:anhang", Having(Has.ATTACHMENT)),
        ("has:note", Having(Has.NOTE)),
        ("zuständig:Tom", Assigned("Tom")),
        ("assigned:me", Assigned("Eva")),
        ("zuständig:-", Assigned(None)),
        ("sprache:DE", InLanguage("de")),
        ("vor:2026-11-21", Written(end=day(2026, 11, 21))),
        ("nach:21.11.2026", Written(begin=day(2026, 11, 21))),
        ("am:21.11.2026", Written(day(2026, 11, 21), day(2026, 11, 22))),
        ("after:yesterday", Written(begin=day(2026, 11, 20))),
    ],
)
def test_what_is_typed_is_understood(text, node):
    assert read(text) == node
    assert parse(text, NOW, "Eva").empty == (node is None)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("(a", A),
        ("a)", A),
        (")(", None),
        ("()", None),
        ("OR a", A),
        ("a OR", A),
        ("OR", None),
        ("a AND", A),
        ("NOT", None),
        ("a NOT", A),
        ("a OR OR b", Or((A, B))),
        ('"', None),
        ('""', None),
        ("*", None),
        ("-", Text("-")),
        ("a:b", Text("a:b")),
        ("von:", Text("von:")),
        ("ist:quatsch", Text("ist:quatsch")),
        ("vor:31.02.2026", Text("vor:31.02.2026")),
        ("vor:0", Text("vor:0")),
        ("https://x.example/a?b=c", Text("https://x.example/a?b=c")),
        ("12:30", Text("12:30")),
    ],
)
def test_what_makes_no_sense_is_searched_or_passed_over(text, node):
    assert read(text) == node


def test_the_last_word_may_still_go_on():
    assert parse("a b", NOW) == Query(And((A, Text("b", prefix=True))))
    assert parse("a b ", NOW) == Query(And((A, B)))
    assert parse('"a b', NOW) == Query(Text("a b", prefix=True))
    assert parse('"a b"', NOW) == Query(Text("a b"))
    assert parse("von:an", NOW) == Query(From("an", prefix=True))
    assert parse("(a b)", NOW) == Query(And((A, B)))


def test_a_query_of_many_words_or_brackets_is_read_as_far_as_is_sensible():
    assert len(read("a " * 10_000).nodes) <= 64
    assert read("(" * 10_000) is None
    assert read("(" * 10_000 + "a" + ")" * 10_000) is None
    assert read("(" * 10 + "a" + ")" * 10) == A
    assert read("-" * 10_000 + "a") is not None
    assert read("NOT " * 10_000 + "a") in (None, A)


PIECES = st.sampled_from(
    [*OPERATORS, *"()|-:*\"'„“«» .\n", "OR", "NOT", "UND", "a", "ü", "heute", "31.12.", "9999", "0"]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
def test_no_text_is_an_error(text):
    query = parse(text, NOW, "Eva")
    assert query == parse(text, NOW, "Eva")


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("heute", day(2026, 11, 21), day(2026, 11, 22)),
        ("TODAY", day(2026, 11, 21), day(2026, 11, 22)),
        ("gestern", day(2026, 11, 20), day(2026, 11, 21)),
        ("vorgestern", day(2026, 11, 19), day(2026, 11, 20)),
        ("2026", day(2026, 1, 1), day(2027, 1, 1)),
        ("2026-02", day(2026, 2, 1), day(2026, 3, 1)),
        ("2026-12", day(2026, 12, 1), day(2027, 1, 1)),
        ("2026-2-3", day(2026, 2, 3), day(2026, 2, 4)),
        ("3.2.2026", day(2026, 2, 3), day(2026, 2, 4)),
        ("03.02.26", day(2026, 2, 3), day(2026, 2, 4)),
        ("2.2026", day(2026, 2, 1), day(2026, 3, 1)),
        ("20.11.", day(2026, 11, 20), day(2026, 11, 21)),
        ("22.11.", day(2025, 11, 22), day(2025, 11, 23)),
    ],
)
def test_days_months_and_years_are_read(text, begin, end):
    assert day_span(text, NOW) == (begin, end)


@pytest.mark.parametrize(
    "text", ["", "x", "0", "0000", "9999", "31.2.2026", "2026-13", "29.2.2027", "1.1", "2026-", "²"]
)
def test_what_is_no_day_is_none(text):
    assert day_span(text, NOW) is None


def test_days_begin_at_midnight_where_the_member_sits():
    berlin = datetime(2026, 10, 25, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    begin, end = day_span("heute", berlin)
    assert begin.astimezone(UTC) == datetime(2026, 10, 24, 22, tzinfo=UTC)
    # The clock was set back in that night: the day had 25 hours.
    assert end.astimezone(UTC) == datetime(2026, 10, 25, 23, tzinfo=UTC)
