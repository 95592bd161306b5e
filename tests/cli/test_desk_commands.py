"""The work on a conversation by the command line: each command tells what came of it."""

from datetime import UTC, datetime, timedelta

import pytest


@pytest.fixture
def conversation(busy_shop):
    return busy_shop.conversations()[0]["id"]


def shown(shop, conversation):
    return shop.done("show", conversation)


def test_tags_go_on_and_off(busy_shop, conversation):
    after = busy_shop.done("tag", "add", conversation, "Lob", "Rückfrage")
    assert after["tags"] == ["Lob", "Rückfrage"]
    after = busy_shop.done("tag", "remove", conversation, "Lob")
    assert after["tags"] == ["Rückfrage"]
    assert shown(busy_shop, conversation)["tags"] == ["Rückfrage"]


def test_a_status_moves_a_conversation_out_of_the_inbox(busy_shop, conversation):
    assert busy_shop.done("status", conversation, "done")["status"] == "done"
    assert conversation not in [one["id"] for one in busy_shop.conversations()]
    done = busy_shop.conversations("--view", "done")
    assert conversation in [one["id"] for one in done]
    assert busy_shop.done("status", conversation, "open")["status"] == "open"


def test_a_snoozed_conversation_says_until_when(busy_shop, conversation):
    after = busy_shop.done("snooze", conversation, "2h")
    until = datetime.fromisoformat(after["snoozed_until"])
    assert after["status"] == "snoozed"
    assert abs(until - datetime.now(UTC) - timedelta(hours=2)) < timedelta(minutes=1)
    busy_shop.refused(2, "snooze", conversation, "2001-01-01")


def test_a_conversation_is_given_to_a_member_and_taken_away(busy_shop, conversation):
    assert busy_shop.done("assign", conversation, "Ben")["assignee"] == "Ben"
    assert "Ben" in busy_shop.people("member", "list").out
    assert busy_shop.done("assign", conversation, "-")["assignee"] is None


def test_a_note_is_kept_and_never_sent(busy_shop, conversation):
    note = busy_shop.done("note", conversation, "Kunde kennt den Chef")
    assert set(note) >= {"id", "conversation", "member", "text", "created_at"}
    assert shown(busy_shop, conversation)["notes"] == [note]
    assert busy_shop.done("sync")["accounts"][0]["sent"] == 0
    busy_shop.refused(2, "note", conversation, "  ")


def test_a_handoff_names_the_next_member_and_is_accepted(busy_shop, conversation):
    made = busy_shop.done("handoff", conversation, "Ben", "Bitte den Preis nennen")
    assert (made["receiver"], made["state"]) == ("Ben", "asked")
    assert shown(busy_shop, conversation)["assignee"] == "Ben"
    answered = busy_shop.done("handoff", "accept", made["id"], "Mache ich")
    assert (answered["state"], answered["answer"]) == ("accepted", "Mache ich")
    busy_shop.refused(2, "handoff", "decline", made["id"])


def test_a_declined_handoff_goes_back(busy_shop, conversation):
    made = busy_shop.done("handoff", conversation, "Ben", "Bitte", "--until", "2d")
    assert made["until"] is not None
    assert busy_shop.done("handoff", "decline", made["id"])["state"] == "declined"
    assert shown(busy_shop, conversation)["assignee"] == made["sender"]


def test_a_handoff_needs_words(busy_shop, conversation):
    busy_shop.refused(2, "handoff", conversation, "Ben")


def test_members_are_added_and_listed(shop):
    assert shop.done("member", "add", "Änne", "--role", "owner")["name"] == "Änne"
    names = {one["name"]: one for one in shop.done("member", "list")}
    assert names["Änne"]["role"] == "owner"
    assert [one for one in names.values() if one["me"]] != []


def test_what_was_decided_stands_in_the_events(busy_shop, conversation):
    busy_shop.done("tag", "add", conversation, "Lob")
    busy_shop.done("status", conversation, "waiting")
    events = shown(busy_shop, conversation)["events"]
    kinds = [event["event"] for event in events]
    assert "tag_added" in kinds
    assert "status_set" in kinds
    assert [event["seq"] for event in events] == sorted(event["seq"] for event in events)
    assert all(set(event) >= {"seq", "event", "at", "member", "hash"} for event in events)


@pytest.mark.parametrize("command", ["tag", "status", "assign", "note", "handoff", "snooze"])
def test_people_are_told_as_well(busy_shop, conversation, command):
    words = {
        "tag": ["tag", "add", conversation, "Lob"],
        "status": ["status", conversation, "waiting"],
        "assign": ["assign", conversation, "Ben"],
        "note": ["note", conversation, "x"],
        "handoff": ["handoff", conversation, "Ben", "x"],
        "snooze": ["snooze", conversation, "1d"],
    }
    ran = busy_shop.people(*words[command])
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.strip()
