"""The connector against a real Synapse, on this computer."""

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from time import monotonic

import httpx
import pytest

from cm_desktop.connectors import oauth
from cm_desktop.connectors.base import AccountConfig, Action, Reply, Target
from cm_desktop.connectors.matrix import CHANNEL
from cm_desktop.domain.errors import (
    AddressError,
    GoneError,
    NotAllowedError,
    OfflineError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
)
from cm_desktop.domain.events import CursorMoved, GapFound, MessageGone, MessageSeen
from cm_desktop.domain.ids import new_id
from cm_desktop.domain.model import Direction, Kind, Nature, OutboxKind, Visibility
from cm_desktop.domain.policy import TextUnit
from tests.servers.cutting_proxy import Cut, cutting_proxy
from tests.servers.synapse import NAME, PASSWORD, TOKEN_SECONDS

pytestmark = pytest.mark.real


class Desk:
    """Our account, and the connector with all that was kept of it."""

    def __init__(self, person):
        self.person = person
        self.secret = {"password": PASSWORD}
        self.made = []

    def connect(self, **fields):
        given = {"url": self.person.server.url, "handle": self.person.id, "secret": self.secret}
        config = AccountConfig(channel="matrix", keep_secret=self.keep, **given | fields)
        self.made.append(CHANNEL.make(config))
        return self.made[-1]

    def keep(self, secret):
        self.secret = dict(secret)

    def close(self):
        for connector in self.made:
            connector.close()


@pytest.fixture
def desk(synapse):
    made = Desk(synapse.person("Laden"))
    yield made
    made.close()


@pytest.fixture
def anna(synapse):
    return synapse.person("Anna")


@pytest.fixture
def connector(desk):
    return desk.connect()


def fetch(connector, since=None):
    events = list(connector.fetch(since))
    moved = [event.cursor for event in events if isinstance(event, CursorMoved)]
    told = {event.remote_id: event for event in events if isinstance(event, MessageSeen)}
    return told, moved[-1], events


def target_of(message):
    return Target(
        remote_id=message.remote_id,
        conversation_remote_id=message.conversation.remote_id,
        author_remote_id=message.author.remote_id,
        author_handle=message.author.handle,
        text=message.text,
        context=dict(message.context),
        conversation_context=dict(message.conversation.context),
    )


def reply_to(message, text, **fields):
    return Reply(client_key=new_id(), text=text, target=target_of(message), **fields)


def act(connector, kind, message, text=""):
    connector.act(Action(kind=kind, target=target_of(message), text=text))


def wait_until_ended(server, token):
    """Wait until the server takes a token no more."""
    pause, end = threading.Event(), monotonic() + 10 * TOKEN_SECONDS
    where = f"{server.url}/_matrix/client/v3/account/whoami"
    headers = {"Authorization": f"Bearer {token}"}
    while httpx.get(where, headers=headers).status_code != 401:
        assert monotonic() < end
        pause.wait(0.2)


def test_a_matrix_server_is_recognised_and_others_are_not(synapse, desk):
    config = AccountConfig(channel="matrix", url=synapse.url)
    found = CHANNEL.look(config)
    assert (found.software, found.text_unit) == ("Matrix", TextUnit.BYTES)
    with pytest.raises(AddressError):
        CHANNEL.look(AccountConfig(channel="matrix", url=f"{synapse.url}/nowhere"))


def test_the_password_is_used_once_and_leaves_one_device(synapse, desk, connector):
    before = synapse.devices(desk.person)
    identity = connector.identify()
    assert (identity.remote_id, identity.title) == (desk.person.id, "Laden")
    assert set(desk.secret) == {"token", "device"}
    for _again in range(3):
        assert desk.connect().identify() == identity
    anew = desk.connect(secret={"password": PASSWORD}, settings=identity.settings)
    assert anew.identify() == identity
    assert len(synapse.devices(desk.person)) == len(before) + 1


def test_a_wrong_password_or_token_says_that_a_sign_in_is_needed(desk):
    for secret in ({"password": "falsch"}, {"token": "falsch"}, {}):
        with pytest.raises(SignInNeededError):
            desk.connect(secret=secret).identify()


def test_a_pasted_token_is_enough(desk):
    token = desk.person.client.headers["Authorization"].removeprefix("Bearer ")
    assert desk.connect(secret={"token": token}).identify().remote_id == desk.person.id


def test_one_can_sign_in_on_the_page_of_the_server(synapse, desk):
    synapse.cas.person = desk.person.id[1:].partition(":")[0]
    config = AccountConfig(channel="matrix", url=synapse.url, handle=desk.person.id)
    with oauth.loopback() as here:
        page = CHANNEL.browser.begin(config, here.address)
        browser = threading.Thread(
            target=httpx.get, args=(page.url,), kwargs={"follow_redirects": True}
        )
        browser.start()
        brought = here.answer(page.state, threading.Event(), patience=30)
        browser.join(30)
    secret = CHANNEL.browser.finish(config, page, brought)
    assert desk.connect(secret=secret).identify().remote_id == desk.person.id


def test_a_token_that_ends_is_renewed_and_kept(desk):
    person = desk.person
    said = person.ask(
        "POST",
        "/login",
        type="m.login.password",
        identifier={"type": "m.id.user", "user": person.id},
        password=PASSWORD,
        refresh_token=True,
    )
    first = {"token": said["access_token"], "refresh": said["refresh_token"]}
    desk.secret = first
    connector = desk.connect()
    connector.identify()
    assert desk.secret == first
    wait_until_ended(person.server, first["token"])
    _told, since, _events = fetch(connector)
    assert desk.secret["token"] != first["token"]
    assert desk.secret["refresh"] != first["refresh"]
    fetch(desk.connect(), since)
    with pytest.raises(SignInNeededError):
        fetch(desk.connect(secret=first))


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
        proxy.cut = cut
        with pytest.raises((SlowError, ServerTroubleError, OfflineError)) as error:
            connector.send(asked)
        assert proxy.cuts == 1, "nothing is sent twice behind our back"
        applied = cut in (Cut.APPLIED, Cut.HALF_ANSWER)
        if applied:
            assert not isinstance(error.value, OfflineError), "that would promise nothing happened"
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


@pytest.fixture
def run(tmp_path):
    """Run a command of the program as a process, with a data folder of its own."""
    secret = tmp_path / "passphrase"
    secret.write_text("korrekt pferd batterie\n")

    def run(*words, given=None, expect=0):
        done = subprocess.run(
            [sys.executable, "-m", "cm_desktop", "--data-dir", str(tmp_path), "--json", *words],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={**os.environ, "CM_DESKTOP_PASSPHRASE_FILE": str(secret)},
        )
        assert done.returncode == expect, (words, done.stdout, done.stderr)
        return json.loads(done.stdout)

    return run


def test_from_the_command_line_a_question_is_fetched_and_answered_once(synapse, desk, anna, run):
    room, sealed = anna.make_room(desk.person), anna.make_room(desk.person, name="Geheim")
    anna.say(room, "Habt ihr sonntags offen?")
    anna.ask("PUT", f"/rooms/{sealed}/state/m.room.encryption/", algorithm="m.megolm.v1.aes-sha2")
    anna.put(sealed, "m.room.encrypted", algorithm="m.megolm.v1.aes-sha2", ciphertext="x")
    run("vault", "create", "laden")
    run("account", "add", "matrix", "--url", synapse.url, "--handle", desk.person.id,
        given=json.dumps({"password": PASSWORD}))  # fmt: skip
    [account] = run("sync")["accounts"]
    assert account["errors"] == []
    found = {one["title"]: one["id"] for one in run("inbox")}
    assert set(found) == {"Backstube", "Geheim"}
    run("reply", found["Backstube"], "--hold", "0", "Ja, von 8 bis 11 Uhr.")
    run("reply", found["Geheim"], "--hold", "0", "Klartext")
    assert run("sync", expect=1)["accounts"][0]["errors"][0]["detail"] == "encrypted"
    run("sync")
    assert anna.texts(room) == ["Habt ihr sonntags offen?", "Ja, von 8 bis 11 Uhr."]
    assert anna.texts(sealed) == []
    shown = run("show", found["Backstube"])["messages"]
    assert [one["text"] for one in shown if one["direction"] == "out"] == ["Ja, von 8 bis 11 Uhr."]
    refused = [row for row in run("outbox", "list") if row["state"] == "failed"]
    assert [row["error"] for row in refused] == ["not_allowed"]
