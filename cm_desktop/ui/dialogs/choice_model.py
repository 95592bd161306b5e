"""The rows of a picker: what can be chosen, held in a small model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from cm_desktop.ui.dialogs.fuzzy import WHOLE_WORDS, enough, rank

Index = QModelIndex | QPersistentModelIndex
_MOST = 200  # rows shown; who needs more types a letter
_NOTHING = QModelIndex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One row. `value` is what choosing it means.

    `more` stands below the text, `side` at the end of the line, `words` only help to find
    it. `key` is what chooses it while nothing is typed. `checked` puts a mark before it;
    None leaves no room for one. `last` rows stay at the end and are never filtered out.
    """

    value: Any
    text: str
    more: str = ""
    side: str = ""
    key: str = ""
    words: str = ""
    glyph: str = ""
    colour: int | None = None  # of a tag
    checked: bool | None = None
    last: bool = False


class ChoiceModel(QAbstractListModel):
    """Shows the choices that fit what was typed, the best first, ties in the given order."""

    ChoiceRole = Qt.ItemDataRole.UserRole + 1
    KeyRole = Qt.ItemDataRole.UserRole + 2

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[Choice, ...] = ()
        self._shown: list[Choice] = []
        self._query = ""
        # Whether scattered letters find something. Not where a new name may be typed: Enter
        # must not take something else for it.
        self.scattered = True

    @property
    def shown(self) -> Sequence[Choice]:
        """The rows as they are shown."""
        return self._shown

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Offer other things; what was typed goes on to filter them."""
        self._all = tuple(choices)
        self.filter(self._query)

    def filter(self, query: str) -> None:
        """Show what fits."""
        self.beginResetModel()
        self._query = query
        ranked = [
            (rank(query, one.text, f"{one.more} {one.words}"), one)
            for one in self._all
            if not one.last
        ]
        least = enough(how_well for how_well, _one in ranked) if self.scattered else WHOLE_WORDS
        fitting = [pair for pair in ranked if pair[0] >= least]
        if query.strip():
            fitting.sort(key=lambda pair: -pair[0])
        self._shown = [one for _rank, one in fitting[:_MOST]]
        self._shown += [one for one in self._all if one.last]
        self.endResetModel()

    def choice(self, row: int) -> Choice | None:
        """Return what stands in a row."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def rowCount(self, parent: Index = _NOTHING) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        choice = self.choice(index.row()) if index.isValid() else None
        if choice is None:
            return None
        if role == self.ChoiceRole:
            return choice
        if role == self.KeyRole:
            return "" if self._query else choice.key
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return ". ".join(part for part in (choice.text, choice.more, choice.side) if part)
        return None
