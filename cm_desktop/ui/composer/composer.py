"""Write an answer, a private answer or a note; drafts are kept while one writes."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QTextCursor
from PySide6.QtWidgets import QButtonGroup, QFrame, QVBoxLayout, QWidget

from cm_desktop.domain.errors import CmError
from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.model import Account, Message, OutboxRow, Status
from cm_desktop.domain.outbox_rules import ANSWER_THERE
from cm_desktop.domain.policy import Ability, ChannelPolicy
from cm_desktop.domain.templates import placeholders
from cm_desktop.i18n import _
from cm_desktop.services import reading
from cm_desktop.services.reading import Thread
from cm_desktop.ui import theme
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.composer.composer_words import (
    NOTE,
    PRIVATE,
    REPLY,
    hint_words,
    mode_words,
    send_words,
)
from cm_desktop.ui.composer.counter import Counter
from cm_desktop.ui.composer.growing_edit import GrowingEdit
from cm_desktop.ui.composer.template_popup import TemplatePopup
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import WIDEST, icon_button, middle, row, text_button
from cm_desktop.ui.dialogs.words import relabel
from cm_desktop.ui.labels import ElidedLabel, PlainLabel, name_text

_AUTOSAVE = 400  # ms after the last key
_SHARE = 0.4  # of the pane's height that it may take
_NO_POLICY = ChannelPolicy(abilities=frozenset())


class Composer(QFrame):
    """The place for one's own words. What is a note can never be sent: it has another button."""

    left = Signal()
    done_wanted = Signal()
    given_by_hand = Signal(object)  # OutboxRow of an answer that a person sends on its page

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._thread: Thread | None = None
        self._target: Message | None = None
        self._mode = REPLY
        self._saved = ""
        self._unsaved: dict[tuple[ConversationId, str], str] = {}  # on their way to the vault
        self._asked: set[str] = set()
        self.account: Account | None = None
        self.policy = _NO_POLICY
        self._build()
        self._connect()

    def _build(self) -> None:
        self.edit = GrowingEdit()
        self._counter = Counter(self._context)
        self._to = ElidedLabel("", "soft")
        self._clear_to = icon_button("close", _("Answer the newest message"), self._forget_target)
        self._why = PlainLabel("", "warn").wrapping()
        self._why.hide()
        self._send = text_button("", self.send, "primary", "send")
        self._templates = icon_button("template", _("Insert a template…"), self.choose_template)
        self._modes = QButtonGroup(self)
        tabs = row(spacing=theme.TINY)
        for mode, words in mode_words().items():
            button = text_button(words, partial(self._choose, mode))
            button.setCheckable(True)
            button.setObjectName(mode)
            self._modes.addButton(button)
            tabs.addWidget(button)
        tabs.addWidget(self._to)
        tabs.addWidget(self._clear_to)
        tabs.addStretch(1)
        inside = QWidget()
        inside.setMaximumWidth(WIDEST)
        column = QVBoxLayout(inside)
        column.setContentsMargins(theme.LARGE, theme.SMALL, theme.LARGE, theme.MEDIUM)
        column.setSpacing(theme.SMALL)
        column.addLayout(tabs)
        column.addWidget(self.edit)
        column.addWidget(self._why)
        column.addLayout(row(self._templates, self._counter, None, self._send))
        # As wide as what is answered, and below it.
        self.setLayout(middle(inside))
        self._autosave = QTimer(self, interval=_AUTOSAVE, singleShot=True)
        self._popup = TemplatePopup(self._context, self.edit)

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._on_text)
        self.edit.send_pressed.connect(self.send)
        self.edit.send_and_done_pressed.connect(self.send_and_done)
        self.edit.left.connect(self.left)
        self.edit.template_wanted.connect(self.choose_template)
        self._autosave.timeout.connect(self._save)
        self._popup.chosen.connect(self._insert)
        self._context.changes.problem.connect(self._on_problem)

    @property
    def mode(self) -> str:
        """What is being written: "reply", "private" or "note"."""
        return self._mode

    def open(self, thread: Thread) -> None:
        """Get ready for a conversation: its policy, and the draft left there."""
        self._thread, self._target, self._asked = thread, None, set()
        accounts = reading.accounts(self._context.vault)
        wanted = thread.conversation.account
        self.account = next((one for one in accounts if one.id == wanted), None)
        self.policy = reading.account_policy(self._context.vault, wanted)
        drafts = {draft.mode: draft.text for draft in thread.drafts} | self._on_their_way()
        begun = (mode for mode in (REPLY, PRIVATE, NOTE) if drafts.get(mode, "").strip())
        self._enter(next(begun, REPLY if self.policy.may(Ability.REPLY) else NOTE))

    def update_thread(self, thread: Thread) -> None:
        """Take note of what changed; what is being written stays."""
        self._thread = thread
        self._take_draft()
        self._explain()

    def leave(self) -> None:
        """Keep the draft and forget the conversation."""
        self._save()
        self._autosave.stop()
        self._thread = None

    @Slot(object, bool)
    def answer(self, message: Message, private: bool) -> None:
        """Begin an answer to one message."""
        wanted = PRIVATE if private else REPLY
        if wanted != self._mode:
            self._switch(wanted)
        self._target = message
        self._explain()
        self.edit.setFocus()

    def write_note(self) -> None:
        """Begin a note."""
        self._choose(NOTE)

    def toggle_note(self) -> None:
        """Change between note and answer; the text that is there stays in its own draft."""
        self._choose(REPLY if self._mode == NOTE else NOTE)

    @Slot(object)
    def take_text(self, waiting: OutboxRow) -> None:
        """Take back the text of an answer that was not sent."""
        if self._thread is not None and self._thread.conversation.id == waiting.conversation:
            if not self.edit.toPlainText().strip():
                self.edit.setPlainText(waiting.text)
                self.edit.moveCursor(QTextCursor.MoveOperation.End)
            self.edit.setFocus()

    @Slot()
    def send(self) -> None:
        """Queue the answer, or keep the note."""
        self._finish(done=False)

    @Slot()
    def send_and_done(self) -> None:
        """Queue the answer, close the conversation and go on to the next."""
        self._finish(done=True)

    @Slot()
    def choose_template(self) -> None:
        """Offer the templates that fit the channel."""
        if self._thread is not None and self.edit.isEnabled():
            self._popup.offer(self._thread.conversation)

    def resize_for(self, height: int) -> None:
        """Grow to at most a share of the pane's height in pixels."""
        self.edit.set_most(max(96, round(height * _SHARE) - 96))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground: note yellow while a note is written, and one hairline on top."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("note" if self._mode == NOTE else "bg"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(0, 0, self.width(), 0)

    def _choose(self, mode: str) -> None:
        """Change to a mode, to write in it."""
        self._switch(mode)
        self.edit.setFocus()

    def _switch(self, mode: str) -> None:
        self._save()
        self._enter(mode)

    def _enter(self, mode: str) -> None:
        self._mode = mode
        draft = self._draft(mode)
        self._saved = draft
        self.edit.blockSignals(True)  # noqa: FBT003 - Qt's own
        self.edit.setPlainText(draft)
        self.edit.blockSignals(False)  # noqa: FBT003 - Qt's own
        self.edit.moveCursor(QTextCursor.MoveOperation.End)
        self._explain()
        self._on_text()
        self._autosave.stop()
        self.update()

    @Slot()
    def _on_problem(self) -> None:
        with suppress(CmError):  # of which the user is being told
            self._take_draft()

    def _take_draft(self) -> None:
        """Show a text that came back, such as that of a reply taken back, in an empty field."""
        if not self.edit.toPlainText() and not self._saved and self._draft(self._mode):
            self._enter(self._mode)

    def _draft(self, mode: str) -> str:
        if self._thread is None:
            return ""
        if (unsaved := self._on_their_way().get(mode)) is not None:
            return unsaved
        drafts = reading.drafts_of(self._context.vault, self._thread.conversation.id)
        return next((draft.text for draft in drafts if draft.mode == mode), "")

    def _on_their_way(self) -> dict[str, str]:
        """Return by mode what was written here and is not in the vault yet."""
        here = self._thread.conversation.id if self._thread else None
        return {mode: text for (one, mode), text in self._unsaved.items() if one == here}

    def _explain(self) -> None:
        for button in self._modes.buttons():
            mode = button.objectName()
            button.setChecked(mode == self._mode)
            button.setVisible(mode != PRIVATE or self.policy.may(Ability.PRIVATE))
        why = self._why_not()
        self._why.setText(why)
        self._why.setVisible(bool(why))
        self.edit.setEnabled(not why)
        self._templates.setVisible(self._mode != NOTE)
        relabel(self._send, send_words(self._mode, self.policy))
        self._say_to()
        hint = hint_words(self._mode, self.policy, self._thread)
        self.edit.setPlaceholderText(hint)
        self.edit.setAccessibleName(hint)
        self._counter.show_for(self.policy, self._thread, note=self._mode == NOTE)

    def _why_not(self) -> str:
        if self._mode == NOTE or self._thread is None:
            return ""
        channel = channel_name(self._context.channel_of(self._thread.conversation))
        ability = Ability.PRIVATE if self._mode == PRIVATE else Ability.REPLY
        if not self.policy.may(ability):
            return _("%(channel)s does not let this account reply here.") % {"channel": channel}
        if self._counter.window_is_over(self.policy, self._thread):
            sentence = _("The time in which %(channel)s allows a reply is over.")
            return sentence % {"channel": channel}
        return ""

    def _say_to(self) -> None:
        chosen = self._target is not None and self._mode != NOTE
        self._clear_to.setVisible(chosen)
        if self._target is not None and chosen:
            name = self._target.author.name or self._target.author.handle
            self._to.setText(_("to %(name)s") % {"name": name_text(name)})
        else:
            self._to.setText("")

    @Slot()
    def _forget_target(self) -> None:
        self._target = None
        self._explain()

    @Slot()
    def _on_text(self) -> None:
        text = self.edit.toPlainText()
        left = self._counter.count(text, self.policy, note=self._mode == NOTE)
        too_long = left is not None and left < 0
        self._send.setEnabled(bool(text.strip()) and not too_long and self.edit.isEnabled())
        self._autosave.start()

    @Slot()
    def _save(self) -> None:
        text = self.edit.toPlainText()
        if self._thread is None or text == self._saved:
            return
        self._saved = text
        conversation, mode = self._thread.conversation.id, self._mode
        target = self._target.id if self._target else None
        desk = self._context.desk
        self._unsaved[conversation, mode] = text

        def keep() -> None:
            if text.strip():
                desk.save_draft(conversation, text, mode=mode, parent=target)
            else:
                desk.drop_draft(conversation, mode)

        def kept(_none: object) -> None:
            if self._unsaved.get((conversation, mode)) == text:
                del self._unsaved[conversation, mode]

        self._context.write(keep, then=kept)

    def _finish(self, *, done: bool) -> None:
        text = self.edit.toPlainText().strip()
        if self._thread is None or not self._send.isEnabled():
            return
        still_open = [name for name in placeholders(text) if name in self._asked]
        if still_open and self._mode != NOTE:
            self._why.setText(
                _("Please fill in {%(name)s} before sending.") % {"name": still_open[0]}
            )
            self._why.show()
            return
        conversation = self._thread.conversation.id
        if self._mode == NOTE:
            self._keep_note(conversation, text)
        else:
            self._queue(conversation, text, done=done)

    def _keep_note(self, conversation: ConversationId, text: str) -> None:
        desk = self._context.desk

        def keep() -> None:
            try:
                desk.note(conversation, text)
                desk.drop_draft(conversation, NOTE)
            finally:
                self._unsaved.pop((conversation, NOTE), None)

        self._empty()
        self._context.write(keep, said=_("Note kept"), then=lambda _none: self._tell(conversation))

    def _queue(self, conversation: ConversationId, text: str, *, done: bool) -> None:
        desk, mode = self._context.desk, self._mode
        target = self._target.id if self._target else None
        hold = float(str(self._context.settings.value("hold_seconds", 10)))

        def queue() -> OutboxRow:
            try:
                row = desk.reply(
                    conversation, text, to=target, private=mode == PRIVATE, hold_seconds=hold
                )
            except CmError:
                desk.save_draft(conversation, text, mode=mode, parent=target)
                raise
            finally:
                self._unsaved.pop((conversation, mode), None)
            if done:
                desk.set_status(conversation, Status.DONE)
            return row

        def queued(row: OutboxRow) -> None:
            self._tell(conversation)
            if row.error == ANSWER_THERE:
                self.given_by_hand.emit(row)
            self._context.changes.outbox.emit()
            self._context.worker.send()
            if done:
                self.done_wanted.emit()

        self._empty()
        self._context.write(queue, then=queued)

    def _empty(self) -> None:
        if self._thread is not None:
            self._unsaved[self._thread.conversation.id, self._mode] = ""
        self._autosave.stop()
        self._target, self._asked, self._saved = None, set(), ""
        self.edit.blockSignals(True)  # noqa: FBT003 - Qt's own
        self.edit.clear()
        self.edit.blockSignals(False)  # noqa: FBT003 - Qt's own
        self._on_text()
        self._autosave.stop()
        self._explain()

    def _tell(self, conversation: ConversationId) -> None:
        self._context.changes.conversations.emit(frozenset({conversation}))

    @Slot(str)
    def _insert(self, text: str) -> None:
        self.edit.remove_trigger()
        self.edit.insertPlainText(text)
        self._asked |= set(placeholders(text))
        self.edit.setFocus()
