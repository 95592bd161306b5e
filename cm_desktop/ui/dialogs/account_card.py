"""One account with how it is doing, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from cm_desktop.domain.model import Account, Health
from cm_desktop.i18n import _
from cm_desktop.services import connecting
from cm_desktop.services.connecting import Probe
from cm_desktop.ui import theme
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import picture_label, row, text_button
from cm_desktop.ui.dialogs.remove_account import RemoveDialog
from cm_desktop.ui.dialogs.sign_in_again import SignInDialog, can_sign_in, tell_changed
from cm_desktop.ui.dialogs.trial_words import trial_words
from cm_desktop.ui.dialogs.words import Words, relabel
from cm_desktop.ui.icons import channel_mark
from cm_desktop.ui.inbox.health_words import health_mark, health_sentence
from cm_desktop.ui.labels import ElidedLabel, PlainLabel
from cm_desktop.ui.runner import Done, Outcome

_MARK = 28


class AccountCard(QFrame):
    """One account: what it is, how it is doing, and its buttons."""

    details_wanted = Signal()

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
        self.details = text_button(_("Details…"), self.details_wanted.emit, "link")
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
        head.addWidget(self.details, 0, Qt.AlignmentFlag.AlignTop)
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
        self.sign_in.setVisible(can_sign_in(self.account))

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
        self._context.runner.ask_outside(
            f"test {account}", lambda: connecting.test_account(vault, account), self._on_tested
        )

    def _on_tested(self, outcome: Outcome[Probe]) -> None:
        self.test.setEnabled(True)
        if isinstance(outcome, Done):
            self._say(_("It works: signed in and answered."), "ok")
            return
        self._say(" ".join(trial_words(outcome.error)).strip(), "bad")

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
