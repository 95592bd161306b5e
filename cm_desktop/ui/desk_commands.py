"""What the window's actions do to conversations: to the marked ones, else to the current one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.model import Conversation, Status
from cm_desktop.i18n import _, ngettext
from cm_desktop.services import reading
from cm_desktop.ui import dates
from cm_desktop.ui.context import Context

if TYPE_CHECKING:
    from cm_desktop.domain.changes import Change

_GROUPS = 50  # so many are taken back whole
Targets = Callable[[], tuple[ConversationId, ...]]


class DeskCommands(QObject):
    """Carries actions out on the desk, several conversations in one go and one undo."""

    finished = Signal()  # it was done: marks may go

    def __init__(self, context: Context, targets: Targets, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._targets = targets
        self._groups: list[list[Change]] = []  # only touched by the thread that writes

    def conversations(self) -> list[Conversation]:
        """Return what an action would be done to."""
        vault = self._context.vault
        return [reading.conversation(vault, one) for one in self._targets()]

    def set_status(self, status: Status, then: Callable[[], None] | None = None) -> None:
        """Mark as open, waiting or done."""
        desk = self._context.desk
        ids = self._targets()
        said = _status_words(status, len(ids))
        self._each(ids, lambda one: desk.set_status(one, status), said, then)

    def snooze(self, until: datetime) -> None:
        """Put away until a time still to come."""
        desk, ids = self._context.desk, self._targets()
        words = _("Snoozed until %(when)s") % {"when": dates.full_time(until)}
        self._each(ids, lambda one: desk.snooze(one, until), words)

    def toggle_read(self) -> None:
        """Mark as read if anything is unread, else as unread."""
        desk = self._context.desk
        rows = self.conversations()
        unread = any(row.unread for row in rows)
        change = desk.mark_read if unread else desk.mark_unread
        self._each(tuple(row.id for row in rows), change, "")

    def assign(self, member: str | None) -> None:
        """Make a member responsible, or nobody."""
        desk = self._context.desk
        said = _("Assigned to %(name)s") % {"name": member} if member else _("Assigned to nobody")
        self._each(self._targets(), lambda one: desk.assign(one, member), said)

    def assign_me(self) -> None:
        """Make the member who sits here responsible."""
        self.assign(self._context.me)

    def toggle_tag(self, name: str) -> None:
        """Put a tag on all, or take it off if all have it."""
        desk = self._context.desk
        rows = self.conversations()
        everywhere = all(any(tag.name == name for tag in row.tags) for row in rows)
        change = desk.untag if everywhere else desk.tag
        words = _("Tag “%(tag)s” removed") if everywhere else _("Tag “%(tag)s” added")
        ids = tuple(row.id for row in rows)
        self._each(ids, lambda one: change(one, name), words % {"tag": name})
        self._context.changes.tags.emit()

    def toggle_tag_number(self, number: int) -> None:
        """Put on or take off the tag that stands in this place of the list, from 1 on."""
        tags = reading.tags(self._context.vault)
        if number <= len(tags):
            self.toggle_tag(tags[number - 1].name)
        else:
            self._context.changes.said.emit(_("There is no tag with this number yet."))

    def undo(self) -> None:
        """Take back what was done last, for all conversations that it was done to."""
        self._context.write(self._take_back, then=self._taken_back)

    def _take_back(self) -> list[Change]:
        newest = self._context.desk.undo()
        if newest is None:
            return []
        together = next((group for group in self._groups if _holds(group, newest)), [])
        others = [one for one in reversed(together) if one is not newest]
        return [newest, *(one for one in others if self._context.desk.take_back(one))]

    def _taken_back(self, changes: list[Change]) -> None:
        if not changes:
            self._context.changes.said.emit(_("There is nothing to undo."))
            return
        touched = frozenset(one.conversation for one in changes if one.conversation)
        if touched:
            self._context.changes.conversations.emit(touched)
        self._context.changes.outbox.emit()
        self._context.changes.templates.emit()
        self._context.changes.said.emit(_("Undone"))

    def _each(
        self,
        ids: tuple[ConversationId, ...],
        change: Callable[[ConversationId], Any],
        said: str,
        then: Callable[[], None] | None = None,
    ) -> None:
        if not ids:
            return

        def job() -> None:
            made = [change(one) for one in ids]
            # Marking as read is no decision and gives nothing that could be taken back.
            self._groups.append([one for one in made if one is not None])
            del self._groups[:-_GROUPS]

        def finish(_none: object) -> None:
            self.finished.emit()
            if then is not None:
                then()

        self._context.write(job, touched=ids, said=said, then=finish)


def _holds(group: list[Change], change: Change) -> bool:
    return any(one is change for one in group)


def _status_words(status: Status, count: int) -> str:
    if count == 1:
        return {
            Status.OPEN: _("Open again"),
            Status.WAITING: _("Waiting for the other side"),
            Status.SNOOZED: _("Snoozed"),
            Status.DONE: _("Done"),
        }[status]
    words = {
        Status.OPEN: ngettext(
            "%(n)d conversation open again", "%(n)d conversations open again", count
        ),
        Status.WAITING: ngettext("%(n)d conversation waits", "%(n)d conversations wait", count),
        Status.SNOOZED: ngettext(
            "%(n)d conversation snoozed", "%(n)d conversations snoozed", count
        ),
        Status.DONE: ngettext("%(n)d conversation done", "%(n)d conversations done", count),
    }[status]
    return words % {"n": count}
