"""Small parts that the cards of a conversation are made of."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from cm_desktop.ui import theme
from cm_desktop.ui.avatars import avatar
from cm_desktop.ui.icons import icon
from cm_desktop.ui.labels import PlainLabel, button_text, set_tooltip

INDENT = theme.WIDE  # pixels a level of the tree moves to the right
WIDEST = 720  # of a text column, pixels: longer lines are hard to read
_GAP = "\u2009"  # between a button's picture and its words


class Card(QFrame):
    """A quiet coloured rectangle: no border, no shadow. `tone` names a colour of the theme."""

    def __init__(self, tone: str, depth: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self._depth = depth
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(depth * INDENT, 0, 0, 0)
        self.inside = QVBoxLayout()
        self.inside.setContentsMargins(theme.MEDIUM, theme.SMALL, theme.MEDIUM, theme.SMALL)
        self.inside.setSpacing(theme.TINY)
        outer.addLayout(self.inside)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground, the lines of the tree, and the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = self._depth * INDENT
        ground = QRectF(self.rect()).adjusted(left + 0.5, 0.5, -0.5, -0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(self._tone))
        painter.drawRoundedRect(ground, theme.RADIUS, theme.RADIUS)
        painter.setPen(theme.colour("line"))
        for level in range(self._depth):
            x = level * INDENT + INDENT // 2
            painter.drawLine(x, 0, x, self.height())
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(theme.colour("accent"))
            painter.drawRoundedRect(ground, theme.RADIUS, theme.RADIUS)


class Disc(QWidget):
    """A person's round picture as in the list; `key` is the person's id, "" for one of us."""

    def __init__(
        self, name: str, key: str = "", size: int = 32, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._key = key
        self.setFixedSize(QSize(size, size))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture."""
        ratio = self.devicePixelRatioF()
        picture = avatar(self._name, self._key, self.width(), ratio)
        QPainter(self).drawPixmap(0, 0, picture)


def icon_button(
    glyph: str, text: str, slot: Callable[[], object], *, reason: str = ""
) -> QToolButton:
    """Return a quiet button with a picture; `reason` says why it cannot be used now."""
    button = QToolButton()
    button.setProperty("kind", "quiet")
    button.setIcon(icon(glyph, "soft"))
    button.setIconSize(QSize(16, 16))
    button.setAccessibleName(text)
    button.setEnabled(not reason)
    set_tooltip(button, reason or text)
    button.clicked.connect(lambda _checked=False: slot())
    return button


def text_button(
    text: str, slot: Callable[[], object], kind: str = "quiet", glyph: str = ""
) -> QPushButton:
    """Return a button with words; kinds are those of the stylesheet."""
    button = QPushButton(_GAP + button_text(text) if glyph else button_text(text))
    button.setAccessibleName(text)
    button.setProperty("kind", kind)
    button.setAutoDefault(False)
    if glyph:
        button.setIcon(icon(glyph, "on_accent" if kind == "primary" else "soft"))
    button.clicked.connect(lambda _checked=False: slot())
    return button


def row(*widgets: QWidget | None, spacing: int = theme.SMALL) -> QHBoxLayout:
    """Return the widgets beside each other; None takes the room that is left."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for widget in widgets:
        if widget is None:
            layout.addStretch(1)
        else:
            layout.addWidget(widget)
    return layout


def middle(column: QWidget) -> QHBoxLayout:
    """Return a column of limited width in the middle of the room there is."""
    layout = row(spacing=0)
    layout.addStretch(1)
    layout.addWidget(column, 1_000)
    layout.addStretch(1)
    return layout


def align_with_text(buttons: QHBoxLayout) -> QHBoxLayout:
    """Return a row of quiet buttons whose words begin where the text above begins."""
    buttons.insertSpacing(0, -theme.SMALL)
    return buttons


def picture_label(glyph: str, tone: str = "soft", size: int = 14) -> PlainLabel:
    """Return a glyph to stand beside a text; it says nothing to a screen reader."""
    label = PlainLabel()
    label.setPixmap(icon(glyph, tone).pixmap(QSize(size, size)))
    return label
