"""One door to the database: opens a vault's file with its key and the right pragmas.

Every connection turns SQLite's errors about the file (full disk, damage, read-only, in use)
into the VaultErrors of `domain/errors.py`; errors that are bugs of ours stay what they are.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cm_desktop.domain.errors import VaultDamagedError, VaultMissingError
from cm_desktop.store.trouble import explained, file_error, sqlite, vault_error

if TYPE_CHECKING:
    # sqlcipher3 has the same interface and comes without types.
    from sqlite3 import Connection, Row
else:
    Connection = sqlite.Connection
    Row = sqlite.Row

__all__ = ["Connection", "Database", "Row", "check_alone", "connect", "create", "look_into"]

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # an acknowledged reply survives a power cut
    "PRAGMA fullfsync = ON",  # macOS: fsync alone leaves data in the drive
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -65536",
    "PRAGMA wal_autocheckpoint = 4000",
)


class _Cursor(sqlite.Cursor):
    """A cursor that explains damage it only meets while it walks through the rows."""

    __slots__ = ()
    connection: _Connection

    def fetchone(self) -> Any:
        """Return the next row, or None. Raises VaultErrors for trouble with the file."""
        try:
            return super().fetchone()
        except sqlite.Error as error:
            raise self.connection.meaning(error) from error

    def fetchall(self) -> list[Any]:
        """Return the rows that are left. Raises VaultErrors for trouble with the file."""
        try:
            return super().fetchall()
        except sqlite.Error as error:
            raise self.connection.meaning(error) from error

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]  # a generator walks as well
        """Walk through the rows. Raises VaultErrors for trouble with the file."""
        try:
            yield from iter(partial(_NEXT, self), self)
        except sqlite.Error as error:
            raise self.connection.meaning(error) from error


_NEXT = sqlite.Cursor.__next__


class _Connection(Connection):
    """A connection whose errors about the file are VaultErrors."""

    file: Path

    def execute(self, *statement: Any) -> Any:
        """Run one statement. Raises VaultErrors for trouble with the file."""
        try:
            return _Cursor(self).execute(*statement)
        except sqlite.Error as error:
            raise self.meaning(error) from error

    def executemany(self, *statement: Any) -> Any:
        """Run one statement for many rows. Raises VaultErrors for trouble with the file."""
        try:
            return _Cursor(self).executemany(*statement)
        except sqlite.Error as error:
            raise self.meaning(error) from error

    def meaning(self, error: sqlite.Error) -> Exception:
        """Return the VaultError for an error about the file, else the error itself."""
        return vault_error(error, self.file) or error


def connect(file: Path, key: bytes, *, readonly: bool = False) -> Connection:
    """Open a vault's existing file with its 32-byte key. Raises VaultErrors."""
    return _open(file, key, "ro" if readonly else "rw")


def create(file: Path, key: bytes) -> Connection:
    """Make a new database that only this user may read. Raises VaultErrors."""
    try:
        file.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise file_error(error) from error
    return _open(file, key, "rw")


def look_into(file: Path, key: bytes, *, alone: bool) -> Connection:
    """Open a file for a look that leaves no trace beside it. Raises VaultErrors.

    With `alone`, nobody else has it open and no log of changes lies beside it: then not even
    the files for sharing are made. Without, a log that is there is read as well.
    """
    mode = "ro&immutable=1" if alone else "ro"
    return _keyed(file, key, mode)


def check_alone(file: Path, key: bytes) -> None:
    """Raise VaultInUseError if any connection has a database open, of this program or another.

    One that is gone, or too damaged to be opened, nobody works with.
    """
    with suppress(VaultDamagedError, VaultMissingError):
        connection = _keyed(file, key, "rw")
        try:
            connection.execute("PRAGMA busy_timeout = 0")
            # The first look then takes the one lock that every open connection has a part of.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            connection.close()


def _open(file: Path, key: bytes, mode: str) -> Connection:
    connection = _keyed(file, key, mode)
    try:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        if mode == "ro":
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _keyed(file: Path, key: bytes, mode: str) -> Connection:
    with explained(file):
        connection = sqlite.connect(
            f"{file.absolute().as_uri()}?mode={mode}",
            uri=True,
            check_same_thread=False,
            isolation_level=None,
            cached_statements=256,
            factory=_Connection,
        )
        connection.file = file
        # As safe as SHA-512, and processors have it built in: pages are read 1.4 times as fast.
        # The default, since a copy (VACUUM INTO) is made with that.
        connection.execute("PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA cipher_log = off")
        connection.execute("PRAGMA busy_timeout = 10000")
    return connection


class Database:
    """A vault's connections: one to write, shared under a lock; one to read for each thread."""

    def __init__(self, file: Path, key: bytes) -> None:
        self._file = file
        self._key = key
        self._lock = threading.RLock()
        self._local = threading.local()
        # Weak, so that the connection of a thread ends with the thread.
        self._readers: weakref.WeakSet[Connection] = weakref.WeakSet()
        self._writer: Connection | None = None

    @property
    def file(self) -> Path:
        """The database file."""
        return self._file

    @property
    def reader(self) -> Connection:
        """This thread's own connection for reading; it cannot write."""
        connection: Connection | None = getattr(self._local, "reader", None)
        if connection is None:
            connection = connect(self._file, self._key)
            connection.execute("PRAGMA query_only = ON")
            with self._lock:
                self._local.reader = connection
                self._readers.add(connection)
        return connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the writer inside one transaction: all of it is kept, or nothing.

        Never talk to a network inside. Waits up to 10 s for another process that writes.
        Raises VaultErrors; DiskFullError promises that nothing of it was kept.
        """
        with self._lock, explained(self._file):
            writer = self._writer = self._writer or connect(self._file, self._key)
            writer.execute("BEGIN IMMEDIATE")
            try:
                yield writer
                writer.execute("COMMIT")
            except BaseException:
                _take_back(writer)
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let this thread's `reader` see the vault as it is now, whatever is written meanwhile.

        Whoever walks through a list that others change would miss what moves past. Raises
        VaultErrors.
        """
        reader = self.reader
        reader.execute("BEGIN")
        try:
            yield
        finally:
            reader.execute("ROLLBACK")

    @contextmanager
    def rebuilding(self) -> Iterator[Connection]:
        """Like `writing`, but tables may be made anew: references are checked at the end.

        Raises VaultDamagedError if a row refers to one that is not there.
        """
        with self._lock, explained(self._file):
            writer = self._writer = self._writer or connect(self._file, self._key)
            writer.execute("PRAGMA foreign_keys = OFF")  # has no effect inside a transaction
            try:
                with self.writing():
                    yield writer
                    if broken := writer.execute("PRAGMA foreign_key_check").fetchone():
                        raise VaultDamagedError(f"reference from {broken[0]}")
            finally:
                writer.execute("PRAGMA foreign_keys = ON")

    def copy_to(self, file: Path) -> None:
        """Write a whole, compact copy, encrypted with the same key. Raises VaultErrors."""
        connection = connect(self._file, self._key)
        try:
            connection.execute("VACUUM INTO ?", (str(file),))
        finally:
            connection.close()

    def close(self) -> None:
        """Close every connection; threads must have finished with theirs."""
        with self._lock:
            for connection in [*self._readers, *([self._writer] if self._writer else [])]:
                connection.close()
            self._readers.clear()
            self._writer = None
            self._local = threading.local()


def _take_back(writer: Connection) -> None:
    """Undo what was written; on a full disk SQLite may have done so by itself."""
    if writer.in_transaction:
        writer.execute("ROLLBACK")
