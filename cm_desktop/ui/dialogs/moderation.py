"""Ask before something that cannot be taken back, and for the house rule it is done by."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QVBoxLayout, QWidget

from cm_desktop.domain.model import Direction, Message, OutboxKind
from cm_desktop.i18n import _
from cm_desktop.ui import theme
from cm_desktop.ui.conversation.reading_label import ReadingLabel
from cm_desktop.ui.dialogs.fields import field
from cm_desktop.ui.dialogs.frame import Dialog
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import ElidedLabel, name_text

# Shown of the message; the rest is in the conversation behind.
_CHARACTERS = 500
_LINES = 8
_NAME = 36  # code points of a name in the question


class ModerationDialog(Dialog):
    """Shows the message and asks for a reason; `decided` carries it.

    Cancel is the default, and messages of others need a reason: it is what one can show
    later when somebody asks why.
    """

    decided = Signal(str)

    def __init__(self, message: Message, kind: OutboxKind, parent: QWidget | None = None) -> None:
        question, consequence, button = _words(kind, message)
        super().__init__(question, parent, width=520)
        self._needs_rule = message.direction is Direction.IN
        self.body.addWidget(_quotation(message))
        self.body.addWidget(Words(consequence))
        line = QLineEdit()
        line.setMaxLength(300)
        line.setPlaceholderText(_("Choose one, or write your own"))
        self.rule = QComboBox()
        self.rule.setEditable(True)
        self.rule.setLineEdit(line)
        self.rule.addItems(_reasons(kind) if self._needs_rule else [])
        self.rule.setCurrentIndex(-1)
        self.rule.setMaxVisibleItems(12)
        self.body.addLayout(
            field(_("House rule or reason"), self.rule, _("Kept in the log of this conversation."))
        )
        self.button = self.add_danger(button, self.accept)
        cancel = self.add_cancel()
        cancel.setDefault(True)
        self.rule.editTextChanged.connect(self._on_rule)
        self.begin_at(self.rule if self._needs_rule else cancel)
        self._on_rule()

    def accept(self) -> None:
        """Carry the reason to whoever asked, and close."""
        if not self.button.isEnabled():
            return
        self.decided.emit(self.rule.currentText().strip())
        super().accept()

    @Slot()
    def _on_rule(self) -> None:
        self.button.setEnabled(bool(self.rule.currentText().strip()) or not self._needs_rule)


def _words(kind: OutboxKind, message: Message) -> tuple[str, str, str]:
    """Return the question, what will happen, and what the button says."""
    name = {"name": name_text(message.author.name, _NAME)}
    if kind is OutboxKind.BLOCK:
        return (
            _("Block %(name)s?") % name,
            _("This person can then no longer write to this account. What was said stays here."),
            _("Block the person"),
        )
    if kind is OutboxKind.REPORT:
        return (
            _("Report this message of %(name)s?") % name,
            _("The channel is told about it and decides by its own rules. This cannot be undone."),
            _("Report the message"),
        )
    gone = _("It disappears from the channel for everyone. A copy stays in the log here.")
    if message.direction is Direction.OUT:
        return _("Delete this message of yours?"), gone, _("Delete the message")
    return _("Delete this message of %(name)s?") % name, gone, _("Delete the message")


def _reasons(kind: OutboxKind) -> list[str]:
    reasons = [
        _("Insult or threat"),
        _("Hate against a group of people"),
        _("Advertising or spam"),
        _("Private data of others"),
        _("False claim"),
        _("Forbidden by law"),
        _("Off topic, after a request to stop"),
    ]
    if kind is OutboxKind.DELETE:
        reasons.append(_("Asked for by the person who wrote it"))
    return reasons


def _quotation(message: Message) -> QWidget:
    card = QFrame()
    card.setProperty("kind", "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(theme.MEDIUM, theme.SMALL, theme.MEDIUM, theme.SMALL)
    column.setSpacing(theme.TINY)
    column.addWidget(ElidedLabel(message.author.name, "strong"))
    column.addWidget(ReadingLabel(start_of(message.text) or _("(without text)")))
    return card


def start_of(text: str) -> str:
    """Return as much of a message as is needed to know which one it is."""
    lines = text[:_CHARACTERS].splitlines()[:_LINES]
    start = "\n".join(lines).strip()
    return start if start == text.strip() else f"{start}…"
