"""The accounts: how each is doing, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QFrame, QRadioButton, QVBoxLayout, QWidget

from cm_desktop.domain.channel_words import FieldWords
from cm_desktop.domain.model import Account, Health
from cm_desktop.i18n import _
from cm_desktop.services import connecting, reading
from cm_desktop.services.connecting import Probe
from cm_desktop.ui import theme
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import picture_label, row, text_button
from cm_desktop.ui.dialogs.connect_page import ConnectDialog, tell_trial
from cm_desktop.ui.dialogs.fields import PasswordField, TroubleBox, field
from cm_desktop.ui.dialogs.frame import Dialog
from cm_desktop.ui.dialogs.words import Words, relabel
from cm_desktop.ui.icons import channel_mark
from cm_desktop.ui.inbox.health_words import health_mark, health_sentence
from cm_desktop.ui.labels import ElidedLabel, PlainLabel, name_text
from cm_desktop.ui.runner import Done, Failed, Outcome

_MARK = 28


class AccountsDialog(Dialog):
    """Lists the accounts; everything takes effect at once."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(_("Channels and accounts"), parent, width=620)
        self._context = context
        self.cards: dict[str, AccountCard] = {}
        self._built = False
        self._column = self.add_scrolled()
        self.add_left(text_button(_("Connect a page…"), self._connect, "", "add"))
        self.add_close()
        context.changes.accounts.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read the accounts again."""
        accounts = reading.accounts(self._context.vault)
        shown = {account.id: account for account in accounts}
        if not self._built or list(self.cards) != list(shown):
            self._rebuild(accounts)
        for account in accounts:
            self.cards[account.id].show_account(account)

    def _rebuild(self, accounts: list[Account]) -> None:
        self._built = True
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.cards = {account.id: AccountCard(self._context, account, self) for account in accounts}
        for card in self.cards.values():
            self._column.addWidget(card)
        if not accounts:
            self._column.addWidget(Words(_("No page is connected yet."), "soft"))
        self._column.addStretch(1)

    def _connect(self) -> None:
        ConnectDialog(self._context, self).open()


class AccountCard(QFrame):
    """One account: what it is, how it is doing, and its buttons."""

    def __init__(self, context: Context, account: Account, window: QWidget) -> None:
        super().__init__()
        self._context = context
        self._window = window
        self.account = account
        self.setProperty("kind", "card")
        self._title = ElidedLabel("", "strong")
        self._about = ElidedLabel("", "soft")
        self._health = PlainLabel()
        self._health.setFixedSize(QSize(16, 16))
        self._sentence = Words("")
        self.result = Words("", "soft")
        self.result.hide()
        self.test = text_button(_("Test now"), self._test, "quiet", "sync")
        self.pause = text_button("", self._pause, "quiet", "hold")
        self.sign_in = text_button(_("Sign in again…"), self._sign_in, "quiet", "key")
        self.remove = text_button(_("Remove…"), self._remove, "quiet", "delete")
        self._build()

    def _build(self) -> None:
        mark = PlainLabel()
        ratio = self.devicePixelRatioF()
        mark.setPixmap(channel_mark(self._context.channel_of(self.account), _MARK, ratio))
        mark.setFixedSize(QSize(_MARK, _MARK))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._about)
        head = row(mark)
        head.addLayout(words, 1)
        health = row(self._health, spacing=theme.TINY)
        health.addWidget(self._sentence, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MEDIUM, theme.MEDIUM, theme.MEDIUM, theme.SMALL)
        column.setSpacing(theme.SMALL)
        column.addLayout(head)
        column.addLayout(health)
        column.addWidget(self.result)
        buttons = row(self.test, self.pause, self.sign_in, self.remove, None, spacing=theme.TINY)
        column.addLayout(buttons)
        self.sign_in.setVisible(bool(connecting.info(self.account.channel).secret_fields))

    def show_account(self, account: Account) -> None:
        """Say how it is doing now."""
        self.account = account
        self._title.setText(account.title)
        about = (account.handle, channel_name(self._context.channel_of(account)))
        self._about.setText(" · ".join(part for part in about if part))
        glyph, tone = health_mark(account)
        self._health.setPixmap(picture_label(glyph, tone, 16).pixmap())
        sentence = health_sentence(account, self._context.now())
        self._sentence.setText(sentence)
        self._sentence.set_kind(tone if account.health is not Health.OK else "soft")
        relabel(self.pause, _("Go on") if account.paused else _("Pause"))
        self.setAccessibleName(f"{account.title}. {sentence}")

    def _test(self) -> None:
        vault, account = self._context.vault, self.account.id
        self._say(_("Signing in…"), "soft")
        self.test.setEnabled(False)
        self._context.runner.submit(
            f"test {account}", lambda: connecting.test_account(vault, account), self._on_tested
        )

    def _on_tested(self, outcome: Outcome[Probe]) -> None:
        self.test.setEnabled(True)
        if isinstance(outcome, Done):
            self._say(_("It works: signed in and answered."), "ok")
            return
        box = TroubleBox()
        tell_trial(box, outcome.error)
        self._say(box.sentence, "bad")

    def _say(self, words: str, tone: str) -> None:
        self.result.setText(words)
        self.result.set_kind(tone)
        self.result.show()

    def _pause(self) -> None:
        vault, account = self._context.vault, self.account
        change = connecting.resume_account if account.paused else connecting.pause_account
        self._context.write(lambda: change(vault, account.id), then=lambda _none: self._changed())

    def _sign_in(self) -> None:
        SignInDialog(self._context, self.account, self._window).open()

    def _remove(self) -> None:
        RemoveDialog(self._context, self.account, self._window).open()

    def _changed(self) -> None:
        tell_changed(self._context, self.account)


def tell_changed(context: Context, account: Account) -> None:
    """Let screens and worker read an account again."""
    context.worker.account(account.id)
    context.changes.accounts.emit()


class SignInDialog(Dialog):
    """Asks for a new password or token and keeps it once it worked."""

    def __init__(self, context: Context, account: Account, parent: QWidget | None = None) -> None:
        title = _("Sign in again to %(name)s") % {"name": name_text(account.title, 40)}
        super().__init__(title, parent)
        self._context = context
        self._account = account
        self.say(_("What is waiting is sent afterwards. Everything that was fetched stays."))
        about = connecting.info(account.channel)
        fields = about.words().fields
        self.secrets = {name: PasswordField() for name in about.secret_fields}
        for name, secret in self.secrets.items():
            words = fields.get(name, FieldWords(label=name))
            self.body.addLayout(field(words.label, secret, words.hint))
        self.trouble = TroubleBox()
        self.body.addWidget(self.trouble)
        self.body.addStretch(1)
        self.add_cancel()
        self.button = self.add_primary(_("Sign in"), self.accept)
        if self.secrets:
            self.begin_at(next(iter(self.secrets.values())).line)

    def accept(self) -> None:
        """Try it; close once it worked."""
        secret = {name: one.text().strip() for name, one in self.secrets.items()}
        if not all(secret.values()):
            self.trouble.tell(_("Please fill in the password."))
            return
        self.trouble.clear()
        self.button.setEnabled(False)
        vault, account = self._context.vault, self._account.id
        self._context.runner.submit(
            f"sign in {account}",
            lambda: connecting.sign_in_again(vault, account, secret),
            self._on_tried,
        )

    def _on_tried(self, outcome: Outcome[Account]) -> None:
        self.button.setEnabled(True)
        if isinstance(outcome, Failed):
            tell_trial(self.trouble, outcome.error)
            next(iter(self.secrets.values())).line.setFocus()
            return
        tell_changed(self._context, self._account)
        self._context.changes.said.emit(_("Signed in."))
        super().accept()


class RemoveDialog(Dialog):
    """Asks what becomes of everything that came from an account, and removes it."""

    def __init__(self, context: Context, account: Account, parent: QWidget | None = None) -> None:
        title = _("Remove %(name)s?") % {"name": name_text(account.title, 40)}
        super().__init__(title, parent)
        self._context = context
        self._account = account
        self.say(_("On the channel itself nothing changes. What waits to be sent is not sent."))
        self.keep = QRadioButton(_("Keep the conversations here to read and to search"))
        self.erase = QRadioButton(_("Delete everything that came from there on this computer"))
        self.keep.setChecked(True)
        for choice in (self.keep, self.erase):
            self.body.addWidget(choice)
        self.erase.toggled.connect(self._on_choice)
        self.body.addStretch(1)
        self.button = self.add_danger("", self.accept)
        cancel = self.add_cancel()
        cancel.setDefault(True)
        self.begin_at(self.keep)
        self._on_choice()

    def accept(self) -> None:
        """Remove it, and close."""
        vault, account, erase = self._context.vault, self._account.id, self.erase.isChecked()
        context = self._context

        def removed(_none: object) -> None:
            tell_changed(context, self._account)
            context.changes.conversations.emit(frozenset())
            context.changes.outbox.emit()
            context.changes.said.emit(_("Removed."))

        context.write(lambda: connecting.remove_account(vault, account, erase=erase), then=removed)
        super().accept()

    @Slot()
    def _on_choice(self) -> None:
        erase = self.erase.isChecked()
        self.button.setText(_("Remove and delete") if erase else _("Remove the account"))
