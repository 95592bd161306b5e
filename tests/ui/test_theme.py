import itertools

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from cm_desktop.ui import theme
from cm_desktop.ui.icons import CHANNEL_COLOURS
from cm_desktop.ui.theme import Theme

INKS = ("text", "soft", "accent", "ok", "warn", "bad")
GROUNDS = ("bg", "panel")


def contrast(first, second):
    """Return the contrast of two colours as WCAG 2 defines it."""

    def light(colour):
        parts = [part / 255 for part in QColor(colour).getRgb()[:3]]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    brighter, darker = sorted((light(first), light(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_every_ink_can_be_read_on_every_ground(tokens):
    weak = {
        (ink, ground): round(contrast(tokens[ink], tokens[ground]), 2)
        for ink, ground in itertools.product(INKS, GROUNDS)
        if contrast(tokens[ink], tokens[ground]) < 4.5
    }
    assert weak == {}
    for ground in ("note", "offline", "ours", "hover", "line"):
        assert contrast(tokens["text"], tokens[ground]) >= 4.5
    assert contrast(tokens["on_accent"], tokens["accent"]) >= 4.5


@pytest.mark.parametrize("wanted", ["light", "dark"])
def test_the_words_of_every_tag_can_be_read_on_its_chip(qapp, wanted):
    Theme(QApplication.instance(), wanted)
    for index in range(theme.tag_tones()):
        ground, text = theme.tag_colours(index)
        assert contrast(text, ground) >= 4.5


def test_white_can_be_read_on_the_colour_of_every_channel():
    assert len(CHANNEL_COLOURS) == 19
    weak = {name for name, tone in CHANNEL_COLOURS.items() if contrast("white", tone) < 4.5}
    assert weak == set()


def test_another_scheme_is_shown_at_once_and_told_of(qtbot, qapp):
    shown = Theme(QApplication.instance(), "light")
    assert not theme.is_dark()
    before = shown.version
    with qtbot.waitSignal(shown.changed):
        shown.want("dark")
    assert theme.is_dark()
    assert shown.version > before
    assert theme.colour("bg").name().upper() == theme.DARK["bg"]
    shown.want("light")
    assert theme.colour("bg").name().upper() == theme.LIGHT["bg"]


def test_type_has_two_weights_and_the_sizes_of_the_design(qapp):
    Theme(QApplication.instance(), "light")
    sizes = {role: theme.font(role).pixelSize() for role in ("body", "soft", "reading", "title")}
    assert sizes == {"body": 13, "soft": 12, "reading": 15, "title": 18}
    assert {int(theme.font(role).weight()) for role in ("body", "strong", "title")} == {400, 600}
