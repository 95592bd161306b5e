"""How the accounts are doing, and what can be done with them."""

import pytest
from PySide6.QtCore import Qt

from cm_desktop.domain.model import Health
from cm_desktop.services import reading
from cm_desktop.store import accounts
from cm_desktop.ui.dialogs.accounts import AccountsDialog
from cm_desktop.ui.dialogs.remove_account import RemoveDialog
from cm_desktop.ui.dialogs.sign_in_again import SignInDialog
from tests import factory


@pytest.fixture
def dialog(qtbot, context, account, window):
    made = AccountsDialog(context, window)
    made.open()
    qtbot.waitExposed(made)
    return made


def now(context):
    return reading.accounts(context.vault)[0]


def settle(qtbot, context):
    qtbot.waitUntil(lambda: not context.runner.busy, timeout=20_000)


def test_each_account_says_how_it_is_doing(context, account, dialog):
    with context.vault.db.writing() as connection:
        accounts.set_health(
            connection, account.id, Health.SIGN_IN, now=factory.NOW, trouble="sign_in_needed"
        )
    context.changes.accounts.emit()
    (card,) = dialog.cards.values()
    assert "Bakery Krume" in card.accessibleName()
    assert "sign-in" in card.accessibleName()


def test_testing_says_that_it_works(qtbot, context, account, dialog):
    (card,) = dialog.cards.values()
    qtbot.keyClick(card.test, Qt.Key.Key_Space)
    settle(qtbot, context)
    assert "works" in card.result.text()


def test_an_account_is_paused_and_goes_on(qtbot, context, account, dialog):
    (card,) = dialog.cards.values()
    with qtbot.waitSignal(context.changes.accounts):
        qtbot.keyClick(card.pause, Qt.Key.Key_Space)
    assert now(context).paused
    assert "Go on" in card.pause.text()
    with qtbot.waitSignal(context.changes.accounts):
        qtbot.keyClick(card.pause, Qt.Key.Key_Space)
    assert not now(context).paused
    assert context.worker.asked == [f"account {account.id}"] * 2


def test_removing_asks_and_escape_removes_nothing(qtbot, context, account, dialog):
    (card,) = dialog.cards.values()
    card.remove.click()
    question = dialog.findChild(RemoveDialog)
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert [one.id for one in reading.accounts(context.vault)] == [account.id]


def test_what_came_from_an_account_stays_unless_it_is_to_go(
    qtbot, context, account, conversation, dialog
):
    (card,) = dialog.cards.values()
    card.remove.click()
    question = dialog.findChild(RemoveDialog)
    assert question.keep.isChecked()
    with qtbot.waitSignal(context.changes.accounts):
        question.button.click()
    assert reading.accounts(context.vault) == []
    assert reading.conversation(context.vault, conversation.id).id == conversation.id
    assert dialog.cards == {}


def test_everything_goes_where_that_is_wanted(qtbot, context, account, conversation, dialog):
    (card,) = dialog.cards.values()
    card.remove.click()
    question = dialog.findChild(RemoveDialog)
    question.erase.setChecked(True)
    assert question.button.text() == "Remove and delete"
    with qtbot.waitSignal(context.changes.accounts):
        question.button.click()
    assert reading.counts(context.vault).all == 0


def test_a_new_password_is_asked_for_and_trouble_explained(qtbot, context, vault, window):
    with vault.db.writing() as connection:
        site = accounts.add(
            connection,
            factory.account(channel="wordpress", url="https://127.0.0.1:1", handle="anna"),
            secret={"password": "old"},
            policy=factory.policy(),
            now=factory.NOW,
        )
    made = SignInDialog(context, site, window)
    made.open()
    qtbot.waitExposed(made)
    made.accept()
    assert made.trouble.sentence == "Please fill in: Application password."
    qtbot.keyClicks(made.secrets.lines["password"], "new words")
    qtbot.keyClick(made.secrets.lines["password"], Qt.Key.Key_Return)
    settle(qtbot, context)
    assert "cannot be reached" in made.trouble.sentence
    assert made.isVisible()


def test_a_channel_without_a_password_offers_no_signing_in(dialog):
    (card,) = dialog.cards.values()
    assert not card.sign_in.isVisible()


def test_without_accounts_it_says_so(qtbot, context, window):
    made = AccountsDialog(context, window)
    made.open()
    assert made.cards == {}
    assert "No page" in made._column.itemAt(0).widget().text()
