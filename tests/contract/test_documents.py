"""Every object has every key of the contract, each of its type."""

import json

from tests.contract import shapes
from tests.contract.shapes import number, some_text, text


def _check(shape, found):
    assert found
    for one in found:
        assert not shape.complaints(one)


def test_conversations_and_messages_are_complete(filled, conversations):
    _check(shapes.CONVERSATION, conversations)
    threads = [ran.document for ran in filled.many([["show", c["id"]] for c in conversations])]
    _check(shapes.CONVERSATION, threads)
    messages = [message for thread in threads for message in thread["messages"]]
    _check(shapes.MESSAGE, messages)
    assert {one["direction"] for one in messages} == {"in", "out"}
    assert any(one["parent"] for one in messages)
    assert any(one["attachments"] for one in messages)
    ids = {one["id"] for one in messages}
    assert len(ids) == len(messages)
    assert {one["parent"] for one in messages if one["parent"]} <= ids


def test_what_people_do_is_shown_complete(shop, chosen):
    shop.each(
        ["tag", "add", chosen, "Torte", "Eilt"], ["assign", chosen, "Jonas"],
        ["note", chosen, "Bitte nur bar."], ["handoff", chosen, "Jonas", "Machst du das?"],
        ["reply", chosen, "Gern!"], ["snooze", chosen, "2h"],
    )  # fmt: skip
    shown, waiting = shop.each(["show", chosen], ["outbox", "list"])
    assert (sorted(shown["tags"]), shown["assignee"]) == (["Eilt", "Torte"], "Jonas")
    assert shown["status"] == "snoozed"
    _check(shapes.NOTE, shown["notes"])
    _check(shapes.OUTBOX, shown["outbox"])
    _check(shapes.OUTBOX, waiting)
    assert [event["event"] for event in shown["events"]] == [
        "tag_added", "tag_added", "assignee_set", "note_added", "handoff_asked",
        "outbox_queued", "status_set",
    ]  # fmt: skip


def test_a_sync_tells_of_each_account(shop):
    report, accounts = shop.each(["sync"], ["account", "list"])
    assert not shapes.SYNC.complaints(report)
    assert [one["id"] for one in report["accounts"]] == [one["id"] for one in accounts]
    _check(shapes.POLICY, shop.each(*(["account", "policy", one["id"]] for one in accounts)))


def test_the_key_to_page_by_survives_a_reader_that_counts_in_doubles(conversations):
    # jq and JavaScript read every number as a double and would round this one.
    assert all(isinstance(one["key"], str) for one in conversations)


def test_paging_shows_every_conversation_once(filled, conversations):
    seen, after = [], []
    while page := filled.done("inbox", "--view", "all", "--limit", "47", *after):
        seen += [one["id"] for one in page]
        after = ["--after", page[-1]["key"]]
    assert seen == [one["id"] for one in conversations]
    assert len(set(seen)) == len(seen) > 60


def test_paging_within_a_search_shows_every_find_once(filled):
    whole = filled.done("inbox", "--query", "brot", "--limit", "1000")
    seen, after = [], []
    while page := filled.done("inbox", "--query", "brot", "--limit", "9", *after):
        seen += page
        after = ["--after", page[-1]["key"]]
    assert [one["id"] for one in seen] == [one["id"] for one in whole]
    assert len(whole) > 8


def test_what_asks_about_the_computer_answers_in_one_document(filled):
    examined = filled.done("doctor")
    assert examined["ok"] is True
    assert {one["check"] for one in examined["checks"]} >= {"keyring", "database", "disk", "vault"}
    vaults = filled.done("vault", "list")
    assert [one["name"] for one in vaults] == ["shop"]
    kinds = {"name": some_text, "title": text, "key_kind": some_text, "size": number}
    assert not shapes.Shape(kinds).complaints(vaults[0])
    version = filled("--version")
    assert version.code == 0
    assert version.document["version"]


def test_errors_are_one_document_in_german_too(filled):
    german = filled.refused(2, "--lang", "de", "show", "x")
    english, unknown = filled.each_refused(
        2, ["--lang", "en", "show", "x"], ["--lang", "de", "inbox", "--nonsense"]
    )
    assert german["code"] == english["code"] == "usage"
    assert "Unterhaltung" in german["message"]
    assert german["message"] != english["message"]
    in_german, in_english = filled.each(["--lang", "de", "inbox"], ["--lang", "en", "inbox"])
    assert in_german == in_english
    assert "No such option" not in unknown["message"]


def test_people_get_sentences_and_no_json(filled):
    for arguments in (["inbox"], ["sync", "--help"]):
        ran = filled.people(*arguments)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out[:1] not in ("{", "[")
    wrong = filled.people("show", "x")
    assert (wrong.code, wrong.out) == (2, "")
    assert len(wrong.err.splitlines()) == 1
    json.loads(filled.people("inbox", "--json").out)
