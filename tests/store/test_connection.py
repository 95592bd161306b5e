"""Connections keep the promises of the vault: encrypted, all or nothing, explained errors."""

import gc
import resource
import threading

import pytest

from cm_desktop.domain.errors import (
    DiskFullError,
    VaultDamagedError,
    VaultInUseError,
    VaultMissingError,
    VaultReadOnlyError,
)
from cm_desktop.store import connection
from cm_desktop.store.connection import Database
from cm_desktop.store.trouble import sqlite

KEY = bytes(range(32))


@pytest.fixture
def db(tmp_path):
    file = tmp_path / "ä ö%20?.db"  # signs that mean something in a file: address
    connection.create(file, KEY).close()
    opened = Database(file, KEY)
    with opened.writing() as writer:
        writer.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT")
    yield opened
    opened.close()


def count(db):
    return db.reader.execute("SELECT count(*) FROM t").fetchone()[0]


def test_nothing_readable_lies_on_disk(db, tmp_path):
    with db.writing() as writer:
        writer.execute("INSERT INTO t (b) VALUES ('Sehr geheime Nachricht')")
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert b"geheime" not in content
        assert b"SQLite format" not in content
        assert b"CREATE TABLE" not in content


def test_a_new_file_belongs_to_its_owner_alone(db, tmp_path):
    with db.writing() as writer:
        writer.execute("INSERT INTO t (b) VALUES ('x')")
    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes


def test_what_power_loss_and_hostile_files_need_is_switched_on(db):
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "mmap_size": 0,
    }
    for name, value in wanted.items():
        found = db.reader.execute(f"PRAGMA {name}").fetchone()
        assert (name, found[0] if found else 0) == (name, value)


def test_a_transaction_that_fails_keeps_nothing_and_the_next_one_works(db):
    with pytest.raises(sqlite.OperationalError), db.writing() as writer:
        [writer.execute(one) for one in ("INSERT INTO t (b) VALUES ('x')", "nonsense")]
    assert count(db) == 0
    with db.writing() as writer:
        writer.execute("INSERT INTO t (b) VALUES ('y')")
    assert count(db) == 1


def test_a_reader_cannot_write(db):
    with pytest.raises(VaultReadOnlyError):
        db.reader.execute("INSERT INTO t (b) VALUES ('x')")


def test_threads_write_one_after_the_other_and_lose_nothing(db):
    def write():
        for _ in range(20):
            with db.writing() as writer:
                writer.execute("INSERT INTO t (b) VALUES ('x')")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(db) == 80


def test_the_connection_of_a_thread_ends_with_the_thread(db):
    thread = threading.Thread(target=lambda: count(db))
    thread.start()
    thread.join()
    gc.collect()
    assert len(db._readers) == 0


def test_another_writer_that_never_ends_is_reported_as_in_use(db):
    other = connection.connect(db.file, KEY)
    other.execute("BEGIN IMMEDIATE")
    mine = connection.connect(db.file, KEY)
    mine.execute("PRAGMA busy_timeout = 1")
    with pytest.raises(VaultInUseError):
        mine.execute("BEGIN IMMEDIATE")
    mine.close()
    other.close()


def test_a_mistake_of_ours_stays_what_it_is(db):
    with db.writing() as writer:
        writer.execute("INSERT INTO t (a, b) VALUES (1, 'x')")
    with pytest.raises(sqlite.IntegrityError), db.writing() as writer:
        writer.execute("INSERT INTO t (a, b) VALUES (1, 'x')")
    with pytest.raises(sqlite.OperationalError):
        db.reader.execute("SELECT nonsense")


def test_the_wrong_key_changes_nothing(db):
    before = db.file.read_bytes()
    with pytest.raises(VaultDamagedError):
        connection.connect(db.file, bytes(32))
    assert db.file.read_bytes() == before


def test_opening_never_makes_a_file(tmp_path):
    with pytest.raises(VaultMissingError):
        connection.connect(tmp_path / "none.db", KEY)
    assert list(tmp_path.iterdir()) == []


def test_making_never_takes_the_place_of_a_file(tmp_path):
    (tmp_path / "a.db").write_bytes(b"mine")
    with pytest.raises(Exception, match="EEXIST"):
        connection.create(tmp_path / "a.db", KEY)
    assert (tmp_path / "a.db").read_bytes() == b"mine"


@pytest.mark.parametrize(
    "read",
    [
        lambda cursor: cursor.fetchall(),
        lambda cursor: [row for row in cursor],  # noqa: C416 - the loop is what is tried
        lambda cursor: [cursor.fetchone() for _row in range(500)],
    ],
    ids=["all", "loop", "one"],
)
def test_damage_found_while_reading_rows_is_explained(db, read):
    with db.writing() as writer:
        writer.executemany("INSERT INTO t (b) VALUES (?)", [("x" * 500,)] * 500)
    db.close()
    content = bytearray(db.file.read_bytes())
    content[len(content) // 2] ^= 1
    db.file.write_bytes(content)
    with pytest.raises(VaultDamagedError):
        read(db.reader.execute("SELECT * FROM t"))


def test_rows_come_whole_and_in_order_however_they_are_read(db):
    with db.writing() as writer:
        writer.executemany("INSERT INTO t (b) VALUES (?)", [(str(n),) for n in range(100)])
    wanted = [(n + 1, str(n)) for n in range(100)]
    ask = "SELECT a, b FROM t ORDER BY a"
    assert db.reader.execute(ask).fetchall() == wanted
    assert list(db.reader.execute(ask)) == wanted
    cursor = db.reader.execute(ask)
    assert [cursor.fetchone(), *cursor.fetchmany(2), *cursor] == wanted
    assert cursor.fetchone() is None
    loop = iter(db.reader.execute(ask))
    assert [next(loop), next(loop)] == wanted[:2]


@pytest.fixture
def small_disk(db):
    """Let no file grow beyond what the database has now and a little."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_keeps_what_was_acknowledged_and_leaves_the_connection_usable(db, small_disk):
    acknowledged = 0

    def fill():
        nonlocal acknowledged
        while True:
            with db.writing() as writer:
                writer.execute("INSERT INTO t (b) VALUES (?)", ("x" * 3000,))
            acknowledged += 1

    with pytest.raises(DiskFullError):
        fill()
    assert acknowledged > 5
    assert count(db) == acknowledged
    assert db.reader.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    with db.writing() as writer:
        writer.execute("INSERT INTO t (b) VALUES ('room again')")
    assert count(db) == acknowledged + 1
