"""A vault that cannot be used is explained, and not a byte of it is changed."""

import contextlib
import hashlib
import json
import os
import resource
import sqlite3

import pytest

from cm_desktop.domain.errors import (
    DiskFullError,
    KeyWrongError,
    VaultDamagedError,
    VaultMissingError,
    VaultReadOnlyError,
    VaultTooNewError,
)
from cm_desktop.services import vault
from cm_desktop.store import vault_file


class Kept:
    """A vault that holds something, closed, with its key at hand."""

    def __init__(self, data_dir):
        self.data_dir = data_dir
        with vault.open_demo(data_dir) as demo:
            with demo.db.writing() as writer:
                rows = [(f"k{n}", "Wort " * 100) for n in range(500)]
                writer.executemany("INSERT INTO meta VALUES (?, ?)", rows)
            self.folder, self.key = demo.folder, demo.key
        self.file = self.folder / "inbox.db"
        self.about = self.folder / "vault.json"

    def snapshot(self):
        return {
            str(file.relative_to(self.data_dir)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in self.data_dir.rglob("*")
            if file.is_file()
        }

    def open(self):
        return vault.open_with_key(self.data_dir, "demo", self.key)

    def refuses(self, error):
        """Assert that opening raises an error, and that every file is as it was."""
        before = self.snapshot()
        with pytest.raises(error) as raised:
            self.open()
        assert type(raised.value) is error
        assert self.snapshot() == before

    def change(self, at, how=lambda byte: byte ^ 1):
        content = bytearray(self.file.read_bytes())
        content[at] = how(content[at])
        self.file.write_bytes(content)


@pytest.fixture
def kept(tmp_path):
    return Kept(tmp_path / "data")


def test_a_sound_vault_opens_and_closes_without_a_trace(kept):
    before = kept.snapshot()
    kept.open().close()
    assert kept.snapshot() == before


def test_a_wrong_key(kept):
    kept.key = bytes(32)
    kept.refuses(KeyWrongError)


@pytest.mark.parametrize("place", [0, 20, 100, 4000, 5000, 100_000, -1])
def test_a_flipped_bit_anywhere(kept, place):
    kept.change(place)
    kept.refuses(VaultDamagedError)


@pytest.mark.parametrize("length", [0, 1, 100, 4096, 8192, 100_000, -1])
def test_a_truncated_file(kept, length):
    content = kept.file.read_bytes()
    kept.file.write_bytes(content[:length])
    kept.refuses(VaultDamagedError)


def test_a_file_of_noise(kept):
    kept.file.write_bytes(os.urandom(40_960))
    kept.refuses(VaultDamagedError)


def test_a_database_of_a_browser(kept):
    kept.file.unlink()
    with contextlib.closing(sqlite3.connect(kept.file)) as browser:
        browser.execute("CREATE TABLE moz_places (url TEXT)")
        browser.commit()
    kept.refuses(VaultDamagedError)


def test_a_database_of_another_vault(kept, tmp_path):
    kept.file.write_bytes(Kept(tmp_path / "other").file.read_bytes())
    kept.refuses(VaultDamagedError)


def test_a_missing_database_is_not_made_anew(kept):
    kept.file.unlink()
    kept.refuses(VaultDamagedError)


def test_a_folder_without_anything_is_no_vault(kept):
    kept.file.unlink()
    kept.about.unlink()
    kept.refuses(VaultMissingError)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff", b'{"format": 1}', b'{"format": "x"}', b"[" * 60_000,
        b'{"format":1,"id":"a","title":"b","key":{"kind":"plain"},"key_check":"","created_at":"x"}',
    ],
)  # fmt: skip
def test_a_vault_json_that_makes_no_sense(kept, content):
    kept.about.write_bytes(content)
    kept.refuses(VaultDamagedError)


def test_a_missing_vault_json(kept):
    kept.about.unlink()
    kept.refuses(VaultDamagedError)


def test_a_vault_json_of_a_newer_program(kept):
    about = json.loads(kept.about.read_text())
    kept.about.write_text(json.dumps(about | {"format": 2, "key": "elsewhere"}))
    kept.refuses(VaultTooNewError)


def test_a_newer_schema(kept):
    with kept.open() as opened, opened.db.writing() as writer:
        writer.execute("PRAGMA user_version = 99")
    kept.refuses(VaultTooNewError)


@contextlib.contextmanager
def as_nobody(*places):
    """Be a user who does not own the files: root may write whatever the mode says."""
    if os.geteuid() != 0:
        yield
        return
    for place in places:
        os.chown(place, 65534, 65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def reachable(kept, tmp_path_factory):
    """Let another user reach the vault: pytest's own folders are closed to them."""
    base = tmp_path_factory.getbasetemp()
    closed = [place for place in (base, *base.parents) if not place.stat().st_mode & 0o005]
    modes = {place: place.stat().st_mode for place in (*closed, kept.data_dir.parent)}
    for place in modes:
        place.chmod(0o755)
    yield
    for place, mode in modes.items():
        place.chmod(mode)


def test_a_read_only_folder(kept, reachable):
    everything = [kept.data_dir, kept.folder.parent, kept.folder, *kept.folder.rglob("*")]
    kept.folder.chmod(0o500)
    with as_nobody(*everything):
        kept.refuses(VaultReadOnlyError)
    kept.folder.chmod(0o700)


def test_a_read_only_file(kept, reachable):
    everything = [kept.data_dir, kept.folder.parent, kept.folder, *kept.folder.rglob("*")]
    kept.file.chmod(0o400)
    with as_nobody(*everything):
        kept.refuses(VaultReadOnlyError)


def test_a_folder_of_somebody_else(kept, reachable):
    if os.geteuid() != 0:
        return  # only root can give the folder away
    os.chown(kept.folder, 0, 0)
    kept.folder.chmod(0o700)
    with as_nobody(kept.data_dir, kept.folder.parent), pytest.raises(VaultReadOnlyError):
        kept.open()


def test_a_full_disk(kept):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        kept.refuses(DiskFullError)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    kept.open().close()


def test_a_full_disk_while_a_vault_is_made(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        with pytest.raises(DiskFullError):
            vault.open_demo(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((tmp_path / "vaults").iterdir()) == []


def test_what_a_crash_left_in_the_log_is_read_and_not_taken_for_damage(kept, tmp_path):
    with kept.open() as opened:
        with opened.db.writing() as writer:
            writer.execute("INSERT INTO meta VALUES ('late', 'kept')")
        left = {name: (kept.folder / name).read_bytes() for name in ("inbox.db", "inbox.db-wal")}
    for name, content in left.items():  # as a computer that lost its power would find them
        (kept.folder / name).write_bytes(content)
    with kept.open() as again:
        row = again.db.reader.execute("SELECT value FROM meta WHERE key = 'late'").fetchone()
    assert row == ("kept",)


def test_a_vault_opens_while_another_window_writes(kept):
    ask = "SELECT count(*) FROM meta WHERE key = 'late'"
    with kept.open() as first, first.db.writing() as writer:
        writer.execute("INSERT INTO meta VALUES ('late', 'b')")
        with kept.open() as second:
            assert second.db.reader.execute(ask).fetchone() == (0,)
    with kept.open() as third:
        assert third.db.reader.execute(ask).fetchone() == (1,)


def test_a_large_file_is_not_read_whole_before_it_is_shown(kept, monkeypatch):
    monkeypatch.setattr(vault_file, "CHECKED_WHOLE", 1000)
    kept.change(-5000)
    kept.open().close()
    with pytest.raises(VaultDamagedError):
        vault_file.check_whole(kept.file, kept.key)


def test_damage_met_later_is_explained_when_the_vault_is_left(kept, monkeypatch):
    monkeypatch.setattr(vault_file, "CHECKED_WHOLE", 1000)
    kept.change(-5000)
    with pytest.raises(VaultDamagedError), kept.open() as opened:
        opened.db.reader.execute("SELECT * FROM meta").fetchall()
