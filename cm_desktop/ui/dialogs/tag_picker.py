"""Put tags on conversations and take them off, or make a new one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from cm_desktop.domain.model import Conversation, Tag
from cm_desktop.i18n import _, ngettext
from cm_desktop.services import reading
from cm_desktop.ui.context import Context
from cm_desktop.ui.dialogs.choice_model import Choice
from cm_desktop.ui.dialogs.fuzzy import folded
from cm_desktop.ui.dialogs.picker import PickerPopup
from cm_desktop.ui.labels import name_text

LONGEST = 60  # code points of a new tag


class TagPicker(PickerPopup):
    """Lists the tags; those that all the conversations have are marked.

    `picked` carries the name of the tag to put on, or to take off if it is marked; a name
    that is not in the list is a new tag. The popup closes by itself. Digits choose while
    nothing is typed.
    """

    picked = Signal(str)

    def __init__(
        self, context: Context, conversations: Sequence[Conversation], parent: QWidget
    ) -> None:
        super().__init__(
            _title(len(conversations)), _("Find or add a tag"), parent, with_numbers=True
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._tags = reading.tags(context.vault)
        self._conversations = conversations
        self.picker.line.setMaxLength(LONGEST)
        self.picker.list.rows.scattered = False
        self.picker.nothing.setText(_("No tags yet. Type a name to add one."))
        self.picker.typed.connect(self._offer)
        self.picker.chosen.connect(self._choose)
        self._offer("")

    @Slot(str)
    def _offer(self, typed: str) -> None:
        choices = [
            _choice(number, tag, checked=self._everywhere(tag))
            for number, tag in enumerate(self._tags, 1)
        ]
        name = " ".join(typed.split())
        if name and folded(name) not in {folded(tag.name) for tag in self._tags}:
            words = _("Add the tag “%(tag)s”") % {"tag": name_text(name)}
            choices.append(Choice(value=name, text=words, glyph="add", last=True))
        self.picker.offer(choices)
        self._fit()

    def _everywhere(self, tag: Tag) -> bool:
        return bool(self._conversations) and all(
            any(one.name == tag.name for one in conversation.tags)
            for conversation in self._conversations
        )

    @Slot(object)
    def _choose(self, name: str) -> None:
        self.close()
        self.picked.emit(name)


def _choice(number: int, tag: Tag, *, checked: bool) -> Choice:
    return Choice(
        value=tag.name,
        text=tag.name,
        key=str(number) if number <= 9 else "",
        colour=tag.colour,
        checked=checked,
    )


def _title(count: int) -> str:
    if count <= 1:
        return _("Tags of this conversation")
    return ngettext("Tags of %(n)d conversation", "Tags of %(n)d conversations", count) % {
        "n": count
    }
