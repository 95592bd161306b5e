"""Connect a page or a mailbox: choose the channel, type it in, look at it, keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from cm_desktop.domain.errors import CmError
from cm_desktop.domain.model import Account
from cm_desktop.i18n import _
from cm_desktop.services import connecting
from cm_desktop.services.account_forms import Trial, try_out
from cm_desktop.services.connecting import Probe
from cm_desktop.ui import theme
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import text_button
from cm_desktop.ui.dialogs.channel_cards import ChannelCards
from cm_desktop.ui.dialogs.channel_forms import ChannelForm, make_form
from cm_desktop.ui.dialogs.connect_preview import Preview
from cm_desktop.ui.dialogs.fields import TroubleBox
from cm_desktop.ui.dialogs.frame import Dialog, Later, Scrolled
from cm_desktop.ui.dialogs.trial_words import trial_words
from cm_desktop.ui.dialogs.words import relabel
from cm_desktop.ui.labels import PlainLabel
from cm_desktop.ui.runner import Failed, Outcome

_JOB = "connect"
_NEWEST = 4  # messages shown before the account is kept
_CHOOSE, _TYPE, _LOOK = 0, 1, 2
_LOWEST = 300  # pixels of a page, at the usual size of text


class ConnectDialog(Dialog):
    """Leads from the list of channels to an account that is kept.

    Nothing is kept before it worked, and a server that cannot prove who it is, is never
    asked for anything.
    """

    def __init__(self, context: Context, parent: QWidget | None = None, channel: str = "") -> None:
        super().__init__(_("Connect a page"), parent, width=680)
        self._context = context
        self._probe: Probe | None = None
        self.form: ChannelForm | None = None
        self.trouble = TroubleBox()
        self._busy = PlainLabel("", "soft")
        self._busy.hide()
        self._later = Later(self._show_busy, self)
        self._build()
        if channel:
            self._choose(channel)
        else:
            self._turn_to(_CHOOSE)

    def _build(self) -> None:
        self.cards = ChannelCards()
        self.cards.chosen.connect(self._choose)
        self._form_place = _column_page()
        self._look_place = _column_page()
        self.pages = QStackedWidget()
        places = (self.cards, self._form_place, self._look_place)
        self._scrolled = [Scrolled(place) for place in places]
        for page in self._scrolled:
            self.pages.addWidget(page)
        self.pages.setMinimumHeight(round(_LOWEST * theme.text_scale()))
        self.body.addWidget(self.pages, 1)
        self.body.addWidget(self.trouble)
        self.body.addWidget(self._busy)
        self.back = text_button(_("Back"), self._back, "")
        self.add_left(self.back)
        self.add_cancel()
        self.check = self.add_primary(_("Check"), self._check)
        self.keep = self.add_primary(_("Connect"), self._keep)

    @property
    def step(self) -> int:
        """Where one is: 0 choosing the channel, 1 typing it in, 2 looking at it."""
        return self.pages.currentIndex()

    def done(self, result: int) -> None:
        """Forget what is still being tried, and close."""
        self._context.runner.cancel(_JOB)
        self._leave_form()
        super().done(result)

    @Slot(str)
    def _choose(self, channel: str) -> None:
        self._leave_form()
        self.form = form = make_form(self._context, channel)
        form.changed.connect(self.trouble.clear)
        form.way_changed.connect(self._on_way)
        if form.secrets.way is not None:
            form.secrets.way.secret_given.connect(self._on_secret)
            form.secrets.way.failed.connect(self._explain)
        _put(self._form_place, form)
        words = {"channel": channel_name(channel)}
        self._turn_to(_TYPE, _("Connect %(channel)s") % words)
        self._on_way()
        form.begin()
        if form.focusWidget() is None:
            self.check.setFocus()

    def _leave_form(self) -> None:
        if self.form is not None:
            self.form.stop()

    def _back(self) -> None:
        self._context.runner.cancel(_JOB)
        self._finished_waiting()
        if self.step == _LOOK:
            self._turn_to(_TYPE)
        else:
            self._leave_form()
            self._turn_to(_CHOOSE, _("Connect a page"))

    @Slot()
    def _on_way(self) -> None:
        """Say on the button how one goes on from here."""
        way = self.form.secrets.way if self.form is not None else None
        browser = way is not None and self.form is not None and self.form.secrets.by_browser
        relabel(self.check, way.words if browser and way is not None else _("Check"))
        self.check.setEnabled(not browser or (way is not None and way.can_go_on))

    def _check(self) -> None:
        form = self.form
        if form is None or self.step != _TYPE:
            return
        missing = form.first_empty()
        if missing is not None:
            label, widget = missing
            self.trouble.tell(_("Please fill in: %(field)s.") % {"field": label})
            widget.setFocus()
            return
        self.trouble.clear()
        if form.secrets.by_browser and form.secrets.way is not None:
            form.secrets.way.go_on(form.trial())
        else:
            self._try(form.trial())

    @Slot(object)
    def _on_secret(self, secret: Mapping[str, str]) -> None:
        if self.form is not None:
            self.activateWindow()
            self._try(replace(self.form.trial(), secret=secret))

    def _try(self, trial: Trial) -> None:
        self.check.setEnabled(False)
        self._later.start()
        self._context.runner.cancel(_JOB)
        self._context.runner.ask_outside(
            _JOB, lambda: try_out(trial, preview=_NEWEST), self._on_checked
        )

    def _on_checked(self, outcome: Outcome[Probe]) -> None:
        self._finished_waiting()
        if isinstance(outcome, Failed):
            self._explain(outcome.error)
            return
        self._probe = outcome.value
        limits = connecting.info(outcome.value.config.channel).words().limits
        _put(self._look_place, Preview(self._context, outcome.value, limits))
        self._turn_to(_LOOK)
        self.keep.setFocus()

    @Slot(object)
    def _explain(self, error: CmError) -> None:
        self.trouble.tell(*trial_words(error))
        place = self.form.place_of(error) if self.form is not None else None
        if place is not None:
            place.setFocus()

    def _keep(self) -> None:
        probe, vault = self._probe, self._context.vault
        if probe is None or self.step != _LOOK:
            return
        self.keep.setEnabled(False)
        self._context.runner.write(lambda: connecting.keep_account(vault, probe), self._on_kept)

    def _on_kept(self, outcome: Outcome[Account]) -> None:
        self.keep.setEnabled(True)
        if isinstance(outcome, Failed):
            self._explain(outcome.error)
            return
        self._context.changes.accounts.emit()
        self._context.worker.account(outcome.value.id)
        self._context.changes.said.emit(_("Connected. The first messages are being fetched."))
        self.accept()

    def _turn_to(self, step: int, title: str = "") -> None:
        if title:
            self.heading.setText(title)
        self.trouble.clear()
        self._show_page(step)
        self.back.setVisible(step != _CHOOSE)
        self.check.setVisible(step == _TYPE)
        self.keep.setVisible(step == _LOOK)
        self.check.setDefault(step == _TYPE)
        self.keep.setDefault(step == _LOOK)
        if step == _CHOOSE:
            self.cards.line.setFocus()
            self.begin_at(self.cards.line)

    def _show_page(self, step: int) -> None:
        """Show a page, and be as high as that one needs."""
        self.pages.setCurrentIndex(step)
        shown = self.pages.currentWidget()
        for page in self._scrolled:
            kind = QSizePolicy.Policy.Expanding if page is shown else QSizePolicy.Policy.Ignored
            page.setSizePolicy(kind, kind)
        if self.isVisible():
            self.fit()

    def _show_busy(self) -> None:
        self._busy.setText(_("Signing in and looking for the newest messages…"))
        self._busy.show()

    def _finished_waiting(self) -> None:
        self._later.stop()
        self._busy.hide()
        self._on_way()


def _column_page() -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, theme.SMALL, 0)
    return page


def _put(page: QWidget, widget: QWidget) -> None:
    """Show a widget on a page in place of what was there."""
    layout = page.layout()
    assert layout is not None  # noqa: S101 - made by _column_page
    while (item := layout.takeAt(0)) is not None:
        if (before := item.widget()) is not None:
            before.deleteLater()
    layout.addWidget(widget)
    if isinstance(layout, QVBoxLayout):
        layout.addStretch(1)
