"""What the rail lists: our lists with their counts, then the accounts with theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from cm_desktop.domain.model import Account
from cm_desktop.domain.views import Counts, View, ViewName
from cm_desktop.i18n import _, ngettext
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.inbox.health_words import health_sentence
from cm_desktop.ui.inbox.views import RAIL, UNCOUNTED, view_name
from cm_desktop.ui.labels import tooltip
from cm_desktop.ui.safe_text import one_line

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
EntryRole = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the rail. A heading has no view."""

    title: str
    view: View | None = None
    account: Account | None = None
    channel: str = ""  # as which the account is shown
    count: int = 0
    strong: bool = False  # something unread is in it
    trouble: bool = False  # something in it failed


class RailModel(QAbstractListModel):
    """Lists of conversations, a heading, accounts."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        channel_of: Callable[[Account], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._channel_of = channel_of
        self._entries: list[Entry] = []
        self.show(Counts(), ())

    def show(self, counts: Counts, accounts: Sequence[Account]) -> None:
        """Show other counts and accounts; lines that stay keep their place."""
        entries = [_list_entry(name, counts) for name in RAIL]
        if accounts:
            entries.append(Entry(_("Channels")))
        often = Counter(_title(account) for account in accounts)
        for account in accounts:
            channel = self._channel_of(account)
            title = _title(account)
            # One name on many channels says little: then the channel's does.
            shown = channel_name(channel) if often[title] > 1 else title
            entries.append(_account_entry(account, shown, channel, counts))
        if entries == self._entries:
            return
        if [one.view for one in entries] == [one.view for one in self._entries]:
            self._entries = entries
            self.dataChanged.emit(self.index(0), self.index(len(entries) - 1))
        else:
            self.beginResetModel()
            self._entries = entries
            self.endResetModel()

    def entry(self, row: int) -> Entry:
        """Return the line in a row."""
        return self._entries[row]

    def row_of(self, view: View) -> int:
        """Return the row that stands for a list, or -1."""
        views = [one.view for one in self._entries]
        return views.index(view) if view in views else -1

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self._entries[index.row()].view is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not self.checkIndex(index, self.CheckIndexOption.IndexIsValid):
            return None
        entry = self._entries[index.row()]
        if role == EntryRole:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._spoken(entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(self._hint(entry))
        return None

    def _spoken(self, entry: Entry) -> str:
        parts = [one_line(entry.title, 80)]
        if entry.account is not None:
            parts.append(channel_name(entry.channel))
            if entry.count:
                parts.append(
                    ngettext("%(n)d unread", "%(n)d unread", entry.count) % {"n": entry.count}
                )
            parts.append(health_sentence(entry.account, self._clock()))
        elif entry.count:
            parts.append(str(entry.count))
        return ", ".join(parts)

    def _hint(self, entry: Entry) -> str:
        if entry.account is None:
            return entry.title if entry.view else ""
        sentence = health_sentence(entry.account, self._clock())
        return f"{one_line(_title(entry.account), 80)} ({channel_name(entry.channel)}). {sentence}"


def _list_entry(name: ViewName, counts: Counts) -> Entry:
    view = View(name)
    return Entry(
        view_name(name),
        view,
        count=0 if name in UNCOUNTED else counts.of(view),
        strong=name is ViewName.INBOX and counts.inbox_unread > 0,
        trouble=name is ViewName.OUTBOX and counts.outbox_trouble > 0,
    )


def _title(account: Account) -> str:
    return account.title or account.handle or account.url


def _account_entry(account: Account, title: str, channel: str, counts: Counts) -> Entry:
    unread = counts.of(View(ViewName.UNREAD, account.id))
    view = View(ViewName.INBOX, account.id)
    return Entry(title, view, account, channel, count=unread, strong=unread > 0)
