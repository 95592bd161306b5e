"""Asks before an account is removed."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QRadioButton, QWidget

from cm_desktop.domain.model import Account
from cm_desktop.i18n import _
from cm_desktop.services import connecting
from cm_desktop.ui.context import Context
from cm_desktop.ui.dialogs.frame import Dialog
from cm_desktop.ui.dialogs.sign_in_again import tell_changed
from cm_desktop.ui.labels import name_text


class RemoveDialog(Dialog):
    """Asks what becomes of everything that came from an account, and removes it."""

    def __init__(self, context: Context, account: Account, parent: QWidget | None = None) -> None:
        title = _("Remove %(name)s?") % {"name": name_text(account.title, 40)}
        super().__init__(title, parent)
        self._context = context
        self._account = account
        self.say(_("On the channel itself nothing changes. What waits to be sent is not sent."))
        self.keep = QRadioButton(_("Keep the conversations here to read and to search"))
        self.erase = QRadioButton(_("Delete everything that came from there on this computer"))
        self.keep.setChecked(True)
        for choice in (self.keep, self.erase):
            self.body.addWidget(choice)
        self.erase.toggled.connect(self._on_choice)
        self.body.addStretch(1)
        self.button = self.add_danger("", self.accept)
        cancel = self.add_cancel()
        cancel.setDefault(True)
        self.begin_at(self.keep)
        self._on_choice()

    def accept(self) -> None:
        """Remove it, and close."""
        vault, account, erase = self._context.vault, self._account.id, self.erase.isChecked()
        context = self._context

        def removed(_none: object) -> None:
            tell_changed(context, self._account)
            context.changes.conversations.emit(frozenset())
            context.changes.outbox.emit()
            context.changes.said.emit(_("Removed."))

        context.write(lambda: connecting.remove_account(vault, account, erase=erase), then=removed)
        super().accept()

    @Slot()
    def _on_choice(self) -> None:
        erase = self.erase.isChecked()
        self.button.setText(_("Remove and delete") if erase else _("Remove the account"))
