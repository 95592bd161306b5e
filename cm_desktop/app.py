"""Builds the window and everything it needs, runs it, and cleans up behind it."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import QObject, QSettings, QSize, QTimer, Slot
from PySide6.QtWidgets import QApplication, QWidget

from cm_desktop import i18n
from cm_desktop.domain.errors import CmError, VaultDamagedError
from cm_desktop.i18n import _
from cm_desktop.services import vault as vaults
from cm_desktop.services.vault import Vault
from cm_desktop.ui import start, theme
from cm_desktop.ui.context import Changes, Context, DeskLater
from cm_desktop.ui.main_window import MainWindow
from cm_desktop.ui.runner import Runner
from cm_desktop.ui.theme import Theme
from cm_desktop.ui.worker_link import WorkerLink

if TYPE_CHECKING:
    from cm_desktop.services.desk import Desk
    from cm_desktop.ui.entrance import Entrance

_SETTINGS = "window.ini"
_PICTURE_SIZE = "1440x900"
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
    if request.screen is not None and not _is_screen(request.screen):
        return _WRONG_USE
    application = start.make_application(for_picture=request.screenshot is not None)
    with ExitStack() as cleanup:
        program = Program(application, request, cleanup)
        program.begin()
        return application.exec()


def _is_screen(name: str) -> bool:
    from cm_desktop.ui import screens

    known = [*screens.SCREENS, *screens.PAGES]
    if name not in known:
        words = _("There is no screen “%(name)s”. There are: %(known)s.")
        sys.stderr.write(words % {"name": name, "known": ", ".join(known)} + "\n")
    return name in known


class Program(QObject):
    """What lives as long as the window: opens the vault, shows the window, ends everything."""

    def __init__(self, application: QApplication, request: Request, cleanup: ExitStack) -> None:
        super().__init__(application)
        self._application = application
        self._request = request
        self._cleanup = cleanup
        self._demo = request.demo
        self._folder = self._data_dir()
        self._settings = QSettings(str(self._folder / _SETTINGS), QSettings.Format.IniFormat)
        language = str(self._settings.value("language", "") or "")
        # What the command line asked for wins.
        if language and i18n.language() == i18n.system_language():
            i18n.use_language(language)
        start.translate_qt(application)
        self._cleanup.callback(start.forget_translation, application)
        wanted = os.environ.get("CM_DESKTOP_THEME")
        self._theme = Theme(
            application,
            wanted or str(self._settings.value("theme", "") or "system"),
            text_percent=self._text_percent(),
        )
        self._runner = Runner(self)
        self._cleanup.callback(self._runner.stop)
        self._shown: QWidget | None = None
        self._wants_page = False

    def begin(self) -> None:
        """Open the vault and show it; where that cannot be, show why."""
        if self._request.screen == "first-run":
            self._enter().welcome()
        elif self._request.screen == "vault-trouble":
            self._enter().show_error(VaultDamagedError())
        else:
            try:
                vault = self._open()
            except CmError as error:
                self._enter().show_error(error)
            else:
                self._show(vault)

    def _text_percent(self) -> int:
        kept = str(self._settings.value("text_size", "") or "100")
        return int(kept) if kept.isdecimal() and int(kept) in theme.TEXT_SIZES else 100

    def _data_dir(self) -> Path:
        if not self._demo:
            return self._request.data_dir
        folder = Path(tempfile.mkdtemp(prefix="cm-desktop-demo-"))
        self._cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def _open(self) -> Vault:
        if self._demo:
            from cm_desktop.services.demo_vault import open_filled_demo

            return open_filled_demo(self._folder)
        return vaults.open_vault(self._folder, self._request.vault)

    def _enter(self) -> Entrance:
        """Show the window of those who have no open vault yet."""
        from cm_desktop.ui.entrance import Entrance

        entrance = Entrance(self._folder, self._request.vault, self._runner)
        entrance.opened.connect(self._show)
        entrance.connect_wanted.connect(self._note_wish)
        entrance.demo_wanted.connect(self._begin_demo)
        entrance.quit_wanted.connect(self._application.quit)
        start.finish(self._application)
        self._replace(entrance)
        self._take_picture(entrance)
        return entrance

    def _note_wish(self) -> None:
        self._wants_page = True

    def _begin_demo(self) -> None:
        """Show the demo in place of the welcome; nothing of it is kept."""
        self._demo = True
        self._folder = self._data_dir()
        self._show(self._open())

    @Slot(object)
    def _show(self, vault: Vault) -> None:
        """Show the window of a vault that was opened."""
        try:
            self._cleanup.enter_context(vault.exclusive("window"))
        except CmError as error:
            vault.close()
            self._enter().show_error(error)
            return
        self._cleanup.callback(vault.close)
        # What was to be written is written before the vault is closed.
        self._cleanup.callback(self._runner.stop)
        if not self._demo:
            vaults.remember_last(self._folder, vault.name)
        changes = Changes(self)
        worker = self._make_worker(vault, changes)
        window = self._open_window(self._context(vault, changes, worker), worker)
        if self._request.screenshot is None:
            window.painted.connect(worker.start)
        window.painted.connect(partial(start.finish, self._application))

    def _open_window(self, context: Context, worker: WorkerLink) -> MainWindow:
        worker.tell(context.changes)
        window = MainWindow(context)
        window.language_changed.connect(partial(self._open_anew, context, worker))
        worker.died.connect(window.say_worker_died)
        worker.ready.connect(window.say_worker_ready)
        worker.busy_changed.connect(window.say_busy)
        worker.vault_trouble.connect(window.on_vault_trouble)
        start.catch_mistakes(window.say_mistake)
        if self._request.screen is not None:
            window.painted.connect(partial(self._show_screen, window, self._request.screen))
        window.painted.connect(partial(self._take_picture, window))
        self._replace(window)
        if self._wants_page:
            self._wants_page = False
            QTimer.singleShot(0, window, window.doors.connect_page)
        return window

    def _open_anew(self, context: Context, worker: WorkerLink) -> None:
        """Say everything in another language: build the window once more."""
        before = self._shown

        def build() -> None:
            thread = None
            if isinstance(before, MainWindow):
                before.remember()
                thread = before.shown
            window = self._open_window(replace(context, changes=Changes(self)), worker)
            if thread is not None:
                window.show_conversation(thread.conversation.id)
            window.doors.settings()

        start.translate_qt(self._application)
        # Not while the old window is still in the middle of its signal.
        QTimer.singleShot(0, self, build)

    def _make_worker(self, vault: Vault, changes: Changes) -> WorkerLink:
        first_line = {
            "key": vault.key.hex(),
            "data_dir": str(self._folder),
            "vault": vault.name,
        }
        worker = WorkerLink(changes, first_line, parent=self)
        self._cleanup.callback(worker.stop)
        return worker

    def _context(self, vault: Vault, changes: Changes, worker: WorkerLink) -> Context:
        return Context(
            vault=vault,
            desk=cast("Desk", DeskLater(vault)),
            runner=self._runner,
            theme=self._theme,
            changes=changes,
            worker=worker,
            settings=self._settings,
            demo=self._demo,
        )

    def _show_screen(self, window: MainWindow, name: str) -> None:
        from cm_desktop.ui import screens

        screens.show_screen(window, name)

    def _replace(self, window: QWidget) -> None:
        """Show a window in place of the one before."""
        pictured = isinstance(window, MainWindow) and self._request.screenshot is not None
        if size := os.environ.get("CM_DESKTOP_SIZE", _PICTURE_SIZE if pictured else ""):
            width, _by, height = size.partition("x")
            window.resize(QSize(int(width), int(height)))
        window.show()
        before, self._shown = self._shown, window
        if before is not None:
            before.close()
            before.deleteLater()

    def _take_picture(self, window: QWidget) -> None:
        if self._request.screenshot is not None:
            from cm_desktop.ui import screens

            picture = screens.Screenshot(window, self._request.screenshot, self._is_busy)
            picture.taken.connect(self._picture_taken)

    def _is_busy(self) -> bool:
        return self._runner.busy

    def _picture_taken(self, saved: bool) -> None:
        if not saved:
            words = _("The picture could not be saved: %(file)s")
            sys.stderr.write(words % {"file": self._request.screenshot} + "\n")
        self._application.exit(0 if saved else _NOT_SAVED)
