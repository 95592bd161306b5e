"""Holds a file for one process at a time; one that was killed holds nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path


def hold(file: Path) -> Callable[[], None]:
    """Hold a file, made where it is not, and return what lets it go.

    Raises BlockingIOError while somebody else holds it, and other OSErrors.
    """
    if sys.platform == "win32":
        return _hold_on_windows(file)
    import fcntl

    # What filelock does here as well, whose import the window's first picture would wait for.
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(descriptor)
        raise
    return partial(os.close, descriptor)


def _hold_on_windows(file: Path) -> Callable[[], None]:
    from filelock import FileLock, Timeout

    lock = FileLock(file, mode=0o600, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise BlockingIOError(str(file)) from error
    return lock.release
