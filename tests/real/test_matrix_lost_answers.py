"""Answers to a real Synapse whose connection was cut are there exactly once."""

from datetime import UTC, datetime

import pytest

from tests.servers.cutting_proxy import Cut, cutting_proxy, lose_answer
from tests.servers.matrix_account import anna, connector, desk, fetch, reply_to

__all__ = ["anna", "connector", "desk"]

pytestmark = pytest.mark.real


@pytest.mark.parametrize("cut", [cut for cut in Cut if cut is not Cut.NEVER])
def test_an_answer_that_got_lost_is_there_exactly_once_in_the_end(synapse, desk, anna, cut):
    room = anna.make_room(desk.person)
    question = anna.say(room, "Habt ihr offen?")
    settings = desk.connect().identify().settings
    with cutting_proxy(synapse.port) as proxy:
        proxy.method = b"PUT "
        connector = desk.connect(settings={**settings, "base": proxy.url})
        told, _since, _events = fetch(connector)
        asked = reply_to(told[question], "Gern.", first_attempt_at=datetime.now(UTC))
        applied = lose_answer(proxy, cut, lambda: connector.send(asked))
        assert anna.texts(room).count("Gern.") == applied

        # As the outbox does: look and send again if it is not there, or just send again.
        proxy.cut = Cut.NEVER
        found = desk.connect(settings={**settings, "base": proxy.url}).find_sent(asked)
        assert (found is not None) is applied
        sent = connector.send(asked)
        assert found is None or found.remote_id == sent.remote_id
        assert connector.find_sent(asked).remote_id == sent.remote_id
        assert anna.texts(room).count("Gern.") == 1


def test_a_lost_answer_is_found_by_another_device_as_well(desk, anna, connector):
    room = anna.make_room(desk.person)
    question = anna.say(room, "Habt ihr offen?")
    message = fetch(connector)[0][question]
    reply = reply_to(message, "Ja.", first_attempt_at=datetime.now(UTC))
    sent = connector.send(reply)
    token = desk.person.client.headers["Authorization"].removeprefix("Bearer ")
    other = desk.connect(secret={"token": token})
    assert other.find_sent(reply).remote_id == sent.remote_id
    assert other.find_sent(reply_to(message, "Nein.")) is None
