"""What is said in the rooms of a real Synapse arrives, and changes to it are noticed."""

import threading
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from cm_desktop.domain.events import GapFound, MessageGone
from cm_desktop.domain.model import Direction, Kind, Nature
from tests.servers.matrix_account import anna, connector, desk, fetch
from tests.servers.synapse import NAME

__all__ = ["anna", "connector", "desk"]

pytestmark = pytest.mark.real


def test_a_message_arrives_from_a_room_and_from_a_talk_of_two(desk, anna, connector):
    room = anna.make_room(desk.person, name="Brot & Brötchen")
    talk = anna.make_room(desk.person, name="", is_direct=True)
    _told, since, _events = fetch(connector)
    one = anna.say(room, 'Ist das "neu"? <b>Toll</b> 👍🏽\n\nLG')
    two = anna.say(
        talk,
        "Hallo *Laden*",
        format="org.matrix.custom.html",
        formatted_body="Hallo <b>Laden</b><br>zwei",
    )
    told, _since, _events = fetch(connector, since)
    in_room, in_talk = told[one], told[two]
    assert in_room.text == 'Ist das "neu"? <b>Toll</b> 👍🏽\n\nLG'
    assert (in_room.conversation.kind, in_room.conversation.title) == (
        Kind.TOPIC,
        "Brot & Brötchen",
    )
    assert (in_talk.conversation.kind, in_talk.conversation.title) == (Kind.DIRECT, "Anna")
    assert in_talk.text == "Hallo Laden\nzwei"
    assert (in_room.author.name, in_room.author.remote_id) == ("Anna", anna.id)
    assert in_room.direction is Direction.IN
    assert abs(in_room.created_at - datetime.now(UTC)) < timedelta(minutes=2)


def test_a_bot_is_told_from_a_person_and_files_are_named(desk, anna, connector):
    room = anna.make_room(desk.person)
    notice = anna.put(room, "m.room.message", msgtype="m.notice", body="Build fertig")
    emote = anna.put(room, "m.room.message", msgtype="m.emote", body="winkt")
    file = anna.put(
        room,
        "m.room.message",
        msgtype="m.image",
        body="Guckt mal",
        filename="brot.jpg",
        url=f"mxc://{NAME}/abc",
        info={"mimetype": "image/jpeg", "size": 12345},
    )
    told, _since, _events = fetch(connector)
    assert told[notice].nature is Nature.AUTO_REPLY
    assert told[emote].text == "* Anna winkt"
    assert told[file].text == "Guckt mal"
    about = told[file].attachments[0].about
    assert (about.name, about.type, about.size) == ("brot.jpg", "image/jpeg", 12345)


def test_edits_and_redactions_of_others_are_noticed(desk, anna, connector):
    room = anna.make_room(desk.person)
    changed, gone, old = (anna.say(room, text) for text in ("a", "b", "c"))
    anna.edit(room, old, "c, geändert")
    told, since, _events = fetch(connector)
    assert told[old].text == "c, geändert"
    assert told[old].edited_at is not None
    anna.edit(room, changed, "falsch")
    anna.edit(room, changed, "a, geändert")
    anna.redact(room, gone)
    told, since, events = fetch(connector, since)
    assert told[changed].text == "a, geändert"
    assert told[changed].created_at < told[changed].edited_at
    assert [one.remote_id for one in events if isinstance(one, MessageGone)] == [gone]
    assert set(fetch(connector, since)[0]) == set()


def test_what_was_said_while_we_were_away_is_read_without_a_hole(desk, anna, connector):
    room, other = anna.make_room(desk.person), anna.make_room(desk.person, name="Leise")
    anna.say(room, "davor")
    told, since, _events = fetch(connector)
    numbers = [anna.say(room, f"Nachricht {number}") for number in range(230)]
    quiet = anna.say(other, "auch hier")
    told, since, events = fetch(connector, since)
    assert {*numbers, quiet} == set(told)
    assert [one.text for one in told.values() if one.remote_id != quiet] == [
        f"Nachricht {number}" for number in range(230)
    ]
    assert not [one for one in events if isinstance(one, GapFound)]
    assert fetch(connector, since)[0] == {}


def test_listening_wakes_up_when_somebody_speaks_and_moves_no_cursor(desk, anna, connector):
    room = anna.make_room(desk.person)
    _told, since, _events = fetch(connector)
    listener, woken = desk.connect(), []
    assert not listener.wait(0.2, threading.Event())

    def listen():
        woken.append(listener.wait(60, threading.Event()))

    thread = threading.Thread(target=listen)
    thread.start()
    began = monotonic()
    number = anna.say(room, "Ist da wer?")
    thread.join(60)
    assert woken == [True]
    assert monotonic() - began < 20
    assert number in fetch(connector, since)[0]
