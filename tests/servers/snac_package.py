"""Gets snac from Debian without installing it: unpacked under `build/environments`.

Debian 13 has it in the main suite; for Debian 12 it is in the backports of the same mirror.
These are read with package lists of our own, so that those of the machine stay as they are.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.servers.packages import require_packages

_FOLDER = Path(__file__).parents[2] / "build" / "environments"
_APT = Path("/etc/apt")
_PACKAGE = "snac2"
_SECONDS = 300.0


def snac_program() -> Path:
    """Return the path of the program; skips the test with the reason where there is none."""
    if installed := shutil.which("snac"):
        return Path(installed)
    if shutil.which("apt-get") is None:
        pytest.skip("needs snac, which is taken from Debian")
    require_packages(("curl",), ("curl",))  # brings the libraries that snac needs too
    _FOLDER.mkdir(parents=True, exist_ok=True)
    program = _FOLDER / "snac" / "usr" / "bin" / "snac"
    with (_FOLDER / "snac.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two processes of one test run
        if not program.exists():
            _unpack(_FOLDER / "snac")
    return program


def _unpack(folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="cm-apt-") as name:
        work = Path(name)
        work.chmod(0o755)  # apt reads its lists as another user
        for options in (["-q"], _backports(work)):
            if options and _run(["apt-get", *options, "download", _PACKAGE], work):
                break
        found = next(work.glob(f"{_PACKAGE}_*.deb"), None)
        if found is None or not _run(["dpkg-deb", "-x", str(found), str(work / "out")], work):
            pytest.skip("needs snac, which could not be fetched from the mirror of this machine")
        shutil.copytree(work / "out", folder, symlinks=True)


def _backports(work: Path) -> list[str]:
    """Return options under which apt reads the backports, and nothing else, in a folder."""
    codename = _codename()
    sources = work / "sources.list.d"
    sources.mkdir()
    for source in (_APT / "sources.list", *(_APT / "sources.list.d").glob("*")):
        if source.suffix in (".list", ".sources") and source.is_file():
            (sources / source.name).write_text(_for_backports(source.read_text(), codename))
    lists = work / "lists"
    (lists / "partial").mkdir(parents=True)
    options = [
        *("-q", "-o", f"Dir::State::Lists={lists}", "-o", "Dir::Etc::SourceList=/dev/null"),
        *("-o", f"Dir::Etc::SourceParts={sources}", "-o", "APT::Sandbox::User=root"),
        *("-o", f"Dir::Cache::pkgcache={work}/pkg", "-o", f"Dir::Cache::srcpkgcache={work}/src"),
    ]
    return options if _run(["apt-get", *options, "update"], work) else []


def _for_backports(text: str, codename: str) -> str:
    """Return a source of apt with the backports in place of the suite, if it names that."""
    suite = re.compile(rf"(?<=\s){codename}(?=\s|$)")
    kept = []
    for part in re.split(r"\n\s*\n", text):
        for one in part.splitlines() if re.search(r"^deb\s", part, re.MULTILINE) else [part]:
            lines = [line for line in one.splitlines() if not line.lstrip().startswith("#")]
            said = "\n".join(lines)
            if suite.search(said):
                said = re.sub(rf"\s{codename}-[\w-]+", "", said)
                kept.append(suite.sub(f"{codename}-backports", said))
    return "\n\n".join(kept) + "\n"


def _codename() -> str:
    said = Path("/etc/os-release").read_text()
    found = re.search(r"^VERSION_CODENAME=(\w+)", said, re.MULTILINE)
    return found[1] if found else "stable"


def _run(command: Sequence[str], folder: Path) -> bool:
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=_SECONDS,
        env={**os.environ, "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"},
    )
    return done.returncode == 0
