"""The text of a message: selectable, wrapping, and cheap to lay out however odd it is."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QSize, Qt

from cm_desktop.ui import theme
from cm_desktop.ui.labels import PlainLabel, display_text

MOST = 4_000  # code points shown in a card; the rest is a button away
MOST_LINES = 80
_LONG_WORD = re.compile(r"[^\s\u200b]{60,}")
_PIECE = 30  # characters after which a very long word may go on in the next line
_USUAL = 480  # pixels


class ReadingLabel(PlainLabel):
    """A text in reading size. It is measured once for each width, not on every layout.

    Laying out 4,000 Arabic ligatures takes Qt 20 ms, and a box layout asks ten times.
    """

    def __init__(self, text: str, *, struck: bool = False, kind: str = "reading") -> None:
        self._heights: dict[int, int] = {}
        super().__init__(_shown(text), kind)
        self.wrapping().selectable()
        # A label that can be marked asks for focus; the card is the stop for Tab.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        if struck:
            font = theme.font("reading")
            font.setStrikeOut(True)
            self.setFont(font)

    def heightForWidth(self, width: int) -> int:
        """Return the height in pixels that the text takes in a width."""
        if width not in self._heights:
            self._heights[width] = super().heightForWidth(width)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        """Ask for the height that it takes in a usual column."""
        return QSize(_USUAL, self.heightForWidth(_USUAL))

    def changeEvent(self, event: QEvent) -> None:
        """Measure again when the font changed."""
        self._heights.clear()
        super().changeEvent(event)


def is_cut(text: str) -> bool:
    """Tell whether a card shows only the beginning of a text."""
    return len(text) > MOST or text.count("\n") >= MOST_LINES


def _shown(text: str) -> str:
    start = text[:MOST]
    lines = start.split("\n")
    if len(lines) > MOST_LINES:
        start = "\n".join(lines[:MOST_LINES])
    shown = display_text(start + "…" if is_cut(text) else start)
    return _LONG_WORD.sub(_in_pieces, shown)


def _in_pieces(word: re.Match[str]) -> str:
    return "\u200b".join(word[0][at : at + _PIECE] for at in range(0, len(word[0]), _PIECE))
