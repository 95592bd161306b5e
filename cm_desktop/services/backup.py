"""Backups of a vault's database, encrypted with its own key, beside it in `backups/`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from cm_desktop.store.connection import Database
from cm_desktop.store.trouble import files_explained
from cm_desktop.store.vault_file import sync_folder

FOLDER = "backups"


def back_up(db: Database, folder: Path, reason: str) -> Path:
    """Write a backup that survives a power cut, and return its file.

    `reason` becomes part of the name: "v1" before a migration from schema 1. Raises
    DiskFullError, VaultReadOnlyError and other VaultErrors; then no half file is left.
    """
    place = folder / FOLDER
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S-%fZ")
    file = place / f"{stamp}-{reason}.db"
    part = file.with_suffix(".part")
    with files_explained():
        place.mkdir(mode=0o700, exist_ok=True)
        part.touch(mode=0o600, exist_ok=False)
    try:
        db.copy_to(part)
        with files_explained():
            _sync(part)
            part.rename(file)
            sync_folder(place)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return file


def _sync(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
