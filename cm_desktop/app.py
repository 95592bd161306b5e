"""Builds the window and everything it needs, runs it, and cleans up behind it."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QSettings, QSize, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from cm_desktop import i18n
from cm_desktop.domain.errors import CmError, VaultMissingError
from cm_desktop.i18n import _
from cm_desktop.services import vault as vaults
from cm_desktop.services.desk import Desk
from cm_desktop.services.vault import Vault
from cm_desktop.ui import screens, start
from cm_desktop.ui.context import Changes, Context
from cm_desktop.ui.main_window import MainWindow
from cm_desktop.ui.runner import Runner
from cm_desktop.ui.theme import Theme
from cm_desktop.ui.worker_link import WorkerLink

_SETTINGS = "window.ini"
_WRONG_USE, _NOT_SAVED = 2, 1


class Request(Protocol):
    """What the window was asked for; the command line's own class fits."""

    @property
    def data_dir(self) -> Path:
        """The folder of all vaults."""

    @property
    def vault(self) -> str | None:
        """The vault to open; None: the only one, or the one shown last."""

    @property
    def demo(self) -> bool:
        """Whether to show invented conversations that are thrown away."""

    @property
    def screenshot(self) -> Path | None:
        """Where to save a picture of the window, which is then closed."""

    @property
    def screen(self) -> str | None:
        """Which screen to show first, see ui/screens.py."""


def main(request: Request) -> int:
    """Show the window until it is closed, and return the exit code.

    CM_DESKTOP_THEME ("light", "dark") and CM_DESKTOP_SIZE ("1280x720") take the place of
    what is remembered, for pictures.
    """
    known = [*screens.SCREENS, *screens.PAGES]
    if request.screen is not None and request.screen not in known:
        words = _("There is no screen “%(name)s”. There are: %(known)s.")
        sys.stderr.write(words % {"name": request.screen, "known": ", ".join(known)} + "\n")
        return _WRONG_USE
    application = start.make_application()
    with ExitStack() as cleanup:
        program = Program(application, request, cleanup)
        start.quit_on_signals(application)
        program.begin()
        return application.exec()


class Program(QObject):
    """What lives as long as the window: opens the vault, shows the window, ends everything."""

    def __init__(self, application: QApplication, request: Request, cleanup: ExitStack) -> None:
        super().__init__(application)
        self._application = application
        self._request = request
        self._cleanup = cleanup
        self._folder = self._data_dir()
        self._settings = QSettings(str(self._folder / _SETTINGS), QSettings.Format.IniFormat)
        language = str(self._settings.value("language", "") or "")
        # What the command line asked for wins.
        if language and i18n.language() == i18n.system_language():
            i18n.use_language(language)
        start.translate_qt(application)
        wanted = os.environ.get("CM_DESKTOP_THEME")
        self._theme = Theme(
            application, wanted or str(self._settings.value("theme", "") or "system")
        )
        self._shown: QWidget | None = None

    def begin(self) -> None:
        """Open the vault and show it; where that cannot be, show why."""
        if self._request.screen == "first-run":
            self._welcome()
            return
        try:
            vault = self._open()
        except VaultMissingError as error:
            if self._request.vault is None:
                self._welcome()
            else:
                self._explain(error)
        except CmError as error:
            self._explain(error)
        else:
            self._show(vault)

    def _data_dir(self) -> Path:
        if not self._request.demo:
            return self._request.data_dir
        folder = Path(tempfile.mkdtemp(prefix="cm-desktop-demo-"))
        self._cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def _open(self) -> Vault:
        if self._request.demo:
            from cm_desktop.services.demo_vault import open_filled_demo

            return open_filled_demo(self._folder)
        return vaults.open_vault(self._folder, self._request.vault)

    def _show(self, vault: Vault) -> None:
        """Show the window of a vault that was opened."""
        try:
            held = vault.exclusive("window")
            self._cleanup.callback(vault.close)
            self._cleanup.enter_context(held)
        except CmError as error:
            self._explain(error)
            return
        if not self._request.demo:
            vaults.remember_last(self._folder, vault.name)
        context = self._context(vault)
        window = MainWindow(context)
        self._replace(window)
        start.catch_mistakes(window.say_mistake)
        if self._request.screenshot is not None:
            self._take_picture(window, lambda: context.runner.busy)
        else:
            # After the first paint: the window comes first.
            QTimer.singleShot(0, window, self._link(context, window).start)
        if self._request.screen is not None:
            QTimer.singleShot(0, window, lambda: self._show_screen(window))

    def _context(self, vault: Vault) -> Context:
        runner = Runner(self)
        self._cleanup.callback(runner.stop)
        changes = Changes(self)
        first_line = {
            "key": vault.key.hex(),
            "data_dir": str(self._folder),
            "vault": vault.name,
        }
        worker = WorkerLink(changes, first_line, parent=self)
        self._cleanup.callback(worker.stop)
        return Context(
            vault=vault,
            desk=Desk(vault),
            runner=runner,
            theme=self._theme,
            changes=changes,
            worker=worker,
            settings=self._settings,
            demo=self._request.demo,
        )

    def _link(self, context: Context, window: MainWindow) -> WorkerLink:
        worker = context.worker
        if not isinstance(worker, WorkerLink):
            raise TypeError(worker)
        worker.died.connect(window.say_worker_died)
        worker.ready.connect(window.say_worker_ready)
        worker.busy_changed.connect(window.say_busy)
        worker.vault_trouble.connect(window.on_vault_trouble)
        return worker

    def _show_screen(self, window: MainWindow) -> None:
        screens.show_screen(window, self._request.screen or "")

    def _replace(self, window: QWidget) -> None:
        """Show a window in place of the one before."""
        if size := os.environ.get("CM_DESKTOP_SIZE"):
            width, _by, height = size.partition("x")
            window.resize(QSize(int(width), int(height)))
        window.show()
        before, self._shown = self._shown, window
        if before is not None:
            before.close()
            before.deleteLater()

    def _take_picture(self, window: QWidget, busy: Callable[[], bool]) -> None:
        file = self._request.screenshot
        if file is not None:
            picture = screens.Screenshot(window, file, busy)
            picture.taken.connect(self._picture_taken)

    def _picture_taken(self, saved: bool) -> None:
        if not saved:
            words = _("The picture could not be saved: %(file)s")
            sys.stderr.write(words % {"file": self._request.screenshot} + "\n")
        self._application.exit(0 if saved else _NOT_SAVED)

    def _welcome(self) -> None:
        """Begin for somebody who has no vault yet."""

    def _explain(self, error: CmError) -> None:
        """Say why the vault cannot be opened, and what can be done."""
