"""Note down by hand what was said where no channel leads: it becomes a conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from cm_desktop.domain.errors import AddressError
from cm_desktop.domain.ids import ConversationId
from cm_desktop.i18n import _
from cm_desktop.services import noting_down
from cm_desktop.services.noting_down import Noted
from cm_desktop.ui import theme
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import row
from cm_desktop.ui.dialogs import times
from cm_desktop.ui.dialogs.edit_text import PlainEdit
from cm_desktop.ui.dialogs.fields import TroubleBox, field
from cm_desktop.ui.dialogs.frame import ControlEnter, Dialog
from cm_desktop.ui.dialogs.snooze_picker import when_field
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.runner import Failed, Outcome
from cm_desktop.ui.taken import Taken

_JOB = "guess what was taken"
_LONGEST_NAME, _LONGEST_LINK = 200, 2_048
_TEXT_LINES = 7
_LINK = "https://…"  # how one begins

Guess = tuple[Noted, tuple[tuple[str, str], ...]]


class NoteDownDialog(Dialog):
    """Shows what was pasted or dropped, taken apart, to be corrected and kept.

    `noted` carries the ConversationId that it lies in.
    """

    noted = Signal(object)

    def __init__(self, context: Context, taken: Taken, parent: QWidget | None = None) -> None:
        super().__init__(_("Note down what was said elsewhere"), parent, width=560)
        self._context = context
        self._guess = Noted()
        self._opened_at = context.now()
        self.network = QComboBox()
        self.network.setEditable(True)
        self.author, self.link = QLineEdit(), QLineEdit()
        self.text = PlainEdit()
        self.when = when_field(self._opened_at)
        self._shown_at = self.when.dateTime()
        self.trouble = TroubleBox()
        self._build()
        self.button = self.add_primary(_("Note down"), self.accept)
        ControlEnter(self.text, self.button.click)
        self.begin_at(self.text)
        context.runner.cancel(_JOB)
        context.runner.submit(_JOB, lambda: _guessed(taken), self._on_guessed)

    def _build(self) -> None:
        self.say(
            _("It becomes a conversation in your inbox. You answer on the page where it stands.")
        )
        self.author.setMaxLength(_LONGEST_NAME)
        self.link.setMaxLength(_LONGEST_LINK)
        self.link.setPlaceholderText(_LINK)
        self.link.setMinimumHeight(self.when.sizeHint().height())
        self.text.setMinimumHeight(self.text.fontMetrics().lineSpacing() * _TEXT_LINES)
        upper, lower = row(spacing=theme.MEDIUM), row(spacing=theme.MEDIUM)
        upper.addLayout(field(_("Who wrote it"), self.author), 1)
        upper.addLayout(field(_("Network"), self.network), 1)
        lower.addLayout(field(_("Link"), self.link), 1)
        lower.addLayout(field(_("When"), self.when))
        self.body.addLayout(upper)
        self.body.addLayout(field(_("What was written"), self.text), 1)
        self.body.addLayout(lower)
        self._rating = Words("", "soft")
        self._rating.hide()
        self.body.addWidget(self._rating)
        self.body.addWidget(self.trouble)
        self.add_cancel()
        for line in (self.author, self.link):
            line.textChanged.connect(self._on_typed)
        self.text.textChanged.connect(self._on_typed)

    def written(self) -> Noted:
        """Return what the fields say."""
        return replace(
            self._guess,
            network=self._network(),
            author=self.author.text().strip(),
            text=self.text.toPlainText().strip(),
            link=self.link.text().strip(),
            at=self._at(),
        )

    def accept(self) -> None:
        """Keep it, and close once it is kept."""
        noted, context = self.written(), self._context
        if not noted.text and not noted.link:
            self.trouble.tell(_("Please write what was said, or paste its link."))
            self.text.setFocus()
            return
        self.trouble.clear()
        self.button.setEnabled(False)
        vault, now = context.vault, context.clock
        context.runner.write(lambda: noting_down.note_down(vault, noted, now=now), self._on_kept)

    def show_guess(self, guessed: Noted, networks: tuple[tuple[str, str], ...]) -> None:
        """Fill the fields with what is evident."""
        self._guess = guessed
        self.network.clear()
        self.network.addItem("", "")
        for name, shown in networks:
            self.network.addItem(shown, name)
        known = self.network.findData(guessed.network)
        if known >= 0:
            self.network.setCurrentIndex(known)
        else:
            self.network.setEditText(guessed.network)
        self.author.setText(guessed.author)
        self.text.setPlainText(guessed.text.replace("\0", ""))
        self.link.setText(guessed.link)
        self.link.setCursorPosition(0)  # the host is what one looks for
        if guessed.at is not None:
            self.when.setDateTime(times.to_qt(guessed.at))
            self._shown_at = self.when.dateTime()
        if guessed.rating is not None:
            stars = "★" * guessed.rating + "☆" * (5 - guessed.rating)
            self._rating.setText(_("Rating: %(stars)s") % {"stars": stars})
            self._rating.show()

    def _network(self) -> str:
        typed = self.network.currentText().strip()
        known = self.network.findText(typed)
        return str(self.network.itemData(known)) if known >= 0 else typed

    def _at(self) -> datetime | None:
        """Return when it was said: as it was guessed, unless somebody changed that."""
        if self.when.dateTime() == self._shown_at:
            return self._guess.at
        return min(times.from_qt(self.when.dateTime()), self._context.now())

    def _on_guessed(self, outcome: Outcome[Guess]) -> None:
        if isinstance(outcome, Failed):
            self.trouble.explain(outcome.error)
        else:
            self.show_guess(*outcome.value)
            # A name is what a person knows and a link does not tell.
            first = self.author if self.text.toPlainText().strip() else self.text
            first.setFocus()

    def _on_kept(self, outcome: Outcome[ConversationId]) -> None:
        self.button.setEnabled(True)
        if isinstance(outcome, Failed):
            self.trouble.explain(outcome.error)
            if isinstance(outcome.error, AddressError):
                self.link.setFocus()
            return
        changes = self._context.changes
        changes.accounts.emit()
        changes.conversations.emit(frozenset())
        changes.said.emit(_("Noted down."))
        self.noted.emit(outcome.value)
        super().accept()

    @Slot()
    def _on_typed(self) -> None:
        self.trouble.clear()


def _guessed(taken: Taken) -> Guess:
    networks = noting_down.networks()
    if taken.mail is not None:
        return noting_down.guess_mail(_content(taken.mail)), networks
    return noting_down.guess(taken.text), networks


def _content(mail: Path | bytes) -> bytes:
    """Return a saved mail. Raises AddressError("not_a_mail") where it cannot be read."""
    if isinstance(mail, bytes):
        return mail
    try:
        with mail.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        raise AddressError("not_a_mail", mail.name) from error


_LARGEST = 10 * 2**20 + 1  # bytes; what is larger is no longer read as a mail
