"""The first page."""

import pytest
from PySide6.QtCore import Qt

from cm_desktop.domain.errors import (
    KeyringLockedError,
    KeyringMissingError,
    VaultExistsError,
)
from cm_desktop.ui.dialogs.first_run import FirstRunPage, usable_keyring_problem


@pytest.fixture
def page(qtbot):
    def opened(problem=None):
        made = FirstRunPage(keyring_problem=lambda: problem)
        qtbot.addWidget(made)
        made.heard = []
        made.demo_wanted.connect(lambda: made.heard.append("demo"))
        made.connect_wanted.connect(lambda: made.heard.append("connect"))
        made.create_vault.connect(lambda *about: made.heard.append(about))
        made.resize(800, 600)
        made.show()
        qtbot.waitUntil(made.isActiveWindow)
        return made

    return opened


def test_the_demo_is_one_key_away(qtbot, page):
    made = page()
    qtbot.keyClick(made.demo_card, Qt.Key.Key_Return)
    assert made.heard == ["demo"]


def test_a_firm_begins_by_keyboard_alone(qtbot, page):
    made = page()
    qtbot.keyClick(made.connect_card, Qt.Key.Key_Return)
    assert made.firm.hasFocus()
    qtbot.keyClicks(made.firm, "  Bakery  Krume ")
    made.name.setText("Eva")
    qtbot.keyClick(made.name, Qt.Key.Key_Return)
    assert made.heard == ["connect", ("Bakery Krume", "Eva", "")]


def test_no_passphrase_is_asked_for_where_the_keyring_is_safe(page):
    made = page()
    made.connect_card.click()
    assert not made.passphrase.isVisible()


@pytest.mark.parametrize(
    ("problem", "said"),
    [(KeyringMissingError(), "no safe place"), (KeyringLockedError(), "locked")],
)
def test_without_a_safe_keyring_it_says_why_a_passphrase_is_needed(page, problem, said):
    made = page(problem)
    made.connect_card.click()
    assert made.passphrase.isVisible()
    assert said in made.why.text()


def filled(made, first, second):
    made.connect_card.click()
    made.firm.setText("Bakery")
    made.name.setText("Eva")
    made.passphrase.line.setText(first)
    made.again.line.setText(second)
    made.create_button.click()
    return made


def test_the_passphrase_is_handed_over_as_typed(page):
    made = filled(page(KeyringMissingError()), " rye and salt ", " rye and salt ")
    assert made.heard == ["connect", ("Bakery", "Eva", " rye and salt ")]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [("short", "short", "at least 8"), ("rye and salt", "rye and malt", "not the same")],
)
def test_a_passphrase_is_long_and_typed_twice_alike(page, first, second, said):
    made = filled(page(KeyringMissingError()), first, second)
    assert made.heard == []
    assert said in made.trouble.sentence


def test_without_the_name_of_the_firm_nothing_begins(page):
    made = page()
    made.connect_card.click()
    made.create_button.click()
    assert made.heard == []
    assert made.trouble.sentence == "Please fill in: Name of the firm."
    assert made.firm.hasFocus()


def test_it_says_why_a_vault_could_not_be_made(page):
    made = filled(page(), "", "")
    made.show_error(VaultExistsError("Bakery"))
    assert "already is" in made.trouble.sentence
    assert made.create_button.isEnabled()


def test_a_keyring_that_fails_after_all_leads_to_a_passphrase(page):
    made = filled(page(), "", "")
    made.show_error(KeyringMissingError("write"))
    assert made.passphrase.isVisible()


def test_a_computer_without_a_keyring_is_noticed():
    assert isinstance(usable_keyring_problem(), KeyringMissingError)
