"""The rail on the left: lists, channels, and the button that connects another page."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from cm_desktop.domain.errors import CmError
from cm_desktop.domain.views import View, ViewName
from cm_desktop.i18n import _
from cm_desktop.services import reading
from cm_desktop.ui import dates, theme
from cm_desktop.ui.avatars import dot
from cm_desktop.ui.context import Context
from cm_desktop.ui.icons import channel_mark, draw_glyph, icon
from cm_desktop.ui.inbox.health_words import health_mark
from cm_desktop.ui.inbox.rail_model import Entry, EntryRole, RailModel
from cm_desktop.ui.inbox.views import view_glyph
from cm_desktop.ui.labels import PlainLabel, elided, set_tooltip
from cm_desktop.ui.viewports import own_viewport

WIDE: Final = 220
NARROW: Final = 56
_ROW = 34
_BUSY_AFTER = 400  # ms
_STATE = QStyle.StateFlag
_MIDDLE = Qt.AlignmentFlag.AlignVCenter

Index = QModelIndex | QPersistentModelIndex


class Rail(QFrame):
    """Shows where to go. `view_chosen` carries a View."""

    view_chosen = Signal(object)
    connect_wanted = Signal()
    account_menu_wanted = Signal(object, object)  # AccountId, place on the screen

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.model = RailModel(context.clock, context.channel_of, self)
        self.list = QListView()
        self._connect_button = QPushButton(icon("add"), "")
        self._delegate = _RailDelegate(self)
        self._busy = PlainLabel("", "soft")
        self._busy_soon = QTimer(self, singleShot=True, interval=_BUSY_AFTER)
        self._busy_soon.timeout.connect(self._say_busy)
        self._restoring = False
        self._build()
        self.collapse(narrow=False)
        context.theme.changed.connect(self._look_changed)
        self.list.selectionModel().currentChanged.connect(self._moved)
        self.list.customContextMenuRequested.connect(self._menu)
        self._connect_button.clicked.connect(self.connect_wanted)
        self.read()
        self.choose(View(ViewName.INBOX))

    def _build(self) -> None:
        self.setProperty("kind", "panel")
        own_viewport(self.list).setAutoFillBackground(False)
        self.list.setModel(self.model)
        self.list.setItemDelegate(self._delegate)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName(_("Lists and channels"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._connect_button.setProperty("kind", "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SMALL, theme.SMALL, theme.SMALL, theme.SMALL)
        column.setSpacing(theme.SMALL)
        column.addWidget(self.list, 1)
        column.addWidget(self._busy, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._connect_button)

    @property
    def narrow(self) -> bool:
        """Whether only pictures are shown."""
        return self.width() <= NARROW or self.maximumWidth() == NARROW

    def collapse(self, *, narrow: bool) -> None:
        """Show pictures only, or pictures and words."""
        self.setFixedWidth(NARROW if narrow else round(WIDE * min(theme.text_scale(), 1.3)))
        words = _("Connect a page")
        self._connect_button.setText("" if narrow else words)
        self._connect_button.setAccessibleName(words)
        set_tooltip(self._connect_button, words)
        self._delegate.narrow = narrow
        bar = Qt.ScrollBarPolicy
        self.list.setVerticalScrollBarPolicy(
            bar.ScrollBarAlwaysOff if narrow else bar.ScrollBarAsNeeded
        )
        self.list.doItemsLayout()

    @Slot()
    def read(self) -> None:
        """Read counts and accounts again."""
        try:
            counts = reading.counts(self._context.vault)
            accounts = reading.accounts(self._context.vault)
        except CmError as error:
            self._context.problem(error)
            return
        chosen = self.chosen
        self.model.show(counts, accounts)
        if chosen is not None and self.chosen != chosen:
            row = self.model.row_of(chosen)
            # The same list as before goes on; it does not begin anew.
            self._restoring = row >= 0
            self._set_current(max(0, row))
            self._restoring = False

    @Slot()
    def _look_changed(self) -> None:
        self.collapse(narrow=self.narrow)

    def show_busy(self, *, busy: bool) -> None:
        """Say below the channels that news are being fetched; at once would flicker."""
        if busy:
            self._busy_soon.start()
        else:
            self._busy_soon.stop()
            self._busy.setText("")

    @Slot()
    def _say_busy(self) -> None:
        if not self.narrow:
            self._busy.setText(_("Looking for news…"))

    @property
    def chosen(self) -> View | None:
        """The list that is chosen."""
        index = self.list.currentIndex()
        return self.model.entry(index.row()).view if index.isValid() else None

    def choose(self, view: View) -> None:
        """Choose a list, as a click on it would; one that the rail does not show is none."""
        row = self.model.row_of(view)
        if row < 0:
            self.list.selectionModel().clear()
        elif row != self.list.currentIndex().row():
            self._set_current(row)

    def _set_current(self, row: int) -> None:
        self.list.setCurrentIndex(self.model.index(row))

    @Slot(QModelIndex, QModelIndex)
    def _moved(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid() and not self._restoring:
            self.view_chosen.emit(self.model.entry(current.row()).view)

    @Slot(QPoint)
    def _menu(self, place: QPoint) -> None:
        index = self.list.indexAt(place)
        entry = self.model.entry(index.row()) if index.isValid() else None
        if entry is not None and entry.account is not None:
            where = self.list.viewport().mapToGlobal(place)
            self.account_menu_wanted.emit(entry.account.id, where)


class _RailDelegate(QStyledItemDelegate):
    """Paints the lines of the rail, with words unless it is `narrow`."""

    narrow = False

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """Headings keep some distance from what is above."""
        heading = index.data(EntryRole).view is None
        row = round(_ROW * theme.text_scale())
        return QSize(40, (17 if self.narrow else row + theme.SMALL) if heading else row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a line, with words if there is room for them."""
        entry: Entry = index.data(EntryRole)
        rect = QRectF(option.rect)
        narrow = self.narrow
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if entry.view is None:
            self._heading(painter, rect, entry, narrow=narrow)
        else:
            self._ground(painter, rect, option.state)
            self._picture(painter, rect, entry, narrow=narrow)
            if not narrow:
                self._words(painter, rect, entry)
            elif entry.strong or entry.trouble:
                tone = "bad" if entry.trouble else "accent"
                dot(painter, rect.right() - 7, rect.top() + 9, theme.colour(tone))
        painter.restore()

    def _heading(self, painter: QPainter, rect: QRectF, entry: Entry, *, narrow: bool) -> None:
        painter.setPen(QPen(theme.colour("line"), 1))
        top = rect.top() + theme.SMALL
        painter.drawLine(QPointF(rect.left() + 4, top), QPointF(rect.right() - 4, top))
        if not narrow:
            painter.setFont(theme.font("soft_strong"))
            painter.setPen(theme.colour("soft"))
            inner = rect.adjusted(theme.SMALL, theme.MEDIUM, 0, 0)
            painter.drawText(inner, int(_MIDDLE), entry.title)

    def _ground(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag) -> None:
        chosen = bool(state & _STATE.State_Selected)
        hovered = bool(state & _STATE.State_MouseOver)
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("line" if chosen else "hover"))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), theme.RADIUS, theme.RADIUS)
        if chosen:
            painter.setBrush(theme.colour("accent"))
            painter.drawRoundedRect(
                QRectF(rect.left(), rect.top() + 8, 3, rect.height() - 16), 1.5, 1.5
            )
        if chosen and state & _STATE.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRoundedRect(rect.adjusted(1, 2, -1, -2), theme.RADIUS, theme.RADIUS)

    def _picture(self, painter: QPainter, rect: QRectF, entry: Entry, *, narrow: bool) -> None:
        left = rect.center().x() - 9 if narrow else rect.left() + theme.SMALL + 2
        place = QRectF(left, rect.center().y() - 9, 18, 18)
        if entry.account is None and entry.view is not None:
            draw_glyph(painter, place, view_glyph(ViewName(entry.view.name)), theme.colour("text"))
        elif entry.account is not None:
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(place.topLeft(), channel_mark(entry.channel, 18, ratio))

    def _words(self, painter: QPainter, rect: QRectF, entry: Entry) -> None:
        right = rect.right() - theme.SMALL
        if entry.account is not None:
            glyph, tone = health_mark(entry.account)
            size = 8 if glyph in ("dot", "circle") else 14
            place = QRectF(right - 11 - size / 2, rect.center().y() - size / 2, size, size)
            draw_glyph(painter, place, glyph, theme.colour(tone))
            right -= 22
        if entry.count:
            font = theme.font("soft_strong" if entry.strong or entry.trouble else "soft")
            painter.setFont(font)
            painter.setPen(theme.colour("bad" if entry.trouble else "soft"))
            count = dates.number(entry.count)
            width = QFontMetrics(font).horizontalAdvance(count)
            painter.drawText(
                QRectF(right - width, rect.top(), width + 1, rect.height()), int(_MIDDLE), count
            )
            right -= width + theme.SMALL
        font = theme.font("strong" if entry.strong and entry.account is None else "body")
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        left = rect.left() + theme.SMALL + 2 + 18 + theme.SMALL + 2
        room = QRectF(left, rect.top(), right - left, rect.height())
        words = elided(entry.title, QFontMetrics(font), round(room.width()))
        painter.drawText(room, int(_MIDDLE), words)
