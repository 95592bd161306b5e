"""The one window: rail, list, conversation and details, with bars above and a toast below."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QPoint, QSize, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from cm_desktop.domain.errors import CmError
from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.views import View, ViewName
from cm_desktop.i18n import _
from cm_desktop.services import paths, reading
from cm_desktop.ui import wiring
from cm_desktop.ui.action_words import MENUS, tag_action_text
from cm_desktop.ui.actions import Actions, Selection
from cm_desktop.ui.bars import Bar
from cm_desktop.ui.context import Context
from cm_desktop.ui.desk_commands import DeskCommands
from cm_desktop.ui.doors import Doors
from cm_desktop.ui.inbox.list_panel import ListPanel
from cm_desktop.ui.inbox.rail import Rail
from cm_desktop.ui.labels import button_text, one_line
from cm_desktop.ui.layout import Columns, Place
from cm_desktop.ui.messages import problem_words
from cm_desktop.ui.taken import Drops
from cm_desktop.ui.toast import Toast

if TYPE_CHECKING:
    from cm_desktop.services.reading import Thread
    from cm_desktop.ui.conversation.view import ConversationPane
    from cm_desktop.ui.details.panel import DetailsPanel

_SHARE_OF_SCREEN = 0.94  # the first time; the system draws a frame around
_COUNT_AGAIN_MS = 50  # several changes in a row are counted once


class MainWindow(QMainWindow):
    """Puts the screens together; wiring.py connects them."""

    closed = Signal()
    painted = Signal()  # for the first time; what can wait was made now
    language_changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        single = str(context.settings.value("keys/single", "true")).lower() == "true"
        self.actions_ = Actions(self, single_keys=single)
        self.rail = Rail(context)
        self.list_panel = ListPanel(context)
        self.pane_place, self.details_place = Place(), Place()
        columns = (self.list_panel, self.pane_place, self.details_place)
        self.columns = Columns(self.rail, columns, context.settings)
        self.commands = DeskCommands(context, self.targets, self)
        self.doors = Doors(context, self)
        self.drops = Drops(self)
        self.offline_bar = Bar(can_close=False)
        self.problem_bar = Bar(can_close=True)
        self._counting = QTimer(self, singleShot=True, interval=_COUNT_AGAIN_MS)
        self._counting.timeout.connect(self.rail.read)
        self._pane: ConversationPane | None = None
        self._details: DetailsPanel | None = None
        self._outbox: QWidget | None = None
        self._painted = False
        self._worker_died = False
        self._build()
        self.toast = Toast(self, self.rail.width)
        wiring.connect(self)
        self._restore()
        self.name_tags()
        self.update_actions()
        self.show_view(View(ViewName.INBOX))
        self.list_panel.focus_list()

    def _build(self) -> None:
        self.setWindowTitle(self._title())
        self.setMinimumSize(640, 480)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.columns.splitter)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self.rail)
        body.addWidget(self.pages, 1)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.offline_bar)
        column.addWidget(self.problem_bar)
        column.addLayout(body, 1)
        self.setCentralWidget(middle)
        self.actions_.fill(self.menuBar())

    # What is made after the window was painted, or when it is needed before.

    @property
    def pane(self) -> ConversationPane:
        """The conversation beside the list."""
        if self._pane is None:
            from cm_desktop.ui.conversation.view import ConversationPane

            self._pane = ConversationPane(self.context)
            self.pane_place.hold(self._pane)
            wiring.connect_pane(self, self._pane)
        return self._pane

    @property
    def details(self) -> DetailsPanel:
        """The details beside the conversation."""
        if self._details is None:
            from cm_desktop.ui.details.panel import DetailsPanel

            self._details = DetailsPanel(self.context)
            self._details.conversation_wanted.connect(self.show_conversation)
            self.details_place.hold(self._details)
        return self._details

    @property
    def shown(self) -> Thread | None:
        """What the conversation beside the list holds."""
        return None if self._pane is None else self._pane.shown

    @Slot()
    def complete(self) -> None:
        """Make what the first picture of the window did without."""
        self.pane.show()
        self.details.show()
        self.painted.emit()

    # Where one is.

    @Slot(object)
    def show_view(self, view: View | None) -> None:
        """Show a list; the outbox has a page of its own."""
        if view is None:
            return
        if view.name is ViewName.OUTBOX:
            self.pages.setCurrentWidget(self._outbox_page())
            return
        self.pages.setCurrentWidget(self.columns.splitter)
        self.columns.read(reading=False)
        self.list_panel.show_view(view)

    @Slot(object)
    def go(self, view: View) -> None:
        """Choose a list in the rail, and put the keyboard on what it shows."""
        self.rail.choose(view)
        if self.rail.chosen != view:
            self.show_view(view)
        if self.pages.currentWidget() is self.columns.splitter:
            self.list_panel.focus_list()

    @Slot(object)
    def open(self, conversation: ConversationId | None) -> None:
        """Show a conversation beside the list."""
        self.pane.open(conversation)
        self.details.open(conversation)
        self.update_actions()

    def show_conversation(self, conversation: ConversationId) -> None:
        """Show a conversation wherever one is, in the list if it is there."""
        self.pages.setCurrentWidget(self.columns.splitter)
        if not self.list_panel.list.select(conversation):
            self.open(conversation)
        self.columns.read(reading=True)

    @Slot()
    def enter(self) -> None:
        """Go on from the list into the conversation."""
        self.columns.read(reading=True)
        self.pane.setFocus()

    @Slot()
    def back(self) -> None:
        """Go one step back: to the list, then from the marks, then from the search."""
        panel = self.list_panel
        if self.pages.currentWidget() is not self.columns.splitter:
            self.go(View(ViewName.INBOX))
        elif not panel.list.hasFocus():
            self.columns.read(reading=False)
            panel.focus_list()
        elif panel.model.marked:
            panel.list.clear_marks()
        elif panel.search.text():
            panel.search.clear()

    @Slot()
    def open_next(self) -> None:
        """Show the conversation after the one that was shown."""
        self.list_panel.list.step(1)

    @Slot()
    def search(self) -> None:
        """Put the keyboard on the search field."""
        self.pages.setCurrentWidget(self.columns.splitter)
        self.columns.read(reading=False)
        self.list_panel.focus_search()

    def fetch(self) -> None:
        """Let the worker fetch everything new."""
        self.context.worker.sync()
        self.context.changes.said.emit(_("Looking for news on all channels."))

    def in_pane(self, act: Callable[[ConversationPane], None]) -> None:
        """Do something in the conversation that is shown, where it can be seen."""
        self.list_panel.list.open_now()
        if self.shown is not None:
            self.columns.read(reading=True)
            act(self.pane)

    def quit(self) -> None:
        """Close the window, which ends the program."""
        self.close()

    def targets(self) -> tuple[ConversationId, ...]:
        """Return what an action is done to: what is chosen in the list, else what is shown."""
        shown = (self.shown.conversation.id,) if self.shown is not None else ()
        return self.list_panel.list.targets() or shown

    # What is heard.

    @Slot()
    def update_actions(self) -> None:
        """Enable what can be done with what is chosen."""
        about = self.list_panel.list.current or (self.shown.conversation if self.shown else None)
        policy = None
        if about is not None:
            policy = reading.account_policy(self.context.vault, about.account)
        targets = len(self.targets())
        self.actions_.update_for(Selection(targets=targets, open=about is not None, policy=policy))

    @Slot(object)
    def on_changed(self, _ids: object) -> None:
        """Count again, and look again what can be done."""
        self.count_again()
        self.update_actions()

    @Slot()
    def count_again(self) -> None:
        """Read counts and accounts soon."""
        self._counting.start()

    @Slot()
    def name_tags(self) -> None:
        """Call the actions of the keys 1 to 9 by the tags they put on."""
        tags = reading.tags(self.context.vault)
        for number in range(1, 10):
            name = tags[number - 1].name if number <= len(tags) else ""
            action = self.actions_[f"tag_{number}"]
            action.setText(button_text(tag_action_text(number, name)))
            action.setVisible(number <= max(1, len(tags)))

    @Slot(bool)
    def on_connection(self, online: bool) -> None:
        """Say quietly that there is no connection, and no more once there is."""
        self.offline_bar.setVisible(not online)
        if not online:
            self.offline_bar.say(
                "offline",
                _("No connection. You can go on working; what you write is sent later."),
                button=_("Try again"),
                act=self.context.worker.sync,
            )

    @Slot(object)
    def on_problem(self, error: CmError) -> None:
        """Say what happened, what to do, and offer the button that helps."""
        glyph, words, button, action = problem_words(error)
        self.problem_bar.say(glyph, words, button=button, act=self.doors.way_out(action))

    @Slot(str)
    def on_vault_trouble(self, code: str) -> None:
        """Say that the worker cannot write the vault."""
        glyph, words, button, action = problem_words(code)
        self.problem_bar.say(glyph, words, button=button, act=self.doors.way_out(action))

    def say_mistake(self) -> None:
        """Say that the program made a mistake, and that the work goes on."""
        words = _("The program made a mistake. What you wrote is kept; you can go on working.")
        self.problem_bar.say("error", words)

    @Slot()
    def say_worker_died(self) -> None:
        """Say quietly that fetching and sending pause."""
        words = _("Fetching and sending pause for a moment. The program starts them again.")
        self.problem_bar.say("sync", words)
        self._worker_died = True

    @Slot()
    def say_worker_ready(self) -> None:
        """Take that word back."""
        if self._worker_died:
            self.problem_bar.hide()
            self._worker_died = False

    @Slot(bool)
    def say_busy(self, busy: bool) -> None:
        """Show whether news are being fetched."""
        self.rail.show_busy(busy=busy)

    def row_menu(self, place: QPoint) -> None:
        """Offer what can be done with a row of the list."""
        menu = QMenu(self)
        self.actions_.fill_menu(menu, MENUS["conversation"])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    # The window itself.

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint; after the first time, make what can wait."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self.complete)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the columns anew."""
        super().resizeEvent(event)
        self.columns.fit(self.width())

    def remember(self) -> None:
        """Keep what is being written, and where the window is."""
        if self._pane is not None:
            self._pane.composer.leave()
        self.columns.remember()
        self.context.settings.setValue("window/geometry", self.saveGeometry())
        self.context.settings.sync()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what is being written, and remember where the window was."""
        self.remember()
        super().closeEvent(event)
        self.closed.emit()

    def _title(self) -> str:
        if self.context.demo:
            # Translators: title of the window while the program shows invented conversations.
            return _("%(program)s (demo)") % {"program": "CM Desktop"}
        vault = self.context.vault
        try:
            several = len(paths.vault_folders(vault.folder.parent.parent)) > 1
        except CmError:
            several = False
        # Translators: title of the window when there are several clients.
        words = _("%(client)s · %(program)s") if several else "%(program)s"
        return words % {"client": one_line(vault.title, 60), "program": "CM Desktop"}

    def _restore(self) -> None:
        geometry = self.context.settings.value("window/geometry")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            room = self.screen().availableGeometry().size() * _SHARE_OF_SCREEN
            self.resize(QSize(1_440, 900).boundedTo(room))
        self.columns.restore()

    def _outbox_page(self) -> QWidget:
        if self._outbox is None:
            self._outbox = self.doors.outbox_page()
            self.pages.addWidget(self._outbox)
        return self._outbox
