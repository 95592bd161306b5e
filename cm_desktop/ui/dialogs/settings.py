"""The settings: language, look, keys, names. Everything takes effect at once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cm_desktop.i18n import _, language, system_language, use_language
from cm_desktop.services import reading
from cm_desktop.services.my_name import use_name
from cm_desktop.ui import theme
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import row, text_button
from cm_desktop.ui.dialogs.accounts import AccountsDialog
from cm_desktop.ui.dialogs.fields import field
from cm_desktop.ui.dialogs.frame import Dialog
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import PlainLabel, name_text

# Where each setting lies in QSettings.
LANGUAGE, THEME, TEXT_SIZE = "language", "theme", "text_size"
HOLD_SECONDS, SINGLE_KEYS = "hold_seconds", "keys/single"
LONGEST_HOLD = 60
USUAL_HOLD = 10
_NAME = 60  # code points


class SettingsDialog(Dialog):
    """All settings on one page."""

    language_changed = Signal(str)  # "de", "en": everything has to be said anew
    single_keys_changed = Signal(bool)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(_("Settings"), parent, width=560)
        self._context = context
        column = self.add_scrolled()
        column.addLayout(self._look())
        column.addLayout(self._work())
        column.addLayout(self._team())
        column.addLayout(self._data())
        column.addStretch(1)
        self.add_close()
        self.begin_at(self.language)
        self._show_members()
        context.changes.members.connect(self._show_members)

    def _look(self) -> QVBoxLayout:
        self.language = _combo(
            {"": _("As the system"), "de": "Deutsch", "en": "English"}, self._value(LANGUAGE, "")
        )
        self.theme = _combo(
            {"system": _("As the system"), "light": _("Light"), "dark": _("Dark")},
            self._context.theme.wanted,
        )
        sizes = {str(size): _("%(n)d %%") % {"n": size} for size in theme.TEXT_SIZES}
        self.text_size = _combo(sizes, str(self._context.theme.text_percent))
        self.language.currentIndexChanged.connect(self._on_language)
        self.theme.currentIndexChanged.connect(self._on_theme)
        self.text_size.currentIndexChanged.connect(self._on_text_size)
        fields = row(spacing=theme.MEDIUM)
        for label, widget in (
            (_("Language"), self.language),
            (_("Colours"), self.theme),
            (_("Size of the text"), self.text_size),
        ):
            fields.addLayout(field(label, widget), 1)
        return _section(_("Look"), fields)

    def _work(self) -> QVBoxLayout:
        self.hold = QSpinBox()
        self.hold.setRange(0, LONGEST_HOLD)
        # Translators: unit of a number field, seconds.
        self.hold.setSuffix(_(" s"))
        self.hold.setValue(_whole(self._value(HOLD_SECONDS, str(USUAL_HOLD)), USUAL_HOLD))
        self.hold.setMaximumWidth(96)
        self.hold.lineEdit().setTextMargins(theme.SMALL, 0, 0, 0)
        self.hold.valueChanged.connect(self._on_hold)
        self.single_keys = QCheckBox(_("Single keys, such as R for “Reply” and E for “Done”"))
        self.single_keys.setChecked(self._value(SINGLE_KEYS, "true") == "true")
        self.single_keys.toggled.connect(self._on_single_keys)
        column = QVBoxLayout()
        column.setSpacing(theme.MEDIUM)
        column.addLayout(
            field(
                _("Replies can be taken back for"),
                self.hold,
                _("So long a reply waits before it is sent. 0 sends at once."),
            )
        )
        column.addWidget(self.single_keys)
        hint = _("Switch them off if you use speech control. Keys with Ctrl always work.")
        column.addWidget(Words(hint, "soft"))
        return _section(_("Work"), column)

    def _team(self) -> QVBoxLayout:
        self.name = QLineEdit(self._context.me)
        self.name.setMaxLength(_NAME)
        self.name.editingFinished.connect(self._on_name)
        self.members = Words("", "")
        self.new_member = QLineEdit()
        self.new_member.setMaxLength(_NAME)
        self.new_member.setPlaceholderText(_("Name of a colleague"))
        self.new_member.setAccessibleName(_("Name of a colleague"))
        self.new_member.returnPressed.connect(self._add_member)
        add = text_button(_("Add"), self._add_member, "")
        line = row()
        line.addWidget(self.new_member, 1)
        line.addWidget(add)
        column = QVBoxLayout()
        column.setSpacing(theme.MEDIUM)
        column.addLayout(
            field(
                _("My name"), self.name, _("It stands on your notes and replies in this program.")
            )
        )
        column.addLayout(field(_("Team"), self.members))
        column.addLayout(line)
        return _section(_("People"), column)

    def _data(self) -> QVBoxLayout:
        folder = str(self._context.vault.folder)
        place = Words(folder, "").selectable()
        copy = text_button(_("Copy the path"), lambda: _copy(folder), "quiet", "copy")
        accounts = text_button(_("Channels and accounts…"), self._open_accounts, "", "connect")
        column = QVBoxLayout()
        column.setSpacing(theme.SMALL)
        column.addLayout(row(accounts, None))
        column.addLayout(field(_("Where your data lie, encrypted"), place))
        column.addLayout(row(copy, None))
        return _section(_("Data"), column)

    def _value(self, name: str, usual: str) -> str:
        return str(self._context.settings.value(name, usual))

    def _keep(self, name: str, value: str) -> None:
        self._context.settings.setValue(name, value)

    @Slot()
    def _on_language(self) -> None:
        wanted = str(self.language.currentData())
        self._keep(LANGUAGE, wanted)
        use_language(wanted or system_language())
        self.language_changed.emit(language())

    @Slot()
    def _on_theme(self) -> None:
        self._keep(THEME, str(self.theme.currentData()))
        self._context.theme.want(str(self.theme.currentData()))

    @Slot()
    def _on_text_size(self) -> None:
        percent = str(self.text_size.currentData())
        self._keep(TEXT_SIZE, percent)
        self._context.theme.want_text(int(percent))

    @Slot(int)
    def _on_hold(self, seconds: int) -> None:
        self._keep(HOLD_SECONDS, str(seconds))

    @Slot(bool)
    def _on_single_keys(self, wanted: bool) -> None:
        self._keep(SINGLE_KEYS, "true" if wanted else "false")
        self.single_keys_changed.emit(wanted)

    @Slot()
    def _on_name(self) -> None:
        name, vault = " ".join(self.name.text().split()), self._context.vault
        if not name:
            self.name.setText(self._context.me)
        elif name != self._context.me:
            self._write(lambda: use_name(vault, name))

    @Slot()
    def _add_member(self) -> None:
        name, desk = " ".join(self.new_member.text().split()), self._context.desk
        if name:
            self.new_member.clear()
            self._write(lambda: desk.add_member(name))

    def _write(self, job: Callable[[], object]) -> None:
        # Told by the context: the dialog may be closed before it is done.
        changes = self._context.changes
        self._context.write(job, then=lambda _done: changes.members.emit())

    @Slot()
    def _show_members(self) -> None:
        names = []
        for member in reading.members(self._context.vault):
            name = name_text(member.name)
            names.append(_("%(name)s (me)") % {"name": name} if member.me else name)
        self.members.setText(", ".join(names))

    def _open_accounts(self) -> None:
        AccountsDialog(self._context, self).open()


def _combo(choices: dict[str, str], chosen: str) -> QComboBox:
    box = QComboBox()
    for value, words in choices.items():
        box.addItem(words, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    return box


def _section(title: str, inside: QLayout) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(theme.SMALL)
    column.setContentsMargins(0, 0, 0, theme.MEDIUM)
    heading = PlainLabel(title)
    heading.setFont(theme.font("reading_strong"))
    column.addWidget(heading)
    column.addLayout(inside)
    return column


def _whole(text: str, usual: int) -> int:
    try:
        return round(float(text))
    except (OverflowError, ValueError):
        return usual


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
