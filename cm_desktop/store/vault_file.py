"""What tells a vault apart without its key: vault.json, and a look at the database's file.

vault.json never holds the key: only where it is kept, or the key wrapped by a passphrase,
and a check value that tells a wrong key from a damaged file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cm_desktop.domain.errors import (
    KeyWrongError,
    VaultDamagedError,
    VaultMissingError,
    VaultReadOnlyError,
    VaultTooNewError,
)
from cm_desktop.store import migrations
from cm_desktop.store.connection import Connection, look_into
from cm_desktop.store.trouble import explained, files_explained, may_write

DATABASE = "inbox.db"
ABOUT = "vault.json"
FORMAT = 1
KEY_BYTES = 32
# Every page of a file up to this size is checked each time it is opened (at most 80 ms);
# larger ones are checked by `doctor` and before a backup.
CHECKED_WHOLE = 32 * 1024 * 1024

_NEEDED_ROOM = 64 * 1024  # bytes, to open a vault and write a little
_LARGEST_ABOUT = 64 * 1024  # bytes
_INTEGRITY = "PRAGMA cipher_integrity_check"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlace:
    """Where the key of a vault is to be had from: exactly one of the three kinds.

    `keyring`: `backend` is the class that keeps it. `passphrase`: `lock` holds what
    services/key_store.py needs to unwrap it. `memory`: a throw-away vault.
    """

    kind: str
    backend: str = ""
    lock: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutVault:
    """What vault.json says. `id` names the vault in the keyring and never changes."""

    id: str
    title: str
    place: KeyPlace
    key_check: str
    created_at: datetime


def key_check(key: bytes, vault_id: str) -> str:
    """Return a value that only the right key gives and that says nothing about the key."""
    text = f"cm-desktop key check {vault_id}".encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest()[:32]


def check_key(key: bytes, about: AboutVault) -> None:
    """Raise KeyWrongError if the vault was not made with this key."""
    if len(key) != KEY_BYTES:
        raise KeyWrongError("length")
    if not hmac.compare_digest(key_check(key, about.id), about.key_check):
        raise KeyWrongError("check value")


def read_about(folder: Path) -> AboutVault:
    """Read vault.json. Raises VaultMissingError, VaultDamagedError, VaultTooNewError."""
    with files_explained():
        if not (folder / ABOUT).exists():
            is_here = (folder / DATABASE).exists()
            raise VaultDamagedError(ABOUT) if is_here else VaultMissingError(folder.name)
        with (folder / ABOUT).open("rb") as opened:
            data = opened.read(_LARGEST_ABOUT)
    try:
        return _about(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise VaultDamagedError(f"{ABOUT}: {type(error).__name__}") from error


def write_about(folder: Path, about: AboutVault) -> None:
    """Write vault.json as a whole or not at all. Raises VaultErrors."""
    place: dict[str, Any] = {"kind": about.place.kind}
    if about.place.backend:
        place["backend"] = about.place.backend
    if about.place.lock is not None:
        place["lock"] = about.place.lock
    data = {
        "format": FORMAT,
        "id": about.id,
        "title": about.title,
        "created_at": about.created_at.astimezone(UTC).isoformat(),
        "key": place,
        "key_check": about.key_check,
    }
    file = folder / ABOUT
    temporary = folder / f".{ABOUT}.new"
    with files_explained():
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            json.dump(data, opened, ensure_ascii=False, indent=2)
            opened.flush()
            os.fsync(opened.fileno())
        temporary.replace(file)
        sync_folder(folder)


def check_database(folder: Path, key: bytes) -> int:
    """Look at a vault's database without changing anything and return its schema version.

    The key must have passed `check_key`. Raises VaultMissingError, VaultDamagedError,
    VaultTooNewError or VaultReadOnlyError.
    """
    file = folder / DATABASE
    if not file.is_file():
        raise VaultDamagedError(f"{DATABASE} is missing")
    _check_writable(folder, file)
    try:
        return _looked(file, key)
    except VaultDamagedError:
        # Another window may have begun to write in between: then its log must be read too.
        if _has_log(file):
            return _looked(file, key)
        raise


def check_whole(file: Path, key: bytes) -> None:
    """Check every page of a database nobody writes to. Raises VaultDamagedError."""
    connection = look_into(file, key, alone=True)
    try:
        with explained(file):
            wrong = connection.execute(_INTEGRITY).fetchall()
            wrong = wrong or connection.execute("PRAGMA quick_check(1)").fetchall()
    finally:
        connection.close()
    if wrong != [("ok",)]:
        raise VaultDamagedError(str(wrong[0][0])[:100])


def check_rows(reader: Connection) -> None:
    """Check an open database, others may write meanwhile. Raises VaultDamagedError."""
    found = reader.execute("PRAGMA quick_check(1)").fetchone()
    if found != ("ok",):
        raise VaultDamagedError(str(found[0])[:100])


def sync_folder(folder: Path) -> None:
    """Make sure that a new or renamed file of a folder survives a power cut."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _about(data: dict[str, Any]) -> AboutVault:
    if int(data["format"]) > FORMAT:
        raise VaultTooNewError(f"{ABOUT} format {int(data['format'])}")
    place = data["key"]
    about = AboutVault(
        id=str(data["id"]),
        title=str(data["title"]),
        place=KeyPlace(
            kind=str(place["kind"]), backend=str(place.get("backend", "")), lock=place.get("lock")
        ),
        key_check=str(data["key_check"]),
        created_at=datetime.fromisoformat(data["created_at"]),
    )
    if about.place.kind not in ("keyring", "passphrase", "memory"):
        raise ValueError(about.place.kind)
    return about


def _check_writable(folder: Path, file: Path) -> None:
    for place in (folder, file):
        if not may_write(place):
            raise VaultReadOnlyError(place.name)
    # SQLite would begin with files of its own beside a vault it then finds no room for.
    with files_explained(), tempfile.TemporaryFile(dir=folder, prefix=".room-") as probe:
        probe.write(bytes(_NEEDED_ROOM))


def _looked(file: Path, key: bytes) -> int:
    alone = not _has_log(file)
    with files_explained():
        if file.stat().st_size == 0:
            raise VaultDamagedError("empty")
    connection = look_into(file, key, alone=alone)
    try:
        with explained(file):
            found = migrations.check_version(connection)
            if alone and file.stat().st_size <= CHECKED_WHOLE:
                wrong = connection.execute(_INTEGRITY).fetchone()
                if wrong is not None:
                    raise VaultDamagedError(str(wrong[0])[:100])
    finally:
        connection.close()
    if found == 0:
        raise VaultDamagedError("no schema")
    return found


def _has_log(file: Path) -> bool:
    log = file.with_name(f"{file.name}-wal")
    return log.exists() and log.stat().st_size > 0
