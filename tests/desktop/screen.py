"""A screen nobody sees, with a window manager and a keyboard: Xvfb, openbox, xdotool.

Every program runs in the foreground and is stopped by its process id.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers.packages import require_packages

PACKAGES = (
    "xvfb", "openbox", "xdotool", "scrot", "x11-utils", "dbus", "at-spi2-core", "libglib2.0-bin",
    "python3-pyatspi", "python3-gi", "gir1.2-atspi-2.0", "fonts-dejavu-core",
)  # fmt: skip
PROGRAMS = ("Xvfb", "openbox", "xdotool", "scrot", "xprop", "dbus-daemon", "gdbus")
ROOT = Path(__file__).parent.parent.parent
_READER = Path(__file__).parent / "accessible_tree.py"
_SYSTEM_PYTHON = "/usr/bin/python3"  # pyatspi comes from Debian
_PATIENCE = 30.0
_BUS = ("gdbus", "call", "--session", "-d", "org.a11y.Bus", "-o", "/org/a11y/bus", "-m")


class ScreenError(RuntimeError):
    """Something did not come up, or not in time; the text has what it said."""


class Screen:
    """A screen of a size, and the programs that make it one."""

    def __init__(self, size: tuple[int, int], folder: Path) -> None:
        self.size = size
        self.folder = folder
        self._running: list[subprocess.Popen[str]] = []
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "QT_QPA_PLATFORM": "xcb",
            "QT_ACCESSIBILITY": "1",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }

    def begin(self) -> None:
        """Start what makes a desktop."""
        self._start_x()
        self._start_bus()
        self.start("openbox", "--sm-disable")
        self.until(self._has_window_manager, "a window manager")

    def end(self) -> None:
        """Stop it all, what came last first."""
        for program in reversed(self._running):
            program.terminate()
            try:
                program.wait(10)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
            if program.stdout is not None:
                program.stdout.close()
        self._running.clear()

    def start(self, *command: str, **variables: str) -> subprocess.Popen[str]:
        """Run a program on the screen until the end; its errors go to the log."""
        with (self.folder / "log").open("ab") as log:
            program = subprocess.Popen(
                command,
                env=self.environment | variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._running.append(program)
        return program

    def tell(self, *command: str) -> str:
        """Run a program that ends at once, and return what it says. Raises ScreenError."""
        ran = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=60
        )
        if ran.returncode:
            raise ScreenError(f"{command[0]}: {ran.stderr.strip() or ran.stdout.strip()}")
        return ran.stdout

    def until(self, come_true: Callable[[], Any], what: str) -> Any:
        """Wait for something, and return it."""
        pause, end = threading.Event(), time.monotonic() + _PATIENCE
        while not (found := come_true()):
            if time.monotonic() > end:
                raise ScreenError(f"there never was {what}\n{self.said()}")
            pause.wait(0.05)
        return found

    def said(self) -> str:
        """Return what programs wrote to their error channel."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def picture(self, file: Path) -> Path:
        """Save what is on the screen."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self.tell("scrot", "--overwrite", "--silent", str(file))
        return file

    def accessible(self, name: str) -> list[dict[str, Any]]:
        """Return everything that assistive technology finds in a program, from top to bottom."""
        tree: list[dict[str, Any]] = json.loads(self.tell(_SYSTEM_PYTHON, str(_READER), name))
        return tree

    def _start_x(self) -> None:
        width, height = self.size
        reading, writing = os.pipe()
        with (self.folder / "log").open("ab") as log:
            self._running.append(
                subprocess.Popen(
                    ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24",
                     "-nolisten", "tcp", "-noreset"],
                    pass_fds=[writing], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    env=self.environment, text=True,
                )
            )  # fmt: skip
        os.close(writing)
        with os.fdopen(reading) as said:
            number = said.readline().strip() if select.select([said], [], [], _PATIENCE)[0] else ""
        if not number:
            raise ScreenError(self.said())
        self.environment["DISPLAY"] = f":{number}"

    def _start_bus(self) -> None:
        bus = self.start("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1")
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        self.tell(*_BUS, "org.a11y.Bus.GetAddress")
        switch = ("org.a11y.Status", "IsEnabled", "<true>")
        self.tell(*_BUS, "org.freedesktop.DBus.Properties.Set", *switch)

    def _has_window_manager(self) -> bool:
        return "window id" in self.tell("xprop", "-root", "_NET_SUPPORTING_WM_CHECK")


@contextmanager
def running_screen(width: int = 1_280, height: int = 720) -> Iterator[Screen]:
    """Run a screen; everything is gone afterwards."""
    require_packages(PACKAGES, PROGRAMS)
    folder = Path(tempfile.mkdtemp(prefix="cm-screen-", dir="/tmp"))
    screen = Screen((width, height), folder)
    try:
        screen.begin()
        yield screen
    finally:
        screen.end()
        shutil.rmtree(folder, ignore_errors=True)
