"""Who one is writing with, and what else this person wrote."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cm_desktop.domain.model import Conversation, Person
from cm_desktop.i18n import _, ngettext
from cm_desktop.ui import dates, theme
from cm_desktop.ui.avatars import SIZE, avatar
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import picture_label, row, text_button
from cm_desktop.ui.dialogs.fields import Fold
from cm_desktop.ui.dialogs.words import ElidedButton, Words
from cm_desktop.ui.labels import ElidedLabel, PlainLabel, has_mixed_scripts
from cm_desktop.ui.links import open_link

_MOST = 5  # earlier conversations shown


class PersonCard(QWidget):
    """Picture, name, handle, channel, and a link to the profile."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._url = ""
        self._picture = PlainLabel()
        self._picture.setFixedSize(QSize(SIZE, SIZE))
        self._name = Words("", "strong").selectable()
        self._name.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._about = ElidedLabel("", "soft")
        self.profile = text_button(_("Open profile"), self._open, "link", "open_out")
        self._blocked = _marked("block", _("Blocked on the channel"), "bad")
        self._mixed = _marked("warning", _("The name mixes letters that look alike"), "warn")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._name)
        words.addWidget(self._about)
        top = QHBoxLayout()
        top.setSpacing(theme.SMALL)
        top.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.TINY)
        column.addLayout(top)
        for mark in (self._blocked, self._mixed):
            column.addWidget(mark)
        column.addLayout(row(self.profile, None))

    def show_person(self, person: Person, channel: str) -> None:
        """Show somebody."""
        name = person.name or person.handle or _("Unknown")
        ratio = self.devicePixelRatioF()
        self._picture.setPixmap(avatar(name, person.id, SIZE, ratio))
        self._name.setText(name)
        handle = person.handle if person.handle != person.name else ""
        self._about.setText(" · ".join(part for part in (handle, channel_name(channel)) if part))
        self._blocked.setVisible(person.blocked)
        self._mixed.setVisible(has_mixed_scripts(name))
        self._url = person.url
        self.profile.setVisible(bool(person.url))

    def _open(self) -> None:
        open_link(self._url, self.window())


def _marked(glyph: str, words: str, tone: str) -> QWidget:
    made = QWidget()
    label = Words(words, tone)
    layout = row(picture_label(glyph, tone), spacing=theme.TINY)
    layout.addWidget(label, 1)
    made.setLayout(layout)
    return made


class EarlierConversations(QWidget):
    """The other conversations with a person, newest first; hidden while there are none."""

    chosen = Signal(object)  # ConversationId

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        inside = QWidget()
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self.fold = Fold("", inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.fold)
        self.hide()

    @property
    def rows(self) -> list[ElidedButton]:
        """The buttons that lead to the conversations shown."""
        return self.findChildren(ElidedButton)

    def show_conversations(self, conversations: Sequence[Conversation]) -> None:
        """List them; only the newest few, but all are counted."""
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        count = len(conversations)
        words = ngettext("%(n)d earlier conversation", "%(n)d earlier conversations", count)
        self.fold.button.setText(words % {"n": count})
        for one in conversations[:_MOST]:
            self._rows.addWidget(self._row(one))
        self.setVisible(count > 0)

    def _row(self, one: Conversation) -> QWidget:
        said = one.preview or one.title or _("Conversation")
        button = ElidedButton(said)
        button.clicked.connect(lambda: self.chosen.emit(one.id))
        line = QWidget()
        layout = row(spacing=theme.TINY)
        layout.addWidget(button, 1)
        when = dates.short_time(one.last_at, self._context.now())
        layout.addWidget(PlainLabel(when, "soft"))
        line.setLayout(layout)
        return line
