"""The scrolling part: all cards of one conversation, kept as long as they stay the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from cm_desktop.domain.model import Message, OutboxRow
from cm_desktop.domain.thread_order import Placed, in_reading_order
from cm_desktop.i18n import _
from cm_desktop.services.reading import Thread
from cm_desktop.ui import theme
from cm_desktop.ui.conversation.message_card import MessageCard
from cm_desktop.ui.conversation.parts import WIDEST, middle, row, text_button
from cm_desktop.ui.conversation.waiting_card import WaitingCard

_NEAR = 48  # this close to the end counts as reading the newest
_AT_ONCE = 14  # cards made before the first picture: more than a screen holds
_SETTLED = 100  # ms after which the layout of the last cards is certainly done
_STEP = 10  # cards made in one turn of the event loop after that: some 30 ms

MakeCard = Callable[[Placed], QWidget]


class ThreadView(QScrollArea):
    """Shows a thread; cards whose entry did not change stay, with focus and selection."""

    earlier_wanted = Signal()
    _queued: tuple[str, str] | None = None  # what was queued and is not on screen yet

    def __init__(self, make_card: MakeCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make_card = make_card
        self._shown: list[tuple[Placed, QWidget]] = []
        self._placed: list[Placed] = []
        self._has_earlier = self._begun = False
        self._count = _AT_ONCE  # so many of the last entries have a card
        self._from_end: int | None = None  # pixels, kept while cards are added above
        self._head: QWidget | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(_("Messages"))
        self._page = QWidget()
        self._column = QWidget()
        self._column.setMaximumWidth(WIDEST)
        self._cards = QVBoxLayout(self._column)
        self._cards.setContentsMargins(theme.LARGE, theme.LARGE, theme.LARGE, theme.LARGE)
        self._cards.setSpacing(theme.SMALL)
        self._earlier = text_button(
            _("Show earlier messages"), self.earlier_wanted.emit, "link", "up"
        )
        self._cards.addLayout(row(None, self._earlier, None))
        self._cards.addStretch(1)
        self._page.setLayout(middle(self._column))
        self.setWidget(self._page)
        self._earlier.hide()
        self._more = QTimer(self, interval=0)
        self._more.timeout.connect(self._add_more)
        self.verticalScrollBar().rangeChanged.connect(self._keep_place)

    def show_thread(self, thread: Thread, head: QWidget | None) -> None:
        """Show a conversation from its beginning or its first unread message."""
        self.clear()
        if head is not None:
            self._head = head
            self._cards.insertWidget(1, head)
        self.update_thread(thread)
        QTimer.singleShot(0, self, self._begin)

    def update_thread(self, thread: Thread) -> None:
        """Show what the conversation is now; the reader's place is kept."""
        at_end = self._at_end()
        before = {_key(one) for one in self._placed}
        self._placed = in_reading_order(
            thread.conversation.kind,
            thread.messages,
            thread.notes,
            thread.handoffs,
            [row for row in thread.outbox if row.open],
        )
        self._has_earlier = thread.more_before
        self._count = max(self._count, len(self._placed) - self._first_unread())
        if not self._more.isActive():
            self._from_end = None  # what comes now comes below, or is asked for anew
        self._show_cards()
        self._go_on()
        if at_end:
            QTimer.singleShot(0, self, self._to_end)
        if before:
            queued = (_key(one) for one in self._placed if isinstance(one.entry, OutboxRow))
            self._queued = next((key for key in queued if key not in before), self._queued)

    def _show_cards(self) -> None:
        whole = self._count >= len(self._placed)
        self._earlier.setVisible(whole and self._has_earlier)
        if self._head is not None:
            self._head.setVisible(whole)
        kept = {_key(one): (one, card) for one, card in self._shown}
        self._shown = [self._card_for(one, kept) for one in self._placed[-self._count :]]
        for _one, card in kept.values():
            self._remove(card)
        first = 1 if self._head is None else 2
        for number, (_one, card) in enumerate(self._shown):
            if self._cards.indexOf(card) != first + number:
                self._cards.insertWidget(first + number, card)
        if whole:
            self._more.stop()
            QTimer.singleShot(_SETTLED, self, self._let_go)

    @Slot()
    def _add_more(self) -> None:
        if self._from_end is None:
            bar = self.verticalScrollBar()
            self._from_end = bar.maximum() - bar.value()
        self._count += _STEP
        self._show_cards()

    @Slot()
    def _let_go(self) -> None:
        self._from_end = None

    @Slot()
    def _keep_place(self) -> None:
        # What is above grows while it is made; the reader must not notice.
        if self._from_end is not None:
            bar = self.verticalScrollBar()
            bar.setValue(bar.maximum() - self._from_end)
        if self._queued is not None:
            # Once there is room for it: its card is where it can be taken back.
            QTimer.singleShot(0, self, self._show_queued)

    @Slot()
    def _show_queued(self) -> None:
        wanted, self._queued = self._queued, None
        for one, card in self._shown:
            if _key(one) == wanted:
                self.ensureWidgetVisible(card, 0, theme.LARGE)

    def _first_unread(self) -> int:
        for number, placed in enumerate(self._placed):
            if isinstance(placed.entry, Message) and placed.entry.unread:
                return number
        return len(self._placed)

    def clear(self) -> None:
        """Show nothing."""
        self._more.stop()
        self._begun, self._count, self._placed = False, _AT_ONCE, []
        self._queued = None
        for _one, card in self._shown:
            self._remove(card)
        self._shown.clear()
        if self._head is not None:
            self._remove(self._head)
            self._head = None
        self._earlier.hide()

    def tick(self, now: datetime, *, online: bool) -> bool:
        """Let the waiting answers count down; return whether any still does."""
        waiting = [card for _one, card in self._shown if isinstance(card, WaitingCard)]
        for card in waiting:
            card.tick(now, online=online)
        return any(card.counts_down for card in waiting)

    def focused_message(self) -> Message | None:
        """Return the message whose card has the focus."""
        for _one, card in self._shown:
            if isinstance(card, MessageCard) and (
                card.hasFocus() or card.isAncestorOf(self._focus())
            ):
                return card.message
        return None

    def _focus(self) -> QWidget:
        return self.focusWidget() or self

    def _card_for(
        self, placed: Placed, kept: dict[tuple[str, str], tuple[Placed, QWidget]]
    ) -> tuple[Placed, QWidget]:
        before = kept.get(_key(placed))
        if before is not None and before[0] == placed:
            del kept[_key(placed)]
            return before
        return placed, self._make_card(placed)

    def _remove(self, card: QWidget) -> None:
        self._cards.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _at_end(self) -> bool:
        bar = self.verticalScrollBar()
        return bar.maximum() > 0 and bar.value() >= bar.maximum() - _NEAR

    def _to_end(self) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())

    @Slot()
    def _begin(self) -> None:
        self._to_first_unread()
        self._begun = True
        self._go_on()

    def _go_on(self) -> None:
        if self._begun and self._count < len(self._placed):
            self._more.start()

    def _to_first_unread(self) -> None:
        for placed, card in self._shown:
            if isinstance(placed.entry, Message) and placed.entry.unread:
                self.ensureWidgetVisible(card, 0, theme.HUGE)
                return
        self._to_end()


def _key(placed: Placed) -> tuple[str, str]:
    return type(placed.entry).__name__, placed.entry.id
