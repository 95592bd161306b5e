"""Answers in a real Misago forum: there once, as typed, or refused with the reason."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cm_desktop.domain.errors import (
    GoneError,
    NotAllowedError,
    RateLimitedError,
    RejectedError,
)
from cm_desktop.domain.model import Direction, Kind, OutboxKind
from tests.servers.cutting_proxy import Cut, cutting_proxy, lose_answer
from tests.servers.misago_account import act, connect, fetch, reply, target

__all__ = ["connect"]

pytestmark = pytest.mark.real

TEXTS = [
    'Ja <3 & "bis" 11 -- sonntags :)\n<script>alert(1)</script> 🥐',
    "# kein Titel\n\n> kein Zitat\n- kein Punkt\n1. keine Nummer",
    "**nicht fett** _nicht schräg_ snake_case `kein Code` ~~nicht weg~~",
    "[b]x[/b] [quote]y[/quote] [url=http://a.example]b[/url] [hr]",
    "Toll!(wirklich) ![a](b) [c](d) \\ \\* &copy; &amp;",
    "a\n===\nb\n---\nc\n***\n```\nd\n```",
]


@pytest.mark.parametrize("text", TEXTS)
def test_an_answer_stands_there_once_as_it_was_typed(misago, connect, text):
    connector = connect()
    thread, post = misago.thread("Habt ihr *offen*?")
    asked = reply(thread, post, text)
    sent = connector.send(asked)
    assert sent.text == text
    assert misago.posts(thread) == [post, int(sent.remote_id)]
    told, _gone, _since = fetch(connector)
    message = told[int(sent.remote_id)]
    assert (message.text, message.direction) == (text, Direction.OUT)
    assert message.quoted == "Frage"
    assert connector.find_sent(asked) == sent


def test_whom_one_answers_is_mentioned_and_told_by_the_forum(misago, connect):
    thread, _first = misago.thread("Habt ihr offen?")
    other = misago.post(thread, "Und Brezeln?", who="bob_b")
    sent = connect().send(reply(thread, other, "Beides!", handle="bob_b"))
    named = (
        "SELECT username FROM misago_users_user JOIN misago_threads_post_mentions"
        f" ON user_id = misago_users_user.id WHERE post_id = {sent.remote_id}"
    )
    assert misago.database.sql(named) == "bob_b"
    told = misago.ask("bob_b", "GET", "/v2/notifications/")["results"]
    assert [one["actorName"] for one in told] == ["Krume"]


@pytest.mark.parametrize("cut", [cut for cut in Cut if cut is not Cut.NEVER])
@pytest.mark.parametrize("public", [True, False], ids=["thread", "private"])
def test_an_answer_that_got_lost_is_there_exactly_once_in_the_end(misago, connect, cut, public):
    thread, post = misago.thread("Frage") if public else misago.private("Frage")
    with cutting_proxy(misago.port) as proxy:
        connector = connect(url=proxy.url)
        asked = reply(thread, post, public=public, first_attempt_at=datetime.now(UTC))
        connector.identify()
        applied = lose_answer(proxy, cut, lambda: connector.send(asked))
        assert misago.count("Gern geschehen") == applied

        # As the outbox does: look, and send again only if it is not there.
        proxy.cut = Cut.NEVER
        found = connector.find_sent(asked)
        assert (found is not None) is applied
        sent = found or connector.send(asked)
        assert connector.find_sent(asked) == sent
        assert misago.count("Gern geschehen") == 1


def test_a_private_thread_arrives_and_is_answered_there(misago, connect):
    connector = connect()
    thread, post = misago.private("Psst, eine Frage")
    told, _gone, since = fetch(connector)
    message = told[post]
    assert (message.conversation.kind, message.public) == (Kind.DIRECT, False)
    long = connector.send(reply(thread, post, "Gern, ab acht Uhr", public=False))
    short = connector.send(reply(thread, post, "Ja", public=False))  # the forum wants five letters
    assert misago.row(int(long.remote_id))["original"] == "Gern, ab acht Uhr"
    assert short.text == "Ja"
    assert misago.posts(thread) == [post, int(long.remote_id), int(short.remote_id)]
    told, _gone, _since = fetch(connector, since)
    assert told[int(long.remote_id)].direction is Direction.OUT


def test_our_own_answer_is_changed_and_only_ours(misago, connect):
    connector = connect()
    thread, post = misago.thread("Frage nach dem Brot")
    sent = connector.send(reply(thread, post, "Bis 11"))
    act(connector, OutboxKind.EDIT, thread, int(sent.remote_id), "Bis 12 [heute] <3")
    told, _gone, _since = fetch(connector)
    message = told[int(sent.remote_id)]
    assert (message.text, message.quoted) == ("Bis 12 [heute] <3", "Frage")
    with pytest.raises(NotAllowedError):
        act(connector, OutboxKind.EDIT, thread, post, "untergeschoben")
    assert misago.row(post)["original"] == "Frage nach dem Brot"


def test_too_fast_means_wait_and_nothing_is_posted(misago, connect):
    thread, post = misago.thread("Frage")
    connector = connect(handle="lena")
    connector.identify()
    connector.send(reply(thread, post, "die erste"))
    with pytest.raises(RateLimitedError) as caught:
        connector.send(reply(thread, post, "die zweite"))
    assert caught.value.wait_seconds == 3
    assert misago.count("die zweite") == 0


def test_a_closed_thread_and_a_deleted_post_take_no_answer(misago, connect):
    thread, post = misago.thread("Frage")
    other = misago.post(thread, "Weg damit")
    misago.ask("Mira", "DELETE", f"/threads/{thread}/posts/{other}/")
    connector = connect(handle="lena")
    with pytest.raises(GoneError):
        connector.send(reply(thread, other))
    closed = [{"op": "replace", "path": "is-closed", "value": True}]
    misago.ask("Mira", "PATCH", f"/threads/{thread}/", closed)
    with pytest.raises(NotAllowedError):
        connector.send(reply(thread, post))
    assert misago.count("Gern geschehen") == 0


def test_an_answer_longer_than_the_forum_allows_says_so(misago, connect):
    thread, post = misago.thread("Frage")
    with pytest.raises(RejectedError) as caught:
        connect().send(reply(thread, post, "ä" * 60_001))
    assert caught.value.reason == "too_long"
    assert len(misago.posts(thread)) == 1


def test_an_answer_of_ours_may_be_held_and_is_found_all_the_same(misago, connect):
    thread, post = misago.thread("Frage")
    misago.hold_posts(hold=True)
    connector = connect(handle="lena")
    asked = reply(thread, post, first_attempt_at=datetime.now(UTC))
    sent = connector.send(asked)
    assert misago.row(int(sent.remote_id))["is_unapproved"] == "true"
    assert connector.find_sent(asked) == sent
    assert connector.find_sent(replace(asked, target=target(thread, post, text="x"))) is None
