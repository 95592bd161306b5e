"""One door to the database: opens a vault's file with its key and the right pragmas."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite

Connection = sqlite.Connection
Row = sqlite.Row

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # an acknowledged reply survives a power cut
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -65536",
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA busy_timeout = 10000",
)


def connect(file: Path, key: bytes, *, readonly: bool = False) -> Connection:
    """Open a vault's file with its 32-byte key.

    Raises sqlcipher3's own errors; `store.vault_file` turns them into VaultErrors.
    """
    mode = "ro" if readonly else "rwc"
    connection = sqlite.connect(
        f"{file.absolute().as_uri()}?mode={mode}", uri=True, check_same_thread=False,
        isolation_level=None, cached_statements=256,
    )
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA cipher_log = off")
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    if readonly:
        connection.execute("PRAGMA query_only = ON")
    return connection


class Database:
    """A vault's connections: one to write, shared under a lock; one to read for each thread."""

    def __init__(self, file: Path, key: bytes) -> None:
        self._file = file
        self._key = key
        self._lock = threading.RLock()
        self._local = threading.local()
        self._opened: list[Connection] = []
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
            self._local.reader = connection
            with self._lock:
                self._opened.append(connection)
        return connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the writer inside one transaction: all of it is kept, or nothing.

        Never talk to a network inside. Waits up to 10 s for another process that writes.
        """
        with self._lock:
            if self._writer is None:
                self._writer = connect(self._file, self._key)
                self._opened.append(self._writer)
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    def close(self) -> None:
        """Close every connection; threads must have finished with theirs."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
            self._writer = None
            self._local = threading.local()
