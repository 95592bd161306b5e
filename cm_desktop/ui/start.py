"""Prepares Qt before the first window, and makes its troubles readable."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType

from PySide6.QtCore import (
    QLibraryInfo,
    QLoggingCategory,
    QMessageLogContext,
    QRectF,
    QSocketNotifier,
    Qt,
    QTimer,
    QtMsgType,
    QTranslator,
    qInstallMessageHandler,
)
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from cm_desktop.i18n import _, language
from cm_desktop.ui.garbage import collect_here
from cm_desktop.ui.icons import draw_glyph

_TRANSLATOR = "qt's own words"
NO_DISPLAY = 2  # exit code: wrong use
_TICK_MS = 250

_log = logging.getLogger(__name__)


def make_application(*, for_picture: bool = False) -> QApplication:
    """Return the application object. Ends the program with code 2 where there is no screen.

    `for_picture`: the window is only to be painted into a file, which needs no screen.
    """
    if for_picture and not _may_have_screen():
        # Qt's own platform for this; without it, Qt would end the program on a server or in CI.
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # Broken pictures of others are none of the user's business.
    QLoggingCategory.setFilterRules("qt.gui.imageio*=false\nqt.gui.icc*=false")
    qInstallMessageHandler(_say)
    QApplication.setDesktopFileName("cm-desktop")
    QApplication.setApplicationName("cm-desktop")
    return QApplication(sys.argv[:1])


def _may_have_screen() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"))


def translate_qt(application: QApplication) -> None:
    """Let Qt's own words, such as those of its file dialog, be said in our language."""
    forget_translation(application)
    if language() == "en":
        return
    translator = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{language()}", folder):
        translator.setObjectName(_TRANSLATOR)
        application.installTranslator(translator)


def forget_translation(application: QApplication) -> None:
    """Let Qt say its own words in English again."""
    for translator in application.findChildren(QTranslator, _TRANSLATOR):
        application.removeTranslator(translator)
        translator.deleteLater()


def program_icon() -> QIcon:
    """Return the program's own icon."""
    made = QIcon()
    for size in (16, 32, 64, 128):
        picture = QPixmap(size, size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#1D5FBF"))
        painter.drawRoundedRect(QRectF(0, 0, size, size), size * 0.22, size * 0.22)
        inset = size * 0.18
        inner = QRectF(inset, inset, size - 2 * inset, size - 2 * inset)
        draw_glyph(painter, inner, "inbox", QColor("white"))
        painter.end()
        made.addPixmap(picture)
    return made


def finish(application: QApplication) -> None:
    """Do what may come after the first picture of the window."""
    application.setWindowIcon(program_icon())
    quit_on_signals(application)
    collect_here(application)


def quit_on_signals(application: QApplication) -> None:
    """End cleanly on Ctrl+C in a terminal and when the system asks to: nothing written is lost."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        application.closeAllWindows()
        application.quit()

    import signal

    _let_python_hear_signals(application)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)


def _let_python_hear_signals(application: QApplication) -> None:
    """Enter Python soon after a signal: it runs its handlers only there, and Qt waits outside."""
    import signal

    if os.name == "nt":  # where Qt watches no pipes
        ticks = QTimer(application)
        ticks.timeout.connect(lambda: None)
        ticks.start(_TICK_MS)
        return
    ours, pythons = os.pipe()
    for end in (ours, pythons):
        os.set_blocking(end, False)
    notifier = QSocketNotifier(ours, QSocketNotifier.Type.Read, application)

    def wake() -> None:
        with suppress(BlockingIOError):
            os.read(ours, 64)

    notifier.activated.connect(wake)
    # Both ends stay open until the process ends: a signal may come after the last window went.
    signal.set_wakeup_fd(pythons)


def catch_mistakes(told: Callable[[], None]) -> None:
    """Log mistakes of the program without the texts they met, and let the window say so."""

    def hook(
        kind: type[BaseException], mistake: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, mistake, trace)
            return
        import traceback

        lines = "".join(traceback.format_tb(trace))
        _log.error("a mistake of the program: %s\n%s", kind.__name__, lines)
        told()

    sys.excepthook = hook


def _say(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    if kind is QtMsgType.QtFatalMsg:
        # Qt would abort now, with a long text about plugins.
        words = (
            _("There is no screen that the window could be shown on. Detail: %(detail)s")
            if "platform plugin" in message
            else _("The window cannot be shown. Detail: %(detail)s")
        )
        sys.stderr.write(words % {"detail": message.splitlines()[0]} + "\n")
        sys.stderr.flush()
        os._exit(NO_DISPLAY)
    if kind in (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg):
        _log.info("Qt: %s", message)
