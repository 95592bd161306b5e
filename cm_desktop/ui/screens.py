"""Brings a screen by its name before the user, and takes its picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from cm_desktop.domain.errors import OfflineError, SignInNeededError
from cm_desktop.domain.views import View, ViewName
from cm_desktop.i18n import _

if TYPE_CHECKING:
    from cm_desktop.ui.main_window import MainWindow

_SETTLE_MS = 250  # nothing may have happened for so long before the picture is taken
_LONGEST_MS = 5_000
_FOUND, _NOT_FOUND = "brot", "xyzzy"  # words of the demo

Show = Callable[["MainWindow"], None]


def show_screen(window: MainWindow, name: str) -> bool:
    """Bring a screen before the user; False for a name that there is none of."""
    show = SCREENS.get(name)
    if show is not None:
        show(window)
    return show is not None


class Screenshot(QObject):
    """Waits until a window has settled, saves its picture with what lies over it, and says so."""

    taken = Signal(bool)  # whether the file was written

    def __init__(self, window: QWidget, file: Path, busy: Callable[[], bool]) -> None:
        super().__init__(window)
        self._window = window
        self._file = file
        self._busy = busy
        self._left = _LONGEST_MS // _SETTLE_MS
        self._timer = QTimer(self, interval=_SETTLE_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        self._left -= 1
        if self._busy() and self._left > 0:
            return
        self._timer.stop()
        self.taken.emit(picture_of(self._window).save(str(self._file)))


def picture_of(window: QWidget) -> QPixmap:
    """Return a picture of a window with the dialogs and menus that are open over it."""
    picture = window.grab()
    painter = QPainter(picture)
    for over in QApplication.topLevelWidgets():
        if over is window or not over.isVisible():
            continue
        place = over.mapToGlobal(QPoint(0, 0)) - window.mapToGlobal(QPoint(0, 0))
        if isinstance(over, QDialog):
            place = QPoint(
                (window.width() - over.width()) // 2, (window.height() - over.height()) // 2
            )
            # What stands in for the frame that the system draws around dialogs.
            painter.fillRect(window.rect(), QColor(0, 0, 0, 70))
        painter.drawPixmap(place, over.grab())
    painter.end()
    return picture


def _inbox(_window: MainWindow) -> None:
    """Show what the window begins with."""


def _thread(window: MainWindow) -> None:
    longest = max(window.list_panel.model.rows, key=lambda row: row.messages, default=None)
    if longest is not None:
        window.show_conversation(longest.id)


def _with_conversation(action: str, window: MainWindow) -> None:
    _thread(window)
    # Where the row is opened after a moment, so is what works on it.
    QTimer.singleShot(200, window, window.actions_[action].trigger)


def _search(window: MainWindow) -> None:
    window.list_panel.focus_search()
    window.list_panel.search.setText(_FOUND)


def _search_hints(window: MainWindow) -> None:
    window.activateWindow()
    window.list_panel.focus_search()
    window.list_panel.search.hints.offer("")


def _empty(window: MainWindow) -> None:
    window.list_panel.search.setText(_NOT_FOUND)


def _view(name: ViewName, window: MainWindow) -> None:
    window.go(View(name))


def _offline(window: MainWindow) -> None:
    window.context.changes.connection.emit(False)  # noqa: FBT003 - the signal's argument
    _thread(window)


def _error(window: MainWindow) -> None:
    window.context.problem(SignInNeededError())
    window.list_panel.source.failed.emit(OfflineError())


def _toast(window: MainWindow) -> None:
    _thread(window)
    window.context.changes.done.emit(_("Done"))


def _marked(window: MainWindow) -> None:
    for row in range(3):
        window.list_panel.list.select(window.list_panel.model.rows[row].id)
        window.list_panel.list.toggle_mark()


def _focus(window: MainWindow) -> None:
    window.list_panel.list.step(1)
    window.list_panel.list.setFocus(Qt.FocusReason.TabFocusReason)


def _dialog(name: str, window: MainWindow) -> None:
    from cm_desktop.ui import dialog_screens

    getattr(dialog_screens, name)(window)


SCREENS: dict[str, Show] = {
    "inbox": _inbox,
    "thread": _thread,
    "search": _search,
    "hints": _search_hints,
    "empty": _empty,
    "error": _error,
    "offline": _offline,
    "toast": _toast,
    "marked": _marked,
    "keyboard": _focus,
    "outbox": partial(_view, ViewName.OUTBOX),
    "all": partial(_view, ViewName.ALL),
    "done": partial(_view, ViewName.DONE),
    "templates": lambda window: window.actions_["templates"].trigger(),
    "settings": lambda window: window.actions_["settings"].trigger(),
    "connect": lambda window: window.actions_["connect"].trigger(),
    "connect-steps": partial(_dialog, "connect_steps"),
    "connect-found": partial(_dialog, "connect_found"),
    "connect-browser": partial(_dialog, "connect_browser"),
    "connect-preview": partial(_dialog, "connect_preview"),
    "note-down": partial(_dialog, "note_down"),
    "answer-there": partial(_dialog, "answer_there"),
    "health": partial(_dialog, "health"),
    "accounts": lambda window: window.actions_["accounts"].trigger(),
    "export": lambda window: window.actions_["export"].trigger(),
    "shortcuts": lambda window: window.actions_["shortcuts"].trigger(),
    "handoff": partial(_with_conversation, "handoff"),
    "tags": partial(_with_conversation, "tag"),
    "assign": partial(_with_conversation, "assign"),
    "snooze": partial(_with_conversation, "snooze"),
}
# Those that are shown instead of the window: see app.py.
PAGES = ("first-run", "vault-trouble")
