import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QApplication

from cm_desktop.ui import icons
from cm_desktop.ui.glyphs import GLYPHS
from cm_desktop.ui.icons import CHANNEL_COLOURS, channel_mark, glyph_pixmap, icon
from cm_desktop.ui.resources import resource
from cm_desktop.ui.theme import Theme

ROOT = Path(__file__).parent.parent.parent


def inks(pixmap):
    """Return the colours that a picture has, without what is see-through or half drawn."""
    image = pixmap.toImage()
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name().upper() for pixel in pixels if pixel.alpha() == 255}


def test_the_font_holds_every_glyph_and_nothing_else():
    font = TTFont(resource("icons.ttf"))
    held = {code for code in font.getBestCmap() if code > 0xF000}
    assert held == {code for _name, code in GLYPHS.values()}


def test_every_icon_that_the_program_names_is_there():
    source = "\n".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "cm_desktop" / "ui").rglob("*.py")
    )
    named = set(re.findall(r"\bicon\(\"(\w+)\"", source))
    named |= set(re.findall(r"\bglyph=\"(\w+)\"", source))
    assert named
    assert named <= GLYPHS.keys()


def test_an_icon_is_drawn_in_the_colour_of_the_scheme(qapp):
    shown = Theme(QApplication.instance(), "light")
    made = icon("done", "accent")
    assert inks(made.pixmap(QSize(64, 64))) == {"#1D5FBF"}
    shown.want("dark")
    assert inks(made.pixmap(QSize(64, 64))) == {"#86B4FF"}
    shown.want("light")


def test_a_disabled_icon_is_paler(qapp):
    Theme(QApplication.instance(), "light")
    made = icon("done")
    normal, pale = (
        made.pixmap(QSize(64, 64), mode) for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled)
    )
    (dark,), (faded,) = inks(normal), inks(pale)
    assert QColor(faded).lightness() > QColor(dark).lightness()


def test_an_icon_without_a_glyph_is_a_mistake_at_once(qapp):
    with pytest.raises(KeyError):
        icon("no such thing")


@pytest.mark.parametrize("channel", [*CHANNEL_COLOURS, "a channel of tomorrow"])
def test_every_channel_has_a_mark_in_its_colour_with_white_in_it(qapp, channel):
    mark = channel_mark(channel, 36, 2.0)
    assert mark.deviceIndependentSize().toSize() == QSize(36, 36)
    assert {icons.channel_colour(channel).name().upper(), "#FFFFFF"} <= inks(mark)


def test_marks_of_channels_differ(qapp):
    marks = {channel: channel_mark(channel, 36, 1.0).toImage() for channel in CHANNEL_COLOURS}
    pictures = list(marks.values())
    assert all(
        one != other for place, one in enumerate(pictures) for other in pictures[place + 1 :]
    )


def test_a_glyph_is_drawn_only_once(qapp):
    first = glyph_pixmap("done", 18, QColor("red"))
    assert glyph_pixmap("done", 18, QColor("red")).cacheKey() == first.cacheKey()
