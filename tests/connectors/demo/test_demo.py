"""The bakery that the demo plays: always the same, alive, and with an answer to what we say."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from cm_desktop.connectors.base import AccountConfig, Action
from cm_desktop.connectors.demo import CHANNEL, demo_accounts
from cm_desktop.connectors.demo_looks import LOOKS
from cm_desktop.domain.errors import (
    AddressError,
    GoneError,
    NotAllowedError,
    RejectedError,
    SlowError,
)
from cm_desktop.domain.events import CursorMoved, MessageGone, MessageSeen
from cm_desktop.domain.model import Direction, Kind, Nature, OutboxKind, Visibility
from cm_desktop.domain.policy import Ability, TextUnit
from tests.connectors.contract import (
    action_on,
    cursor_of,
    events_of,
    messages,
    newest_in,
    pages,
    reply_to,
    target_of,
)

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def connect(look="", *, now=START, secret=None, **settings):
    secret = {} if secret is None else secret
    given = {"as": look, "start": START.isoformat(), "now": now.isoformat(), **settings}
    return CHANNEL.make(
        AccountConfig(channel="demo", settings=given, secret=secret, keep_secret=secret.update)
    )


def everything(now=START):
    return [event for look in LOOKS for event in events_of(connect(look, now=now))]


def test_there_are_twelve_accounts_each_with_its_channels_rules():
    configs = demo_accounts(START)
    assert len({config.settings["as"] for config in configs}) == 12
    connectors = [CHANNEL.make(config) for config in configs]
    assert len({connector.identify().remote_id for connector in connectors}) == 12
    assert all(connector.policy.simulated for connector in connectors)


@pytest.mark.parametrize(
    ("look", "limit", "unit", "can", "cannot"),
    [
        ("x", 280, TextUnit.WEIGHTED, Ability.HIDE, Ability.LIKE),
        ("bluesky", 300, TextUnit.GRAPHEMES, Ability.LIKE, Ability.EDIT),
        ("mastodon", 500, TextUnit.MASTODON, Ability.EDIT, Ability.HIDE),
        ("telegram", 4096, TextUnit.UTF16, Ability.EDIT, Ability.HIDE),
        ("google-business", 4096, TextUnit.BYTES, Ability.EDIT, Ability.HIDE),
        ("instagram", 2200, TextUnit.CHARACTERS, Ability.HIDE, Ability.EDIT),
    ],
)
def test_limits_and_abilities_are_those_of_the_channel(look, limit, unit, can, cannot):
    policy = connect(look).policy
    assert (policy.text_limit, policy.text_unit) == (limit, unit)
    assert policy.may(can)
    assert not policy.may(cannot)


def test_the_desk_is_full():
    events = everything()
    seen = messages(events)
    assert len({message.conversation.remote_id for message in seen}) >= 140
    assert len({message.remote_id for message in seen}) >= 500
    assert len({message.conversation.kind for message in seen}) == len(Kind)


def test_every_kind_of_message_that_a_screen_must_show_is_there():
    events = everything()
    seen = messages(events)
    assert {message.visibility for message in seen} >= set(Visibility) - {Visibility.TRASHED}
    assert {message.nature for message in seen} == set(Nature)
    assert {message.rating for message in seen} >= {1, 2, 3, 4, 5}
    assert any(isinstance(event, MessageGone) for event in events)
    assert any(message.edited_at for message in seen)
    assert any(message.quoted for message in seen)
    assert any(message.liked for message in seen)
    assert any(message.language == "en" for message in seen)
    assert any(len(message.author.name) >= 80 for message in seen)
    assert any("\u0600" < letter < "\u06ff" for one in seen for letter in one.author.name)
    assert max(len(message.text.split()) for message in seen) >= 5000
    assert min(len(message.text.split()) for message in seen) == 1
    ours = {message.author.name for message in seen if message.direction is Direction.OUT}
    assert ours == {"Lena (Agentur)", "Jonas", "Frau Morgenrot"}


def test_comments_nest_three_levels_deep():
    seen = {message.remote_id: message for message in messages(everything())}

    def depth(message):
        parent = seen.get(message.parent_remote_id)
        return 0 if parent is None else 1 + depth(parent)

    assert max(depth(message) for message in seen.values()) >= 3


def test_pictures_are_small_and_real():
    files = [file for message in messages(everything()) for file in message.attachments]
    assert len({file.about.name for file in files}) >= 4
    for file in files:
        assert file.content.startswith(b"\x89PNG\r\n\x1a\n")
        assert file.about.size == len(file.content) < 10_000


def test_nothing_comes_from_the_future_or_before_its_post_or_its_parent():
    seen = messages(everything())
    at = {message.remote_id: message.created_at for message in seen}
    for message in seen:
        assert message.created_at <= START
        post = message.conversation.post
        assert post is None or post.created_at <= message.created_at, message.remote_id
        assert message.parent_remote_id is None or at[message.parent_remote_id] <= (
            message.created_at
        )


def test_a_storm_is_brewing():
    storm = [message.created_at for message in messages(everything()) if _is_storm(message)]
    hours = [START - timedelta(minutes=minutes) for minutes in (180, 120, 60, 0)]
    pace = [sum(begin < at <= end for at in storm) for begin, end in pairwise(hours)]
    assert pace[-1] >= 25
    assert pace[-1] > pace[1]
    usual = [message for message in messages(everything()) if not _is_storm(message)]
    assert len(usual) > 3 * len(storm)


def _is_storm(message):
    return message.created_at > START - timedelta(hours=3)


@pytest.mark.parametrize("look", ["", *LOOKS])
def test_it_is_the_same_each_time_and_in_order(look):
    events = events_of(connect(look))
    assert events_of(connect(look)) == events
    for page in pages(events):
        times = [message.created_at for message in page]
        assert times == sorted(times)
    assert isinstance(events[-1], CursorMoved)


def test_an_account_without_a_look_shows_a_bit_of_everything():
    seen = messages(events_of(connect()))
    assert {message.conversation.kind for message in seen} == set(Kind)
    assert 30 <= len({message.conversation.remote_id for message in seen}) <= 60
    assert set(connect().policy.abilities) == set(Ability)


def test_it_goes_on_while_one_looks_on():
    secret = {}
    cursor = cursor_of(events_of(connect("instagram", secret=secret)))
    heard = []
    for minutes in (1, 3, 6, 10, 30):
        later = connect("instagram", now=START + timedelta(minutes=minutes), secret=secret)
        events = events_of(later, cursor)
        cursor = cursor_of(events) or cursor
        heard.append(len(messages(events)))
    assert heard[0] == 0
    assert sum(heard) >= 4
    assert max(heard) <= 2


def test_what_happened_is_told_once_and_in_order():
    with_clock = [START + timedelta(minutes=minutes) for minutes in range(-180, 30, 7)]
    cursor, told = None, []
    for now in with_clock:
        events = events_of(connect("facebook", now=now), cursor)
        cursor = cursor_of(events) or cursor
        told += [event for event in events if not isinstance(event, CursorMoved)]
    at_once = events_of(connect("facebook", now=with_clock[-1]))
    assert told == [event for event in at_once if not isinstance(event, CursorMoved)]


def test_a_reply_is_answered_by_the_next_fetch_of_another_program():
    secret = {}
    first = connect("facebook", secret=secret)
    events = events_of(first)
    lost = next(m for m in messages(events) if "Regenschirm" in m.text)
    sent = first.send(reply_to(lost, "Der Schirm ist da!"))

    code = (
        "import json, sys\n"
        "from tests.connectors.demo.test_demo import connect, messages, events_of\n"
        "secret, cursor = json.load(sys.stdin)\n"
        "found = messages(events_of(connect('facebook', secret=secret), cursor))\n"
        "print(json.dumps([[m.direction, m.text, m.parent_remote_id] for m in found]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps([secret, cursor_of(events)]),
        capture_output=True,
        text=True,
        check=True,
        cwd=__file__.partition("/tests/")[0],
    )
    said, answer = json.loads(done.stdout)
    assert said == ["out", "Der Schirm ist da!", lost.remote_id]
    assert answer[0] == "in"
    assert answer[1].startswith("Ach, Gott sei Dank!")
    assert answer[2] == sent.remote_id


def test_the_other_side_has_the_last_word_after_two_answers():
    secret = {}
    demo = connect("telegram", secret=secret)
    events = events_of(demo)
    order = next(m for m in messages(events) if "Laugenstangen" in m.text)
    for number in range(3):
        demo.send(reply_to(order, f"Antwort {number}"))
    later = messages(events_of(demo, cursor_of(events)))
    assert [message.direction.value for message in later] == ["out", "in", "out", "in", "out"]


@pytest.mark.parametrize("needle", ["Undelivered", "Kredit"])
def test_machines_and_spam_do_not_answer(needle):
    secret = {}
    for look in ("mail", "facebook"):
        demo = connect(look, secret=secret)
        events = events_of(demo)
        for message in messages(events):
            if needle in message.text + message.conversation.title:
                demo.send(reply_to(message, "Hallo?"))
                later = messages(events_of(demo, cursor_of(events)))
                assert [one.direction for one in later] == [Direction.OUT]
                return
    pytest.fail("nobody to answer")


def test_the_same_key_twice_is_one_reply():
    secret = {}
    demo = connect("mastodon", secret=secret)
    reply = reply_to(newest_in(events_of(demo)), "Hallo!")
    assert demo.send(reply) == demo.send(reply)
    assert len(json.loads(secret["memory"])) == 1


def test_a_lost_answer_leaves_the_reply_on_the_channel():
    secret = {}
    reply = reply_to(newest_in(events_of(connect("mastodon"))), "Hallo!")
    with pytest.raises(SlowError):
        connect("mastodon", secret=secret, trouble="lost_answer").send(reply)
    assert connect("mastodon", secret=secret).find_sent(reply).text == "Hallo!"


def test_rules_of_the_channel_are_enforced():
    demo = connect("x")
    newest = newest_in(events_of(demo))
    for text, reason in (("x" * 281, "too_long"), ("  ", "empty")):
        with pytest.raises(RejectedError) as caught:
            demo.send(reply_to(newest, text))
        assert caught.value.reason == reason
    with pytest.raises(NotAllowedError):
        demo.act(action_on(newest, OutboxKind.LIKE))
    with pytest.raises(NotAllowedError):
        connect("telegram").act(action_on(newest, OutboxKind.UNHIDE))


def test_only_our_own_words_can_be_edited():
    secret = {}
    demo = connect("facebook", secret=secret)
    events = events_of(demo)
    theirs = newest_in(events)
    with pytest.raises(NotAllowedError):
        demo.act(Action(kind=OutboxKind.EDIT, target=target_of(theirs), text="x"))
    ours = next(m for m in messages(events) if m.direction is Direction.OUT)
    demo.act(Action(kind=OutboxKind.EDIT, target=target_of(ours), text="Neu"))
    (edited,) = messages(events_of(demo, cursor_of(events)))
    assert (edited.remote_id, edited.text) == (ours.remote_id, "Neu")
    assert edited.edited_at is not None


def test_acts_can_be_taken_back():
    secret = {}
    demo = connect("facebook", secret=secret)
    events = events_of(demo)
    newest = newest_in(events)
    for kind in (OutboxKind.HIDE, OutboxKind.UNHIDE, OutboxKind.LIKE, OutboxKind.UNLIKE):
        demo.act(action_on(newest, kind))
    later = messages(events_of(demo, cursor_of(events)))
    assert [(m.visibility.value, m.liked) for m in later] == [
        ("hidden", False),
        ("shown", False),
        ("shown", True),
        ("shown", False),
    ]


def test_who_is_blocked_does_not_answer():
    secret = {}
    demo = connect("facebook", secret=secret)
    events = events_of(demo)
    newest = newest_in(events)
    demo.act(action_on(newest, OutboxKind.BLOCK))
    demo.send(reply_to(newest, "Bitte nicht."))
    assert len(messages(events_of(demo, cursor_of(events)))) == 1
    demo.act(action_on(newest, OutboxKind.UNBLOCK))
    demo.send(reply_to(newest, "Doch."))
    assert len(messages(events_of(demo, cursor_of(events)))) == 3


def test_what_is_gone_cannot_be_answered():
    secret = {}
    demo = connect("facebook", secret=secret)
    newest = newest_in(events_of(demo))
    demo.act(action_on(newest, OutboxKind.DELETE))
    with pytest.raises(GoneError):
        demo.send(reply_to(newest, "Hallo?"))
    with pytest.raises(GoneError):
        demo.act(action_on(newest, OutboxKind.HIDE))


def test_settings_that_are_no_time_are_told():
    for name in ("now", "start"):
        config = AccountConfig(channel="demo", settings={name: "gestern"})
        with pytest.raises(AddressError) as caught:
            CHANNEL.make(config).identify()
        assert caught.value.problem == name


@pytest.mark.parametrize("cursor", ["", "x", "1", "-1.2", "9999999999999999999999.1", "1.2.3"])
def test_a_cursor_that_makes_no_sense_costs_nothing(cursor):
    events = events_of(connect("bluesky"), cursor)
    assert all(isinstance(event, MessageSeen | CursorMoved | MessageGone) for event in events)


def test_a_memory_that_cannot_be_read_is_begun_anew():
    secret = {"memory": "{nonsense"}
    demo = connect("facebook", secret=secret)
    newest = newest_in(events_of(demo))
    demo.send(reply_to(newest, "Hallo!"))
    assert len(json.loads(secret["memory"])) == 1
