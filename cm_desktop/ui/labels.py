"""Labels, tooltips and questions that show text of others as plain text, whatever it contains.

The only file that may name Qt's label, message box and tooltip: their defaults guess whether a
text is HTML, and then load files that a sender names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from cm_desktop.i18n import _
from cm_desktop.ui.safe_text import (
    LIST_CHARACTERS,
    display_text,
    has_mixed_scripts,
    is_shortened,
    isolate,
    name_text,
    one_line,
)

if TYPE_CHECKING:  # with its many enumerations it would slow down the program's start
    from PySide6.QtWidgets import QMessageBox

__all__ = [
    "ElidedLabel",
    "PlainLabel",
    "ask",
    "button_text",
    "display_text",
    "elided",
    "has_mixed_scripts",
    "is_shortened",
    "isolate",
    "name_text",
    "one_line",
    "set_tooltip",
    "tell",
    "tooltip",
]

# As html.escape does, whose module is slow to import.
_ESCAPED = str.maketrans({
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;",
})  # fmt: skip


class PlainLabel(QLabel):
    """A label that never reads markup; `kind` chooses its look (see stylesheet.py).

    Whatever is set is shown by the rule of display_text(); text() is what was set.
    """

    def __init__(self, text: str = "", kind: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._original = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setOpenExternalLinks(False)
        if kind:
            self.setProperty("kind", kind)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show a text of any origin."""
        self._original = text
        super().setText(display_text(text))

    def text(self) -> str:
        """Return the text as it was set."""
        return self._original

    def set_kind(self, kind: str) -> None:
        """Change the look: "", "soft", "strong", "title", "reading", "bad", "warn", "ok"."""
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)

    def selectable(self) -> PlainLabel:
        """Let the text be marked by mouse and keyboard, and return the label."""
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        return self

    def wrapping(self) -> PlainLabel:
        """Break lines at words, and return the label."""
        self.setWordWrap(True)
        return self


class ElidedLabel(PlainLabel):
    """One line that ends in "…" where there is no room for more; the tooltip has the whole."""

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show the start of a text as one line."""
        super().setText(text)
        set_tooltip(self, one_line(text))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for room for the whole line."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(one_line(self.text())) + 2, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        """Be content with three letters."""
        return QSize(self.fontMetrics().horizontalAdvance("mm…"), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what there is room for."""
        painter = QPainter(self)
        shown = elided(self.text(), self.fontMetrics(), self.contentsRect().width())
        painter.drawText(
            self.contentsRect(), int(self.alignment() | Qt.TextFlag.TextSingleLine), shown
        )


def elided(text: str, metrics: QFontMetrics, width: int) -> str:
    """Return the start of a text that fits into `width` pixels, as one isolated line."""
    # Hardly a letter is narrower than this; some scripts take long to lay out.
    narrowest = 3 if text.isascii() else 5
    start = one_line(text, min(LIST_CHARACTERS, max(width, 0) // narrowest + 8))
    return isolate(metrics.elidedText(start, Qt.TextElideMode.ElideRight, width))


def button_text(text: str) -> str:
    """Return a text for a button, menu or tab, where & would underline the next letter."""
    return one_line(text).replace("&", "&&")


def tooltip(text: str) -> str:
    """Return a text as a tooltip that shows it letter by letter."""
    return f"<qt>{one_line(text).translate(_ESCAPED)}</qt>" if text else ""


def set_tooltip(widget: QWidget, text: str) -> None:
    """Give a widget a tooltip of plain text."""
    widget.setToolTip(tooltip(text))


def ask(
    parent: QWidget | None,
    question: str,
    *,
    more: str = "",
    yes: str,
    then: Callable[[], None],
    dangerous: bool = False,
) -> QMessageBox:
    """Ask a question over the window; `then` is called if the button `yes` is chosen.

    The other button is "Cancel", which is also what Escape and closing do. Nothing waits:
    the dialog is returned, already open. The button says what happens ("Delete comment").
    """
    from PySide6.QtWidgets import QMessageBox

    box = _box(parent, question, more)
    agree = QPushButton(button_text(yes))
    agree.setProperty("kind", "danger" if dangerous else "primary")
    box.addButton(agree, QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setEscapeButton(cancel)
    box.setDefaultButton(cancel if dangerous else agree)

    def answered() -> None:
        if box.clickedButton() is agree:
            then()

    box.finished.connect(answered)
    box.open()
    return box


def tell(parent: QWidget | None, what: str, *, more: str = "") -> QMessageBox:
    """Say something that needs to be read; the dialog is returned, already open."""
    from PySide6.QtWidgets import QMessageBox

    box = _box(parent, what, more)
    box.addButton(_("Close"), QMessageBox.ButtonRole.RejectRole)
    box.open()
    return box


def _box(parent: QWidget | None, text: str, more: str) -> QMessageBox:
    from PySide6.QtWidgets import QMessageBox

    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle("CM Desktop")
    box.setText(display_text(text))
    # Qt guesses the format of this one unless the text format is set before.
    box.setInformativeText(display_text(more))
    for label in box.findChildren(QLabel):
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setOpenExternalLinks(False)
    return box
