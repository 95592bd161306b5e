"""Answering, liking and moderating in the rooms of a real Synapse, and where it is refused."""

import pytest

from cm_desktop.domain.errors import GoneError, NotAllowedError
from cm_desktop.domain.events import MessageGone
from cm_desktop.domain.model import Direction, OutboxKind
from tests.servers.matrix_account import act, anna, connector, desk, fetch, reply_to

__all__ = ["anna", "connector", "desk"]

pytestmark = pytest.mark.real


def test_a_reply_is_there_once_and_hangs_on_what_it_answers(desk, anna, connector):
    room = anna.make_room(desk.person)
    question = anna.say(room, "Habt ihr offen?")
    told, since, _events = fetch(connector)
    reply = reply_to(told[question], "Ja, bis 18 Uhr.")
    sent = connector.send(reply)
    assert connector.send(reply).remote_id == sent.remote_id, "the server knows the key"
    assert anna.texts(room) == ["Habt ihr offen?", "Ja, bis 18 Uhr."]
    relation = anna.event(room, sent.remote_id)["content"]["m.relates_to"]
    assert relation == {"m.in_reply_to": {"event_id": question}}
    echo = fetch(connector, since)[0][sent.remote_id]
    assert (echo.direction, echo.parent_remote_id) == (Direction.OUT, question)
    assert echo.conversation.remote_id == told[question].conversation.remote_id


def test_a_thread_is_a_conversation_of_its_own_and_is_answered_there(desk, anna, connector):
    room = anna.make_room(desk.person)
    root = anna.say(room, "Wer kommt am Samstag?")
    _told, since, _events = fetch(connector)
    relation = {
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": root},
    }
    inside = anna.say(room, "Ich!", **{"m.relates_to": relation})
    told, since, _events = fetch(connector, since)
    message = told[inside]
    assert message.conversation.remote_id == f"{room} {root}"
    assert message.conversation.post.text == "Wer kommt am Samstag?"
    assert message.parent_remote_id is None
    sent = connector.send(reply_to(message, "Fein."))
    echo = fetch(connector, since)[0][sent.remote_id]
    assert echo.conversation.remote_id == f"{room} {root}"
    assert echo.parent_remote_id == inside
    assert anna.event(room, sent.remote_id)["content"]["m.relates_to"]["event_id"] == root


def test_our_own_message_can_be_edited_and_taken_back(desk, anna, connector):
    room = anna.make_room(desk.person)
    question = anna.say(room, "Offen?")
    told, since, _events = fetch(connector)
    sent = connector.send(reply_to(told[question], "Bis 17 Uhr."))
    told, since, _events = fetch(connector, since)
    ours = told[sent.remote_id]
    act(connector, OutboxKind.EDIT, ours, "Bis 18 Uhr.")
    told, since, _events = fetch(connector, since)
    assert told[sent.remote_id].text == "Bis 18 Uhr."
    with pytest.raises(NotAllowedError, match="not_own_message"):
        act(connector, OutboxKind.EDIT, told.get(question) or fetch(connector)[0][question], "x")
    act(connector, OutboxKind.DELETE, ours)
    act(connector, OutboxKind.DELETE, ours)
    _told, since, events = fetch(connector, since)
    assert MessageGone in {type(one) for one in events}
    assert anna.event(room, sent.remote_id)["content"] == {}
    with pytest.raises(GoneError):
        connector.send(reply_to(ours, "darauf"))


def test_liking_is_seen_there_and_comes_back_also_when_it_is_taken_back(desk, anna, connector):
    room = anna.make_room(desk.person)
    number = anna.say(room, "Danke!")
    told, since, _events = fetch(connector)
    message = told[number]
    for _twice in range(2):
        act(connector, OutboxKind.LIKE, message)
        told, since, _events = fetch(connector, since)
        if number in told:
            assert told[number].liked
        act(connector, OutboxKind.LIKE, message)
        assert fetch(connector, since)[0] == {}
        act(connector, OutboxKind.UNLIKE, message)
        told, since, _events = fetch(connector, since)
        assert not told[number].liked


def test_moderation_needs_the_power_for_it(synapse, desk, anna, connector):
    ben = synapse.person("Ben")
    theirs = anna.make_room(desk.person)
    hers = anna.say(theirs, "Meins")
    ours = desk.person.make_room(ben)
    his = ben.say(ours, "Spam!")
    told, since, _events = fetch(connector)
    for kind in (OutboxKind.DELETE, OutboxKind.BLOCK):
        with pytest.raises(NotAllowedError):
            act(connector, kind, told[hers])
    act(connector, OutboxKind.DELETE, told[his])
    assert ben.event(ours, his)["content"] == {}
    for _twice in range(2):
        act(connector, OutboxKind.BLOCK, told[his])
        assert desk.person.members(ours)[ben.id] == "ban"
    for _twice in range(2):
        act(connector, OutboxKind.UNBLOCK, told[his])
        assert desk.person.members(ours)[ben.id] == "leave"
    act(connector, OutboxKind.REPORT, told[hers], "Beleidigung")
    act(connector, OutboxKind.MUTE, told[hers])
    unheard = anna.say(theirs, "Hört ihr mich?")
    assert unheard not in fetch(connector, since)[0]


def test_an_encrypted_room_is_named_and_refused(desk, anna, connector):
    sealed = {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    room = anna.make_room(desk.person, name="Geheim", initial_state=[sealed])
    for number in range(3):
        anna.put(
            room, "m.room.encrypted", algorithm="m.megolm.v1.aes-sha2", ciphertext=f"x{number}",
            sender_key="k", device_id="d", session_id="s",
        )  # fmt: skip
    told, _since, _events = fetch(connector)
    [message] = told.values()
    assert "Element" in message.text
    assert message.conversation.title == "Geheim"
    assert message.context == {"encrypted": "1"}
    for kind in (OutboxKind.LIKE, OutboxKind.DELETE):
        with pytest.raises(NotAllowedError, match="encrypted"):
            act(connector, kind, message)
    with pytest.raises(NotAllowedError, match="encrypted"):
        connector.send(reply_to(message, "Hallo"))


def test_no_plain_text_goes_into_a_room_that_was_encrypted_meanwhile(desk, anna, connector):
    room = anna.make_room(desk.person)
    question = anna.say(room, "Noch offen lesbar")
    told, _since, _events = fetch(connector)
    anna.ask("PUT", f"/rooms/{room}/state/m.room.encryption/", algorithm="m.megolm.v1.aes-sha2")
    with pytest.raises(NotAllowedError, match="encrypted"):
        connector.send(reply_to(told[question], "Klartext"))
    assert anna.texts(room) == ["Noch offen lesbar"]
