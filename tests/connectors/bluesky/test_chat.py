"""Private messages, played from the lexicons: no service for them runs outside Bluesky."""

from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop.connectors.base import Action, Reply
from cm_desktop.domain.errors import NotAllowedError
from cm_desktop.domain.events import ItemSkipped, MessageGone
from cm_desktop.domain.model import Direction, Kind, OutboxKind
from tests.connectors.bluesky.fake_network import ANNA, BEN, US
from tests.connectors.contract import OPEN, target_of


@pytest.fixture
def bluesky(network, connect):
    """A connector that reads private messages, which the token allows."""
    network.chat.allowed = True
    return connect(settings={"direct_messages": "yes"})


def private(told):
    return {key: one for key, one in told.items() if one.conversation.kind is Kind.DIRECT}


def test_messages_are_private_and_belong_to_their_conversation(network, bluesky, fetch):
    first = network.chat.say(ANNA, "Eine Frage 🥐")
    second = network.chat.say(ANNA, "Ja?", who=US)
    other = network.chat.say(BEN, "Hallo")
    told = private(fetch(bluesky)[0])
    assert set(told) == {first, second, other}
    assert told[first].text == "Eine Frage 🥐"
    assert not told[first].public
    assert told[first].author.name == "Anna"
    assert told[first].direction is Direction.IN
    assert told[second].direction is Direction.OUT
    assert told[first].conversation == told[second].conversation
    assert told[first].conversation != told[other].conversation


def test_the_log_tells_what_is_new_and_what_is_gone(network, bluesky, fetch):
    network.chat.say(ANNA, "alt")
    _told, since, _events = fetch(bluesky)
    new = network.chat.say(ANNA, "neu")
    network.chat.begin(ANNA)
    told, since, _events = fetch(bluesky, since)
    assert set(private(told)) == {new}
    network.chat.drop(ANNA, new)
    _told, since, events = fetch(bluesky, since)
    assert MessageGone(remote_id=new) in events
    told, since, events = fetch(bluesky, since)
    assert private(told) == {}
    assert not [one for one in events if isinstance(one, MessageGone)]


def test_more_news_than_one_page_of_the_log_are_all_read(network, bluesky, fetch):
    network.chat.say(ANNA, "alt")
    _told, since, _events = fetch(bluesky)
    ids = [network.chat.say(ANNA, f"Nr. {number}") for number in range(120)]
    assert set(private(fetch(bluesky, since)[0])) == set(ids)


def test_a_log_that_repeats_itself_is_left(network, bluesky, fetch):
    network.chat.say(ANNA, "alt")
    _told, since, _events = fetch(bluesky)
    network.chat.get_log = lambda exchange, _query, _body: exchange.answer(
        {"logs": network.chat.logs, "cursor": "2"}
    )
    assert len(private(fetch(bluesky, since)[0])) == 1


def test_broken_entries_cost_only_themselves(network, bluesky, fetch):
    network.chat.say(ANNA, "alt")
    _told, since, _events = fetch(bluesky)
    kind = "chat.bsky.convo.defs#logCreateMessage"
    convo = f"convo-{ANNA}"
    network.chat.logs += [
        "nonsense",
        {"$type": kind, "rev": network.chat._rev(), "convoId": convo, "message": {"id": 1}},
        {"$type": kind, "rev": network.chat._rev(), "convoId": convo,
         "message": {"id": "x", "sender": {"did": ANNA}, "sentAt": "gestern"}},
        {"$type": "chat.bsky.convo.defs#logDeleteMessage", "rev": "3", "message": 7},
    ]  # fmt: skip
    good = network.chat.say(ANNA, "gut")
    pages = iter([{"logs": network.chat.logs, "cursor": "9"}, {"logs": []}])
    network.chat.get_log = lambda exchange, _query, _body: exchange.answer(next(pages))
    told, _since, events = fetch(bluesky, since)
    assert good in private(told)
    assert len([one for one in events if isinstance(one, ItemSkipped)]) == 4


def test_without_the_right_to_them_there_are_simply_none(network, connect, fetch):
    network.chat.say(ANNA, "geheim")
    public = network.say(ANNA, "offen", to=network.post)
    bluesky = connect(settings={"direct_messages": "yes"})
    told, since, _events = fetch(bluesky)
    assert set(told) == {public}
    network.chat.allowed = True
    assert len(private(fetch(bluesky, since)[0])) == 1


def test_they_are_not_asked_for_unless_switched_on(network, connect, fetch):
    network.chat.allowed = True
    network.chat.say(ANNA, "geheim")
    assert private(fetch(connect())[0]) == {}
    assert not [name for name, _query, _body in network.asked if name.startswith("chat.")]


def test_a_message_is_answered_privately_once(case, network, bluesky, fetch):
    question = network.chat.say(ANNA, "Frage")
    message = fetch(bluesky)[0][question]
    now = datetime.now(UTC)
    reply = Reply(client_key="k", text="Antwort", target=target_of(message), first_attempt_at=now)
    assert bluesky.find_sent(reply) is None
    with case.losing_answers(), pytest.raises(OPEN):
        bluesky.send(reply)
    found = bluesky.find_sent(reply)
    assert found is not None
    assert [one["text"] for one in network.chat.messages[f"convo-{ANNA}"]] == ["Frage", "Antwort"]
    later = Reply(
        client_key="k2", text="Antwort", target=target_of(message),
        first_attempt_at=now + timedelta(hours=1),
    )  # fmt: skip
    assert bluesky.find_sent(later) is None
    assert bluesky.send(later).text == "Antwort"
    assert network.ours()[1:] == []


def test_links_in_a_private_answer_are_marked(network, bluesky, fetch):
    message = fetch(bluesky)[0].get(network.chat.say(ANNA, "x"))
    message = message or fetch(bluesky)[0]["m0"]
    text = "Süß: https://krume.example"
    bluesky.send(Reply(client_key="k", text=text, target=target_of(message)))
    body = next(body for name, _query, body in network.asked if name.endswith("sendMessage"))
    assert body["message"]["facets"][0]["index"]["byteStart"] == len("Süß: ".encode())


def test_who_wrote_is_blocked_and_reported_but_the_message_neither_liked_nor_deleted(
    network, bluesky, fetch
):
    network.chat.say(ANNA, "Werbung")
    message = fetch(bluesky)[0]["m0"]
    for kind in (OutboxKind.BLOCK, OutboxKind.REPORT):
        bluesky.act(Action(kind=kind, target=target_of(message)))
    assert network.reports[0]["subject"] == {
        "$type": "chat.bsky.convo.defs#messageRef", "did": ANNA,
        "convoId": f"convo-{ANNA}", "messageId": "m0",
    }  # fmt: skip
    for kind in (OutboxKind.LIKE, OutboxKind.DELETE):
        with pytest.raises(NotAllowedError):
            bluesky.act(Action(kind=kind, target=target_of(message)))
