"""The templates: find, write, remove them, and carry them from one computer to another."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from cm_desktop.domain.model import Template
from cm_desktop.i18n import _, ngettext
from cm_desktop.services import reading, template_files
from cm_desktop.services.template_files import ImportReport
from cm_desktop.ui import theme
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import row, text_button
from cm_desktop.ui.dialogs.choice_model import Choice
from cm_desktop.ui.dialogs.fields import TroubleBox
from cm_desktop.ui.dialogs.frame import Dialog
from cm_desktop.ui.dialogs.picker import Picker
from cm_desktop.ui.dialogs.template_form import TemplateForm
from cm_desktop.ui.labels import name_text, one_line
from cm_desktop.ui.runner import Failed, Outcome


class TemplatesDialog(Dialog):
    """The list on the left, the template chosen there on the right. Saving takes effect at once."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(_("Templates"), parent, width=860)
        self._context = context
        self._templates: list[Template] = []
        self._wanted = ""  # id of the template to show once the list was read
        self.trouble = TroubleBox()
        self._build()
        context.changes.templates.connect(self.refresh)
        self.refresh()
        self._show_first()

    def _build(self) -> None:
        self.picker = Picker(_("Find a template"))
        self.picker.nothing.setText(_("No template fits."))
        self.picker.list.setMinimumHeight(320)
        self.picker.list.selectionModel().currentChanged.connect(self._on_current)
        self.picker.chosen.connect(self._edit)
        self.form = TemplateForm(self._context)
        self.form.saved.connect(self._save)
        self.form.removed.connect(self._remove)
        left = QWidget()
        left.setMinimumWidth(200)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.picker, 1)
        self.new = text_button(_("New template"), self.begin_new, "", "add")
        column.addLayout(row(self.new, None))
        halves = QHBoxLayout()
        halves.setSpacing(theme.WIDE)
        halves.addWidget(left, 1)
        halves.addWidget(self.form, 2)
        self.body.addLayout(halves, 1)
        self.body.addWidget(self.trouble)
        self.add_left(
            text_button(_("Import…"), self._import, "quiet", "save"),
            text_button(_("Export…"), self._export, "quiet", "upload"),
        )
        self.add_close()
        self.begin_at(self.picker.line)

    @Slot()
    def refresh(self) -> None:
        """Read the templates again; the chosen one stays chosen."""
        self._templates = reading.templates(self._context.vault)
        wanted = self._wanted or (self.form.template.id if self.form.template else "")
        ids = [one.id for one in self._templates]
        self.picker.offer([_choice(one) for one in self._templates])
        shown = [choice.value.id for choice in self.picker.shown]
        if wanted in shown:
            self._mark(shown.index(wanted))
        elif self.form.template is not None and self.form.template.id not in ids:
            self._show_first()

    def begin_new(self) -> None:
        """Begin a template."""
        if self._may_leave():
            self.picker.list.clearSelection()
            self.form.begin()

    def reject(self) -> None:
        """Close, unless something was written that would be lost."""
        if self._may_leave():
            super().reject()

    def accept(self) -> None:
        """Close likewise."""
        if self._may_leave():
            super().accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Remove with Del in the list, begin one with Ctrl+N."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() == Qt.Key.Key_N:
            self.begin_new()
        else:
            super().keyPressEvent(event)

    def _may_leave(self) -> bool:
        if not self.form.is_changed:
            return True
        self.trouble.tell(
            _("This template was changed and is not saved yet."),
            _("Please save it, or press “Undo changes”."),
        )
        self.form.name.setFocus()
        return False

    def _show_first(self) -> None:
        if self._templates:
            self._mark(0)
            self.form.show_template(self._templates[0])
        else:
            self.form.begin()

    def _mark(self, place: int) -> None:
        self.picker.list.setCurrentIndex(self.picker.list.rows.index(place, 0))

    @Slot(QModelIndex)
    def _on_current(self, index: QModelIndex) -> None:
        choice = self.picker.list.rows.choice(index.row())
        if choice is None or (self.form.template and choice.value.id == self.form.template.id):
            if choice is not None and not self.form.is_changed:
                self.form.show_template(choice.value)
            return
        if self._may_leave():
            self.trouble.clear()
            self.form.show_template(choice.value)

    @Slot(object)
    def _edit(self, _template: Template) -> None:
        self.form.text.setFocus()

    @Slot(object)
    def _save(self, template: Template) -> None:
        desk = self._context.desk
        self.trouble.clear()

        def save() -> Template:
            if template.id:
                return desk.change_template(template)
            return desk.add_template(
                template.name,
                template.text,
                shortcut=template.shortcut,
                language=template.language,
                channel=template.channel,
            )

        self._context.runner.write(save, self._on_saved)

    def _on_saved(self, outcome: Outcome[Template]) -> None:
        if isinstance(outcome, Failed):
            self.trouble.explain(outcome.error)
            return
        self.form.show_template(outcome.value)
        self._wanted = outcome.value.id
        self._context.changes.templates.emit()
        self._wanted = ""
        self._context.changes.done.emit(_("Template saved"))

    @Slot(object)
    def _remove(self, template: Template) -> None:
        desk, changes = self._context.desk, self._context.changes
        words = _("Template “%(name)s” removed") % {"name": name_text(template.name)}
        self.form.forget()

        def removed(_change: object) -> None:
            changes.templates.emit()

        self._context.write(lambda: desk.remove_template(template.id), said=words, then=removed)

    def _export(self) -> None:
        name, _filter = QFileDialog.getSaveFileName(
            self, _("Export templates"), "templates.json", "JSON (*.json)"
        )
        if name:
            self.write_to(Path(name))

    def write_to(self, file: Path) -> None:
        """Write all templates to a file."""
        templates = list(self._templates)
        self._context.runner.submit(
            "export templates", lambda: template_files.write(templates, file), self._on_written
        )

    def _on_written(self, outcome: Outcome[int]) -> None:
        if isinstance(outcome, Failed):
            self.trouble.explain(outcome.error)
            return
        count = outcome.value
        words = ngettext("%(n)d template written.", "%(n)d templates written.", count)
        self._context.changes.said.emit(words % {"n": count})

    def _import(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(
            self, _("Import templates"), "", "JSON (*.json)"
        )
        if name:
            self.read_from(Path(name))

    def read_from(self, file: Path) -> None:
        """Add the templates of a file."""
        vault = self._context.vault
        self._context.runner.write(lambda: template_files.read(vault, file), self._on_imported)

    def _on_imported(self, outcome: Outcome[ImportReport]) -> None:
        if isinstance(outcome, Failed):
            self.trouble.explain(outcome.error)
            return
        report = outcome.value
        self._context.changes.templates.emit()
        self._context.changes.said.emit(
            _("Templates: %(new)d new, %(changed)d changed, %(same)d as they were.")
            % {"new": report.added, "changed": report.changed, "same": report.unchanged}
        )


def _choice(template: Template) -> Choice:
    where = [template.language, channel_name(template.channel) if template.channel else ""]
    return Choice(
        value=template,
        text=one_line(template.name, 120),
        more=one_line(template.text),
        side=f"/{template.shortcut}" if template.shortcut else "",
        words=" ".join([template.shortcut, template.text, *where]),
    )
