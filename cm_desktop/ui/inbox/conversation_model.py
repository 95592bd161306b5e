"""The conversations of one list, read in pages; rows change by id and keep their place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.model import Conversation
from cm_desktop.ui.inbox.row_words import spoken

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
ConversationRole = Qt.ItemDataRole.UserRole + 1
MarkedRole = Qt.ItemDataRole.UserRole + 2
VersionRole = Qt.ItemDataRole.UserRole + 3

# Asks for the rows after a key (None: from the top); they come through append().
NextPage = Callable[[int | None], None]


class ConversationModel(QAbstractListModel):
    """Holds the rows read so far, newest first, and asks for more when scrolled to.

    `key` falls from row to row, so that a row's place is found without looking at all.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Conversation] = []
        self._keys: dict[ConversationId, int] = {}
        self._versions: dict[ConversationId, int] = {}
        self._marked: set[ConversationId] = set()
        self._next_page: NextPage = _nothing
        self._waiting = False
        self._at_end = True
        self._version = 0

    def start(self, next_page: NextPage) -> None:
        """Show another list: forget the rows and ask for the first page."""
        self._reset(next_page)
        self.fetchMore(ROOT)

    def start_with(self, rows: list[Conversation], next_page: NextPage, *, at_end: bool) -> None:
        """Show another list whose first page was read already."""
        self._reset(next_page)
        self.append(rows, at_end=at_end)

    def _reset(self, next_page: NextPage) -> None:
        self.beginResetModel()
        self._rows.clear()
        self._keys.clear()
        self._versions.clear()
        self._marked.clear()
        self._next_page = next_page
        self._at_end = False
        self._waiting = False
        self.endResetModel()

    def append(self, rows: list[Conversation], *, at_end: bool) -> None:
        """Take the page that was asked for; `at_end` says that nothing follows."""
        self._waiting = False
        self._at_end = at_end
        fresh = [row for row in rows if row.id not in self._keys]
        if not fresh:
            return
        first = len(self._rows)
        self.beginInsertRows(ROOT, first, first + len(fresh) - 1)
        for row in fresh:
            self._remember(row)
        self._rows.extend(fresh)
        self.endInsertRows()

    @property
    def loading(self) -> bool:
        """Whether a page was asked for that has not come yet."""
        return self._waiting

    @property
    def complete(self) -> bool:
        """Whether all rows of the list are here."""
        return self._at_end

    @property
    def rows(self) -> tuple[Conversation, ...]:
        """The conversations held, newest first."""
        return tuple(self._rows)

    def conversation(self, row: int) -> Conversation:
        """Return the conversation in a row."""
        return self._rows[row]

    def row_of(self, conversation_id: ConversationId | None) -> int:
        """Return the row of a conversation, or -1."""
        key = self._keys.get(conversation_id) if conversation_id else None
        return -1 if key is None else self._place(key)

    def put(self, conversation: Conversation) -> None:
        """Take a conversation into its place: a new row, a changed one or one that moves."""
        row = self.row_of(conversation.id)
        if row < 0:
            self._insert(conversation)
        elif self._rows[row].key == conversation.key:
            if self._rows[row] != conversation:
                self._rows[row] = conversation
                self._touch(conversation.id, row)
        else:
            self._move(row, conversation)

    def take(self, conversation_id: ConversationId) -> None:
        """Let a conversation go from the list."""
        row = self.row_of(conversation_id)
        if row < 0:
            return
        self.beginRemoveRows(ROOT, row, row)
        self._forget(conversation_id)
        del self._rows[row]
        self.endRemoveRows()

    @property
    def marked(self) -> frozenset[ConversationId]:
        """The conversations that an action is to be done to together."""
        return frozenset(self._marked)

    def mark(self, ids: Iterable[ConversationId]) -> None:
        """Mark exactly these conversations."""
        wanted = {one for one in ids if one in self._keys}
        changed = wanted ^ self._marked
        self._marked = wanted
        for one in changed:
            self._touch(one, self.row_of(one))

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not self.checkIndex(index, self.CheckIndexOption.IndexIsValid):
            return None
        row = self._rows[index.row()]
        if role == ConversationRole:
            return row
        if role == VersionRole:
            return self._versions[row.id]
        if role == MarkedRole:
            return row.id in self._marked
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return spoken(row, marked=row.id in self._marked)
        return None

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and not self._at_end and not self._waiting

    def fetchMore(self, parent: Index) -> None:
        if not self.canFetchMore(parent):
            return
        self._waiting = True
        self._next_page(self._rows[-1].key if self._rows else None)

    def _place(self, key: int) -> int:
        return bisect_left(self._rows, -key, key=lambda row: -row.key)

    def _insert(self, conversation: Conversation) -> None:
        row = self._place(conversation.key)
        if row == len(self._rows) and not self._at_end:
            return  # its page has not been read yet
        self.beginInsertRows(ROOT, row, row)
        self._remember(conversation)
        self._rows.insert(row, conversation)
        self.endInsertRows()

    def _move(self, row: int, conversation: Conversation) -> None:
        target = self._place(conversation.key)
        if target in (row, row + 1):
            self._replace(row, conversation)
            return
        if target == len(self._rows) and not self._at_end:
            self.take(conversation.id)
            return
        self.beginMoveRows(ROOT, row, row, ROOT, target)
        del self._rows[row]
        self._rows.insert(target - (target > row), conversation)
        self._remember(conversation)
        self.endMoveRows()
        self._touch(conversation.id, self.row_of(conversation.id))

    def _replace(self, row: int, conversation: Conversation) -> None:
        self._rows[row] = conversation
        self._keys[conversation.id] = conversation.key
        self._touch(conversation.id, row)

    def _remember(self, conversation: Conversation) -> None:
        self._keys[conversation.id] = conversation.key
        self._version += 1
        self._versions[conversation.id] = self._version

    def _forget(self, conversation_id: ConversationId) -> None:
        del self._keys[conversation_id]
        del self._versions[conversation_id]
        self._marked.discard(conversation_id)

    def _touch(self, conversation_id: ConversationId, row: int) -> None:
        if row < 0:
            return
        self._version += 1
        self._versions[conversation_id] = self._version
        index = self.index(row)
        self.dataChanged.emit(index, index)


def _nothing(_after: int | None) -> None:
    """Stand for the source of a list that was not chosen yet."""
