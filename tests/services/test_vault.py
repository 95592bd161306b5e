"""Vaults are made, opened, listed and removed; a key is never made anew over what is there."""

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap

import pytest

from cm_desktop.domain.errors import (
    KeyMissingError,
    KeyringMissingError,
    KeyWrongError,
    UsageError,
    VaultError,
    VaultExistsError,
    VaultInUseError,
    VaultMissingError,
)
from cm_desktop.services import key_store, vault
from cm_desktop.services.vault import create_vault, list_vaults, open_vault, remove_vault


@pytest.fixture
def passphrase_file(tmp_path, monkeypatch):
    file = tmp_path / "passphrase"
    file.write_text("Süße Brötchen\n", encoding="utf-8")
    monkeypatch.setenv("CM_DESKTOP_PASSPHRASE_FILE", str(file))
    return file


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch):
    """A passphrase costs what it should in test_key_store.py; here it only costs time."""
    monkeypatch.setattr(key_store, "_MEMORY_KIB", 64)
    monkeypatch.setattr(key_store, "_TIME_COST", 1)


def test_what_was_kept_is_there_when_the_vault_is_opened_again(tmp_path):
    made = create_vault(tmp_path, "Bäckerei Müller", title="Müller GmbH", passphrase="x")
    with made, made.db.writing() as writer:
        writer.execute("INSERT INTO meta VALUES ('a', 'b')")
    with open_vault(tmp_path, "Bäckerei Müller", ask_passphrase=lambda: "x") as opened:
        row = opened.db.reader.execute("SELECT value FROM meta WHERE key = 'a'").fetchone()
        assert row == ("b",)
        assert (opened.name, opened.title) == ("Bäckerei Müller", "Müller GmbH")
        assert opened.id == made.id
        assert opened.me == made.me != ""


def test_the_key_is_not_shown_with_the_vault(tmp_path):
    with create_vault(tmp_path, "a", passphrase="x") as made:
        assert made.key.hex() not in repr(made)
        assert repr(made.key) not in repr(made)


def test_neither_key_nor_passphrase_lies_on_disk(tmp_path):
    with create_vault(tmp_path, "a", passphrase="Geheimwort") as made:
        key = made.key
    for file in (tmp_path / "vaults").rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert b"Geheimwort" not in content
        assert key not in content
        assert key.hex().encode() not in content


def test_folders_and_files_belong_to_their_owner_alone(tmp_path):
    os.umask(0)
    with create_vault(tmp_path / "new", "a", passphrase="x") as made:
        with made.exclusive("window"):
            pass
        places = [made.folder.parent, made.folder, *made.folder.rglob("*")]
        modes = {place: stat.S_IMODE(place.stat().st_mode) for place in places}
    assert {mode for place, mode in modes.items() if place.is_dir()} == {0o700}
    assert {mode for place, mode in modes.items() if place.is_file()} == {0o600}


@pytest.fixture(autouse=True)
def _same_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_a_wrong_passphrase_is_a_wrong_key_and_not_damage(tmp_path):
    create_vault(tmp_path, "a", passphrase="right").close()
    with pytest.raises(KeyWrongError):
        open_vault(tmp_path, "a", ask_passphrase=lambda: "wrong")


def test_a_passphrase_may_be_typed_composed_or_not(tmp_path):
    create_vault(tmp_path, "a", passphrase="Br\u00f6tchen").close()
    open_vault(tmp_path, "a", ask_passphrase=lambda: "Bro\u0308tchen").close()


def test_without_a_keyring_the_passphrase_comes_from_the_file(tmp_path, passphrase_file):
    create_vault(tmp_path, "a").close()
    open_vault(tmp_path, "a").close()
    passphrase_file.write_text("etwas anderes")
    with pytest.raises(KeyWrongError):
        open_vault(tmp_path, "a")


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe\xff"])
def test_a_passphrase_file_of_no_use_is_no_passphrase(tmp_path, passphrase_file, content):
    passphrase_file.unlink()
    if content is not None:
        passphrase_file.write_bytes(content)
    with pytest.raises(KeyringMissingError):
        create_vault(tmp_path, "a")
    assert list_vaults(tmp_path) == []


def test_without_keyring_and_passphrase_nothing_is_made(tmp_path):
    with pytest.raises(KeyringMissingError):
        create_vault(tmp_path, "a")
    assert list(tmp_path.iterdir()) == []


def test_without_keyring_and_passphrase_nothing_is_opened(tmp_path):
    create_vault(tmp_path, "a", passphrase="x").close()
    with pytest.raises(KeyringMissingError):
        open_vault(tmp_path, "a")


def test_a_vault_never_takes_the_place_of_another(tmp_path):
    with create_vault(tmp_path, "Müller", passphrase="x") as made:
        key = made.key
    for name in ("Müller", "MÜLLER", "Mu\u0308ller"):
        with pytest.raises(VaultExistsError):
            create_vault(tmp_path, name, passphrase="y")
    vault.open_with_key(tmp_path, "Müller", key).close()
    assert [info.name for info in list_vaults(tmp_path)] == ["Müller"]


@pytest.mark.parametrize(
    "name",
    [
        "", " ", ".", "..", "../a", "a/b", "a\\b", "/etc", "C:a", "a\0b", "a\nb", "CON", "con.x",
        "Lpt1", ".hidden", "a.", " a", "a ", "a\u202eb", "a\u200bb", "\ud800", "x" * 65, "a?", "*",
        "\u2028",
    ],
)  # fmt: skip
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(UsageError) as refused:
        create_vault(tmp_path, name, passphrase="x")
    assert refused.value.problem == "vault_name"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["Bäckerei Müller & Söhne", "店", "a.b", "Ça va?!"[:5], "😀", "-x"]
)
def test_a_name_of_any_language_is_fine(tmp_path, name):
    create_vault(tmp_path, name, passphrase="x").close()
    assert [info.name for info in list_vaults(tmp_path)] == [name]


def test_a_vault_may_lie_deep_and_under_odd_names(tmp_path, passphrase_file):
    place = tmp_path
    while len(str(place)) < 330:
        place /= "Kunden & Partner 100%? #1 😀 ä" * 2
    with create_vault(place, "Bäckerei") as made, made.db.writing() as writer:
        writer.execute("INSERT INTO meta VALUES ('a', 'b')")
    with open_vault(place) as opened:
        assert opened.db.reader.execute("SELECT value FROM meta WHERE key = 'a'").fetchone()


def test_opening_without_a_name_takes_the_only_vault(tmp_path, passphrase_file):
    with pytest.raises(VaultMissingError):
        open_vault(tmp_path)
    create_vault(tmp_path, "one").close()
    with open_vault(tmp_path) as opened:
        assert opened.name == "one"


def test_opening_without_a_name_takes_the_vault_last_shown(tmp_path, passphrase_file):
    for name in ("a", "b", "c"):
        create_vault(tmp_path, name).close()
    vault.remember_last(tmp_path, "b")
    with open_vault(tmp_path) as opened:
        assert opened.name == "b"
    remove_vault(tmp_path, "b")
    with open_vault(tmp_path) as opened:
        assert opened.name == "a"


def test_an_unknown_name_makes_nothing(tmp_path):
    with pytest.raises(VaultMissingError):
        open_vault(tmp_path, "none", ask_passphrase=lambda: "x")
    assert list(tmp_path.iterdir()) == []


def test_the_list_says_what_can_be_told_without_a_key(tmp_path):
    create_vault(tmp_path, "b", title="Zweite", passphrase="x").close()
    create_vault(tmp_path, "A", passphrase="x").close()
    (tmp_path / "vaults" / "broken").mkdir()
    (tmp_path / "vaults" / "broken" / "vault.json").write_text("{")
    (tmp_path / "vaults" / ".new-left-over").mkdir()
    listed = list_vaults(tmp_path)
    assert [(info.name, info.title, info.key_kind) for info in listed] == [
        ("A", "A", "passphrase"),
        ("b", "Zweite", "passphrase"),
        ("broken", "broken", ""),
    ]
    assert listed[0].size > 10_000


def test_a_removed_vault_is_gone_with_everything(tmp_path):
    create_vault(tmp_path, "a", passphrase="x").close()
    create_vault(tmp_path, "b", passphrase="x").close()
    (tmp_path / "vaults" / ".removed-when-the-power-failed").mkdir()
    remove_vault(tmp_path, "a")
    assert [place.name for place in (tmp_path / "vaults").iterdir()] == ["b"]
    with pytest.raises(VaultMissingError):
        remove_vault(tmp_path, "a")


def test_a_vault_that_is_shown_cannot_be_removed(tmp_path):
    made = create_vault(tmp_path, "a", passphrase="x")
    with made, made.exclusive("window"), pytest.raises(VaultInUseError):
        remove_vault(tmp_path, "a")
    assert [info.name for info in list_vaults(tmp_path)] == ["a"]


def test_a_demo_needs_no_keyring_and_its_worker_opens_it_with_the_key(tmp_path):
    with vault.open_demo(tmp_path) as demo:
        with vault.open_with_key(tmp_path, "demo", demo.key) as workers:
            assert workers.id == demo.id
        with pytest.raises(KeyMissingError):
            open_vault(tmp_path, "demo")
        with pytest.raises(KeyWrongError):
            vault.open_with_key(tmp_path, "demo", bytes(32))
        with pytest.raises(KeyWrongError):
            vault.open_with_key(tmp_path, "demo", b"short")


def test_only_one_window_shows_a_vault_while_another_may_send(tmp_path):
    with vault.open_demo(tmp_path) as demo, demo.exclusive("window"), demo.exclusive("sender"):
        second = demo.exclusive("window")
        with pytest.raises(VaultInUseError):
            second.__enter__()
    with vault.open_with_key(tmp_path, "demo", demo.key) as again, again.exclusive("window"):
        pass


HOLDER = """
    import sys
    from pathlib import Path
    from cm_desktop.services import vault
    with vault.held(Path(sys.argv[1]), "window"):
        print("held", flush=True)
        sys.stdin.read()
"""


def test_the_lock_of_a_window_that_was_killed_is_harmless(tmp_path):
    with vault.open_demo(tmp_path) as demo:
        holder = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(HOLDER), str(demo.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with holder:
            assert holder.stdout.readline() == "held\n"
            with pytest.raises(VaultInUseError), demo.exclusive("window"):
                pass
            holder.send_signal(signal.SIGKILL)
            holder.wait()
        with demo.exclusive("window"):
            pass


def test_a_making_that_fails_leaves_nothing_behind(tmp_path):
    (tmp_path / "vaults").write_text("a file where the folder should be")
    with pytest.raises(VaultError):
        create_vault(tmp_path, "a", passphrase="x")
    assert [place.name for place in tmp_path.iterdir()] == ["vaults"]


def test_vault_json_says_how_to_get_the_key_and_not_what_it_is(tmp_path):
    with create_vault(tmp_path, "a", passphrase="x") as made:
        about = json.loads((made.folder / "vault.json").read_text(encoding="utf-8"))
    assert set(about) == {"format", "id", "title", "created_at", "key", "key_check"}
    assert about["key"]["kind"] == "passphrase"
    assert about["key"]["lock"]["kdf"] == "argon2id"
