"""Edits, redactions and likes of Matrix messages, noticed by later passes."""

import pytest

from cm_desktop.domain.events import ItemSkipped, MessageGone
from tests.connectors.contract import cursor_of, events_of
from tests.connectors.matrix.fake_server import ANNA, BEN, ROOM, US
from tests.connectors.matrix.reading import told


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
