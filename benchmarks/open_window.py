"""Open the program's own window on the vault of the benchmarks.

A program of its own: `open_window.py DATA_DIR`. Everything is as when a user starts it, but
that the key of the vault comes from here and not from a keyring; prints one line of JSON once
fifty conversations were read and the list is painted, and ends. Without DATA_DIR it opens the
user's own vault, with its key from where it is kept.
"""

import os
import sys

sys.path.insert(1, os.path.dirname(sys.path[0]))  # noqa: PTH120 - pathlib is slow to import
KEY = bytes(range(32))  # as in generate.py, which is slow to import
_ROWS = 50


def main() -> int:
    """Start the program as its command does."""
    from cm_desktop import __main__ as program

    if len(sys.argv) > 1:
        os.environ["CM_DESKTOP_HOME"] = sys.argv.pop(1)
        _give_key()
    opened = program._open_window  # noqa: SLF001

    def open_window(request: object) -> int:
        # The same imports in the same order as in the real one, and then the watch.
        from cm_desktop.ui.quick_imports import leave_sources_alone

        leave_sources_alone()
        _watch_list()
        return opened(request)

    program._open_window = open_window  # noqa: SLF001
    return program.main()


def _give_key() -> None:
    from cm_desktop.services import vault as vaults

    vaults.open_vault = lambda folder, *_more, **_most: vaults.open_with_key(folder, "bench", KEY)


def _watch_list() -> None:
    from first_paint import Watch
    from PySide6.QtCore import QCoreApplication
    from PySide6.QtGui import QPaintEvent

    import cm_desktop.app  # noqa: F401 - as the program does
    from cm_desktop.ui.inbox.conversation_list import ConversationList

    paint = ConversationList.paintEvent
    watches: list[Watch] = []

    def watched(self: ConversationList, event: QPaintEvent) -> None:
        paint(self, event)
        if self.model().rowCount() >= _ROWS or self.model().complete:
            if not watches:
                watches.append(Watch(QCoreApplication.instance()))
            watches[0].painted(f', "modules": {len(sys.modules)}')

    ConversationList.paintEvent = watched


if __name__ == "__main__":
    sys.exit(main())
