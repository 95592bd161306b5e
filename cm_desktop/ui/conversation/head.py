"""The head of a conversation: who, where, and the state of the work."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from cm_desktop.domain.model import Conversation, Status
from cm_desktop.i18n import _
from cm_desktop.ui import dates, theme
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import icon_button, row, text_button
from cm_desktop.ui.icons import channel_mark
from cm_desktop.ui.labels import ElidedLabel, PlainLabel, name_text


class ConversationHead(QFrame):
    """Title, channel and status of a conversation, and what is done most often to it."""

    back_wanted = Signal()
    done_wanted = Signal()
    reopen_wanted = Signal()
    snooze_wanted = Signal()
    tag_wanted = Signal()
    assign_wanted = Signal()
    handoff_wanted = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._build()

    def _build(self) -> None:
        self._mark = PlainLabel()
        self._title = ElidedLabel("", "title")
        self._about = ElidedLabel("", "soft")
        self.back = icon_button("back", _("Back to the list"), self.back_wanted.emit)
        self.back.hide()
        self._done = text_button(_("Done"), self.done_wanted.emit, glyph="done")
        self._reopen = text_button(_("Open again"), self.reopen_wanted.emit, glyph="undo")
        # The title has its line nearly to itself: long German ones are the rule.
        buttons = row(
            icon_button("snooze", _("Snooze…"), self.snooze_wanted.emit),
            icon_button("tag", _("Tag…"), self.tag_wanted.emit),
            icon_button("assign", _("Assign…"), self.assign_wanted.emit),
            icon_button("handoff", _("Hand over…"), self.handoff_wanted.emit),
            spacing=0,
        )
        upper = row(self.back, self._mark)
        upper.addWidget(self._title, 1)
        upper.addWidget(self._done)
        upper.addWidget(self._reopen)
        lower = row()
        lower.addWidget(self._about, 1)
        lower.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.LARGE, theme.SMALL, theme.MEDIUM, 0)
        layout.setSpacing(0)
        layout.addLayout(upper)
        layout.addLayout(lower)

    def show_conversation(self, conversation: Conversation) -> None:
        """Show what a conversation is and where the work on it stands."""
        channel = self._context.channel_of(conversation)
        self._mark.setPixmap(channel_mark(channel, 24, self.devicePixelRatioF()))
        self._mark.setFixedSize(QSize(24, 24))
        self._mark.setAccessibleName(channel_name(channel))
        person = conversation.author.name or conversation.author.handle
        self._title.setText(conversation.title or person or _("Conversation"))
        self._about.setText(" · ".join(self._facts(conversation, person)))
        closed = conversation.status is not Status.OPEN
        self._done.setVisible(not closed)
        self._reopen.setVisible(closed)
        self.setAccessibleName(f"{self._title.text()}, {self._about.text()}")

    def _facts(self, conversation: Conversation, person: str) -> list[str]:
        facts = [channel_name(self._context.channel_of(conversation))]
        if conversation.title and person and person != conversation.title:
            facts.insert(0, person)
        facts.append(status_words(conversation, self._context))
        if conversation.assignee:
            # Translators: who of the team is responsible for a conversation.
            facts.append(_("assigned to %(name)s") % {"name": name_text(conversation.assignee)})
        if conversation.due_at is not None:
            facts.append(dates.due(conversation.due_at, self._context.now()))
        return facts


def status_words(conversation: Conversation, context: Context) -> str:
    """Return the status as words, with the end of a snooze."""
    if conversation.status is Status.SNOOZED and conversation.snoozed_until is not None:
        left = conversation.snoozed_until - context.now()
        return _("snoozed, back %(when)s") % {"when": dates.in_time(left)}
    return {
        Status.OPEN: _("open"),
        Status.WAITING: _("waiting for an answer"),
        Status.SNOOZED: _("snoozed"),
        Status.DONE: _("done"),
    }[conversation.status]
