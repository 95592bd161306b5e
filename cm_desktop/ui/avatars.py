"""Round pictures of people: their initials on a quiet colour that stays theirs."""

from __future__ import annotations

import unicodedata
import zlib
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from cm_desktop.ui import theme
from cm_desktop.ui.icons import channel_mark, draw_glyph
from cm_desktop.ui.safe_text import one_line

SIZE = 40
_MARK = 18
_RING = 2


def initials(name: str) -> str:
    """Return one or two letters for a name, "" if it has no letter or digit at all.

    The first letters of the first and the last word; handles lose their "@".
    """
    words = [word for word in one_line(name, 120).replace("@", " ").split() if _first(word)]
    if not words:
        return ""
    if len(words) == 1:
        return _first(words[0])
    return _first(words[0]) + _first(words[-1])


def avatar(name: str, key: str, size: int = SIZE, ratio: float = 1.0) -> QPixmap:
    """Return a person's round picture; `key` (a person's id) chooses its colour.

    `size` in device-independent pixels, `ratio` is the screen's device pixel ratio.
    """
    return _avatar(initials(name), _tone(key or name), size, ratio, theme.is_dark())


def draw_avatar(
    painter: QPainter, rect: QRectF, name: str, key: str, *, channel: str, ground: QColor
) -> None:
    """Draw a person's picture with the channel's mark in its corner.

    `ground` is the colour behind it, from which the mark is set off by a ring.
    """
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(rect.topLeft(), avatar(name, key, round(rect.width()), ratio))
    if not channel:
        return
    corner = QRectF(rect.right() - _MARK + 4, rect.bottom() - _MARK + 4, _MARK, _MARK)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawEllipse(corner.adjusted(-_RING, -_RING, _RING, _RING))
    painter.drawPixmap(corner.topLeft(), channel_mark(channel, _MARK, ratio))


def dot(painter: QPainter, x: float, y: float, colour: QColor) -> None:
    """Draw the dot that says that something new is there."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(QPointF(x, y), 4, 4)


def _first(word: str) -> str:
    for letter in word:
        if letter.isalnum():
            # "ß" and some ligatures grow when they are written large.
            return unicodedata.normalize("NFC", letter).upper()[0]
    return ""


def _tone(key: str) -> int:
    return zlib.crc32(key.encode("utf-8", "surrogatepass")) % theme.tag_tones()


@lru_cache(maxsize=512)
def _avatar(letters: str, tone: int, size: int, ratio: float, _dark: bool) -> QPixmap:
    picture = QPixmap(QSize(size, size) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    _ground, text = theme.tag_colours(tone)
    painter.setBrush(theme.mix(text, theme.colour("bg"), 0.18))
    painter.drawEllipse(QRectF(0, 0, size, size))
    if letters:
        font = theme.font("strong")
        font.setPixelSize(max(8, round(size * 0.36)))
        painter.setFont(font)
        painter.setPen(text)
        painter.drawText(QRectF(0, 0, size, size), Qt.AlignmentFlag.AlignCenter, letters)
    else:
        draw_glyph(painter, QRectF(size * 0.2, size * 0.2, size * 0.6, size * 0.6), "person", text)
    painter.end()
    return picture
