"""Makes resources/icons.ttf: the few glyphs of Material Design Icons that the window shows.

    .venv/bin/python tools/subset_icons.py

Run it after adding a name to GLYPHS in cm_desktop/ui/glyphs.py. The full font lies in qtawesome,
which is only needed here: loading a small font is what keeps the window quick to open.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from fontTools import subset

from cm_desktop.ui.glyphs import GLYPHS

ROOT = Path(__file__).parent.parent
FONT = "materialdesignicons6-webfont-6.9.96.ttf"
FAMILY = "CM Desktop Icons"
NAMES = "materialdesignicons6-webfont-charmap-6.9.96.json"


def fonts_folder() -> Path:
    """Return where qtawesome keeps its fonts, without importing it (that needs Qt)."""
    spec = importlib.util.find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise SystemExit("qtawesome is not installed")
    return Path(spec.origin).parent / "fonts"


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
    print(f"{target.name}: {len(GLYPHS)} glyphs, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
