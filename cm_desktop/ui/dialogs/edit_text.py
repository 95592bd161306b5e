"""A dialog for one text: change a message, say why."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from cm_desktop.i18n import _
from cm_desktop.ui import theme
from cm_desktop.ui.dialogs.frame import ControlEnter, Dialog
from cm_desktop.ui.labels import ask


class PlainEdit(QPlainTextEdit):
    """A field of several lines: Tab leaves it, only text can be pasted by Qt's own rule."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setFont(theme.font("reading"))
        self.setPlainText(text.replace("\0", ""))
        self.moveCursor(QTextCursor.MoveOperation.End)


class EditTextDialog(Dialog):
    """Shows a text to be changed; `accepted_text` carries what it became.

    The title says what will happen and is what the button says. With `may_be_empty` an
    empty text is fine; else it cannot be accepted.
    """

    accepted_text = Signal(str)

    def __init__(
        self,
        title: str,
        text: str,
        parent: QWidget | None = None,
        *,
        hint: str = "",
        may_be_empty: bool = False,
    ) -> None:
        super().__init__(title, parent, width=560)
        self._original = text
        self._may_be_empty = may_be_empty
        self.edit = PlainEdit(text)
        self.edit.setMinimumHeight(160)
        self.edit.setPlaceholderText(hint)
        self.edit.setAccessibleName(hint or title)
        self.body.addWidget(self.edit, 1)
        self.add_cancel()
        self.button = self.add_primary(title, self.accept)
        ControlEnter(self.edit, self.button.click)
        self.edit.textChanged.connect(self._on_text)
        self.begin_at(self.edit)
        self._on_text()

    def accept(self) -> None:
        """Give the text to whoever asked for it, and close."""
        self.accepted_text.emit(self.edit.toPlainText().strip())
        super().accept()

    def reject(self) -> None:
        """Close; a text that was written is only thrown away when that is wanted."""
        written = self.edit.toPlainText()
        if not written.strip() or written == self._original:
            super().reject()
            return
        ask(
            self,
            _("Close without keeping your text?"),
            yes=_("Close without keeping"),
            then=super().reject,
            dangerous=True,
        )

    @Slot()
    def _on_text(self) -> None:
        written = self.edit.toPlainText()
        changed = written != self._original or self._may_be_empty
        self.button.setEnabled(changed and (self._may_be_empty or bool(written.strip())))
