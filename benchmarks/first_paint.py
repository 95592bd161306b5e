"""Says when the first frame of a window is done; for both sides of the comparison alike."""

import sys
import time

from PySide6.QtCore import QCoreApplication, QEvent, QObject

_HIGH = 1  # Qt.EventPriority; to name it would load every enumeration of Qt's namespace


class Watch(QObject):
    """Prints the moment after the frame in which `painted` was called first, then quits.

    The event it posts to itself is dealt with once the whole window is painted and flushed.
    """

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        self._seen = False
        self._more = ""

    def painted(self, more: str = "") -> None:
        """Say that what is waited for was painted; `more` is JSON to tell besides."""
        if not self._seen:
            self._seen = True
            self._more = more
            QCoreApplication.postEvent(self, QEvent(QEvent.Type.User), _HIGH)

    def customEvent(self, _event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that the frame is done."""
        at, spent = time.monotonic(), time.process_time()
        told = f'"at": {at}, "cpu": {spent}, "memory": {_peak_memory()}{self._more}'
        sys.stdout.write(f"{{{told}}}\n")
        sys.stdout.flush()
        QCoreApplication.quit()


def _peak_memory() -> float:
    """Return MiB, as samples.peak_memory, which is slow to import."""
    if sys.platform != "linux":
        return 0
    with open("/proc/self/status") as status:  # noqa: PTH123 - pathlib is slow to import
        return int(next(line for line in status if line.startswith("VmHWM:")).split()[1]) / 1024
