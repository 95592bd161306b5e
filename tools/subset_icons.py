"""Makes resources/icons.ttf: the few glyphs of Material Design Icons that the window shows.

    .venv/bin/python tools/subset_icons.py

Run it after adding a name to GLYPHS in cm_desktop/ui/glyphs.py. The full font lies in qtawesome,
which is only needed here: loading a small font is what keeps the window quick to open.
"""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

from fontTools import subset

from cm_desktop.ui.glyphs import GLYPHS
from cm_desktop.ui.theme import DARK, LIGHT

ROOT = Path(__file__).parent.parent
FONT = "materialdesignicons6-webfont-6.9.96.ttf"
FAMILY = "CM Desktop Icons"
NAMES = "materialdesignicons6-webfont-charmap-6.9.96.json"
# Glyph and colour; a palette's colours cannot be named in a stylesheet's picture.
PICTURES = {
    "check-light": (GLYPHS["done"][1], LIGHT["on_accent"]),
    "check-dark": (GLYPHS["done"][1], DARK["on_accent"]),
    "arrow-light": (GLYPHS["expand"][1], LIGHT["soft"]),
    "arrow-dark": (GLYPHS["expand"][1], DARK["soft"]),
}


def fonts_folder() -> Path:
    """Return where qtawesome keeps its fonts, without importing it (that needs Qt)."""
    spec = importlib.util.find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise SystemExit("qtawesome is not installed")
    return Path(spec.origin).parent / "fonts"


def draw_pictures(font: Path) -> None:
    """Draw what a stylesheet can only take from a picture: a tick and an arrow down."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPainterPath, QRawFont

    app = QGuiApplication([])
    for name, (code, colour) in PICTURES.items():
        for suffix, ratio in (("", 1), ("@2x", 2)):
            size = 14 * ratio
            raw = QRawFont(str(font), size)
            path: QPainterPath = raw.pathForGlyph(raw.glyphIndexesForString(chr(code))[0])
            picture = QImage(size, size, QImage.Format.Format_ARGB32)
            picture.fill(0)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(QPointF(size / 2, size / 2) - path.boundingRect().center())
            painter.fillPath(path, QColor(colour))
            painter.end()
            picture.save(str(font.parent / f"{name}{suffix}.png"))
    del app


def main() -> None:
    """Write the font, and check that GLYPHS says the same as the font's own names."""
    folder = fonts_folder()
    names = json.loads((folder / NAMES).read_text(encoding="utf-8"))
    for ours, (theirs, code) in GLYPHS.items():
        if int(names[theirs], 16) != code:
            raise SystemExit(f"{ours}: {theirs} is {names[theirs]}")
    options = subset.Options(
        layout_features=[], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], notdef_outline=True,
        glyph_names=False, hinting=False,
    )  # fmt: skip
    font = subset.load_font(str(folder / FONT), options)
    cut = subset.Subsetter(options)
    cut.populate(unicodes=[code for _theirs, code in GLYPHS.values()])
    cut.subset(font)
    # A system may have the whole font installed: ours must not be mistaken for it.
    for name_id in (1, 3, 4, 6, 16):
        font["name"].removeNames(name_id)
    for name_id, name in {1: FAMILY, 3: FAMILY, 4: FAMILY, 6: FAMILY.replace(" ", "")}.items():
        font["name"].setName(name, name_id, 3, 1, 0x409)
    target = ROOT / "resources" / "icons.ttf"
    subset.save_font(font, str(target), options)
    draw_pictures(target)
    print(f"{target.name}: {len(GLYPHS)} glyphs, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
