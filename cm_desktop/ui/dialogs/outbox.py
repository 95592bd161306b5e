"""The outbox: what waits to be sent, what failed, and what needs a decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import ConversationId, OutboxId
from cm_desktop.domain.model import Conversation, OutboxRow, OutboxState
from cm_desktop.i18n import _, ngettext
from cm_desktop.services import reading
from cm_desktop.services.vault import Vault
from cm_desktop.ui import dates, theme
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.desk_actions import DeskActions
from cm_desktop.ui.conversation.parts import row, text_button
from cm_desktop.ui.conversation.waiting_card import WaitingCard
from cm_desktop.ui.dialogs.fields import TroubleBox
from cm_desktop.ui.dialogs.frame import Later, Scrolled
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import ElidedLabel, PlainLabel, name_text, set_tooltip
from cm_desktop.ui.runner import Failed, Outcome
from cm_desktop.ui.states import State, StatePage

MOST = 200  # rows shown
_JOB = "outbox page"
_TICK = 1_000  # ms
_WIDEST = 760  # pixels: longer lines are hard to read

Place = tuple[OutboxRow, Conversation | None]


class OutboxPage(QWidget):
    """Everything that is not on its channel yet, the most urgent first."""

    open_conversation = Signal(object)  # ConversationId

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._online = True
        self._actions = DeskActions(context, self)
        self.entries: list[Entry] = []
        self._later = Later(self._say_loading, self)
        self._timer = QTimer(self, interval=_TICK)
        self._timer.timeout.connect(self._tick)
        self._build()
        changes = context.changes
        changes.outbox.connect(self.refresh)
        changes.conversations.connect(self.refresh)
        changes.connection.connect(self._on_connection)
        context.theme.changed.connect(self._rebuild)

    def _build(self) -> None:
        self._trouble = TroubleBox()
        self._about = Words("", "soft")
        inside = QWidget()
        inside.setMaximumWidth(round(_WIDEST * theme.text_scale()))
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(0, 0, theme.SMALL, 0)
        self._rows.setSpacing(theme.SMALL)
        self.state = StatePage()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.state)
        self._stack.addWidget(Scrolled(inside))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.WIDE, theme.LARGE, theme.WIDE, theme.LARGE)
        column.setSpacing(theme.SMALL)
        column.addWidget(PlainLabel(_("Outbox"), "title"))
        column.addWidget(self._about)
        column.addWidget(self._trouble)
        column.addWidget(self._stack, 1)

    def showEvent(self, event: QShowEvent) -> None:
        """Read what is there now, and count down while it is looked at."""
        super().showEvent(event)
        self._later.start()
        self.refresh()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while nobody looks."""
        super().hideEvent(event)
        self._timer.stop()

    @Slot()
    def refresh(self) -> None:
        """Read the outbox again, if it can be seen."""
        if not self.isVisible():
            return
        vault = self._context.vault
        self._context.runner.cancel(_JOB)
        self._context.runner.submit(_JOB, lambda: _read(vault), self._on_read)

    def _on_read(self, outcome: Outcome[list[Place]]) -> None:
        self._later.stop()
        if isinstance(outcome, Failed):
            self._trouble.explain(outcome.error)
            return
        self._trouble.clear()
        self._show(outcome.value)

    def _show(self, places: Sequence[Place]) -> None:
        wanted = [(waiting, where(self._context, about)) for waiting, about in places[:MOST]]
        if [entry.says for entry in self.entries] != wanted:
            self._fill(places[:MOST])
        self._about.setText(_about(places))
        self._about.setVisible(bool(places))
        if not places:
            self._say_empty()
        self._stack.setCurrentIndex(1 if places else 0)
        self._tick()

    def _fill(self, places: Sequence[Place]) -> None:
        """Make new widgets only for what changed."""
        kept = {entry.waiting.id: entry for entry in self.entries}
        while self._rows.takeAt(0) is not None:
            continue
        self.entries = [self._entry(place, kept) for place in places]
        for gone in kept.values():
            gone.hide()
            gone.deleteLater()
        for entry in self.entries:
            self._rows.addWidget(entry)
        self._rows.addStretch(1)

    def _entry(self, place: Place, kept: dict[OutboxId, Entry]) -> Entry:
        before = kept.get(place[0].id)
        if before is not None and before.says == (place[0], where(self._context, place[1])):
            return kept.pop(place[0].id)
        return Entry(self._context, place, self._actions, self.open_conversation.emit)

    @Slot()
    def _rebuild(self) -> None:
        for entry in self.entries:
            entry.hide()
            entry.deleteLater()
        self.entries = []
        self.refresh()

    def _say_loading(self) -> None:
        if not self.entries:
            self.state.show_state(State(glyph="progress", sentence=_("Looking…")))
            self._stack.setCurrentIndex(0)

    def _say_empty(self) -> None:
        self.state.show_state(
            State(
                glyph="outbox",
                sentence=_("Nothing waits to be sent."),
                more=_("What you write while there is no connection waits here."),
            )
        )

    @Slot(bool)
    def _on_connection(self, online: bool) -> None:
        self._online = online
        self._tick()

    @Slot()
    def _tick(self) -> None:
        now = self._context.now()
        for entry in self.entries:
            entry.card.tick(now, online=self._online)


class Entry(QWidget):
    """One row of the outbox, with the conversation it belongs to."""

    def __init__(
        self,
        context: Context,
        place: Place,
        actions: DeskActions,
        open_it: Callable[[ConversationId], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.waiting, self.conversation = place
        self._open_it = open_it
        self._to = where(context, self.conversation)
        self.card = WaitingCard(self.waiting, 0, actions)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.SMALL)
        column.setSpacing(theme.TINY)
        when = PlainLabel(dates.short_time(self.waiting.created_at, context.now()), "soft")
        set_tooltip(when, dates.full_time(self.waiting.created_at))
        head = row(spacing=theme.SMALL)
        head.addWidget(ElidedLabel(self._to, "soft"), 1)
        head.addWidget(when)
        self.open = text_button(_("Open conversation"), self._open, "link")
        self.open.setVisible(self.conversation is not None)
        head.addWidget(self.open)
        column.addLayout(head)
        column.addWidget(self.card)

    @property
    def says(self) -> tuple[OutboxRow, str]:
        """All that it shows."""
        return self.waiting, self._to

    def _open(self) -> None:
        self._open_it(self.waiting.conversation)


def _read(vault: Vault) -> list[Place]:
    rows = sorted(reading.outbox(vault), key=lambda one: (_ORDER[one.state], one.created_at))
    known: dict[ConversationId, Conversation | None] = {}
    for one in rows[:MOST]:
        if one.conversation not in known:
            try:
                known[one.conversation] = reading.conversation(vault, one.conversation)
            except UsageError:
                known[one.conversation] = None
    return [(one, known.get(one.conversation)) for one in rows]


_ORDER = {
    OutboxState.NEEDS_HUMAN: 0,
    OutboxState.FAILED: 1,
    OutboxState.UNKNOWN: 2,
    OutboxState.SENDING: 3,
    OutboxState.QUEUED: 4,
    OutboxState.SENT: 5,
    OutboxState.CANCELLED: 5,
}


def where(context: Context, conversation: Conversation | None) -> str:
    """Return to whom something waits to be sent, and on which channel."""
    if conversation is None:
        return _("A conversation that is no longer here")
    person = conversation.author.name or conversation.author.handle
    about = name_text(person or conversation.title or _("Conversation"))
    words = {"name": about, "channel": channel_name(context.channel_of(conversation))}
    # Translators: to whom something waits to be sent, "To Ana on WordPress".
    return _("To %(name)s on %(channel)s") % words


def _about(places: Sequence[Place]) -> str:
    troubled = sum(
        one.state in (OutboxState.NEEDS_HUMAN, OutboxState.FAILED) for one, _where in places
    )
    waiting = len(places) - troubled
    said = []
    if troubled:
        words = ngettext("%(n)d needs you.", "%(n)d need you.", troubled)
        said.append(words % {"n": troubled})
    if waiting:
        words = ngettext("%(n)d goes out by itself.", "%(n)d go out by themselves.", waiting)
        said.append(words % {"n": waiting})
    if len(places) > MOST:
        said.append(_("The first %(n)d are shown.") % {"n": MOST})
    return " ".join(said)
