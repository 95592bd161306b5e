"""Choose who is responsible for conversations."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from cm_desktop.domain.model import Conversation
from cm_desktop.i18n import _
from cm_desktop.services import reading
from cm_desktop.ui.context import Context
from cm_desktop.ui.dialogs.choice_model import Choice
from cm_desktop.ui.dialogs.fuzzy import folded
from cm_desktop.ui.dialogs.picker import PickerPopup
from cm_desktop.ui.labels import name_text

LONGEST = 60  # code points of a new member's name


class AssignPicker(PickerPopup):
    """Lists the members, the one who sits here first, and "nobody".

    `picked` carries the member's name or None for nobody; a name that is not in the list is
    a new member, whom assigning adds to the team. The popup closes by itself.
    """

    picked = Signal(object)

    def __init__(
        self, context: Context, conversations: Sequence[Conversation], parent: QWidget
    ) -> None:
        super().__init__(
            _("Who takes care of it?"), _("Find or add a member"), parent, with_numbers=True
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context = context
        names = [member.name for member in reading.members(context.vault)]
        others = [name for name in names if name != context.me]
        self._names = [context.me, *others] if context.me else others
        assignees = {conversation.assignee for conversation in conversations}
        self._now = assignees.pop() if len(assignees) == 1 else _DIFFERENT
        self.picker.line.setMaxLength(LONGEST)
        self.picker.list.rows.scattered = False
        self.picker.typed.connect(self._offer)
        self.picker.chosen.connect(self._choose)
        self._offer("")

    @Slot(str)
    def _offer(self, typed: str) -> None:
        choices = [self._choice(number, name) for number, name in enumerate(self._names, 1)]
        choices.append(self._choice(len(self._names) + 1, None))
        name = " ".join(typed.split())
        if name and folded(name) not in {folded(one) for one in self._names}:
            words = _("Add %(name)s to the team and assign") % {"name": name_text(name)}
            choices.append(Choice(value=name, text=words, glyph="add", last=True))
        self.picker.offer(choices)
        self._fit()

    def _choice(self, number: int, name: str | None) -> Choice:
        me = name == self._context.me
        text = _("Nobody") if name is None else name
        return Choice(
            value=name,
            # Translators: a member of the team who is the one that sits here, "Eva (me)".
            text=_("%(name)s (me)") % {"name": text} if me else text,
            key=str(number) if number <= 9 else "",
            checked=self._now == name,
        )

    @Slot(object)
    def _choose(self, name: str | None) -> None:
        self.close()
        self.picked.emit(name)


_DIFFERENT = "\0"  # no member's name: the conversations are with several people
