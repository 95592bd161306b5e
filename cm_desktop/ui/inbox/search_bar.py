"""The search field over the list, with the hints that open below it."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from cm_desktop.i18n import _
from cm_desktop.ui import theme
from cm_desktop.ui.icons import icon
from cm_desktop.ui.inbox.search_hints import Hint, fitting, hints, put_in
from cm_desktop.ui.labels import elided

_HINT = Qt.ItemDataRole.UserRole
_ROW = 28

Index = QModelIndex | QPersistentModelIndex


class SearchBar(QLineEdit):
    """Says what is searched for, with each letter; Escape ends the search."""

    searched = Signal(str)
    left = Signal()  # on to the list

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.addAction(icon("search", "soft"), QLineEdit.ActionPosition.LeadingPosition)
        self.setClearButtonEnabled(True)
        self.setPlaceholderText(_("Search"))
        self.setAccessibleName(_("Search conversations"))
        self.setMaxLength(500)
        self._hints: HintPopup | None = None
        self.textChanged.connect(self._changed)

    @property
    def hints(self) -> HintPopup:
        """The popup below the field, made when it is first wanted."""
        if self._hints is None:
            self._hints = HintPopup(self)
            self._hints.chosen.connect(self._put_in)
        return self._hints

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move through the hints by key, end the search, or go on to the list."""
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self._escape()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.hints.isVisible():
            self.hints.step(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            if not self.hints.take():
                self.hints.hide()
                self.left.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Escape here, where the window would use it to go back to the list."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Offer the hints when the field was chosen on purpose."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.ShortcutFocusReason):
            self.hints.offer(self.text())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the hints away."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.hints.hide()

    @Slot(str)
    def _changed(self, text: str) -> None:
        if self.hasFocus():
            self.hints.offer(text)
        self.searched.emit(text)

    def _escape(self) -> None:
        if self.hints.isVisible() and self.hints.current is not None:
            self.hints.hide()
        else:
            self.hints.hide()
            self.clear()
            self.left.emit()

    @Slot(object)
    def _put_in(self, hint: Hint) -> None:
        self.setText(put_in(self.text(), hint))
        self.setFocus()


class HintPopup(QFrame):
    """Lists hints under the field; the field keeps the focus."""

    chosen = Signal(object)

    def __init__(self, field: SearchBar) -> None:
        super().__init__(field)
        self._field = field
        self.setProperty("kind", "popup")
        self.list = QListWidget()
        self.list.setItemDelegate(_HintDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(_("Words that narrow the search"))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.TINY, theme.TINY, theme.TINY, theme.TINY)
        column.addWidget(self.list)
        self.list.itemClicked.connect(self._clicked)
        self.hide()

    def offer(self, text: str) -> None:
        """Show the hints that fit a text, or nothing."""
        found = fitting(text)
        self.list.clear()
        for hint in found:
            item = QListWidgetItem(f"{hint.operator} {hint.meaning}", self.list)
            item.setData(_HINT, hint)
        if not found:
            self.hide()
            return
        self.setParent(self._field.window())
        place = self._field.mapTo(self._field.window(), QPoint(0, self._field.height() + 4))
        height = _ROW * len(found) + 2 * theme.TINY + 2
        self.setGeometry(place.x(), place.y(), max(self._field.width(), 340), height)
        self.show()
        self.raise_()

    @property
    def current(self) -> Hint | None:
        """The hint that was moved to by key."""
        chosen = self.list.selectedItems()
        return chosen[0].data(_HINT) if chosen else None

    def step(self, by: int) -> None:
        """Move to the next or previous hint."""
        self.list.setCurrentRow((self.list.currentRow() + by) % self.list.count())

    def take(self) -> bool:
        """Use the hint that was moved to; False if none was."""
        hint = self.current
        if not self.isVisible() or hint is None:
            return False
        self.chosen.emit(hint)
        return True

    @Slot(QListWidgetItem)
    def _clicked(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(_HINT))


class _HintDelegate(QStyledItemDelegate):
    """Paints the operator, and beside it in quiet letters what it does."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Every hint has the same height."""
        return QSize(200, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one hint."""
        hint: Hint = index.data(_HINT)
        rect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if chosen or hovered:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent" if chosen else "hover"))
            painter.drawRoundedRect(rect, theme.TINY, theme.TINY)
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.colour("on_accent" if chosen else "text"))
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(rect.adjusted(theme.SMALL, 0, 0, 0), middle, hint.operator)
        painter.setFont(theme.font("soft"))
        painter.setPen(theme.colour("on_accent" if chosen else "soft"))
        room = rect.adjusted(_meaning_column(), 0, -theme.SMALL, 0)
        metrics = QFontMetrics(theme.font("soft"))
        painter.drawText(room, middle, elided(hint.meaning, metrics, room.width()))


def _meaning_column() -> int:
    """Return where the meanings begin, so that the longest operator of the language fits."""
    metrics = QFontMetrics(theme.font("strong"))
    widest = max(metrics.horizontalAdvance(hint.operator) for hint in hints())
    return theme.SMALL + widest + theme.MEDIUM
