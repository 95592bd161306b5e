"""What has to be done on a channel before it can be connected, one step below the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cm_desktop.domain.channel_words import Step
from cm_desktop.i18n import _
from cm_desktop.ui import theme
from cm_desktop.ui.conversation.parts import row, text_button
from cm_desktop.ui.dialogs.trial_words import page_address
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import PlainLabel, set_tooltip

_PLACE = "{url}"
_PADDING = 5  # pixels of a link before its words


class Steps(QWidget):
    """Steps, numbered where one follows the other; where a page helps there is a button for it.

    A page that lies behind the address that is typed in is offered once there is one.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        open_link: Callable[[str], object],
        *,
        numbered: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._open_link = open_link
        self._address = ""
        self.count = len(steps)
        self.buttons: dict[str, QPushButton] = {}  # by the link of their step
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SMALL)
        for number, step in enumerate(steps, 1):
            mark = f"{number}." if numbered else "•"
            column.addLayout(self._line(step, mark if len(steps) > 1 else ""))
        self.show_for("")

    def show_for(self, typed: str) -> None:
        """Offer the pages behind an address as it was typed."""
        self._address = page_address(typed)
        for link, button in self.buttons.items():
            button.setVisible(bool(self._address) or _PLACE not in link)
            set_tooltip(button, self._whole(link))

    def _line(self, step: Step, mark: str) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Words(step.text, "" if mark else "soft"))
        line = row(spacing=theme.SMALL)
        if mark:
            line.addWidget(PlainLabel(mark, "strong"), 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        if step.link:
            button = text_button(_("Open this page"), partial(self._open, step.link), "link")
            button.setAccessibleDescription(step.text)
            self.buttons[step.link] = button
            below = row(button, None)
            if mark:
                below.insertSpacing(0, -_PADDING)
            words.addLayout(below)
        return line

    def _open(self, link: str) -> None:
        self._open_link(self._whole(link))

    def _whole(self, link: str) -> str:
        return link.replace(_PLACE, self._address)
