"""Where things lie: the folder of the data, the vaults in it, and names that may be used."""

from __future__ import annotations

import contextlib
import os
import unicodedata
from pathlib import Path

from cm_desktop.domain.errors import UsageError
from cm_desktop.store.trouble import file_error
from cm_desktop.store.vault_file import ABOUT, DATABASE

HOME_VARIABLE = "CM_DESKTOP_HOME"
LONGEST_NAME = 64  # characters

_FORBIDDEN = set('<>:"/\\|?*')
_DEVICES = {
    "aux",
    "con",
    "nul",
    "prn",
    *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789"),
}
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_CLOUDS = (
    "box sync", "com~apple~clouddocs", "dropbox", "google drive", "googledrive", "icloud drive",
    "icloud~", "magentacloud", "megasync", "mobile documents", "my drive", "nextcloud",
    "onedrive", "owncloud", "pcloud", "seafile", "sciebo", "strato hidrive", "hidrive", "syncthing",
)  # fmt: skip
_MOUNTS = Path("/proc/self/mounts")
_MARKERS = (".stfolder", ".dropbox", ".owncloudsync.log", ".nextcloudsync.log")
_NETWORK = {"afs", "cifs", "davfs", "fuse.davfs2", "fuse.rclone", "fuse.sshfs", "ncpfs", "nfs",
            "nfs4", "smb2", "smb3", "smbfs"}  # fmt: skip


def data_dir(option: str | None = None) -> Path:
    """Return the folder of all vaults: as asked for, else CM_DESKTOP_HOME, else the system's."""
    chosen = option or os.environ.get(HOME_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return platformdirs.user_data_path("cm-desktop", appauthor=False)


def vaults_folder(data_dir: Path) -> Path:
    """Return the folder that holds one folder for each vault."""
    return data_dir / "vaults"


def checked_name(name: str) -> str:
    """Return a vault's name in composed form (NFC). Raises UsageError("vault_name").

    Letters of any language, digits, spaces and most signs are fine; what could lead out of
    the folder, cannot be seen, or is no name on Windows is not.
    """
    composed = unicodedata.normalize("NFC", name)
    if not _may_be_a_name(composed):
        raise UsageError("vault_name", name)
    return composed


def find_folder(data_dir: Path, name: str) -> Path | None:
    """Return the folder of a vault, however the system composed its umlauts; None: not there."""
    wanted = checked_name(name)
    for folder in vault_folders(data_dir):
        if unicodedata.normalize("NFC", folder.name) == wanted:
            return folder
    return None


def vault_folders(data_dir: Path) -> list[Path]:
    """Return the folders of all vaults, by name. Raises VaultErrors where nobody may look."""
    home = vaults_folder(data_dir)
    try:
        found = [place for place in home.iterdir() if place.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise file_error(error) from error
    vaults = [place for place in found if not place.name.startswith(".") and _is_vault(place)]
    return sorted(vaults, key=lambda place: place.name.casefold())


def size(folder: Path) -> int:
    """Return how many bytes all files below a folder have; those gone meanwhile have none."""
    total = 0
    for place, _folders, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                total += (Path(place) / name).stat().st_size
    return total


def shared_place(folder: Path) -> str | None:
    """Return what a folder is shared by ("Dropbox", "nfs"), or None for a place of this computer.

    A database must not lie where another program copies it while it is being written.
    """
    resolved = folder.expanduser().resolve()
    for place in (resolved, *resolved.parents):
        lowered = place.name.casefold()
        if any(lowered.startswith(cloud) for cloud in _CLOUDS):
            return place.name
        if any((place / marker).exists() for marker in _MARKERS):
            return place.name
    return _network(resolved)


def _is_vault(folder: Path) -> bool:
    """Return whether a folder is, or was, a vault; `lost+found` is none.

    One that lost everything but its backups counts: it can be restored.
    """
    try:
        return any((folder / name).exists() for name in (ABOUT, DATABASE, "backups"))
    except OSError:  # not ours to look into, so it is not for us to say that it is none
        return True


def _may_be_a_name(name: str) -> bool:
    stem = name.partition(".")[0].strip().casefold()
    return (
        0 < len(name) <= LONGEST_NAME
        and name == name.strip(" .")
        and not _FORBIDDEN & set(name)
        and not any(unicodedata.category(letter) in _INVISIBLE for letter in name)
        and stem not in _DEVICES
        and len(name.encode()) <= 200
    )


def _network(folder: Path) -> str | None:
    if str(folder).startswith("\\\\"):
        return "network"
    if not _MOUNTS.exists():  # only Linux has it
        return None
    kinds: dict[str, str] = {}
    for line in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
        _device, where, kind, *_rest = [*line.split(" "), "", ""]
        kinds[where.replace("\\040", " ")] = kind
    for place in (folder, *folder.parents):
        if str(place) in kinds:
            found = kinds[str(place)]
            return found if found in _NETWORK else None
    return None
