"""Finds out what works on this computer: keyring, window, fonts, database, disk, each account.

Nothing here raises: what goes wrong is what was asked for. Nothing is changed either.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from cm_desktop.domain.errors import CmError, VaultDamagedError, VaultError
from cm_desktop.domain.model import Account
from cm_desktop.services import connecting, key_store, paths, reading
from cm_desktop.services.vault import Vault, VaultInfo, list_vaults
from cm_desktop.store import connection, vault_file
from cm_desktop.store.trouble import may_write, sqlite

_LITTLE_ROOM = 500 * 1024 * 1024  # bytes
_NO_ROOM = 50 * 1024 * 1024
_PATIENCE = 30  # seconds for the window's try
_FIRST_SQLITE = (3, 51, 3)  # older ones may damage a file that two processes write
# Tried in a process of its own: without a screen Qt ends the process it is in.
_TRY_WINDOW = """
import json, PySide6
from PySide6.QtGui import QFontDatabase, QGuiApplication
app = QGuiApplication(["doctor"])
families = QFontDatabase.families()
print(json.dumps({
    "version": PySide6.__version__,
    "platform": app.platformName(),
    "families": len(families),
    "latin": QFontDatabase.WritingSystem.Latin in QFontDatabase.writingSystems(),
    "emoji": any("emoji" in family.lower() for family in families),
}))
"""


class Level(StrEnum):
    """How much a finding matters."""

    FINE = "fine"
    NOTE = "note"  # works, but worth knowing
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    `about` is a code: keyring, window, fonts, database, disk, vault or account. `problem` is
    a code for what is wrong or worth knowing, `error` the error behind it.
    """

    about: str
    level: Level
    subject: str = ""  # name of the vault, id of the account
    problem: str = ""
    detail: str = ""
    error: CmError | None = None


def examine(data_dir: Path, open_vault: Callable[[str], Vault]) -> Iterator[Finding]:
    """Look at everything, one finding after the other; `open_vault` is given names."""
    vaults: list[VaultInfo] = []
    refused: VaultError | None = None
    try:
        vaults = list_vaults(data_dir)
    except VaultError as error:
        refused = error
    yield _keyring(vaults)
    yield from _window()
    yield _database()
    yield _disk(data_dir)
    if refused is not None:
        yield _failed("vault", "", refused)
    for info in vaults:
        yield from _vault(info, open_vault)


def _keyring(vaults: list[VaultInfo]) -> Finding:
    try:
        ring = key_store.safe_keyring()
    except VaultError as error:
        needed = any(info.key_kind == "keyring" for info in vaults)
        level = Level.TROUBLE if needed else Level.NOTE
        return Finding(about="keyring", level=level, problem=error.code, error=error)
    return Finding(about="keyring", level=Level.FINE, detail=key_store.name_of(ring))


def _window() -> Iterator[Finding]:
    try:
        done = subprocess.run(  # noqa: S603 - our own text, run by our own Python
            [sys.executable, "-c", _TRY_WINDOW],
            capture_output=True,
            check=True,
            timeout=_PATIENCE,
            stdin=subprocess.DEVNULL,
        )
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        yield _trouble("window", "window_fails", " ".join(last)[:200])
        return
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        yield _trouble("window", "window_fails", type(error).__name__)
        return
    detail = f"PySide6 {found['version']}, {found['platform']}"
    yield Finding(about="window", level=Level.FINE, detail=detail)
    yield _fonts(found)


def _fonts(found: dict[str, Any]) -> Finding:
    detail = f"{found['families']} families"
    if not found["latin"]:
        return _trouble("fonts", "no_fonts", detail)
    if not found["emoji"]:
        return Finding(about="fonts", level=Level.NOTE, problem="no_emoji", detail=detail)
    return Finding(about="fonts", level=Level.FINE, detail=detail)


def _database() -> Finding:
    """Make an encrypted file and see that a wrong key does not open it."""
    version = f"SQLite {sqlite.sqlite_version}"
    if tuple(int(part) for part in sqlite.sqlite_version.split(".")) < _FIRST_SQLITE:
        return _trouble("database", "old_sqlite", version)
    try:
        with tempfile.TemporaryDirectory(prefix="cm-desktop-") as folder:
            file = Path(folder) / "try.db"
            connection.create(file, bytes(32)).close()
            try:
                connection.connect(file, b"\1" * 32).close()
            except VaultDamagedError:
                return Finding(about="database", level=Level.FINE, detail=version)
    except VaultError as error:
        return _failed("database", "", error)
    except OSError as error:
        return _trouble("database", "no_temporary_folder", type(error).__name__)
    return _trouble("database", "not_encrypted", version)


def _disk(data_dir: Path) -> Finding:
    place = data_dir
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        free = shutil.disk_usage(place).free
        shared = paths.shared_place(data_dir)
    except OSError as error:
        return _trouble("disk", "no_disk", type(error).__name__)
    detail = f"{data_dir}, {free // (1024 * 1024)} MiB"
    if not may_write(place):
        return _trouble("disk", "vault_read_only", detail)
    if free < _NO_ROOM:
        return _trouble("disk", "disk_full", detail)
    if shared is not None:
        return Finding(
            about="disk", level=Level.NOTE, subject=shared, problem="shared_place", detail=detail
        )
    if free < _LITTLE_ROOM:
        return Finding(about="disk", level=Level.NOTE, problem="little_room", detail=detail)
    return Finding(about="disk", level=Level.FINE, detail=detail)


def _vault(info: VaultInfo, open_vault: Callable[[str], Vault]) -> Iterator[Finding]:
    if info.key_kind == "memory":
        return  # a demo's; nobody has its key any more
    try:
        with open_vault(info.name) as vault:
            yield _whole(info, vault)
            for account in reading.accounts(vault):
                yield _account(vault, account)
    except CmError as error:
        yield _failed("vault", info.name, error)


def _whole(info: VaultInfo, vault: Vault) -> Finding:
    """Check every page and row."""
    try:
        vault_file.check_rows(vault.db.reader)
    except VaultError as error:
        return _failed("vault", info.name, error)
    return Finding(about="vault", level=Level.FINE, subject=info.name, detail=info.key_kind)


def _account(vault: Vault, account: Account) -> Finding:
    try:
        connecting.test_account(vault, account.id)
    except VaultError:
        raise
    except CmError as error:
        return _failed("account", account.id, error)
    return Finding(about="account", level=Level.FINE, subject=account.id, detail=account.channel)


def _failed(about: str, subject: str, error: CmError) -> Finding:
    return Finding(
        about=about,
        level=Level.TROUBLE,
        subject=subject,
        problem=error.code,
        detail=error.detail,
        error=error,
    )


def _trouble(about: str, problem: str, detail: str) -> Finding:
    return Finding(about=about, level=Level.TROUBLE, problem=problem, detail=detail)
