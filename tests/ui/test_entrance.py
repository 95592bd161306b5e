import pytest

from cm_desktop.domain.errors import VaultDamagedError, VaultError, VaultInUseError
from cm_desktop.services import vault as vaults
from cm_desktop.services.backup import back_up
from cm_desktop.ui.dialogs.first_run import FirstRunPage
from cm_desktop.ui.dialogs.vault_trouble import PassphrasePage, VaultTroublePage
from cm_desktop.ui.entrance import Entrance

WORD = "correct horse battery"


@pytest.fixture
def entrance(qtbot, runner, tmp_path):
    opened = []

    def make(name=None):
        shown = Entrance(tmp_path, name, runner)
        shown.opened.connect(opened.append)
        shown.got = opened
        qtbot.addWidget(shown)
        shown.show()
        return shown

    yield make
    for vault in opened:
        vault.close()


@pytest.fixture
def locked(tmp_path):
    """A vault behind a passphrase, closed."""
    with vaults.create_vault(tmp_path, "Krume", title="Bakery Krume", passphrase=WORD) as made:
        back_up(made.db, made.folder, "test")
    return tmp_path


def error_of(data_dir):
    with pytest.raises(VaultError) as caught:
        vaults.open_vault(data_dir).close()
    return caught.value


def test_who_has_no_vault_is_welcomed(entrance, tmp_path):
    shown = entrance()
    shown.show_error(error_of(tmp_path))
    assert isinstance(shown.page, FirstRunPage)


def test_a_first_vault_is_made_under_the_firms_name_and_ones_own(entrance, tmp_path, qtbot):
    shown = entrance()
    shown.welcome()
    shown.page.create_vault.emit("Bakery: Krume / Sons", "Eva", WORD)
    qtbot.waitUntil(lambda: len(shown.got) == 1, timeout=20_000)
    (vault,) = shown.got
    assert vault.title == "Bakery: Krume / Sons"
    assert vault.me == "Eva"
    assert [one.name for one in vaults.list_vaults(tmp_path)] == ["Bakery_ Krume _ Sons"]


def test_what_went_wrong_with_the_first_vault_is_said_on_its_page(entrance, locked, qtbot):
    shown = entrance()
    shown.welcome()
    page = shown.page
    page.connect_card.click()
    page.create_vault.emit("Krume", "Eva", WORD)
    qtbot.waitUntil(lambda: page.trouble.isVisibleTo(page))
    assert shown.got == []
    assert shown.page is page


def test_a_passphrase_opens_the_vault_and_a_wrong_one_is_told_of(entrance, locked, qtbot):
    shown = entrance()
    shown.show_error(error_of(locked))
    page = shown.page
    assert isinstance(page, PassphrasePage)
    page.given.emit("wrong")
    qtbot.waitUntil(lambda: page.fields.trouble.isVisibleTo(page), timeout=20_000)
    assert shown.got == []
    page.given.emit(WORD)
    qtbot.waitUntil(lambda: len(shown.got) == 1, timeout=20_000)
    assert shown.got[0].name == "Krume"


def test_a_damaged_vault_offers_its_backups(entrance, locked):
    shown = entrance()
    shown.show_error(VaultDamagedError())
    assert isinstance(shown.page, VaultTroublePage)
    assert len(shown.page.backups) == 1


def test_a_vault_that_another_window_shows_can_be_tried_again(entrance, locked, qtbot, monkeypatch):
    word = locked / "word"
    word.write_text(WORD)
    monkeypatch.setenv("CM_DESKTOP_PASSPHRASE_FILE", str(word))
    shown = entrance("Krume")
    shown.show_error(VaultInUseError())
    shown.page.again.emit()
    qtbot.waitUntil(lambda: len(shown.got) == 1, timeout=20_000)


def test_only_one_page_is_kept(entrance, locked):
    shown = entrance()
    shown.welcome()
    shown.show_error(VaultDamagedError())
    assert shown.pages.count() == 1
