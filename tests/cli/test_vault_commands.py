"""Vaults by the command line: made, listed, backed up, restored, removed."""

import pytest

from cm_desktop.cli import program as program_module


def test_a_vault_is_made_listed_and_removed(cm):
    made = cm.done("vault", "create", "Müller & Söhne", "--title", "Müller GmbH")
    assert {key: made[key] for key in ("name", "title", "key_kind")} == {
        "name": "Müller & Söhne",
        "title": "Müller GmbH",
        "key_kind": "passphrase",
    }
    assert cm.done("vault", "list") == [made]
    assert "Müller GmbH" in cm.people("vault", "list").out
    assert cm.done("vault", "remove", "Müller & Söhne", "--yes") == {"removed": "Müller & Söhne"}
    assert cm.done("vault", "list") == []


def test_the_folder_may_be_named_before_the_command(cm, tmp_path):
    cm.done("--data-dir", str(tmp_path / "else where"), "vault", "create", "a")
    assert (tmp_path / "else where" / "vaults" / "a" / "inbox.db").is_file()
    assert cm.done("vault", "list") == []


def test_a_damaged_vault_is_restored_from_its_backup(shop):
    account = shop.add()
    made = shop.done("vault", "backup")
    file = shop.data_dir / "vaults" / "shop" / "inbox.db"
    file.write_bytes(b"nothing of use")
    shop.refused(6, "account", "list")
    shop.refused(2, "vault", "restore", "shop")
    restored = shop.done("vault", "restore", "shop", "--yes")
    assert restored == {"restored": "shop", "file": made["file"]}
    assert [one["id"] for one in shop.done("account", "list")] == [account]


def test_a_named_backup_is_restored(shop):
    made = shop.done("vault", "backup")
    shop.add()
    shop.done("vault", "restore", "shop", "--file", made["file"], "--yes")
    assert shop.done("account", "list") == []


def test_without_a_backup_there_is_nothing_to_restore(shop):
    shop.refused(2, "vault", "restore", "shop", "--yes")


class Terminal:
    """Someone at a terminal who types passphrases."""

    def __init__(self, monkeypatch, *answers):
        self.answers = list(answers)
        monkeypatch.setattr(program_module, "has_terminal", lambda: True)
        monkeypatch.setattr("cm_desktop.cli.vaults.has_terminal", lambda: True)
        monkeypatch.setattr(program_module.getpass, "getpass", self.ask)

    def ask(self, prompt, stream=None):
        return self.answers.pop(0)


def test_without_a_keyring_a_passphrase_is_asked_for_twice(cm, monkeypatch):
    monkeypatch.delenv("CM_DESKTOP_PASSPHRASE_FILE")
    terminal = Terminal(monkeypatch, "first", "second", "right", "right", "right")
    cm.done("vault", "create", "a")
    assert terminal.answers == ["right"]
    assert cm.done("inbox") == []


def test_a_passphrase_may_be_tried_three_times(cm, monkeypatch):
    cm.done("vault", "create", "a")
    monkeypatch.delenv("CM_DESKTOP_PASSPHRASE_FILE")
    Terminal(monkeypatch, "wrong", "Wrong", "Brötchen")
    assert cm.done("inbox") == []
    terminal = Terminal(monkeypatch, "1", "2", "3", "4")
    assert cm.refused(6, "inbox")["code"] == "key_wrong"
    assert terminal.answers == ["4"]


def test_an_empty_passphrase_makes_no_vault(cm, monkeypatch):
    monkeypatch.delenv("CM_DESKTOP_PASSPHRASE_FILE")
    Terminal(monkeypatch, "")
    cm.refused(6, "vault", "create", "a")
    assert cm.done("vault", "list") == []


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_somebody_at_a_terminal_is_asked_before_a_vault_goes(shop, monkeypatch, answer):
    monkeypatch.setattr("cm_desktop.cli.words.has_terminal", lambda: True)
    assert shop.people("vault", "remove", "shop", text=answer).code == 130
    assert len(shop.done("vault", "list")) == 1
    assert shop.people("vault", "remove", "shop", text="y\n").code == 0
    assert shop.done("vault", "list") == []
