"""Vaults: make one, open it with its key, list and remove them, and hold one for a purpose.

What is not needed to open one is imported where it is used: the window waits for the opening.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from cm_desktop.domain.errors import (
    KeyMissingError,
    KeyringMissingError,
    VaultError,
    VaultExistsError,
    VaultInUseError,
    VaultMissingError,
)
from cm_desktop.domain.ids import new_id
from cm_desktop.services import key_store, paths
from cm_desktop.services.holding import hold
from cm_desktop.store import connection, members, migrations, vault_file
from cm_desktop.store.connection import Database
from cm_desktop.store.trouble import file_error, files_explained, meaning
from cm_desktop.store.vault_file import DATABASE, AboutVault, KeyPlace

_LAST_USED = "last_vault"
_BUILDING, _REMOVED = ".new-", ".removed-"


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultInfo:
    """What can be told of a vault without its key. `size` is bytes of the whole folder."""

    name: str
    title: str
    key_kind: str  # keyring, passphrase, memory; "" where vault.json cannot be read
    size: int
    folder: Path


@dataclass(slots=True, kw_only=True)
class Vault:
    """One client company's data, opened. As a context manager it closes itself.

    `me` is the member who sits at this computer. Errors about the file that leave the block
    are VaultErrors.
    """

    name: str
    title: str
    folder: Path
    db: Database
    key: bytes = field(repr=False)
    me: str
    id: str

    @contextmanager
    def exclusive(self, purpose: str) -> Iterator[None]:
        """Be the only one on this computer with a purpose: "window", "sender-1", "migration".

        A holder that was killed holds nothing. Raises VaultInUseError.
        """
        with held(self.folder, purpose):
            yield

    def close(self) -> None:
        """Close the database."""
        self.db.close()

    def __enter__(self) -> Vault:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it, and explain an error about its file."""
        self.close()
        meant = meaning(error, self.db.file)
        if meant is not None:
            raise meant from error


@contextmanager
def held(folder: Path, purpose: str) -> Iterator[None]:
    """Hold a vault's folder for a purpose. Raises VaultInUseError."""
    try:
        let_go = hold(folder / f"{purpose}.lock")
    except BlockingIOError as error:
        raise VaultInUseError(purpose) from error
    except OSError as error:
        raise file_error(error) from error
    try:
        yield
    finally:
        let_go()


@contextmanager
def _all_held(folder: Path) -> Iterator[None]:
    """Hold a vault's folder for every purpose: nobody shows it, nobody sends from it."""
    senders = (lock.stem for lock in folder.glob("sender-*.lock"))
    with contextlib.ExitStack() as holding:
        for purpose in ("window", *senders):
            holding.enter_context(held(folder, purpose))
        yield


def create_vault(
    data_dir: Path, name: str, *, title: str = "", passphrase: str | None = None
) -> Vault:
    """Make an empty vault and open it; without a passphrase its key goes to the keyring.

    Where no keyring is safe, the passphrase is taken from CM_DESKTOP_PASSPHRASE_FILE.
    Raises UsageError("vault_name"), VaultExistsError, KeyringMissingError and other
    VaultErrors; then nothing is left behind.
    """
    name = paths.checked_name(name)
    folder = paths.vaults_folder(data_dir) / name
    _check_free(data_dir, name)
    vault_id, key = new_id(), key_store.new_key()
    place, ring = _place_for(key, vault_id, passphrase)
    about = _about(vault_id, title or name, place, key)
    try:
        if ring is not None:
            key_store.keep_key(ring, vault_id, key)
        _build(folder, about, key)
    except BaseException:
        if ring is not None:
            with contextlib.suppress(VaultError):
                key_store.forget_key(ring, vault_id)
        raise
    return _opened(folder, about, key)


def open_vault(
    data_dir: Path, name: str | None = None, *, ask_passphrase: Callable[[], str] | None = None
) -> Vault:
    """Open a vault; without a name the only one, or the one last shown in a window.

    Raises VaultMissingError, KeyMissingError, KeyWrongError, KeyringLockedError,
    KeyringMissingError, VaultDamagedError, VaultTooNewError, VaultReadOnlyError: then not a
    byte of the vault was changed.
    """
    folder = _folder(data_dir, name)
    about = vault_file.read_about(folder)
    return _checked(folder, about, _key(about, ask_passphrase))


def open_with_key(data_dir: Path, name: str, key: bytes) -> Vault:
    """Open a vault whose key the caller already has: the worker gets it from the window."""
    folder = _folder(data_dir, name)
    return _checked(folder, vault_file.read_about(folder), key)


def open_demo(folder: Path) -> Vault:
    """Make a throw-away vault named "demo" below a folder; its key is in memory only."""
    key, vault_id = key_store.new_key(), new_id()
    about = _about(vault_id, "Demo", KeyPlace(kind="memory"), key)
    target = paths.vaults_folder(folder) / "demo"
    _check_free(folder, "demo")
    _build(target, about, key)
    return _opened(target, about, key)


def list_vaults(data_dir: Path) -> list[VaultInfo]:
    """Return what vaults there are, also those that cannot be opened now."""
    return [_info(folder) for folder in paths.vault_folders(data_dir)]


def remove_vault(data_dir: Path, name: str) -> None:
    """Remove a vault with its backups and its key, for good.

    Raises VaultMissingError, VaultInUseError, VaultReadOnlyError.
    """
    folder = _folder(data_dir, name)
    info = _info(folder)
    with _all_held(folder):
        about = vault_file.read_about(folder) if info.key_kind else None
    with files_explained():
        # Renamed first: a vault that is half gone must not look like one.
        folder.rename(folder.with_name(f"{_REMOVED}{new_id()}"))
        for doomed in folder.parent.glob(f"{_REMOVED}*"):  # also what a crash left last time
            shutil.rmtree(doomed)
    if about is not None and about.place.kind == "keyring":
        # A keyring that is gone or locked must not keep a vault from being removed.
        with contextlib.suppress(VaultError):
            key_store.forget_key(key_store.safe_keyring(about.place.backend), about.id)


def restore_vault(
    data_dir: Path,
    name: str,
    *,
    file: Path | None = None,
    ask_passphrase: Callable[[], str] | None = None,
) -> Path:
    """Make a backup a vault's database again and return its file; the newest sound one.

    What it takes the place of is kept among the backups. Raises VaultInUseError,
    VaultDamagedError, UsageError("no_backup") and the errors of keys.
    """
    from cm_desktop.services import backup

    folder = _folder(data_dir, name)
    about = vault_file.read_about(folder)
    key = _key(about, ask_passphrase)
    vault_file.check_key(key, about)
    with _all_held(folder):
        chosen = file or backup.newest_sound(folder, key).file
        backup.put_back(folder, key, chosen)
        _doubt_outbox(folder, key)
    return chosen


def _doubt_outbox(folder: Path, key: bytes) -> None:
    """Send nothing again that may have gone out since the backup was made."""
    from cm_desktop.domain.outbox_rules import SETTLE
    from cm_desktop.store import outbox

    db = Database(folder / DATABASE, key)
    try:
        with db.writing() as writer:
            outbox.doubt(writer, datetime.now(UTC) + SETTLE)
    finally:
        db.close()


def remember_last(data_dir: Path, name: str) -> None:
    """Note which vault a window showed last; failing to is no harm."""
    with contextlib.suppress(OSError):
        (data_dir / _LAST_USED).write_text(name, encoding="utf-8")


def _check_free(data_dir: Path, name: str) -> None:
    taken = {folder.name.casefold() for folder in paths.vault_folders(data_dir)}
    if name.casefold() in taken or paths.find_folder(data_dir, name) is not None:
        raise VaultExistsError(name)


def _place_for(
    key: bytes, vault_id: str, passphrase: str | None
) -> tuple[KeyPlace, key_store.Keyring | None]:
    if not passphrase:
        try:
            ring = key_store.safe_keyring()
        except KeyringMissingError:
            passphrase = key_store.passphrase_from_file()
            if passphrase is None:
                raise
        else:
            return KeyPlace(kind="keyring", backend=key_store.name_of(ring)), ring
    lock = key_store.wrap_key(key, passphrase, vault_id)
    return KeyPlace(kind="passphrase", lock=lock), None


def _about(vault_id: str, title: str, place: KeyPlace, key: bytes) -> AboutVault:
    return AboutVault(
        id=vault_id,
        title=title,
        place=place,
        key_check=vault_file.key_check(key, vault_id),
        created_at=datetime.now(UTC),
    )


def _build(folder: Path, about: AboutVault, key: bytes) -> None:
    """Make a vault's folder complete or not at all."""
    from cm_desktop.services.backup import FOLDER

    with files_explained():
        # Also who the clients are is nobody else's business on this computer.
        folder.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=folder.parent))
    try:
        with files_explained():
            (building / FOLDER).mkdir(mode=0o700)
            (building / "media").mkdir(mode=0o700)
        connection.create(building / DATABASE, key).close()
        db = Database(building / DATABASE, key)
        try:
            migrations.migrate(db)
            with db.writing() as writer:
                members.set_me(writer, _my_name())
        finally:
            db.close()
        vault_file.write_about(building, about)
        _put_in_place(building, folder)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def _put_in_place(building: Path, folder: Path) -> None:
    if folder.exists():
        raise VaultExistsError(folder.name)
    with files_explained():
        building.rename(folder)
        vault_file.sync_folder(folder.parent)


def _folder(data_dir: Path, name: str | None) -> Path:
    name = name or _only_or_last(data_dir)
    folder = paths.find_folder(data_dir, name)
    if folder is None:
        raise VaultMissingError(name)
    return folder


def _only_or_last(data_dir: Path) -> str:
    names = [folder.name for folder in paths.vault_folders(data_dir)]
    if not names:
        raise VaultMissingError
    with contextlib.suppress(OSError, UnicodeDecodeError):
        last = (data_dir / _LAST_USED).read_text(encoding="utf-8").strip()
        if last in names:
            return last
    return names[0]


def _key(about: AboutVault, ask_passphrase: Callable[[], str] | None) -> bytes:
    if about.place.kind == "keyring":
        return key_store.kept_key(about.place.backend, about.id)
    if about.place.kind == "memory" or about.place.lock is None:
        raise KeyMissingError(about.place.kind)
    passphrase = key_store.passphrase_from_file()
    if passphrase is None and ask_passphrase is not None:
        passphrase = ask_passphrase()
    if not passphrase:
        raise KeyringMissingError("passphrase")
    return key_store.unwrap_key(about.place.lock, passphrase, about.id)


def _checked(folder: Path, about: AboutVault, key: bytes) -> Vault:
    """Open after a look that changes nothing; bring an older vault up to date."""
    vault_file.check_key(key, about)
    found = vault_file.check_database(folder, key)
    if found < migrations.SCHEMA_VERSION:
        _bring_up_to_date(folder, key, found)
    return _opened(folder, about, key)


def _bring_up_to_date(folder: Path, key: bytes, found: int) -> None:
    from cm_desktop.services import backup

    with held(folder, "migration"):
        db = Database(folder / DATABASE, key)
        try:
            if migrations.is_due(db):  # another window may have been faster
                backup.back_up(db, folder, f"v{found}")
                migrations.migrate(db)
        finally:
            db.close()


def _opened(folder: Path, about: AboutVault, key: bytes) -> Vault:
    db = Database(folder / DATABASE, key)
    try:
        me = members.me(db.reader) or _my_name()
    except BaseException:
        db.close()
        raise
    return Vault(
        name=folder.name, title=about.title, folder=folder, db=db, key=key, me=me, id=about.id
    )


def _info(folder: Path) -> VaultInfo:
    try:
        about = vault_file.read_about(folder)
        title, kind = about.title, about.place.kind
    except VaultError:
        title, kind = folder.name, ""
    return VaultInfo(
        name=folder.name, title=title, key_kind=kind, size=paths.size(folder), folder=folder
    )


def _my_name() -> str:
    import getpass

    try:
        return getpass.getuser() or "me"
    except (KeyError, OSError, ImportError):
        return "me"
