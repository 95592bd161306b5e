"""Sign in on the channel's own page: the browser comes back, or shows a code, or never comes."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from cm_desktop.domain.errors import NotAllowedError
from cm_desktop.services import reading
from cm_desktop.store import accounts
from cm_desktop.ui.dialogs.browser_way import Stage
from cm_desktop.ui.dialogs.connect_page import ConnectDialog
from cm_desktop.ui.dialogs.sign_in_again import SignInDialog
from tests import factory
from tests.played import NAME, SHOWN_CODE

ADDRESS = "https://place.example"


@pytest.fixture
def dialog(qtbot, context, window, played, browser):
    made = ConnectDialog(context, window, NAME)
    made.open()
    qtbot.waitExposed(made)
    qtbot.keyClicks(made.form.lines["url"], ADDRESS)
    return made


@pytest.fixture
def way(dialog):
    return dialog.form.secrets.way


def words(widget):
    return " ".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())


def said_by(button):
    return button.accessibleName()


def wait_for_page(qtbot, browser, count=1):
    qtbot.waitUntil(lambda: len(browser.pages) == count)


def test_the_browser_is_the_first_way_and_needs_no_token(dialog):
    assert said_by(dialog.check) == "Sign in in the browser"
    assert dialog.form.first_empty() is None
    assert not dialog.form.lines["token"].isVisible()


def test_an_account_is_connected_by_enter_and_the_browser(qtbot, context, dialog, played, browser):
    qtbot.keyClick(dialog.form.lines["url"], Qt.Key.Key_Return)
    wait_for_page(qtbot, browser)
    assert browser.pages == [f"{ADDRESS}/allow"]
    assert "go on in your browser" in words(dialog)
    assert not dialog.check.isEnabled()

    assert played.come_back() == 200
    qtbot.waitUntil(lambda: dialog.step == 2)
    qtbot.keyClick(dialog.keep, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(reading.accounts(context.vault)) == 1)
    (account,) = reading.accounts(context.vault)
    assert accounts.secret(context.vault.db.reader, account.id) == {"token": "right"}


def test_what_is_missing_is_asked_for_before_a_page_is_opened(qtbot, dialog, browser):
    dialog.form.lines["url"].clear()
    dialog.check.click()
    assert dialog.trouble.sentence == "Please fill in: Address of the place."
    assert browser.pages == []


def test_while_it_waits_the_page_can_be_opened_again_and_waiting_stopped(
    qtbot, context, dialog, way, browser
):
    dialog.check.click()
    wait_for_page(qtbot, browser)
    qtbot.keyClick(way.again, Qt.Key.Key_Space)
    assert browser.pages == [f"{ADDRESS}/allow"] * 2
    qtbot.keyClick(way.stop_button, Qt.Key.Key_Space)
    assert way.stage is Stage.BEGIN
    assert dialog.check.isEnabled()
    assert not context.runner.busy


def test_a_refusal_in_the_browser_is_explained(qtbot, dialog, way, played, browser):
    dialog.check.click()
    wait_for_page(qtbot, browser)
    played.come_back("error=access_denied&state=state+of+this+turn")
    qtbot.waitUntil(lambda: bool(dialog.trouble.sentence))
    assert "refused" in dialog.trouble.sentence
    assert way.stage is Stage.BEGIN


def test_a_browser_that_does_not_come_back_shows_a_code_that_is_pasted(
    qtbot, dialog, way, played, browser
):
    dialog.check.click()
    wait_for_page(qtbot, browser)
    qtbot.keyClick(way.other, Qt.Key.Key_Space)
    wait_for_page(qtbot, browser, 2)
    assert played.redirects[-1] == SHOWN_CODE
    assert way.code.hasFocus()
    assert said_by(dialog.check) == "Use the code"
    assert not dialog.check.isEnabled()

    qtbot.keyClicks(way.code, "bad code")
    qtbot.keyClick(way.code, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(dialog.trouble.sentence))
    assert "does not accept this code" in dialog.trouble.sentence
    assert way.stage is Stage.CODE

    way.code.clear()
    qtbot.keyClicks(way.code, " good code ")
    qtbot.keyClick(way.code, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.step == 2)


def test_a_page_without_a_code_is_not_offered(qtbot, context, window, played, browser, monkeypatch):
    from cm_desktop.connectors.base import BrowserSignIn

    played.install(monkeypatch, browser=BrowserSignIn(begin=played.begin, finish=played.finish))
    dialog = ConnectDialog(context, window, NAME)
    dialog.open()
    dialog.form.lines["url"].setText(ADDRESS)
    dialog.check.click()
    wait_for_page(qtbot, browser)
    assert not dialog.form.secrets.way.other.isVisible()


def test_a_token_can_be_pasted_instead(qtbot, dialog, browser):
    qtbot.keyClick(dialog.form.secrets.fold.button, Qt.Key.Key_Space)
    assert said_by(dialog.check) == "Check"
    assert dialog.form.lines["token"].hasFocus()
    dialog.check.click()
    assert dialog.trouble.sentence == "Please fill in: Token."
    qtbot.keyClicks(dialog.form.lines["token"], "wrong")
    dialog.check.click()
    qtbot.waitUntil(lambda: "does not accept this sign-in" in dialog.trouble.sentence)
    assert dialog.form.lines["token"].hasFocus()
    dialog.form.lines["token"].setText("right")
    dialog.check.click()
    qtbot.waitUntil(lambda: dialog.step == 2)
    assert browser.pages == []


def test_closing_waits_for_nobody(qtbot, context, dialog, browser):
    dialog.check.click()
    wait_for_page(qtbot, browser)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not context.runner.busy


def test_what_cannot_be_done_is_told_before_it_is_kept(qtbot, dialog, played, browser):
    dialog.check.click()
    wait_for_page(qtbot, browser)
    played.come_back()
    qtbot.waitUntil(lambda: dialog.step == 2)
    assert "Nobody can be hidden here." in words(dialog)


def test_one_signs_in_again_by_the_browser_too(qtbot, context, vault, window, played, browser):
    with vault.db.writing() as connection:
        account = accounts.add(
            connection,
            factory.account(channel=NAME, url=ADDRESS, remote_id="us"),
            secret={"token": "old"},
            policy=factory.policy(),
            now=factory.NOW,
        )
    made = SignInDialog(context, account, window)
    made.open()
    made.button.click()
    wait_for_page(qtbot, browser)
    played.come_back()
    qtbot.waitUntil(lambda: accounts.secret(vault.db.reader, account.id) == {"token": "right"})


def test_the_failure_of_another_kind_is_told_as_it_is(dialog):
    dialog._explain(NotAllowedError("refused"))
    assert "The channel refused this." in dialog.trouble.sentence
