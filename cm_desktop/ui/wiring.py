"""Connects the parts of the window: which action does what, and who hears of what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from cm_desktop.domain.model import OutboxKind, Status
from cm_desktop.domain.views import View, ViewName

if TYPE_CHECKING:
    from cm_desktop.ui.conversation.view import ConversationPane
    from cm_desktop.ui.main_window import MainWindow

Handlers = Mapping[str, Callable[[], None]]


def connect(window: MainWindow) -> None:
    """Connect everything."""
    window.actions_.connect_all(
        {**_on_rows(window), **_on_messages(window), **_in_window(window), **_places(window)}
    )
    _connect_rail_and_list(window)
    _connect_changes(window)
    window.drops.taken.connect(window.doors.note_down)


def connect_pane(window: MainWindow, pane: ConversationPane) -> None:
    """Connect the conversation, once it is made."""
    head = pane.head
    pane.left.connect(window.back)
    pane.next_wanted.connect(window.open_next)
    head.back_wanted.connect(window.back)
    head.back.setVisible(not window.columns.together)
    window.columns.back_offered.connect(head.back.setVisible)
    for signal, name in (
        (head.done_wanted, "done"),
        (head.reopen_wanted, "reopen"),
        (head.snooze_wanted, "snooze"),
        (head.tag_wanted, "tag"),
        (head.assign_wanted, "assign"),
        (head.handoff_wanted, "handoff"),
    ):
        signal.connect(window.actions_[name].trigger)


def _on_rows(window: MainWindow) -> Handlers:
    rows, commands, doors = window.list_panel.list, window.commands, window.doors
    return {
        "next": partial(rows.step, 1),
        "previous": partial(rows.step, -1),
        "next_open": rows.step_open,
        "mark": rows.toggle_mark,
        "mark_all": rows.mark_all,
        "undo": commands.undo,
        "done": partial(commands.set_status, Status.DONE),
        "done_next": partial(commands.set_status, Status.DONE, window.open_next),
        "waiting": partial(commands.set_status, Status.WAITING),
        "reopen": partial(commands.set_status, Status.OPEN),
        "snooze": partial(doors.snooze, commands),
        "tag": partial(doors.tag, commands),
        "assign": partial(doors.assign, commands),
        "assign_me": commands.assign_me,
        "handoff": partial(doors.hand_over, commands),
        "toggle_read": commands.toggle_read,
        **{f"tag_{n}": partial(commands.toggle_tag_number, n) for n in range(1, 10)},
    }


def _on_messages(window: MainWindow) -> Handlers:
    in_pane = window.in_pane
    return {
        "reply": partial(in_pane, lambda pane: pane.start_reply()),
        "private": partial(in_pane, lambda pane: pane.start_private_reply()),
        "note": partial(in_pane, lambda pane: pane.start_note()),
        "spam": partial(in_pane, lambda pane: pane.moderate(OutboxKind.SPAM)),
        "delete": partial(in_pane, lambda pane: pane.moderate(OutboxKind.DELETE)),
        "hide": partial(in_pane, lambda pane: pane.moderate(OutboxKind.HIDE)),
    }


def _in_window(window: MainWindow) -> Handlers:
    doors = window.doors
    return {
        "back": window.back,
        "search": window.search,
        "refresh": window.fetch,
        "note_down": doors.note_down_copied,
        "details": window.columns.toggle_details,
        "rail": window.columns.toggle_rail,
        "shortcuts": partial(doors.shortcuts, window.actions_),
        "templates": doors.templates,
        "settings": doors.settings,
        "connect": doors.connect_page,
        "accounts": doors.accounts,
        "export": doors.export,
        "quit": window.quit,
    }


def _places(window: MainWindow) -> Handlers:
    names = [name for name in ViewName if name is not ViewName.UNREAD]
    return {f"go_{name}": partial(window.go, View(name)) for name in names}


def _connect_rail_and_list(window: MainWindow) -> None:
    rail, panel = window.rail, window.list_panel
    rail.view_chosen.connect(window.show_view)
    rail.connect_wanted.connect(window.doors.connect_page)
    rail.account_menu_wanted.connect(window.doors.account_menu)
    panel.connect_wanted.connect(window.doors.connect_page)
    panel.view_wanted.connect(window.go)
    panel.list.chosen.connect(window.update_actions)
    panel.list.opened.connect(window.open)
    panel.list.entered.connect(window.enter)
    panel.list.marked.connect(window.update_actions)
    panel.list.menu_wanted.connect(window.row_menu)
    window.commands.finished.connect(panel.list.clear_marks)


def _connect_changes(window: MainWindow) -> None:
    changes = window.context.changes
    changes.conversations.connect(window.on_changed)
    changes.accounts.connect(window.count_again)
    changes.outbox.connect(window.count_again)
    changes.tags.connect(window.name_tags)
    changes.connection.connect(window.on_connection)
    changes.done.connect(partial(window.toast.say, can_undo=True))
    changes.said.connect(partial(window.toast.say, can_undo=False))
    changes.problem.connect(window.on_problem)
    window.toast.undo_wanted.connect(window.commands.undo)
