"""Colours, distances and type of the window: the only file that names a colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from cm_desktop.ui.stylesheet import stylesheet

# Distances and radius in device-independent pixels. Nothing in between is used.
TINY, SMALL, MEDIUM, LARGE, WIDE, HUGE = 4, 8, 12, 16, 24, 32
RADIUS = 6

LIGHT: Final[Mapping[str, str]] = {
    "bg": "#FFFFFF",
    "panel": "#F5F6F8",
    "line": "#DFE3E9",
    "text": "#1A1E26",
    "soft": "#566070",
    "accent": "#1D5FBF",
    "on_accent": "#FFFFFF",
    "ok": "#1B7A49",
    "warn": "#8A5800",
    "bad": "#B3261E",
    "note": "#FFF6DC",
    "hover": "#ECEFF3",
    "ours": "#E8F0FB",
    "offline": "#FFF6DC",
}
DARK: Final[Mapping[str, str]] = {
    "bg": "#15181D",
    "panel": "#1D2128",
    "line": "#313843",
    "text": "#E9EBEF",
    "soft": "#A6AFBD",
    "accent": "#86B4FF",
    "on_accent": "#15181D",
    "ok": "#74D3A0",
    "warn": "#F0C05A",
    "bad": "#FF8F86",
    "note": "#3A3320",
    "hover": "#262C35",
    "ours": "#1F2C40",
    "offline": "#3A3320",
}

# Text colour of a tag's chip by Tag.colour; the chip itself is a tint of it.
_TAGS_LIGHT = (
    "#1D5FBF", "#1B7A49", "#8A5800", "#B3261E", "#6B3FA0", "#00696B", "#A2246B", "#4A5568",
)  # fmt: skip
_TAGS_DARK = (
    "#86B4FF", "#74D3A0", "#F0C05A", "#FF8F86", "#C7A6FF", "#6FD3D6", "#FF9CCB", "#B4BECC",
)  # fmt: skip

# Pixel sizes and weights by role; 400 and 600 only.
_TYPE: Final[Mapping[str, tuple[int, bool]]] = {
    "body": (13, False),
    "strong": (13, True),
    "soft": (12, False),
    "soft_strong": (12, True),
    "tiny": (10, True),
    "reading": (15, False),
    "reading_strong": (15, True),
    "title": (18, True),
}
LINE_HEIGHT = 1.4
TEXT_SIZES: Final = (90, 100, 112, 125, 150)  # percent that the user may choose from


def is_dark() -> bool:
    """Return whether the window is painted dark now."""
    return QGuiApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128


def colour(name: str) -> QColor:
    """Return a colour of the scheme shown now, by its name in LIGHT and DARK."""
    return QColor((DARK if is_dark() else LIGHT)[name])


def mix(first: QColor, second: QColor, share: float) -> QColor:
    """Return `share` (0 to 1) of the first colour on the second."""
    return QColor.fromRgbF(
        *(
            a * share + b * (1 - share)
            for a, b in zip(first.getRgbF()[:3], second.getRgbF()[:3], strict=True)  # type: ignore[index] # Qt's stubs say object
        )
    )


def tag_colours(index: int) -> tuple[QColor, QColor]:
    """Return background and text of the chip for Tag.colour."""
    tones = _TAGS_DARK if is_dark() else _TAGS_LIGHT
    text = QColor(tones[index % len(tones)])
    return mix(text, colour("bg"), 0.12), text


def tag_tones() -> int:
    """Return how many colours tags can have."""
    return len(_TAGS_LIGHT)


def font(role: str) -> QFont:
    """Return the system's font in one of our roles, such as body or title."""
    size, strong = _TYPE[role]
    made = QFont(QApplication.font())
    made.setPixelSize(round(size * text_scale()))
    made.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    return made


def text_scale() -> float:
    """Return how much larger than usual the text is, 1.0 for the usual size."""
    size = QApplication.font().pixelSize()
    return size / _TYPE["body"][0] if size > 0 else 1.0


class Theme(QObject):
    """Paints the application light or dark: as the system does, or as the user wants it.

    `changed` comes after the palette was put in place; `version` grows with it, so that
    cached pictures know that they are out of date.
    """

    changed = Signal()

    def __init__(
        self, app: QApplication, wanted: str = "system", *, text_percent: int = 100
    ) -> None:
        super().__init__(app)
        self._app = app
        self._wanted = wanted
        self._text_percent = text_percent
        self._shown: tuple[str, int] | None = None
        self.version = 0
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._follow)
        self.want(wanted)

    @property
    def wanted(self) -> str:
        """What the user asked for: "system", "light" or "dark"."""
        return self._wanted

    @property
    def dark(self) -> bool:
        """Whether the window is painted dark now."""
        return is_dark()

    def colour(self, name: str) -> QColor:
        """Return a colour of the scheme shown now, by its name in LIGHT and DARK."""
        return colour(name)

    def font(self, role: str) -> QFont:
        """Return the font of a role."""
        return font(role)

    @property
    def text_percent(self) -> int:
        """How large the text is, in percent of the usual size."""
        return self._text_percent

    def want_text(self, percent: int) -> None:
        """Write larger or smaller from now on, in percent of the usual size."""
        self._text_percent = percent
        self._apply()

    def want(self, wanted: str) -> None:
        """Paint "light", "dark" or like the "system" from now on."""
        self._wanted = wanted
        hints = self._app.styleHints()
        if wanted == "system":
            hints.unsetColorScheme()
        else:
            dark = wanted == "dark"
            hints.setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
        self._apply()

    @Slot()
    def _follow(self) -> None:
        if self._wanted == "system":
            self._apply()

    def _apply(self) -> None:
        scheme = self._app.styleHints().colorScheme()
        dark = self._wanted == "dark" or (
            self._wanted == "system" and scheme == Qt.ColorScheme.Dark
        )
        shown = ("dark" if dark else "light", self._text_percent)
        if shown == self._shown:
            return
        self._shown = shown
        tokens = DARK if dark else LIGHT
        base = QFont(self._app.font())
        scale = self._text_percent / 100
        base.setPixelSize(round(_TYPE["body"][0] * scale))
        self._app.setFont(base)
        self._app.setPalette(_palette(tokens))
        self._app.setStyleSheet(stylesheet(tokens, scale))
        self.version += 1
        self.changed.emit()


def _palette(tokens: Mapping[str, str]) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette(QColor(tokens["panel"]), QColor(tokens["bg"]))
    for which, name in {
        role.Window: "bg",
        role.WindowText: "text",
        role.Base: "bg",
        role.AlternateBase: "panel",
        role.Text: "text",
        role.Button: "panel",
        role.ButtonText: "text",
        role.BrightText: "bad",
        role.Highlight: "accent",
        role.HighlightedText: "on_accent",
        role.Accent: "accent",
        role.Link: "accent",
        role.LinkVisited: "accent",
        role.PlaceholderText: "soft",
        role.ToolTipBase: "panel",
        role.ToolTipText: "text",
        role.Light: "bg",
        role.Midlight: "panel",
        role.Mid: "line",
        role.Dark: "line",
        role.Shadow: "line",
    }.items():
        palette.setColor(which, QColor(tokens[name]))
    faded = mix(QColor(tokens["soft"]), QColor(tokens["bg"]), 0.6)
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, faded)
    return palette
