"""The form in which an account is typed in, made from what its channel says it needs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from cm_desktop.domain.channel_words import FieldWords
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    SignInNeededError,
    UntrustedServerError,
)
from cm_desktop.i18n import _
from cm_desktop.services import connecting
from cm_desktop.services.account_forms import Finding, Trial
from cm_desktop.ui import theme
from cm_desktop.ui.context import Context
from cm_desktop.ui.dialogs.address_check import AddressCheck
from cm_desktop.ui.dialogs.fields import Fold, field, on_text
from cm_desktop.ui.dialogs.secret_part import LONGEST, SecretPart
from cm_desktop.ui.dialogs.steps import Steps
from cm_desktop.ui.links import open_link


class ChannelForm(QWidget):
    """Steps and fields for one channel.

    `changed` says that something was typed; `way_changed` that the button that goes on has
    other words or can be pressed now.
    """

    changed = Signal()
    way_changed = Signal()

    def __init__(self, context: Context, channel: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.channel = channel
        self._context = context
        self._about = connecting.info(channel)
        self._words = self._about.words()
        self.lines: dict[str, QLineEdit] = {}  # what is needed
        self._optional: dict[str, QLineEdit] = {}  # by the name of the setting
        self.check: AddressCheck | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.MEDIUM)
        steps = self._words.steps if self._about.browser is None else self._words.steps[:1]
        self.steps = Steps(steps, partial(open_link, parent=self))
        self.steps.setVisible(bool(steps))
        self.column.addWidget(self.steps)
        self.secrets = SecretPart(context, channel)
        for name in self._needed():
            self._add_line(name)
        self.secrets.changed.connect(self.changed)
        self.secrets.way_changed.connect(self.way_changed)
        self.lines |= self.secrets.lines
        self.column.addWidget(self.secrets)
        self._add_settings()

    def trial(self) -> Trial:
        """Return what was typed."""
        return Trial(
            channel=self.channel,
            url=self._typed("url"),
            handle=self._typed("handle"),
            settings=self._settings(),
            secret=self.secrets.secret(),
        )

    def first_empty(self) -> tuple[str, QWidget] | None:
        """Return label and field of the first thing that is still missing."""
        for name in self._needed():
            if not self._typed(name):
                return self.lines[name].accessibleName(), self.lines[name]
        return self.secrets.first_empty()

    def place_of(self, error: CmError) -> QWidget | None:
        """Return the field that an error is about."""
        if isinstance(error, SignInNeededError):
            names = (*self._about.secret_fields, "handle")
        elif isinstance(error, AddressError | UntrustedServerError):
            names = ("url", "handle", *self._about.secret_fields)
        else:
            return None
        fields = (self.lines[name] for name in names if name in self.lines)
        return next((line for line in fields if not line.isHidden() and line.isVisible()), None)

    def begin(self) -> None:
        """Put the keyboard into the first field."""
        for line in (*self.lines.values(), *self._optional.values()):
            if not line.isHidden():
                line.setFocus()
                return

    def stop(self) -> None:
        """Ask nobody any more: the form is closed or left."""
        self.secrets.stop()
        if self.check is not None:
            self.check.stop()

    def _needed(self) -> tuple[str, ...]:
        asked = {"url": self._about.needs_url, "handle": self._about.needs_handle}
        return tuple(name for name, needed in asked.items() if needed)

    def _settings(self) -> Mapping[str, str]:
        typed = {name: line.text().strip() for name, line in self._optional.items()}
        return {name: value for name, value in typed.items() if value}

    def _typed(self, name: str) -> str:
        line = self.lines.get(name)
        return line.text().strip() if line is not None else ""

    def _add_line(self, name: str) -> None:
        words = self._words.fields.get(name, FieldWords(label=name))
        line = self._line(words.example)
        self.column.addLayout(field(words.label, line, words.hint))
        self.lines[name] = line
        if name == self._needed()[0]:
            line.textChanged.connect(self._show_pages_behind)
            self._add_check(line)

    def _add_check(self, line: QLineEdit) -> None:
        if self._about.look is None:
            return
        self.check = AddressCheck(self._context, line, self.trial)
        self.check.found.connect(self._on_found)
        self.column.addWidget(self.check)

    def _add_settings(self) -> None:
        """Show the settings that have words; below a line if there are other fields."""
        fields = self._words.fields
        named = [name for name in self._about.setting_fields if name in fields]
        if not named:
            return
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.MEDIUM)
        for name in named:
            self._optional[name] = self._line(fields[name].example)
            column.addLayout(field(fields[name].label, self._optional[name], fields[name].hint))
        folded = bool(self.lines or self.secrets.way)
        self.column.addWidget(Fold(_("Other settings"), inside) if folded else inside)

    def _line(self, example: str) -> QLineEdit:
        line = QLineEdit()
        line.setMaxLength(LONGEST)
        line.setPlaceholderText(example)
        on_text(line, self.changed.emit)
        return line

    @Slot(object)
    def _on_found(self, finding: Finding) -> None:
        if finding.url:
            self._show_pages_behind(finding.url)

    @Slot(str)
    def _show_pages_behind(self, address: str) -> None:
        for steps in (self.steps, self.secrets.steps):
            steps.show_for(address)


def make_form(context: Context, channel: str) -> ChannelForm:
    """Return the form of a channel."""
    from cm_desktop.ui.dialogs.mailbox_form import MailboxForm

    mailbox = "imap_host" in connecting.info(channel).setting_fields
    return MailboxForm(context, channel) if mailbox else ChannelForm(context, channel)
