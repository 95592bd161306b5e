"""The channels one can connect, one card each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QGridLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cm_desktop.i18n import _
from cm_desktop.services import connecting
from cm_desktop.ui import theme
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.dialogs.fuzzy import enough, rank
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.icons import channel_mark, draw_glyph
from cm_desktop.ui.labels import PlainLabel, elided

_MARK = 32
_END = 24  # pixels that the arrow takes
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
        room = width - 2 - _MARK - 3 * theme.LARGE - _END  # as paintEvent draws it
        said = words.boundingRect(0, 0, max(room, 40), 9_999, _WRAP, self._sentence)
        name = QFontMetrics(theme.font("strong")).height()
        return max(_MARK, name + 4 + said.height()) + 2 * theme.MEDIUM

    def sizeHint(self) -> QSize:
        """Ask for a comfortable width."""
        return QSize(320, self.heightForWidth(320))

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
        self._draw_words(painter, inside.adjusted(_MARK + theme.LARGE, 0, -_END, 0))

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


_GROUPS: Final = (
    ("site", ("wordpress", "mail")),
    ("networks", ("mastodon", "bluesky")),
    ("talk", ("discourse", "misago", "telegram", "matrix")),
)
_TWO_COLUMNS = 560  # pixels at the usual size of text; below, cards stand below each other
_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class ChannelCards(QWidget):
    """All channels that there are, in groups; `chosen` carries one's name.

    The arrow keys go from card to card, and what is typed into the field leaves those that fit.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: dict[str, BigChoice] = {}
        self.line = QLineEdit()
        self.line.setPlaceholderText(_("Find a channel or a network"))
        self.line.setAccessibleName(_("Find a channel or a network"))
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self._filter)
        self.line.returnPressed.connect(self._choose_first)
        self.line.installEventFilter(self)
        self.nothing = Words(_("There is no such channel yet."), "soft")
        self.nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 0)
        column.setSpacing(theme.SMALL)
        column.addWidget(self.line)
        column.addWidget(self.nothing)
        self._groups = [Group(title, self._made(names)) for title, names in _grouped()]
        for group in self._groups:
            column.addWidget(group)
        column.addStretch(1)

    @property
    def shown(self) -> list[BigChoice]:
        """The cards that fit what was typed, as one reads them."""
        return [card for group in self._groups for card in group.shown]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys go to the neighbour that lies in their direction."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if isinstance(watched, BigChoice) and key in _ARROWS:
                return self._move(watched, key)
            if watched is self.line and key == Qt.Key.Key_Down and self.shown:
                self.shown[0].setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return super().eventFilter(watched, event)

    def _made(self, names: Iterable[str]) -> list[BigChoice]:
        return [self._card(name) for name in names]

    def _card(self, channel: str) -> BigChoice:
        card = BigChoice(channel_name(channel), connecting.info(channel).words().card)
        card.channel = channel
        card.clicked.connect(lambda: self.chosen.emit(channel))
        card.installEventFilter(self)
        self.cards[channel] = card
        return card

    @Slot(str)
    def _filter(self, typed: str) -> None:
        ranks = {
            channel: rank(typed, channel_name(channel), card.accessibleDescription())
            for channel, card in self.cards.items()
        }
        least = enough(ranks.values())
        for group in self._groups:
            group.show_only({channel for channel, found in ranks.items() if found >= least})
        self.nothing.setVisible(not self.shown)

    @Slot()
    def _choose_first(self) -> None:
        if self.line.text().strip() and self.shown:
            self.shown[0].click()

    def _move(self, card: BigChoice, key: Qt.Key) -> bool:
        here = QRect(card.mapTo(self, QPoint(0, 0)), card.size()).center()
        far = []
        for other in self.shown:
            there = QRect(other.mapTo(self, QPoint(0, 0)), other.size()).center()
            across, along = _apart(here, there, key)
            beside = across if key in _ARROWS[:2] else card.height() - along
            if along > 0 and beside < card.height() // 2:
                far.append((along, across, other))
        if far:
            min(far, key=lambda one: one[:2])[2].setFocus(Qt.FocusReason.TabFocusReason)
        elif key == Qt.Key.Key_Up:
            self.line.setFocus(Qt.FocusReason.TabFocusReason)
        return True


class Group(QWidget):
    """A heading with the cards below it, in as many columns as there is room for."""

    def __init__(
        self, title: str, cards: Sequence[BigChoice], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._cards = cards
        self.shown = list(cards)
        self._columns = 0
        heading = PlainLabel(title, "strong")
        heading.setContentsMargins(0, theme.SMALL, 0, 0)
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.SMALL)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.TINY)
        column.addWidget(heading)
        column.addLayout(self._grid)
        self._arrange(2)

    def show_only(self, channels: set[str]) -> None:
        """Leave the cards of these channels; without one, the group is hidden."""
        self.shown = [card for card in self._cards if card.channel in channels]
        for card in self._cards:
            card.setVisible(card in self.shown)
        self.setVisible(bool(self.shown))
        self._arrange(self._columns, anew=True)

    def minimumSizeHint(self) -> QSize:
        """Be content with the width of one card."""
        widest = max(card.minimumSizeHint().width() for card in self._cards)
        return QSize(widest, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have one column where two would be too narrow."""
        super().resizeEvent(event)
        self._arrange(2 if self.width() >= _TWO_COLUMNS * theme.text_scale() else 1)

    def _arrange(self, columns: int, *, anew: bool = False) -> None:
        if columns == self._columns and not anew:
            return
        self._columns = columns
        for card in self._cards:
            self._grid.removeWidget(card)
        for number, card in enumerate(self.shown):
            self._grid.addWidget(card, number // columns, number % columns)
        for column in range(2):
            shown = column < columns
            self._grid.setColumnStretch(column, 1 if shown else 0)
            # An empty column counts, with its distance, only where it has a width.
            self._grid.setColumnMinimumWidth(column, 1 if shown else 0)


def _apart(here: QPoint, there: QPoint, key: Qt.Key) -> tuple[int, int]:
    """Return how far a place lies beside the direction of a key, and how far along it."""
    apart = there - here
    return {
        Qt.Key.Key_Left: (abs(apart.y()), -apart.x()),
        Qt.Key.Key_Right: (abs(apart.y()), apart.x()),
        Qt.Key.Key_Up: (abs(apart.x()), -apart.y()),
        Qt.Key.Key_Down: (abs(apart.x()), apart.y()),
    }[key]


def _grouped() -> list[tuple[str, list[str]]]:
    """Return the headings with their channels; what belongs nowhere comes last."""
    titles = {
        "site": _("Your website and mail"),
        "networks": _("Networks"),
        "talk": _("Forums and chats"),
    }
    left = [about.channel for about in connecting.channels()]
    found = []
    for group, members in _GROUPS:
        here = [channel for channel in members if channel in left]
        left = [channel for channel in left if channel not in here]
        found.append((titles[group], here))
    rest = sorted(left, key=lambda one: (one == _LAST, channel_name(one).casefold()))
    found.append((_("Everything else"), rest))
    return [(title, channels) for title, channels in found if channels]
