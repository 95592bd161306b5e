"""Debian packages that a real server of the tests comes from."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

_POLICY = Path("/usr/sbin/policy-rc.d")
_APT = ["apt-get", "-o", "DPkg::Lock::Timeout=600", "-q"]
_INSTALL_SECONDS = 900.0


def require_packages(packages: Sequence[str], programs: Sequence[str]) -> None:
    """Install what is missing where we may, else skip the test with the reason.

    Installing starts no service: Debian asks `policy-rc.d`, which says no meanwhile.
    """
    if all(_program(name) for name in programs):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        pytest.skip(f"needs the Debian packages {' '.join(packages)}, or root to install them")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "HOME": "/root"}
    with _no_services():
        for step in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            done = subprocess.run(
                [*_APT, *step],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                text=True,
                timeout=_INSTALL_SECONDS,
                env=environment,
            )
            if done.returncode:
                last = (done.stderr.strip().splitlines() or ["apt-get failed"])[-1]
                pytest.skip(f"cannot install {' '.join(packages)}: {last}")


def _program(name: str) -> str | None:
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


@contextmanager
def _no_services() -> Iterator[None]:
    if _POLICY.exists():  # a container's: it says no already
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n", "ascii")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()
