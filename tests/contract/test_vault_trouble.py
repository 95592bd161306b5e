"""A vault that cannot be opened is code 6, says what to do, and stays as it is to the byte."""

import json

import pytest

from tests.contract.outsider import AS_ANYBODY, everything_in

_NEWER = """
import sys
from pathlib import Path
from cm_desktop.services.vault import open_vault
with open_vault(Path(sys.argv[1])) as vault, vault.db.writing() as writer:
    writer.execute("PRAGMA user_version = 999")
"""
COMMANDS = [
    ["inbox"], ["sync"], ["note", "x", "y"], ["vault", "backup"], ["account", "add", "demo"],
    ["export", "--format", "csv", "--out", "o.csv"], ["account", "remove", "x", "--yes"],
]  # fmt: skip


def _refuse_all(computer, code="vault_damaged"):
    """Let every command fail with code 6 and leave nothing changed."""
    before = everything_in(computer.data)
    for command, ran in zip(COMMANDS, computer.many(COMMANDS), strict=True):
        assert (ran.code, ran.error["code"]) == (6, code), (command, ran)
        assert ran.error["message"]
        assert ran.error["what_to_do"]
    assert everything_in(computer.data) == before
    assert not (computer.root / "o.csv").exists()


def test_a_wrong_passphrase_opens_nothing(shop):
    shop.passphrase.write_text("falsch\n")
    _refuse_all(shop, "key_wrong")
    before = everything_in(shop.data)
    shop.refused(6, "sync")
    assert everything_in(shop.data) == before


@pytest.mark.parametrize("content", [None, b"\nZweite Zeile", b"\xff\xfe\x00"])
def test_a_passphrase_file_that_holds_none_is_named(shop, content):
    if content is None:
        shop.passphrase.unlink()
    else:
        shop.passphrase.write_bytes(content)
    _refuse_all(shop, "keyring_missing")
    told = shop.refused(6, "inbox")
    assert "file with the passphrase" in told["message"]
    assert "CM_DESKTOP_PASSPHRASE_FILE" in told["what_to_do"]


def test_without_any_passphrase_one_sentence_says_what_to_do(shop):
    del shop.environment["CM_DESKTOP_PASSPHRASE_FILE"]
    _refuse_all(shop, "keyring_missing")
    told = shop.people("inbox")
    assert (told.code, told.out) == (6, "")
    assert len(told.err.splitlines()) == 1
    assert "CM_DESKTOP_PASSPHRASE_FILE" in told.err
    german = shop.people("--lang", "de", "inbox")
    assert german.err != told.err


def _flip(file, place):
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    "harm",
    [
        lambda vault: _flip(vault / "inbox.db", 3),
        lambda vault: _flip(vault / "inbox.db", -1),
        lambda vault: _flip(vault / "inbox.db", 200_000),
        lambda vault: (vault / "inbox.db").write_bytes(b""),
        lambda vault: (vault / "inbox.db").write_bytes((vault / "inbox.db").read_bytes()[:50_000]),
        lambda vault: (vault / "inbox.db").write_bytes(b"SQLite format 3\0" + bytes(5000)),
        lambda vault: (vault / "inbox.db").unlink(),
        lambda vault: (vault / "vault.json").unlink(),
        lambda vault: (vault / "vault.json").write_text('{"format": 1'),
        lambda vault: (vault / "vault.json").write_text("[" * 5000),
    ],
)
def test_a_damaged_vault_stays_as_it_is(shop, harm):
    harm(shop.vault)
    _refuse_all(shop)


def test_what_a_newer_program_wrote_stays_as_it_is(shop):
    about = shop.vault / "vault.json"
    said = about.read_text()
    about.write_text(json.dumps(json.loads(said) | {"format": 99}))
    _refuse_all(shop, "vault_too_new")
    about.write_text(said)
    shop.python(_NEWER, str(shop.data))
    _refuse_all(shop, "vault_too_new")


def _take_rights(folder, of_folder, of_file):
    for place in [*folder.rglob("*"), folder]:
        place.chmod(of_folder if place.is_dir() else of_file)


@pytest.fixture
def as_anybody(shop):
    """Be refused what the rights of files refuse, even where root runs the tests."""
    shop.before = AS_ANYBODY
    yield shop
    _take_rights(shop.data, 0o700, 0o600)


def test_a_vault_on_a_read_only_disk_stays_as_it_is(as_anybody):
    _take_rights(as_anybody.data, 0o500, 0o400)
    before = everything_in(as_anybody.data)
    for command in COMMANDS[:4]:
        assert as_anybody.refused(6, *command)["code"] == "vault_read_only"
    assert everything_in(as_anybody.data) == before


def test_a_folder_that_may_not_be_looked_into_is_told_of(as_anybody):
    (as_anybody.data / "vaults").chmod(0)
    for command in (["inbox"], ["vault", "list"], ["vault", "create", "b"]):
        assert as_anybody.refused(6, *command)["code"] == "vault_read_only"
    examined = as_anybody("doctor")
    assert examined.code == 1
    assert "vault_read_only" in {one["problem"] for one in examined.document["checks"]}
