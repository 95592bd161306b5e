"""The first start asks for the firm and one's name, then for a page to connect."""

from PySide6.QtWidgets import QLineEdit

from cm_desktop.services.vault import list_vaults
from tests.stories.window.desk import FIRM, PASSPHRASE


def test_the_first_start_makes_a_vault_and_connects_a_page(new_desk):
    desk = new_desk().start()
    assert "Welcome" in desk.reads()

    desk.click("Connect a page")
    desk.fill("Name of the firm", FIRM)
    desk.fill("Your name", "Greta")
    desk.fill("Passphrase", PASSPHRASE)
    desk.fill("Once more", PASSPHRASE)
    desk.click("Create and connect a page")

    desk.wait(lambda: hasattr(desk.window, "pane"))
    desk.wait(lambda: desk.offers("Demo"))
    desk.click("Demo")
    desk.click("Check")
    desk.wait(lambda: desk.offers("Connect"))
    desk.click("Connect")
    desk.wait(lambda: len(desk.rows()) > 10)

    (vault,) = list_vaults(desk.data_dir)
    assert (vault.title, vault.key_kind) == (FIRM, "passphrase")
    assert desk.window.context.me == "Greta"
    desk.wait(lambda: desk.count("Inbox") > 10)


def test_two_passphrases_that_differ_make_no_vault(new_desk):
    desk = new_desk().start()
    desk.click("Connect a page")
    desk.fill("Name of the firm", FIRM)
    desk.fill("Passphrase", PASSPHRASE)
    desk.fill("Once more", PASSPHRASE + "!")
    desk.click("Create and connect a page")
    assert "The two passphrases are not the same." in desk.reads()
    assert list_vaults(desk.data_dir) == []
    desk.fill("Passphrase", "brot")
    desk.click("Create and connect a page")
    assert "at least" in desk.reads()
    assert list_vaults(desk.data_dir) == []


def test_the_demo_is_one_click_away_and_leaves_nothing(new_desk):
    desk = new_desk().start()
    desk.click("Look at the demo")
    desk.wait(lambda: hasattr(desk.window, "pane"))
    desk.settle()
    assert "demo" in desk.window.windowTitle()
    assert len(desk.rows()) > 10
    folder = desk.window.context.vault.folder
    desk.close()
    assert not folder.exists()
    assert list_vaults(desk.data_dir) == []


def test_a_wrong_passphrase_is_said_and_can_be_typed_again(kept_desk):
    desk = kept_desk.start()
    assert "Your data are protected by your passphrase." in desk.reads()
    desk.fill_in("vier Brezeln am Mittwoch")
    desk.wait(lambda: "not the right" in desk.reads() or "does not" in desk.reads())
    assert desk.window.findChild(QLineEdit).hasFocus()
    assert not hasattr(desk.window, "pane")
    desk.unlock()
    assert "Aleksander Nowicki" in desk.rows()


def test_a_second_window_on_the_same_vault_says_that_there_is_one(kept_desk, new_desk):
    first = kept_desk.start().unlock()
    second = new_desk(data_dir=first.data_dir).start()
    second.fill_in(PASSPHRASE)
    second.wait(lambda: "already in use by another window" in second.reads())
    assert not hasattr(second.window, "pane")
    second.close()
    first.open("Aleksander")
    first.answer("Das erste Fenster arbeitet weiter.")
