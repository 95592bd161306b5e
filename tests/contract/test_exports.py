"""Exports hold what was asked for and nothing else, and `verify` sees every change of a letter."""

import csv
import io
import json
import os
import stat
from datetime import UTC, datetime, timedelta

import pytest

NOTE, ASKED = "NOTIZ-4711", "BITTE-4712"


@pytest.fixture
def noted(shop, chosen):
    """The shop with a note and a handoff."""
    shop.each(["note", chosen, NOTE], ["handoff", chosen, "Jonas", ASKED])
    return shop


def _records(computer, *options):
    computer.done("export", "--format", "jsonl", "--out", "log.jsonl", *options)
    return [json.loads(line) for line in (computer.root / "log.jsonl").read_text().splitlines()]


def _rows(computer, kind, *options):
    computer.done("export", "--format", kind, "--out", "log.csv", *options)
    data = (computer.root / "log.csv").read_bytes()
    delimiter = ";" if data.startswith(b"\xef\xbb\xbf") else ","
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=delimiter))


def test_each_format_holds_every_message_once(noted):
    found = noted.done("inbox", "--view", "all", "--limit", "1000")
    threads = noted.each(*(["show", one["id"]] for one in found))
    shown = {message["id"]: message for thread in threads for message in thread["messages"]}
    told = noted.done("export", "--format", "jsonl", "--out", "log.jsonl")
    assert told["counts"]["message"] == len(shown) > 200
    records = _records(noted)
    exported = [one for one in records if one["type"] == "message"]
    assert {one["id"]: one["text"] for one in exported} == {
        key: one["text"] for key, one in shown.items()
    }
    assert len(exported) == len(shown)
    assert all(set(shown[one["id"]]) <= set(one) for one in exported)
    for kind in ("csv", "csv-excel"):
        rows = _rows(noted, kind)
        texts = [list(row.values()) for row in rows]
        assert len(rows) == len(shown) + 1
        assert any(NOTE in row for row in texts)


def test_without_notes_nothing_internal_is_in_any_format(noted):
    records = _records(noted, "--no-notes")
    said = json.dumps(records)
    assert NOTE not in said
    assert ASKED not in said
    kinds = {one["event"] for one in records if one["type"] == "event"}
    # Not even a hash of them: of a short note it can be guessed.
    assert not {one for one in kinds if one.startswith(("note", "handoff"))}
    assert noted.done("verify", "log.jsonl")["ok"]
    for kind in ("csv", "csv-excel"):
        assert NOTE not in str(_rows(noted, kind, "--no-notes"))


def test_a_span_of_days_includes_both_and_a_query_narrows_it(noted):
    day = datetime.now(UTC) - timedelta(days=2)
    begin, end = day.strftime("%Y-%m-%d"), (day + timedelta(days=1)).strftime("%Y-%m-%d")
    inside = [one for one in _records(noted, "--from", begin, "--to", end)
              if one["type"] == "message"]  # fmt: skip
    assert {one["created_at"][:10] for one in inside} == {begin, end}
    everything = [one for one in _records(noted) if one["type"] == "message"]
    wanted = [one["id"] for one in everything if one["created_at"][:10] in (begin, end)]
    assert sorted(one["id"] for one in inside) == sorted(wanted)
    found = noted.done("inbox", "--query", "brot", "--limit", "1000")
    exported = [one["id"] for one in _records(noted, "--query", "brot")
                if one["type"] == "conversation"]  # fmt: skip
    assert exported == [one["id"] for one in found]


def test_what_a_removed_account_brought_is_still_exported(noted):
    accounts = noted.done("account", "list")
    before, *_gone, after, verified = noted.each(
        ["export", "--format", "jsonl", "--out", "a.jsonl"],
        *(["account", "remove", account["id"], "--yes"] for account in accounts),
        ["export", "--format", "jsonl", "--out", "b.jsonl"],
        ["verify", "b.jsonl"],
    )
    assert after["counts"]["message"] == before["counts"]["message"]
    assert verified["ok"]


def test_an_export_is_whole_private_and_stays_out_of_the_vault(noted):
    out = noted.root / "log.csv"
    out.write_text("alt")
    noted.done("export", "--format", "csv", "--out", "log.csv")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert sorted(place.name for place in noted.root.iterdir()) == [
        "data", "home", "log.csv", "passphrase",
    ]  # fmt: skip
    database = (noted.vault / "inbox.db").read_bytes()
    places = [str(noted.vault / one) for one in ("inbox.db", "vault.json", "backups/x", "x.csv")]
    noted.each_refused(2, *(["export", "--format", "csv", "--out", one] for one in places))
    noted.each_refused(2, *(["template", "export", one] for one in places))
    assert (noted.vault / "inbox.db").read_bytes() == database
    assert not (noted.vault / "x.csv").exists()


def test_a_device_or_pipe_is_not_replaced_by_a_file(noted):
    pipe = noted.root / "pipe"
    os.mkfifo(pipe)
    (noted.root / "link").symlink_to("pipe")
    for name in ("pipe", "link"):
        noted.each_refused(2, ["export", "--format", "csv", "--out", name],
                           ["template", "export", name])  # fmt: skip
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def _lines_changed(lines):
    """Yield files that are not as they were written, by what was done to them."""
    place = next(n for n, line in enumerate(lines) if b'"type":"message"' in line)
    record = json.loads(lines[place])

    def with_line(line):
        return [*lines[:place], line, *lines[place + 1 :]]

    yield "letter", with_line(lines[place].replace(b'"text":"', b'"text":"X', 1))
    yield "twice", with_line(lines[place].replace(b"{", b'{"text":"GEFAELSCHT",', 1))
    yield "blanks", with_line(json.dumps(record, sort_keys=True, ensure_ascii=False).encode())
    yield "order", with_line(json.dumps(dict(reversed(record.items())), separators=(",", ":"),
                                        ensure_ascii=False).encode())  # fmt: skip
    yield "dropped", [*lines[:place], *lines[place + 1 :]]
    yield "swapped", [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]
    yield "cut", [*lines[:-4], b""]
    yield "empty line", [*lines[:-1], b"", b""]
    yield "no end", lines[:-1]
    yield "windows", [line + b"\r" for line in lines[:-1]] + [b""]
    yield "mark", [b"\xef\xbb\xbf" + lines[0], *lines[1:]]
    yield "deep", with_line(b'{"a":' * 900 + b"1" + b"}" * 900)
    yield "number", with_line(b"9" * 5000)
    manifest = json.loads(lines[0])
    for key in manifest:
        if key != "type":
            changed = manifest | {key: "x" if isinstance(manifest[key], str) else 99}
            yield key, [_spelled(changed), *lines[1:]]
    yield "client twice", [lines[0].replace(b"{", b'{"client":"Fremde GmbH",', 1), *lines[1:]]


def _spelled(record):
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_verify_sees_every_change_and_names_the_file(noted):
    _records(noted)
    lines = (noted.root / "log.jsonl").read_bytes().split(b"\n")
    changed = dict(_lines_changed(lines))
    for name, content in changed.items():
        (noted.root / f"{name}.jsonl").write_bytes(b"\n".join(content))
    answers = noted.many([["verify", f"{name}.jsonl"] for name in changed])
    for name, ran in zip(changed, answers, strict=True):
        assert ran.code == 1, (name, ran)
        assert ran.document["ok"] is False
        assert ran.document["problems"]
    good = noted.done("verify", "log.jsonl")
    assert (good["ok"], good["problems"], good["client"]) == (True, [], "Bäckerei")
    assert len(good["key"]) == 64
    for name, content in {"empty": b"", "zeros": bytes(100), "list": b"[]\n"}.items():
        (noted.root / name).write_bytes(content)
        noted.refused(2, "verify", name)


BAD_TEMPLATES = [
    {"format": "cm-desktop-templates", "version": 2, "templates": []},
    {"templates": [{"name": "a"}]},
    {"templates": [{"name": "b", "text": "x"}, 7]},
    {"templates": [{"name": "a\ud800", "text": "x"}]},
    {"templates": [{"name": "a", "text": "x" * 200_000}]},
    {"templates": {"name": "a"}},
]  # fmt: skip


def test_templates_travel_in_a_file_and_nothing_is_kept_of_a_bad_one(shop):
    *_added, listed, _written, _gone, _gone_too, empty, brought, again, same = shop.each(
        ["template", "add", "Danke", "Danke, {first_name}! {{ok}}", "--shortcut", "d"],
        ["template", "add", "Öffnung", "Täglich ab 6 Uhr.", "--lang", "de"],
        ["template", "list"],
        ["template", "export", "t.json"],
        ["template", "remove", "Danke"],
        ["template", "remove", "Öffnung"],
        ["template", "list"],
        ["template", "import", "t.json"],
        ["template", "list"],
        ["template", "import", "t.json"],
    )
    assert empty == []
    assert brought == {"added": 2, "changed": 0, "unchanged": 0}
    assert same["unchanged"] == 2
    told = ("name", "text", "shortcut", "language", "channel")
    assert [[one[key] for key in told] for one in again] == [
        [one[key] for key in told] for one in listed
    ]
    good = json.loads((shop.root / "t.json").read_text())
    contents = [json.dumps(good | bad).encode() for bad in BAD_TEMPLATES]
    contents += [b"", b"[]", b"{", b"[" * 5000, bytes(9 << 20)]
    for number, content in enumerate(contents):
        (shop.root / f"{number}.json").write_bytes(content)
    shop.each_refused(
        2, *(["template", "import", f"{number}.json"] for number in range(len(contents)))
    )
    assert shop.done("template", "list") == again
