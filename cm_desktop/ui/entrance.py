"""What stands there until a vault is open: a welcome, a passphrase, or why it cannot be opened."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from cm_desktop.domain.errors import CmError, KeyringMissingError, KeyWrongError, VaultMissingError
from cm_desktop.services import backup, paths
from cm_desktop.services import vault as vaults
from cm_desktop.services.backup import Backup
from cm_desktop.services.file_names import safe_file_name
from cm_desktop.services.my_name import use_name
from cm_desktop.services.vault import Vault, VaultInfo
from cm_desktop.ui.dialogs.first_run import FirstRunPage
from cm_desktop.ui.dialogs.vault_trouble import PassphrasePage, VaultTroublePage
from cm_desktop.ui.runner import Done, Outcome, Runner

_JOB = "open the vault"
_LONGEST = 60  # letters of a vault's name


class Entrance(QWidget):
    """Shows one page after the other, until `opened` carries a Vault.

    With `connect_wanted` before it, the dialog that connects a page is wanted at once.
    """

    opened = Signal(object)
    connect_wanted = Signal()
    demo_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, data_dir: Path, name: str | None, runner: Runner) -> None:
        super().__init__()
        self._data_dir = data_dir
        self._name = name
        self._runner = runner
        self._failed: Callable[[CmError], None] = self.show_error
        self.setWindowTitle("CM Desktop")
        self.setMinimumSize(560, 480)
        self.resize(880, 640)
        self.pages = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)

    @property
    def page(self) -> QWidget | None:
        """The page that is shown."""
        return self.pages.currentWidget()

    def welcome(self) -> None:
        """Begin for somebody who has no vault yet."""
        page = FirstRunPage()
        page.demo_wanted.connect(self.demo_wanted)
        page.connect_wanted.connect(self.connect_wanted)
        page.create_vault.connect(self._create)
        self._failed = page.show_error
        self._show(page)

    def show_error(self, error: CmError) -> None:
        """Say why the vault cannot be opened, and what can be done."""
        if isinstance(error, VaultMissingError) and self._name is None:
            self.welcome()
        elif isinstance(error, KeyringMissingError | KeyWrongError):
            self._ask_passphrase(error)
        else:
            self._explain(error)

    def _ask_passphrase(self, error: CmError) -> None:
        page = PassphrasePage(self._info().title)
        page.given.connect(self._try)
        page.quit_wanted.connect(self.quit_wanted)
        self._failed = page.show_error
        self._show(page)
        page.setFocus()
        if isinstance(error, KeyWrongError):
            page.show_error(error)

    def _explain(self, error: CmError) -> None:
        page = VaultTroublePage(error, self._backups())
        page.again.connect(partial(self._try, ""))
        page.passphrase_given.connect(self._try)
        page.restore_wanted.connect(self._restore)
        page.create_wanted.connect(self.welcome)
        page.quit_wanted.connect(self.quit_wanted)
        self._failed = self.show_error
        self._show(page)
        page.begin()

    def _show(self, page: QWidget) -> None:
        before = self.pages.currentWidget()
        self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        if before is not None:
            self.pages.removeWidget(before)
            before.deleteLater()

    @Slot(str)
    def _try(self, passphrase: str) -> None:
        ask = (lambda: passphrase) if passphrase else None
        job = partial(vaults.open_vault, self._data_dir, self._name, ask_passphrase=ask)
        self._runner.submit(_JOB, job, self._on_tried)

    @Slot(str, str, str)
    def _create(self, firm: str, person: str, passphrase: str) -> None:
        def create() -> Vault:
            name = self._name or safe_file_name(firm)[:_LONGEST].strip(" .")
            made = vaults.create_vault(
                self._data_dir, name, title=firm, passphrase=passphrase or None
            )
            use_name(made, person)
            return made

        self._runner.submit(_JOB, create, self._on_tried)

    @Slot(Path)
    def _restore(self, file: Path) -> None:
        def restore() -> Vault:
            name = self._info().name
            vaults.restore_vault(self._data_dir, name, file=file)
            return vaults.open_vault(self._data_dir, name)

        self._runner.submit(_JOB, restore, self._on_tried)

    def _on_tried(self, outcome: Outcome[Vault]) -> None:
        if isinstance(outcome, Done):
            self.opened.emit(outcome.value)
        else:
            self._failed(outcome.error)

    def _info(self) -> VaultInfo:
        """Return what is known of the vault without its key."""
        known = vaults.list_vaults(self._data_dir)
        fitting = [one for one in known if self._name in (None, one.name)]
        nothing = VaultInfo(name="", title="", key_kind="", size=0, folder=self._data_dir)
        return fitting[0] if fitting else nothing

    def _backups(self) -> list[Backup]:
        name = self._info().name
        folder = paths.find_folder(self._data_dir, name) if name else None
        return backup.list_backups(folder) if folder is not None else []
