"""What the lists are called, how they look in the rail, and what they say when empty."""

from __future__ import annotations

from cm_desktop.domain.views import View, ViewName
from cm_desktop.i18n import _

# In the order of the rail.
RAIL = (
    ViewName.INBOX,
    ViewName.MINE,
    ViewName.WAITING,
    ViewName.SNOOZED,
    ViewName.DONE,
    ViewName.ALL,
    ViewName.OUTBOX,
)
# Lists of which it helps nobody to know how long they are.
UNCOUNTED = (ViewName.DONE, ViewName.ALL)
# Lists that hold conversations of more than one status.
MIXED = (ViewName.ALL, ViewName.UNREAD, ViewName.OUTBOX)

_GLYPHS = {
    ViewName.INBOX: "inbox",
    ViewName.MINE: "mine",
    ViewName.WAITING: "waiting",
    ViewName.SNOOZED: "snoozed",
    ViewName.DONE: "done",
    ViewName.ALL: "all",
    ViewName.UNREAD: "mark_unread",
    ViewName.OUTBOX: "outbox",
}


def view_name(name: ViewName) -> str:
    """Return what a list is called."""
    return {
        ViewName.INBOX: _("Inbox"),
        # Translators: list of the conversations assigned to the user.
        ViewName.MINE: _("Mine"),
        # Translators: list of conversations where we wait for the other side.
        ViewName.WAITING: _("Waiting"),
        ViewName.SNOOZED: _("Snoozed"),
        ViewName.DONE: _("Done"),
        # Translators: list of all conversations.
        ViewName.ALL: _("All"),
        ViewName.UNREAD: _("Unread"),
        ViewName.OUTBOX: _("Outbox"),
    }[name]


def view_glyph(name: ViewName) -> str:
    """Return the name of a list's icon."""
    return _GLYPHS[name]


def empty_sentence(view: View) -> str:
    """Return the sentence of a list that holds nothing."""
    return {
        ViewName.INBOX: _("Everything is answered."),
        ViewName.MINE: _("Nothing is assigned to you."),
        ViewName.WAITING: _("You are waiting for nobody."),
        ViewName.SNOOZED: _("Nothing is snoozed."),
        ViewName.DONE: _("Nothing is done yet."),
        ViewName.ALL: _("There are no conversations yet."),
        ViewName.UNREAD: _("Everything is read."),
        ViewName.OUTBOX: _("Nothing waits to be sent."),
    }[ViewName(view.name)]
