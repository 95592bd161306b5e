"""Put the vault with a million messages where the program looks for its vaults."""

import shutil
import tempfile
import uuid
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import generate
from cm_desktop.store import vault_file
from cm_desktop.store.connection import Database
from cm_desktop.store.vault_file import ABOUT, DATABASE, AboutVault, KeyPlace

NAME = "bench"
_PREFIX = "window-"
_ID = str(uuid.UUID(int=0x42))


def data_dir(count: int) -> Path:
    """Return a folder of vaults with one of that many messages in it; made where it is not.

    A copy, since a window and its worker write. Nothing is fetched for its accounts.
    """
    source = generate.vault(count)
    folder = source.with_name(f"{_PREFIX}{source.stem}")
    if not (folder / "vaults" / NAME / ABOUT).exists():
        for old in source.parent.glob(f"{_PREFIX}{count}-*"):
            shutil.rmtree(old)
        put(source, folder)
        _pause(folder)
    return folder


def put(source: Path, folder: Path) -> None:
    """Make a vault of a copy of a database in a folder of vaults."""
    vault = folder / "vaults" / NAME
    (vault / "backups").mkdir(mode=0o700, parents=True)
    (vault / "media").mkdir(mode=0o700)
    shutil.copy(source, vault / DATABASE)
    about = AboutVault(
        id=_ID,
        title="Bench",
        place=KeyPlace(kind="memory"),
        key_check=vault_file.key_check(generate.KEY, _ID),
        created_at=datetime.now(UTC),
    )
    vault_file.write_about(vault, about)


def scratch() -> Path:
    """Return a new folder that whoever asked for it removes."""
    return Path(tempfile.mkdtemp(prefix="cm-desktop-bench-"))


def _pause(folder: Path) -> None:
    db = Database(folder / "vaults" / NAME / DATABASE, generate.KEY)
    with db.writing() as writer:
        writer.execute("UPDATE account SET paused = 1")
    db.close()
