"""A real gnome-keyring on a D-Bus session of its own, for tests; nothing of the user's is touched.

From the packages gnome-keyring, dbus and libglib2.0-bin; each test's keyring lies in a folder
of its own. Both programs run in the foreground and are stopped by their process ids.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import secretstorage
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tests.servers.packages import require_packages

PACKAGES = ("gnome-keyring", "dbus", "libglib2.0-bin")
PROGRAMS = ("gnome-keyring-daemon", "dbus-daemon", "gdbus")
_PASSWORD = "Morgenrot"  # of the keyring itself
_PATIENCE = 20.0  # seconds until a program that did not come up counts as broken
_OWNED = ["gdbus", "call", "--session", "-d", "org.freedesktop.DBus", "-o", "/org/freedesktop/DBus",
          "-m", "org.freedesktop.DBus.NameHasOwner", "org.freedesktop.secrets"]  # fmt: skip


class KeyringFailedError(RuntimeError):
    """gnome-keyring or D-Bus did not start; the text has what it said."""


@dataclass(slots=True)
class SecretService:
    """A keyring, and what a test may do to it behind the program's back."""

    folder: Path
    environment: dict[str, str]
    _bus: subprocess.Popen[str] | None = field(default=None, repr=False)
    _daemon: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def lock(self) -> None:
        """Lock it, as a desktop does when its user leaves."""
        with self._connection() as connection:
            secretstorage.get_default_collection(connection).lock()

    def unlock(self) -> None:
        """Unlock it, as its user does by signing in."""
        self._stop_daemon()
        self._start_daemon()

    def attributes(self) -> list[dict[str, str]]:
        """Return what the items are called by."""
        with self._connection() as connection:
            items = secretstorage.get_default_collection(connection).get_all_items()
            return [item.get_attributes() for item in items]

    def secrets(self) -> list[str]:
        """Return what the items hold."""
        with self._connection() as connection:
            items = secretstorage.get_default_collection(connection).get_all_items()
            return [item.get_secret().decode() for item in items]

    def replace(self, secret: str) -> None:
        """Put something else into every item."""
        with self._connection() as connection:
            for item in secretstorage.get_default_collection(connection).get_all_items():
                item.set_secret(secret.encode())

    def empty(self) -> None:
        """Delete every item."""
        with self._connection() as connection:
            for item in secretstorage.get_default_collection(connection).get_all_items():
                item.delete()

    def stop(self) -> None:
        """End the keyring and its session: then there is none."""
        self._stop_daemon()
        if self._bus is not None:
            _end(self._bus)
            self._bus = None

    def start(self) -> None:
        """Begin a session, with the keyring unlocked."""
        command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"]
        with self._log() as log:
            self._bus = subprocess.Popen(
                [*command, f"--address=unix:path={self.folder}/bus"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=self.environment,
            )
        address = self._bus.stdout.readline().strip() if self._bus.stdout else ""
        if not address:
            raise KeyringFailedError(self._said())
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = address
        self._start_daemon()

    @contextmanager
    def _connection(self) -> Iterator[DBusConnection]:
        address = self.environment["DBUS_SESSION_BUS_ADDRESS"]
        with contextlib.closing(open_dbus_connection(address)) as connection:
            yield connection

    def _start_daemon(self) -> None:
        with self._log() as log:
            self._daemon = subprocess.Popen(
                ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self.environment,
            )
        if self._daemon.stdin is not None:
            self._daemon.stdin.write(_PASSWORD.encode())
            self._daemon.stdin.close()
        pause, end = threading.Event(), time.monotonic() + _PATIENCE
        while not self._is_owned():
            if time.monotonic() > end or self._daemon.poll() is not None:
                raise KeyringFailedError(self._said())
            pause.wait(0.02)

    def _is_owned(self) -> bool:
        asked = subprocess.run(_OWNED, capture_output=True, check=False, env=self.environment)
        return b"true" in asked.stdout

    def _stop_daemon(self) -> None:
        if self._daemon is not None:
            _end(self._daemon)
            self._daemon = None

    def _log(self) -> BinaryIO:
        return (self.folder / "log").open("ab")

    def _said(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")


@contextmanager
def running_secret_service() -> Iterator[SecretService]:
    """Run a keyring that is empty and unlocked; everything is gone afterwards."""
    require_packages(PACKAGES, PROGRAMS)
    # A socket's path has room for a hundred letters only.
    folder = Path(tempfile.mkdtemp(prefix="cm-keyring-", dir="/tmp"))
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment |= {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder / "run")}
    (folder / "run").mkdir(mode=0o700)
    service = SecretService(folder, environment)
    try:
        service.start()
        yield service
    finally:
        service.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
