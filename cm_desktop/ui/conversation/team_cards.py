"""What the team says about a conversation: notes and handoffs. Nothing of it is ever sent."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from PySide6.QtWidgets import QLayout

from cm_desktop.domain.model import Handoff, HandoffState, Note
from cm_desktop.i18n import _
from cm_desktop.ui import dates
from cm_desktop.ui.conversation.parts import (
    Card,
    icon_button,
    picture_label,
    row,
    text_button,
)
from cm_desktop.ui.conversation.reading_label import ReadingLabel
from cm_desktop.ui.labels import ElidedLabel, PlainLabel, name_text, set_tooltip


class TeamActions(Protocol):
    """What notes and handoffs may ask of the conversation."""

    def remove_note(self, note: Note) -> None:
        """Take a note away; it can be brought back by undo."""

    def accept(self, handoff: Handoff) -> None:
        """Say that I take it on."""

    def decline(self, handoff: Handoff) -> None:
        """Give it back to whom it came from."""


class NoteCard(Card):
    """An internal text, in note yellow, with the word and a lock."""

    def __init__(self, note: Note, now: datetime, me: str, actions: TeamActions) -> None:
        super().__init__("note")
        self._note = note
        remove = (
            icon_button("delete", _("Remove the note"), lambda: actions.remove_note(note))
            if note.member == me
            else None
        )
        # Translators: head of an internal note, before the name of the member who wrote it.
        head = _team_head(_("Note"), note.member, note.created_at, now)
        if remove is not None:
            head.addWidget(remove)
        self.inside.addLayout(head)
        self.inside.addWidget(ReadingLabel(note.text))
        self.setAccessibleName(
            _("Note by %(name)s: %(text)s") % {"name": note.member, "text": note.text[:200]}
        )


class HandoffCard(Card):
    """Who handed the conversation to whom, what is asked, until when, and the answer to it."""

    def __init__(self, handoff: Handoff, now: datetime, me: str, actions: TeamActions) -> None:
        super().__init__("note")
        self.inside.addLayout(_team_head(_("Handoff"), handoff.sender, handoff.created_at, now))
        people = _("%(sender)s hands over to %(receiver)s") % {
            "sender": name_text(handoff.sender),
            "receiver": name_text(handoff.receiver),
        }
        self.inside.addWidget(PlainLabel(people, "strong").wrapping())
        self.inside.addWidget(ReadingLabel(handoff.asked))
        if handoff.until is not None:
            self.inside.addWidget(_until(handoff, now))
        if handoff.state is HandoffState.ASKED and handoff.receiver == me:
            accept = text_button(_("Take on"), lambda: actions.accept(handoff), "primary")
            decline = text_button(_("Give back"), lambda: actions.decline(handoff))
            self.inside.addLayout(row(accept, decline, None))
        else:
            self.inside.addWidget(PlainLabel(_state(handoff), _tone(handoff)).wrapping())
        self.setAccessibleName(f"{_('Handoff')}: {people}. {handoff.asked[:200]}")


def _team_head(word: str, member: str, at: datetime, now: datetime) -> QLayout:
    when = PlainLabel(dates.ago(at, now), "soft")
    set_tooltip(when, dates.full_time(at))
    lock = picture_label("lock")
    set_tooltip(lock, _("Only for the team. It is never sent."))
    return row(lock, PlainLabel(word, "strong"), ElidedLabel(member, "soft"), None, when)


def _until(handoff: Handoff, now: datetime) -> PlainLabel:
    assert handoff.until is not None  # noqa: S101 - asked by the caller
    late = handoff.state is not HandoffState.ACCEPTED and handoff.until < now
    sentence = _("Until %(time)s") % {"time": dates.full_time(handoff.until)}
    return PlainLabel(sentence, "bad" if late else "soft")


def _state(handoff: Handoff) -> str:
    name = name_text(handoff.receiver)
    answer = f" {handoff.answer}" if handoff.answer else ""
    match handoff.state:
        case HandoffState.ASKED:
            return _("%(name)s has not answered yet.") % {"name": name}
        case HandoffState.ACCEPTED:
            return _("%(name)s has taken it on.") % {"name": name} + answer
        case HandoffState.DECLINED:
            return _("%(name)s has given it back.") % {"name": name} + answer


def _tone(handoff: Handoff) -> str:
    return {
        HandoffState.ASKED: "soft",
        HandoffState.ACCEPTED: "ok",
        HandoffState.DECLINED: "warn",
    }[handoff.state]
