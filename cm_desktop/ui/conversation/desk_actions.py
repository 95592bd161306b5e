"""What the cards of a conversation ask for, done through the desk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSize, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.model import Handoff, Message, Note, OutboxKind, OutboxRow
from cm_desktop.i18n import _
from cm_desktop.services import reading
from cm_desktop.services.file_names import safe_file_name
from cm_desktop.services.whole_file import written_whole
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.moderation import FINAL, done_words
from cm_desktop.ui.dialogs.edit_text import EditTextDialog
from cm_desktop.ui.dialogs.moderation import ModerationDialog
from cm_desktop.ui.dialogs.text_viewer import TextViewer
from cm_desktop.ui.images import decode_later
from cm_desktop.ui.links import open_link


class DeskActions(QObject):
    """Carries out what cards ask for, and says through `context.changes` what changed."""

    answer_wanted = Signal(object, bool)  # Message, private
    text_given_back = Signal(object)  # OutboxRow whose text goes back into the composer

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._window = window

    def answer(self, message: Message, *, private: bool) -> None:
        """Begin an answer in the composer."""
        self.answer_wanted.emit(message, private)

    def moderate(self, message: Message, kind: OutboxKind) -> None:
        """Put an act in the outbox; what cannot be taken back is asked about first."""
        if kind in FINAL:
            dialog = ModerationDialog(message, kind, self._window)
            dialog.decided.connect(lambda rule: self._act(message, kind, rule=rule))
            dialog.open()
        elif kind is OutboxKind.EDIT:
            editor = EditTextDialog(_("Change the message"), message.text, self._window)
            editor.accepted_text.connect(lambda text: self._act(message, kind, text=text))
            editor.open()
        else:
            self._act(message, kind)

    def open_link(self, link: str) -> None:
        """Open an address outside, with the questions that belong to it."""
        open_link(link, self._window)

    def show_whole(self, message: Message) -> None:
        """Show a very long text in a window of its own."""
        TextViewer(message.author.name, message.text, self._window).open()

    def show_versions(self, message: Message) -> None:
        """Show what a message said before it was edited."""
        versions = reading.versions(self._context.vault, message.id)
        text = "\n\n――――――――\n\n".join([message.text, *(one.text for one in versions)])
        TextViewer(_("Earlier versions"), text, self._window).open()

    def picture(
        self, message: Message, number: int, room: QSize, then: Callable[[QImage | None], None]
    ) -> None:
        """Decode an attachment on a thread."""
        vault = self._context.vault

        def content() -> bytes | None:
            return reading.attachment_content(vault, message.id, number)

        decode_later(self._context.runner, f"{message.id} {number}", content, room, then)

    def save_attachment(self, message: Message, number: int) -> None:
        """Ask where to, and save an attachment under a name that cannot do harm."""
        name = safe_file_name(message.attachments[number].name)
        chosen, _filter = QFileDialog.getSaveFileName(self._window, _("Save attachment"), name)
        if not chosen:
            return
        vault = self._context.vault

        def save() -> None:
            content = reading.attachment_content(vault, message.id, number) or b""
            with written_whole(Path(chosen)) as file:
                file.write(content)

        self._context.write(save, then=lambda _none: self._say(_("Saved.")))

    def mark_read(self, conversation: ConversationId) -> None:
        """Take the unread mark away."""
        self._do(conversation, lambda: self._context.desk.mark_read(conversation))

    def remove_note(self, note: Note) -> None:
        """Take a note away."""
        self._do(
            note.conversation,
            lambda: self._context.desk.remove_note(note.id),
            said=_("Note removed"),
        )

    def accept(self, handoff: Handoff) -> None:
        """Take a handoff on."""
        desk = self._context.desk
        self._do(handoff.conversation, lambda: desk.accept_handoff(handoff.id), said=_("Taken on"))

    def decline(self, handoff: Handoff) -> None:
        """Give a handoff back; a few words why may be said."""
        desk = self._context.desk
        reason = EditTextDialog(
            _("Give back to %(name)s") % {"name": handoff.sender},
            "",
            self._window,
            hint=_("Why? (a few words, optional)"),
            may_be_empty=True,
        )
        reason.accepted_text.connect(
            lambda text: self._do(
                handoff.conversation,
                lambda: desk.decline_handoff(handoff.id, text),
                said=_("Given back"),
            )
        )
        reason.open()

    def take_back(self, waiting: OutboxRow) -> None:
        """Cancel a waiting row; the text of an answer goes back into the composer."""
        desk = self._context.desk

        def given_back(_change: Any) -> None:
            if waiting.kind.speaks:
                self.text_given_back.emit(waiting)
            self._say(_("Taken back. Nothing was sent."))

        self._do(waiting.conversation, lambda: desk.cancel(waiting.id), then=given_back)

    def change(self, waiting: OutboxRow) -> None:
        """Edit the text of a row that waits or failed."""
        desk = self._context.desk
        editor = EditTextDialog(_("Change the reply"), waiting.text, self._window)
        editor.accepted_text.connect(
            lambda text: self._do(
                waiting.conversation, lambda: desk.edit_waiting(waiting.id, text), send=True
            )
        )
        editor.open()

    def retry(self, waiting: OutboxRow) -> None:
        """Try a failed row once more."""
        desk = self._context.desk
        self._do(waiting.conversation, lambda: desk.retry(waiting.id), send=True)

    def resolve(self, waiting: OutboxRow, how: str) -> None:
        """Decide what became of a row: "sent", "again" or "drop"."""
        desk = self._context.desk
        self._do(waiting.conversation, lambda: desk.resolve(waiting.id, how), send=how == "again")

    @Slot(object)
    def copy_and_open(self, waiting: OutboxRow) -> None:
        """Copy an answer that a person sends on the channel's page, and open that page."""
        QGuiApplication.clipboard().setText(waiting.text)
        page = reading.page_of(self._context.vault, waiting)
        if page:
            self._say(_("The text is copied. Paste it on the page that opens."))
            self.open_link(page)
        else:
            self._say(_("The text is copied. Paste it where the message was written."))

    def _act(self, message: Message, kind: OutboxKind, *, text: str = "", rule: str = "") -> None:
        desk = self._context.desk
        self._do(
            message.conversation,
            lambda: desk.act(message.id, kind, text=text, rule=rule),
            said=done_words(kind),
            send=True,
        )

    def _do(
        self,
        conversation: ConversationId,
        job: Callable[[], Any],
        *,
        said: str = "",
        then: Callable[[Any], None] | None = None,
        send: bool = False,
    ) -> None:
        def done(value: Any) -> None:
            self._context.changes.conversations.emit(frozenset({conversation}))
            if then is not None:
                then(value)
            if send:
                self._context.changes.outbox.emit()
                self._context.worker.send()

        self._context.write(job, said=said, then=done)

    def _say(self, sentence: str) -> None:
        self._context.changes.said.emit(sentence)
