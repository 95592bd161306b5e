"""A desk with a member at it: does things by keys and mouse, and tells what is to be seen."""

from datetime import timedelta

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
)

from cm_desktop.services import reading
from cm_desktop.ui.conversation.reading_label import ReadingLabel
from cm_desktop.ui.inbox.row_words import who
from cm_desktop.ui.labels import PlainLabel
from tests.stories.window.program import PlayedProgram, Request, Running

_MODIFIERS = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
}
FIRM, PASSPHRASE = "Bäckerei Morgenrot", "drei Brezeln am Dienstag"
LEFT = Qt.MouseButton.LeftButton


class Desk:
    """What a member does at the program, in the words of the README."""

    def __init__(self, qtbot, world, data_dir, demo=False, program=PlayedProgram):
        self._qtbot = qtbot
        self._program = program
        self._demo = demo
        self.world = world
        self.data_dir = data_dir
        self.run = None
        self.size = (1_440, 900)

    # The program.

    def start(self, *, vault=None):
        """Start the program; what it shows then is `window`."""
        request = Request(self.data_dir, vault=vault, demo=self._demo)
        self.run = Running(self.world, request, self._program)
        self.settle()
        return self

    def unlock(self, passphrase=PASSPHRASE):
        """Type the passphrase into the page that asks for it."""
        self.fill_in(passphrase)
        self.wait(lambda: hasattr(self.window, "pane"))
        self.settle()
        return self

    def fill_in(self, passphrase):
        """Type a passphrase and press Enter."""
        self.window.findChild(QLineEdit).selectAll()
        self.type(passphrase)
        self.press("Return")

    def settle(self):
        """Give the window that is shown its size and the keyboard."""
        self.window.resize(*self.size)
        self.window.activateWindow()
        self.wait(self.window.isActiveWindow)

    def close(self):
        """Close the window, which ends the program."""
        if self.run is not None:
            self.run.end()
            self.run = None

    @property
    def window(self):
        return self.run.window

    @property
    def pane(self):
        return self.window.pane

    @property
    def list(self):
        return self.window.list_panel.list

    def wait(self, come_true, timeout=15_000):
        """Wait until something is so."""
        self._qtbot.waitUntil(lambda: bool(come_true()), timeout=timeout)

    # The world around.

    def go_offline(self):
        """Pull the plug."""
        self.world.trouble = "offline"
        self.fetch()
        self.wait(self.window.offline_bar.isVisible)

    def go_online(self):
        """Put it back."""
        self.world.trouble = ""
        self.fetch()
        self.wait(lambda: not self.window.offline_bar.isVisible())

    def go_on(self, **span):
        """Let time go by."""
        self.world.ahead += timedelta(**span)

    def fetch(self):
        """Look for news now."""
        self.press("F5")

    def fetch_all(self):
        """Look for news and wait until each channel was asked."""
        asked = self.world.now()
        self.fetch()
        vault = self.window.context.vault
        self.wait(lambda: all(one.last_ok_at >= asked for one in reading.accounts(vault)))

    def fetch_until(self, come_true):
        """Look for news until they are there: a customer takes a second to answer."""

        def looked():
            if come_true():
                return True
            self.go_on(seconds=2)
            self.window.context.worker.sync()
            return False

        self.wait(looked)

    # Hands.

    def press(self, *keys):
        """Press keys where the keyboard is."""
        self._look_up()
        for key in keys:
            *held, name = key.split("+")
            modifiers = Qt.KeyboardModifier.NoModifier
            for one in held:
                modifiers |= _MODIFIERS[one]
            QTest.keyClick(self._keyboard(), getattr(Qt.Key, f"Key_{name}"), modifiers)

    def type(self, text):
        """Type a text where the keyboard is."""
        self._look_up()
        for letter in text:
            if letter.isascii():
                QTest.keyClicks(self._keyboard(), letter)
            else:
                for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                    event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter)
                    QApplication.sendEvent(self._keyboard(), event)

    def click(self, text):
        """Click on the button with these words."""
        button = self.button(text)
        assert button.isEnabled(), f"“{text}” cannot be pressed"
        QTest.mouseClick(button, LEFT)

    def button(self, text):
        """Return the button with these words, wherever it is to be seen."""
        for over in reversed(self._seen_windows()):
            for button in over.findChildren(QAbstractButton):
                words = button.text().strip().replace("&&", "&")
                if button.isVisible() and text in (words, button.accessibleName()):
                    return button
        raise AssertionError(f"there is no “{text}” to be seen")

    def offers(self, text):
        """Tell whether there is a button with these words that can be pressed."""
        try:
            return self.button(text).isEnabled()
        except AssertionError:
            return False

    def fill(self, name, text):
        """Write into the field with this name, in place of what is in it."""
        self._look_up()
        field = self.field(name)
        field.setFocus()
        field.selectAll()
        self.type(text)

    def field(self, name):
        for over in reversed(self._seen_windows()):
            for kind in (QLineEdit, QPlainTextEdit, QComboBox):
                for field in over.findChildren(kind):
                    if field.isVisible() and field.accessibleName() == name:
                        return field.lineEdit() if kind is QComboBox else field
        raise AssertionError(f"there is no field “{name}” to be seen")

    def _look_up(self):
        """Wait until what lies on top has the keyboard, as anybody would."""
        if QApplication.activePopupWidget() is None:
            over = QApplication.activeModalWidget() or self.window
            over.activateWindow()
            self.wait(over.isActiveWindow)

    def _keyboard(self):
        popup = QApplication.activePopupWidget()
        if popup is not None:
            return popup.focusWidget() or popup
        return QApplication.focusWidget() or QApplication.activeWindow() or self.window

    def _seen_windows(self):
        return [one for one in QApplication.topLevelWidgets() if one.isVisible()]

    # Eyes.

    def reads(self):
        """Return all words that are to be seen in labels, dialogs included."""
        labels = [one for over in self._seen_windows() for one in over.findChildren(PlainLabel)]
        return "\n".join(one.text() for one in labels if one.isVisible() and one.text())

    def rows(self):
        """Return the names in the list, from top to bottom."""
        return [who(row) for row in self.window.list_panel.model.rows]

    def shown_rows(self):
        """Return the conversations in the list, from top to bottom."""
        return self.window.list_panel.model.rows

    def row(self, name):
        """Return the conversation in the list with somebody, scrolling down to it."""
        model = self.window.list_panel.model
        while True:
            found = [row for row in model.rows if name in who(row)]
            if found or model.complete:
                break
            self.list.scrollToBottom()
        assert found, f"{name} is not among {self.rows()}"
        return found[0]

    def thread(self):
        """Return the texts of the conversation, from top to bottom."""
        cards = [card for _placed, card in self.pane.messages._shown]
        labels = [label for card in cards for label in card.findChildren(ReadingLabel)]
        return [label.text() for label in labels if label.isVisible()]

    def count(self, view):
        """Return the number beside a list in the rail."""
        model = self.window.rail.model
        return next(
            model.entry(row).count
            for row in range(model.rowCount())
            if model.entry(row).title == view
        )

    @property
    def toast(self):
        return self.window.toast.sentence if self.window.toast.isVisible() else ""

    # Work.

    def open(self, name):
        """Open the conversation with somebody by a click on its row."""
        wanted = self.row(name)
        index = self.window.list_panel.model.index(self.window.list_panel.model.row_of(wanted.id))
        self.list.scrollTo(index)
        place = self.list.visualRect(index).center()
        QTest.mouseClick(self.list.viewport(), LEFT, pos=place + QPoint(40, 0))
        self.wait(lambda: self.pane.shown and self.pane.shown.conversation.id == wanted.id)
        return wanted

    def show(self, view):
        """Go to a list by a click in the rail."""
        rail = self.window.rail
        row = next(
            row for row in range(rail.model.rowCount()) if rail.model.entry(row).title == view
        )
        place = rail.list.visualRect(rail.model.index(row)).center()
        QTest.mouseClick(rail.list.viewport(), LEFT, pos=place)

    def write(self, text):
        """Begin an answer, and do not send it."""
        self.press("R")
        self.wait(self.pane.composer.edit.hasFocus)
        self.pane.composer.edit.selectAll()
        self.type(text)

    def answer(self, text):
        """Write an answer and send it."""
        self.write(text)
        self.press("Ctrl+Return")
        self.wait(lambda: text in self.thread())

    def note(self, text):
        """Write a note and keep it."""
        self.press("I")
        self.wait(self.pane.composer.edit.hasFocus)
        self.type(text)
        self.press("Ctrl+Return")
        self.wait(lambda: text in self.thread())

    @property
    def vault(self):
        return self.window.context.vault

    def outside(self, talk):
        """Return what people on the channel can read of a conversation."""
        return [one.text for one in reading.thread(self.vault, talk.id).messages]

    def search(self, words):
        """Search with the keyboard."""
        self.press("Ctrl+F")
        self.window.list_panel.search.selectAll()
        self.type(words)
        self.wait(lambda: not self.window.list_panel.source.searching)
