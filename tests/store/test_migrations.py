"""Fresh and old databases reach the form this program works with, whole or not at all."""

import pytest
from sqlite_utils.migrations import Migrations

from cm_desktop.domain.errors import VaultDamagedError, VaultTooNewError
from cm_desktop.store import connection, migrations
from cm_desktop.store.connection import Database

KEY = bytes(range(32))


@pytest.fixture
def db(tmp_path):
    connection.create(tmp_path / "inbox.db", KEY).close()
    opened = Database(tmp_path / "inbox.db", KEY)
    yield opened
    opened.close()


def tables(db):
    return {row[0] for row in db.reader.execute("SELECT name FROM sqlite_master")}


def test_a_fresh_database_gets_every_step_once(db):
    migrations.migrate(db)
    migrations.migrate(db)
    assert migrations.version(db.reader) == migrations.SCHEMA_VERSION
    steps = db.reader.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()
    assert steps == (migrations.SCHEMA_VERSION,)
    assert {"account", "message", "outbox", "fts"} <= tables(db)


def test_a_fresh_database_is_sound(db):
    migrations.migrate(db)
    assert db.reader.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert db.reader.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_step_that_fails_takes_every_step_back(db, monkeypatch):
    steps = Migrations("cm_desktop")

    @steps()
    def first(toolkit):
        toolkit.execute("CREATE TABLE half (a INTEGER) STRICT")

    @steps()
    def second(toolkit):
        raise RuntimeError

    monkeypatch.setattr(migrations, "_steps", lambda: steps)
    with pytest.raises(RuntimeError):
        migrations.migrate(db)
    assert tables(db) == set()
    assert migrations.version(db.reader) == 0


def test_a_step_that_leaves_a_row_without_its_parent_is_taken_back(db, monkeypatch):
    steps = Migrations("cm_desktop")

    @steps()
    def orphan(toolkit):
        toolkit.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT")
        toolkit.execute("CREATE TABLE child (id INTEGER REFERENCES parent) STRICT")
        toolkit.execute("INSERT INTO child VALUES (7)")

    monkeypatch.setattr(migrations, "_steps", lambda: steps)
    with pytest.raises(VaultDamagedError):
        migrations.migrate(db)
    assert tables(db) == set()
    with db.writing() as writer:
        assert writer.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_a_newer_schema_is_refused(db):
    migrations.migrate(db)
    with db.writing() as writer:
        writer.execute("PRAGMA user_version = 99")
    with pytest.raises(VaultTooNewError):
        migrations.migrate(db)


def test_a_database_of_another_program_is_refused(db):
    with db.writing() as writer:
        writer.execute("CREATE TABLE moz_places (url TEXT)")
        writer.execute("PRAGMA user_version = 1")
    with pytest.raises(VaultDamagedError):
        migrations.migrate(db)
    assert tables(db) == {"moz_places"}
