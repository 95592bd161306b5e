"""Hand a conversation over to a colleague: to whom, what is asked, until when."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup, QComboBox, QLineEdit, QPushButton, QVBoxLayout, QWidget

from cm_desktop.domain.errors import CmError
from cm_desktop.domain.model import Conversation, Handoff
from cm_desktop.i18n import _
from cm_desktop.services import reading
from cm_desktop.ui import theme
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import row, text_button
from cm_desktop.ui.dialogs import times
from cm_desktop.ui.dialogs.edit_text import PlainEdit
from cm_desktop.ui.dialogs.fields import TroubleBox, field
from cm_desktop.ui.dialogs.frame import ControlEnter, Dialog
from cm_desktop.ui.dialogs.snooze_picker import when_field
from cm_desktop.ui.labels import PlainLabel, name_text
from cm_desktop.ui.runner import Failed, Outcome

_NAME = 60  # code points


class HandoffDialog(Dialog):
    """Asks for all of a handoff and puts it on the conversation.

    What is asked is kept beside the conversation and never sent to anybody outside.
    """

    def __init__(
        self, context: Context, conversation: Conversation, parent: QWidget | None = None
    ) -> None:
        super().__init__(_("Hand over"), parent, width=520)
        self._context = context
        self._conversation = conversation
        self.trouble = TroubleBox()
        self.say(_("Only your team sees this. It is never sent."))
        self.who = self._who()
        self.asked = PlainEdit()
        self.asked.setPlaceholderText(_("For example: Please ask the kitchen whether it has nuts."))
        self.asked.setFixedHeight(96)
        self.body.addLayout(field(_("To whom"), self.who, _("Choose, or type a new name.")))
        self.body.addLayout(field(_("What is asked"), self.asked))
        self.body.addLayout(self._until())
        self.body.addWidget(self.trouble)
        self.add_cancel()
        self.button = self.add_primary(_("Hand over"), self.accept, "handoff")
        ControlEnter(self.asked, self.button.click)
        self.who.editTextChanged.connect(self._on_change)
        self.asked.textChanged.connect(self._on_change)
        self.begin_at(self.who)
        self._on_change()

    def _who(self) -> QComboBox:
        line = QLineEdit()
        line.setMaxLength(_NAME)
        who = QComboBox()
        who.setEditable(True)
        who.setLineEdit(line)
        members = reading.members(self._context.vault)
        who.addItems([member.name for member in members if member.name != self._context.me])
        who.setCurrentIndex(-1)
        line.setPlaceholderText(_("Name of a colleague"))
        line.setAccessibleName(_("To whom"))
        return who

    def _until(self) -> QVBoxLayout:
        """Build the chips for the usual times, and the field for any other."""
        now = self._context.now()
        self._moments = times.deadlines(now)
        self.chips: list[QPushButton] = []
        self._group = QButtonGroup(self)
        words = [_("No deadline"), *(one.words for one in self._moments), _("Other…")]
        for number, word in enumerate(words):
            chip = text_button(word, self._on_chip, "chip")
            chip.setCheckable(True)
            self._group.addButton(chip, number)
            self.chips.append(chip)
        self.chips[0].setChecked(True)
        self.when = when_field(now + timedelta(days=2))
        self.when.hide()
        column = QVBoxLayout()
        column.setSpacing(theme.TINY)
        column.addWidget(PlainLabel(_("Until when"), "strong"))
        column.addLayout(row(*self.chips, None))
        column.addWidget(self.when)
        self.when.setAccessibleName(_("Until when"))
        return column

    def accept(self) -> None:
        """Hand over; the dialog stays open where that cannot be done."""
        if not self.button.isEnabled():
            return
        until = self._chosen()
        if until is not None and until <= self._context.now():
            self.trouble.tell(_("That time is over. Please choose a later one."))
            return
        self.button.setEnabled(False)
        desk, conversation = self._context.desk, self._conversation.id
        name, asked = self._name, self.asked.toPlainText().strip()
        self._context.runner.write(
            lambda: desk.hand_over(conversation, name, asked, until), self._finished
        )

    def _finished(self, outcome: Outcome[Handoff]) -> None:
        if isinstance(outcome, Failed):
            self._failed(outcome.error)
            return
        changes = self._context.changes
        changes.members.emit()
        changes.conversations.emit(frozenset({self._conversation.id}))
        changes.done.emit(_("Handed over to %(name)s") % {"name": name_text(self._name)})
        super().accept()

    def _failed(self, error: CmError) -> None:
        self.trouble.explain(error)
        self._on_change()

    @property
    def _name(self) -> str:
        return " ".join(self.who.currentText().split())

    def _chosen(self) -> datetime | None:
        number = self._group.checkedId()
        if 0 < number <= len(self._moments):
            return self._moments[number - 1].at
        return times.from_qt(self.when.dateTime()) if number > 0 else None

    def _on_chip(self) -> None:
        other = self._group.checkedId() > len(self._moments)
        self.when.setVisible(other)
        if other:
            self.when.setFocus()

    @Slot()
    def _on_change(self) -> None:
        self.button.setEnabled(bool(self._name) and bool(self.asked.toPlainText().strip()))
