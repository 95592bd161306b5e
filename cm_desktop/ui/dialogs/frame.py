"""The frame of every dialog: a heading, a body, a row of buttons; Escape closes it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cm_desktop.i18n import _
from cm_desktop.ui import theme
from cm_desktop.ui.conversation.parts import text_button
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import one_line

_SHARE_OF_SCREEN = 0.85


class Dialog(QDialog):
    """A dialog that is complete by keyboard. Put widgets into `body`, buttons by the methods.

    It is closed by Escape, keeps its parent from being used while it is open, and is gone
    once it is closed. `width` is how wide it usually is, in device-independent pixels at the
    usual size of text.
    """

    def __init__(self, title: str, parent: QWidget | None = None, *, width: int = 480) -> None:
        super().__init__(parent)
        self._first: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(one_line(title, 120))
        # Not as a minimum: that would stand in the way of what the words need.
        self._usual = round(width * theme.text_scale())
        self.heading = Words(title, "title")
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.MEDIUM)
        self._left = QHBoxLayout()
        self._right = QHBoxLayout()
        buttons = QHBoxLayout()
        buttons.addLayout(self._left)
        buttons.addStretch(1)
        buttons.addLayout(self._right)
        for part in (self._left, self._right):
            part.setSpacing(theme.SMALL)
        self._outer = outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.LARGE)
        outer.setSpacing(theme.LARGE)
        outer.addWidget(self.heading)
        outer.addLayout(self.body, 1)
        outer.addLayout(buttons)

    def say(self, sentence: str) -> Words:
        """Add a quiet sentence to the body, and return it."""
        label = Words(sentence, "soft")
        self.body.addWidget(label)
        return label

    def add_scrolled(self) -> QVBoxLayout:
        """Return a column in the body that scrolls where the screen is too small for it."""
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, theme.SMALL, 0)
        column.setSpacing(theme.MEDIUM)
        self.body.addWidget(Scrolled(inside), 1)
        return column

    def add_left(self, *widgets: QWidget) -> None:
        """Put something at the left end of the row of buttons."""
        for widget in widgets:
            self._left.addWidget(widget)

    def add_cancel(self, text: str = "") -> QPushButton:
        """Add the button that closes and changes nothing."""
        return self._add(text_button(text or _("Cancel"), self.reject, ""))

    def add_close(self) -> QPushButton:
        """Add the button of a dialog in which everything takes effect at once.

        Enter in a field is the field's own, so the button is no default.
        """
        return self._add(text_button(_("Close"), self.accept, ""))

    def add_primary(self, text: str, slot: Callable[[], object], glyph: str = "") -> QPushButton:
        """Add the button that does what the dialog is for; Enter in a field presses it."""
        button = self._add(text_button(text, slot, "primary", glyph))
        button.setDefault(True)
        return button

    def add_danger(self, text: str, slot: Callable[[], object]) -> QPushButton:
        """Add a button for what cannot be taken back; it is never the default."""
        return self._add(text_button(text, slot, "danger"))

    def begin_at(self, widget: QWidget) -> None:
        """Choose where the keyboard is when the dialog opens."""
        self._first = widget

    def showEvent(self, event: QShowEvent) -> None:
        """Fit on the screen, and put the keyboard where one begins."""
        super().showEvent(event)
        self.fit()
        if self._first is not None:
            self._first.setFocus(Qt.FocusReason.TabFocusReason)

    def fit(self) -> None:
        """Be as large as what is in it asks for, and not larger than the screen."""
        self.resize(self.sizeHint().boundedTo(self._room()))
        self._grow()

    def sizeHint(self) -> QSize:
        """Ask for the usual width, and for more only where the words need it."""
        width = max(self._usual, self.minimumSizeHint().width())
        return QSize(width, super().sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Grow where something in it needs more room than there was."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._grow()
        return done

    def _grow(self) -> None:
        """Be as high as what is in it asks for, but not higher than the screen."""
        width = max(self.width(), self.minimumSizeHint().width())
        needed = self._outer.totalHeightForWidth(width)
        if not self._outer.hasHeightForWidth():
            needed = self._outer.sizeHint().height()
        height = max(self.height(), min(needed, self._room().height()))
        if (width, height) != (self.width(), self.height()):
            self.resize(width, height)

    def _room(self) -> QSize:
        room = self.screen().availableGeometry().size() * _SHARE_OF_SCREEN
        return room.expandedTo(self.minimumSizeHint())

    def _add(self, button: QPushButton) -> QPushButton:
        self._right.addWidget(button)
        return button


class Scrolled(QScrollArea):
    """A column that scrolls up and down only, and asks for the height of what is in it."""

    def __init__(self, inside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inside = inside
        self.setWidget(inside)
        inside.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for another height where what is in it needs one."""
        done = super().eventFilter(watched, event)
        if event.type() == QEvent.Type.LayoutRequest and watched is self.widget():
            self.updateGeometry()
        return done

    def sizeHint(self) -> QSize:
        """Ask for the whole height, so that nothing scrolls where there is room."""
        hint = self._inside.sizeHint()
        if not self._inside.hasHeightForWidth():
            return hint
        width = self.width() if self.isVisible() else hint.width()
        return QSize(hint.width(), self._inside.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Be content with a few lines of the whole width."""
        return QSize(self._inside.minimumSizeHint().width(), 120)


class Later(QObject):
    """Calls something 200 ms from now unless it is stopped before: for "loading" pages."""

    def __init__(self, act: Callable[[], None], parent: QObject, wait: int = 200) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=wait, singleShot=True)
        self._timer.timeout.connect(act)

    def start(self) -> None:
        """Begin to wait, anew if it waits already."""
        self._timer.start()

    def stop(self) -> None:
        """Do not call it."""
        self._timer.stop()


class ControlEnter(QObject):
    """Presses a button when Ctrl+Enter is typed in a field of several lines."""

    def __init__(self, field: QWidget, press: Callable[[], object]) -> None:
        super().__init__(field)
        self._press = press
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Catch the key before the field makes a new line of it."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._press()
                return True
        return super().eventFilter(watched, event)
