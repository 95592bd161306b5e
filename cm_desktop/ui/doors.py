"""Opens the dialogs and pages of the window; each is only imported when it is opened."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from cm_desktop.domain.ids import AccountId
from cm_desktop.domain.model import Health
from cm_desktop.i18n import _
from cm_desktop.services import reading
from cm_desktop.ui.actions import Actions
from cm_desktop.ui.context import Context
from cm_desktop.ui.desk_commands import DeskCommands
from cm_desktop.ui.icons import icon
from cm_desktop.ui.taken import Taken, taken_from

if TYPE_CHECKING:
    from cm_desktop.ui.main_window import MainWindow


class Doors(QObject):
    """Opens what lies over the window."""

    def __init__(self, context: Context, window: MainWindow) -> None:
        super().__init__(window)
        self._context = context
        self._window = window

    def snooze(self, commands: DeskCommands) -> None:
        """Ask until when, and put the chosen conversations away until then."""
        from cm_desktop.ui.dialogs.snooze_picker import SnoozePicker

        picker = SnoozePicker(self._context, self._window)
        picker.picked.connect(commands.snooze)
        picker.open()

    def tag(self, commands: DeskCommands) -> None:
        """Ask for a tag to put on or take off."""
        from cm_desktop.ui.dialogs.tag_picker import TagPicker

        picker = TagPicker(self._context, commands.conversations(), self._window)
        picker.picked.connect(commands.toggle_tag)
        picker.open()

    def assign(self, commands: DeskCommands) -> None:
        """Ask who is responsible."""
        from cm_desktop.ui.dialogs.assign_picker import AssignPicker

        picker = AssignPicker(self._context, commands.conversations(), self._window)
        picker.picked.connect(commands.assign)
        picker.open()

    def hand_over(self, commands: DeskCommands) -> None:
        """Ask who shall go on with a conversation, and with what."""
        from cm_desktop.ui.dialogs.handoff import HandoffDialog

        rows = commands.conversations()
        if len(rows) == 1:
            HandoffDialog(self._context, rows[0], self._window).open()
        else:
            self._context.changes.said.emit(_("Please hand over one conversation at a time."))

    def shortcuts(self, actions: Actions) -> None:
        """Show all keys."""
        from cm_desktop.ui.dialogs.shortcuts import ShortcutsDialog

        ShortcutsDialog(actions, self._window).open()

    def templates(self) -> None:
        """Show the templates."""
        from cm_desktop.ui.dialogs.templates import TemplatesDialog

        TemplatesDialog(self._context, self._window).open()

    def settings(self) -> None:
        """Show the settings."""
        from cm_desktop.ui.dialogs.settings import SettingsDialog

        dialog = SettingsDialog(self._context, self._window)
        dialog.language_changed.connect(self._say_anew)
        dialog.single_keys_changed.connect(self._use_single_keys)
        dialog.open()

    def export(self) -> None:
        """Export what the search field asks for, or everything."""
        from cm_desktop.ui.dialogs.export import ExportDialog

        ExportDialog(self._context, self._window.list_panel.search.text(), self._window).open()

    def accounts(self) -> None:
        """Show all accounts and what can be done with them."""
        from cm_desktop.ui.dialogs.accounts import AccountsDialog

        AccountsDialog(self._context, self._window).open()

    def connect_page(self) -> None:
        """Connect another page."""
        from cm_desktop.ui.dialogs.connect_page import ConnectDialog

        ConnectDialog(self._context, self._window).open()

    def note_down_copied(self) -> None:
        """Note down what was copied, or what one writes oneself."""
        copied = taken_from(QGuiApplication.clipboard().mimeData())
        self.note_down(copied or Taken())

    @Slot(object)
    def note_down(self, taken: Taken) -> None:
        """Make a conversation of what was pasted or dropped."""
        from cm_desktop.ui.dialogs.note_down import NoteDownDialog

        dialog = NoteDownDialog(self._context, taken, self._window)
        dialog.noted.connect(self._window.show_conversation)
        dialog.open()

    def sign_in(self) -> None:
        """Sign the account in again that needs it; with several, or none, show all."""
        from cm_desktop.ui.dialogs.sign_in_again import SignInDialog

        needing = [
            account
            for account in reading.accounts(self._context.vault)
            if account.health is Health.SIGN_IN
        ]
        if len(needing) == 1:
            SignInDialog(self._context, needing[0], self._window).open()
        else:
            self.accounts()

    def health(self, account_id: AccountId) -> None:
        """Show how an account is doing, in full."""
        from cm_desktop.ui.dialogs.health import HealthDialog

        for account in reading.accounts(self._context.vault):
            if account.id == account_id:
                HealthDialog(self._context, account, self._window).open()

    def account_menu(self, account: AccountId, place: QPoint) -> None:
        """Offer what can be done with an account."""
        menu = QMenu(self._window)
        fetch = menu.addAction(icon("refresh"), _("Fetch now"))
        fetch.triggered.connect(partial(self._fetch, account))
        health = menu.addAction(icon("info"), _("How it is doing…"))
        health.triggered.connect(partial(self.health, account))
        show = menu.addAction(icon("settings"), _("Channels and accounts…"))
        show.triggered.connect(self.accounts)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def outbox_page(self) -> QWidget:
        """Return the page of what waits to be sent."""
        from cm_desktop.ui.dialogs.outbox import OutboxPage

        page = OutboxPage(self._context)
        page.open_conversation.connect(self._window.show_conversation)
        return page

    def way_out(self, action: str) -> Callable[[], None] | None:
        """Return what the button of a problem does."""
        return {
            "retry": self._context.worker.sync,
            "settings": self.settings,
            "sign_in": self.sign_in,
        }.get(action)

    @Slot(str)
    def _say_anew(self, _language: str) -> None:
        self._window.language_changed.emit()

    @Slot(bool)
    def _use_single_keys(self, wanted: bool) -> None:
        self._window.actions_.use_single_keys(wanted=wanted)

    def _fetch(self, account: AccountId) -> None:
        self._context.worker.account(account)
