"""Quiet bars over the whole window: no connection, or something that needs the user."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from cm_desktop.i18n import _
from cm_desktop.ui import theme
from cm_desktop.ui.icons import icon
from cm_desktop.ui.labels import ElidedLabel, PlainLabel, button_text


class Bar(QFrame):
    """One line with a glyph, a sentence and at most one button."""

    def __init__(self, *, can_close: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "offline")
        self._act: Callable[[], None] | None = None
        self._picture = PlainLabel()
        self._sentence = ElidedLabel()
        self.button = QPushButton()
        self.button.setProperty("kind", "link")
        self.button.clicked.connect(self._clicked)
        self._close = QToolButton()
        self._close.setProperty("kind", "quiet")
        self._close.setIcon(icon("close"))
        self._close.setAccessibleName(_("Close"))
        self._close.clicked.connect(self.hide)
        self._close.setVisible(can_close)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.LARGE, theme.TINY, theme.SMALL, theme.TINY)
        row.setSpacing(theme.SMALL)
        row.addWidget(self._picture)
        row.addWidget(self._sentence, 1)
        row.addWidget(self.button)
        row.addWidget(self._close)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._sentence.text()

    def say(
        self, glyph: str, sentence: str, *, button: str = "", act: Callable[[], None] | None = None
    ) -> None:
        """Say something, with a button if something can be done about it."""
        self._picture.setPixmap(icon(glyph, "text").pixmap(QSize(18, 18), self.devicePixelRatioF()))
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self._act = act
        self.button.setText(button_text(button))
        self.button.setVisible(act is not None)
        self.show()

    def _clicked(self) -> None:
        if self._act is not None:
            self._act()
