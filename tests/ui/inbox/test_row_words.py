from datetime import timedelta

import pytest

from cm_desktop.domain.model import Direction, Kind, Status
from cm_desktop.ui.inbox.row_words import back_words, outbox_words, said, spoken, who
from tests import factory


def test_our_own_words_are_marked_as_ours():
    row = factory.conversation(preview="From 7 on.", preview_direction=Direction.OUT)
    assert said(row) == "You: From 7 on."


def test_a_mail_says_its_subject_first():
    row = factory.conversation(kind=Kind.MAIL, title="Order 4711", preview="Where is it?")
    assert said(row) == "Order 4711 · Where is it?"


@pytest.mark.parametrize("preview", ["", "  \n "])
def test_a_message_without_words_says_so(preview):
    assert said(factory.conversation(preview=preview, title="")) == "(without words)"


def test_who_speaks_has_a_name_whatever_the_channel_tells():
    nameless = factory.person(name=" ", handle="ana1")
    assert who(factory.conversation(author=nameless)) == "ana1"
    unknown = factory.person(name="", handle="")
    assert who(factory.conversation(author=unknown, title="About bread")) == "About bread"
    assert who(factory.conversation(author=unknown, title="")) == "Unknown person"


def test_what_went_wrong_comes_before_what_waits():
    assert outbox_words(factory.conversation(waiting_out=1)) == "Sending"
    assert outbox_words(factory.conversation(waiting_out=1, trouble_out=1)) == "Not sent yet"
    assert outbox_words(factory.conversation()) == ""


def test_a_name_of_two_alphabets_is_told_of():
    row = factory.conversation(author=factory.person(name="\u0430dmin"))
    assert "two alphabets" in spoken(row)


def test_status_and_due_are_spoken():
    row = factory.conversation(
        status=Status.DONE, unread=0, due_at=factory.NOW - timedelta(hours=2)
    )
    words = spoken(row, now=factory.NOW)
    assert "Done" in words
    assert "2 h overdue" in words
    assert "unread" not in words


def test_a_snoozed_conversation_says_when_it_comes_back():
    row = factory.conversation(
        status=Status.SNOOZED, snoozed_until=factory.NOW + timedelta(hours=2, minutes=5)
    )
    assert back_words(row, factory.NOW) == "back in 2 h"
    assert "back in 2 h" in spoken(row, now=factory.NOW)
    assert back_words(factory.conversation(), factory.NOW) == ""
