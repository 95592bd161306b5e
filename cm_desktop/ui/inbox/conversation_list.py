"""The list itself: one column of rows of the same height, moved through by mouse and keys."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QPushButton, QTableView

from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.model import Conversation
from cm_desktop.i18n import _, ngettext
from cm_desktop.ui.context import Context
from cm_desktop.ui.icons import icon
from cm_desktop.ui.inbox.conversation_delegate import ConversationDelegate, row_height
from cm_desktop.ui.inbox.conversation_model import ConversationModel, Index
from cm_desktop.ui.viewports import own_viewport

_AVATAR_END = 64
_BY_KEY = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_MOST_MARKED = 1_000
_SETTLE_MS = 60  # while a key is held down, only where it stops is opened


class ConversationList(QTableView):
    """Shows a ConversationModel; says which conversation is to be opened.

    The row that is current is the one shown beside the list. What arrives above what is
    looked at does not move it: a button over the list says how many are new.
    """

    chosen = Signal()  # another row became current, or none
    opened = Signal(object)  # ConversationId or None
    entered = Signal()  # Enter or double click: go on into the conversation
    marked = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, context: Context, model: ConversationModel) -> None:
        super().__init__()
        self._context = context
        self._rows = model
        self._anchor = -1
        self._new: frozenset[ConversationId] = frozenset()  # what came in above
        self._leaving = 0  # rows that are about to go from above what is looked at
        self._delegate = ConversationDelegate(self, context.clock, context.channel_of)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._minute = QTimer(self, interval=60_000)
        self._build()
        self._connect()

    def _build(self) -> None:
        own_viewport(self)
        self.setModel(self._rows)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(_("Conversations"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(24)
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.hide()
        across.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        down.hide()
        down.setMinimumSectionSize(row_height())
        down.setDefaultSectionSize(row_height())
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._pill = QPushButton(icon("up", "on_accent"), "", self)
        self._pill.setProperty("kind", "primary")
        self._pill.hide()

    def _connect(self) -> None:
        self._settle.timeout.connect(self._open_current)
        self._minute.timeout.connect(self.viewport().update)
        self._minute.start()
        self._pill.clicked.connect(self.show_newest)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._rows.rowsInserted.connect(self._rows_inserted)
        self._rows.rowsRemoved.connect(self._rows_left)
        self._rows.rowsMoved.connect(self._rows_moved)
        self._rows.modelReset.connect(self._reset)
        self._context.theme.changed.connect(self._look_changed)

    @property
    def current(self) -> Conversation | None:
        """The conversation whose row is current."""
        index = self.currentIndex()
        return self._rows.conversation(index.row()) if index.isValid() else None

    @property
    def current_id(self) -> ConversationId | None:
        """The id of the conversation whose row is current."""
        return self.current.id if self.current is not None else None

    def open_now(self) -> None:
        """Open the current conversation at once where it was still waited for the next step."""
        if self._settle.isActive():
            self._open_current()

    @property
    def new_above(self) -> int:
        """How many conversations came in above what is looked at."""
        return len(self._new)

    def targets(self) -> tuple[ConversationId, ...]:
        """Return what an action is done to: the marked ones, else the current one."""
        marked = self._rows.marked
        if marked:
            return tuple(row.id for row in self._rows.rows if row.id in marked)
        current = self.current_id
        return (current,) if current else ()

    def show_status(self, *, mixed: bool) -> None:
        """Say in each row how far it is, for lists that hold open and closed ones."""
        self._delegate.show_status = mixed
        self.viewport().update()

    def select(self, conversation_id: ConversationId) -> bool:
        """Make a conversation current if it is among the rows read so far."""
        row = self._rows.row_of(conversation_id)
        if row >= 0:
            self._go(row)
        return row >= 0

    def step(self, by: int) -> None:
        """Go to the next (1) or previous (-1) conversation."""
        self._delegate.keyboard = True
        current = self.currentIndex()
        if current.isValid():
            self._go(current.row() + by)
        else:
            # The row that was current is gone: the one in its place is next.
            self._go(max(self._anchor, 0) + (0 if by > 0 else -1))

    def step_open(self) -> None:
        """Go to the next conversation that waits for an answer."""
        self._delegate.keyboard = True
        begin = self.currentIndex().row() + 1 if self.currentIndex().isValid() else 0
        for row in range(begin, self._rows.rowCount()):
            if self._rows.conversation(row).needs_answer:
                self._go(row)
                return
        self._context.changes.said.emit(_("No further open conversation in this list."))

    def toggle_mark(self) -> None:
        """Mark the current conversation, or take its mark away."""
        if current := self.current_id:
            self._rows.mark(self._rows.marked ^ {current})
            self.marked.emit()

    def mark_all(self) -> None:
        """Mark all conversations of the list, also those not scrolled to; if they all are, none."""
        while self._rows.canFetchMore(QModelIndex()) and self._rows.rowCount() < _MOST_MARKED:
            self._rows.fetchMore(QModelIndex())
        every = frozenset(row.id for row in self._rows.rows)
        self._rows.mark(() if self._rows.marked == every else every)
        self.marked.emit()

    def clear_marks(self) -> None:
        """Take all marks away."""
        if self._rows.marked:
            self._rows.mark(())
            self.marked.emit()

    @Slot()
    def show_newest(self) -> None:
        """Scroll to the top."""
        self.scrollToTop()
        self.setFocus()

    def keyboardSearch(self, search: str) -> None:  # noqa: N802 - Qt's name
        """Leave letters to the actions of the window."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter; steps by key are shown by a ring around the row."""
        self._delegate.keyboard = True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.current_id is not None:
                self._open_current()
                self.entered.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the keyboard. Qt would make the first row current, which would open it."""
        self._delegate.keyboard = event.reason() in _BY_KEY
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Mark by a click on the picture or with Ctrl or Shift; else make the row current."""
        self._delegate.keyboard = False
        row = self.rowAt(event.position().toPoint().y())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            wanted = self._rows.conversation(row).id
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._mark_range(row)
                return
            ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if ctrl or (event.position().x() < _AVATAR_END and self._rows.marked):
                self._rows.mark(self._rows.marked ^ {wanted})
                self.marked.emit()
                return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go on into the conversation."""
        super().mouseDoubleClickEvent(event)
        self.entered.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the row."""
        row = self.rowAt(self.viewport().mapFromGlobal(event.globalPos()).y())
        if row >= 0 and self._rows.conversation(row).id not in self._rows.marked:
            self._go(row)
        self.menu_wanted.emit(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button in the middle, and read on if there is room."""
        super().resizeEvent(event)
        self._place_pill()
        self._read_on()

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802 - Qt's name
        """Open where the user stays."""
        super().currentChanged(current, previous)
        self.chosen.emit()
        if current.isValid():
            self._anchor = current.row()
            self._settle.start()

    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:  # noqa: N802
        """Remember the place of the current row; Qt would make its neighbour current."""
        current = self.currentIndex().row()
        if start <= current <= end:
            self._anchor = start
            self.selectionModel().clear()
        elif 0 <= end < current:
            self._anchor = current - (end - start + 1)
        super().rowsAboutToBeRemoved(parent, start, end)
        self._leaving = end - start + 1 if end < self._top_row() else 0
        self._show_new(self._new - self._ids(start, end))

    def _go(self, row: int) -> None:
        if self._rows.rowCount() == 0:
            return
        row = min(max(row, 0), self._rows.rowCount() - 1)
        self.setCurrentIndex(self._rows.index(row))
        self.scrollTo(self._rows.index(row))

    def _mark_range(self, row: int) -> None:
        begin = self.currentIndex().row() if self.currentIndex().isValid() else row
        span = range(min(begin, row), max(begin, row) + 1)
        self._rows.mark(self._rows.marked | {self._rows.conversation(one).id for one in span})
        self.marked.emit()

    @Slot()
    def _open_current(self) -> None:
        self._settle.stop()
        self.opened.emit(self.current_id)

    @Slot()
    def _look_changed(self) -> None:
        """Paint everything anew: other colours, or a larger text and so higher rows."""
        self._delegate.forget()
        self.verticalHeader().setMinimumSectionSize(row_height())
        self.verticalHeader().setDefaultSectionSize(row_height())
        self.viewport().update()

    @Slot(int)
    def _scrolled(self, _value: int) -> None:
        if self.verticalScrollBar().value() < row_height():
            self._show_new(frozenset())
        self._read_on()

    def _read_on(self) -> None:
        bar = self.verticalScrollBar()
        if bar.value() + 2 * self.viewport().height() >= bar.maximum():
            self._rows.fetchMore(QModelIndex())

    @Slot(QModelIndex, int, int)
    def _rows_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        if self.verticalScrollBar().value() > 0 and first <= self._top_row():
            self._shift(last - first + 1)
            self._show_new(self._new | self._ids(first, last))

    @Slot(QModelIndex, int, int, QModelIndex, int)
    def _rows_moved(
        self, _from: QModelIndex, first: int, _last: int, _to: QModelIndex, target: int
    ) -> None:
        if self.verticalScrollBar().value() > 0 and target <= self._top_row() <= first:
            self._shift(1)
            self._show_new(self._new | self._ids(target, target))

    @Slot()
    def _rows_left(self) -> None:
        if self._leaving:
            self._shift(-self._leaving)
        self._leaving = 0

    def _top_row(self) -> int:
        """Return the row at the upper edge, 0 while the list is at its top."""
        return self.verticalScrollBar().value() // row_height()

    @Slot()
    def _reset(self) -> None:
        self._settle.stop()  # what was to be opened is gone; what is shown stays
        self._anchor = -1
        self._show_new(frozenset())
        self.scrollToTop()

    def _shift(self, rows: int) -> None:
        # The view learns of its new height when it lays out, which is now and not later.
        self.updateGeometries()
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + rows * row_height())

    def _ids(self, first: int, last: int) -> frozenset[ConversationId]:
        return frozenset(row.id for row in self._rows.rows[first : last + 1])

    def _show_new(self, new: frozenset[ConversationId]) -> None:
        if new == self._new:
            return
        self._new = new
        count = len(new)
        self._pill.setVisible(count > 0)
        if count:
            # Translators: button over the list: so many conversations came in above.
            self._pill.setText(ngettext("%(n)d new", "%(n)d new", count) % {"n": count})
            self._place_pill()

    def _place_pill(self) -> None:
        self._pill.adjustSize()
        self._pill.move((self.width() - self._pill.width()) // 2, 8)
