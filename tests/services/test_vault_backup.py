"""Backups are whole and encrypted, are made before a migration, and can be put back."""

import resource
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from sqlite_utils.migrations import Migrations

from cm_desktop.domain.errors import (
    DiskFullError,
    KeyWrongError,
    UsageError,
    VaultDamagedError,
    VaultInUseError,
)
from cm_desktop.services import backup, key_store, vault
from cm_desktop.store import migrations
from cm_desktop.store.connection import Database

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    monkeypatch.setattr(key_store, "_MEMORY_KIB", 64)
    file = tmp_path / "passphrase"
    file.write_text("x")
    monkeypatch.setenv("CM_DESKTOP_PASSPHRASE_FILE", str(file))
    vault.create_vault(tmp_path, "a").close()
    write(tmp_path, "first")
    return tmp_path


def write(data_dir, word):
    with vault.open_vault(data_dir, "a") as opened, opened.db.writing() as writer:
        writer.execute("INSERT OR REPLACE INTO meta VALUES ('word', ?)", (word,))


def word(data_dir):
    with vault.open_vault(data_dir, "a") as opened:
        return opened.db.reader.execute("SELECT value FROM meta WHERE key = 'word'").fetchone()[0]


def make_backup(data_dir):
    with vault.open_vault(data_dir, "a") as opened:
        return backup.back_up(opened.db, opened.folder, "manual")


def damage(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_a_backup_is_encrypted_whole_and_for_its_owner_alone(data_dir):
    made = make_backup(data_dir)
    assert b"first" not in made.file.read_bytes()
    assert made.file.stat().st_mode & 0o777 == 0o600
    with vault.open_vault(data_dir, "a") as opened:
        assert backup.is_sound(made.file, opened.key)
        copy = Database(made.file, opened.key)
        assert copy.reader.execute("SELECT value FROM meta WHERE key='word'").fetchone()[0]
        copy.close()


def test_a_backup_holds_what_still_lies_in_the_log(data_dir):
    with vault.open_vault(data_dir, "a") as opened:
        with opened.db.writing() as writer:
            writer.execute("UPDATE meta SET value = 'late' WHERE key = 'word'")
        made = backup.back_up(opened.db, opened.folder, "manual")
    vault.restore_vault(data_dir, "a", file=made.file)
    assert word(data_dir) == "late"


def test_a_damaged_vault_comes_back_from_its_newest_sound_backup(data_dir):
    make_backup(data_dir)
    write(data_dir, "second")
    newest = make_backup(data_dir)
    damage(newest.file)
    folder = data_dir / "vaults" / "a"
    damage(folder / "inbox.db")
    damaged = (folder / "inbox.db").read_bytes()
    with pytest.raises(VaultDamagedError):
        vault.open_vault(data_dir, "a")
    vault.restore_vault(data_dir, "a")
    assert word(data_dir) == "first"
    (kept,) = [one for one in backup.list_backups(folder) if one.reason == "replaced"]
    assert kept.file.read_bytes() == damaged
    assert (folder / "inbox.db").stat().st_mode & 0o777 == 0o600


def test_a_backup_that_is_not_whole_is_not_put_back(data_dir):
    made = make_backup(data_dir)
    damage(made.file)
    with pytest.raises(VaultDamagedError):
        vault.restore_vault(data_dir, "a", file=made.file)
    with pytest.raises(UsageError) as refused:
        vault.restore_vault(data_dir, "a")
    assert refused.value.problem == "no_backup"
    assert word(data_dir) == "first"


def test_a_backup_of_another_vault_is_not_put_back(data_dir):
    vault.create_vault(data_dir, "b").close()
    with vault.open_vault(data_dir, "b") as other:
        foreign = backup.back_up(other.db, other.folder, "manual")
    with pytest.raises(VaultDamagedError):
        vault.restore_vault(data_dir, "a", file=foreign.file)
    assert word(data_dir) == "first"


def test_nothing_is_put_back_with_a_wrong_passphrase(data_dir, monkeypatch):
    make_backup(data_dir)
    (data_dir / "passphrase").write_text("y")
    with pytest.raises(KeyWrongError):
        vault.restore_vault(data_dir, "a")


def test_nothing_is_put_back_under_an_open_window(data_dir):
    make_backup(data_dir)
    opened = vault.open_vault(data_dir, "a")
    with opened, opened.exclusive("window"), pytest.raises(VaultInUseError):
        vault.restore_vault(data_dir, "a")


def test_a_backup_that_finds_no_room_leaves_nothing(data_dir):
    with vault.open_vault(data_dir, "a") as opened:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
        try:
            with pytest.raises(DiskFullError):
                backup.back_up(opened.db, opened.folder, "manual")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert list((opened.folder / "backups").iterdir()) == []


def test_a_disk_that_is_really_full_loses_nothing(data_dir, tmp_path):
    disk = tmp_path / "small"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=700k,mode=0700", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        return  # only root may mount; the limit of a file's size stands for it above
    try:
        with vault.open_demo(disk) as demo:
            backup.back_up(demo.db, demo.folder, "a")
            with pytest.raises(DiskFullError):
                backup.back_up(demo.db, demo.folder, "b")
            assert list(demo.folder.rglob("*.part")) == []
            assert demo.db.reader.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
def next_schema(monkeypatch):
    """Be a later program, whose schema has one more step."""
    usual = migrations._steps

    def steps():
        more = Migrations("cm_desktop")
        more._migrations = usual()._migrations

        @more()
        def m9999_next(toolkit):
            toolkit.execute("ALTER TABLE meta ADD COLUMN more TEXT")
            toolkit.execute(f"PRAGMA user_version = {migrations.SCHEMA_VERSION}")

        return more

    monkeypatch.setattr(migrations, "SCHEMA_VERSION", migrations.SCHEMA_VERSION + 1)
    monkeypatch.setattr(migrations, "_steps", steps)


def test_an_older_vault_is_backed_up_and_then_brought_up_to_date(data_dir, next_schema):
    with vault.open_vault(data_dir, "a") as opened:
        assert migrations.version(opened.db.reader) == migrations.SCHEMA_VERSION
        assert opened.db.reader.execute("SELECT more FROM meta").fetchall()
        (made,) = backup.list_backups(opened.folder)
        assert made.reason == f"v{migrations.SCHEMA_VERSION - 1}"
        assert backup.is_sound(made.file, opened.key)
    vault.open_vault(data_dir, "a").close()
    assert len(backup.list_backups(data_dir / "vaults" / "a")) == 1


def test_a_migration_without_room_for_its_backup_does_not_begin(data_dir, next_schema):
    file = data_dir / "vaults" / "a" / "inbox.db"
    content = file.read_bytes()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(DiskFullError):
            vault.open_vault(data_dir, "a")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert file.read_bytes() == content
    vault.open_vault(data_dir, "a").close()


def test_regular_backups_are_made_when_something_changed_and_half_an_hour_passed(data_dir):
    with vault.open_vault(data_dir, "a") as opened:
        now = datetime.now(UTC)
        assert backup.back_up_if_due(opened.db, opened.folder, now) is not None
        assert backup.back_up_if_due(opened.db, opened.folder, now + timedelta(hours=2)) is None
        with opened.db.writing() as writer:
            writer.execute("INSERT INTO meta VALUES ('new', 'x')")
        soon = now + timedelta(minutes=29)
        assert backup.back_up_if_due(opened.db, opened.folder, soon) is None
        later = now + timedelta(minutes=31)
        assert backup.back_up_if_due(opened.db, opened.folder, later) is not None


def test_a_clock_that_was_set_back_does_not_stop_the_backups(data_dir):
    with vault.open_vault(data_dir, "a") as opened:
        now = datetime.now(UTC)
        assert backup.back_up_if_due(opened.db, opened.folder, now) is not None
        earlier = now - timedelta(days=400)
        assert backup.back_up_if_due(opened.db, opened.folder, earlier) is not None


def test_what_a_killed_program_left_of_a_backup_goes_after_a_day(data_dir):
    with vault.open_vault(data_dir, "a") as opened:
        now = datetime.now(UTC)
        half = opened.folder / "backups" / "2020-01-01T00-00-00-000000Z-regular.part"
        half.write_bytes(b"x")
        backup.back_up_if_due(opened.db, opened.folder, now + timedelta(hours=23))
        assert half.exists()
        backup.back_up_if_due(opened.db, opened.folder, now + timedelta(hours=25))
        assert not half.exists()


def test_old_regular_backups_thin_out_and_others_stay(data_dir):
    folder = data_dir / "vaults" / "a" / "backups"
    times = [NOON - timedelta(hours=8 * n) for n in range(200)]  # 67 days
    for at in times:
        name = at.strftime("%Y-%m-%dT%H-%M-%S-%fZ")
        (folder / f"{name}-regular.db").write_bytes(b"x")
    (folder / "2020-01-01T00-00-00-000000Z-v1.db").write_bytes(b"x")
    (folder / "my own copy.db").write_bytes(b"x")
    with vault.open_vault(data_dir, "a") as opened:
        now = NOON + timedelta(hours=1)
        backup.back_up_if_due(opened.db, opened.folder, now)
    kept = {one.made_at for one in backup.list_backups(folder.parent) if one.reason == "regular"}
    assert {now, *times[:7]} <= kept
    assert {at.date() for at in kept} >= {(now - timedelta(days=n)).date() for n in range(7)}
    assert len({at.isocalendar()[:2] for at in kept}) == 4
    assert len(kept) <= 8 + 7 + 4
    assert {"2020-01-01T00-00-00-000000Z-v1.db", "my own copy.db"} <= {
        file.name for file in folder.iterdir()
    }
