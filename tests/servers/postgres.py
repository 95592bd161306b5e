"""A real PostgreSQL from Debian's packages, for servers of the tests that need one.

It lies in a temporary folder, listens on a free port of 127.0.0.1 and is stopped by the
process id it was started with. The cluster of the system is never touched.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers.packages import require_packages
from tests.servers.ports import free_ports

PACKAGES = ("postgresql",)
_PROGRAMS = ("pg_ctlcluster",)
_PATIENCE = 60.0  # seconds until a server that did not come up counts as broken
# A test's database may be lost with the computer; it must only be quick.
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class DatabaseFailedError(RuntimeError):
    """The database did not start, or refused a command; the text has what it said."""


@dataclass(slots=True, kw_only=True)
class PostgresServer:
    """Where the database is; everybody on this computer is trusted as `user`."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    user: str = "pg"

    @property
    def url(self) -> str:
        """The address of the database `postgres`, for those who take one."""
        return f"postgresql://{self.user}@127.0.0.1:{self.port}/postgres"

    def sql(self, command: str, database: str = "postgres") -> str:
        """Run SQL and return what it gave: rows as lines, columns parted by `|`."""
        asked = ["-h", "127.0.0.1", "-p", str(self.port), "-U", self.user, "-d", database]
        return _run([str(_programs() / "psql"), "-XAtq", *asked, "-c", command])


def start_postgres() -> PostgresServer:
    """Start an empty database; skips the test without the package. See `stop_postgres`."""
    require_packages(PACKAGES, _PROGRAMS)
    # Not below pytest's own folder: that one is closed to the user the database runs as.
    folder = Path(tempfile.mkdtemp(prefix="cm-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    port = free_ports(1)[0]
    try:
        process = _started(folder, port)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    server = PostgresServer(folder=folder, port=port, process=process)
    try:
        _wait(server)
    except BaseException:
        stop_postgres(server)
        raise
    return server


def stop_postgres(server: PostgresServer) -> None:
    """Stop it, whoever is still connected, and remove what it kept."""
    if server.process.poll() is None:
        server.process.send_signal(signal.SIGINT)
    server.process.wait(_PATIENCE)
    shutil.rmtree(server.folder, ignore_errors=True)


def _started(folder: Path, port: int) -> subprocess.Popen[bytes]:
    programs, data = _programs(), folder / "data"
    made = ["-D", str(data), "-U", "pg", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    _run([*_as_ordinary_user(), str(programs / "initdb"), *made])
    options = (f"unix_socket_directories={folder}", "listen_addresses=127.0.0.1", *_QUICK)
    named = [word for option in options for word in ("-c", option)]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*_as_ordinary_user(), str(programs / "postgres"), "-D", str(data), "-p", str(port),
             *named],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )  # fmt: skip


def _as_ordinary_user() -> list[str]:
    """It refuses to run as root. It ends with us, even if we are killed."""
    if os.geteuid() != 0:
        return ["setpriv", "--pdeathsig", "INT"]
    rights = ["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    return ["setpriv", *rights, "--pdeathsig", "INT"]


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: one.parent.name)
    if not found:
        raise DatabaseFailedError("the package brought no programs")
    return found[-1]


def _wait(server: PostgresServer) -> None:
    pause, end = threading.Event(), time.monotonic() + _PATIENCE
    ready = [str(_programs() / "pg_isready"), "-h", "127.0.0.1", "-p", str(server.port)]
    while subprocess.run(ready, capture_output=True, check=False).returncode:
        if server.process.poll() is not None or time.monotonic() > end:
            log = (server.folder / "log").read_text("utf-8", "replace")
            raise DatabaseFailedError(log[-3000:])
        pause.wait(0.05)


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(
        command,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        timeout=_PATIENCE,
    )
    if done.returncode:
        raise DatabaseFailedError(f"{command[-1]}\n{done.stdout}\n{done.stderr}")
    return done.stdout.strip()
