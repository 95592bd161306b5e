"""The forms in which an account is typed in: a general one, and one for mailboxes."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from cm_desktop.domain.channel_words import FieldWords
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    SignInNeededError,
    UntrustedServerError,
)
from cm_desktop.i18n import _
from cm_desktop.services import connecting
from cm_desktop.services.account_forms import MailServers, Trial, mail_servers
from cm_desktop.ui import theme
from cm_desktop.ui.conversation.parts import row
from cm_desktop.ui.dialogs.fields import Fold, PasswordField, field, on_text
from cm_desktop.ui.dialogs.mailbox_words import mailbox_hint
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import PlainLabel

_LONGEST = 2_048  # code points of one field


class ChannelForm(QWidget):
    """Steps and fields for one channel, made from what the channel says it needs."""

    changed = Signal()

    def __init__(self, channel: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.channel = channel
        self._about = connecting.info(channel)
        self._words = self._about.words()
        self.lines: dict[str, QLineEdit] = {}
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.MEDIUM)
        self._add_steps()
        if self._about.needs_url:
            self._add_line("url")
        if self._about.needs_handle:
            self._add_line("handle")
        for name in self._about.secret_fields:
            self._add_secret(name)

    def trial(self) -> Trial:
        """Return what was typed."""
        return Trial(
            channel=self.channel,
            url=self._typed("url"),
            handle=self._typed("handle"),
            settings=self._settings(),
            secret={name: self._typed(name) for name in self._about.secret_fields},
        )

    def first_empty(self) -> tuple[str, QWidget] | None:
        """Return label and field of the first thing that is still missing."""
        for line in self.lines.values():
            if not line.text().strip():
                return line.accessibleName(), line
        return None

    def place_of(self, error: CmError) -> QWidget | None:
        """Return the field that an error is about."""
        if isinstance(error, SignInNeededError):
            names = (*self._about.secret_fields, "handle")
        elif isinstance(error, AddressError | UntrustedServerError):
            names = ("url", "handle")
        else:
            return None
        return next((self.lines[name] for name in names if name in self.lines), None)

    def begin(self) -> None:
        """Put the keyboard into the first field."""
        first = next(iter(self.lines.values()), None)
        if first is not None:
            first.setFocus()

    def _settings(self) -> Mapping[str, str]:
        return {}

    def _typed(self, name: str) -> str:
        line = self.lines.get(name)
        return line.text().strip() if line is not None else ""

    def _add_steps(self) -> None:
        steps = self._words.steps
        for number, step in enumerate(steps, 1):
            if len(steps) == 1:
                self.column.addWidget(Words(step.text, "soft"))
                continue
            line = row(PlainLabel(f"{number}.", "strong"))
            line.addWidget(Words(step.text), 1)
            self.column.addLayout(line)

    def _add_line(self, name: str) -> None:
        words = self._words.fields.get(name, FieldWords(label=name))
        line = QLineEdit()
        line.setMaxLength(_LONGEST)
        line.setPlaceholderText(words.example)
        on_text(line, self.changed.emit)
        self.column.addLayout(field(words.label, line, words.hint))
        self.lines[name] = line

    def _add_secret(self, name: str) -> None:
        secret = PasswordField()
        words = self._words.fields.get(name, FieldWords(label=name))
        secret.line.setMaxLength(_LONGEST)
        secret.line.setPlaceholderText(words.example)
        on_text(secret.line, self.changed.emit)
        self.column.addLayout(field(words.label, secret, words.hint))
        self.lines[name] = secret.line


class MailForm(ChannelForm):
    """Address and password; the servers come from the address, or from the fields below."""

    def __init__(self, channel: str = "mail", parent: QWidget | None = None) -> None:
        super().__init__(channel, parent)
        self._optional: dict[str, QLineEdit] = {}  # by the name of the setting
        self.security: dict[str, QComboBox] = {}
        self._hint = Words("", "soft")
        self._hint.hide()
        self.column.addWidget(self._hint)
        self.column.addLayout(field(_("Name that others see"), self._make("name", "")))
        self.fold = Fold(_("Other server settings"), self._servers())
        self.column.addWidget(self.fold)
        self.lines["handle"].editingFinished.connect(self._look_up)
        self._known: MailServers | None = None
        self._show_known()

    def _servers(self) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.MEDIUM)
        for kind, words in (
            ("imap", _("Server for receiving (IMAP)")),
            ("smtp", _("Server for sending (SMTP)")),
        ):
            column.addWidget(PlainLabel(words, "strong"))
            port = self._make(f"{kind}_port", "")
            port.setMaximumWidth(96)
            port.setAccessibleName(_("Port"))
            host = self._make(f"{kind}_host", "")
            host.setAccessibleName(words)
            line = row()
            line.addWidget(host, 1)
            line.addWidget(port)
            line.addWidget(self._security(kind))
            column.addLayout(line)
        column.addLayout(
            field(
                _("User name"),
                self._make("username", _("as the e-mail address")),
                _("Only where it differs from the e-mail address."),
            )
        )
        return inside

    def _security(self, kind: str) -> QComboBox:
        box = QComboBox()
        # Translators: chosen by the program, which knows what is usual.
        box.addItem(_("Usual encryption"), "")
        box.addItem("TLS", "tls")
        box.addItem("STARTTLS", "starttls")
        box.setAccessibleName(_("Encryption"))
        self.security[kind] = box
        return box

    def _make(self, name: str, example: str) -> QLineEdit:
        line = QLineEdit()
        line.setMaxLength(_LONGEST)
        line.setPlaceholderText(example)
        on_text(line, self.changed.emit)
        self._optional[name] = line
        return line

    def _settings(self) -> Mapping[str, str]:
        typed = {name: line.text().strip() for name, line in self._optional.items()}
        chosen = {f"{kind}_security": str(box.currentData()) for kind, box in self.security.items()}
        return {name: value for name, value in (typed | chosen).items() if value}

    def place_of(self, error: CmError) -> QWidget | None:
        """Return the field that an error is about; a server's fields are unfolded."""
        about_server = isinstance(error, UntrustedServerError) or (
            isinstance(error, AddressError)
            and (error.problem != "bad_address" or error.value != self._typed("handle"))
        )
        if not about_server:
            return super().place_of(error)
        self.fold.set_open(True)
        return self._optional["imap_host"]

    @Slot()
    def _look_up(self) -> None:
        address = self._typed("handle")
        self._known = mail_servers(address) if "@" in address else None
        if "@" in address and self._known is None:
            self.fold.set_open(True)
        self._show_known()

    def _show_known(self) -> None:
        known = self._known
        examples = {
            "imap_host": known.imap_host if known else "imap.example.com",
            "imap_port": str(known.imap_port) if known else "993",
            "smtp_host": known.smtp_host if known else "smtp.example.com",
            "smtp_port": str(known.smtp_port) if known else "465",
        }
        for name, example in examples.items():
            self._optional[name].setPlaceholderText(example)
        self._hint.setText(self._advice(known))
        self._hint.setVisible(bool(self._hint.text()))

    def _advice(self, known: MailServers | None) -> str:
        if known is not None and not known.imap_host:
            return _("This provider offers no way in for other programs.")
        if known is not None:
            return mailbox_hint(known.imap_host)
        if "@" in self._typed("handle"):
            return _("Your provider names these servers on its help pages.")
        return ""


def make_form(channel: str) -> ChannelForm:
    """Return the form of a channel."""
    return MailForm(channel) if channel == "mail" else ChannelForm(channel)
