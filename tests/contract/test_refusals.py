"""Exit codes and sentences where there is nothing to work with, or no such thing."""

NOTHING = "00000000-0000-0000-0000-000000000000"
# Every command that works with a vault, with ids of nothing.
COMMANDS = {
    "account list": 0, "account test ID": 2, "account policy ID": 2,
    "account remove ID --yes": 2, "sync": 0, "sync --no-send": 0, "sync --account ID": 2,
    "inbox": 0, "inbox --view outbox": 0, "show ID": 2, "reply ID Hallo": 2,
    "act hide ID": 2, "outbox list": 0, "outbox retry ID": 2, "outbox cancel ID": 2,
    "outbox resolve ID --sent": 2, "outbox resolve ID --again": 2, "outbox resolve ID --drop": 2,
    "tag add ID Torte": 2, "tag remove ID Torte": 2, "status ID done": 2, "snooze ID 2h": 2,
    "assign ID -": 2, "assign ID Jonas": 2, "note ID Hallo": 2, "handoff ID Jonas Bitte": 2,
    "handoff accept ID": 2, "handoff decline ID": 2, "member list": 0, "template list": 0,
    "template remove ID": 2, "template import ID": 2, "template export t.json": 0,
    "export --format csv --out o.csv": 0, "export --format csv-excel --out o.csv": 0,
    "export --format jsonl --out o.jsonl": 0, "vault backup": 0,
}  # fmt: skip
WRONG = [
    "nonsense", "inbox --nonsense", "inbox extra", "inbox --limit 0", "inbox --limit 1001",
    "inbox --after x", "inbox --view nonsense", "status x snoozed", "status x", "show", "reply",
    "act nonsense x", "act reply x", "snooze x gestern", "outbox resolve x", "tag add x",
    "export --format docx --out o", "export --format csv", "export --out o",
    "export --format csv --out .", "export --format csv --out no/where.csv",
    "export --format csv --out o --from heute", "verify nowhere", "account add",
    "account add nonsense", "account add facebook", "account add demo --set x",
    "account add demo --set =x", "account add wordpress", "account add mail",
    "account remove x", "vault remove shop", "vault create ../x", "vault create con",
    "vault create a/b", "vault restore nothing --yes", "vault remove nothing --yes",
    "--lang fr inbox", "--vault nothing inbox", "--vault ../shop inbox", "reply x y --hold -1",
    "reply x y --hold inf", "reply x y --hold nan", "template add x", "handoff x", "verify .",
]  # fmt: skip


def _typed(command):
    return [NOTHING if word == "ID" else word for word in command.split()]


def test_without_a_vault_each_command_says_how_to_make_one(computer):
    for command, ran in zip(COMMANDS, computer.many(map(_typed, COMMANDS)), strict=True):
        assert ran.code == 2, (command, ran)
        assert "vault create" in ran.error["what_to_do"], command
    assert computer.done("vault", "list") == []
    assert not computer.data.exists()


def test_an_empty_vault_is_no_trouble_and_ids_of_nothing_are_wrong_use(empty):
    for command, ran in zip(COMMANDS, empty.many(map(_typed, COMMANDS)), strict=True):
        code = COMMANDS[command]
        assert ran.code == code, (command, ran)
        if code:
            assert ran.error["message"]
            assert ran.error["what_to_do"]
    verified = empty.done("verify", "o.jsonl")
    assert (verified["ok"], verified["counts"]) == (True, {})


def test_wrong_use_is_code_2_in_one_document(filled):
    for command, ran in zip(WRONG, filled.many(one.split() for one in WRONG), strict=True):
        assert ran.code == 2, (command, ran)
        assert ran.error["code"] in ("usage", "address", "vault_missing"), command
        assert ran.error["message"], command
    assert len(filled.done("vault", "list")) == 1


TROUBLES = {
    "sign_in": (3, "sign_in_needed"), "offline": (4, "offline"), "slow": (4, "no_answer"),
    "broken": (4, "server_trouble"), "forbidden": (5, "not_allowed"),
    "rate_limited": (5, "rate_limited"),
}  # fmt: skip


def test_what_a_channel_answers_decides_the_exit_code(empty):
    tried = [["account", "add", "demo", "--set", f"trouble={one}"] for one in TROUBLES]
    told = {
        trouble: (ran.code, ran.error["code"])
        for trouble, ran in zip(TROUBLES, empty.many(tried), strict=True)
    }
    assert told == TROUBLES
    assert empty.done("account", "list") == []


def test_a_sync_that_fails_for_one_account_is_done_in_part_and_says_which(shop):
    (broken, *well) = [one["id"] for one in shop.done("account", "list")]
    shop.python(
        "import sys; from pathlib import Path; from cm_desktop.services.vault import open_vault\n"
        "with open_vault(Path(sys.argv[1])) as vault, vault.db.writing() as writer:\n"
        "    writer.execute(\"UPDATE account SET settings = json_set(settings, '$.trouble', "
        "'sign_in') WHERE uid = ?\", (sys.argv[2],))",
        str(shop.data), broken,
    )  # fmt: skip
    ran = shop("sync")
    assert ran.code == 1
    reports = {one["id"]: one for one in ran.document["accounts"]}
    assert [one["code"] for one in reports[broken]["errors"]] == ["sign_in_needed"]
    assert all(reports[one]["errors"] == [] for one in well)
    alone = shop("sync", "--account", broken)
    assert alone.code == 3
    assert alone.document["accounts"][0]["errors"][0]["what_to_do"]


def test_several_vaults_and_none_named_is_wrong_use_for_all_that_works_with_one(empty):
    empty.make_vault("zwei")
    told = empty.refused(2, "inbox")
    assert "shop" in told["message"]
    assert "zwei" in told["message"]
    assert empty.each(["--vault", "zwei", "inbox"], ["inbox", "--vault", "zwei"]) == [[], []]


def test_a_folder_that_is_no_vault_does_not_count_as_one(shop):
    for name in ("lost+found", ".Trash-1000", "Neuer Ordner"):
        (shop.data / "vaults" / name).mkdir()
    assert [one["name"] for one in shop.done("vault", "list")] == ["shop"]
    assert len(shop.done("inbox")) > 10
    # But it is never taken over.
    assert shop.refused(2, "vault", "create", "Neuer Ordner")["code"] == "vault_exists"
