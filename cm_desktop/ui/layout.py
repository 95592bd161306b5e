"""How the columns share the window: side by side where there is room, else one at a time."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QByteArray, QObject, QSettings, Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from cm_desktop.ui.inbox.rail import Rail

# Widths of the window from which on there is room for two columns, and for the details.
BOTH_FROM: Final = 1_000
DETAILS_FROM: Final = 1_360
NAMES_FROM: Final = 1_180  # and for names in the rail
_LIST_LEAST, _LIST_MOST, _LIST = 320, 480, 384
_DETAILS = 300
_PANE_LEAST = 400


class Place(QWidget):
    """Room for a column that is made later."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def hold(self, widget: QWidget) -> None:
        """Put the column into its place."""
        self._column.addWidget(widget)


class Columns(QObject):
    """Arranges list, conversation and details in a splitter, and remembers the widths."""

    back_offered = Signal(bool)  # whether the conversation needs a button back to the list

    def __init__(
        self, rail: Rail, columns: tuple[QWidget, QWidget, QWidget], settings: QSettings
    ) -> None:
        super().__init__()
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self._rail = rail
        self._list, self._pane, self._details = columns
        self._settings = settings
        self._width = 0
        self._reading = False  # where only one fits: the conversation, not the list
        self._details_wanted: bool | None = None  # None: as the width says
        self._rail_narrow: bool | None = None  # likewise
        self._build()

    def _build(self) -> None:
        for column in (self._list, self._pane, self._details):
            self.splitter.addWidget(column)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        for place, stretch in enumerate((0, 1, 0)):
            self.splitter.setStretchFactor(place, stretch)
        self._pane.setMinimumWidth(_PANE_LEAST)
        self._details.setMinimumWidth(240)
        self._details.setMaximumWidth(420)
        self.splitter.setSizes([_LIST, 900, _DETAILS])
        self.splitter.splitterMoved.connect(self._moved)

    @property
    def together(self) -> bool:
        """Whether list and conversation are side by side."""
        return self._width >= BOTH_FROM

    def restore(self) -> None:
        """Use the widths of the last time."""
        state = self._settings.value("window/columns")
        if isinstance(state, QByteArray):
            self.splitter.restoreState(state)
        narrow = self._settings.value("window/rail_narrow")
        self._rail_narrow = None if narrow is None else str(narrow).lower() == "true"

    def remember(self) -> None:
        """Keep the widths for the next time."""
        if self.together and self._width >= DETAILS_FROM:
            self._settings.setValue("window/columns", self.splitter.saveState())

    def fit(self, width: int) -> None:
        """Arrange the columns for a width of the window."""
        self._width = width
        self._arrange()

    def read(self, *, reading: bool) -> None:
        """Where only one fits: show the conversation, or the list."""
        self._reading = reading
        self._arrange()

    def toggle_details(self) -> None:
        """Show or hide the details, whatever the width."""
        self._details_wanted = not self._details.isVisible()
        self._arrange()

    def toggle_rail(self) -> None:
        """Show the names in the rail, or only pictures."""
        self._rail_narrow = not self._rail.narrow
        self._settings.setValue("window/rail_narrow", self._rail_narrow)
        self._arrange()

    def _arrange(self) -> None:
        together = self.together
        self._list.setMinimumWidth(_LIST_LEAST)
        self._list.setMaximumWidth(_LIST_MOST if together else 16_777_215)
        self._list.setVisible(together or not self._reading)
        self._pane.setVisible(together or self._reading)
        wide = self._width >= DETAILS_FROM
        wanted = wide if self._details_wanted is None else self._details_wanted
        self._details.setVisible(wanted and (together or self._reading))
        narrow = self._width < NAMES_FROM if self._rail_narrow is None else self._rail_narrow
        if self._rail.narrow != narrow:
            self._rail.collapse(narrow=narrow)
        self.back_offered.emit(not together)

    def _moved(self) -> None:
        self.remember()
