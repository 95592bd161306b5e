"""What happened to a conversation, folded away until it is asked for."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.log import LoggedEvent
from cm_desktop.i18n import _
from cm_desktop.services import reading
from cm_desktop.ui import dates, theme
from cm_desktop.ui.context import Context
from cm_desktop.ui.details.history_words import sentence
from cm_desktop.ui.dialogs.fields import Fold
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import PlainLabel, set_tooltip
from cm_desktop.ui.runner import Done, Outcome

_MOST = 60  # entries shown, the newest
_OPEN = "details/history_open"


class History(QWidget):
    """The log of a conversation in sentences, newest first. It is read while it is open."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._conversation: ConversationId | None = None
        inside = QWidget()
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(theme.SMALL, 0, 0, 0)
        self._rows.setSpacing(theme.TINY)
        # Translators: heading over what happened to a conversation.
        self.fold = Fold(_("History"), inside)
        self.fold.set_open(str(context.settings.value(_OPEN, "false")) == "true")
        self.fold.toggled.connect(self._toggled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.fold)

    def show_for(self, conversation: ConversationId) -> None:
        """Show what happened to a conversation, if that is wanted."""
        if conversation != self._conversation:
            self._show([])
        self._conversation = conversation
        if self.fold.is_open:
            vault = self._context.vault
            self._context.runner.replace(
                "details history",
                lambda: (conversation, reading.history(vault, conversation)),
                self._on_read,
            )

    @property
    def sentences(self) -> list[str]:
        """What is shown, the newest first."""
        items = (self._rows.itemAt(place) for place in range(self._rows.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [one.text() for one in widgets if isinstance(one, _Entry)]

    def _on_read(self, outcome: Outcome[tuple[ConversationId, list[LoggedEvent]]]) -> None:
        if isinstance(outcome, Done) and outcome.value[0] == self._conversation:
            self._show(outcome.value[1])

    def _show(self, events: list[LoggedEvent]) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        lines = [(one, words) for one in reversed(events) if (words := sentence(one))]
        before = ""
        for event, words in lines[:_MOST]:
            when = dates.ago(event.at, self._context.now())
            if when != before:
                self._rows.addWidget(PlainLabel(when, "soft"))
            before = when
            entry = _Entry(words)
            set_tooltip(entry, dates.full_time(event.at))
            self._rows.addWidget(entry)
        if not lines:
            self._rows.addWidget(Words(_("Nothing was decided yet."), "soft"))

    @Slot(bool)
    def _toggled(self, is_open: bool) -> None:
        self._context.settings.setValue(_OPEN, "true" if is_open else "false")
        if is_open and self._conversation is not None:
            self.show_for(self._conversation)


class _Entry(Words):
    """One thing that happened."""
