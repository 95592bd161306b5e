"""How an account is doing, in full: what is said, what warns, and that it stays up to date."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from cm_desktop.domain.events import GapFound
from cm_desktop.domain.model import Health
from cm_desktop.domain.standing import Allowance, Standing
from cm_desktop.services import connecting
from cm_desktop.services.account_health import AccountHealth
from cm_desktop.store import accounts, gaps
from cm_desktop.ui.dialogs.accounts import AccountsDialog
from cm_desktop.ui.dialogs.health import HealthDialog
from cm_desktop.ui.dialogs.health_facts import facts, gap_words, sign_in_warning
from tests import factory

NOW = factory.NOW


@pytest.fixture
def page(qtbot, context, account, window):
    made = HealthDialog(context, account, window)
    made.open()
    qtbot.waitExposed(made)
    return made


def words(widget):
    return "\n".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())


def said(**about):
    """Return the lines of the page, by their names."""
    standing = about.pop("standing", Standing())
    health = AccountHealth(
        account=factory.account(**about), policy=factory.policy(), standing=standing
    )
    return {fact.name: fact for fact in facts(health, NOW)}


def stand(context, account, standing):
    with context.vault.db.writing() as connection:
        accounts.set_standing(connection, account.id, standing)


def test_a_new_account_says_that_nothing_is_known_yet(page):
    shown = words(page)
    assert "Nothing was fetched yet." in shown
    assert "The channel names no end." in shown
    assert "The channel names no limit." in shown
    assert not page.gaps.isVisible()


def test_it_says_when_it_was_fetched_and_will_be():
    told = said(last_ok_at=NOW - timedelta(minutes=5), next_fetch_at=NOW + timedelta(minutes=2))
    assert told["Last fetched"].value.endswith("5 min ago")
    assert told["Next fetch"].value.endswith("in 2 min")


def test_a_paused_account_is_not_fetched():
    assert said(paused=True)["Next fetch"].value == "Paused: nothing is fetched."


@pytest.mark.parametrize(("days", "tone"), [(6, "warn"), (8, "")])
def test_a_sign_in_that_ends_within_a_week_warns(days, tone):
    told = said(standing=Standing(signed_in_until=NOW + timedelta(days=days, hours=1)))
    assert told["Signed in until"].tone == tone
    assert ("Please sign in again" in told["Signed in until"].value) == bool(tone)


def test_a_sign_in_that_is_over_says_so():
    assert "is over. Please" in sign_in_warning(NOW - timedelta(hours=1), NOW)
    assert sign_in_warning(None, NOW) == ""


def test_the_requests_that_are_left_are_counted():
    later = NOW + timedelta(minutes=4)
    left = Allowance(left=280, most=300, renewed_at=later)
    value = said(standing=Standing(allowance=left))["Requests"].value
    assert value.startswith("280 of 300 left until ")
    assert said(standing=Standing(allowance=Allowance(left=7)))["Requests"].value == "7 left"


def test_few_requests_warn_and_a_renewal_makes_good():
    few = Allowance(left=3, most=300, renewed_at=NOW + timedelta(minutes=4))
    assert said(standing=Standing(allowance=few))["Requests"].tone == "warn"
    over = Allowance(left=0, most=300, renewed_at=NOW - timedelta(minutes=1))
    assert said(standing=Standing(allowance=over))["Requests"].tone == ""


def test_a_gap_says_which_time_and_what_becomes_of_it():
    lost = GapFound(begin=NOW - timedelta(hours=30), end=NOW - timedelta(hours=29), lost=True)
    span, what = gap_words(lost, NOW)
    assert " to " in span
    assert "no longer hands out" in what
    assert "read again" in gap_words(GapFound(begin=lost.begin, end=lost.end), NOW)[1]


def test_it_follows_what_the_channel_says(qtbot, context, account, page):
    stand(context, account, Standing(signed_in_until=NOW + timedelta(days=2, hours=1)))
    with context.vault.db.writing() as connection:
        gap = GapFound(begin=NOW - timedelta(hours=3), end=NOW - timedelta(hours=2), lost=True)
        gaps.add(connection, accounts.row_of(connection, account.id), gap)
        accounts.set_health(
            connection, account.id, Health.SIGN_IN, now=NOW, trouble="sign_in_needed"
        )
    context.changes.accounts.emit()
    qtbot.waitUntil(lambda: "The sign-in is over in 2 days." in words(page))
    shown = words(page)
    assert "no longer hands out" in shown
    assert "Please sign in again. What is waiting is sent afterwards." in shown


def test_what_the_channel_can_and_cannot_do_is_told(qtbot, context, window, vault, played):
    with vault.db.writing() as connection:
        account = accounts.add(
            connection,
            factory.account(channel="played", remote_id="us"),
            secret={"token": "right"},
            policy=factory.policy(text_limit=500),
            now=NOW,
        )
    page = HealthDialog(context, account, window)
    page.open()
    shown = words(page)
    assert "A reply has at most 500 characters." in shown
    assert "Nobody can be hidden here." in shown


def test_it_is_opened_from_the_list_of_accounts_and_closed_by_key(qtbot, context, account, window):
    dialog = AccountsDialog(context, window)
    dialog.open()
    (card,) = dialog.cards.values()
    qtbot.keyClick(card.details, Qt.Key.Key_Space)
    page = dialog.findChild(HealthDialog)
    assert page.isVisible()
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()


def test_it_closes_when_the_account_is_removed(context, account, page):
    connecting.remove_account(context.vault, account.id)
    context.changes.accounts.emit()
    assert not page.isVisible()
