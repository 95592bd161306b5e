"""Brings the list its conversations: pages of a list at once, hits of a search from a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from cm_desktop.domain.errors import CmError, SearchStoppedError
from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.model import Conversation
from cm_desktop.domain.views import View, ViewName
from cm_desktop.services import reading
from cm_desktop.services.vault import Vault
from cm_desktop.ui.context import Context
from cm_desktop.ui.inbox.conversation_model import ConversationModel
from cm_desktop.ui.runner import Done, Outcome

PAGE = 50
_MOST_SINGLE = 20  # so many changed conversations are looked up one by one
_JOB = "search"


class ListSource(QObject):
    """Reads what a ConversationModel shows, and reads again what changed.

    A page of a list is one look into an index and is read at once; a search may have to
    look at much and has a thread of its own, where the next letter interrupts it.
    """

    read = Signal()  # a page came, or the list changed
    failed = Signal(object)  # CmError

    def __init__(self, context: Context, model: ConversationModel) -> None:
        super().__init__(model)
        self._context = context
        self._model = model
        self.view = View(ViewName.INBOX)
        self.query = ""
        self.searching = False
        self._asked: _Hits | None = None

    def show(self, view: View) -> None:
        """Show a list from its top; a search goes on in it."""
        self.view = view
        if self.query:
            self.search(self.query)
        else:
            self._model.start(self._read_page)

    def search(self, query: str) -> None:
        """Show what fits a search in the list; "" shows the list again.

        What was shown stays until the first hits are here.
        """
        self.query = query.strip()
        if self.query:
            self._ask(None, self._first_hits)
        else:
            self.searching = False
            self._interrupt()
            self._context.runner.cancel(_JOB)
            self._model.start(self._read_page)

    def again(self) -> None:
        """Read everything that is shown from the top."""
        self.show(self.view)

    def changed(self, ids: frozenset[ConversationId]) -> None:
        """Read conversations again that changed; with none named, all that are shown."""
        try:
            if self.query:
                self._renew_hits(ids)
            elif ids and len(ids) <= _MOST_SINGLE:
                for one in ids:
                    self._renew(one)
            else:
                self._compare()
        except CmError as error:
            self.failed.emit(error)
        self.read.emit()

    def _read_page(self, after: int | None) -> None:
        try:
            rows = self._page(after, PAGE)
        except CmError as error:
            self._model.append([], at_end=True)
            self.failed.emit(error)
            return
        self._model.append(rows, at_end=len(rows) < PAGE)
        self.read.emit()

    def _page(self, after: int | None, limit: int) -> list[Conversation]:
        return reading.page(self._context.vault, self.view, "", after, limit)

    def _renew(self, one: ConversationId) -> None:
        """Give a conversation the place that it has now, which may be none.

        Whether it belongs to the list is asked of the list itself: the row at or after
        its key is it, or it is not there.
        """
        now = reading.conversation(self._context.vault, one)
        here = self._page(now.key + 1, 1)
        if here and here[0].id == one:
            self._model.put(here[0])
        else:
            self._model.take(one)

    def _compare(self) -> None:
        shown = max(len(self._model.rows), PAGE)
        rows = self._page(None, shown)
        ids = {row.id for row in rows}
        for gone in [row.id for row in self._model.rows if row.id not in ids]:
            self._model.take(gone)
        for row in rows:
            self._model.put(row)

    def _renew_hits(self, ids: frozenset[ConversationId]) -> None:
        # What fits a search is not asked again while the user looks at the hits.
        shown = {row.id for row in self._model.rows}
        for one in ids & shown if ids else shown:
            self._model.put(reading.conversation(self._context.vault, one))

    def _ask(self, after: int | None, then: Callable[[Outcome[list[Conversation]]], None]) -> None:
        self._interrupt()
        self.searching = True
        hits = _Hits(self._context.vault, self.view, self.query, after)
        self._asked = hits
        self._context.runner.replace(_JOB, hits.read, then)

    def _interrupt(self) -> None:
        """End the search for the letters typed so far: there are more of them now."""
        if self._asked is not None:
            self._asked.stop()

    def _first_hits(self, outcome: Outcome[list[Conversation]]) -> None:
        self.searching = False
        if isinstance(outcome, Done):
            rows = outcome.value
            self._model.start_with(rows, self._more_hits, at_end=len(rows) < PAGE)
            self.read.emit()
        else:
            self.failed.emit(outcome.error)

    def _more_hits(self, after: int | None) -> None:
        self._ask(after, self._next_hits)

    def _next_hits(self, outcome: Outcome[list[Conversation]]) -> None:
        self.searching = False
        if isinstance(outcome, Done):
            self._model.append(outcome.value, at_end=len(outcome.value) < PAGE)
            self.read.emit()
        else:
            self._model.append([], at_end=True)
            self.failed.emit(outcome.error)


class _Hits:
    """One page of hits, which can be stopped from another thread while it is looked for."""

    def __init__(self, vault: Vault, view: View, query: str, after: int | None) -> None:
        self._vault = vault
        self._asked = (view, query, after)
        self._stopped = threading.Event()
        self._interrupt: Callable[[], None] | None = None

    def read(self) -> list[Conversation]:
        """Look for the hits. Nobody waits for the answer of a search that was stopped."""
        for again in (True, False):
            if self._stopped.is_set():
                break
            self._interrupt = self._vault.db.reader.interrupt
            try:
                view, query, after = self._asked
                return reading.page(self._vault, view, query, after, PAGE)
            except SearchStoppedError:
                # Perhaps it was meant for the search before, which had just ended.
                if not again and not self._stopped.is_set():
                    raise
            finally:
                self._interrupt = None
        return []

    def stop(self) -> None:
        """End it at once; afterwards this does nothing."""
        self._stopped.set()
        if (interrupt := self._interrupt) is not None:
            interrupt()
