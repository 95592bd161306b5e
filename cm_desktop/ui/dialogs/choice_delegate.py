"""Paints the rows of a picker."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cm_desktop.ui import theme
from cm_desktop.ui.dialogs.choice_model import Choice, ChoiceModel
from cm_desktop.ui.icons import draw_glyph
from cm_desktop.ui.labels import elided

Index = QModelIndex | QPersistentModelIndex
_GLYPH = 18


class ChoiceDelegate(QStyledItemDelegate):
    """Draws text, the line below it, what stands at the end, and the mark before it."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """Give a row one line or two."""
        choice: Choice | None = index.data(ChoiceModel.ChoiceRole)
        height = QFontMetrics(theme.font("body")).height() + 2 * theme.SMALL
        if choice is not None and choice.more:
            height += QFontMetrics(theme.font("soft")).height() + 2
        return QSize(120, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        choice: Choice = index.data(ChoiceModel.ChoiceRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = option.rect.adjusted(theme.TINY, 1, -theme.TINY, -1)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawRoundedRect(QRectF(rect), theme.RADIUS, theme.RADIUS)
        inside = rect.adjusted(theme.SMALL, 0, -theme.SMALL, 0)
        inside.setLeft(_before(painter, inside, choice, selected=selected))
        inside.setRight(_key(painter, inside, index.data(ChoiceModel.KeyRole), selected=selected))
        _more(painter, inside, choice, selected=selected)
        inside.setRight(_side(painter, inside, choice, selected=selected))
        font = theme.font("strong" if choice.more else "body")
        tone = "on_accent" if selected else "text"
        _draw(painter, _first_line(inside, choice), choice.text, font, tone)
        painter.restore()


def _before(painter: QPainter, rect: QRect, choice: Choice, *, selected: bool) -> int:
    """Draw what stands before the words, and return where they begin."""
    tone = theme.colour("on_accent" if selected else "soft")
    left = rect.left()
    if choice.checked is not None:
        if choice.checked:
            mark = theme.colour("on_accent" if selected else "accent")
            draw_glyph(painter, _square(rect, left), "done", mark)
        left += _GLYPH + theme.SMALL
    if choice.colour is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone if selected else theme.tag_colours(choice.colour)[1])
        painter.drawEllipse(QRectF(left + 2, rect.center().y() - 4, 10, 10))
        left += 10 + theme.MEDIUM
    if choice.glyph:
        draw_glyph(painter, _square(rect, left), choice.glyph, tone)
        left += _GLYPH + theme.SMALL
    return left


def _square(rect: QRect, left: int) -> QRectF:
    return QRectF(left, rect.center().y() - _GLYPH / 2 + 1, _GLYPH, _GLYPH)


def _key(painter: QPainter, rect: QRect, key: str, *, selected: bool) -> int:
    """Draw the key that chooses the row, and return where the rest has to end."""
    if not key:
        return rect.right()
    tone = theme.colour("on_accent" if selected else "soft")
    font = theme.font("soft")
    size = QFontMetrics(font).height() + 2
    cap = QRectF(rect.right() - size, rect.center().y() - size / 2 + 0.5, size, size)
    painter.setPen(theme.mix(tone, theme.colour("accent" if selected else "bg"), 0.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(cap, 3, 3)
    painter.setFont(font)
    painter.setPen(tone)
    painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
    return rect.right() - size - theme.SMALL


def _side(painter: QPainter, rect: QRect, choice: Choice, *, selected: bool) -> int:
    """Draw what stands at the end of the line, and return where the words have to end."""
    if not choice.side:
        return rect.right()
    font = theme.font("soft")
    metrics = QFontMetrics(font)
    text = elided(choice.side, metrics, rect.width() // 2)
    painter.setFont(font)
    painter.setPen(theme.colour("on_accent" if selected else "soft"))
    line = _first_line(rect, choice)
    painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
    return rect.right() - metrics.horizontalAdvance(text) - theme.MEDIUM


def _more(painter: QPainter, rect: QRect, choice: Choice, *, selected: bool) -> None:
    """Draw the second line."""
    if choice.more:
        font = theme.font("soft")
        top = _first_line(rect, choice).bottom() + 2
        below = QRect(rect.left(), top, rect.width(), QFontMetrics(font).height())
        _draw(painter, below, choice.more, font, "on_accent" if selected else "soft")


def _first_line(rect: QRect, choice: Choice) -> QRect:
    if not choice.more:
        return rect
    height = QFontMetrics(theme.font("strong")).height()
    return QRect(rect.left(), rect.top() + theme.SMALL - 2, rect.width(), height)


def _draw(painter: QPainter, rect: QRect, text: str, font: QFont, tone: str) -> None:
    painter.setFont(font)
    painter.setPen(theme.colour(tone))
    shown = elided(text, QFontMetrics(font), rect.width())
    painter.drawText(rect, _LINE, shown)


# Fonts of other scripts are higher than ours, so nothing is cut at the rectangle.
_LINE = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip)
