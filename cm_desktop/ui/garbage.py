"""Takes apart what only refers to itself, on the main thread and nowhere else.

Python does so on whichever thread happens to make an object; a widget that dies on a thread it
does not live in takes the whole program with it.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_LOOK_AGAIN_MS = 2_000
_TIMER = "collects garbage"


def collect_here(parent: QObject) -> None:
    """From now on collect on this thread alone, as long as `parent` lives.

    What is there by now is never looked at again. Call it on the main thread.
    """
    gc.disable()
    gc.freeze()
    if parent.findChild(QTimer, _TIMER) is None:
        looking = QTimer(parent, interval=_LOOK_AGAIN_MS)
        looking.setObjectName(_TIMER)
        looking.timeout.connect(collect_due)
        looking.start()


def collect_due() -> None:
    """Collect as much as Python would have by itself since the last time."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return
