"""The rules of `connectors/base.py`, held against every connector of the registry."""

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import islice

import pytest

from cm_desktop.connectors.registry import CHANNELS, channel_info
from cm_desktop.domain.errors import AddressError, CmError, NotAllowedError, RateLimitedError
from cm_desktop.domain.events import CursorMoved, ItemSkipped, MessageGone
from cm_desktop.domain.model import Direction
from cm_desktop.domain.policy import Ability
from tests.connectors.contract import (
    OPEN,
    STEPS,
    Trouble,
    action_on,
    cursor_of,
    events_of,
    messages,
    newest_in,
    pages,
    reply_to,
)

_FAR_TOO_MANY = 20_000  # events

_CASES = [import_module(f"tests.connectors.{channel}.case").Case for channel in CHANNELS]


@pytest.fixture(params=_CASES, ids=CHANNELS)
def case(request):
    with request.param() as played:
        yield played


@pytest.fixture
def connector(case):
    made = case.connect()
    yield made
    made.close()


def _speaks(connector):
    """Whether the channel takes answers from programs; see the test for those that do not."""
    return not connector.policy.answered_there


def _ids(events):
    return [event.remote_id for event in messages(events)]


def test_the_registry_describes_the_channel(case):
    info = channel_info(case.channel)
    assert info.channel == case.channel
    assert info.policy is not None
    assert info.policy.may(Ability.REPLY) or not info.policy.abilities


def test_we_are_the_same_each_time_we_sign_in(case, connector):
    identity = connector.identify()
    assert identity.remote_id
    assert identity.title
    again = case.connect()
    assert again.identify() == identity
    again.close()
    assert all(isinstance(value, str) for value in identity.settings.values())


def test_pages_run_from_old_to_new_and_each_ends_with_its_cursor(case, connector):
    for number in range(5):
        case.hear(f"Frage {number}")
    events = events_of(connector)
    assert isinstance(events[-1], CursorMoved)
    assert len(messages(events)) >= 5
    for page in pages(events):
        times = [message.created_at for message in page]
        assert times == sorted(times)


def test_what_is_reported_can_be_kept(case, connector):
    case.hear("Habt ihr noch Brezeln? 🥨")
    for event in events_of(connector):
        if isinstance(event, CursorMoved):
            event.cursor.encode()
        elif not isinstance(event, ItemSkipped | MessageGone):
            assert event.remote_id
            assert event.conversation.remote_id
            assert event.author.remote_id
            assert event.created_at.tzinfo is not None
            assert (event.text + event.author.name + event.conversation.title).encode() is not None
            assert "\0" not in event.text


def test_fetching_twice_from_one_place_reports_the_same(case, connector):
    case.hear("eins")
    first = events_of(connector)
    again = case.connect()
    assert events_of(again) == first
    cursor = cursor_of(first)
    assert events_of(again, cursor) == events_of(connector, cursor)
    again.close()


def test_after_the_cursor_comes_only_what_is_new_or_overlaps(case, connector):
    case.hear("alt")
    first = events_of(connector)
    later = events_of(connector, cursor_of(first))
    assert set(_ids(later)) <= set(_ids(first))

    new = case.hear("neu")
    later = events_of(connector, cursor_of(later) or cursor_of(first))
    assert new in _ids(later)
    assert set(_ids(later)) - set(_ids(first)) == {new}


def test_from_every_cursor_on_nothing_is_missing(case, connector):
    for number in range(3):
        case.hear(f"Frage {number}")
    events = events_of(connector)
    everything = set(_ids(events))
    for place, event in enumerate(events):
        if isinstance(event, CursorMoved):
            before = set(_ids(events[:place]))
            again = case.connect()
            assert before | set(_ids(events_of(again, event.cursor))) == everything
            again.close()


def test_what_comes_while_we_fetch_is_reported_now_or_next_time(case, connector):
    case.hear("vorher")
    events, late = [], None
    for event in connector.fetch(None):
        events.append(event)
        if late is None:
            late = case.hear("mittendrin")
    later = events_of(connector, cursor_of(events))
    assert late in _ids(events) + _ids(later)


def test_the_first_bite_is_bounded(case, connector):
    for number in range(20):
        case.hear(f"Frage {number}")
    assert len(messages(events_of(connector))) <= case.first_bite


def test_an_item_that_makes_no_sense_costs_only_itself(case, connector):
    before = case.hear("davor")
    case.spoil()
    after = case.hear("danach")
    events = events_of(connector)
    assert [event for event in events if isinstance(event, ItemSkipped)]
    assert {before, after} <= set(_ids(events))
    assert isinstance(events[-1], CursorMoved)


def test_a_reply_is_there_once_and_comes_back_as_ours(case, connector):
    if not _speaks(connector):
        return
    case.hear("Habt ihr sonntags offen?")
    events = events_of(connector)
    before = case.said()

    sent = connector.send(reply_to(newest_in(events), "Ja, von 8 bis 11 Uhr."))

    assert case.said() == [*before, "Ja, von 8 bis 11 Uhr."]
    if not case.echoes:
        return
    echoes = [
        message
        for message in messages(events_of(connector, cursor_of(events)))
        if message.remote_id == sent.remote_id
    ]
    assert echoes
    assert echoes[-1].direction is Direction.OUT
    assert echoes[-1].text == "Ja, von 8 bis 11 Uhr."
    assert echoes[-1].conversation.remote_id == newest_in(events).conversation.remote_id


def test_a_channel_that_takes_no_answers_refuses_them_and_says_nothing(case, connector):
    if _speaks(connector):
        return
    case.hear("Habt ihr sonntags offen?")
    reply = reply_to(newest_in(events_of(connector)), "Ja, von 8 bis 11 Uhr.")
    with pytest.raises(NotAllowedError) as caught:
        connector.send(reply)
    assert caught.value.detail == "answer_there"
    assert case.said() == []
    assert connector.policy.may(Ability.REPLY)
    assert not connector.policy.can_read_back


def test_a_reply_whose_answer_got_lost_is_found_and_not_doubled(case, connector):
    if not _speaks(connector):
        return
    case.hear("Habt ihr sonntags offen?")
    events = events_of(connector)
    now = datetime.now(UTC)
    reply = reply_to(newest_in(events), "Ja, von 8 bis 11 Uhr.", first_attempt_at=now)
    before = case.said()

    with case.losing_answers(), pytest.raises(OPEN):
        connector.send(reply)

    assert case.said() == [*before, reply.text]
    if not connector.policy.can_read_back:
        return
    again = case.connect()
    found = again.find_sent(reply)
    assert found is not None
    assert found.remote_id in _ids(events_of(again, cursor_of(events)))
    again.close()
    assert case.said() == [*before, reply.text]


def test_what_was_never_sent_is_not_found(case, connector):
    if not _speaks(connector):
        return
    case.hear("Wie heißt das Brot?")
    question = newest_in(events_of(connector))
    case.hear("Und der Kuchen?")
    other = newest_in(events_of(connector))
    connector.send(reply_to(other, "Danke!"))
    if not connector.policy.can_read_back:
        return
    now = datetime.now(UTC)
    reply = reply_to(question, "Danke!", first_attempt_at=now)
    elsewhere = replace(reply, target=replace(reply.target, text=""))
    try:
        found = [connector.find_sent(reply), connector.find_sent(elsewhere)]
    except CmError:
        return  # says that nobody can tell, which is no false claim either
    assert found == [None, None]


def test_an_equal_reply_of_long_ago_is_not_taken_for_this_one(case, connector):
    if not _speaks(connector):
        return
    case.hear("Danke für das Brot")
    events = events_of(connector)
    connector.send(reply_to(newest_in(events), "Gern geschehen."))
    if not connector.policy.can_read_back:
        return
    later = datetime.now(UTC) + timedelta(hours=1)
    reply = reply_to(newest_in(events), "Gern geschehen.", first_attempt_at=later)
    try:
        found = connector.find_sent(reply)
    except CmError:
        return
    assert found is None


def test_what_is_done_twice_is_no_error(case, connector):
    for kind in case.actions:
        case.hear(f"Bitte einmal {kind.value}")
        action = action_on(newest_in(events_of(connector)), kind)
        assert not case.shows(action)
        connector.act(action)
        assert case.shows(action)
        connector.act(action)
        assert case.shows(action)


def test_an_action_comes_back_with_the_next_fetch(case, connector):
    if not case.echoes:
        return
    for kind in case.actions:
        case.hear(f"Bitte einmal {kind.value}")
        events = events_of(connector)
        message = newest_in(events)
        connector.act(action_on(message, kind))
        later = [
            event
            for event in events_of(connector, cursor_of(events))
            if getattr(event, "remote_id", None) == message.remote_id
        ]
        assert later, kind
        assert later[-1] != message, kind


def test_a_message_deleted_there_is_reported_as_gone(case, connector):
    if not case.tells_deletions:
        return
    for number in range(3):
        message = case.hear(f"Frage {number}")
    events = events_of(connector)
    case.remove(message)
    later = events_of(connector, cursor_of(events))
    assert message in [one.remote_id for one in later if isinstance(one, MessageGone)]
    again = events_of(connector, cursor_of(later))
    assert message not in [one.remote_id for one in again if not isinstance(one, CursorMoved)]


def test_a_server_that_repeats_itself_for_ever_is_left(case, connector):
    if not hasattr(case, "stuck"):
        return
    for number in range(3):
        case.hear(f"Frage {number}")
    since = cursor_of(events_of(connector))
    for number in range(3):
        case.hear(f"Neue Frage {number}")
    with case.stuck():
        for place in (None, since):
            again = case.connect()
            with suppress(CmError):  # or it is seen through
                assert len(list(islice(again.fetch(place), _FAR_TOO_MANY))) < _FAR_TOO_MANY
            again.close()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", list(Trouble))
def test_each_kind_of_trouble_gives_its_error_and_changes_nothing(case, connector, step, kind):
    if kind not in case.troubles or (step == "act" and not case.actions):
        return
    if step == "send" and not _speaks(connector):
        return
    case.hear("Hallo?")
    events = events_of(connector)
    message = newest_in(events)
    before = case.said()
    action = action_on(message, case.actions[0]) if case.actions else None
    steps = {
        "identify": lambda: case.connect().identify(),
        "fetch": lambda: events_of(connector, cursor_of(events)),
        "send": lambda: connector.send(reply_to(message, "Hallo!")),
        "act": lambda: connector.act(action),
    }
    with case.trouble(kind), pytest.raises(case.expected(step, kind)) as caught:
        steps[step]()
    if isinstance(caught.value, RateLimitedError):
        assert caught.value.wait_seconds is None or 0 < caught.value.wait_seconds <= 3600
    assert case.said() == before
    assert " " not in caught.value.detail or isinstance(caught.value, AddressError)


def test_waiting_ends_when_it_is_told_to(connector):
    cancelled = threading.Event()
    cancelled.set()
    assert connector.wait(30, cancelled) in (True, False)
    assert connector.wait(0, threading.Event()) in (True, False)


def test_closing_twice_is_no_error(connector):
    connector.close()
    connector.close()
