"""Scroll through the list of the program's own window and tell what each frame cost.

A program of its own: `scroll_window.py DATA_DIR ROWS`. Each frame is a step of 24 pixels, the
pages it makes the list read, and the painting of it, all through the event loop; measured is
the time of this thread's processor.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(1, str(Path(__file__).parent.parent))

from PySide6.QtWidgets import QApplication

from benchmarks import real_window
from benchmarks.samples import peak_memory, share
from cm_desktop.domain.views import View, ViewName
from cm_desktop.ui.inbox.conversation_delegate import ROW_HEIGHT

_STEP = 24


def main(folder: Path, rows: int) -> None:
    """Scroll so many rows down, then back up a tenth of them."""
    with real_window.opened(folder) as (_application, _program, window):
        told = {"opened": peak_memory()}
        window.go(View(ViewName.ALL))
        real_window.settle()
        bar = window.list_panel.list.verticalScrollBar()
        down = [_frame(bar, _STEP) for _step in range(rows * ROW_HEIGHT // _STEP)]
        told["scrolled"] = peak_memory()
        up = [_frame(bar, -_STEP) for _step in range(rows * ROW_HEIGHT // _STEP // 10)]
        told["rows"] = window.list_panel.model.rowCount()
        for name, frames in (("down", down), ("up", up)):
            told |= {f"{name} {int(part * 100)}": share(frames, part) for part in (0.5, 0.99, 1.0)}
        print(json.dumps(told))


def _frame(bar: object, by: int) -> float:
    begun = time.thread_time()
    bar.setValue(bar.value() + by)
    QApplication.processEvents()
    return (time.thread_time() - begun) * 1000


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
