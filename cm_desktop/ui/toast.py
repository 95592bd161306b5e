"""The short word at the lower edge that something was done, with the button to undo it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from cm_desktop.i18n import _
from cm_desktop.ui import theme
from cm_desktop.ui.labels import ElidedLabel

_SHOWN_MS = 8_000


class Toast(QFrame):
    """Shows one sentence for some seconds; while the mouse is on it, it stays."""

    undo_wanted = Signal()

    def __init__(self, window: QWidget, left: Callable[[], int] = lambda: 0) -> None:
        """`left` says how much of the window's left side it leaves free."""
        super().__init__(window)
        self._left = left
        self.setProperty("kind", "toast")
        self._sentence = ElidedLabel()
        self.undo = QPushButton(_("Undo"))
        self.undo.setProperty("kind", "toast")
        self.undo.clicked.connect(self._undo)
        self._window = window
        self._row = row = QHBoxLayout(self)
        row.setSpacing(theme.SMALL)
        row.addWidget(self._sentence)
        row.addWidget(self.undo)
        self._timer = QTimer(self, singleShot=True, interval=_SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        window.installEventFilter(self)
        self.hide()

    @property
    def sentence(self) -> str:
        """What was said last."""
        return self._sentence.text()

    def say(self, sentence: str, *, can_undo: bool) -> None:
        """Show a sentence in place of the one before."""
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self.undo.setText(_("Undo"))
        self.undo.setVisible(can_undo)
        self._row.setContentsMargins(
            theme.LARGE, theme.SMALL, theme.SMALL if can_undo else theme.LARGE, theme.SMALL
        )
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stay while somebody reads."""
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Go soon."""
        super().leaveEvent(event)
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the window's lower edge."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        room, left = self._window.rect(), self._left() + theme.LARGE
        self.setMaximumWidth(max(200, room.width() - left - theme.LARGE))
        self.adjustSize()
        self.move(left, room.height() - self.height() - theme.LARGE)

    @Slot()
    def _undo(self) -> None:
        self.hide()
        self.undo_wanted.emit()
