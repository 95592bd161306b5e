"""Whole answers as Discourse documents them, with every field, are read as they are meant."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cm_desktop.domain.model import Direction, Kind, OutboxKind, Visibility

ANSWERS = Path(__file__).parent / "answers"
PATHS = {
    "latest_posts": "/posts.json",
    "private_messages": "/topics/private-messages/krume.json",
    "private_topic": "/t/320.json",
    "notifications": "/notifications.json",
    "review": "/review.json",
}


@pytest.fixture
def told(forum, connect, fetch):
    for name, path in PATHS.items():
        forum.loopback.answer(path, json.loads((ANSWERS / f"{name}.json").read_text("utf-8")))
    return fetch(connect())


def test_nothing_is_skipped_and_everything_arrives(told):
    assert told.skipped == []
    assert list(told.by_id) == ["1204", "1206", "1301", "held:71"]


def test_a_post_is_read_as_it_is_meant(forum, told):
    question, answer = told.by_id["1204"], told.by_id["1206"]
    assert question.text == "Hallo @krume, habt ihr Brezeln? 🥨"
    assert (question.author.name, question.author.remote_id) == ("Anna Muster", "user:11")
    assert question.created_at == datetime(2026, 11, 20, 8, 1, 2, 345_000, tzinfo=UTC)
    assert question.edited_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert question.liked
    assert question.conversation.title == "Brezeln?"
    assert question.permalink == f"{forum.url}/t/310/1"
    assert (answer.direction, answer.parent_remote_id) == (Direction.OUT, "1204")
    assert (answer.text, answer.edited_at, answer.liked) == ("Ja, von 8 bis 11 Uhr.", None, False)


def test_a_private_message_is_read_as_it_is_meant(told):
    message = told.by_id["1301"]
    assert (message.conversation.kind, message.public) == (Kind.DIRECT, False)
    assert (message.conversation.title, message.text) == ("Bestellung", "Zwei Brote bitte")


def test_what_waits_is_read_as_it_is_meant(told):
    held = told.by_id["held:71"]
    assert held.visibility is Visibility.HELD
    assert (held.text, held.author.handle) == ("Billige *Uhren*!", "bernd")
    assert held.conversation.remote_id == "topic:310"
    assert held.conversation.title == "Brezeln?"


def test_what_waits_is_approved_by_the_name_its_answer_gives(forum, connect, told, act):
    queue = json.loads((ANSWERS / "review.json").read_text("utf-8"))
    forum.loopback.answer("/review/71.json", {**queue, "reviewable": queue["reviewables"][0]})
    forum.loopback.answer("/review/71/perform/approve_post.json", {"success": True})
    act(connect(), OutboxKind.APPROVE, told.by_id["held:71"])
    assert forum.loopback.asked[-1].path == "/review/71/perform/approve_post.json?version=0"
