"""Whatever stands in an update: clean events come out, and the good ones of its page are kept."""

import json
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.telegram import CHANNEL
from cm_desktop.domain.errors import CmError
from cm_desktop.domain.events import CursorMoved, ItemSkipped, MessageGone, MessageSeen
from tests.connectors.contract import cursor_of, events_of, messages
from tests.connectors.loopback import serve
from tests.connectors.mutations import changed, paths
from tests.simulators.telegram import ANNA, BERND, TOKEN, Simulator

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["supergroup", "text_link", "-100", "\0", "9999", "biz_A1"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


# One update of each kind, as the played Telegram gives them.
SAMPLES = json.loads(Path(__file__).with_name("updates.json").read_text("utf-8"))
PLACES = [(number, path) for number, one in enumerate(SAMPLES) for path in paths(one)]


@pytest.fixture(scope="module")
def played():
    with serve() as loopback:
        config = AccountConfig(
            channel="telegram",
            url=loopback.url,
            settings={"bot": "123456"},
            secret={"token": TOKEN},
        )
        connector = CHANNEL.make(config)
        yield loopback, connector
        connector.close()


def _check(event):
    assert isinstance(event, CursorMoved | ItemSkipped | MessageGone | MessageSeen)
    if isinstance(event, MessageSeen):
        assert event.remote_id
        assert event.conversation.remote_id
        assert event.author.remote_id
        assert event.author.name
        assert event.created_at.tzinfo is not None
        assert "\0" not in event.text + event.quoted + event.conversation.title
    repr(event).encode()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PLACES), ANYTHING | st.just(...))
def test_one_spoiled_update_costs_no_other(played, place, new):
    loopback, connector = played
    number, path = place
    good = [
        {"update_id": 7_000_000 + n, "message": {
            "message_id": n + 1, "date": 1_790_000_000 + n, "from": BERND, "text": f"gut {n}",
            "chat": {"id": BERND["id"], "type": "private", "first_name": "Bernd"}}}
        for n in range(2)
    ]  # fmt: skip
    page = [good[0], changed(SAMPLES[number], path, new), good[1]]

    def serve_page(exchange):
        exchange.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if "getBusinessConnection" in exchange.path:
            exchange.answer({"ok": False, "description": "Bad Request: x"}, status=400)
        else:
            exchange.answer({"ok": True, "result": page})

    loopback.otherwise = serve_page
    events = events_of(connector)
    for event in events:
        _check(event)
    texts = [message.text for message in messages(events)]
    assert {"gut 0", "gut 1"} <= set(texts)
    assert '"next":7000002' in cursor_of(events)


def test_each_sample_is_understood(played):
    loopback, connector = played
    loopback.otherwise = lambda exchange: exchange.answer(
        {"ok": True, "result": {"id": "biz_A1", "user": ANNA}}
        if "getBusinessConnection" in exchange.path
        else {"ok": True, "result": SAMPLES}
    )
    events = events_of(connector)
    assert [one for one in events if isinstance(one, ItemSkipped)] == []
    assert len(messages(events)) == 12
    assert len([one for one in events if isinstance(one, MessageGone)]) == 2


@settings(max_examples=60)
@given(st.text(max_size=200) | ANYTHING.map(json.dumps))
def test_a_cursor_of_any_kind_is_as_good_as_none_or_works(cursor):
    with serve() as loopback:
        telegram = Simulator(loopback)
        telegram.say(ANNA, "Hallo")
        config = AccountConfig(
            channel="telegram",
            url=loopback.url,
            settings={"bot": "123456"},
            secret={"token": TOKEN},
        )
        connector = CHANNEL.make(config)
        try:
            assert messages(events_of(connector, cursor))
        except CmError as error:
            pytest.fail(error.code)
        finally:
            connector.close()
