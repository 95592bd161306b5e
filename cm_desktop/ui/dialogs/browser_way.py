"""Signing in on the channel's own page: the browser is opened, and the window waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum, auto

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from cm_desktop.i18n import _
from cm_desktop.services import browser_sign_in, connecting
from cm_desktop.services.account_forms import Trial
from cm_desktop.services.browser_sign_in import ShownCode
from cm_desktop.ui import theme
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import row, text_button
from cm_desktop.ui.dialogs.fields import field, on_text
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.links import open_link
from cm_desktop.ui.runner import Failed, Outcome

_LONGEST_CODE = 2_048


class Stage(Enum):
    """How far signing in got."""

    BEGIN = auto()  # nothing was opened yet
    WAIT = auto()  # the browser shows the page and will come back
    ASK = auto()  # a page that shows a code is asked for
    CODE = auto()  # the page shows a code, to be pasted here
    USE = auto()  # the code is being used


class BrowserWay(QFrame):
    """Says where one is, and goes on with `go_on`; `secret_given` carries what signs us in.

    `changed` says that the words of the button that goes on, or whether it can, changed;
    `failed` carries a CmError. `opener` opens a page (tests give their own).
    """

    secret_given = Signal(object)
    failed = Signal(object)
    changed = Signal()
    _page_wanted = Signal(str)

    def __init__(
        self,
        context: Context,
        channel: str,
        parent: QWidget | None = None,
        *,
        opener: Callable[[str, QWidget], object] = open_link,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._channel = channel
        self._opener = opener
        self._key = f"sign in in the browser {id(self)}"
        self._trial: Trial | None = None
        self._shown: ShownCode | None = None
        self._page = ""
        self.stage = Stage.BEGIN
        self._build()
        # Asked for on a thread, opened on this one.
        self._page_wanted.connect(self._open)
        self._turn_to(Stage.BEGIN)

    def _build(self) -> None:
        self._what = Words("", "strong")
        self._more = Words("", "soft")
        self.code = QLineEdit()
        self.code.setMaxLength(_LONGEST_CODE)
        on_text(self.code, self.changed.emit)
        self._code_part = QWidget()
        code = field(_("Code from the page"), self.code)
        code.setContentsMargins(0, theme.SMALL, 0, 0)
        self._code_part.setLayout(code)
        self.again = text_button(_("Open the page again"), self._open_again, "link")
        self.other = text_button(_("The browser does not come back"), self._ask_for_code, "link")
        self.stop_button = text_button(_("Stop waiting"), self.stop, "link")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.TINY)
        for part in (self._what, self._more, self._code_part):
            column.addWidget(part)
        self._buttons = QWidget()
        line = row(self.again, self.other, self.stop_button, None)
        self._buttons.setLayout(line)
        column.addWidget(self._buttons)

    @property
    def words(self) -> str:
        """What the button that goes on says."""
        if self.stage in (Stage.CODE, Stage.USE):
            return _("Use the code")
        return _("Sign in in the browser")

    @property
    def can_go_on(self) -> bool:
        """Whether that button does something now."""
        if self.stage is Stage.CODE:
            return bool(self.code.text().strip())
        return self.stage is Stage.BEGIN

    def go_on(self, trial: Trial) -> None:
        """Open the browser, or use the code that was pasted."""
        if not self.can_go_on:
            return
        if self.stage is Stage.CODE:
            self._use_code()
        else:
            self._begin(trial)

    @Slot()
    def stop(self) -> None:
        """Wait no more; nothing was kept."""
        self._context.runner.cancel(self._key)
        self._turn_to(Stage.BEGIN)

    def show_stage(self, stage: Stage) -> None:
        """Look as it does at a stage, without asking anybody (for pictures)."""
        self._page = "https://channel.example"
        self._turn_to(stage)

    def _begin(self, trial: Trial) -> None:
        self._trial = trial = replace(trial, secret={})
        cancelled, open_page = threading.Event(), self._page_wanted.emit
        self._start(
            Stage.WAIT,
            lambda: browser_sign_in.in_browser(trial, open_page, cancelled),
            self._on_secret,
            cancelled,
        )

    def _ask_for_code(self) -> None:
        trial = self._trial
        if trial is not None:
            self._start(
                Stage.ASK, lambda: browser_sign_in.page_with_code(trial), self._on_page_with_code
            )

    def _use_code(self) -> None:
        shown, code = self._shown, self.code.text()
        if shown is not None:
            self._start(Stage.USE, lambda: browser_sign_in.use_code(shown, code), self._on_secret)

    def _start(
        self,
        stage: Stage,
        job: Callable[[], object],
        then: Callable[[Outcome[object]], None],
        cancelled: threading.Event | None = None,
    ) -> None:
        self._context.runner.cancel(self._key)
        self._page = ""
        self._turn_to(stage)
        self._context.runner.ask_outside(self._key, job, then, cancelled=cancelled)

    def _on_page_with_code(self, outcome: Outcome[object]) -> None:
        if isinstance(outcome, Failed):
            self._fail(outcome)
        elif isinstance(outcome.value, ShownCode):
            self._shown = outcome.value
            self.code.clear()
            self._turn_to(Stage.CODE)
            self._open(outcome.value.url)
            self.code.setFocus()

    def _on_secret(self, outcome: Outcome[object]) -> None:
        if isinstance(outcome, Failed):
            self._fail(outcome)
        elif isinstance(outcome.value, Mapping):
            self._turn_to(Stage.BEGIN)
            self.secret_given.emit(dict(outcome.value))

    def _fail(self, outcome: Failed) -> None:
        # A code that was mistyped can be corrected, unless the page's turn is over.
        self._turn_to(Stage.CODE if self.stage is Stage.USE else Stage.BEGIN)
        self.failed.emit(outcome.error)

    @Slot(str)
    def _open(self, url: str) -> None:
        self._page = url
        self.again.setVisible(True)
        self._opener(url, self)

    def _open_again(self) -> None:
        if self._page:
            self._opener(self._page, self)

    def _turn_to(self, stage: Stage) -> None:
        self.stage = stage
        what, more = self._said()
        self._what.setText(what)
        self._what.setVisible(bool(what))
        self._more.setText(more)
        self._code_part.setVisible(stage in (Stage.CODE, Stage.USE))
        self.code.setEnabled(stage is Stage.CODE)
        self.again.setVisible(bool(self._page) and stage in (Stage.WAIT, Stage.CODE))
        self.other.setVisible(stage is Stage.WAIT and self._shows_code())
        self._buttons.setVisible(stage is not Stage.BEGIN)
        self.setAccessibleName(f"{what} {more}".strip())
        self.changed.emit()

    def _shows_code(self) -> bool:
        way = connecting.info(self._channel).browser
        return way is not None and bool(way.shown_code)

    def _said(self) -> tuple[str, str]:
        channel = {"channel": channel_name(self._channel)}
        return {
            Stage.BEGIN: (
                "",
                _("Your browser opens the page of %(channel)s. No password is typed in here.")
                % channel,
            ),
            Stage.WAIT: (
                _("Please go on in your browser"),
                _("Allow CM Desktop there. This window then goes on by itself."),
            ),
            Stage.ASK: (_("One moment…"), _("A page that shows a code is being opened.")),
            Stage.CODE: (
                _("Please go on in your browser"),
                _("Allow CM Desktop there, copy the code that the page shows, and paste it here."),
            ),
            Stage.USE: (_("One moment…"), _("The code is being used.")),
        }[self.stage]
