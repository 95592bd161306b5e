"""The page shown in place of the window where the data cannot be opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QRadioButton, QVBoxLayout, QWidget

from cm_desktop.domain.errors import CmError, KeyWrongError
from cm_desktop.i18n import _, pgettext
from cm_desktop.services.backup import Backup
from cm_desktop.services.sentences import explain
from cm_desktop.ui import dates, theme
from cm_desktop.ui.conversation.parts import row, text_button
from cm_desktop.ui.dialogs.fields import PasswordField, TroubleBox, field, on_text
from cm_desktop.ui.dialogs.first_run import middle
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.icons import icon
from cm_desktop.ui.labels import PlainLabel, name_text

_MOST = 10  # backups offered
_PICTURE = 40
_UNITS = ("B", "KB", "MB", "GB")


class VaultTroublePage(QWidget):
    """Says what happened and what to do; one button helps, another one ends the program.

    Which button depends on the error: `again` (try again, unlock, after freeing space),
    `passphrase_given`, `restore_wanted` with the file of a backup, or `create_wanted`.
    """

    again = Signal()
    passphrase_given = Signal(str)
    restore_wanted = Signal(Path)
    create_wanted = Signal()
    quit_wanted = Signal()

    def __init__(
        self, error: CmError, backups: Sequence[Backup] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.error = error
        sentence = explain(error)
        self.what = Words(sentence.what, "title")
        self.to_do = Words(sentence.what_to_do)
        self.button = text_button("", self._act, "primary")
        self.quit = text_button(_("Quit"), self.quit_wanted.emit, "")
        self.backups: list[QRadioButton] = []
        self._files = [one.file for one in backups[:_MOST]]
        self.passphrase: PassphraseFields | None = None
        self._act_now: Callable[[], None] = self.again.emit
        picture = PlainLabel()
        size = QSize(_PICTURE, _PICTURE)
        glyph, tone = ("key", "accent") if sentence.action == "passphrase" else ("vault", "warn")
        picture.setPixmap(icon(glyph, tone).pixmap(size, self.devicePixelRatioF()))
        column = QVBoxLayout()
        column.addWidget(picture)
        column.addWidget(self.what)
        column.addWidget(self.to_do)
        self._add_way_out(sentence.action, column, backups)
        column.addLayout(row(self.quit, None, self.button))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(middle(column))

    def _add_way_out(self, action: str, column: QVBoxLayout, backups: Sequence[Backup]) -> None:
        self.button.setText(_("Try again"))
        if action == "passphrase":
            self.passphrase = PassphraseFields(self._enter)
            column.addWidget(self.passphrase)
            self.button.setText(pgettext("button", "Open"))
            self._act_now = self._enter
        elif action == "restore" and backups:
            self._offer(backups, column)
            self.button.setText(_("Put this backup back"))
            self._act_now = self._restore
        elif action == "create":
            self.button.setText(_("Create the client"))
            self._act_now = self.create_wanted.emit
        elif action == "update":
            self.button.hide()

    def _offer(self, backups: Sequence[Backup], column: QVBoxLayout) -> None:
        hint = _(
            "What was fetched or written after the backup is missing then. The damaged file is"
            " kept."
        )
        column.addWidget(Words(hint, "soft"))
        for one in backups[:_MOST]:
            words = _("%(time)s (%(size)s)") % {
                "time": dates.full_time(one.made_at),
                "size": size_words(one.size),
            }
            choice = QRadioButton(words)
            self.backups.append(choice)
            column.addWidget(choice)
        self.backups[0].setChecked(True)

    def begin(self) -> None:
        """Put the keyboard where one goes on."""
        if self.passphrase is not None:
            self.passphrase.field.line.setFocus()
        elif self.backups:
            self.backups[0].setFocus()
        else:
            self.button.setFocus()

    def _act(self) -> None:
        self._act_now()

    def _enter(self) -> None:
        if self.passphrase is not None and self.passphrase.text():
            self.passphrase_given.emit(self.passphrase.text())

    def _restore(self) -> None:
        chosen = next(place for place, one in enumerate(self.backups) if one.isChecked())
        self.restore_wanted.emit(self._files[chosen])


class PassphraseFields(QWidget):
    """The field for a passphrase, and what was wrong with the one before."""

    def __init__(self, entered: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = PasswordField()
        self.trouble = TroubleBox()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.MEDIUM)
        column.addLayout(field(_("Passphrase"), self.field))
        column.addWidget(self.trouble)
        self.field.line.returnPressed.connect(entered)
        on_text(self.field.line, self.trouble.clear)

    def text(self) -> str:
        """Return what was typed."""
        return self.field.text()


class PassphrasePage(QWidget):
    """Asks for the passphrase of a vault when the program starts; `given` carries it."""

    given = Signal(str)
    quit_wanted = Signal()

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields = PassphraseFields(self._give)
        self.button = text_button(pgettext("button", "Open"), self._give, "primary")
        column = QVBoxLayout()
        heading = (
            _("Open %(name)s") % {"name": name_text(title, 40)} if title else _("Open your data")
        )
        column.addWidget(Words(heading, "title"))
        column.addWidget(Words(_("Your data are protected by your passphrase."), "soft"))
        column.addWidget(self.fields)
        quit_button = text_button(_("Quit"), self.quit_wanted.emit, "")
        column.addLayout(row(quit_button, None, self.button))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(middle(column))
        self.setFocusProxy(self.fields.field.line)

    def show_error(self, error: CmError) -> None:
        """Say that it was wrong, or what else went wrong, and let it be typed again."""
        self.button.setEnabled(True)
        if isinstance(error, KeyWrongError):
            self.fields.field.line.selectAll()
        self.fields.trouble.explain(error)
        self.fields.field.line.setFocus()

    @Slot()
    def _give(self) -> None:
        if self.fields.text():
            self.button.setEnabled(False)
            self.given.emit(self.fields.text())


def size_words(size: int) -> str:
    """Return a size in bytes for people: "3.4 MB"."""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    shown = dates.locale().toString(value, "f", 1 if unit and value < 100 else 0)
    return f"{shown} {_UNITS[unit]}"
