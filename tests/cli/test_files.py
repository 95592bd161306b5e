"""Templates and logs in files, and the paging of lists, by the command line."""

import json

import pytest


def test_templates_are_added_listed_and_removed(shop):
    made = shop.done(
        "template", "add", "Öffnungszeiten", "Wir öffnen um 7.",
        "--shortcut", "zeit", "--lang", "de", "--channel", "mail",
    )  # fmt: skip
    assert set(made) >= {"id", "name", "text", "shortcut", "language", "channel"}
    assert (made["language"], made["channel"], made["shortcut"]) == ("de", "mail", "zeit")
    assert shop.done("template", "list") == [made]
    assert "Öffnungszeiten" in shop.people("template", "list").out
    shop.refused(2, "template", "add", "Öffnungszeiten", "anders")
    assert shop.done("template", "remove", "zeit") == {"removed": "Öffnungszeiten"}
    assert shop.done("template", "list") == []


def test_templates_travel_in_a_file_to_another_vault(shop, tmp_path):
    shop.done("template", "add", "Dank", "Danke, {name}!", "--shortcut", "d")
    shop.done("template", "add", "Gruß", "Viele Grüße")
    file = tmp_path / "templates.json"
    assert shop.done("template", "export", str(file))["templates"] == 2
    shop.done("vault", "create", "other")
    other = ["--vault", "other"]
    shop.done(*other, "template", "add", "Dank", "alt")
    report = shop.done(*other, "template", "import", str(file))
    assert report == {"added": 1, "changed": 1, "unchanged": 0}
    again = shop.done(*other, "template", "import", str(file))
    assert again == {"added": 0, "changed": 0, "unchanged": 2}
    texts = {one["name"]: one["text"] for one in shop.done(*other, "template", "list")}
    assert texts == {"Dank": "Danke, {name}!", "Gruß": "Viele Grüße"}


def file_of(templates, **head):
    head = {"format": "cm-desktop-templates", "version": 1} | head
    return json.dumps(head | {"templates": templates}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b"[]",
        b"[" * 100_000,
        file_of([], format="other"),
        file_of([], version=2),
        file_of({"name": "x"}),
        file_of([{"name": "", "text": "x"}]),
        file_of([{"name": "x", "text": 5}]),
        file_of([{"name": "x", "text": "x" * 100_001}]),
        file_of([{"name": "whole", "text": "x"}, {"name": "x"}]),
    ],
    ids=range(11),
)
def test_a_file_that_makes_no_sense_brings_nothing(shop, tmp_path, content):
    file = tmp_path / "templates.json"
    file.write_bytes(content)
    shop.refused(2, "template", "import", str(file))
    assert shop.done("template", "list") == []


def test_a_log_is_written_and_verified_and_a_changed_one_is_noticed(busy_shop, tmp_path):
    file = tmp_path / "log.jsonl"
    report = busy_shop.done("export", "--format", "jsonl", "--out", str(file))
    assert report["counts"]["message"] > 0
    assert set(report) >= {"file", "format", "sha256", "counts"}
    checked = busy_shop.done("verify", str(file))
    assert (checked["ok"], checked["problems"]) == (True, [])
    assert checked["counts"] == report["counts"]
    assert busy_shop.people("verify", str(file)).code == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    del lines[3]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    changed = busy_shop("verify", str(file))
    assert changed.code == 1
    assert changed.document["ok"] is False
    assert changed.document["problems"]
    assert busy_shop.people("verify", str(file)).code == 1


def test_verifying_needs_no_vault(cm, tmp_path):
    file = tmp_path / "x.jsonl"
    file.write_text("{}")
    cm.refused(2, "verify", str(file))


def test_an_export_holds_the_days_asked_for(busy_shop, tmp_path):
    file = tmp_path / "log.jsonl"

    def messages(*options):
        busy_shop.done("export", "--format", "jsonl", "--out", str(file), *options)
        records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        return [one["created_at"] for one in records if one["type"] == "message"]

    every = messages()
    day = every[0][:10]
    chosen = messages("--from", day, "--to", day)
    assert sorted(chosen) == sorted(at for at in every if at[:10] == day)
    assert messages("--to", "2001-01-01") == []
    assert messages("--from", "2001-01-01") == every
    busy_shop.refused(2, "export", "--format", "csv", "--out", "x", "--from", "yesterday-ish")


def test_an_unknown_format_is_refused_with_those_there_are(busy_shop, tmp_path):
    error = busy_shop.refused(2, "export", "--format", "docx", "--out", str(tmp_path / "x"))
    assert all(name in error["message"] for name in ("csv", "csv-excel", "jsonl"))
    assert list(tmp_path.glob("x*")) == []


def test_a_file_that_cannot_be_written_is_refused(busy_shop, tmp_path):
    place = tmp_path / "none" / "x.csv"
    busy_shop.refused(2, "export", "--format", "csv", "--out", str(place))


def test_pages_follow_one_another_without_gap_or_overlap(busy_shop):
    every = busy_shop.conversations("--view", "all", "--limit", "1000")
    seen, after = [], []
    while page := busy_shop.conversations("--view", "all", "--limit", "5", *after):
        seen += page
        after = ["--after", str(page[-1]["key"])]
    assert [one["id"] for one in seen] == [one["id"] for one in every]


def test_a_search_is_the_one_of_the_window(busy_shop):
    first = busy_shop.conversations("--view", "all")[0]
    name = first["author"]["name"].split()[0]
    found = busy_shop.conversations("--query", name)
    assert first["id"] in [one["id"] for one in found]
    assert busy_shop.conversations("--query", "qqqzzzxxx") == []
