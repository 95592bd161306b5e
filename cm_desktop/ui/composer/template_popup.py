"""Choose a template while writing: found as one types, filled in, put into the text."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QDate, QEvent, QLocale, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit

from cm_desktop.domain.model import Conversation, Template
from cm_desktop.domain.templates import fill, known_values, unknown_placeholders
from cm_desktop.i18n import _, language
from cm_desktop.services import reading
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.context import Context
from cm_desktop.ui.dialogs.choice_model import Choice
from cm_desktop.ui.dialogs.picker import PickerPopup
from cm_desktop.ui.dialogs.placeholder_form import PlaceholderForm
from cm_desktop.ui.labels import one_line

_RECENT = "recent_templates"
_REMEMBERED = 30
_TRIGGERS = ("/", "::")


class TemplatePopup(QObject):
    """The list of templates under the text cursor of a field.

    What was typed to find one is given back to the field where nothing was chosen: a "/"
    may have been meant as such.
    """

    chosen = Signal(str)

    def __init__(self, context: Context, edit: QPlainTextEdit) -> None:
        super().__init__(edit)
        self._context = context
        self._edit = edit
        self._conversation: Conversation | None = None
        self._by_key = False
        self.popup: PickerPopup | None = None
        self.form: PlaceholderForm | None = None

    def offer(self, conversation: Conversation) -> None:
        """Open the list for a conversation."""
        self._conversation = conversation
        self._by_key = self._text_before_cursor().endswith(_TRIGGERS)
        templates = ranked(
            reading.templates(self._context.vault), conversation.channel, self._recent()
        )
        popup = PickerPopup("", _("Find a template"), self._edit, width=440)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picker = popup.picker
        picker.nothing.setText(
            _("No template fits. Escape leads back to your text.")
            if templates
            else _("There are no templates yet.")
        )
        picker.offer([*map(_choice, templates), _manage()])
        picker.chosen.connect(self._choose)
        picker.line.installEventFilter(self)
        self.popup = popup
        corner = self._edit.cursorRect().translated(
            self._edit.viewport().mapToGlobal(self._edit.viewport().rect().topLeft())
        )
        popup.open_beside(corner)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go back to the text where it turns out that no template was wanted."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and self.popup is not None
            and self._leaves(event)
        ):
            return True
        return super().eventFilter(watched, event)

    def _leaves(self, event: QKeyEvent) -> bool:
        assert self.popup is not None  # noqa: S101 - asked by the caller
        typed = self.popup.picker.line.text()
        if event.key() == Qt.Key.Key_Escape:
            self._give_back(typed)
        elif event.key() == Qt.Key.Key_Space and not typed:
            self._give_back(" ")
        elif event.key() == Qt.Key.Key_Space and not _templates_in(self.popup):
            self._give_back(f"{typed} ")
        elif event.key() == Qt.Key.Key_Backspace and not typed:
            self._close()
            if self._by_key:
                self._edit.textCursor().deletePreviousChar()
        else:
            return False
        return True

    def _give_back(self, typed: str) -> None:
        self._close()
        if self._by_key and typed:
            self._edit.insertPlainText(typed)

    def _close(self) -> None:
        if self.popup is not None:
            self.popup.close()
            self.popup = None
        self._edit.setFocus()

    @Slot(object)
    def _choose(self, template: Template | None) -> None:
        self._close()
        if template is None:
            self._open_templates()
            return
        assert self._conversation is not None  # noqa: S101 - set by offer
        known = known_values(
            self._conversation,
            me=self._context.me,
            channel=channel_name(self._context.channel_of(self._conversation)),
            date=date_words(self._context.now(), template.language),
        )
        unknown = unknown_placeholders(template.text, known)
        if not unknown:
            self._use(template, fill(template.text, known))
            return
        self.form = PlaceholderForm(template.text, known, unknown, self._edit.window())
        self.form.filled.connect(lambda text: self._use(template, text))
        self.form.open()

    def _use(self, template: Template, text: str) -> None:
        self.form = None
        recent = [template.id, *(one for one in self._recent() if one != template.id)]
        self._context.settings.setValue(_RECENT, "\n".join(recent[:_REMEMBERED]))
        desk = self._context.desk
        self._context.write(lambda: desk.use_template(template.id))
        self.chosen.emit(text)

    def _open_templates(self) -> None:
        from cm_desktop.ui.dialogs.templates import TemplatesDialog

        TemplatesDialog(self._context, self._edit.window()).open()

    def _recent(self) -> list[str]:
        return str(self._context.settings.value(_RECENT, "") or "").split("\n")

    def _text_before_cursor(self) -> str:
        cursor = self._edit.textCursor()
        return cursor.block().text()[: cursor.positionInBlock()]


def ranked(templates: list[Template], channel: str, recent: list[str]) -> list[Template]:
    """Return templates in the order in which they are likely wanted.

    First those for the channel or for any, in the language spoken here or in any; among
    them those used lately, then those used often, then by name.
    """
    order = {template_id: place for place, template_id in enumerate(recent)}

    def key(template: Template) -> tuple[bool, bool, int, int, str]:
        return (
            template.channel not in ("", channel),
            template.language not in ("", language()),
            order.get(template.id, len(order)),
            -template.used,
            template.name.casefold(),
        )

    return sorted(templates, key=key)


def date_words(now: datetime, spoken: str = "") -> str:
    """Return today's date as a letter has it: "12 November 2026", "12. November 2026"."""
    here = now.astimezone()
    day = QDate(here.year, here.month, here.day)
    if (spoken or language()) == "de":
        return QLocale("de_DE").toString(day, "d. MMMM yyyy")
    return QLocale("en_GB").toString(day, "d MMMM yyyy")


def _choice(template: Template) -> Choice:
    side = f"/{template.shortcut}" if template.shortcut else ""
    return Choice(
        value=template,
        text=one_line(template.name, 120),
        more=one_line(template.text),
        side=side,
        words=f"{template.shortcut} {template.text}",
    )


def _manage() -> Choice:
    return Choice(value=None, text=_("Edit templates…"), glyph="edit", last=True)


def _templates_in(popup: PickerPopup) -> bool:
    return any(choice.value is not None for choice in popup.picker.shown)
