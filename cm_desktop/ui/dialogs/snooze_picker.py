"""Choose until when conversations are put away."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDateTimeEdit, QWidget

from cm_desktop.i18n import _
from cm_desktop.ui import dates
from cm_desktop.ui.context import Context
from cm_desktop.ui.dialogs import times
from cm_desktop.ui.dialogs.choice_model import Choice
from cm_desktop.ui.dialogs.fields import TroubleBox, field
from cm_desktop.ui.dialogs.frame import Dialog
from cm_desktop.ui.dialogs.picker import PickerPopup


class SnoozePicker(PickerPopup):
    """Offers usual times and one's own; `picked` carries the time in UTC.

    The popup closes by itself. Digits choose while nothing is typed.
    """

    picked = Signal(datetime)

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(
            _("Show it again when?"), _("Type to find a time"), parent, with_numbers=True
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context = context
        self._asks_in = parent
        self.dialog: WhenDialog | None = None
        choices = [
            Choice(value=moment.at, text=moment.words, side=moment.hint, key=str(number))
            for number, moment in enumerate(times.snoozes(context.now()), 1)
        ]
        own = Choice(value=None, text=_("Another day or time…"), glyph="calendar", last=True)
        self.picker.offer([*choices, own])
        self.picker.chosen.connect(self._choose)

    @Slot(object)
    def _choose(self, at: datetime | None) -> None:
        if at is not None:
            self.close()
            self.picked.emit(at)
            return
        # The popup has to be there until its dialog has said what was chosen.
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)  # noqa: FBT003 - Qt's own
        self.close()
        self.dialog = WhenDialog(self._context, self._asks_in.window())
        self.dialog.picked.connect(self.picked)
        self.dialog.finished.connect(self.deleteLater)
        self.dialog.open()


class WhenDialog(Dialog):
    """Asks for a day and a time that is still to come; `picked` carries it in UTC."""

    picked = Signal(datetime)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(_("Show it again when?"), parent, width=360)
        self._context = context
        self.when = when_field(context.now() + timedelta(days=1))
        self.trouble = TroubleBox()
        self.body.addLayout(field(_("Day and time"), self.when))
        self.body.addWidget(self.trouble)
        self.body.addStretch(1)
        self.add_cancel()
        self.add_primary(_("Snooze"), self.accept)
        self.begin_at(self.when)

    def accept(self) -> None:
        """Hand the time over, if it is still to come."""
        at = times.from_qt(self.when.dateTime())
        if at <= self._context.now():
            self.trouble.tell(_("That time is over. Please choose a later one."))
            return
        self.picked.emit(at)
        super().accept()


def when_field(at: datetime) -> QDateTimeEdit:
    """Return a field for a day and a time, with a calendar that opens from it."""
    made = QDateTimeEdit(times.to_qt(at))
    made.setCalendarPopup(True)
    made.setLocale(dates.locale())
    # Translators: Qt's letters for a day and a time in a field; German: "ddd dd.MM.yyyy HH:mm".
    made.setDisplayFormat(_("ddd dd/MM/yyyy HH:mm"))
    made.setWrapping(True)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return made
