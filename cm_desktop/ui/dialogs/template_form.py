"""One template as a form: its words, where it is offered, and how it will look."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from cm_desktop.domain.ids import TemplateId
from cm_desktop.domain.model import Template
from cm_desktop.domain.templates import KNOWN, fill, placeholders
from cm_desktop.i18n import _
from cm_desktop.services import connecting
from cm_desktop.ui import theme
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.composer.template_popup import date_words
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import row, text_button
from cm_desktop.ui.details.flow import FlowLayout
from cm_desktop.ui.dialogs.edit_text import PlainEdit
from cm_desktop.ui.dialogs.fields import field, on_text
from cm_desktop.ui.dialogs.frame import ControlEnter, Scrolled
from cm_desktop.ui.dialogs.placeholder_form import placeholder_label
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import display_text, set_tooltip

_NAME, _SHORTCUT = 120, 24  # code points
_OFFERED = ("first_name", "name", "post", "me", "date", "channel")


class TemplateForm(QWidget):
    """Shows one template to be changed; `saved` and `removed` carry it."""

    saved = Signal(object)
    removed = Signal(object)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.template: Template | None = None  # None: a new one
        self._shown = _EMPTY
        self._build()
        self.begin()

    def _build(self) -> None:
        self.name = QLineEdit()
        self.name.setMaxLength(_NAME)
        self.shortcut = QLineEdit()
        self.shortcut.setMaxLength(_SHORTCUT)
        self.language = QComboBox()
        for code, words in (("", _("Any")), ("de", _("German")), ("en", _("English"))):
            self.language.addItem(words, code)
        self.channel = QComboBox()
        self.channel.addItem(_("Any"), "")
        for about in connecting.channels():
            self.channel.addItem(channel_name(about.channel), about.channel)
        self.text = PlainEdit()
        self.text.setMinimumHeight(120)
        self.preview = QPlainTextEdit()
        self.preview.setReadOnly(True)
        self.preview.setTabChangesFocus(True)
        self.preview.setFont(theme.font("reading"))
        self.preview.setFixedHeight(96)
        self.save = text_button(_("Save"), self._save, "primary")
        self.undo = text_button(_("Undo changes"), self._undo, "")
        self.remove = text_button(_("Remove"), self._remove, "quiet", "delete")
        ControlEnter(self.text, self.save.click)
        on_text(self.name, self._on_change)
        on_text(self.shortcut, self._on_change)
        self.text.textChanged.connect(self._on_change)
        for box in (self.language, self.channel):
            box.currentIndexChanged.connect(self._on_change)
        self._arrange()

    def _arrange(self) -> None:
        fields = QWidget()
        column = QVBoxLayout(fields)
        column.setContentsMargins(0, 0, theme.SMALL, 0)
        column.setSpacing(theme.SMALL)
        first = row(spacing=theme.MEDIUM)
        first.addLayout(field(_("Name"), self.name), 3)
        first.addLayout(field(_("Shortcut"), self.shortcut), 1)
        second = row(spacing=theme.MEDIUM)
        second.addLayout(field(_("Language"), self.language), 1)
        second.addLayout(field(_("Channel"), self.channel), 1)
        column.addLayout(first)
        column.addLayout(second)
        column.addLayout(field(_("Text"), self.text), 1)
        chips = FlowLayout(theme.TINY)
        for name in _OFFERED:
            chip = text_button(placeholder_label(name), partial(self._put, name), "chip")
            set_tooltip(chip, _("Put {%(name)s} into the text") % {"name": name})
            chips.addWidget(chip)
        column.addWidget(
            Words(_("Filled in by itself; anything else in braces is asked for:"), "soft")
        )
        column.addLayout(chips)
        column.addLayout(field(_("Preview"), self.preview))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        # Only the fields scroll on a small screen: what saves them stays in sight.
        outer.addWidget(Scrolled(fields), 1)
        outer.addLayout(row(self.remove, None, self.undo, self.save))

    def begin(self) -> None:
        """Show an empty form for a new template."""
        self.template = None
        self._fill(_EMPTY)
        self.name.setFocus()

    def show_template(self, template: Template) -> None:
        """Show one that is there."""
        self.template = template
        self._fill(template)

    def forget(self) -> None:
        """Show nothing of a template that is being removed."""
        self._shown = self.typed
        self._on_change()

    @property
    def typed(self) -> Template:
        """The template as it stands in the fields."""
        return replace(
            self._shown,
            name=self.name.text().strip(),
            shortcut=self.shortcut.text().strip().lstrip("/"),
            language=str(self.language.currentData()),
            channel=str(self.channel.currentData()),
            text=self.text.toPlainText().strip(),
        )

    @property
    def is_changed(self) -> bool:
        """Whether something stands there that is not saved."""
        return self.typed != replace(self._shown, text=self._shown.text.strip())

    def _fill(self, template: Template) -> None:
        self._shown = template
        self.name.setText(template.name)
        self.shortcut.setText(template.shortcut)
        _choose(self.language, template.language)
        _choose(self.channel, template.channel)
        self.text.setPlainText(template.text)
        self._on_change()

    def _put(self, name: str) -> None:
        self.text.insertPlainText(f"{{{name}}}")
        self.text.setFocus()

    def _save(self) -> None:
        if self.save.isEnabled():
            self.saved.emit(self.typed)

    def _undo(self) -> None:
        self._fill(self._shown)

    def _remove(self) -> None:
        if self.template is not None:
            self.removed.emit(self.template)

    @Slot()
    def _on_change(self) -> None:
        typed = self.typed
        changed = self.is_changed
        self.save.setEnabled(changed and bool(typed.name) and bool(typed.text))
        self.undo.setVisible(changed)
        self.remove.setVisible(self.template is not None)
        self.preview.setPlainText(display_text(fill(typed.text, self._examples(typed))))

    def _examples(self, template: Template) -> dict[str, str]:
        """Return values such as a conversation would give; unknown ones stay in braces."""
        channel = template.channel or "wordpress"
        values = {
            "name": _("Anna Berger"),
            "first_name": _("Anna"),
            "handle": "@anna",
            "channel": channel_name(channel),
            "post": _("Open again from Monday"),
            "me": self._context.me,
            "date": date_words(self._context.now(), template.language),
        }
        return {name: values[name] for name in KNOWN} if placeholders(template.text) else {}


_EMPTY = Template(id=TemplateId(""), name="", text="")


def _choose(box: QComboBox, value: str) -> None:
    place = box.findData(value)
    if place < 0:
        box.addItem(value, value)  # of a newer program, kept as it is
        place = box.count() - 1
    box.setCurrentIndex(place)
