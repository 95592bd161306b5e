"""A Matrix server that is busy, or whose answer makes no sense."""

import pytest

from cm_desktop.domain.errors import RateLimitedError, ServerTroubleError
from cm_desktop.domain.events import ItemSkipped, MessageSeen
from tests.connectors.contract import events_of, messages
from tests.connectors.matrix.fake_server import ANNA, ROOM
from tests.connectors.matrix.reading import told


@pytest.mark.parametrize("told_how", ["header", "body", "not at all", "nonsense"])
def test_a_rate_limit_is_told_with_its_time(case, connector, told_how):
    connector.identify()
    body = {"body": {"retry_after_ms": 2500}, "nonsense": {"retry_after_ms": -1}}.get(told_how, {})
    headers = {"Retry_After": "7"} if told_how == "header" else {}
    case.server.intercept = lambda exchange: exchange.answer(body, status=429, **headers)
    with pytest.raises(RateLimitedError) as caught:
        events_of(connector)
    expected = {"header": 7, "body": 2.5}.get(told_how)
    assert caught.value.wait_seconds == expected


def test_an_answer_without_a_place_to_go_on_from_is_refused(case, connector):
    connector.identify()
    for body in ({"next_batch": ""}, {}, {"next_batch": None}):
        case.server.answer("/_matrix/client/v3/sync", body)
        with pytest.raises(ServerTroubleError):
            events_of(connector)


def test_a_room_that_makes_no_sense_costs_only_itself(case, fake, connector):
    connector.identify()
    event = {"type": "m.room.message", "sender": ANNA, "event_id": "$gut", "origin_server_ts": 1,
             "content": {"msgtype": "m.text", "body": "gut"}}  # fmt: skip
    bad = [
        {"event_id": "ohne Dollar"}, {"origin_server_ts": -5}, {"origin_server_ts": 1 << 60},
        {"sender": "anna"}, {"content": 7}, {"content": {"body": 7}}, {"content": {}},
        {"event_id": "$" + "x" * 300}, {"event_id": "$mit leer zeichen"},
    ]  # fmt: skip
    rooms = {
        "!gut:test": {"timeline": {"events": [event, *(event | {"event_id": f"$b{n}"} | one
                                                       for n, one in enumerate(bad))]}},
        "!kaputt:test": {"timeline": 7},
        "!leer:test": {},
        "kein Raum": {"timeline": {"events": [event]}},
        "!summe:test": {"summary": {"m.joined_member_count": 1 << 70}},
    }  # fmt: skip
    case.server.answer("/_matrix/client/v3/sync", {"next_batch": "s1", "rooms": {"join": rooms}})
    events = events_of(connector)
    assert [one.remote_id for one in messages(events)] == ["$gut"]
    assert len([one for one in events if isinstance(one, ItemSkipped)]) >= len(bad)


def test_an_author_without_a_name_is_called_by_nothing_but_the_id(fake, connector):
    fake.set_state(ROOM, "m.room.member", {"membership": "join"}, ANNA)
    number = fake.say("winkt", msgtype="m.emote")
    message = told(events_of(connector))[number]
    assert (message.author.name, message.author.handle) == ("", ANNA)
    assert message.text == "* anna winkt"
    assert isinstance(message, MessageSeen)
