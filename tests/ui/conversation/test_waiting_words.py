"""What the window says of a reply that is on its way."""

from datetime import timedelta

import pytest

from cm_desktop.domain.model import OutboxState
from cm_desktop.domain.outbox_rules import LOST_TRACK
from cm_desktop.ui.conversation.waiting_card import state_sentence
from tests import factory

SOON = factory.NOW + timedelta(seconds=8)


@pytest.mark.parametrize(
    ("about", "online", "words", "tone"),
    [
        ({"hold_until": SOON}, True, "Will be sent in", "soft"),
        ({}, True, "Waits to be sent", "soft"),
        ({}, False, "Waits for a connection", "soft"),
        ({"next_attempt_at": SOON}, True, "Next attempt in", "soft"),
        ({"state": OutboxState.SENDING}, True, "Is being sent", "soft"),
        ({"state": OutboxState.UNKNOWN}, True, "No answer came back. We look", "warn"),
        ({"state": OutboxState.FAILED, "error": "rejected"}, True, "Not sent.", "bad"),
        (
            {"state": OutboxState.NEEDS_HUMAN, "error": LOST_TRACK},
            True,
            "Was it sent? Please look",
            "warn",
        ),
        ({"state": OutboxState.SENT}, True, "Sent", "ok"),
        ({"state": OutboxState.CANCELLED}, True, "Taken back", "soft"),
    ],
)
def test_each_state_has_its_words_and_its_tone(about, online, words, tone):
    sentence, told = state_sentence(factory.outbox_row(**about), factory.NOW, online=online)
    assert words in sentence
    assert told == tone
