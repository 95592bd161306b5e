"""Whatever a server or a stranger sends: an error of ours or clean events, no good item lost."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cm_desktop.connectors import matrix_shapes as shapes
from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.matrix import CHANNEL
from cm_desktop.connectors.matrix_events import Told
from cm_desktop.connectors.matrix_invitations import invited
from cm_desktop.connectors.matrix_rooms import Room, direct_rooms
from cm_desktop.domain.errors import CmError
from cm_desktop.domain.events import CursorMoved, ItemSkipped, MessageGone, MessageSeen
from tests import hostile
from tests.connectors.loopback import serve
from tests.connectors.matrix.fake_server import ANNA, ROOM, TOKEN, US
from tests.connectors.mutations import changed, paths

SAID = {
    "type": "m.room.message",
    "sender": ANNA,
    "event_id": "$eins",
    "origin_server_ts": 1_790_000_000_000,
    "content": {
        "msgtype": "m.image",
        "body": "Guckt mal",
        "filename": "brot.jpg",
        "format": "org.matrix.custom.html",
        "formatted_body": "<mx-reply>x</mx-reply><b>Guckt</b> mal",
        "info": {"mimetype": "image/jpeg", "size": 12},
        "m.relates_to": {
            "rel_type": "m.thread",
            "event_id": "$wurzel",
            "is_falling_back": False,
            "m.in_reply_to": {"event_id": "$null"},
        },
    },
    "unsigned": {
        "transaction_id": "x",
        "m.relations": {
            "m.replace": {
                "type": "m.room.message",
                "sender": ANNA,
                "event_id": "$zwei",
                "origin_server_ts": 1_790_000_009_000,
                "content": {
                    "body": "* anders",
                    "m.new_content": {"msgtype": "m.text", "body": "anders"},
                    "m.relates_to": {"rel_type": "m.replace", "event_id": "$eins"},
                },
            }
        },
    },
}
OTHERS = [
    {**SAID, "type": "m.room.encrypted", "content": {"ciphertext": "x"}},
    {**SAID, "type": "m.room.redaction", "content": {"redacts": "$x"}, "redacts": "$x"},
    {**SAID, "type": "m.reaction", "sender": US, "content": {"m.relates_to": {
        "rel_type": "m.annotation", "event_id": "$x", "key": "👍"}}},
    {**SAID, "type": "m.room.member", "state_key": ANNA, "content": {"displayname": "Anna"}},
]  # fmt: skip
GOOD = {**SAID, "event_id": "$gut", "content": {"msgtype": "m.text", "body": "gut"}, "unsigned": {}}
SYNC = {
    "next_batch": "s2",
    "account_data": {"events": [{"type": "m.direct", "content": {ANNA: [ROOM]}}]},
    "rooms": {
        "join": {
            ROOM: {
                "timeline": {"events": [SAID, *OTHERS], "limited": True, "prev_batch": "s1"},
                "state": {"events": [{"type": "m.room.name", "sender": ANNA, "state_key": "",
                                      "content": {"name": "Backstube"}}]},
                "summary": {"m.heroes": [ANNA], "m.joined_member_count": 2},
                "unread_notifications": {"notification_count": 1},
            }
        },
        "invite": {"!x:test": {"invite_state": {"events": [
            {"type": "m.room.member", "sender": ANNA, "state_key": US,
             "content": {"membership": "invite"}}]}}},
        "leave": {},
    },
}  # fmt: skip
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(["$eins", US, ANNA, ROOM, "m.replace", "m.text", "<b>x", "1e99"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
TEXTS = {name: text for name, text in hostile.ALL.items() if len(text) < 100_000}


def check(event):
    assert isinstance(event, MessageSeen | ItemSkipped | MessageGone)
    if isinstance(event, MessageSeen):
        assert event.remote_id
        assert event.author.remote_id
        assert event.conversation.remote_id
        assert event.created_at.tzinfo is not None
        assert "\0" not in event.text
        repr(event).encode()  # nothing that cannot be kept


@pytest.mark.parametrize("item", [SAID, *OTHERS])
@given(data=st.data())
def test_any_change_to_an_event_costs_only_itself(item, data):
    path = data.draw(st.sampled_from(list(paths(item))))
    bad = changed(item, path, data.draw(st.just(...) | ANYTHING))
    events = [*Told(US, {}).of_room(ROOM, Room(), shapes.events_of([bad, GOOD]))]
    for event in events:
        check(event)
    assert "gut" in [event.text for event in events if isinstance(event, MessageSeen)]


@given(item=ANYTHING)
def test_anything_in_place_of_an_event_is_skipped_or_reported(item):
    for event in Told(US, {}).of_room(ROOM, Room(), shapes.events_of([item])):
        check(event)


@given(value=ANYTHING)
def test_anything_in_place_of_an_invitation_or_of_marks_is_no_bug(value):
    check(invited("!x:test", value, US))
    direct_rooms([value, {"type": "m.direct", "content": value}])


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("field", ["body", "formatted_body"])
def test_hostile_texts_come_out_as_text_that_can_be_kept(text, field):
    content = {"msgtype": "m.text", "body": "x", "format": shapes.HTML, field: text}
    if field == "body":
        del content["format"]
    item = {**SAID, "content": content, "unsigned": None}
    room = Room()
    room.take_event(shapes.Event(type="m.room.name", sender=ANNA, content={"name": text}))
    [event] = Told(US, {}).of_room(ROOM, room, shapes.events_of([item]))
    check(event)
    assert "<script" not in event.text or field == "body"


@pytest.fixture(scope="module")
def server():
    with serve() as running:
        yield running


def connector(server):
    return CHANNEL.make(
        AccountConfig(
            channel="matrix",
            url=server.url,
            settings={"user": US, "base": server.url},
            secret={"token": TOKEN},
        )
    )


def fetched(server, body):
    server.answer("/_matrix/client/v3/sync", body)
    made = connector(server)
    try:
        return list(made.fetch(None))
    finally:
        made.close()


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_change_to_an_answer_gives_events_or_an_error_of_ours(server, data):
    path = data.draw(st.sampled_from(list(paths(SYNC))))
    body = changed(SYNC, path, data.draw(st.just(...) | ANYTHING))
    try:
        events = fetched(server, json.dumps(body).encode())
    except CmError:
        return
    for event in events[:-1]:
        check(event)
    assert isinstance(events[-1], CursorMoved)
    events[-1].cursor.encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"null",
        b'{"next_batch": 7}',
        b'{"next_batch": "' + b"9" * 5000 + b'", "rooms": {"join": [1]}}',
        b'{"next_batch": "x", "rooms": NaN}',
        b"<html>",
    ],
    ids=str,
)
def test_an_answer_of_another_kind_raises_only_what_is_foreseen(server, body):
    with pytest.raises(CmError):
        fetched(server, body)


def test_half_a_letter_in_one_message_costs_no_other(server):
    half = {**SAID, "event_id": "$halb", "content": {"msgtype": "m.text", "body": "Danke \ud83d"}}
    room = {"timeline": {"events": [{**half, "unsigned": {}}, GOOD]}}
    events = fetched(server, {"next_batch": "s1", "rooms": {"join": {ROOM: room}}})
    texts = [event.text for event in events if isinstance(event, MessageSeen)]
    assert texts == ["Danke \ufffd", "gut"]
