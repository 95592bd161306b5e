"""What errors of SQLite and of the file system mean for a vault, as VaultErrors."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cm_desktop.domain.errors import (
    DiskFullError,
    VaultDamagedError,
    VaultError,
    VaultInUseError,
    VaultMissingError,
    VaultReadOnlyError,
)

if TYPE_CHECKING:
    import sqlite3 as sqlite  # sqlcipher3 has the same interface and comes without types
else:
    from sqlcipher3 import dbapi2 as sqlite

__all__ = [
    "explained",
    "file_error",
    "files_explained",
    "may_write",
    "meaning",
    "sqlite",
    "vault_error",
]

# Primary result codes; the extended ones carry them in their lowest byte.
_MEANING: dict[int, type[VaultError]] = {
    sqlite.SQLITE_BUSY: VaultInUseError,
    sqlite.SQLITE_CORRUPT: VaultDamagedError,
    sqlite.SQLITE_FULL: DiskFullError,
    sqlite.SQLITE_LOCKED: VaultInUseError,
    sqlite.SQLITE_NOTADB: VaultDamagedError,
    sqlite.SQLITE_PERM: VaultReadOnlyError,
    sqlite.SQLITE_READONLY: VaultReadOnlyError,
}
# A file size limit (EFBIG) and a failed allocation of blocks are reported as I/O errors.
_NO_ROOM = {"SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_TRUNCATE"}
_SOME_ROOM = 1024 * 1024  # bytes
_UNREADABLE = {"SQLITE_IOERR_READ", "SQLITE_IOERR_SHORT_READ", "SQLITE_IOERR_DATA"}


def vault_error(error: sqlite.Error, file: Path) -> VaultError | None:
    """Return what an error of SQLite says about a vault, or None where it is a bug of ours."""
    name = str(getattr(error, "sqlite_errorname", "") or "")
    code = int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    kind = _MEANING.get(code)
    if code == sqlite.SQLITE_CANTOPEN:
        kind = _why_not_opened(file)
    elif code == sqlite.SQLITE_IOERR:
        kind = _io_trouble(name, file)
    return None if kind is None else kind(name)


def meaning(error: BaseException | None, file: Path) -> VaultError | None:
    """Return the VaultError for any error, or None where it is about something else."""
    return vault_error(error, file) if isinstance(error, sqlite.Error) else None


@contextmanager
def explained(file: Path) -> Iterator[None]:
    """Turn SQLite's errors inside into VaultErrors; those that are bugs of ours pass."""
    try:
        yield
    except sqlite.Error as error:
        meant = vault_error(error, file)
        if meant is None:
            raise
        raise meant from error


def file_error(error: OSError) -> VaultError:
    """Return what an error of the file system says about a vault."""
    name = errno.errorcode.get(error.errno or 0, "")
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFullError(name)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return VaultReadOnlyError(name)
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return VaultMissingError(name)
    return VaultError(name)


@contextmanager
def files_explained() -> Iterator[None]:
    """Turn errors of the file system inside into VaultErrors."""
    try:
        yield
    except OSError as error:
        raise file_error(error) from error


def may_write(place: Path) -> bool:
    """Return whether this user may read and write a file or folder."""
    effective = os.access in os.supports_effective_ids
    return os.access(place, os.R_OK | os.W_OK, effective_ids=effective)


def _why_not_opened(file: Path) -> type[VaultError]:
    if not file.exists():
        return VaultMissingError
    return VaultError if may_write(file) and may_write(file.parent) else VaultReadOnlyError


def _io_trouble(name: str, file: Path) -> type[VaultError]:
    if name in _UNREADABLE:
        return VaultDamagedError
    return DiskFullError if name in _NO_ROOM or not _may_grow(file) else VaultError


def _may_grow(file: Path) -> bool:
    """Return whether there is room; the codec reports a failed write without saying why."""
    if sys.platform != "win32":
        import resource

        if resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY:
            return False
    with contextlib.suppress(OSError):
        return shutil.disk_usage(file.parent).free > _SOME_ROOM
    return True
