"""Opens the dialogs and pages of the window; each is only imported when it is opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QWidget

from cm_desktop.domain.ids import AccountId
from cm_desktop.i18n import _
from cm_desktop.ui.actions import Actions
from cm_desktop.ui.context import Context
from cm_desktop.ui.desk_commands import DeskCommands

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

    def templates(self) -> None:
        """Show the templates."""

    def settings(self) -> None:
        """Show the settings."""

    def connect_page(self) -> None:
        """Connect another page."""

    def account_menu(self, account: AccountId, place: QPoint) -> None:
        """Offer what can be done with an account."""

    def outbox_page(self) -> QWidget:
        """Return the page of what waits to be sent."""
        return QWidget()

    def way_out(self, action: str) -> Callable[[], None] | None:
        """Return what the button of a problem does."""
        return {
            "retry": self._context.worker.sync,
            "settings": self.settings,
            "sign_in": self.settings,
        }.get(action)
