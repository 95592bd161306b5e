"""Notes what a program and the Python programs it starts do, beside the guard of all tests.

CM_DESKTOP_TEST_WATCH names a folder: `sockets` gets a line for each attempt to reach anybody,
`written` each file opened for writing, `libraries` the Qt libraries that were loaded, and `log`
everything that is logged, down to DEBUG.
"""

import atexit
import importlib.util
import logging
import os
import sys
from pathlib import Path

_FOLDER = Path(os.environ["CM_DESKTOP_TEST_WATCH"])
_SOCKETS = {"socket.bind", "socket.connect", "socket.getaddrinfo", "socket.sendto",
            "socket.gethostbyname", "socket.sendmsg"}  # fmt: skip
_GUARD = Path(__file__).parents[2] / "guard" / "sitecustomize.py"
_SPEC = importlib.util.spec_from_file_location("guard", _GUARD)
_SPEC.loader.exec_module(importlib.util.module_from_spec(_SPEC))


def _note(kind, text):
    # Not by `open`, which would be noted in turn.
    place = os.open(_FOLDER / kind, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(place, f"{text}\n".encode("utf-8", "backslashreplace"))
    os.close(place)


def _watch(event, details):
    if event in _SOCKETS:
        _note("sockets", f"{event} {details[1:]!r}")
    elif event == "open" and isinstance(details[0], str) and _writes(*details):
        _note("written", details[0])


def _writes(file, mode, flags):
    if file.startswith(str(_FOLDER)):
        return False
    if isinstance(mode, str):
        return bool(set("wax+") & set(mode))
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def _note_libraries():
    maps = Path("/proc/self/maps").read_text()
    for name in sorted({line.rpartition("/")[2] for line in maps.splitlines() if "Qt6" in line}):
        _note("libraries", name)


_FOLDER.mkdir(parents=True, exist_ok=True)
logging.basicConfig(level=logging.DEBUG, stream=(_FOLDER / "log").open("a", encoding="utf-8"))
_set_level = logging.Logger.setLevel


def _speak_up(logger, level):
    """Let our own loggers say everything, and silence those that the program silences."""
    _set_level(logger, logging.DEBUG if logger.name.startswith("cm_desktop") else level)


logging.Logger.setLevel = _speak_up
sys.addaudithook(_watch)
atexit.register(_note_libraries)
