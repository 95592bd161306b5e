"""The times of which something is missing on an account's health page, and putting them away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cm_desktop.domain.events import GapFound
from cm_desktop.i18n import _, ngettext
from cm_desktop.ui import theme
from cm_desktop.ui.conversation.parts import picture_label, row, text_button
from cm_desktop.ui.dialogs.health_facts import gap_words
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import PlainLabel, set_tooltip

_MOST = 4


class GapList(QWidget):
    """Shows the newest gaps. Lost ones have a button; `put_away` gives those it stands for."""

    put_away = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[QPushButton] = []  # as they stand on the page
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, theme.SMALL, 0, 0)
        self._said: list[tuple[GapFound, str, str]] = []
        self.hide()

    def show_gaps(self, gaps: Sequence[GapFound], now: datetime) -> bool:
        """Show gaps that are given oldest first; tell whether that changed anything."""
        said = [(gap, *gap_words(gap, now)) for gap in reversed(gaps)]
        if said == self._said:
            return False
        self._said = said
        self.buttons = []
        while (item := self._column.takeAt(0)) is not None:
            if (before := item.widget()) is not None:
                before.hide()
                before.deleteLater()
        if said:
            self._column.addWidget(self._rows())
        self.setVisible(bool(said))
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Drop the second half of a double click: by then, the next gap is under the mouse."""
        if event.type() == QEvent.Type.MouseButtonDblClick:
            return True
        return super().eventFilter(watched, event)

    def _rows(self) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SMALL)
        column.addLayout(self._head())
        for gap, span, sentence in self._said[:_MOST]:
            column.addLayout(self._row(gap, span, sentence))
        more = len(self._said) - _MOST
        if more > 0:
            said = ngettext("And %(n)d older one.", "And %(n)d older ones.", more) % {"n": more}
            column.addWidget(Words(said, "soft"))
        return inside

    def _head(self) -> QHBoxLayout:
        line = row(PlainLabel(_("Gaps"), "strong"), None)
        lost = [gap for gap, _span, _sentence in self._said if gap.lost]
        if len(lost) > 1:
            # Translators: a button that puts several gaps away, like "Got it" puts away one.
            words = ngettext("Got it: all %(n)d gap", "Got it: all %(n)d gaps", len(lost))
            about = _("These gaps are shown no more. One that grows comes back.")
            line.addWidget(self._button(words % {"n": len(lost)}, about, lost))
        return line

    def _row(self, gap: GapFound, span: str, sentence: str) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Words(span))
        words.addWidget(Words(sentence, "soft"))
        line = row(spacing=theme.SMALL)
        mark = picture_label("gap" if gap.lost else "sync", "warn" if gap.lost else "soft", 16)
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        if gap.lost:
            about = _("This gap is shown no more. It comes back if it grows.")
            # Translators: a button; it stands beside a gap that cannot be filled, and hides it.
            button = self._button(_("Got it"), about, [gap])
            # Translators: the button "Got it" for a screen reader, with the time of the gap.
            button.setAccessibleName(_("Got it: %(span)s") % {"span": span})
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def _button(self, words: str, about: str, gaps: list[GapFound]) -> QPushButton:
        button = text_button(words, lambda: self.put_away.emit(gaps), "link")
        button.setAccessibleDescription(about)
        set_tooltip(button, about)
        button.installEventFilter(self)
        self.buttons.append(button)
        return button
