"""How one account is doing, in full: contacts, sign-in, allowance, gaps, and what is possible."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.model import Account
from cm_desktop.i18n import _, ngettext
from cm_desktop.services import connecting
from cm_desktop.services.account_health import AccountHealth, account_health
from cm_desktop.services.sentences import explain
from cm_desktop.ui import theme
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import picture_label, row
from cm_desktop.ui.dialogs.account_card import AccountCard
from cm_desktop.ui.dialogs.frame import Dialog
from cm_desktop.ui.dialogs.health_facts import Fact, facts, gap_words
from cm_desktop.ui.dialogs.policy_words import policy_sentences
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import PlainLabel

_TICK = 15_000  # ms: times are said in minutes
_MOST_GAPS = 4


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
        self.facts, self.gaps, self.able = (_section() for _number in range(3))
        for part in (self.facts, self.gaps, self.able):
            column.addWidget(part)
        column.addStretch(1)
        self.begin_at(self.add_close())
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
        gaps = [(*gap_words(gap, now), gap.lost) for gap in reversed(health.gaps)]
        shown = (lines, gaps, health.policy)
        if shown == self._shown:
            return
        self._shown = shown
        limits = connecting.info(health.account.channel).words().limits
        _fill(self.facts, _fact_rows(lines))
        _fill(self.gaps, _gap_rows(gaps))
        _fill(self.able, _able_rows([*policy_sentences(health.policy), *limits]))


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


def _gap_rows(gaps: list[tuple[str, str, bool]]) -> QWidget | None:
    if not gaps:
        return None
    inside, column = _listed(_("Gaps"))
    for span, sentence, lost in gaps[:_MOST_GAPS]:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Words(span))
        words.addWidget(Words(sentence, "soft"))
        line = row(spacing=theme.SMALL)
        mark = picture_label("gap" if lost else "sync", "warn" if lost else "soft", 16)
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        column.addLayout(line)
    more = len(gaps) - _MOST_GAPS
    if more > 0:
        said = ngettext("And %(n)d older one.", "And %(n)d older ones.", more) % {"n": more}
        column.addWidget(Words(said, "soft"))
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
