"""Connect a page or a mailbox: choose the channel, type it in, look at it, keep it."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from cm_desktop.domain.errors import (
    CmError,
    OfflineError,
    RateLimitedError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
)
from cm_desktop.domain.model import Account
from cm_desktop.i18n import _
from cm_desktop.services import connecting
from cm_desktop.services.account_forms import try_out
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
from cm_desktop.ui.labels import PlainLabel
from cm_desktop.ui.runner import Failed, Outcome

_JOB = "connect"
_NEWEST = 4  # messages shown before the account is kept
_CHOOSE, _TYPE, _LOOK = 0, 1, 2


class ConnectDialog(Dialog):
    """Leads from the list of channels to an account that is kept.

    Nothing is kept before it worked, and a server that cannot prove who it is, is never
    asked for anything.
    """

    def __init__(self, context: Context, parent: QWidget | None = None, channel: str = "") -> None:
        super().__init__(_("Connect a page"), parent, width=560)
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
        for page in (self.cards, self._form_place, self._look_place):
            self.pages.addWidget(Scrolled(page))
        self.pages.setMinimumHeight(380)
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
        super().done(result)

    @Slot(str)
    def _choose(self, channel: str) -> None:
        self.form = make_form(channel)
        self.form.changed.connect(self.trouble.clear)
        _put(self._form_place, self.form)
        words = {"channel": channel_name(channel)}
        self._turn_to(_TYPE, _("Connect %(channel)s") % words)
        self.form.begin()
        if not self.form.lines:
            self.check.setFocus()

    def _back(self) -> None:
        self._context.runner.cancel(_JOB)
        self._finished_waiting()
        if self.step == _LOOK:
            self._turn_to(_TYPE)
        else:
            self._turn_to(_CHOOSE, _("Connect a page"))

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
        trial = form.trial()
        self.trouble.clear()
        self.check.setEnabled(False)
        self._later.start()
        self._context.runner.cancel(_JOB)
        self._context.runner.submit(_JOB, lambda: try_out(trial, preview=_NEWEST), self._on_checked)

    def _on_checked(self, outcome: Outcome[Probe]) -> None:
        self._finished_waiting()
        if isinstance(outcome, Failed):
            self._explain(outcome.error)
            return
        self._probe = outcome.value
        _put(self._look_place, Preview(self._context, outcome.value))
        self._turn_to(_LOOK)
        self.keep.setFocus()

    def _explain(self, error: CmError) -> None:
        tell_trial(self.trouble, error)
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
        self.pages.setCurrentIndex(step)
        self.back.setVisible(step != _CHOOSE)
        self.check.setVisible(step == _TYPE)
        self.keep.setVisible(step == _LOOK)
        self.check.setDefault(step == _TYPE)
        self.keep.setDefault(step == _LOOK)
        if step == _CHOOSE:
            first = next(iter(self.cards.cards.values()))
            first.setFocus()
            self.begin_at(first)

    def _show_busy(self) -> None:
        self._busy.setText(_("Signing in and looking for the newest messages…"))
        self._busy.show()

    def _finished_waiting(self) -> None:
        self._later.stop()
        self._busy.hide()
        self.check.setEnabled(True)


def tell_trial(box: TroubleBox, error: CmError) -> None:
    """Explain why trying an account did not work; nothing goes on by itself here."""
    to_do = _("Please try again in a while, or check the address.")
    match error:
        case OfflineError():
            box.tell(
                _("This address cannot be reached."),
                _("Please check the address, and whether this computer is online."),
            )
        case SlowError():
            box.tell(_("There was no answer in time."), to_do)
        case ServerTroubleError():
            box.tell(_("There came no usable answer from this address."), to_do)
        case RateLimitedError():
            box.tell(_("The channel asks us to wait."), _("Please try again in a few minutes."))
        case SignInNeededError():
            box.tell(
                _("The channel does not accept this user name with this password."),
                _("Please check both. Often the mistake is a missing letter at the end."),
            )
        case _:
            box.explain(error)


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
