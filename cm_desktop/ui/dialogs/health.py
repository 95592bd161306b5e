"""How one account is doing, in full: contacts, sign-in, allowance, gaps, and what is possible."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.events import GapFound
from cm_desktop.domain.model import Account
from cm_desktop.i18n import _
from cm_desktop.services import connecting
from cm_desktop.services.account_health import AccountHealth, account_health, dismiss_gaps
from cm_desktop.services.sentences import explain
from cm_desktop.ui import theme
from cm_desktop.ui.context import Context
from cm_desktop.ui.dialogs.account_card import AccountCard
from cm_desktop.ui.dialogs.frame import Dialog
from cm_desktop.ui.dialogs.health_facts import Fact, facts
from cm_desktop.ui.dialogs.health_gaps import GapList
from cm_desktop.ui.dialogs.policy_words import policy_sentences
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import PlainLabel

_TICK = 15_000  # ms: times are said in minutes


class HealthDialog(Dialog):
    """Keeps itself up to date while it is open. `read` gives what it shows (tests, pictures)."""

    def __init__(
        self,
        context: Context,
        account: Account,
        parent: QWidget | None = None,
        *,
        read: Callable[[], AccountHealth] | None = None,
    ) -> None:
        super().__init__(_("How this account is doing"), parent, width=620)
        self._context = context
        self._read = read or (lambda: account_health(context.vault, account.id))
        self._shown: tuple[object, ...] = ()
        self.card = AccountCard(context, account, self)
        self.card.details.hide()
        column = self.add_scrolled()
        column.addWidget(self.card)
        self._to_do = Words("")
        column.addWidget(self._to_do)
        self.facts, self.able = _section(), _section()
        self.gaps = GapList()
        self.gaps.put_away.connect(self._put_away)
        for part in (self.facts, self.gaps, self.able):
            column.addWidget(part)
        column.addStretch(1)
        self._close = self.add_close()
        self.begin_at(self._close)
        context.changes.accounts.connect(self.refresh)
        tick = QTimer(self, interval=_TICK)
        tick.timeout.connect(self.refresh)
        tick.start()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read the account again; close where it is gone."""
        try:
            health = self._read()
        except UsageError:
            self.close()
            return
        self.card.show_account(health.account)
        self._to_do.setText(_to_do(health))
        self._to_do.setVisible(bool(self._to_do.text()))
        now = self._context.now()
        lines = facts(health, now)
        self._show_gaps(health, now)
        shown = (lines, health.policy)
        if shown == self._shown:
            return
        self._shown = shown
        limits = connecting.info(health.account.channel).words().limits
        _fill(self.facts, _fact_rows(lines))
        _fill(self.able, _able_rows([*policy_sentences(health.policy), *limits]))

    def _show_gaps(self, health: AccountHealth, now: datetime) -> None:
        before = self.gaps.buttons
        at = next((place for place, one in enumerate(before) if one.hasFocus()), None)
        if not self.gaps.show_gaps(health.gaps, now):
            return
        buttons = self.gaps.buttons
        for one, following in pairwise((self.card.remove, *buttons, self._close)):
            self.setTabOrder(one, following)
        if at is not None:
            # From the end: the button for all, on top, goes with the last but one.
            place = len(buttons) - (len(before) - at)
            left = buttons[max(place, 0)] if buttons else self._close
            left.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot(object)
    def _put_away(self, gaps: list[GapFound]) -> None:
        context, account = self._context, self.card.account.id
        context.write(
            lambda: dismiss_gaps(context.vault, account, gaps, now=context.clock),
            then=lambda _done: context.changes.accounts.emit(),
        )


def _to_do(health: AccountHealth) -> str:
    account = health.account
    if account.paused or not account.trouble:
        return ""
    return explain(account.trouble, health.detail).what_to_do


def _section() -> QWidget:
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, theme.SMALL, 0, 0)
    column.setSpacing(theme.SMALL)
    return part


def _fill(part: QWidget, inside: QWidget | None) -> None:
    """Show something in a section in place of what was there; None hides the section."""
    column = part.layout()
    assert column is not None  # noqa: S101 - made by _section
    while (item := column.takeAt(0)) is not None:
        if (before := item.widget()) is not None:
            before.hide()
            before.deleteLater()
    if inside is not None:
        column.addWidget(inside)
    part.setVisible(inside is not None)


def _fact_rows(lines: list[Fact]) -> QWidget:
    inside = QWidget()
    grid = QGridLayout(inside)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(theme.LARGE)
    grid.setVerticalSpacing(theme.SMALL)
    grid.setColumnStretch(1, 1)
    for number, fact in enumerate(lines):
        value = Words(fact.value, fact.tone)
        value.setAccessibleName(f"{fact.name}: {fact.value}")
        grid.addWidget(PlainLabel(fact.name, "soft"), number, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value, number, 1)
    return inside


def _able_rows(sentences: list[str]) -> QWidget:
    inside, column = _listed(_("What is possible here"))
    for sentence in sentences:
        column.addWidget(Words(sentence, "soft"))
    return inside


def _listed(title: str) -> tuple[QWidget, QVBoxLayout]:
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.TINY)
    column.addWidget(PlainLabel(title, "strong"))
    return inside, column
