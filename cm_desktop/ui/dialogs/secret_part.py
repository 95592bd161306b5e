"""What signs an account in: the browser where the channel has a page for it, else fields."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from cm_desktop.domain.channel_words import FieldWords
from cm_desktop.i18n import _
from cm_desktop.services import connecting
from cm_desktop.ui import theme
from cm_desktop.ui.context import Context
from cm_desktop.ui.dialogs.browser_way import BrowserWay
from cm_desktop.ui.dialogs.fields import Fold, PasswordField, field, on_text
from cm_desktop.ui.dialogs.steps import Steps
from cm_desktop.ui.links import open_link

LONGEST = 2_048  # code points of one field


class SecretPart(QWidget):
    """Offers the browser first, and the fields of the secret below a line that unfolds them.

    `changed` says that something was typed, `way_changed` that the button that goes on has
    other words or can be pressed now.
    """

    changed = Signal()
    way_changed = Signal()

    def __init__(self, context: Context, channel: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        about = connecting.info(channel)
        words = about.words()
        self._words = words.fields
        self._optional = about.browser is not None
        self.lines: dict[str, QLineEdit] = {}
        self.way: BrowserWay | None = None
        self.fold: Fold | None = None
        # With the browser as the first way, the first step is about it and the others are not.
        later = words.steps[1:] if about.browser is not None else ()
        self.steps = Steps(later, partial(open_link, parent=self), numbered=False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.MEDIUM)
        fields = self._fields(about.secret_fields)
        if about.browser is None:
            column.addWidget(fields)
            return
        self.way = BrowserWay(context, channel)
        self.way.changed.connect(self.way_changed)
        column.addWidget(self.way)
        if about.secret_fields:
            self.fold = Fold(_("Sign in without the browser"), fields)
            self.fold.toggled.connect(self._on_fold)
            column.addWidget(self.fold)

    @property
    def by_browser(self) -> bool:
        """Whether the browser is what signs in."""
        return self.way is not None and (self.fold is None or not self.fold.is_open)

    def secret(self) -> Mapping[str, str]:
        """Return what was typed."""
        typed = {name: line.text().strip() for name, line in self.lines.items()}
        return {name: value for name, value in typed.items() if value or not self._optional}

    def first_empty(self) -> tuple[str, QWidget] | None:
        """Return label and field of what is still missing."""
        if self.by_browser:
            return None
        for line in self.lines.values():
            if not line.text().strip():
                return line.accessibleName(), line
        return None

    def stop(self) -> None:
        """Wait for the browser no more."""
        if self.way is not None:
            self.way.stop()

    def _fields(self, names: tuple[str, ...]) -> QWidget:
        fields = QWidget()
        column = QVBoxLayout(fields)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.MEDIUM)
        column.addWidget(self.steps)
        self.steps.setVisible(bool(self.steps.count))
        for name in names:
            secret = PasswordField()
            words = self._words.get(name, FieldWords(label=name))
            secret.line.setMaxLength(LONGEST)
            secret.line.setPlaceholderText(words.example)
            on_text(secret.line, self.changed.emit)
            column.addLayout(field(words.label, secret, words.hint))
            self.lines[name] = secret.line
        return fields

    def _on_fold(self) -> None:
        self.stop()
        if self.way is not None:
            self.way.setVisible(self.by_browser)
        first = next(iter(self.lines.values()), None)
        if first is not None and not self.by_browser:
            first.setFocus()
        self.way_changed.emit()
