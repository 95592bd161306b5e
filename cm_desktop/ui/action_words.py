"""What the actions and menus are called, and which menu holds which action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cm_desktop.i18n import _

MENUS: Final[Mapping[str, tuple[str, ...]]] = {
    "file": (
        "connect", "accounts", "refresh", "note_down", "-", "templates", "export", "-", "settings",
        "-", "quit",
    ),
    "conversation": (
        "reply", "private", "note", "-", "done", "done_next", "waiting", "snooze", "reopen", "-",
        "tag", "assign", "assign_me", "handoff", "-", "toggle_read", "-", "hide", "spam", "delete",
    ),
    "edit": ("undo", "-", "mark", "mark_all", "-", "search"),
    "go": (
        "next", "previous", "next_open", "back", "-", "go_inbox", "go_mine", "go_waiting",
        "go_snoozed", "go_done", "go_all", "go_outbox",
    ),
    "view": ("rail", "details"),
    "tags": tuple(f"tag_{n}" for n in range(1, 10)),
    "help": ("shortcuts",),
}  # fmt: skip


def menu_title(menu: str) -> str:
    """Return the title of a menu; & stands before the letter that opens it with Alt."""
    return {
        "file": _("&File"),
        "conversation": _("&Conversation"),
        "edit": _("&Edit"),
        "go": _("&Go to"),
        "view": _("&View"),
        "tags": _("&Tags"),
        "help": _("&Help"),
    }[menu]


def action_text(name: str) -> str:
    """Return what a menu calls an action."""
    if name.startswith("tag_"):
        return tag_action_text(int(name.removeprefix("tag_")), "")
    return (_conversation_texts() | _window_texts())[name]


def tag_action_text(number: int, tag: str) -> str:
    """Return what the action of the keys 1 to 9 is called, with the tag if there is one."""
    if tag:
        # Translators: menu entry that puts a tag on the conversation, or takes it off again.
        return _("Tag “%(tag)s”") % {"tag": tag}
    # Translators: adds or removes the first, second… tag of the team's list of tags.
    return _("Tag number %(n)s") % {"n": number}


def _conversation_texts() -> dict[str, str]:
    return {
        "reply": _("Reply"),
        "private": _("Reply privately"),
        "note": _("Write a note"),
        "done": _("Done"),
        "done_next": _("Done, and show the next one"),
        # Translators: sets the status "waiting for the other side".
        "waiting": _("Wait for the other side"),
        "reopen": _("Open again"),
        "snooze": _("Snooze…"),
        "tag": _("Tag…"),
        "assign": _("Assign…"),
        "assign_me": _("Assign to me"),
        "handoff": _("Hand over…"),
        "toggle_read": _("Mark as read or unread"),
        "hide": _("Hide comment"),
        "spam": _("Mark as spam"),
        "delete": _("Delete message…"),
    }


def _window_texts() -> dict[str, str]:
    return {
        "next": _("Next conversation"),
        "previous": _("Previous conversation"),
        "next_open": _("Next unanswered conversation"),
        "back": _("Back to the list"),
        "undo": _("Undo"),
        # Translators: marks a row of the list, so that an action works on several rows.
        "mark": _("Mark the row"),
        "mark_all": _("Mark all rows"),
        "search": _("Search"),
        "go_inbox": _("Inbox"),
        "go_mine": _("Mine"),
        "go_waiting": _("Waiting"),
        "go_snoozed": _("Snoozed"),
        "go_done": _("Done"),
        "go_all": _("All"),
        "go_outbox": _("Outbox"),
        "refresh": _("Fetch now"),
        # Translators: takes a copied text or link and makes a conversation of it.
        "note_down": _("Note down what was copied…"),
        "shortcuts": _("Keyboard shortcuts"),
        "templates": _("Templates…"),
        "settings": _("Settings…"),
        "connect": _("Connect a page…"),
        "accounts": _("Channels and accounts…"),
        "export": _("Export…"),
        "details": _("Details"),
        # Translators: switches the names in the column of lists and channels on and off.
        "rail": _("Names in the left column"),
        "quit": _("Quit"),
    }
