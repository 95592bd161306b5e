"""A small form that asks for what a template cannot know by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from cm_desktop.domain.templates import fill
from cm_desktop.i18n import _
from cm_desktop.ui import theme
from cm_desktop.ui.dialogs.fields import field, on_text
from cm_desktop.ui.dialogs.frame import Dialog
from cm_desktop.ui.labels import display_text

_MOST = 2_000  # code points of a value


class PlaceholderForm(Dialog):
    """Asks for the placeholders in `unknown`; `filled` carries the text with all values in it.

    What is left empty stays in braces, to be filled in before sending.
    """

    filled = Signal(str)

    def __init__(
        self,
        text: str,
        known: Mapping[str, str],
        unknown: Sequence[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Fill in the template"), parent)
        self._text = text
        self._known = known
        self.fields: dict[str, QLineEdit] = {}
        column = self.add_scrolled()
        for name in unknown:
            line = QLineEdit()
            line.setMaxLength(_MOST)
            on_text(line, self._on_text)
            column.addLayout(field(placeholder_label(name), line))
            self.fields[name] = line
        self.preview = QPlainTextEdit()
        self.preview.setReadOnly(True)
        self.preview.setFont(theme.font("reading"))
        self.preview.setFixedHeight(120)
        self.preview.setTabChangesFocus(True)
        column.addLayout(field(_("Preview"), self.preview))
        column.addStretch(1)
        self.add_cancel()
        self.button = self.add_primary(_("Insert text"), self.accept)
        if self.fields:
            self.begin_at(next(iter(self.fields.values())))
        self._on_text()

    @property
    def result_text(self) -> str:
        """The text with what was filled in so far."""
        given = {name: line.text().strip() for name, line in self.fields.items()}
        return fill(self._text, {**self._known, **{k: v for k, v in given.items() if v}})

    def accept(self) -> None:
        """Hand the text over, and close."""
        self.filled.emit(self.result_text)
        super().accept()

    @Slot()
    def _on_text(self) -> None:
        self.preview.setPlainText(display_text(self.result_text))


def placeholder_label(name: str) -> str:
    """Return what a placeholder is called for people."""
    ours = {
        "name": _("Name"),
        "first_name": _("First name"),
        "handle": _("Name on the channel"),
        "channel": _("Channel"),
        "post": _("Post"),
        "me": _("My name"),
        "date": _("Date"),
    }
    plain = " ".join(name.replace("_", " ").split())
    return ours.get(name.casefold()) or plain[:1].upper() + plain[1:]
