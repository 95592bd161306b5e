"""The program's own window on the vault of the benchmarks, for programs that measure it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from benchmarks import generate, window_vault
from cm_desktop import app
from cm_desktop.services.vault import Vault, open_with_key
from cm_desktop.ui import start
from cm_desktop.ui.main_window import MainWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the window is asked for."""

    data_dir: Path
    vault: str | None = None
    demo: bool = False
    screenshot: Path | None = None
    screen: str | None = None


class Program(app.Program):
    """The program, but that the key comes from here and not from a keyring."""

    def _open(self) -> Vault:
        return open_with_key(self._folder, window_vault.NAME, generate.KEY)

    @property
    def window(self) -> MainWindow:
        """The window that is shown."""
        if not isinstance(self._shown, MainWindow):
            raise SystemExit("the vault could not be opened")
        return self._shown


@contextmanager
def opened(
    folder: Path, kind: type[Program] = Program
) -> Iterator[tuple[QApplication, Program, MainWindow]]:
    """Open the window, with everything in it that is made after the first paint."""
    application = start.make_application()
    with ExitStack() as cleanup:
        program = kind(application, Request(data_dir=folder), cleanup)
        program.begin()
        window = program.window
        until(lambda: window.isVisible() and window.shown is None and window.pane is not None)
        settle()
        yield application, program, window
        window.close()


def until(true: Callable[[], bool]) -> None:
    """Let events happen until something is so."""
    while not true():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)


def settle() -> None:
    """Let events happen until there are none."""
    for _round in range(20):
        QApplication.processEvents()
