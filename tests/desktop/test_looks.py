"""How the window looks on screens of several sizes: pictures to look at, in build/desktop."""

import pytest
from PySide6.QtGui import QColor, QImage

from cm_desktop.ui.theme import DARK, LIGHT
from tests.desktop.screen import ROOT

pytestmark = pytest.mark.real


def share_of(image, colour, step=16):
    """Return how much of a picture has a colour, of points some pixels apart."""
    points = [
        image.pixelColor(x, y)
        for x in range(0, image.width(), step)
        for y in range(0, image.height(), step)
    ]
    return sum(point == colour for point in points) / len(points)


@pytest.mark.parametrize(
    ("width", "height", "scale", "look", "language"),
    [
        (1_280, 720, "1", "light", "en"),
        (1_280, 720, "1", "dark", "de"),
        (2_560, 1_440, "1", "light", "de"),
        (2_560, 1_440, "1", "dark", "en"),
        (1_600, 900, "1.25", "light", "de"),
        (1_600, 900, "1.25", "dark", "en"),
    ],
)
def test_the_window_fills_its_screen(demo, width, height, scale, look, language):
    shown = demo(width, height, look=look, language=language, QT_SCALE_FACTOR=scale)
    shown.press("j")
    words = {"en": "Open on the channel", "de": "Auf dem Kanal öffnen"}[language]
    shown.wait_for(words)
    name = f"{width}-{scale}-{look}-{language}.png"
    image = QImage(str(shown.screen.picture(ROOT / "build" / "desktop" / name)))
    assert (image.width(), image.height()) == (width, height)
    colours = LIGHT if look == "light" else DARK
    assert share_of(image, QColor(colours["bg"])) > 0.3
    assert share_of(image, QColor(colours["panel"])) > 0.05
    outside = [
        f"{one['role']} “{one['name']}” at {one['place']}"
        for one in shown.tree()
        if one["showing"]
        and one["role"] in ("push button", "label", "text", "check box")
        and one["place"][0] + one["place"][2] > width
    ]
    assert outside == []
