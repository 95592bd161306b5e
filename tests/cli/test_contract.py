"""The promises to scripts: keys, exit codes, one JSON document and nothing else."""

import re

import pytest

KEYS = {
    "sync": {"id", "channel", "new", "updated", "gone", "sent", "errors"},
    "error": {"code", "message", "retry_after"},
    "conversation": {
        "id", "account", "channel", "kind", "title", "status", "unread", "tags", "assignee",
        "last_at", "due_at", "post",
    },
    "message": {
        "id", "conversation", "channel", "account", "remote_id", "parent", "direction", "public",
        "author", "text", "created_at", "received_at", "edited_at", "deleted_at", "hidden",
        "liked", "permalink", "attachments", "language", "sentiment",
    },
    "outbox": {
        "id", "conversation", "kind", "state", "text", "attempts", "error", "created_at",
        "sent_at", "remote_id",
    },
    "policy": {
        "abilities", "text_limit", "text_unit", "reply_window", "retention", "bulk_allowed",
    },
}  # fmt: skip
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")


def times_in(document, name=""):
    """Yield every value of a key that ends like a time's."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from times_in(value, key)
    elif isinstance(document, list):
        for value in document:
            yield from times_in(value, name)
    elif name.endswith("_at") and document is not None:
        yield document


def test_every_object_has_its_keys_and_times_are_utc(busy_shop):
    found = busy_shop.conversations()
    assert found
    for conversation in found:
        assert set(conversation) >= KEYS["conversation"]
        assert conversation["post"] is None or set(conversation["post"]) == {"title", "text", "url"}
    shown = busy_shop.done("show", found[0]["id"])
    assert set(shown) >= KEYS["conversation"] | {"messages", "notes", "events", "outbox"}
    for message in shown["messages"]:
        assert set(message) >= KEYS["message"]
        assert set(message["author"]) == {"id", "name", "handle"}
    row = busy_shop.done("reply", found[0]["id"], "Danke!")
    assert set(row) >= KEYS["outbox"]
    assert set(busy_shop.done("account", "policy", busy_shop.account)) >= KEYS["policy"]
    every_time = [*times_in(found), *times_in(shown), *times_in(row)]
    assert len(every_time) > 5
    assert [text for text in every_time if not TIME.fullmatch(text)] == []


def test_a_sync_reports_each_account_and_the_errors_of_each(busy_shop):
    broken = busy_shop.add("mastodon")
    busy_shop.break_account(broken, "rate_limited")
    ran = busy_shop("sync")
    assert ran.code == 1
    reports = {report["id"]: report for report in ran.document["accounts"]}
    assert set(reports) == {busy_shop.account, broken}
    assert all(set(report) >= KEYS["sync"] for report in reports.values())
    assert reports[busy_shop.account]["errors"] == []
    (error,) = reports[broken]["errors"]
    assert set(error) >= KEYS["error"]
    assert error["code"] == "rate_limited"
    assert error["message"]


@pytest.mark.parametrize(
    ("trouble", "code", "name"),
    [("offline", 4, "offline"), ("sign_in", 3, "sign_in_needed"), ("forbidden", 1, "not_allowed")],
)
def test_a_pass_that_fails_for_every_account_says_why_by_its_code(shop, trouble, code, name):
    account = shop.add()
    shop.break_account(account, trouble)
    ran = shop("sync")
    assert ran.code == code
    assert [error["code"] for error in ran.document["accounts"][0]["errors"]] == [name]


@pytest.mark.parametrize(
    ("trouble", "code"),
    [("offline", 4), ("slow", 4), ("broken", 4), ("sign_in", 3), ("forbidden", 5),
     ("rate_limited", 5), ("gone", 5)],
)  # fmt: skip
def test_a_single_question_to_a_channel_says_why_it_failed(shop, trouble, code):
    account = shop.add()
    shop.break_account(account, trouble)
    shop.refused(code, "account", "test", account)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["import", "mbox", "file"],
        ["person", "show"],
        ["team", "status"],
        ["inbox", "--nonsense"],
        ["inbox", "--limit", "0"],
        ["inbox", "--limit", "x"],
        ["vault"],
        ["show"],
        ["show", "nobody"],
        ["reply", "nobody", "x"],
        ["status", "nobody", "finished"],
        ["status", "nobody", "done"],
        ["act", "explode", "message"],
        ["act", "hide", "nobody"],
        ["outbox", "cancel", "nobody"],
        ["outbox", "resolve", "nobody"],
        ["account", "test", "nobody"],
        ["account", "policy", "nobody"],
        ["account", "add", "carrier-pigeon"],
        ["account", "remove", "nobody"],
        ["sync", "--account", "nobody"],
        ["tag", "add", "nobody"],
        ["tag", "add", "nobody", "x"],
        ["snooze", "nobody", "someday"],
        ["note", "nobody", "x"],
        ["handoff", "nobody", "Ben", "x"],
        ["handoff", "accept", "nobody"],
        ["template", "remove", "nobody"],
        ["template", "import", "/nonexistent"],
        ["export", "--format", "docx", "--out", "x"],
        ["export", "--format", "csv"],
        ["verify", "/nonexistent"],
        ["vault", "create", "../evil"],
        ["vault", "create", "shop"],
        ["vault", "remove", "shop"],
        ["vault", "remove", "nobody", "--yes"],
        ["--vault", "nobody", "inbox"],
        ["--lang", "xx", "inbox"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_exit_code_2_and_explained(shop, arguments):
    ran = shop(*arguments)
    assert ran.code == 2, ran.out
    assert ran.error["message"]
    # People are told the same, and scripts that read standard output get nothing.
    told = shop.people(*arguments)
    assert (told.code, told.out) == (2, "")
    assert ran.error["message"].splitlines()[0] in told.err


def test_the_options_of_all_commands_may_stand_behind_the_command(shop):
    assert shop.people("inbox", "--json", "--vault", "shop").document == []
    assert shop.people("vault", "list", "--json").document[0]["name"] == "shop"
    assert shop.people("inbox", "--json", "--vault", "other").code == 2


def test_with_several_vaults_none_is_guessed(shop):
    shop.done("vault", "create", "café")
    error = shop.refused(2, "inbox")
    assert "café" in error["message"]
    assert "shop" in error["message"]
    assert shop.done("--vault", "café", "inbox") == []


def test_without_a_vault_people_are_told_how_to_make_one(cm):
    error = cm.refused(2, "inbox")
    assert "vault create" in error["what_to_do"]
    assert "vault create" in cm.people("inbox").err


def test_a_vault_that_cannot_be_used_is_exit_code_6_and_stays_as_it_is(shop):
    file = shop.data_dir / "vaults" / "shop" / "inbox.db"
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)
    files = {path: path.read_bytes() for path in file.parent.rglob("*") if path.is_file()}
    for arguments in (["inbox"], ["sync"], ["tag", "add", "x", "y"], ["vault", "backup"]):
        assert shop.refused(6, *arguments)["code"] == "vault_damaged"
    assert {path: path.read_bytes() for path in file.parent.rglob("*") if path.is_file()} == files


def test_a_wrong_passphrase_is_exit_code_6(shop, passphrase):
    passphrase.write_text("something else")
    assert shop.refused(6, "inbox")["code"] == "key_wrong"


def test_no_passphrase_and_no_terminal_is_exit_code_6_with_what_to_do(shop, monkeypatch):
    monkeypatch.delenv("CM_DESKTOP_PASSPHRASE_FILE")
    for arguments in (["inbox"], ["vault", "create", "another"]):
        error = shop.refused(6, *arguments)
        assert error["code"] == "keyring_missing"
        assert "CM_DESKTOP_PASSPHRASE_FILE" in error["what_to_do"]


def test_the_language_is_the_one_asked_for(shop):
    from cm_desktop import i18n

    shop.people("--lang", "de", "inbox")
    assert i18n.language() == "de"
    shop.people("inbox")
    assert i18n.language() == "en"
    shop.people("inbox", "--lang", "de")
    assert i18n.language() == "de"


@pytest.mark.parametrize(
    "arguments", [[], ["vault"], ["account"], ["outbox"], ["tag"], ["template"], ["member"]]
)
def test_every_command_has_a_help_with_a_sentence(cm, arguments):
    ran = cm.people(*arguments, "--help")
    assert (ran.code, ran.err) == (0, "")
    names = re.findall(r"(?m)^  ([a-z]+)  +[A-Z]", ran.out.partition("Commands:")[2])
    assert names
    for name in names:
        help_of = cm.people(*arguments, name, "--help")
        assert help_of.code == 0
        assert f"cm-desktop {' '.join([*arguments, name])}" in help_of.out


def test_the_version_is_told(cm):
    assert re.fullmatch(r"cm-desktop, version \d\S*\n", cm.people("--version").out)
