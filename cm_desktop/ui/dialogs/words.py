"""Words in narrow places: a label that breaks very long words, a button that ends in "…"."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from cm_desktop.ui.labels import PlainLabel, button_text, elided, set_tooltip

_LONG_WORD = re.compile(r"[^\s\u200b]{24,}")
_PIECE = 8  # letters that stay together
_BUTTON_MARGINS = 12  # pixels, both sides together
_BREAK_HERE = "\u200b"


class Words(PlainLabel):
    """Breaks lines at words, and words that are very long inside; text() is what was set."""

    def __init__(self, text: str = "", kind: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, kind, parent)
        self.wrapping()

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show a text of any origin."""
        super().setText(_LONG_WORD.sub(_broken, text))
        self._original = text


class ElidedButton(QPushButton):
    """A button of one line that ends in "…" where there is no room for more."""

    def __init__(self, text: str, kind: str = "link", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = text
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setStyleSheet("text-align: left;")
        self.setAccessibleName(button_text(text))
        set_tooltip(self, text)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Be content with a few letters."""
        return QSize(64, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = max(32, self.width() - _BUTTON_MARGINS)
        self.setText(elided(self._whole, self.fontMetrics(), room).replace("&", "&&"))


def relabel(button: QPushButton, text: str) -> None:
    """Give a button of text_button() another text; one with a picture keeps its distance."""
    shown = button_text(text)
    button.setText(shown if button.icon().isNull() else f"\N{THIN SPACE}{shown}")
    button.setAccessibleName(text)


def _broken(word: re.Match[str]) -> str:
    letters = word[0]
    starts = range(0, len(letters), _PIECE)
    return _BREAK_HERE.join(letters[start : start + _PIECE] for start in starts)
