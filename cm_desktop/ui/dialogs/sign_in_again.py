"""Asks for a new sign-in of an account, or lets the browser bring one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from cm_desktop.domain.errors import CmError
from cm_desktop.domain.model import Account
from cm_desktop.i18n import _
from cm_desktop.services import connecting
from cm_desktop.services.account_forms import Trial
from cm_desktop.ui.context import Context
from cm_desktop.ui.dialogs.fields import TroubleBox
from cm_desktop.ui.dialogs.frame import Dialog
from cm_desktop.ui.dialogs.secret_part import SecretPart
from cm_desktop.ui.dialogs.trial_words import trial_words
from cm_desktop.ui.dialogs.words import relabel
from cm_desktop.ui.labels import name_text
from cm_desktop.ui.runner import Failed, Outcome


def can_sign_in(account: Account) -> bool:
    """Whether an account has something that signs it in."""
    about = connecting.info(account.channel)
    return bool(about.secret_fields) or about.browser is not None


def tell_changed(context: Context, account: Account) -> None:
    """Let screens and worker read an account again."""
    context.worker.account(account.id)
    context.changes.accounts.emit()


class SignInDialog(Dialog):
    """Asks for a new password or token, or the browser, and keeps it once it worked."""

    def __init__(self, context: Context, account: Account, parent: QWidget | None = None) -> None:
        title = _("Sign in again to %(name)s") % {"name": name_text(account.title, 40)}
        super().__init__(title, parent)
        self._context = context
        self._account = account
        self.say(_("What is waiting is sent afterwards. Everything that was fetched stays."))
        self.secrets = SecretPart(context, account.channel)
        self.secrets.steps.show_for(account.url)
        self.secrets.way_changed.connect(self._on_way)
        if self.secrets.way is not None:
            self.secrets.way.secret_given.connect(self._try)
            self.secrets.way.failed.connect(self._explain)
        self.body.addWidget(self.secrets)
        self.trouble = TroubleBox()
        self.secrets.changed.connect(self.trouble.clear)
        self.body.addWidget(self.trouble)
        self.body.addStretch(1)
        self.add_cancel()
        self.button = self.add_primary(_("Sign in"), self.accept)
        self.begin_at(self._first_field() or self.button)
        self._on_way()

    def accept(self) -> None:
        """Try it; close once it worked."""
        missing = self.secrets.first_empty()
        if missing is not None:
            self.trouble.tell(_("Please fill in: %(field)s.") % {"field": missing[0]})
            missing[1].setFocus()
            return
        self.trouble.clear()
        if self.secrets.by_browser and self.secrets.way is not None:
            self.secrets.way.go_on(self._trial())
        else:
            self._try(self.secrets.secret())

    def done(self, result: int) -> None:
        """Wait for the browser no more, and close."""
        self.secrets.stop()
        super().done(result)

    def _trial(self) -> Trial:
        account = self._account
        return Trial(
            channel=account.channel,
            url=account.url,
            handle=account.handle,
            settings=account.settings,
        )

    def _first_field(self) -> QWidget | None:
        if self.secrets.by_browser:
            return None
        return next(iter(self.secrets.lines.values()), None)

    @Slot()
    def _on_way(self) -> None:
        way = self.secrets.way if self.secrets.by_browser else None
        relabel(self.button, way.words if way is not None else _("Sign in"))
        self.button.setEnabled(way is None or way.can_go_on)

    @Slot(object)
    def _try(self, secret: Mapping[str, str]) -> None:
        self.button.setEnabled(False)
        vault, account = self._context.vault, self._account.id
        self._context.runner.ask_outside(
            f"sign in {account}",
            lambda: connecting.sign_in_again(vault, account, secret),
            self._on_tried,
        )

    @Slot(object)
    def _explain(self, error: CmError) -> None:
        self.trouble.tell(*trial_words(error))

    def _on_tried(self, outcome: Outcome[Account]) -> None:
        self._on_way()
        if isinstance(outcome, Failed):
            self._explain(outcome.error)
            (self._first_field() or self.button).setFocus()
            return
        tell_changed(self._context, self._account)
        self._context.changes.said.emit(_("Signed in."))
        super().accept()
