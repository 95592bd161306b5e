"""The form for mailboxes: address and password, and servers where they are not known."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from cm_desktop.domain.errors import AddressError, CmError, UntrustedServerError
from cm_desktop.i18n import _
from cm_desktop.services.account_forms import MailServers, mail_servers
from cm_desktop.ui import theme
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import row
from cm_desktop.ui.dialogs.channel_forms import ChannelForm
from cm_desktop.ui.dialogs.fields import Fold, field
from cm_desktop.ui.dialogs.mailbox_words import mailbox_hint
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import PlainLabel


class MailboxForm(ChannelForm):
    """Address and password; the servers come from the address, or from the fields below."""

    def __init__(self, context: Context, channel: str, parent: QWidget | None = None) -> None:
        super().__init__(context, channel, parent)
        self.security: dict[str, QComboBox] = {}
        self._known: MailServers | None = None
        self._hint = Words("", "soft")
        self._hint.hide()
        self.column.addWidget(self._hint)
        if self._asks("smtp_host"):
            self.column.addLayout(field(_("Name that others see"), self._make("name", "")))
        self.fold = Fold(_("Other server settings"), self._servers())
        self.column.addWidget(self.fold)
        self.lines["handle"].editingFinished.connect(self._look_up)
        self._show_known()

    def _add_settings(self) -> None:
        """Add none here: which servers there are depends on the address."""

    def _asks(self, name: str) -> bool:
        return name in self._about.setting_fields

    def _servers(self) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.MEDIUM)
        for kind, words in (
            ("imap", _("Server for receiving (IMAP)")),
            ("smtp", _("Server for sending (SMTP)")),
        ):
            if not self._asks(f"{kind}_host"):
                continue
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
        for name, about in self._words.fields.items():
            if self._asks(name) and name not in self._optional:
                column.addLayout(field(about.label, self._make(name, about.example), about.hint))
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
        self._optional[name] = self._line(example)
        return self._optional[name]

    def _settings(self) -> Mapping[str, str]:
        chosen = {f"{kind}_security": str(box.currentData()) for kind, box in self.security.items()}
        return {**super()._settings(), **{name: one for name, one in chosen.items() if one}}

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
            if name in self._optional:
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
