"""What the team said about a conversation: the handoff that is open, and the notes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from cm_desktop.domain.model import Handoff, HandoffState, Note
from cm_desktop.i18n import _, ngettext
from cm_desktop.ui import dates, theme
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import picture_label, row
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import ElidedLabel, PlainLabel, name_text, set_tooltip

_SHOWN = 3  # notes
_LETTERS = 280  # of a note; the whole stands in the conversation


class OpenHandoff(QFrame):
    """Says who asked whom for what; hidden while nobody waits for an answer to that."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.setProperty("kind", "note")
        self.people = Words("", "strong")
        self.asked = Words()
        self.until = Words("", "soft")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MEDIUM, theme.SMALL, theme.MEDIUM, theme.SMALL)
        column.setSpacing(theme.TINY)
        for label in (self.people, self.asked, self.until):
            column.addWidget(label)
        self.hide()

    def show_handoffs(self, handoffs: Sequence[Handoff]) -> None:
        """Show the newest that nobody answered yet."""
        waiting = [one for one in handoffs if one.state is HandoffState.ASKED]
        self.setVisible(bool(waiting))
        if not waiting:
            return
        newest = max(waiting, key=lambda one: one.created_at)
        self.people.setText(
            _("%(sender)s asks %(receiver)s")
            % {"sender": name_text(newest.sender), "receiver": name_text(newest.receiver)}
        )
        self.asked.setText(_start(newest.asked))
        self.until.setVisible(newest.until is not None)
        if newest.until is not None:
            now = self._context.now()
            words = {"time": dates.full_time(newest.until), "due": dates.due(newest.until, now)}
            self.until.setText(_("Until %(time)s (%(due)s)") % words)
            self.until.set_kind("bad" if newest.until < now else "soft")


class Notes(QWidget):
    """The newest notes; hidden while there are none."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._shown: list[Note] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, theme.TINY, 0, 0)
        self._column.setSpacing(theme.SMALL)
        self.hide()

    def show_notes(self, notes: Sequence[Note]) -> None:
        """Show the newest few, the newest first."""
        newest = sorted(notes, key=lambda one: one.created_at, reverse=True)
        if newest == self._shown:
            return
        self._shown = newest
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        count = len(newest)
        words = ngettext("%(n)d note", "%(n)d notes", count) % {"n": count}
        self._column.addWidget(PlainLabel(words, "soft"))
        for note in newest[:_SHOWN]:
            self._column.addWidget(_card(note, self._context))
        self.setVisible(count > 0)


def _card(note: Note, context: Context) -> QFrame:
    card = QFrame()
    card.setProperty("kind", "note")
    column = QVBoxLayout(card)
    column.setContentsMargins(theme.MEDIUM, theme.SMALL, theme.MEDIUM, theme.SMALL)
    column.setSpacing(theme.TINY)
    when = PlainLabel(dates.ago(note.created_at, context.now()), "soft")
    set_tooltip(when, dates.full_time(note.created_at))
    column.addLayout(row(picture_label("lock"), ElidedLabel(note.member, "soft"), None, when))
    column.addWidget(Words(_start(note.text)))
    return card


def _start(text: str) -> str:
    start = text.strip()
    return start if len(start) <= _LETTERS else f"{start[:_LETTERS].rstrip()}…"
