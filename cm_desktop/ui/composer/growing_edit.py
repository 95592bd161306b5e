"""The field in which answers are written: plain text that grows with what is in it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from cm_desktop.ui import theme

_LINES = 3  # shown when empty


class GrowingEdit(QPlainTextEdit):
    """A plain text field between three lines and the height it is given at most."""

    send_pressed = Signal()
    send_and_done_pressed = Signal()
    left = Signal()  # Escape
    template_wanted = Signal()  # "/" or "::" at the start of a word

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most = 240
        self.setProperty("kind", "bare")
        self.setFont(theme.font("reading"))
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.textChanged.connect(self._grow)
        self._grow()

    def set_most(self, height: int) -> None:
        """Set the height in pixels up to which it grows before it scrolls."""
        if height != self._most:
            self._most = height
            self._grow()

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802 - Qt's name
        """Paste text only: no HTML, no pictures, no file of the disk."""
        if source.hasText():
            self.insertPlainText(source.text().replace("\0", ""))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Send with Ctrl+Enter, leave with Escape, ask for a template with "/" or "::"."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.send_and_done_pressed if shift else self.send_pressed).emit()
            return
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)
        if event.text() in ("/", ":") and self._trigger():
            self.template_wanted.emit()

    def event(self, event: QEvent) -> bool:
        """Keep the single keys of the lists out of the text; function keys work as elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            held = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
            plain = held in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if plain and not Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35:
                event.accept()
                return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        """Return the size that shows all of the text, within the limits."""
        return QSize(400, self._height())

    def remove_trigger(self) -> None:
        """Take back the "/" or "::" that asked for a template."""
        cursor = self.textCursor()
        length = len(self._trigger())
        if length:
            cursor.movePosition(
                QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, length
            )
            cursor.removeSelectedText()

    def _trigger(self) -> str:
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        for trigger in ("::", "/"):
            start = before[: -len(trigger)]
            if before.endswith(trigger) and (not start or start[-1].isspace()):
                return trigger
        return ""

    def _height(self) -> int:
        line = self.fontMetrics().lineSpacing()
        frame = 2 * self.frameWidth() + 2 * round(self.document().documentMargin())
        # Counted in laid-out lines, so that a long paragraph grows the field too.
        lines = max(_LINES, round(self.document().size().height()))
        return min(lines * line + frame, self._most)

    def _grow(self) -> None:
        self.setFixedHeight(self._height())
