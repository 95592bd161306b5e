"""A list that narrows as one types, and the popup it is shown in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from cm_desktop.i18n import _
from cm_desktop.ui import theme
from cm_desktop.ui.dialogs.choice_delegate import ChoiceDelegate
from cm_desktop.ui.dialogs.choice_model import Choice, ChoiceModel
from cm_desktop.ui.dialogs.words import Words

_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_TALLEST = 360


class ChoiceList(QListView):
    """The rows; asks for the height of what is in it, up to a limit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = ChoiceModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(ChoiceDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setMouseTracking(True)
        self.rows.modelReset.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """Ask for room for all rows, within the limit."""
        height = sum(self.sizeHintForRow(row) for row in range(min(self.rows.rowCount(), 40)))
        return QSize(320, min(max(height, 1), _TALLEST))

    def minimumSizeHint(self) -> QSize:
        """Be content with one row."""
        return QSize(120, 32)


class Picker(QFrame):
    """A field and a list under it. Arrows move, Enter chooses, digits choose while it is empty.

    `with_numbers` shows the digits 1 to 9 and lets them choose.
    """

    chosen = Signal(object)  # the value of the choice
    typed = Signal(str)

    def __init__(
        self, hint: str, parent: QWidget | None = None, *, with_numbers: bool = False
    ) -> None:
        super().__init__(parent)
        self._with_numbers = with_numbers
        self.line = QLineEdit()
        self.line.setPlaceholderText(hint)
        self.line.setAccessibleName(hint)
        self.line.setMaxLength(200)
        self.list = ChoiceList()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(hint)
        self.nothing = Words("", "soft")
        self.nothing.setContentsMargins(theme.SMALL, theme.SMALL, theme.SMALL, theme.SMALL)
        self.nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SMALL)
        column.addWidget(self.line)
        column.addWidget(self.nothing)
        column.addWidget(self.list, 1)
        self.setFocusProxy(self.line)
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._filter)
        self.list.clicked.connect(self._clicked)
        self.list.entered.connect(self.list.setCurrentIndex)

    def offer(self, choices: Sequence[Choice], *, row: int = 0) -> None:
        """Show choices and mark one of them."""
        self.list.rows.set_choices(choices)
        self._mark(row)

    @property
    def shown(self) -> Sequence[Choice]:
        """The choices that fit what was typed."""
        return self.list.rows.shown

    @property
    def current(self) -> Choice | None:
        """The choice that Enter takes."""
        return self.list.rows.choice(self.list.currentIndex().row())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give the keys that move and choose to the list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event) or super().eventFilter(watched, event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() in _MOVES:
            self.list.keyPressEvent(event)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.current)
            return True
        return self._with_numbers and not self.line.text() and self._digit(event.text())

    def _digit(self, text: str) -> bool:
        if len(text) != 1 or text not in "123456789":
            return False
        choice = self.list.rows.choice(int(text) - 1)
        if choice is None or choice.last:
            return False
        self._choose(choice)
        return True

    def _choose(self, choice: Choice | None) -> None:
        if choice is not None:
            self.chosen.emit(choice.value)

    @Slot(QModelIndex)
    def _clicked(self, index: QModelIndex) -> None:
        self._choose(self.list.rows.choice(index.row()))

    @Slot(str)
    def _filter(self, text: str) -> None:
        self.list.rows.filter(text)
        self.typed.emit(text)
        self._mark(0)

    def _mark(self, row: int) -> None:
        self.list.setCurrentIndex(self.list.rows.index(row, 0))
        self.list.setVisible(self.list.rows.rowCount() > 0)
        self.nothing.setVisible(self.list.rows.rowCount() == 0 and bool(self.nothing.text()))


class PickerPopup(QFrame):
    """A picker in a small window over the others; Escape and a click beside it close it."""

    def __init__(
        self,
        title: str,
        hint: str,
        parent: QWidget,
        *,
        with_numbers: bool = False,
        width: int = 360,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("kind", "popup")
        self._width = round(width * theme.text_scale())
        self._over = parent
        self.picker = Picker(hint, with_numbers=with_numbers)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SMALL, theme.SMALL, theme.SMALL, theme.SMALL)
        column.setSpacing(theme.SMALL)
        if title:
            heading = Words(title, "strong")
            heading.setContentsMargins(theme.TINY, 0, theme.TINY, 0)
            column.addWidget(heading)
        column.addWidget(self.picker)
        self._column = column
        self.setAccessibleName(title or hint)
        self.picker.typed.connect(self._fit)

    def open(self) -> None:
        """Show it in the upper middle of the window it belongs to."""
        window = self._over.window()
        self._fit()
        x = (window.width() - self.width()) // 2
        y = max(theme.WIDE, window.height() // 5)
        self.move(window.mapToGlobal(QPoint(x, y)))
        self._show()

    def open_beside(self, rect: QRect) -> None:
        """Show it below a rectangle of the screen, or above where below is no room."""
        self._fit()
        screen = self._over.screen().availableGeometry()
        below = rect.bottom() + theme.TINY
        above = rect.top() - theme.TINY - self.height()
        y = below if below + self.height() <= screen.bottom() or above < screen.top() else above
        x = min(max(rect.left(), screen.left()), screen.right() - self.width())
        self.move(x, y)
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape, and keep other keys from the window below."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        event.accept()

    def _show(self) -> None:
        self.show()
        self.picker.line.setFocus(Qt.FocusReason.PopupFocusReason)

    @Slot()
    def _fit(self) -> None:
        self.setFixedWidth(self._width)
        self._column.activate()
        self.resize(self._width, self.sizeHint().height())


def find_hint() -> str:
    """Return what an empty field of a picker says."""
    return _("Type to find")
