"""Sixty replies through every fault there is: lost requests, lost answers, waits, crashes."""

import random

import pytest

from cm_desktop.domain.errors import (
    OfflineError,
    RateLimitedError,
    ServerTroubleError,
    SlowError,
)
from cm_desktop.domain.model import OutboxState
from cm_desktop.services.sending import send_waiting
from tests.fakes import AfterApplying, Outside, ScriptedConnector

REPLIES = 60
FAULTS = [
    (0.10, SlowError),
    (0.08, lambda: ServerTroubleError(status=503)),
    (0.04, lambda: RateLimitedError(20)),
    (0.05, OfflineError),
    (0.14, lambda: AfterApplying(SlowError())),
    (0.04, lambda: AfterApplying(ServerTroubleError(status=502))),
]
CRASH = 0.04  # at each point


class Crash(BaseException):
    """The program is gone: nothing of ours catches this."""


class Weather:
    """Decides by chance what goes wrong next."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.crashes = 0

    def outcome(self):
        roll = self.dice.random()
        for share, fault in FAULTS:
            if roll < share:
                return fault()
            roll -= share
        return None

    def at(self, _point):
        if self.dice.random() < CRASH:
            self.crashes += 1
            raise Crash


class Stormy(ScriptedConnector):
    """Follows the weather instead of a script."""

    def __init__(self, weather, policy):
        super().__init__(Outside(), policy=policy)
        self.weather = weather
        self.at = weather.at

    def send(self, reply):
        self.outcomes = [self.weather.outcome()]
        return super().send(reply)

    def find_sent(self, reply):
        if self.weather.dice.random() < 0.1:
            raise ServerTroubleError(status=500)
        return super().find_sent(reply)


def endure(office, weather, never, passes):
    """Send again and again, starting anew after each crash, until nothing waits any more."""
    tools = office.tools(at=weather.at)
    for _pass in range(passes):
        try:
            send_waiting(office.vault, office.account, office.connector, never, tools)
        except Crash:
            continue
        finally:
            office.clock.go_on(seconds=20)
        if not any(waits(office)):
            return


def waits(office):
    on_the_way = {OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNKNOWN}
    return [row for row in office.rows if office.row(row).state in on_the_way]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("repeat_is_safe", "can_read_back"),
    [(True, False), (False, True), (False, False)],
    ids=["by key", "by looking", "blind"],
)
def test_no_reply_goes_out_twice_and_none_gets_lost(
    office, never, seed, repeat_is_safe, can_read_back
):
    office.follow(repeat_is_safe=repeat_is_safe, can_read_back=can_read_back)
    weather = Weather(seed)
    office.connectors[office.account.id] = Stormy(weather, office.connector.policy)
    conversations = [office.hear() for _ in range(REPLIES // 3)]
    office.rows = [
        office.queue(conversations[number % len(conversations)], f"reply {number}")
        for number in range(REPLIES)
    ]
    endure(office, weather, never, passes=600)

    texts = office.outside.texts()
    assert weather.crashes > 5
    assert len(set(texts)) == len(texts), "a reply went out twice"
    assert not waits(office)
    states = {row.text: office.row(row).state for row in office.rows}
    sent = {text for text, state in states.items() if state is OutboxState.SENT}
    asked = {text for text, state in states.items() if state is OutboxState.NEEDS_HUMAN}
    assert sent <= set(texts) <= sent | asked
    assert len(sent) + len(asked) == REPLIES
    if repeat_is_safe or can_read_back:
        assert not asked
    assert_in_order(office)


def assert_in_order(office):
    """Within a conversation, replies went out in the order written."""
    order = {key: place for place, (_id, _target, _text, key) in enumerate(office.outside.posts)}
    by_conversation = {}
    for row in office.rows:
        if row.id in order:
            by_conversation.setdefault(row.conversation, []).append(order[row.id])
    assert all(places == sorted(places) for places in by_conversation.values())
