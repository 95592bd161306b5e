"""Invitations into rooms of a real Synapse wait for a person, or are taken up."""

import pytest

from cm_desktop.domain.errors import NotAllowedError
from cm_desktop.domain.model import OutboxKind, Visibility
from tests.servers.matrix_account import act, anna, connector, desk, fetch, reply_to

__all__ = ["anna", "connector", "desk"]

pytestmark = pytest.mark.real


def test_an_invitation_waits_until_it_is_approved_or_refused(desk, anna, connector):
    _told, since, _events = fetch(connector)
    rooms = [
        anna.ask("POST", "/createRoom", preset="private_chat", invite=[desk.person.id], name=name)[
            "room_id"
        ]
        for name in ("Ja", "Nein")
    ]
    hello = anna.say(rooms[0], "Schön, dass ihr kommt")
    told, since, _events = fetch(connector, since)
    invitations = {one.conversation.remote_id: one for one in told.values()}
    assert set(invitations) == set(rooms)
    yes, no = (invitations[room] for room in rooms)
    assert (yes.visibility, yes.conversation.title) == (Visibility.HELD, "Ja")
    assert yes.author.name == "Anna"
    with pytest.raises(NotAllowedError, match="invitation"):
        connector.send(reply_to(yes, "Hallo"))
    act(connector, OutboxKind.APPROVE, yes)
    act(connector, OutboxKind.DELETE, no)
    assert [anna.members(room)[desk.person.id] for room in rooms] == ["join", "leave"]
    told, since, _events = fetch(connector, since)
    later = anna.say(rooms[0], "Und jetzt?")
    told |= fetch(connector, since)[0]
    assert later in told
    assert hello not in told or told[hello].text == "Schön, dass ihr kommt"


def test_invitations_are_accepted_where_the_account_says_so(desk, anna):
    connector = desk.connect(settings={"join": "yes"})
    room = anna.ask("POST", "/createRoom", preset="private_chat", invite=[desk.person.id])
    _told, since, _events = fetch(connector)
    assert anna.members(room["room_id"])[desk.person.id] == "join"
    number = anna.say(room["room_id"], "Da seid ihr ja")
    assert number in fetch(connector, since)[0]
