"""Lost gaps on the health page are put away by a button, one by one or all at once."""

from datetime import timedelta

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from cm_desktop.domain.events import GapFound
from cm_desktop.services import connecting
from cm_desktop.services.account_health import account_health
from cm_desktop.store import accounts, events, gaps
from cm_desktop.ui.dialogs.health import HealthDialog
from cm_desktop.ui.dialogs.health_facts import gap_words
from tests import factory

NOW = factory.NOW


def lost(days):
    return GapFound(begin=NOW - timedelta(days=days), end=NOW - timedelta(days=days - 1), lost=True)


OLD, NEW = lost(9), lost(3)
OPEN = GapFound(begin=NOW - timedelta(hours=3), end=NOW - timedelta(hours=2))


@pytest.fixture
def tell(context, account):
    """Let the channel tell of gaps."""

    def tell(*found):
        with context.vault.db.writing() as connection:
            row = accounts.row_of(connection, account.id)
            for gap in found:
                gaps.add(connection, row, gap)
        context.changes.accounts.emit()

    return tell


@pytest.fixture
def left(context, account):
    return lambda: account_health(context.vault, account.id).gaps


@pytest.fixture
def page(qtbot, context, account, window):
    made = HealthDialog(context, account, window)
    made.open()
    qtbot.waitExposed(made)
    return made


def names(page):
    return [one.accessibleName() for one in page.gaps.buttons]


def words(page):
    return "\n".join(one.text() for one in page.gaps.findChildren(QLabel) if one.isVisible())


def name_of(gap):
    return f"Got it: {gap_words(gap, NOW)[0]}"


def test_each_lost_gap_has_a_button_that_names_its_time(page, tell):
    tell(OPEN, NEW)
    assert names(page) == [name_of(NEW)]
    assert page.gaps.buttons[0].text() == "Got it"


def test_a_gap_that_is_read_again_has_none(page, tell):
    tell(OPEN)
    assert page.gaps.isVisible()
    assert names(page) == []


def test_one_is_put_away_by_key_and_the_next_has_the_keyboard(qtbot, page, tell, left):
    tell(OLD, NEW)
    assert names(page) == ["Got it: all 2 gaps", name_of(NEW), name_of(OLD)]
    first = page.gaps.buttons[1]
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: names(page) == [name_of(OLD)])
    assert left() == (OLD,)
    assert page.gaps.buttons[0].hasFocus()


def test_the_last_one_leaves_nothing_and_the_keyboard_at_close(qtbot, page, tell, left):
    tell(NEW)
    button = page.gaps.buttons[0]
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not page.gaps.isVisible())
    assert left() == ()
    assert page.focusWidget().text() == "Close"


def test_all_are_put_away_at_once_those_too_that_are_only_counted(qtbot, page, tell, left):
    tell(OPEN, *(lost(days) for days in range(3, 15, 2)))
    qtbot.waitUntil(lambda: "And 3 older ones." in words(page))
    assert names(page)[0] == "Got it: all 6 gaps"
    qtbot.mouseClick(page.gaps.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: left() == (OPEN,))
    qtbot.waitUntil(lambda: names(page) == [] and "read again" in words(page))


def test_only_what_was_shown_is_put_away(qtbot, context, account, page, tell, left):
    tell(NEW)
    grown = GapFound(begin=NEW.begin, end=NEW.end + timedelta(hours=2), lost=True)
    with context.vault.db.writing() as connection:  # the window does not know yet
        gaps.add(connection, accounts.row_of(connection, account.id), grown)
    qtbot.mouseClick(page.gaps.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(page) == [name_of(grown)])
    assert left() == (grown,)


def test_the_second_half_of_a_double_click_does_not_meet_the_next_one(qtbot, page, tell, left):
    tell(OLD, NEW)
    qtbot.mouseClick(page.gaps.buttons[1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(page) == [name_of(OLD)])
    under_the_mouse = page.gaps.buttons[0]
    at = QPointF(under_the_mouse.rect().center())
    for kind in (QEvent.Type.MouseButtonDblClick, QEvent.Type.MouseButtonRelease):
        button = Qt.MouseButton.LeftButton
        there = under_the_mouse.mapToGlobal(at)
        event = QMouseEvent(kind, at, there, button, button, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(under_the_mouse, event)
    page.refresh()
    assert left() == (OLD,)
    qtbot.mouseClick(under_the_mouse, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: left() == ())


def test_tab_leads_from_the_account_over_the_gaps_to_close(page, tell):
    tell(OLD, NEW)
    passed, widget = [], page.card.remove
    for _step in range(40):
        widget = widget.nextInFocusChain()
        if isinstance(widget, QPushButton):
            passed.append(widget)
        if isinstance(widget, QPushButton) and widget.text() == "Close":
            break
    assert [one.accessibleName() for one in passed] == [*names(page), "Close"]


def test_the_log_says_who_put_it_away(qtbot, context, page, tell, left):
    tell(NEW)
    qtbot.mouseClick(page.gaps.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: left() == ())
    entry = list(events.walk(context.vault.db.reader))[-1]
    assert (entry.kind, entry.member) == ("gap_dismissed", context.vault.me)


def test_an_account_removed_meanwhile_is_explained(qtbot, context, account, page, tell):
    tell(NEW)
    connecting.remove_account(context.vault, account.id)
    with qtbot.waitSignal(context.changes.problem) as told:
        qtbot.mouseClick(page.gaps.buttons[0], Qt.MouseButton.LeftButton)
    assert told.args[0].code == "usage"
