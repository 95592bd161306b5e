import pytest
from PySide6.QtCore import QPoint, Qt

from cm_desktop.domain.model import Health
from cm_desktop.domain.views import View, ViewName
from cm_desktop.store import accounts
from cm_desktop.ui.inbox.health_words import health_mark, health_sentence
from cm_desktop.ui.inbox.rail import NARROW, WIDE, Rail
from tests import factory, hostile


@pytest.fixture
def rail(context, account, qtbot):
    shown = Rail(context)
    qtbot.addWidget(shown)
    shown.resize(WIDE, 600)
    shown.show()
    return shown


def entry(rail, title):
    entries = [rail.model.entry(row) for row in range(rail.model.rowCount())]
    return next(one for one in entries if one.title == title)


def test_the_lists_come_first_then_the_channels(rail):
    titles = [rail.model.entry(row).title for row in range(rail.model.rowCount())]
    assert titles == [
        "Inbox", "Mine", "Waiting", "Snoozed", "Done", "All", "Outbox", "Channels",
        "Bakery Krume",
    ]  # fmt: skip


def test_what_is_unread_is_counted_for_the_inbox_and_for_its_channel(rail, keep_many, context):
    keep_many(3)
    rail.read()
    assert entry(rail, "Inbox").count == 3
    assert entry(rail, "Inbox").strong
    assert entry(rail, "Bakery Krume").count == 3
    for row in keep_many(1):
        context.desk.mark_read(row)
    rail.read()
    assert entry(rail, "Inbox").count == 4
    assert entry(rail, "Bakery Krume").count == 3


def test_choosing_a_list_by_mouse_and_by_key_tells_the_window(rail, qtbot):
    place = rail.list.visualRect(rail.model.index(2)).center()
    with qtbot.waitSignal(rail.view_chosen) as chosen:
        qtbot.mouseClick(rail.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [View(ViewName.WAITING)]
    with qtbot.waitSignal(rail.view_chosen) as chosen:
        qtbot.keyClick(rail.list, Qt.Key.Key_Down)
    assert chosen.args == [View(ViewName.SNOOZED)]


def test_the_heading_cannot_be_chosen(rail, qtbot):
    rail.choose(View(ViewName.OUTBOX))
    qtbot.keyClick(rail.list, Qt.Key.Key_Down)
    assert rail.chosen.account is not None


def test_the_chosen_list_stays_chosen_when_accounts_come(rail, vault):
    rail.choose(View(ViewName.DONE))
    with vault.db.writing() as connection:
        accounts.add(
            connection,
            factory.account(title="Second page"),
            secret={},
            policy=factory.policy(),
            now=factory.NOW,
        )
    rail.read()
    assert rail.chosen == View(ViewName.DONE)
    assert entry(rail, "Second page").account is not None


def test_one_name_on_two_channels_is_told_apart_by_the_channel(rail, vault):
    with vault.db.writing() as connection:
        accounts.add(
            connection,
            factory.account(title="Bakery Krume", channel="mastodon"),
            secret={},
            policy=factory.policy(),
            now=factory.NOW,
        )
    rail.read()
    assert entry(rail, "Mastodon").account.title == "Bakery Krume"
    assert entry(rail, "Demo").account.title == "Bakery Krume"


def test_the_narrow_rail_keeps_everything_in_reach(rail):
    rail.collapse(narrow=True)
    assert rail.width() == NARROW
    assert rail._connect_button.text() == ""
    assert rail._connect_button.accessibleName() == "Connect a page"
    assert rail.model.rowCount() == 9
    rail.collapse(narrow=False)
    assert rail.width() == WIDE


def test_the_button_asks_for_another_page(rail, qtbot):
    with qtbot.waitSignal(rail.connect_wanted):
        qtbot.mouseClick(rail._connect_button, Qt.MouseButton.LeftButton)


def test_a_right_click_asks_for_the_menu_of_an_account_only(rail, account, qtbot):
    asked = []
    rail.account_menu_wanted.connect(lambda which, _where: asked.append(which))
    for row in (0, rail.model.rowCount() - 1):
        rail.list.customContextMenuRequested.emit(
            rail.list.visualRect(rail.model.index(row)).center() + QPoint(1, 1)
        )
    assert asked == [account.id]


@pytest.mark.parametrize("health", list(Health))
def test_every_health_has_a_mark_of_its_own_and_a_sentence(health):
    about = factory.account(health=health, last_ok_at=factory.ago(minutes=5))
    assert health_sentence(about, factory.NOW).endswith(".")
    marks = {health_mark(factory.account(health=one))[0] for one in Health}
    assert len(marks) == len(Health)


def test_health_is_told_without_colour(rail, vault, account):
    with vault.db.writing() as connection:
        accounts.set_health(
            connection, account.id, Health.SIGN_IN, now=factory.NOW, trouble="sign_in_needed"
        )
    rail.read()
    spoken = rail.model.index(8).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "does not accept our sign-in" in spoken
    assert "does not accept our sign-in" in rail.model.index(8).data(Qt.ItemDataRole.ToolTipRole)


def test_a_paused_account_says_so():
    assert "Paused" in health_sentence(factory.account(paused=True), factory.NOW)
    assert health_mark(factory.account(paused=True))[0] == "hold"


def test_names_of_strangers_can_do_no_harm_in_the_rail(rail, vault):
    with vault.db.writing() as connection:
        for text in list(hostile.MARKUP.values())[:20]:
            accounts.add(
                connection,
                factory.account(title=text[:400]),
                secret={},
                policy=factory.policy(),
                now=factory.NOW,
            )
    rail.read()
    assert not rail.grab().isNull()
    for row in range(rail.model.rowCount()):
        hint = rail.model.index(row).data(Qt.ItemDataRole.ToolTipRole)
        assert "<" not in hint.removeprefix("<qt>").removesuffix("</qt>")


def test_looking_for_news_is_told_when_it_takes_a_while(rail, qtbot):
    rail.show_busy(busy=True)
    assert rail._busy.text() == ""
    qtbot.waitUntil(lambda: rail._busy.text() == "Looking for news…")
    rail.show_busy(busy=False)
    assert rail._busy.text() == ""
