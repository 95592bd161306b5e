"""The channels one can connect, one card each."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from cm_desktop.services import connecting
from cm_desktop.ui import theme
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.icons import channel_mark, draw_glyph
from cm_desktop.ui.labels import elided

_MARK = 32
_LAST = "demo"  # what people come for stands above it


class BigChoice(QAbstractButton):
    """A large button: a picture, a name, and a sentence that says what comes of it."""

    def __init__(self, title: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._sentence = sentence
        self.channel = ""
        self.glyph = ""
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def hasHeightForWidth(self) -> bool:
        """Be higher where the sentence needs a second line."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that shows all words."""
        words = QFontMetrics(theme.font("soft"))
        room = width - _MARK - 3 * theme.LARGE - 24
        said = words.boundingRect(0, 0, max(room, 40), 9_999, _WRAP, self._sentence)
        name = QFontMetrics(theme.font("strong")).height()
        return max(_MARK, name + 4 + said.height()) + 2 * theme.MEDIUM

    def sizeHint(self) -> QSize:
        """Ask for a comfortable width."""
        return QSize(400, self.heightForWidth(400))

    def minimumSizeHint(self) -> QSize:
        """Be content with less."""
        return QSize(240, 56)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter choose as well as Space, and the arrows go to the neighbours."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        focus = self.hasFocus()
        painter.setPen(QPen(theme.colour("accent" if focus else "line"), 2 if focus else 1))
        painter.setBrush(theme.colour("hover" if self.underMouse() else "bg"))
        painter.drawRoundedRect(rect, theme.RADIUS, theme.RADIUS)
        inside = rect.adjusted(theme.LARGE, theme.MEDIUM - 1, -theme.LARGE, 1 - theme.MEDIUM)
        self._draw_picture(painter, inside)
        end = QRectF(inside.right() - 18, inside.center().y() - 9, 18, 18)
        draw_glyph(painter, end, "right", theme.colour("soft"))
        self._draw_words(painter, inside.adjusted(_MARK + theme.LARGE, 0, -24, 0))

    def _draw_picture(self, painter: QPainter, rect: QRectF) -> None:
        place = QRectF(rect.left(), rect.center().y() - _MARK / 2, _MARK, _MARK)
        if self.channel:
            ratio = self.devicePixelRatioF()
            painter.drawPixmap(place.topLeft(), channel_mark(self.channel, _MARK, ratio))
        elif self.glyph:
            draw_glyph(painter, place, self.glyph, theme.colour("accent"))

    def _draw_words(self, painter: QPainter, rect: QRectF) -> None:
        strong = theme.font("strong")
        metrics = QFontMetrics(strong)
        painter.setFont(strong)
        painter.setPen(theme.colour("text"))
        line = QRectF(rect.left(), rect.top(), rect.width(), metrics.height())
        painter.drawText(line, _LINE, elided(self._title, metrics, round(rect.width())))
        painter.setFont(theme.font("soft"))
        painter.setPen(theme.colour("soft"))
        painter.drawText(rect.adjusted(0, metrics.height() + 2, 0, 4), _WRAP, self._sentence)


_LINE = int(Qt.TextFlag.TextDontClip | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class ChannelCards(QWidget):
    """All channels that there are; `chosen` carries one's name."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SMALL)
        self.cards: dict[str, BigChoice] = {}
        names = [about.channel for about in connecting.channels()]
        for channel in sorted(names, key=lambda one: (one == _LAST, channel_name(one).casefold())):
            column.addWidget(self._card(channel))
        column.addStretch(1)

    def _card(self, channel: str) -> BigChoice:
        card = BigChoice(channel_name(channel), connecting.info(channel).words().card)
        card.channel = channel
        card.clicked.connect(lambda: self.chosen.emit(channel))
        self.cards[channel] = card
        return card
