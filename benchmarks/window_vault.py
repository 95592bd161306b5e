"""Put the vault with a million messages where the program looks for its vaults."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import generate
from benchmarks.samples import run
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


@contextmanager
def in_keyring(folder: Path) -> Iterator[dict[str, str] | None]:
    """Give an environment in which the same vault is opened with its key from a keyring.

    A real gnome-keyring in a session of its own; None where there is none on this computer.
    """
    from tests.servers.secretservice import PROGRAMS, running_secret_service

    if not all(shutil.which(program) for program in PROGRAMS):
        yield None
        return
    copy = scratch()
    try:
        vault = copy / "vaults" / NAME
        vault.mkdir(parents=True)
        # The same file: only one of both is ever open.
        os.link(folder / "vaults" / NAME / DATABASE, vault / DATABASE)
        shutil.copy(folder / "vaults" / NAME / ABOUT, vault / ABOUT)
        with running_secret_service() as service:
            environment = os.environ | service.environment | {"CM_DESKTOP_HOME": str(copy)}
            run("keep_key.py", str(copy), environment=environment)
            yield environment
    finally:
        shutil.rmtree(copy)


def scratch() -> Path:
    """Return a new folder that whoever asked for it removes."""
    # Beside the others: files can be linked to from there.
    place = Path(tempfile.gettempdir()) / "cm-desktop-bench"
    place.mkdir(mode=0o700, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="scratch-", dir=place))


def _pause(folder: Path) -> None:
    db = Database(folder / "vaults" / NAME / DATABASE, generate.KEY)
    with db.writing() as writer:
        writer.execute("UPDATE account SET paused = 1")
    db.close()
