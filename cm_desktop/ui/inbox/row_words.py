"""What a row of the list says, in words: to the eye in parts, to a screen reader at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cm_desktop.domain.model import Conversation, Direction, Kind, Status
from cm_desktop.i18n import _, ngettext
from cm_desktop.ui import dates
from cm_desktop.ui.safe_text import has_mixed_scripts, one_line


def who(conversation: Conversation) -> str:
    """Return the name on the first line: the person's, else the handle, else the title."""
    author = conversation.author
    for name in (author.name, author.handle, conversation.title):
        if name.strip():
            return name
    # Translators: stands for the name of a person whom a channel does not name.
    return _("Unknown person")


def said(conversation: Conversation) -> str:
    """Return what was said last, marked as ours where it is ours."""
    preview = one_line(conversation.preview) or one_line(conversation.title)
    if not preview:
        # Translators: stands for a message that has a picture or file and no words.
        preview = _("(without words)")
    if conversation.preview_direction is Direction.OUT:
        # Translators: in a list, before the words that we answered; "You" as one talks to the user.
        return _("You: %(text)s") % {"text": preview}
    if conversation.kind is Kind.MAIL and conversation.title.strip():
        return f"{one_line(conversation.title, 120)} · {preview}"
    return preview


def status_name(status: Status) -> str:
    """Return the name of a status."""
    return {
        Status.OPEN: _("Open"),
        Status.WAITING: _("Waiting"),
        Status.SNOOZED: _("Snoozed"),
        Status.DONE: _("Done"),
    }[status]


def outbox_words(conversation: Conversation) -> str:
    """Say what waits in the outbox or went wrong there, "" if nothing does."""
    if conversation.trouble_out:
        # Translators: mark in the list: an answer was not sent and needs the user.
        return _("Not sent yet")
    if conversation.waiting_out:
        # Translators: mark in the list: an answer of ours is still to be sent.
        return _("Sending")
    return ""


def back_words(conversation: Conversation, now: datetime) -> str:
    """Say when a snoozed conversation comes back, "" for any other."""
    until = conversation.snoozed_until
    if conversation.status is not Status.SNOOZED or until is None:
        return ""
    # Translators: a snoozed conversation comes back; %(when)s is "in 2 h" and the like.
    return _("back %(when)s") % {"when": dates.in_time(max(until - now, timedelta()))}


def spoken(conversation: Conversation, *, marked: bool = False, now: datetime | None = None) -> str:
    """Return the whole row as a screen reader says it."""
    moment = now or datetime.now(UTC)
    parts = [who(conversation)]
    if has_mixed_scripts(parts[0]):
        parts.append(_("the name mixes letters of two alphabets"))
    if conversation.unread:
        parts.append(
            ngettext("%(n)d unread", "%(n)d unread", conversation.unread)
            % {"n": conversation.unread}
        )
    parts += [said(conversation), dates.short_time(conversation.last_at, moment)]
    parts += _about_the_work(conversation, moment)
    if marked:
        parts.append(_("marked"))
    return ", ".join(one_line(part) for part in parts)


def _about_the_work(conversation: Conversation, now: datetime) -> list[str]:
    words = [outbox_words(conversation), back_words(conversation, now)]
    if conversation.status is not Status.OPEN:
        words.append(status_name(conversation.status))
    if conversation.assignee:
        words.append(_("Assigned to %(name)s") % {"name": conversation.assignee})
    if conversation.due_at:
        words.append(dates.due(conversation.due_at, now))
    words += [tag.name for tag in conversation.tags]
    return [word for word in words if word]
