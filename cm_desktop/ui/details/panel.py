"""The details beside a conversation: who it is with, where the work stands, what was noted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import QRect, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QStackedLayout, QVBoxLayout, QWidget

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.model import Conversation, Status, Tag
from cm_desktop.domain.views import View
from cm_desktop.i18n import _
from cm_desktop.services import reading
from cm_desktop.services.reading import Thread
from cm_desktop.ui import dates, theme
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.head import status_words
from cm_desktop.ui.conversation.parts import row, text_button
from cm_desktop.ui.details.history import History
from cm_desktop.ui.details.person_card import EarlierConversations, PersonCard
from cm_desktop.ui.details.tag_chips import TagChips
from cm_desktop.ui.details.team_words import Notes, OpenHandoff
from cm_desktop.ui.dialogs.assign_picker import AssignPicker
from cm_desktop.ui.dialogs.frame import Scrolled
from cm_desktop.ui.dialogs.picker import PickerPopup
from cm_desktop.ui.dialogs.snooze_picker import SnoozePicker
from cm_desktop.ui.dialogs.tag_picker import TagPicker
from cm_desktop.ui.dialogs.words import Words, relabel
from cm_desktop.ui.labels import PlainLabel, name_text, set_tooltip
from cm_desktop.ui.runner import Done, Outcome

_LOOKED_THROUGH = 50  # conversations that might be with the same person


class DetailsPanel(QFrame):
    """Shows one conversation's details; reads them only while it can be seen."""

    conversation_wanted = Signal(object)  # ConversationId of an earlier one

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._wanted: ConversationId | None = None
        self._conversation: Conversation | None = None
        self.picker: PickerPopup | None = None
        self.setProperty("kind", "panel")
        self._build()
        context.changes.conversations.connect(self._on_changed)
        context.theme.changed.connect(self.refresh)

    def _build(self) -> None:
        self.person = PersonCard()
        self.earlier = EarlierConversations(self._context)
        self.earlier.chosen.connect(self.conversation_wanted)
        self.status = text_button("", self._snooze, "quiet", "clock")
        self.assignee = text_button("", self._assign, "quiet", "assign")
        self.due = Words("", "bad")
        self.tags = TagChips(self._take_off, self._add_tag)
        self.handoff = OpenHandoff(self._context)
        self.notes = Notes(self._context)
        self.history = History(self._context)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(theme.LARGE, theme.LARGE, theme.LARGE, theme.LARGE)
        column.setSpacing(theme.SMALL)
        column.addWidget(self.person)
        column.addWidget(self.earlier)
        for caption, widget in (
            (_("Status"), self.status),
            (_("Assigned to"), self.assignee),
        ):
            column.addWidget(hairline())
            column.addLayout(row(PlainLabel(caption, "soft"), None, widget))
        column.addWidget(self.due)
        column.addWidget(hairline())
        column.addWidget(PlainLabel(_("Tags"), "soft"))
        column.addWidget(self.tags)
        for section in (self.handoff, self.notes, self.history):
            column.addWidget(section)
        column.addStretch(1)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(QWidget())
        self._stack.addWidget(Scrolled(inside))

    def open(self, conversation: ConversationId | None) -> None:
        """Show a conversation's details, or nothing."""
        self._wanted = conversation
        if self.isVisible():
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Read what was opened while nobody looked."""
        super().showEvent(event)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read everything again."""
        if not self.isVisible():
            return
        thread = self._read()
        if thread is None:
            self._conversation = None
            self._stack.setCurrentIndex(0)
            return
        other = self._conversation is None or self._conversation.id != thread.conversation.id
        self._conversation = thread.conversation
        self._show(thread)
        if other:
            self.earlier.hide()
            self._look_for_earlier(thread.conversation)
        self._stack.setCurrentIndex(1)

    def _read(self) -> Thread | None:
        if self._wanted is None:
            return None
        try:
            return reading.thread(self._context.vault, self._wanted, limit=1)
        except UsageError:
            return None

    def _show(self, thread: Thread) -> None:
        about, now = thread.conversation, self._context.now()
        self.person.show_person(about.author, self._context.channel_of(about))
        relabel(self.status, self._short_status(about))
        relabel(self.assignee, name_text(about.assignee or _("Nobody"), 20))
        self.assignee.setAccessibleName(
            _("Assigned to %(name)s. Change…") % {"name": name_text(about.assignee or _("Nobody"))}
        )
        set_tooltip(self.status, _("Snooze…"))
        set_tooltip(self.assignee, _("Assign…"))
        self.status.setAccessibleName(
            _("Status: %(status)s. Snooze…") % {"status": status_words(about, self._context)}
        )
        self.due.setVisible(about.due_at is not None and about.status is not Status.DONE)
        if about.due_at is not None:
            self.due.setText(_("Answer due: %(when)s") % {"when": dates.due(about.due_at, now)})
            self.due.set_kind("bad" if about.due_at < now else "soft")
        self.tags.show_tags(about.tags)
        self.handoff.show_handoffs(thread.handoffs)
        self.notes.show_notes(thread.notes)
        self.history.show_for(about.id)

    def _short_status(self, about: Conversation) -> str:
        """Return the status in the few words for which there is room beside its caption."""
        if about.status is Status.SNOOZED and about.snoozed_until is not None:
            left = about.snoozed_until - self._context.now()
            # Translators: a snoozed conversation returns "in 2 h"; there is room for 20 letters.
            return _("Back %(when)s") % {"when": dates.in_time(left)}
        return _upper(status_words(about, self._context))

    def _look_for_earlier(self, about: Conversation) -> None:
        person, vault = about.author, self._context.vault
        said_by = (person.handle or person.name).replace('"', " ").strip()
        if not said_by:
            return

        def look() -> tuple[ConversationId, list[Conversation]]:
            rows = reading.page(vault, View("all"), f'from:"{said_by}"', limit=_LOOKED_THROUGH)
            same = [one for one in rows if one.author.id == person.id and one.id != about.id]
            return about.id, same

        self._context.runner.replace("details earlier", look, self._on_earlier)

    def _on_earlier(self, outcome: Outcome[tuple[ConversationId, list[Conversation]]]) -> None:
        # What cannot be found is not worth an error: it is not what was asked for.
        if isinstance(outcome, Done) and self._conversation is not None:
            conversation, rows = outcome.value
            if conversation == self._conversation.id:
                self.earlier.show_conversations(rows)

    @Slot(object)
    def _on_changed(self, conversations: frozenset[ConversationId]) -> None:
        if self._wanted is not None and (not conversations or self._wanted in conversations):
            self.refresh()

    def _take_off(self, tag: Tag) -> None:
        words = _("Tag “%(tag)s” removed") % {"tag": name_text(tag.name)}
        self._do(lambda desk, about: desk.untag(about.id, tag.name), words)

    def _add_tag(self) -> None:
        if self._conversation is not None:
            picker = TagPicker(self._context, [self._conversation], self)
            picker.picked.connect(self._tag)
            self._open(picker, self.tags.button)

    @Slot(str)
    def _tag(self, name: str) -> None:
        about = self._conversation
        if about is not None and any(tag.name == name for tag in about.tags):
            self._take_off(Tag(name=name))
            return
        words = _("Tag “%(tag)s” added") % {"tag": name_text(name)}
        self._do(lambda desk, about: desk.tag(about.id, name), words)

    def _assign(self) -> None:
        if self._conversation is not None:
            picker = AssignPicker(self._context, [self._conversation], self)
            picker.picked.connect(self._assign_to)
            self._open(picker, self.assignee)

    @Slot(object)
    def _assign_to(self, member: str | None) -> None:
        words = (
            _("Assigned to %(name)s") % {"name": name_text(member)}
            if member
            else _("Assigned to nobody")
        )
        self._do(lambda desk, about: desk.assign(about.id, member), words)

    def _snooze(self) -> None:
        if self._conversation is not None:
            picker = SnoozePicker(self._context, self)
            picker.picked.connect(self._snooze_until)
            self._open(picker, self.status)

    @Slot(datetime)
    def _snooze_until(self, until: datetime) -> None:
        self._do(lambda desk, about: desk.snooze(about.id, until), _("Snoozed"))

    def _open(self, picker: PickerPopup, beside: QWidget) -> None:
        self.picker = picker
        picker.open_beside(QRect(beside.mapToGlobal(beside.rect().topLeft()), beside.size()))

    def _do(self, change: Callable[[Any, Conversation], object], said: str) -> None:
        about, desk = self._conversation, self._context.desk
        if about is None:
            return

        def done(_value: object) -> None:
            self._context.changes.tags.emit()
            self._context.changes.members.emit()

        self._context.write(lambda: change(desk, about), touched=[about.id], said=said, then=done)


def hairline() -> QFrame:
    """Return a line across the panel."""
    line = QFrame()
    line.setProperty("kind", "line")
    line.setFixedHeight(1)
    return line


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
