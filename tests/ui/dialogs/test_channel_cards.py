"""The channels to choose from: in groups, found by typing, reached by arrow keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from cm_desktop.connectors import registry
from cm_desktop.services import connecting
from cm_desktop.ui import icons
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.dialogs.channel_cards import ChannelCards


@pytest.fixture
def cards(qtbot):
    shown = ChannelCards()
    qtbot.addWidget(shown)
    shown.resize(680, 600)
    with qtbot.waitActive(shown):
        shown.show()
        shown.activateWindow()
    shown.line.setFocus()
    return shown


def headings(cards):
    return [one.text() for one in cards.findChildren(QLabel) if one.isVisible() and one.text()]


def focused(cards):
    return next((name for name, card in cards.cards.items() if card.hasFocus()), None)


def test_every_channel_has_a_card_a_name_and_a_mark(cards):
    assert set(cards.cards) == {about.channel for about in connecting.channels()}
    for name in cards.cards:
        assert channel_name(name) != name
        assert icons.channel_glyph(name) != "ch_other"
        assert name in icons.CHANNEL_COLOURS


def test_the_website_comes_first_and_the_demo_last(cards):
    order = [card.channel for card in cards.shown]
    assert order[:2] == ["wordpress", "mail"]
    assert order[-1] == "demo"
    assert headings(cards)[0] == "Your website and mail"
    assert headings(cards)[-1] == "Everything else"


def test_typing_leaves_what_fits_and_enter_takes_the_first(qtbot, cards):
    qtbot.keyClicks(cards.line, "word")
    assert [card.channel for card in cards.shown] == ["wordpress"]
    assert headings(cards) == ["Your website and mail"]
    with qtbot.waitSignal(cards.chosen) as chosen:
        qtbot.keyClick(cards.line, Qt.Key.Key_Return)
    assert chosen.args == ["wordpress"]


def test_a_channel_is_found_by_what_its_card_says(qtbot, cards):
    qtbot.keyClicks(cards.line, "mailbox")
    assert "mail" in [card.channel for card in cards.shown]


def test_what_there_is_not_is_said(qtbot, cards):
    qtbot.keyClicks(cards.line, "zzzz")
    assert cards.shown == []
    assert headings(cards) == ["There is no such channel yet."]
    qtbot.keyClick(cards.line, Qt.Key.Key_Return)
    cards.line.clear()
    assert len(cards.shown) == len(registry.CHANNELS)


def test_enter_chooses_nothing_while_nothing_is_typed(qtbot, cards):
    with qtbot.assertNotEmitted(cards.chosen):
        qtbot.keyClick(cards.line, Qt.Key.Key_Return)


def test_the_arrow_keys_go_to_the_neighbours(qtbot, cards):
    qtbot.keyClick(cards.line, Qt.Key.Key_Down)
    assert focused(cards) == "wordpress"
    qtbot.keyClick(cards.cards["wordpress"], Qt.Key.Key_Right)
    assert focused(cards) == "mail"
    qtbot.keyClick(cards.cards["mail"], Qt.Key.Key_Left)
    qtbot.keyClick(cards.cards["wordpress"], Qt.Key.Key_Left)
    assert focused(cards) == "wordpress"
    qtbot.keyClick(cards.cards["wordpress"], Qt.Key.Key_Down)
    assert focused(cards) == "mastodon"
    qtbot.keyClick(cards.cards["mastodon"], Qt.Key.Key_Up)
    qtbot.keyClick(cards.cards["wordpress"], Qt.Key.Key_Up)
    assert cards.line.hasFocus()


def test_down_reaches_every_row(qtbot, cards):
    qtbot.keyClick(cards.line, Qt.Key.Key_Down)
    seen = []
    while focused(cards) not in seen:
        seen.append(focused(cards))
        qtbot.keyClick(cards.cards[seen[-1]], Qt.Key.Key_Down)
    assert cards.cards[seen[-1]].y() >= 0
    rows = {card.mapTo(cards, card.rect().topLeft()).y() for card in cards.shown}
    assert len(seen) == len(rows)


def test_a_narrow_window_has_one_column(qtbot, cards):
    def columns():
        return {card.mapTo(cards, card.rect().topLeft()).x() for card in cards.shown}

    assert len(columns()) == 2
    cards.resize(360, 900)
    qtbot.waitUntil(lambda: len(columns()) == 1)
