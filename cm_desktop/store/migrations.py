"""The steps that bring a vault's database to the form this program works with.

A step is never edited after a release: a later one corrects it. All steps that are due run
in one transaction, so a vault is either as it was or wholly up to date.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cm_desktop.domain.errors import VaultDamagedError, VaultTooNewError
from cm_desktop.store.connection import Connection, Database
from cm_desktop.store.trouble import sqlite

if TYPE_CHECKING:
    from sqlite_utils import Database as Toolkit
    from sqlite_utils.migrations import Migrations

SCHEMA_VERSION = 1
APPLICATION_ID = 0x434D4456  # "CMDV": what `file` and we ourselves know a vault's database by

_HERE = Path(__file__).parent


def version(connection: Connection) -> int:
    """Return the schema version a database has; 0: nothing in it yet."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_due(db: Database) -> bool:
    """Return whether steps are to be run. Raises VaultTooNewError, VaultDamagedError."""
    return check_version(db.reader) < SCHEMA_VERSION


def check_version(connection: Connection) -> int:
    """Return the schema version of a vault this program can work with.

    Raises VaultTooNewError, or VaultDamagedError if it is no vault at all.
    """
    found = version(connection)
    if found > SCHEMA_VERSION:
        raise VaultTooNewError(f"schema {found}, program {SCHEMA_VERSION}")
    if found and connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise VaultDamagedError("not a vault")
    return found


def migrate(db: Database) -> None:
    """Run every step that is due. Whoever calls it has made a backup. Raises VaultErrors."""
    if not is_due(db):
        return
    # Imported here: it costs a tenth of a second and nearly every start has nothing to do.
    from sqlite_utils import Database as Toolkit

    with db.rebuilding() as connection:
        _steps().apply(Toolkit(connection, recursive_triggers=False))
        connection.execute("PRAGMA application_id = 0x434D4456")


def schema_sql() -> str:
    """Return what a fresh database looks like after all steps, as SQL."""
    from sqlite_utils import Database as Toolkit

    connection = sqlite.connect(":memory:", isolation_level=None)
    try:
        _steps().apply(Toolkit(connection, recursive_triggers=False))
        rows = connection.execute(_SCHEMA).fetchall()
    finally:
        connection.close()
    return "".join(f"{sql};\n" for (sql,) in rows)


_SCHEMA = """
    SELECT sql FROM sqlite_master
     WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite^_%' ESCAPE '^'
       AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
     ORDER BY type = 'index', type = 'trigger', rowid
"""


def _steps() -> Migrations:
    from sqlite_utils.migrations import Migrations

    steps = Migrations("cm_desktop")

    @steps()
    def m0001_first(db: Toolkit) -> None:
        from cm_desktop.store.events import device_key

        _run_file(db, "m0001_first.sql")
        device_key(db.conn)
        db.execute("PRAGMA user_version = 1")

    return steps


def _run_file(db: Toolkit, name: str) -> None:
    """Run a file statement by statement; executescript would end the transaction."""
    statement = ""
    for line in (_HERE / name).read_text(encoding="utf-8").splitlines(keepends=True):
        statement += line
        if sqlite.complete_statement(statement):
            db.execute(statement)
            statement = ""
