"""Fields of forms: a label above, a hint below, trouble explained beside them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from cm_desktop.domain.errors import CmError
from cm_desktop.i18n import _
from cm_desktop.services.sentences import explain
from cm_desktop.ui import theme
from cm_desktop.ui.conversation.parts import align_with_text, icon_button, picture_label, row
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.icons import icon
from cm_desktop.ui.labels import set_tooltip

_BESIDE = Qt.ToolButtonStyle.ToolButtonTextBesideIcon


def field(label: str, widget: QWidget, hint: str = "") -> QVBoxLayout:
    """Return a field with its label above it and a hint below."""
    column = QVBoxLayout()
    column.setSpacing(theme.TINY)
    caption = Words(label, "strong")
    caption.setBuddy(widget)
    widget.setAccessibleName(label)
    column.addWidget(caption)
    column.addWidget(widget)
    if hint:
        column.addWidget(Words(hint, "soft"))
        widget.setAccessibleDescription(hint)
    return column


class PasswordField(QWidget):
    """A line for a password, with a button that shows what was typed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self._show = icon_button("unhide", _("Show what is typed"), self._toggle)
        self._show.setCheckable(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.TINY)
        layout.addWidget(self.line, 1)
        layout.addWidget(self._show)
        self.setFocusProxy(self.line)

    @property
    def button(self) -> QToolButton:
        """The button that shows and hides."""
        return self._show

    def text(self) -> str:
        """Return what was typed."""
        return self.line.text()

    def setAccessibleName(self, name: str) -> None:  # noqa: N802 - Qt's name
        """Give the name to the line, which is what has the keyboard."""
        self.line.setAccessibleName(name)

    def _toggle(self) -> None:
        shown = self._show.isChecked()
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.line.setEchoMode(mode)
        words = _("Hide what is typed") if shown else _("Show what is typed")
        self._show.setIcon(icon("hide" if shown else "unhide", "soft"))
        self._show.setAccessibleName(words)
        set_tooltip(self._show, words)


class TroubleBox(QFrame):
    """Says what went wrong and what to do; hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._what = Words("", "strong")
        self._to_do = Words("")
        words = QVBoxLayout()
        words.setSpacing(theme.TINY)
        words.addWidget(self._what)
        words.addWidget(self._to_do)
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.MEDIUM, theme.SMALL, theme.MEDIUM, theme.SMALL)
        line.setSpacing(theme.SMALL)
        mark = QVBoxLayout()
        mark.addWidget(picture_label("error", "bad", 18))
        mark.addStretch(1)
        line.addLayout(mark)
        line.addLayout(words, 1)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says, or nothing while it is hidden."""
        return " ".join(
            label.text() for label in (self._what, self._to_do) if not self.isHidden()
        ).strip()

    def explain(self, error: CmError) -> None:
        """Say what an error means."""
        sentence = explain(error)
        self.tell(sentence.what, sentence.what_to_do)

    def tell(self, what: str, to_do: str = "") -> None:
        """Say something in own words."""
        self._what.setText(what)
        self._to_do.setText(to_do)
        self._to_do.setVisible(bool(to_do))
        self.setAccessibleName(f"{what} {to_do}".strip())
        self.show()

    def clear(self) -> None:
        """Say nothing any more."""
        self.hide()


class Fold(QWidget):
    """Something less important under a line that opens and closes it."""

    toggled = Signal(bool)  # whether it is open now

    def __init__(self, title: str, inside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inside = inside
        self.button = QToolButton()
        self.button.setProperty("kind", "quiet")
        self.button.setText(title)
        self.button.setToolButtonStyle(_BESIDE)
        self.button.clicked.connect(self._turn)
        self._open = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SMALL)
        column.addLayout(align_with_text(row(self.button, None)))
        column.addWidget(inside)
        self.set_open(False)

    @property
    def is_open(self) -> bool:
        """Whether what is inside can be seen."""
        return self._open

    def set_open(self, wanted: bool) -> None:
        """Open or close it."""
        self._open = wanted
        self.button.setIcon(icon("expand" if wanted else "right", "soft"))
        self.button.setAccessibleDescription(_("open") if wanted else _("closed"))
        self.inside.setVisible(wanted)

    def _turn(self) -> None:
        self.set_open(not self._open)
        self.toggled.emit(self._open)


def on_text(line: QLineEdit, then: Callable[[], object]) -> None:
    """Call something whenever the text of a line changes."""
    line.textChanged.connect(lambda _text: then())
