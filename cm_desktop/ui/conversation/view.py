"""The conversation pane: head, messages, composer, and what is done to them."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.model import (
    Direction,
    Handoff,
    Message,
    Note,
    OutboxKind,
    OutboxRow,
)
from cm_desktop.domain.thread_order import Placed
from cm_desktop.i18n import _
from cm_desktop.services import reading
from cm_desktop.services.reading import Thread
from cm_desktop.ui import theme
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.composer.composer import Composer
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.desk_actions import DeskActions
from cm_desktop.ui.conversation.head import ConversationHead
from cm_desktop.ui.conversation.message_card import MessageCard, Surroundings
from cm_desktop.ui.conversation.post_card import PostCard
from cm_desktop.ui.conversation.team_cards import HandoffCard, NoteCard
from cm_desktop.ui.conversation.thread_view import ThreadView
from cm_desktop.ui.conversation.waiting_card import WaitingCard
from cm_desktop.ui.icons import icon
from cm_desktop.ui.labels import PlainLabel
from cm_desktop.ui.links import open_link

_PAGE = 60  # messages read at a time
_READ_AFTER = 700  # ms on screen until a conversation counts as read


class ConversationPane(QWidget):
    """Shows one conversation. `open(None)` shows that none is chosen."""

    left = Signal()  # the reader wants back to the list
    next_wanted = Signal()  # answered and done: show the next one

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._thread: Thread | None = None
        self._limit = _PAGE
        self._online = True
        self._actions = DeskActions(context, self)
        self._build()
        self._connect()
        self.open(None)

    def _build(self) -> None:
        self.head = ConversationHead(self._context)
        self.messages = ThreadView(self._make_card)
        self.composer = Composer(self._context)
        pane = QWidget()
        column = QVBoxLayout(pane)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.messages, 1)
        column.addWidget(self.composer)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(_nothing_chosen())
        self._stack.addWidget(pane)
        self._second = QTimer(self, interval=1_000)
        self._read = QTimer(self, interval=_READ_AFTER, singleShot=True)

    def _connect(self) -> None:
        changes = self._context.changes
        changes.conversations.connect(self._on_changed)
        changes.outbox.connect(self.refresh)
        changes.connection.connect(self._on_connection)
        self._context.theme.changed.connect(self._repaint)
        self._second.timeout.connect(self._tick)
        self._read.timeout.connect(self._mark_read)
        self.messages.earlier_wanted.connect(self._show_earlier)
        self._actions.answer_wanted.connect(self.composer.answer)
        self._actions.text_given_back.connect(self.composer.take_text)
        self.composer.left.connect(self.left)
        self.composer.done_wanted.connect(self.next_wanted)
        self.composer.given_by_hand.connect(self._actions.copy_and_open)

    @property
    def shown(self) -> Thread | None:
        """What is shown, or None."""
        return self._thread

    def open(self, conversation: ConversationId | None) -> None:
        """Show a conversation, or that none is chosen. An unknown one shows as none."""
        self._read.stop()
        self._limit = _PAGE
        self.composer.leave()
        self._thread = self._load(conversation)
        if self._thread is None:
            self.messages.clear()
            self._stack.setCurrentIndex(0)
            return
        conversation_shown = self._thread.conversation
        self.head.show_conversation(conversation_shown)
        post = self._thread.post
        channel = channel_name(self._context.channel_of(conversation_shown))
        card = PostCard(post, channel, self._open_link) if post else None
        self.composer.open(self._thread)
        self.messages.show_thread(self._thread, card)
        self._stack.setCurrentIndex(1)
        self._tick()
        if conversation_shown.unread:
            self._read.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the composer take its share of the height."""
        super().resizeEvent(event)
        self.composer.resize_for(self.height())

    @Slot()
    def refresh(self) -> None:
        """Read the conversation again and show what changed."""
        if self._thread is None:
            return
        thread = self._load(self._thread.conversation.id)
        if thread is None:
            self.open(None)
            return
        self._thread = thread
        self.head.show_conversation(thread.conversation)
        self.messages.update_thread(thread)
        self.composer.update_thread(thread)
        self._tick()

    def start_reply(self) -> None:
        """Begin an answer to the focused message, else to the newest one from outside."""
        self._start(private=False)

    def start_private_reply(self) -> None:
        """Begin a private answer likewise."""
        self._start(private=True)

    def start_note(self) -> None:
        """Begin a note."""
        if self._thread is not None:
            self.composer.write_note()

    def moderate(self, kind: OutboxKind) -> None:
        """Do something about the focused message, else the newest one from outside."""
        message = self.chosen_message()
        if message is not None:
            self._actions.moderate(message, kind)

    def chosen_message(self) -> Message | None:
        """Return the message that keys act on."""
        if self._thread is None:
            return None
        focused = self.messages.focused_message()
        if focused is not None:
            return focused
        incoming = [one for one in self._thread.messages if one.direction is Direction.IN]
        return max(incoming, key=lambda one: one.created_at, default=None)

    def _start(self, *, private: bool) -> None:
        message = self.chosen_message()
        if message is not None:
            self.composer.answer(message, private)

    def _load(self, conversation: ConversationId | None) -> Thread | None:
        if conversation is None:
            return None
        try:
            return reading.thread(self._context.vault, conversation, limit=self._limit)
        except UsageError:
            return None

    def _make_card(self, placed: Placed) -> QWidget:
        now, me = self._context.now(), self._context.me
        match placed.entry:
            case Message() as message:
                return MessageCard(message, placed.depth, self._surroundings(now), self._actions)
            case Note() as note:
                return NoteCard(note, now, me, self._actions)
            case Handoff() as handoff:
                return HandoffCard(handoff, now, me, self._actions)
            case OutboxRow() as waiting:
                return WaitingCard(waiting, placed.depth, self._actions)

    def _surroundings(self, now: datetime) -> Surroundings:
        account = self.composer.account
        return Surroundings(self.composer.policy, account.title if account else "", now)

    def _open_link(self, link: str) -> None:
        open_link(link, self)

    @Slot(object)
    def _on_changed(self, conversations: frozenset[ConversationId]) -> None:
        if self._thread is not None and (
            not conversations or self._thread.conversation.id in conversations
        ):
            self.refresh()

    @Slot(bool)
    def _on_connection(self, online: bool) -> None:
        self._online = online
        self._tick()

    @Slot()
    def _show_earlier(self) -> None:
        self._limit += _PAGE
        self.refresh()

    @Slot()
    def _tick(self) -> None:
        if self.messages.tick(self._context.now(), online=self._online):
            self._second.start()
        else:
            self._second.stop()

    @Slot()
    def _mark_read(self) -> None:
        if self._thread is not None and self._thread.conversation.unread and self.isVisible():
            self._actions.mark_read(self._thread.conversation.id)

    @Slot()
    def _repaint(self) -> None:
        self.refresh()
        self.update()


def _nothing_chosen() -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setSpacing(theme.MEDIUM)
    picture = PlainLabel()
    picture.setPixmap(icon("message", "line").pixmap(64, 64))
    sentence = PlainLabel(_("Choose a conversation on the left."), "soft")
    column.addStretch(1)
    for label in (picture, sentence):
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(label)
    column.addStretch(1)
    return page
