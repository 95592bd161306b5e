"""Lengths as the channels count them."""

import pytest

from cm_desktop.domain.policy import ChannelPolicy, TextUnit
from cm_desktop.domain.text_length import count, room_left

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "unit", "length"),
    [
        ("Grüße", TextUnit.CHARACTERS, 5),
        ("Grüße", TextUnit.BYTES, 7),
        ("a😀", TextUnit.UTF16, 3),
        (FAMILY, TextUnit.GRAPHEMES, 1),
        (FAMILY, TextUnit.WEIGHTED, 2),
        ("🇩🇪", TextUnit.WEIGHTED, 2),
        ("12", TextUnit.WEIGHTED, 2),
        ("Grüße „hier“ \u2013 ß", TextUnit.WEIGHTED, 16),
        ("5 €", TextUnit.WEIGHTED, 4),
        ("…", TextUnit.WEIGHTED, 2),
        ("siehe https://example.org/ein/langer/pfad?mit=fragen", TextUnit.WEIGHTED, 6 + 23),
        ("@anna@example.social danke", TextUnit.MASTODON, 11),
        ("@anna danke https://example.org/x", TextUnit.MASTODON, 12 + 23),
    ],
)
def test_a_text_is_counted_as_its_channel_counts(text, unit, length):
    assert count(text, unit) == length


def test_the_tighter_of_two_limits_is_told():
    policy = ChannelPolicy(
        abilities=frozenset(), text_limit=300, text_unit=TextUnit.GRAPHEMES, byte_limit=3000
    )

    assert room_left("ä" * 10, policy) == 290
    assert room_left(FAMILY * 200, policy) == 3000 - 200 * 25


def test_no_limit_means_no_number():
    assert room_left("x", ChannelPolicy(abilities=frozenset())) is None


def test_a_lone_surrogate_is_counted_and_not_fatal():
    assert [count("\ud800", unit) for unit in TextUnit]
