"""What is read from Matrix rooms, and what holds when the server or a stranger is odd."""

import pytest

from cm_desktop.connectors import matrix_holes
from cm_desktop.domain.errors import RateLimitedError, ServerTroubleError
from cm_desktop.domain.events import GapFilled, GapFound, ItemSkipped, MessageGone, MessageSeen
from cm_desktop.domain.model import Direction, Kind, Nature, Visibility
from tests.connectors.contract import cursor_of, events_of, messages
from tests.connectors.matrix.fake_server import ANNA, BEN, ROOM, US

HTML = {"format": "org.matrix.custom.html"}


def told(events):
    return {event.remote_id: event for event in messages(events)}


def paths(fake):
    return [path for _method, path, _query in fake.asked]


def reply_of(number):
    return {"m.in_reply_to": {"event_id": number}}


def thread_of(root, **more):
    return {"rel_type": "m.thread", "event_id": root, **more}


# What a message says.


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"body": "x", "formatted_body": "Hallo <b>du</b><br>da", **HTML}, "Hallo du\nda"),
        ({"body": "x", "formatted_body": "<b>ungefragt</b>"}, "x"),
        ({"body": "nur Text", "formatted_body": "<script>x</script>", **HTML}, "nur Text"),
        (
            {
                "body": "x",
                "formatted_body": '<a href="https://matrix.to/#/@anna:test">Anna</a>: ja, '
                '<a href="https://brot.example/x">hier</a>',
                **HTML,
            },
            "Anna: ja, hier (https://brot.example/x)",
        ),
        ({"body": "x", "formatted_body": "<mx-reply>offen gelassen", **HTML}, "offen gelassen"),
        ({"msgtype": "m.emote", "body": "winkt"}, "* Anna winkt"),
        ({"msgtype": "m.file", "body": "plan.pdf"}, ""),
        ({"msgtype": "m.image", "body": "Guckt mal", "filename": "brot.jpg"}, "Guckt mal"),
        ({"msgtype": "com.example.new", "body": "etwas Neues"}, "etwas Neues"),
    ],
)
def test_a_message_reads_as_its_author_meant_it(fake, connector, content, text):
    number = fake.say("x", **content)
    assert told(events_of(connector))[number].text == text


def test_what_an_answer_repeats_of_the_answered_message_is_left_out(fake, connector):
    first = fake.say("Habt ihr offen?")
    plain = fake.say(f"> <{ANNA}> Habt ihr offen?\n> wirklich\n\nJa!", relates=reply_of(first))
    rich = fake.say(
        "x",
        relates=reply_of(first),
        formatted_body="<mx-reply><blockquote>offen?</blockquote></mx-reply>Ja, <b>gern</b>",
        **HTML,
    )
    own = fake.say("> Zitat von mir\n\nund mehr", relates=reply_of(first))
    found = told(events_of(connector))
    assert found[plain].text == "Ja!"
    assert found[rich].text == "Ja, gern"
    assert found[own].text == "> Zitat von mir\n\nund mehr"
    assert {found[one].parent_remote_id for one in (plain, rich, own)} == {first}


def test_programs_are_told_from_people_and_what_nobody_said_is_left_out(fake, connector):
    notice = fake.say("Build fertig", msgtype="m.notice")
    fake.say("möchte Schlüssel vergleichen", msgtype="m.key.verification.request")
    sticker = fake.add(ROOM, ANNA, "m.sticker", {"body": "Herz", "url": "mxc://test/x"})
    events = events_of(connector)
    assert set(told(events)) == {notice, sticker}
    assert told(events)[notice].nature is Nature.AUTO_REPLY
    assert not [one for one in events if isinstance(one, ItemSkipped)]


def test_a_file_is_named_and_measured(fake, connector):
    info = {"mimetype": "application/pdf", "size": 4321}
    sane = fake.say("plan.pdf", msgtype="m.file", info=info)
    odd = fake.say("\u202e", msgtype="m.file", info={"size": -1})
    found = told(events_of(connector))
    about = found[sane].attachments[0].about
    assert (about.name, about.type, about.size) == ("plan.pdf", "application/pdf", 4321)
    about = found[odd].attachments[0].about
    assert (about.name, about.type, about.size) == ("file", "application/octet-stream", None)


# Rooms and threads.


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


# Changes.


@pytest.mark.parametrize("bundles", [True, False])
def test_the_newest_edit_counts_whether_the_server_adds_it_or_not(fake, connector, bundles):
    fake.bundles = bundles
    here, before = fake.say("eins"), fake.say("zwei")
    fake.edit(here, "eins, anders")
    events = events_of(connector)
    assert told(events)[here].text == "eins, anders"
    fake.edit(before, "zwei, falsch")
    fake.edit(before, "zwei, anders")
    changed = told(events_of(connector, cursor_of(events)))
    assert set(changed) == {before}
    assert changed[before].text == "zwei, anders"
    assert changed[before].edited_at > changed[before].created_at


@pytest.mark.parametrize("bundles", [True, False])
def test_nobody_can_edit_what_another_person_said(fake, connector, bundles):
    fake.bundles = bundles
    number = fake.say("Das Brot ist gut")
    fake.edit(number, "Das Brot ist schlecht", sender=BEN)
    message = told(events_of(connector))[number]
    assert (message.text, message.edited_at) == ("Das Brot ist gut", None)


def test_an_edit_of_what_we_may_not_see_costs_only_itself(fake, connector):
    since = cursor_of(events_of(connector))
    fake.edit("$unsichtbar", "x")
    number = fake.say("danach")
    events = events_of(connector, since)
    assert [one.remote_id for one in events if isinstance(one, ItemSkipped)] == ["$unsichtbar"]
    assert number in told(events)


def test_more_edits_than_one_pass_looks_at_are_looked_at_by_the_next(fake, connector):
    numbers = [fake.say(f"{n}") for n in range(120)]
    since = cursor_of(events_of(connector))
    fake.page = 500
    for number in numbers:
        fake.edit(number, "anders")
    first = events_of(connector, since)
    second = events_of(connector, cursor_of(first))
    assert {*told(first), *told(second)} == set(numbers)
    assert told(second)


def test_redactions_are_told_in_both_forms_and_for_old_messages_too(fake, connector):
    old, new = fake.say("alt"), fake.say("neu")
    since = cursor_of(events_of(connector))
    fake.redact(old)
    fake.add(ROOM, ANNA, "m.room.redaction", {"redacts": new})  # as of room version 11
    fake.add(ROOM, ANNA, "m.room.redaction", {"redacts": 7})
    fake.add(ROOM, ANNA, "m.room.redaction", {})
    events = events_of(connector, since)
    assert [one.remote_id for one in events if isinstance(one, MessageGone)] == [old, new]
    assert len([one for one in events if isinstance(one, ItemSkipped)]) == 2
    assert told(events) == {}
    assert old not in told(events_of(connector))


def test_only_our_own_thumbs_and_hearts_count_as_a_like(fake, connector):
    numbers = [fake.say(str(n)) for n in range(4)]

    def react(sender, number, key):
        relation = {"rel_type": "m.annotation", "event_id": number, "key": key}
        return fake.add(ROOM, sender, "m.reaction", {"m.relates_to": relation})

    react(US, numbers[0], "👍\ufe0f")
    react(ANNA, numbers[1], "👍")
    react(US, numbers[2], "👎")
    liked = react(US, numbers[3], "❤️")
    events = events_of(connector)
    assert [told(events)[one].liked for one in numbers] == [True, False, False, True]
    fake.redact(liked, sender=US)
    events = events_of(connector, cursor_of(events))
    assert not told(events)[numbers[3]].liked
    assert not [one for one in events if isinstance(one, MessageGone)]


# Encrypted rooms, invitations.


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


def invite(fake, room, *, sealed=False, **member):
    state = [
        {"type": "m.room.name", "sender": ANNA, "state_key": "", "content": {"name": "Verein"}},
        {"type": "m.room.member", "sender": ANNA, "state_key": ANNA,
         "content": {"membership": "join", "displayname": "Anna"}},
        {"type": "m.room.member", "sender": ANNA, "state_key": US,
         "content": {"membership": "invite", "is_direct": True}, **member},
    ]  # fmt: skip
    if sealed:
        state.append({"type": "m.room.encryption", "sender": ANNA, "state_key": "", "content": {}})
    fake.invitations[room] = {"invite_state": {"events": state}}


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


# Holes.


def away(fake, connector, count):
    fake.say("davor")
    since = cursor_of(events_of(connector))
    return since, [fake.say(f"Nachricht {number}") for number in range(count)]


@pytest.mark.parametrize("forgetful", [False, True])
def test_what_the_server_left_out_is_read_backwards(fake, connector, forgetful):
    fake.forgetful = forgetful  # of where we want it to stop
    since, numbers = away(fake, connector, 350)
    events = events_of(connector, since)
    assert [one.remote_id for one in messages(events)] == numbers
    assert not [one for one in events if isinstance(one, GapFound | GapFilled)]


def test_too_large_a_hole_is_told_and_filled_by_later_passes(case, fake, connector):
    fake.page = 5
    count = 100 + 2 * matrix_holes._PAGES * fake.page + 3
    since, numbers = away(fake, connector, count)
    events = events_of(connector, since)
    [gap] = [one for one in events if isinstance(one, GapFound)]
    assert not gap.lost
    assert gap.begin < gap.end <= min(one.created_at for one in messages(events))
    seen = set(told(events))
    for _pass in range(2):
        assert seen < set(numbers)
        assert GapFilled(begin=gap.begin) not in events
        late = fake.say("inzwischen")
        numbers.append(late)
        events = events_of(case.connect(), cursor_of(events))
        seen |= set(told(events))
    assert GapFilled(begin=gap.begin) in events
    assert seen == set(numbers)


def test_a_hole_the_server_no_longer_has_is_lost(case, fake, connector):
    since, numbers = away(fake, connector, 120)
    case.server.routes["/_matrix/client/v3/rooms/%21laden%3Atest/messages"] = lambda exchange: (
        exchange.answer({"errcode": "M_INVALID_PARAM"}, status=400)
    )
    events = events_of(connector, since)
    assert [one.lost for one in events if isinstance(one, GapFound)] == [True]
    assert set(told(events)) == set(numbers[-100:])


def test_a_hole_stays_open_while_the_server_asks_us_to_wait(case, fake, connector):
    since, numbers = away(fake, connector, 120)
    where = "/_matrix/client/v3/rooms/%21laden%3Atest/messages"
    case.server.routes[where] = lambda exchange: exchange.answer({}, status=429)
    events = events_of(connector, since)
    assert [one.lost for one in events if isinstance(one, GapFound)] == [False]
    del case.server.routes[where]
    later = events_of(connector, cursor_of(events))
    assert {*told(events), *told(later)} == set(numbers)
    assert [one for one in later if isinstance(one, GapFilled)]


def test_a_hole_that_cannot_be_read_is_given_up_in_the_end(case, fake, connector):
    since, _numbers = away(fake, connector, 120)
    case.server.routes["/_matrix/client/v3/rooms/%21laden%3Atest/messages"] = lambda exchange: (
        exchange.answer(b"<h1>oops</h1>", status=500)
    )
    lost = []
    for _pass in range(matrix_holes._TRIES + 1):
        events = events_of(connector, since)
        lost += [one.lost for one in events if isinstance(one, GapFound)]
        since = cursor_of(events)
    assert lost == [False] * (matrix_holes._TRIES - 1) + [True]


def test_a_server_that_repeats_a_page_for_ever_is_left(case, fake, connector):
    fake.page = 10
    since, _numbers = away(fake, connector, 200)
    with case.stuck():
        events = events_of(connector, since)
    assert [one.lost for one in events if isinstance(one, GapFound)] == [True]
    assert len(paths(fake)) < 30


def test_a_room_that_we_came_into_meanwhile_has_no_hole(fake, connector):
    since = cursor_of(events_of(connector))
    fake.make_room("!neu:test", "Neu", (US, ANNA))
    numbers = [fake.say(str(n), room="!neu:test") for n in range(150)]
    events = events_of(connector, since)
    assert set(told(events)) == set(numbers[-100:])
    assert not [one for one in events if isinstance(one, GapFound)]


def test_a_message_that_comes_between_two_pages_of_a_hole_makes_none(case, fake, connector):
    fake.page = 50
    since, numbers = away(fake, connector, 300)
    pages = []

    def messages_route(exchange):
        pages.append(fake.say("dazwischen"))
        fake._serve(exchange)

    case.server.routes["/_matrix/client/v3/rooms/%21laden%3Atest/messages"] = messages_route
    events = events_of(connector, since)
    later = events_of(connector, cursor_of(events))
    assert {*told(events), *told(later)} == {*numbers, *pages}


def test_the_first_bite_takes_the_newest_of_each_room(fake, connector):
    numbers = [fake.say(str(n)) for n in range(60)]
    events = events_of(connector)
    assert set(told(events)) == set(numbers[-20:])
    assert not [one for one in events if isinstance(one, GapFound)]


def test_the_first_bite_over_very_many_rooms_is_bounded(fake, connector):
    for room in range(60):
        fake.make_room(f"!r{room}:test", f"Raum {room}", (US, ANNA, BEN))
        for number in range(20):
            fake.say(str(number), room=f"!r{room}:test")
    found = messages(events_of(connector))
    assert len(found) == 1_000
    assert found[-1].conversation.remote_id == "!r59:test"


def test_what_was_read_elsewhere_is_not_unread_at_the_first_fetch(case, fake, connector):
    fake.say("gelesen")
    connector.identify()
    where = "/_matrix/client/v3/sync"
    read = {"unread_notifications": {"notification_count": 0}}

    def sync(exchange):
        answer = exchange.answer

        def with_count(body=b"", **more):
            for room in body["rooms"]["join"].values():
                room.update(read)
            answer(body, **more)

        exchange.answer = with_count
        fake._serve(exchange)

    case.server.routes[where] = sync
    first = events_of(connector)
    assert [one.seen_by_us for one in messages(first)] == [True]
    fake.say("neu")
    later = events_of(connector, cursor_of(first))
    assert [one.seen_by_us for one in messages(later)] == [False]


# A server that is odd.


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


def test_a_place_that_makes_no_sense_is_the_beginning(fake, connector):
    number = fake.say("hallo")
    for since in ("", "kein JSON", '{"batch": 7}', "[]"):
        assert number in told(events_of(connector, since))


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


def test_a_room_that_we_left_is_forgotten(case, fake, connector):
    events = events_of(connector)
    case.server.answer(
        "/_matrix/client/v3/sync", {"next_batch": "s99", "rooms": {"leave": {ROOM: {}}}}
    )
    events = events_of(connector, cursor_of(events))
    assert ROOM not in cursor_of(events)


def test_an_author_without_a_name_is_called_by_nothing_but_the_id(fake, connector):
    fake.set_state(ROOM, "m.room.member", {"membership": "join"}, ANNA)
    number = fake.say("winkt", msgtype="m.emote")
    message = told(events_of(connector))[number]
    assert (message.author.name, message.author.handle) == ("", ANNA)
    assert message.text == "* anna winkt"
    assert isinstance(message, MessageSeen)
