"""Icons and channel marks, drawn from one small font in the colours shown now."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QIcon,
    QIconEngine,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QApplication

from cm_desktop.ui import theme
from cm_desktop.ui.glyphs import GLYPHS
from cm_desktop.ui.resources import resource

# One colour for each channel; white on it has a contrast of at least 4.5.
CHANNEL_COLOURS: Final[Mapping[str, str]] = {
    "demo": "#566070",
    "wordpress": "#1F6E92",
    "mail": "#3B5B92",
    "mastodon": "#563ACC",
    "bluesky": "#0A64C2",
    "discourse": "#A8470B",
    "misago": "#8A3B5C",
    "telegram": "#1A729F",
    "matrix": "#3F4B57",
    "feed": "#A84A00",
    "notifications": "#6B5B95",
    "facebook": "#1559C4",
    "instagram": "#B52B78",
    "threads": "#4A4A4A",
    "whatsapp": "#0F7A41",
    "x": "#33383F",
    "youtube": "#C4161C",
    "linkedin": "#0A61B8",
    "google-business": "#2A7548",
}
OTHER_CHANNEL = "#566070"


class _GlyphEngine(QIconEngine):
    """Draws one glyph at any size and in the colour that its state asks for."""

    def __init__(self, name: str, tone: str) -> None:
        super().__init__()
        self._name = name
        self._tone = tone

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        """Draw the glyph in the middle of the rectangle."""
        draw_glyph(painter, QRectF(rect), self._name, self._colour(mode))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Draw the glyph on nothing."""
        picture = QPixmap(size)
        if size.isEmpty():  # a button squeezed to nothing asks for this
            return picture
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        """Return an engine of the same glyph and tone."""
        return _GlyphEngine(self._name, self._tone)

    def _colour(self, mode: QIcon.Mode) -> QColor:
        palette = QApplication.palette()
        if mode is QIcon.Mode.Disabled:
            return palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
        if mode is QIcon.Mode.Selected:
            return palette.color(QPalette.ColorRole.HighlightedText)
        return theme.colour(self._tone)


def icon(name: str, tone: str = "text") -> QIcon:
    """Return one of the icons of glyphs.py in a colour of the theme.

    It follows the theme: what is painted later is painted in the colours of then.
    """
    if name not in GLYPHS:
        raise KeyError(name)
    return QIcon(_GlyphEngine(name, tone))


def channel_mark(channel: str, size: int = 18, ratio: float = 1.0) -> QPixmap:
    """Return the round mark of a channel: its glyph in white on its colour.

    `size` in device-independent pixels, `ratio` is the screen's device pixel ratio. A
    channel that we have no mark for gets a neutral one.
    """
    return _channel_mark(channel, size, ratio)


def channel_colour(channel: str) -> QColor:
    """Return the one colour of a channel."""
    return QColor(CHANNEL_COLOURS.get(channel, OTHER_CHANNEL))


def channel_glyph(channel: str) -> str:
    """Return the name of a channel's glyph."""
    name = "ch_" + channel.replace("-", "_")
    return name if name in GLYPHS else "ch_other"


def channel_icon(channel: str) -> QIcon:
    """Return a channel's mark for a menu or a button."""
    made = QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(channel_mark(channel, 18, ratio))
    return made


def glyph_pixmap(name: str, size: int, colour: QColor, ratio: float = 1.0) -> QPixmap:
    """Return a glyph of `size` device-independent pixels on nothing, kept for the next time."""
    return _glyph_pixmap(name, size, colour.rgba(), ratio)


def draw_glyph(painter: QPainter, rect: QRectF, name: str, colour: QColor) -> None:
    """Draw a glyph as large as the rectangle's smaller side."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    font = QFont(_family())
    font.setPixelSize(max(1, round(min(rect.width(), rect.height()))))
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, chr(GLYPHS[name][1]))
    painter.restore()


@lru_cache(maxsize=1)
def _family() -> str:
    number = QFontDatabase.addApplicationFont(str(resource("icons.ttf")))
    families = QFontDatabase.applicationFontFamilies(number)
    if not families:
        raise FileNotFoundError(resource("icons.ttf"))
    return families[0]


@lru_cache(maxsize=256)
def _glyph_pixmap(name: str, size: int, rgba: int, ratio: float) -> QPixmap:
    picture, painter = _canvas(size, ratio)
    draw_glyph(painter, QRectF(0, 0, size, size), name, QColor.fromRgba(rgba))
    painter.end()
    return picture


@lru_cache(maxsize=128)
def _channel_mark(channel: str, size: int, ratio: float) -> QPixmap:
    picture, painter = _canvas(size, ratio)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(channel_colour(channel))
    painter.drawEllipse(QRectF(0, 0, size, size))
    # A letter fills less of its place than the other glyphs do.
    inset = size * (-0.14 if channel == "x" else 0.18)
    inner = QRectF(inset, inset, size - 2 * inset, size - 2 * inset)
    draw_glyph(painter, inner, channel_glyph(channel), QColor("white"))
    painter.end()
    return picture


def _canvas(size: int, ratio: float) -> tuple[QPixmap, QPainter]:
    picture = QPixmap(QSize(size, size) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    return picture, QPainter(picture)
