"""The reading order of a conversation."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.domain.model import Kind, Note, OutboxKind, OutboxRow, OutboxState
from cm_desktop.domain.thread_order import DEEPEST, in_reading_order
from tests import factory

START = factory.NOW


def message(name, minute, parent=None):
    return factory.message(id=name, parent=parent, created_at=START + timedelta(minutes=minute))


def note(name, minute):
    return Note(
        id=name,
        conversation="c",
        member="Lena",
        text="x",
        created_at=START + timedelta(minutes=minute),
    )


def waiting(name, minute, target=None):
    at = START + timedelta(minutes=minute)
    return OutboxRow(
        id=name,
        conversation="c",
        account="a",
        kind=OutboxKind.REPLY,
        state=OutboxState.QUEUED,
        text="x",
        member="Lena",
        created_at=at,
        hold_until=at,
        target=target,
    )


def order(*args, **kwargs):
    return [(placed.entry.id, placed.depth) for placed in in_reading_order(*args, **kwargs)]


def test_answers_stand_under_what_they_answer():
    messages = [message("a", 0), message("b", 1), message("a1", 2, "a"), message("a11", 3, "a1")]

    assert order(Kind.COMMENTS, messages) == [("a", 0), ("a1", 1), ("a11", 2), ("b", 0)]


def test_a_mail_thread_is_read_by_time():
    messages = [message("b", 2, "a"), message("a", 1)]

    assert order(Kind.MAIL, messages, [note("n", 0)]) == [("n", 0), ("a", 0), ("b", 0)]


def test_a_waiting_answer_stands_under_its_comment():
    messages = [message("a", 0), message("b", 1)]

    assert order(Kind.COMMENTS, messages, waiting=[waiting("w", 9, "a")]) == [
        ("a", 0),
        ("w", 1),
        ("b", 0),
    ]


def test_notes_stand_between_the_first_level_by_time():
    messages = [message("a", 0), message("a1", 5, "a"), message("b", 9)]

    assert order(Kind.COMMENTS, messages, [note("n", 7)]) == [
        ("a", 0),
        ("a1", 1),
        ("n", 0),
        ("b", 0),
    ]


def test_an_answer_to_something_unknown_is_still_shown():
    assert order(Kind.COMMENTS, [message("a", 0, "never-came")]) == [("a", 0)]


def test_a_circle_of_parents_loses_nobody():
    messages = [message("a", 0, "b"), message("b", 1, "a"), message("c", 2, "c")]

    assert {name for name, _ in order(Kind.COMMENTS, messages)} == {"a", "b", "c"}


def test_a_long_chain_of_answers_is_indented_three_levels_at_most():
    messages = [message("0", 0)]
    messages += [message(str(n), n, str(n - 1)) for n in range(1, 3000)]

    assert max(depth for _, depth in order(Kind.COMMENTS, messages)) == DEEPEST


@given(st.lists(st.integers(0, 12) | st.none(), max_size=12))
def test_everything_is_shown_exactly_once(parents):
    messages = [
        message(str(n), n, None if parent is None else str(parent))
        for n, parent in enumerate(parents)
    ]

    assert sorted(name for name, _ in order(Kind.COMMENTS, messages)) == sorted(
        str(n) for n in range(len(parents))
    )
