"""The accounts: how each is doing, and what can be done with it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from cm_desktop.domain.model import Account
from cm_desktop.i18n import _
from cm_desktop.services import reading
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import text_button
from cm_desktop.ui.dialogs.account_card import AccountCard
from cm_desktop.ui.dialogs.connect_page import ConnectDialog
from cm_desktop.ui.dialogs.frame import Dialog
from cm_desktop.ui.dialogs.health import HealthDialog
from cm_desktop.ui.dialogs.words import Words


class AccountsDialog(Dialog):
    """Lists the accounts; everything takes effect at once."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(_("Channels and accounts"), parent, width=620)
        self._context = context
        self.cards: dict[str, AccountCard] = {}
        self._built = False
        self._column = self.add_scrolled()
        self.add_left(text_button(_("Connect a page…"), self._connect, "", "add"))
        self.add_close()
        context.changes.accounts.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read the accounts again."""
        accounts = reading.accounts(self._context.vault)
        shown = {account.id: account for account in accounts}
        if not self._built or list(self.cards) != list(shown):
            self._rebuild(accounts)
        for account in accounts:
            self.cards[account.id].show_account(account)

    def _rebuild(self, accounts: list[Account]) -> None:
        self._built = True
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.cards = {account.id: AccountCard(self._context, account, self) for account in accounts}
        for card in self.cards.values():
            card.details_wanted.connect(partial(self._show_details, card))
            self._column.addWidget(card)
        if not accounts:
            self._column.addWidget(Words(_("No page is connected yet."), "soft"))
        self._column.addStretch(1)

    def _show_details(self, card: AccountCard) -> None:
        HealthDialog(self._context, card.account, self).open()

    def _connect(self) -> None:
        ConnectDialog(self._context, self).open()
