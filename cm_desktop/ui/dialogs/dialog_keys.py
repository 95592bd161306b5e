"""Keys of the field in which one writes: they are no actions of the window."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

from cm_desktop.i18n import _


def composer_keys() -> list[tuple[str, list[str]]]:
    """Return what happens while writing, and the keys that do it."""
    return [
        (_("Send the reply, or keep the note"), [_native("Ctrl+Return")]),
        (_("Send, close and show the next one"), [_native("Ctrl+Shift+Return")]),
        (_("Insert a template"), ["/", "::"]),
        (_("Back to the list; the draft is kept"), [_native("Esc")]),
    ]


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
