"""The page that a screen shows when it has nothing else to show: one sentence, one button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from cm_desktop.ui import theme
from cm_desktop.ui.icons import icon
from cm_desktop.ui.labels import PlainLabel, button_text

_PICTURE = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What such a page says. Without `act` there is no button."""

    glyph: str
    sentence: str
    more: str = ""
    button: str = ""
    act: Callable[[], None] | None = None


class StatePage(QWidget):
    """Shows a State in the middle of the room it is given."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._act: Callable[[], None] | None = None
        self._glyph = ""
        self._picture = PlainLabel()
        self._sentence = PlainLabel("", "strong").wrapping()
        self._more = PlainLabel("", "soft").wrapping()
        self.button = QPushButton()
        self.button.clicked.connect(self._clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        column.setSpacing(theme.SMALL)
        column.addStretch(2)
        for label in (self._picture, self._sentence, self._more):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addSpacing(theme.SMALL)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    @property
    def sentence(self) -> str:
        """What the page says."""
        return self._sentence.text()

    def show_state(self, state: State) -> None:
        """Say something else."""
        self._act = state.act
        self._glyph = state.glyph
        self._sentence.setText(state.sentence)
        self._more.setText(state.more)
        self._more.setVisible(bool(state.more))
        self.button.setText(button_text(state.button))
        self.button.setVisible(state.act is not None)
        self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw the picture in the colours and the sharpness of the screen it is shown on."""
        super().showEvent(event)
        self._draw()

    def _draw(self) -> None:
        if self._glyph:
            ratio = self.devicePixelRatioF()
            size = QSize(_PICTURE, _PICTURE)
            self._picture.setPixmap(icon(self._glyph, "soft").pixmap(size, ratio))

    def _clicked(self) -> None:
        if self._act is not None:
            self._act()
