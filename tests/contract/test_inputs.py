"""What comes in may be huge, in no encoding, or nonsense: it is refused whole, never half taken."""

import os

import pytest

NOT_UTF8 = os.fsdecode(b"caf\xe9")


def test_a_text_from_standard_input_is_taken_as_it_stands(shop, chosen):
    text = "\ufeffGrüße\r\n\r\n  „Anna“ 🥨\n"
    row = shop.done("reply", chosen, text=text)
    assert row["text"] == "Grüße\n\n  „Anna“ 🥨"
    assert shop.done("show", chosen)["outbox"] == [row]


@pytest.mark.parametrize("encoding", ["utf-8:strict", "latin-1"])
def test_what_is_no_utf8_is_never_sent_as_garbage(shop, chosen, encoding):
    environment = {"PYTHONIOENCODING": encoding}
    told = shop.refused(2, "reply", chosen, text=b"caf\xe9", environment=environment)
    assert "UTF-8" in told["message"]
    shop.refused(2, "reply", chosen, NOT_UTF8)
    assert shop.done("outbox", "list") == []


@pytest.mark.parametrize("size", [(1 << 20) + 1, 5 << 20])
def test_a_text_that_is_too_long_is_refused_and_not_cut(shop, chosen, size):
    told = shop("reply", chosen, text=b"x" * size)
    assert told.code in (2, 5)
    assert told.error["code"] in ("usage", "rejected")
    assert shop.done("outbox", "list") == []
    assert len(shop.done("reply", chosen, text=b"x" * (1 << 20))["text"]) == 1 << 20


@pytest.mark.parametrize(
    "secret",
    [b'{"password": "\xff"}', b'{"password": "\\ud800"}', b"[" * 5000, b"x" * (1 << 20),
     b'{"password": ' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_a_secret_that_is_none_is_refused_without_being_repeated(shop, secret):
    told = shop.refused(2, "account", "add", "wordpress", "--url", "http://127.0.0.1:9",
                        "--handle", "admin", text=secret)  # fmt: skip
    assert "9999" not in str(told)
    assert "xxxx" not in str(told)


def test_an_argument_that_is_no_text_is_wrong_use(shop, chosen):
    told = shop.each_refused(
        2,
        ["tag", "add", chosen, "ok", NOT_UTF8], ["assign", chosen, NOT_UTF8],
        ["note", chosen, NOT_UTF8], ["handoff", chosen, "Jonas", NOT_UTF8],
        ["template", "add", NOT_UTF8, "Hallo"], ["inbox", "--query", NOT_UTF8],
        ["show", NOT_UTF8], ["vault", "create", NOT_UTF8], ["--vault", NOT_UTF8, "inbox"],
        ["account", "add", "demo", "--set", f"as={NOT_UTF8}"], ["snooze", chosen, NOT_UTF8],
    )  # fmt: skip
    assert {one["code"] for one in told} == {"usage"}
    shown = shop.done("show", chosen)
    assert (shown["tags"], shown["notes"], shown["assignee"]) == ([], [], None)


def test_a_file_may_have_any_name(shop):
    shop.done("export", "--format", "jsonl", "--out", f"{NOT_UTF8}.jsonl")
    assert shop.done("verify", f"{NOT_UTF8}.jsonl")["ok"]


OPERATORS = {
    "von:Feuilleton": 1, "from:Feuilleton": 1, 'von:"Feuilleton Fritz"': 1, "kanal:demo": 1,
    "tag:Torte": None, "ist:unbeantwortet": 1, "is:unanswered": 1, "ist:offen": 1, "is:open": 1,
    "ist:ungelesen": 1, "is:unread": 1, "ist:erledigt": None, "is:done": None, "is:waiting": 0,
    "is:snoozed": 0, "vor:1.11.2026": None, "before:2026-11-01": None, "nach:1.11.2026": 1,
    "after:2026-11-01": 1, "hat:anhang": 1, "has:attachment": 1, "hat:notiz": 0, "has:note": 0,
    "brot ODER kuchen": 1, "brot OR kuchen": 1, "brot NICHT kuchen": 1, "brot NOT kuchen": 1,
    "brot -kuchen": 1, "(brot OR kuchen) AND NOT torte": 1, '"der brot"': None, "brot*": 1,
}  # fmt: skip


def test_every_operator_is_understood_in_both_languages(filled, conversations):
    every = {one["id"] for one in conversations}
    answers = filled.many([["inbox", "--limit", "1000", "--query", query] for query in OPERATORS])
    found = {}
    for query, ran in zip(OPERATORS, answers, strict=True):
        assert ran.code == 0, query
        found[query] = {one["id"] for one in ran.document}
        assert found[query] <= every
        least = OPERATORS[query]
        assert least is None or bool(found[query]) is bool(least), query
    for one, other in (
        ("von:Feuilleton", "from:Feuilleton"), ("ist:unbeantwortet", "is:unanswered"),
        ("ist:offen", "is:open"), ("ist:ungelesen", "is:unread"), ("ist:erledigt", "is:done"),
        ("vor:1.11.2026", "before:2026-11-01"), ("nach:1.11.2026", "after:2026-11-01"),
        ("hat:anhang", "has:attachment"), ("brot ODER kuchen", "brot OR kuchen"),
        ("brot NICHT kuchen", "brot NOT kuchen"), ("brot -kuchen", "brot NOT kuchen"),
    ):  # fmt: skip
        assert found[one] == found[other]
    assert found["brot -kuchen"] < found["brot ODER kuchen"]


NONSENSE = [
    "(" * 3000, ")", '"', '""', "AND", "OR OR", "NOT", ":", "von:", 'von:""', "vor:99.99.9999",
    "vor:morgenrot", "ist:quatsch", "xyz:abc", "*", "%", "'; DROP TABLE message;--", "fts:text",
    "text MATCH 'x'", "NEAR(a b, 3)", "{a b}: c", "a^2", "\\", "\u202e", "\u200b", "🥨", "ß" * 500,
    "a " * 5000, "NOT " * 2000 + "a", "(a OR " * 500 + "b" + ")" * 500, "x" * 100_000,
    "-" * 100, "a:b:c:d", "von:von:von:x", "rowid:1", "1=1", "\x07", "{", "tag:*", "is:*",
]  # fmt: skip


def test_nonsense_is_searched_and_never_fails(filled):
    answers = filled.many([["inbox", "--query", query] for query in NONSENSE])
    for query, ran in zip(NONSENSE, answers, strict=True):
        assert ran.code == 0, (query[:50], ran)
        assert isinstance(ran.document, list)


NO_TIMES = [
    "gestern", "99999w", "2030-02-30", "9999-12-31", "0001-01-01", "2h30", "-2h", "",
    "2026-11-21T25:00", "1e9d",
]  # fmt: skip


def test_times_that_make_no_sense_are_wrong_use(shop, chosen):
    told = shop.each_refused(2, *(["snooze", chosen, text] for text in NO_TIMES))
    assert {one["code"] for one in told} == {"usage"}
    assert shop.done("show", chosen)["status"] == "open"
