"""What is said and done in Matrix rooms, and what is refused before anything is asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop.connectors.base import Action
from cm_desktop.domain.errors import (
    GoneError,
    NotAllowedError,
    RejectedError,
    ServerTroubleError,
)
from cm_desktop.domain.model import OutboxKind
from tests.connectors.contract import (
    action_on,
    cursor_of,
    events_of,
    messages,
    newest_in,
    reply_to,
    target_of,
)
from tests.connectors.matrix.fake_server import ANNA, PASSWORD, ROOM, US
from tests.connectors.matrix.reading import invite, reply_of, thread_of


def asked(fake, method):
    return [path for one, path, _query in fake.asked if one == method]


def question(fake, connector, text="Habt ihr offen?", **more):
    number = fake.say(text, **more)
    return newest_in(events_of(connector), number)


def edited(message, text):
    return Action(kind=OutboxKind.EDIT, target=target_of(message), text=text)


def test_an_answer_names_whom_and_what_it_answers(fake, connector):
    message = question(fake, connector)
    sent = connector.send(reply_to(message, "  Ja.\n"))
    assert fake.event(sent.remote_id)["content"] == {
        "msgtype": "m.text",
        "body": "Ja.",
        "m.relates_to": reply_of(message.remote_id),
        "m.mentions": {"user_ids": [ANNA]},
    }
    assert sent.permalink == f"https://matrix.to/#/!laden:test/{sent.remote_id}"


def test_an_answer_to_ourselves_mentions_nobody(fake, connector):
    number = fake.say("Noch etwas", sender=US)
    message = {one.remote_id: one for one in messages(events_of(connector))}[number]
    sent = connector.send(reply_to(message, "Nachtrag"))
    assert fake.event(sent.remote_id)["content"]["m.mentions"] == {}


def test_in_a_thread_the_answer_stays_in_it(fake, connector):
    root = fake.say("Wer kommt?")
    message = question(fake, connector, "Ich", relates=thread_of(root, **reply_of(root)))
    sent = connector.send(reply_to(message, "Fein."))
    assert fake.event(sent.remote_id)["content"]["m.relates_to"] == thread_of(
        root, is_falling_back=False, **reply_of(message.remote_id)
    )


def test_the_same_reply_sent_twice_is_there_once(fake, connector):
    reply = reply_to(question(fake, connector), "Ja.")
    assert connector.send(reply).remote_id == connector.send(reply).remote_id
    assert fake.ours() == ["Ja."]


@pytest.mark.parametrize(("text", "reason"), [("x" * 60_001, "too_long"), ("  ", "empty")])
def test_a_text_that_cannot_be_sent_is_refused_at_once(fake, connector, text, reason):
    message = question(fake, connector)
    fake.asked.clear()
    with pytest.raises(RejectedError) as caught:
        connector.send(reply_to(message, text))
    assert caught.value.reason == reason
    assert fake.asked == []


def test_a_private_answer_is_refused(fake, connector):
    reply = reply_to(question(fake, connector), "psst")
    with pytest.raises(NotAllowedError, match="ability"):
        connector.send(replace(reply, private=True))


def test_what_was_deleted_is_not_answered(fake, connector):
    message = question(fake, connector)
    fake.redact(message.remote_id)
    with pytest.raises(GoneError, match="target"):
        connector.send(reply_to(message, "Ja."))
    with pytest.raises(GoneError, match="target"):
        connector.send(reply_to(replace(message, remote_id="$nie"), "Ja."))
    with pytest.raises(GoneError, match="target"):
        connector.send(reply_to(replace(message, remote_id="keine Nummer"), "Ja."))
    assert fake.ours() == []


def test_a_room_encrypted_meanwhile_gets_no_plain_text(fake, connector):
    message = question(fake, connector)
    fake.set_state(ROOM, "m.room.encryption", {"algorithm": "x"})
    with pytest.raises(NotAllowedError, match="encrypted"):
        connector.send(reply_to(message, "Klartext"))
    assert asked(fake, "PUT") == []


def test_an_answer_with_no_event_is_no_success(case, fake, connector):
    reply = reply_to(question(fake, connector), "Ja.")
    where = f"/_matrix/client/v3/rooms/%21laden%3Atest/send/m.room.message/{reply.client_key}"
    case.server.answer(where, {"event_id": "nichts"})
    with pytest.raises(ServerTroubleError):
        connector.send(reply)


# Looking up.


def test_another_device_finds_the_answer_by_its_text_and_place(case, fake, connector):
    message = question(fake, connector)
    first_attempt_at = datetime.now(UTC)
    reply = reply_to(message, "Ja, gern.", first_attempt_at=first_attempt_at)
    sent = connector.send(reply)
    case.kept = {"password": PASSWORD}
    other = case.connect()
    found = other.find_sent(reply)
    assert found.remote_id == sent.remote_id
    assert abs(found.created_at - first_attempt_at) < timedelta(minutes=1)
    assert other.find_sent(reply_to(message, "Nein.", first_attempt_at=first_attempt_at)) is None


def test_a_repeat_from_another_device_is_there_once(case, fake, connector):
    """A server tells a repeat by the device; after a new sign-in that is another one."""
    message = question(fake, connector)
    first_attempt_at = datetime.now(UTC) - timedelta(minutes=2)
    reply = reply_to(message, "Ja, gern.", first_attempt_at=first_attempt_at)
    sent = connector.send(reply)
    case.kept = {"password": PASSWORD}
    assert case.connect().send(reply).remote_id == sent.remote_id
    assert fake.ours() == ["Ja, gern."]


def test_an_equal_answer_under_another_key_is_not_taken_for_this_one(fake, connector):
    message = question(fake, connector)
    connector.send(reply_to(message, "Danke!"))
    reply = reply_to(message, "Danke!", first_attempt_at=datetime.now(UTC))
    assert connector.find_sent(reply) is None


def test_looking_back_ends_with_the_room(case, fake, connector):
    message = question(fake, connector)
    fake.page = 5
    for number in range(12):
        connector.send(reply_to(message, f"Antwort {number}"))
    reply = reply_to(message, "nie gesagt", first_attempt_at=datetime.now(UTC))
    assert connector.find_sent(reply) is None
    with case.stuck():
        assert connector.find_sent(reply) is None


# Acts.


def test_liking_again_after_taking_it_back_works(fake, connector):
    message = question(fake, connector)
    like, unlike = (action_on(message, kind) for kind in (OutboxKind.LIKE, OutboxKind.UNLIKE))
    for _twice in range(2):
        connector.act(like)
        connector.act(like)
        assert len(fake.likes(message.remote_id)) == 1
        connector.act(unlike)
        connector.act(unlike)
        assert fake.likes(message.remote_id) == []


@pytest.mark.parametrize(
    ("errcode", "raised"), [("M_DUPLICATE_ANNOTATION", False), ("M_BAD_JSON", True)]
)
def test_a_like_that_is_there_already_is_no_error(case, fake, connector, errcode, raised):
    message = question(fake, connector)
    case.server.otherwise = lambda exchange: (
        exchange.answer({"errcode": errcode}, status=400)
        if exchange.command == "PUT"
        else fake._serve(exchange)
    )
    if raised:
        with pytest.raises(RejectedError):
            connector.act(action_on(message, OutboxKind.LIKE))
    else:
        connector.act(action_on(message, OutboxKind.LIKE))


def test_our_own_text_can_be_edited_and_nothing_else(fake, connector):
    theirs = question(fake, connector)
    sent = connector.send(reply_to(theirs, "Bis 17 Uhr."))
    file = fake.say("plan.pdf", sender=US, msgtype="m.file")
    found = {one.remote_id: one for one in messages(events_of(connector))}
    connector.act(edited(found[sent.remote_id], "Bis 18 Uhr."))
    since = cursor_of(events_of(connector))
    connector.act(edited(found[sent.remote_id], "Bis 18 Uhr."))
    assert events_of(connector, since) == events_of(connector, since)
    assert messages(events_of(connector, since)) == [], "the same text again is no edit"
    assert {one.remote_id: one.text for one in messages(events_of(connector))}[
        sent.remote_id
    ] == "Bis 18 Uhr."
    with pytest.raises(NotAllowedError, match="not_own_message"):
        connector.act(edited(theirs, "x"))
    with pytest.raises(RejectedError) as caught:
        connector.act(edited(found[file], "x"))
    assert caught.value.reason == "unsupported"


def test_people_are_banned_let_in_again_ignored_and_reported(fake, connector):
    message = question(fake, connector)
    for kind in (OutboxKind.BLOCK, OutboxKind.UNBLOCK, OutboxKind.MUTE, OutboxKind.MUTE):
        connector.act(action_on(message, kind))
    connector.act(replace(action_on(message, OutboxKind.REPORT), text="Beleidigung"))
    assert fake.banned == [(ROOM, "ban", ANNA), (ROOM, "unban", ANNA)]
    assert fake.account_data["m.ignored_user_list"] == {"ignored_users": {ANNA: {}}}
    assert len([one for one in asked(fake, "PUT") if "ignored" in one]) == 1
    assert fake.reports == [(message.remote_id, "Beleidigung")]


def test_those_who_were_ignored_before_stay_ignored(fake, connector):
    fake.account_data["m.ignored_user_list"] = {"ignored_users": {"@x:test": {}}, "mehr": 1}
    connector.act(action_on(question(fake, connector), OutboxKind.MUTE))
    assert fake.account_data["m.ignored_user_list"] == {
        "ignored_users": {"@x:test": {}, ANNA: {}},
        "mehr": 1,
    }


@pytest.mark.parametrize(("errcode", "raised"), [("M_BAD_STATE", False), ("M_FORBIDDEN", True)])
def test_letting_in_whom_nobody_banned_is_no_error(case, fake, connector, errcode, raised):
    action = action_on(question(fake, connector), OutboxKind.UNBLOCK)
    case.server.routes["/_matrix/client/v3/rooms/%21laden%3Atest/unban"] = lambda exchange: (
        exchange.answer({"errcode": errcode}, status=403)
    )
    if raised:
        with pytest.raises(NotAllowedError):
            connector.act(action)
    else:
        connector.act(action)


def test_what_matrix_does_not_know_is_refused(fake, connector):
    message = question(fake, connector)
    for kind in (OutboxKind.HIDE, OutboxKind.APPROVE, OutboxKind.SPAM):
        with pytest.raises(NotAllowedError, match="ability"):
            connector.act(action_on(message, kind))


def test_an_invitation_is_approved_or_refused_and_not_answered(fake, connector):
    for room in ("!ja:test", "!nein:test"):
        invite(fake, room)
    yes, no = messages(events_of(connector))
    with pytest.raises(NotAllowedError, match="invitation"):
        connector.send(reply_to(yes, "Hallo"))
    with pytest.raises(NotAllowedError, match="invitation"):
        connector.act(action_on(yes, OutboxKind.LIKE))
    connector.act(action_on(yes, OutboxKind.APPROVE))
    connector.act(action_on(no, OutboxKind.MUTE))
    connector.act(action_on(no, OutboxKind.DELETE))
    assert (fake.joined, fake.left) == (["!ja:test"], ["!nein:test"])
    assert ANNA in fake.account_data["m.ignored_user_list"]["ignored_users"]


def test_what_came_encrypted_is_neither_answered_nor_changed(fake, connector):
    fake.make_room("!geheim:test", "Geheim", (US, ANNA), m__room__encryption={"algorithm": "x"})
    fake.add("!geheim:test", ANNA, "m.room.encrypted", {"ciphertext": "x"})
    [message] = messages(events_of(connector))
    for kind in (OutboxKind.LIKE, OutboxKind.DELETE, OutboxKind.EDIT, OutboxKind.REPORT):
        with pytest.raises(NotAllowedError, match="encrypted"):
            connector.act(action_on(message, kind))
    with pytest.raises(NotAllowedError, match="encrypted"):
        connector.send(reply_to(message, "Hallo"))
    connector.act(action_on(message, OutboxKind.BLOCK))
    assert fake.banned == [("!geheim:test", "ban", ANNA)]
    assert asked(fake, "PUT") == []
