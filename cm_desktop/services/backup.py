"""Backups of a vault's database, encrypted with its own key, beside it in `backups/`."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cm_desktop.domain.errors import UsageError, VaultDamagedError
from cm_desktop.store import migrations, vault_file
from cm_desktop.store.connection import Database, check_alone, look_into
from cm_desktop.store.trouble import files_explained

FOLDER = "backups"
REGULAR = "regular"  # the only ones that are removed again
REPLACED = "replaced"  # what a restored backup took the place of
EVERY = timedelta(minutes=30)

_UNFINISHED = timedelta(days=1)
_RECENT, _DAILY, _WEEKLY = 8, 7, 4
_STAMP = "%Y-%m-%dT%H-%M-%S-%fZ"
_NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{6}Z)-([a-z0-9]+)\.db")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One backup: when it was made, and why ("v1": before leaving schema 1)."""

    file: Path
    made_at: datetime
    reason: str
    size: int  # bytes


def back_up(db: Database, folder: Path, reason: str, *, now: datetime | None = None) -> Backup:
    """Write a backup that survives a power cut. `reason` is one word and part of its name.

    Raises DiskFullError, VaultReadOnlyError and other VaultErrors; then no half file is left.
    """
    place = folder / FOLDER
    made_at = now or datetime.now(UTC)
    file = place / f"{made_at.strftime(_STAMP)}-{reason}.db"
    part = file.with_suffix(".part")
    with files_explained():
        place.mkdir(mode=0o700, exist_ok=True)
        part.touch(mode=0o600, exist_ok=False)
    try:
        db.copy_to(part)
        with files_explained():
            _put(part, file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Backup(file=file, made_at=made_at, reason=reason, size=file.stat().st_size)


def back_up_if_due(db: Database, folder: Path, now: datetime) -> Backup | None:
    """Back up what changed since the last time, every half hour; drop what is too old.

    Kept are the eight newest, one of each of the last seven days, and one of each of the
    last four weeks. Returns None if nothing was due. Raises VaultErrors.
    """
    _drop_unfinished(folder, now)
    regular = [one for one in list_backups(folder) if one.reason == REGULAR]
    if regular and not _is_due(db, regular[0].made_at, now):
        return None
    made = back_up(db, folder, REGULAR, now=now)
    for old in _superfluous([made, *regular]):
        with files_explained():
            old.file.unlink(missing_ok=True)
    return made


def list_backups(folder: Path) -> list[Backup]:
    """Return the backups of a vault, newest first."""
    found = []
    for file in (folder / FOLDER).glob("*.db"):
        if match := _NAME.fullmatch(file.name):
            made_at = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
            size = file.stat().st_size
            found.append(Backup(file=file, made_at=made_at, reason=match[2], size=size))
    return sorted(found, key=lambda one: one.file.name, reverse=True)


def newest_sound(folder: Path, key: bytes) -> Backup:
    """Return the newest backup that is whole. Raises UsageError("no_backup")."""
    for one in list_backups(folder):
        if one.reason != REPLACED and is_sound(one.file, key):
            return one
    raise UsageError("no_backup", folder.name)


def is_sound(file: Path, key: bytes) -> bool:
    """Return whether a backup can be opened with a key and every page of it is whole."""
    try:
        vault_file.check_whole(file, key)
        connection = look_into(file, key, alone=True)
        try:
            return migrations.check_version(connection) > 0
        finally:
            connection.close()
    except VaultDamagedError:
        return False


def put_back(folder: Path, key: bytes, file: Path) -> None:
    """Make a backup the vault's database again. The old one is kept among the backups.

    Raises VaultDamagedError if the backup is not whole, VaultInUseError while anybody has the
    vault open, and other VaultErrors; then the vault is as it was.
    """
    if not is_sound(file, key):
        raise VaultDamagedError("backup")
    database = folder / vault_file.DATABASE
    part = folder / ".restored.part"
    kept = folder / FOLDER / f"{datetime.now(UTC).strftime(_STAMP)}-{REPLACED}.db"
    with files_explained():
        (folder / FOLDER).mkdir(mode=0o700, exist_ok=True)
        shutil.copyfile(file, part)
        part.chmod(0o600)
    # Whoever had the old file open would later take the new one's log for its own.
    check_alone(database, key)
    with files_explained():
        for ending in ("", "-wal"):  # a log without its database would be taken for the new one's
            old = database.with_name(database.name + ending)
            if old.exists():
                old.replace(kept.with_name(kept.name + ending))
        database.with_name(f"{database.name}-shm").unlink(missing_ok=True)
        _put(part, database)


def _put(part: Path, file: Path) -> None:
    with part.open("rb+") as opened:
        os.fsync(opened.fileno())
    part.rename(file)
    vault_file.sync_folder(file.parent)


def _drop_unfinished(folder: Path, now: datetime) -> None:
    """Remove what programs that were killed left; one of today may still be in the making."""
    with files_explained():
        for part in (folder / FOLDER).glob("*.part"):
            if part.stat().st_mtime < (now - _UNFINISHED).timestamp():
                part.unlink(missing_ok=True)


def _is_due(db: Database, last: datetime, now: datetime) -> bool:
    if last > now:  # the clock was set back: waiting for it could take years
        return True
    return now - last >= EVERY and _changed(db, last)


def _changed(db: Database, since: datetime) -> bool:
    files = (db.file, db.file.with_name(f"{db.file.name}-wal"))
    return any(file.exists() and file.stat().st_mtime > since.timestamp() for file in files)


def _superfluous(newest_first: list[Backup]) -> Iterable[Backup]:
    kept = set(newest_first[:_RECENT])
    for unit, count in (("%Y-%m-%d", _DAILY), ("%G-%V", _WEEKLY)):
        spans: dict[str, Backup] = {}
        for one in newest_first:
            spans.setdefault(one.made_at.strftime(unit), one)
        kept |= set(list(spans.values())[:count])
    return (one for one in newest_first if one not in kept)
