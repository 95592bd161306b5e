"""What happened to a conversation, as sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from cm_desktop.domain.log import LoggedEvent
from cm_desktop.domain.model import OutboxKind, Status
from cm_desktop.i18n import _
from cm_desktop.ui.conversation.moderation import words
from cm_desktop.ui.dialogs.times import short
from cm_desktop.ui.labels import name_text


def sentence(event: LoggedEvent) -> str:
    """Return what an entry of the log says, "" for one that is not worth a line."""
    made = _SENTENCES.get(event.kind)
    return made(event) if made else ""


def _who(event: LoggedEvent) -> str:
    # Translators: stands for the program where it did something by itself.
    return name_text(event.member) if event.member else _("The program")


def _text(event: LoggedEvent, key: str) -> str:
    value = event.body.get(key)
    return name_text(value) if isinstance(value, str) and value else ""


def _tag_added(event: LoggedEvent) -> str:
    return _("%(who)s added the tag “%(tag)s”.") % {"who": _who(event), "tag": _text(event, "tag")}


def _tag_removed(event: LoggedEvent) -> str:
    return _("%(who)s removed the tag “%(tag)s”.") % {
        "who": _who(event),
        "tag": _text(event, "tag"),
    }


def _status(event: LoggedEvent) -> str:
    who = {"who": _who(event)}
    until = event.body.get("until_ms")
    if event.body.get("after") == Status.SNOOZED and isinstance(until, int):
        at = datetime.fromtimestamp(until / 1000, UTC)
        return _("%(who)s put it away until %(time)s.") % {**who, "time": short(at)}
    return {
        Status.OPEN.value: _("%(who)s opened it again."),
        Status.WAITING.value: _("%(who)s set it to wait for an answer."),
        Status.SNOOZED.value: _("%(who)s put it away for now."),
        Status.DONE.value: _("%(who)s closed it as done."),
    }.get(str(event.body.get("after")), _("%(who)s changed its status.")) % who


def _assigned(event: LoggedEvent) -> str:
    name = _text(event, "after")
    if not name:
        return _("%(who)s assigned it to nobody.") % {"who": _who(event)}
    if event.body.get("after") == event.member:
        return _("%(who)s took it on.") % {"who": _who(event)}
    return _("%(who)s assigned it to %(name)s.") % {"who": _who(event), "name": name}


def _handed_over(event: LoggedEvent) -> str:
    return _("%(who)s handed it over to %(name)s.") % {
        "who": _who(event),
        "name": _text(event, "receiver"),
    }


def _handoff_answered(event: LoggedEvent) -> str:
    return {
        "accepted": _("%(who)s accepted the handoff."),
        "declined": _("%(who)s gave the handoff back."),
    }.get(str(event.body.get("state")), _("%(who)s asked again.")) % {"who": _who(event)}


def _act(event: LoggedEvent) -> str:
    """Return what an outbox row does, as its button says it: "Reply", "Hide"."""
    try:
        return words(OutboxKind(str(event.body.get("act"))))[1].rstrip("…")
    except ValueError:
        return _("Message")


def _of_act(text: Callable[[], str]) -> Callable[[LoggedEvent], str]:
    return lambda event: text() % {"who": _who(event), "act": _act(event)}


def _queued(event: LoggedEvent) -> str:
    rule = _text(event, "rule")
    if rule:
        return _("%(who)s asked for “%(act)s”, because: %(rule)s.") % {
            "who": _who(event),
            "act": _act(event),
            "rule": rule,
        }
    return _("%(who)s asked for “%(act)s”.") % {"who": _who(event), "act": _act(event)}


def _plain(text: Callable[[], str]) -> Callable[[LoggedEvent], str]:
    return lambda event: text() % {"who": _who(event)}


# Each text is looked up when it is shown, in the language of then.
_SENTENCES: Mapping[str, Callable[[LoggedEvent], str]] = {
    "tag_added": _tag_added,
    "tag_removed": _tag_removed,
    "status_set": _status,
    "assignee_set": _assigned,
    "note_added": _plain(lambda: _("%(who)s wrote a note.")),
    "note_removed": _plain(lambda: _("%(who)s removed a note.")),
    "handoff_asked": _handed_over,
    "handoff_withdrawn": _plain(lambda: _("%(who)s took the handoff back.")),
    "handoff_answered": _handoff_answered,
    "outbox_queued": _queued,
    "outbox_edited": _of_act(lambda: _("%(who)s changed the text of “%(act)s”.")),
    "outbox_cancelled": _of_act(lambda: _("%(who)s took “%(act)s” back before it was sent.")),
    "outbox_retried": _of_act(lambda: _("%(who)s had “%(act)s” tried again.")),
    "outbox_sent": _of_act(lambda: _("“%(act)s” reached the channel.")),
    "outbox_failed": _of_act(lambda: _("“%(act)s” was not accepted by the channel.")),
    "outbox_unknown": _of_act(lambda: _("It was unclear whether “%(act)s” reached the channel.")),
    "outbox_needs_human": _of_act(lambda: _("“%(act)s” waited for a decision of the team.")),
    "outbox_resolved_sent": _of_act(lambda: _("%(who)s found that “%(act)s” had been sent.")),
    "outbox_resolved_again": _of_act(lambda: _("%(who)s had “%(act)s” sent again.")),
    "outbox_resolved_drop": _of_act(lambda: _("%(who)s discarded “%(act)s”.")),
    "woken": _plain(lambda: _("The time was over; it is open again.")),
    "reopened": _plain(lambda: _("A new message came; it is open again.")),
    "message_changed": _plain(lambda: _("A message was changed on the channel.")),
    "message_gone": _plain(lambda: _("A message was deleted on the channel.")),
}
