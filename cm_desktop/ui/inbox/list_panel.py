"""Search field, heading and list, and what stands there when the list is empty."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from cm_desktop.domain.errors import CmError
from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.views import View, ViewName
from cm_desktop.i18n import _, ngettext
from cm_desktop.services import reading
from cm_desktop.ui import dates, theme
from cm_desktop.ui.context import Context
from cm_desktop.ui.inbox.conversation_list import ConversationList
from cm_desktop.ui.inbox.conversation_model import ConversationModel
from cm_desktop.ui.inbox.list_source import ListSource
from cm_desktop.ui.inbox.search_bar import SearchBar
from cm_desktop.ui.inbox.views import MIXED, empty_sentence, view_name
from cm_desktop.ui.labels import ElidedLabel, PlainLabel, isolate, one_line
from cm_desktop.ui.states import State, StatePage

_LOADING_AFTER = 200  # ms: what comes sooner needs no word


class ListPanel(QWidget):
    """The second column of the window."""

    connect_wanted = Signal()
    view_wanted = Signal(object)  # View

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.model = ConversationModel(self)
        self.source = ListSource(context, self.model)
        self.search = SearchBar()
        self.list = ConversationList(context, self.model)
        self._title = ElidedLabel("", "strong")
        self._count = PlainLabel("", "soft")
        self._unmark = QPushButton(_("Clear marks"))
        self._state = StatePage()
        self._loading = QTimer(self, singleShot=True, interval=_LOADING_AFTER)
        self._keep: ConversationId | None = None
        self._build()
        self._connect()

    def _build(self) -> None:
        self._unmark.setProperty("kind", "link")
        self._unmark.hide()
        head = QHBoxLayout()
        head.setContentsMargins(theme.LARGE, theme.SMALL, theme.LARGE, theme.SMALL)
        head.setSpacing(theme.SMALL)
        head.addWidget(self._title, 1)
        head.addWidget(self._unmark)
        head.addWidget(self._count)
        top = QVBoxLayout()
        top.setContentsMargins(theme.MEDIUM, theme.MEDIUM, theme.MEDIUM, 0)
        top.addWidget(self.search)
        room = QWidget()
        self._stack = QStackedLayout(room)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(head)
        column.addWidget(room, 1)

    def _connect(self) -> None:
        self.search.searched.connect(self._search)
        self.search.left.connect(self.focus_list)
        self.source.read.connect(self._on_read)
        self.source.failed.connect(self._on_failed)
        self.list.marked.connect(self._say_count)
        self._unmark.clicked.connect(self.list.clear_marks)
        self._loading.timeout.connect(self._say_loading)
        self._context.changes.conversations.connect(self.source.changed)
        self._context.changes.accounts.connect(self._on_accounts)

    def show_view(self, view: View) -> None:
        """Show a list from its top."""
        self._keep = None
        self._title.setText(self._name_of(view))
        self.list.show_status(mixed=view.name in MIXED or bool(self.source.query))
        self.source.show(view)

    @property
    def view(self) -> View:
        """The list that is shown."""
        return self.source.view

    @property
    def state_sentence(self) -> str:
        """What stands in place of the list, "" while it is shown."""
        return "" if self._stack.currentIndex() == 0 else self._state.sentence

    @Slot()
    def focus_list(self) -> None:
        """Put the keyboard on the list, and on its first row if none is current."""
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def focus_search(self) -> None:
        """Put the keyboard on the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _name_of(self, view: View) -> str:
        if view.account is None:
            return view_name(ViewName(view.name))
        names = [
            one.title for one in reading.accounts(self._context.vault) if one.id == view.account
        ]
        return names[0] if names else view_name(ViewName(view.name))

    @Slot(str)
    def _search(self, text: str) -> None:
        self._keep = self.list.current_id or self._keep
        self._loading.start()
        self.list.show_status(mixed=bool(text.strip()) or self.view.name in MIXED)
        self.source.search(text)

    @Slot()
    def _on_read(self) -> None:
        self._loading.stop()
        if self._keep is not None and self.list.current_id is None:
            self.list.select(self._keep)
        self._say_count()
        if self.model.rowCount() or self.source.searching:
            self._stack.setCurrentIndex(0)
        else:
            self._state.show_state(self._empty())
            self._stack.setCurrentIndex(1)

    @Slot()
    def _on_accounts(self) -> None:
        """Say anew why there is nothing, if there is nothing."""
        if not self.model.rowCount():
            self._on_read()

    @Slot(object)
    def _on_failed(self, error: CmError) -> None:
        self._loading.stop()
        from cm_desktop.services.sentences import explain

        sentence = explain(error)
        self._state.show_state(
            State(
                glyph="error", sentence=sentence.what, more=sentence.what_to_do,
                button=_("Try again"), act=self.source.again,
            )
        )  # fmt: skip
        self._stack.setCurrentIndex(1)

    @Slot()
    def _say_loading(self) -> None:
        if self.source.searching:
            self._count.setText(_("Searching…"))

    @Slot()
    def _say_count(self) -> None:
        marked = len(self.model.marked)
        self._unmark.setVisible(marked > 0)
        if marked:
            text = ngettext("%(n)d marked", "%(n)d marked", marked) % {"n": marked}
        elif self.source.query and self.model.complete:
            found = self.model.rowCount()
            text = ngettext("%(n)s hit", "%(n)s hits", found) % {"n": dates.number(found)}
        elif self.source.query:
            # Translators: number of hits read so far, there are more: "50+ hits".
            text = _("%(n)s+ hits") % {"n": dates.number(self.model.rowCount())}
        else:
            text = ""
        self._count.setText(text)

    def _empty(self) -> State:
        if self.source.query:
            words = isolate(one_line(self.source.query, 60))
            return State(
                glyph="search",
                sentence=_("Nothing fits “%(query)s”.") % {"query": words},
                more=_("The search looks at messages, names, tags and notes of this list."),
                button=_("End search"),
                act=self.search.clear,
            )
        if not reading.accounts(self._context.vault):
            return State(
                glyph="connect",
                sentence=_("No channel is connected yet."),
                button=_("Connect a page"),
                act=self.connect_wanted.emit,
            )
        return self._nothing_in(self.view)

    def _nothing_in(self, view: View) -> State:
        act: Callable[[], None] = self._context.worker.sync
        button = _("Fetch now")
        if view.name is ViewName.INBOX:
            button = _("Show all conversations")
            act = partial(self.view_wanted.emit, View(ViewName.ALL, view.account))
        elif view.name is not ViewName.ALL:
            button, act = _("Show the inbox"), partial(self.view_wanted.emit, View(ViewName.INBOX))
        glyph = "done" if view.name is ViewName.INBOX else "inbox"
        return State(glyph=glyph, sentence=empty_sentence(view), button=button, act=act)
