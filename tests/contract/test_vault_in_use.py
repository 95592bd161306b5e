"""A vault is not pulled away from under a program that works with it."""

import contextlib
import sqlite3
import subprocess
import sys

import pytest

from tests.contract.outsider import PASSPHRASE, everything_in

# Opens the vault like any other program of ours, says so, and works until its input ends.
_AT_WORK = """
import sys
from pathlib import Path
from cm_desktop.services.vault import open_vault
vault = open_vault(Path(sys.argv[1]), "shop")
vault.db.reader.execute("SELECT count(*) FROM message").fetchone()
with vault.exclusive(sys.argv[2]) if sys.argv[2] else __import__("contextlib").nullcontext():
    print("working", flush=True)
    sys.stdin.read()
    with vault.db.writing() as writer:
        writer.execute("UPDATE meta SET value = value")
vault.close()
"""


@pytest.fixture
def at_work(shop):
    """Let another program work with the vault; end it by calling what is returned."""
    running = []

    def begin(purpose=""):
        process = subprocess.Popen(
            [sys.executable, "-c", _AT_WORK, str(shop.data), purpose],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=shop.environment,
        )  # fmt: skip
        running.append(process)
        assert process.stdout.readline() == b"working\n"

        def end():
            process.communicate(timeout=30)
            assert process.returncode == 0

        return end

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_a_backup_is_not_put_back_while_somebody_has_the_vault_open(shop, at_work):
    shop.done("vault", "backup")
    chosen = shop.done("inbox", "--limit", "1")[0]["id"]
    shop.done("note", chosen, "Nach der Sicherung.")
    end = at_work()
    before = everything_in(shop.vault)
    assert shop.refused(6, "vault", "restore", "shop", "--yes")["code"] == "vault_in_use"
    after = everything_in(shop.vault)
    assert {name: after[name] for name in before} == before
    end()
    assert [note["text"] for note in shop.done("show", chosen)["notes"]] == ["Nach der Sicherung."]
    shop.done("vault", "restore", "shop", "--yes")
    assert shop.done("show", chosen)["notes"] == []


def test_a_damaged_vault_can_be_put_back(shop):
    shop.done("vault", "backup")
    database = shop.vault / "inbox.db"
    content = bytearray(database.read_bytes())
    content[len(content) // 2] ^= 1
    database.write_bytes(content)
    assert shop.refused(6, "inbox")["code"] == "vault_damaged"
    shop.done("vault", "restore", "shop", "--yes")
    assert len(shop.done("inbox")) > 10


def test_a_vault_is_not_removed_while_somebody_sends_from_it(shop, at_work):
    account = shop.done("account", "list")[0]["id"]
    end = at_work(f"sender-{account}")
    assert shop.refused(6, "vault", "remove", "shop", "--yes")["code"] == "vault_in_use"
    assert shop.refused(6, "vault", "restore", "shop", "--yes")["code"] == "vault_in_use"
    end()
    shop.done("vault", "remove", "shop", "--yes")
    assert shop.done("vault", "list") == []
    assert list((shop.data / "vaults").iterdir()) == []


def test_the_file_says_nothing_without_the_key(shop):
    assert PASSPHRASE.encode() not in (shop.vault / "vault.json").read_bytes()
    database = sqlite3.connect(shop.vault / "inbox.db")
    with contextlib.closing(database), pytest.raises(sqlite3.DatabaseError):
        database.execute("SELECT * FROM sqlite_master")
