"""Debian packages that a real server of the tests comes from."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

_INSTALLER = Path(__file__).parents[2] / "tools" / "debian.sh"
_INSTALL_SECONDS = 900.0


def require_packages(packages: Sequence[str], programs: Sequence[str]) -> None:
    """Install what is missing where we may, else skip the test with the reason.

    Installing starts no service; see tools/debian.sh.
    """
    if all(_program(name) for name in programs):
        return
    done = subprocess.run(
        ["sh", _INSTALLER, "The test", *packages],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        timeout=_INSTALL_SECONDS,
        env={**os.environ, "HOME": "/root"},
    )
    missing = [name for name in programs if not _program(name)]
    if done.returncode or missing:
        said = done.stderr.strip().splitlines() or [f"there is no {', '.join(missing)} here"]
        pytest.skip(f"needs {' '.join(packages)}: {said[-1]}")


def _program(name: str) -> str | None:
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
