"""One page for every reason why the data cannot be opened."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from cm_desktop.domain import errors
from cm_desktop.domain.errors import KeyWrongError, VaultDamagedError, VaultError
from cm_desktop.services.backup import Backup
from cm_desktop.ui.dialogs.vault_trouble import PassphrasePage, VaultTroublePage, size_words
from tests import factory

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, VaultError)
]
BACKUPS = [
    Backup(file=Path(f"/b/{n}.db"), made_at=factory.ago(hours=n), reason="regular", size=3_400_000)
    for n in range(15)
]


@pytest.fixture
def page(qtbot):
    def opened(error, backups=()):
        made = VaultTroublePage(error, backups)
        qtbot.addWidget(made)
        made.resize(800, 600)
        made.show()
        qtbot.waitUntil(made.isActiveWindow)
        made.begin()
        return made

    return opened


@pytest.mark.parametrize("kind", KINDS)
def test_every_trouble_says_what_happened_what_to_do_and_offers_a_way(page, kind):
    made = page(kind("detail"), BACKUPS)
    assert made.what.text()
    assert made.to_do.text()
    offered = [one for one in made.findChildren(QPushButton) if one.isVisible()]
    assert made.quit in offered
    if kind is not errors.VaultTooNewError:
        assert made.button in offered


def test_what_blocks_is_tried_again_by_keyboard(qtbot, page):
    made = page(errors.VaultInUseError("window"))
    qtbot.waitUntil(made.button.hasFocus)
    with qtbot.waitSignal(made.again):
        qtbot.keyClick(made.button, Qt.Key.Key_Space)


def test_a_wrong_passphrase_is_asked_for_again(qtbot, page):
    made = page(KeyWrongError("passphrase"))
    qtbot.keyClicks(made.passphrase.field.line, "rye and salt")
    with qtbot.waitSignal(made.passphrase_given) as given:
        qtbot.keyClick(made.passphrase.field.line, Qt.Key.Key_Return)
    assert given.args == ["rye and salt"]


def test_a_damaged_vault_offers_its_newest_backups(qtbot, page):
    made = page(VaultDamagedError(), BACKUPS)
    assert len(made.backups) == 10
    assert made.backups[0].isChecked()
    assert "3.4 MB" in made.backups[0].text()
    qtbot.keyClick(made.backups[0], Qt.Key.Key_Down)
    with qtbot.waitSignal(made.restore_wanted) as wanted:
        made.button.click()
    assert wanted.args == [Path("/b/1.db")]


def test_without_backups_a_damaged_vault_can_be_tried_again(qtbot, page):
    made = page(VaultDamagedError())
    with qtbot.waitSignal(made.again):
        made.button.click()


def test_the_program_can_be_ended(qtbot, page):
    made = page(VaultDamagedError())
    with qtbot.waitSignal(made.quit_wanted):
        qtbot.keyClick(made.quit, Qt.Key.Key_Space)


def test_a_passphrase_is_asked_for_at_the_start(qtbot):
    made = PassphrasePage("Bakery")
    qtbot.addWidget(made)
    made.show()
    made.setFocus()
    assert any("Bakery" in one.text() for one in made.findChildren(QLabel))
    made.button.click()
    qtbot.keyClicks(made.fields.field.line, "rye")
    with qtbot.waitSignal(made.given) as given:
        qtbot.keyClick(made.fields.field.line, Qt.Key.Key_Return)
    assert given.args == ["rye"]
    made.show_error(KeyWrongError("passphrase"))
    assert made.button.isEnabled()
    assert "does not open" in made.fields.trouble.sentence


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 B"), (999, "999 B"), (3_400_000, "3.4 MB"), (5 * 10**12, "5,000 GB")]
)
def test_sizes_are_said_for_people(size, words):
    assert size_words(size) == words
