"""What people are told where scripts get a document: the same facts, in sentences."""


def test_a_sync_is_told_account_by_account(busy_shop):
    broken = busy_shop.add("mastodon")
    busy_shop.break_account(broken, "offline")
    ran = busy_shop.people("sync")
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert any(busy_shop.account in line and "0 sent" in line for line in lines)
    assert any("no connection" in line for line in lines)
    assert ran.err == ""


def test_without_an_account_there_is_nothing_to_sync(shop):
    ran = shop.people("sync")
    assert (ran.code, "no account" in ran.out) == (0, True)


def test_progress_is_told_at_a_terminal_only(busy_shop, capsys):
    from cm_desktop.cli.syncing import _progress
    from cm_desktop.services.syncing import AccountReport

    _progress(AccountReport(id=busy_shop.account, channel="demo"))
    told = capsys.readouterr()
    assert (told.out, "demo" in told.err) == ("", True)
    assert busy_shop("sync").err == ""


def test_a_conversation_is_shown_with_its_words_notes_and_answers(busy_shop):
    found = busy_shop.conversations("--query", "has:reply") or busy_shop.conversations()
    conversation = found[0]["id"]
    busy_shop.done("note", conversation, "Nur für uns")
    shown = busy_shop.done("show", conversation)
    out = busy_shop.people("show", conversation).out
    assert "Nur für uns" in out
    assert all(message["id"] in out for message in shown["messages"])
    assert shown["messages"][0]["author"]["name"] in out


def test_vaults_are_made_backed_up_and_restored_in_words(shop):
    assert "café" in shop.people("vault", "create", "café").out
    made = shop.people("--vault", "shop", "vault", "backup")
    assert made.out.strip().endswith("-manual.db")
    assert "shop" in shop.people("vault", "restore", "shop", "--yes").out
    assert "shop" in shop.people("vault", "remove", "shop", "--yes").out


def test_accounts_and_members_are_added_in_words(shop):
    added = shop.people("account", "add", "demo")
    assert "demo" in added.out
    account = shop.done("account", "list")[0]["id"]
    assert "works" in shop.people("account", "test", account).out
    assert shop.people("account", "remove", account, "--yes").code == 0
    assert "Änne" in shop.people("member", "add", "Änne").out


def test_files_are_written_and_checked_in_words(busy_shop, tmp_path):
    file, templates = tmp_path / "log.jsonl", tmp_path / "t.json"
    assert "log.jsonl" in busy_shop.people("export", "--format", "jsonl", "--out", str(file)).out
    assert "as it was written" in busy_shop.people("verify", str(file)).out
    file.write_bytes(file.read_bytes() + b"{}\n")
    assert "not as it was" in busy_shop.people("verify", str(file)).out
    busy_shop.done("template", "add", "Dank", "Danke!")
    assert "1 template" in busy_shop.people("template", "export", str(templates)).out
    assert "1 template" in busy_shop.people("template", "import", str(templates)).out


def test_a_vault_may_be_protected_by_a_passphrase_by_choice(cm):
    assert cm.done("vault", "create", "a", "--passphrase")["key_kind"] == "passphrase"


def test_a_passphrase_by_choice_needs_one(cm, monkeypatch):
    monkeypatch.delenv("CM_DESKTOP_PASSPHRASE_FILE")
    cm.refused(6, "vault", "create", "a", "--passphrase")
    assert cm.done("vault", "list") == []
