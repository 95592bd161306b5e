"""The quiet line below an address that says what stands behind it, while one types."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from cm_desktop.i18n import _
from cm_desktop.services.account_forms import Finding, Trial, look_at
from cm_desktop.ui import theme
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import picture_label, row
from cm_desktop.ui.dialogs.frame import Later
from cm_desktop.ui.dialogs.trial_words import finding_words, looks_like_address, trial_words
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import PlainLabel
from cm_desktop.ui.runner import Failed, Outcome

PAUSE = 600  # ms without a key after which it is looked
_SHOW_BUSY = 400  # ms


class AddressCheck(QWidget):
    """Looks at what is typed into a line, one look at a time; what is out of date is dropped.

    Nothing leaves this computer before the text looks like an address. `found` carries the
    Finding.
    """

    found = Signal(object)

    def __init__(
        self,
        context: Context,
        line: QLineEdit,
        trial: Callable[[], Trial],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._line = line
        self._trial = trial
        self._asked = ""  # what the running look is about, or the last one was
        self._running = False
        self._stopped = False
        self._key = f"look {id(self)}"
        self._mark = PlainLabel()
        self._words = Words("", "soft")
        line_of_words = row(spacing=theme.TINY)
        line_of_words.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        line_of_words.addWidget(self._words, 1)
        self.setLayout(line_of_words)
        self._pause = QTimer(self, interval=PAUSE, singleShot=True)
        self._pause.timeout.connect(self.look)
        self._later = Later(self._say_looking, self, _SHOW_BUSY)
        line.textChanged.connect(self._on_typed)
        line.editingFinished.connect(self.look)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says, "" while it says nothing."""
        return "" if self.isHidden() else self._words.text()

    @Slot()
    def look(self) -> None:
        """Look at what is typed now, unless that was looked at already."""
        self._pause.stop()
        typed = self._line.text().strip()
        if self._stopped or self._running or typed == self._asked:
            return
        if not looks_like_address(typed):
            return
        self._asked = typed
        self._words.setText("")
        trial = self._trial()
        self._running = self._context.runner.ask_outside(
            self._key, lambda: look_at(trial), self._on_looked
        )
        self._later.start()

    def stop(self) -> None:
        """Look no more: the form is closed."""
        self._stopped = True
        self._pause.stop()
        self._later.stop()
        self._context.runner.cancel(self._key)
        self._running = False

    def show_finding(self, finding: Finding) -> None:
        """Say what was found."""
        self._say(finding_words(self._trial().channel, finding), "approve", "ok")
        self.found.emit(finding)

    @Slot()
    def _on_typed(self) -> None:
        if self._line.text().strip() != self._asked:
            self.hide()
            self._pause.start()
        elif not self._running:
            self._pause.stop()
            self.setVisible(bool(self._words.text()))

    def _on_looked(self, outcome: Outcome[Finding | None]) -> None:
        self._running = False
        self._later.stop()
        if self._line.text().strip() != self._asked:
            self.hide()
            # What was typed meanwhile; at once if the pause is over.
            if not self._pause.isActive():
                self.look()
        elif isinstance(outcome, Failed):
            self._say(" ".join(trial_words(outcome.error)).strip(), "warning", "warn")
        elif outcome.value is not None:
            self.show_finding(outcome.value)
        else:
            self.hide()

    def _say_looking(self) -> None:
        if self._line.text().strip() == self._asked:
            self._say(_("Looking at this address…"), "progress", "soft")

    def _say(self, words: str, glyph: str, tone: str) -> None:
        self._mark.setPixmap(picture_label(glyph, tone).pixmap())
        self._words.setText(words)
        self._words.set_kind("soft" if tone == "ok" else tone)
        self._line.setAccessibleDescription(words)
        self.show()
