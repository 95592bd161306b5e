"""Rooms, threads, encrypted rooms and invitations: which conversation a message belongs to."""

from cm_desktop.domain.events import ItemSkipped
from cm_desktop.domain.model import Direction, Kind, Visibility
from tests.connectors.contract import cursor_of, events_of, messages
from tests.connectors.matrix.fake_server import ANNA, BEN, ROOM, US
from tests.connectors.matrix.reading import invite, paths, reply_of, thread_of, told


def test_rooms_are_called_by_their_name_alias_or_people(fake, connector):
    fake.make_room("!paar:test", "", (US, ANNA))
    fake.make_room("!alias:test", "", (US, ANNA, BEN), m__room__canonical_alias={"alias": "#a:b"})
    fake.make_room("!ohne:test", "", (US, ANNA, BEN), m__room__join_rules={"join_rule": "public"})
    fake.make_room("!gesagt:test", "Mit Namen", (US, ANNA))
    fake.direct = {ANNA: ["!gesagt:test"]}
    for room in fake.state:
        fake.say("x", room=room)
    found = {one.conversation.remote_id: one for one in messages(events_of(connector))}
    called = {name: (one.conversation.kind, one.conversation.title) for name, one in found.items()}
    assert called == {
        ROOM: (Kind.TOPIC, "Backstube"),
        "!paar:test": (Kind.DIRECT, "Anna"),
        "!alias:test": (Kind.TOPIC, "#a:b"),
        "!ohne:test": (Kind.TOPIC, "Anna, Ben"),
        "!gesagt:test": (Kind.DIRECT, "Mit Namen"),
    }
    assert [name for name, one in found.items() if one.public] == ["!ohne:test"]


def test_a_room_keeps_its_name_in_later_passes_and_takes_a_new_one(fake, connector):
    since = cursor_of(events_of(connector))
    number = fake.say("noch da?")
    events = events_of(connector, since)
    assert told(events)[number].conversation.title == "Backstube"
    fake.set_state(ROOM, "m.room.name", {"name": "Verkauf"})
    fake.direct = {ANNA: [ROOM]}
    number = fake.say("und jetzt?")
    conversation = told(events_of(connector, cursor_of(events)))[number].conversation
    assert (conversation.title, conversation.kind) == ("Verkauf", Kind.DIRECT)


def test_a_thread_is_a_conversation_that_hangs_on_its_first_message(fake, connector):
    root = fake.say("Wer kommt?")
    since = cursor_of(events_of(connector))
    falling = thread_of(root, is_falling_back=True, **reply_of(root))
    one = fake.say("Ich", relates=falling)
    two = fake.say("Du?", relates=thread_of(root, is_falling_back=False, **reply_of(one)))
    events = events_of(connector, since)
    found = told(events)
    assert {found[one].conversation.remote_id for one in (one, two)} == {f"{ROOM} {root}"}
    assert found[one].conversation.post.text == "Wer kommt?"
    assert (found[one].parent_remote_id, found[two].parent_remote_id) == (None, one)
    fake.asked.clear()
    three = fake.say("Wir auch", relates=falling)
    found = told(events_of(connector, cursor_of(events)))
    assert found[three].conversation.remote_id == f"{ROOM} {root}"
    assert not [path for path in paths(fake) if path.endswith(root)], "its beginning is known"


def test_a_thread_whose_first_message_may_not_be_seen_is_read_all_the_same(fake, connector):
    number = fake.say("Ich", relates=thread_of("$unsichtbar"))
    message = told(events_of(connector))[number]
    assert message.conversation.remote_id == f"{ROOM} $unsichtbar"
    assert message.conversation.post is None


def test_an_encrypted_room_is_told_of_once_a_day(fake, connector):
    fake.make_room("!geheim:test", "Geheim", (US, ANNA), m__room__encryption={"algorithm": "x"})
    for _twice in range(2):
        fake.add("!geheim:test", ANNA, "m.room.encrypted", {"ciphertext": "x"})
    events = events_of(connector)
    [message] = messages(events)
    assert "Element" in message.text
    assert message.direction is Direction.IN
    assert message.conversation.title == "Geheim"
    assert message.conversation.context["encrypted"] == "1"
    fake.add("!geheim:test", US, "m.room.encrypted", {"ciphertext": "von uns"})
    events = events_of(connector, cursor_of(events))
    assert messages(events) == []
    fake.add("!geheim:test", ANNA, "m.room.encrypted", {"ciphertext": "x"})
    [again] = messages(events_of(connector, cursor_of(events)))
    assert again.remote_id == message.remote_id


def test_an_invitation_is_held_for_a_person_to_decide(fake, connector):
    invite(fake, "!verein:test")
    invite(fake, "!geheim:test", sealed=True)
    fake.invitations["!leer:test"] = {"invite_state": {"events": []}}
    fake.invitations["!falsch:test"] = {"invite_state": 7}
    fake.invitations["kein Raum"] = {}
    events = events_of(connector)
    plain, sealed = messages(events)
    assert (plain.visibility, plain.conversation.kind) == (Visibility.HELD, Kind.DIRECT)
    assert (plain.conversation.title, plain.author.name) == ("Verein", "Anna")
    assert "Element" in sealed.text
    assert "Element" not in plain.text
    assert len([one for one in events if isinstance(one, ItemSkipped)]) == 3
    assert fake.joined == []


def test_invitations_are_taken_up_where_the_account_says_so(case, fake):
    invite(fake, "!verein:test")
    events = events_of(case.connect(join="yes"))
    assert fake.joined == ["!verein:test"]
    assert messages(events) == []


def test_an_invitation_that_cannot_be_taken_up_is_told_of(case, fake):
    invite(fake, "!verein:test")
    connector = case.connect(join="yes")
    connector.identify()
    case.server.routes["/_matrix/client/v3/rooms/%21verein%3Atest/join"] = lambda exchange: (
        exchange.answer({"errcode": "M_FORBIDDEN"}, status=403)
    )
    assert len(messages(events_of(connector))) == 1


def test_a_room_that_we_left_is_forgotten(case, fake, connector):
    events = events_of(connector)
    case.server.answer(
        "/_matrix/client/v3/sync", {"next_batch": "s99", "rooms": {"leave": {ROOM: {}}}}
    )
    events = events_of(connector, cursor_of(events))
    assert ROOM not in cursor_of(events)
