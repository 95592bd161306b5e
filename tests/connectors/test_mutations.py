"""Whatever a channel answers: an error of ours or clean events, and no good item is lost.

`make mutations` spoils 50,000 answers for each channel; a test run tries a few.
"""

import os
from importlib import import_module

import pytest

from cm_desktop.connectors.registry import CHANNELS
from cm_desktop.domain.errors import CmError
from cm_desktop.domain.events import (
    CursorMoved,
    GapFilled,
    GapFound,
    ItemSkipped,
    MessageGone,
    MessageSeen,
)
from tests.connectors.contract import LoopbackCase, cursor_of, events_of, messages
from tests.connectors.mutations import spoiler

# Answers that are spoiled for each channel.
ANSWERS = int(os.environ.get("CM_DESKTOP_MUTATIONS", "80"))
_CASES = {
    channel: case
    for channel in CHANNELS
    if issubclass(case := import_module(f"tests.connectors.{channel}.case").Case, LoopbackCase)
}
_KINDS = CursorMoved | GapFilled | GapFound | ItemSkipped | MessageGone | MessageSeen


@pytest.mark.parametrize("channel", _CASES)
def test_spoiled_answers_cost_an_error_of_ours_or_an_item(channel):
    with _CASES[channel]() as case:
        heard = _hear(case)
        spoiled = seed = 0
        while spoiled < ANSWERS:
            seed += 1
            if case.forgets:
                _hear(case)
            answers = _one_bad_pass(case, seed)
            assert answers, "nothing was spoiled"
            spoiled += answers
        if case.forgets:
            heard = _hear(case)
        connector = case.connect()
        assert set(heard) <= {event.remote_id for event in messages(events_of(connector))}
        connector.close()


def _hear(case):
    return [case.hear(f"Frage {number}") for number in range(4)]


def _one_bad_pass(case, seed):
    """Fetch while every answer may be spoiled; return how many were."""
    case.server.mangle = mangle = spoiler(seed)
    connector = case.connect()
    events = []
    try:
        for event in connector.fetch(None):
            events.append(event)
            _check(event)
        for event in connector.fetch(cursor_of(events)):
            _check(event)
    except CmError as error:
        said = error.detail
    else:
        said = ""
    finally:
        connector.close()
        case.server.mangle = None
    assert len(said) < 300, seed  # it goes into a report and the log
    return mangle.count


def _check(event):
    assert isinstance(event, _KINDS)
    if isinstance(event, CursorMoved):
        event.cursor.encode()
    elif isinstance(event, MessageSeen):
        assert event.remote_id
        assert event.conversation.remote_id
        assert event.author.remote_id
        assert event.created_at.tzinfo is not None
        assert event.rating in (None, 1, 2, 3, 4, 5)
        assert "\0" not in event.text
        repr(event).encode()  # nothing that cannot be kept
