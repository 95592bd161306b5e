"""An answer or act of ours that is not (yet) on the channel: grey, with its state and reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from cm_desktop.domain.model import OutboxRow, OutboxState
from cm_desktop.domain.outbox_rules import ANSWER_THERE
from cm_desktop.i18n import _
from cm_desktop.services.sentences import explain
from cm_desktop.ui import dates
from cm_desktop.ui.conversation.moderation import words
from cm_desktop.ui.conversation.parts import (
    Card,
    align_with_text,
    picture_label,
    row,
    text_button,
)
from cm_desktop.ui.conversation.reading_label import ReadingLabel
from cm_desktop.ui.labels import ElidedLabel, PlainLabel


class WaitingActions(Protocol):
    """What a waiting answer may ask of the conversation."""

    def take_back(self, waiting: OutboxRow) -> None:
        """Cancel it and put its text back into the composer."""

    def change(self, waiting: OutboxRow) -> None:
        """Edit its text while it waits."""

    def retry(self, waiting: OutboxRow) -> None:
        """Try once more."""

    def copy_and_open(self, waiting: OutboxRow) -> None:
        """Copy its text and open the page on which a person sends it."""

    def resolve(self, waiting: OutboxRow, how: str) -> None:
        """Decide what became of it: "sent", "again" or "drop"."""


class WaitingCard(Card):
    """One outbox row inside its conversation."""

    def __init__(self, waiting: OutboxRow, depth: int, actions: WaitingActions) -> None:
        super().__init__("panel", depth)
        self.waiting = waiting
        self._state = PlainLabel("", "soft").wrapping()
        self._build(actions)

    def _build(self, actions: WaitingActions) -> None:
        waiting = self.waiting
        glyph, word = words(waiting.kind)
        self.inside.addLayout(
            row(picture_label(glyph), ElidedLabel(waiting.member or word, "strong"), None)
        )
        if waiting.text:
            self.inside.addWidget(ReadingLabel(waiting.text, kind="waiting_text"))
        else:
            self.inside.addWidget(PlainLabel(word.rstrip("…")))
        self.inside.addWidget(self._state)
        buttons = align_with_text(row(None))
        for text, kind, slot in self._choices(actions):
            buttons.insertWidget(buttons.count() - 1, text_button(text, slot, kind))
        self.inside.addLayout(buttons)

    def tick(self, now: datetime, *, online: bool) -> None:
        """Say the state as it is at `now`; called each second while something counts down."""
        waiting = self.waiting
        sentence, tone = state_sentence(waiting, now, online=online)
        self._state.setText(sentence)
        self._state.set_kind(tone)
        self.setAccessibleName(f"{words(waiting.kind)[1]}: {waiting.text[:200]}. {sentence}")

    @property
    def counts_down(self) -> bool:
        """Whether its sentence changes with the seconds."""
        return self.waiting.state is OutboxState.QUEUED

    def _choices(self, actions: WaitingActions) -> list[tuple[str, str, Callable[[], object]]]:
        waiting = self.waiting
        match waiting.state:
            case OutboxState.QUEUED:
                choices: list[tuple[str, str, Callable[[], object]]] = [
                    (_("Undo"), "quiet", lambda: actions.take_back(waiting))
                ]
                if waiting.kind.speaks:
                    choices.append((_("Change"), "quiet", lambda: actions.change(waiting)))
                return choices
            case OutboxState.FAILED:
                return [
                    (_("Change and send again"), "quiet", lambda: actions.change(waiting))
                    if waiting.kind.speaks
                    else (_("Try again"), "quiet", lambda: actions.retry(waiting)),
                    (_("Discard"), "quiet", lambda: actions.resolve(waiting, "drop")),
                ]
            case OutboxState.NEEDS_HUMAN if waiting.error == ANSWER_THERE:
                return [
                    (
                        _("Copy the text and open the page"),
                        "quiet",
                        lambda: actions.copy_and_open(waiting),
                    ),
                    (_("Answered"), "quiet", lambda: actions.resolve(waiting, "sent")),
                    (_("Discard"), "quiet", lambda: actions.resolve(waiting, "drop")),
                ]
            case OutboxState.NEEDS_HUMAN:
                return [
                    (_("It is there"), "quiet", lambda: actions.resolve(waiting, "sent")),
                    (_("Send again"), "quiet", lambda: actions.resolve(waiting, "again")),
                    (_("Discard"), "quiet", lambda: actions.resolve(waiting, "drop")),
                ]
            case _:
                return []


def state_sentence(waiting: OutboxRow, now: datetime, *, online: bool) -> tuple[str, str]:
    """Return what the window says about a row's state, and in which tone."""
    if waiting.state is OutboxState.QUEUED:
        return _queued(waiting, now, online=online), "soft"
    if waiting.state is OutboxState.FAILED:
        sentence = explain(waiting.error or "error", waiting.error_detail)
        words = {"what": sentence.what, "to_do": sentence.what_to_do}
        return _("Not sent. %(what)s %(to_do)s") % words, "bad"
    if waiting.state is OutboxState.NEEDS_HUMAN and waiting.error == ANSWER_THERE:
        return _(
            "Paste the text on the channel's page and send it there. Then say so here."
        ), "warn"
    return {
        OutboxState.SENDING: (_("Is being sent"), "soft"),
        OutboxState.UNKNOWN: (
            _("No answer came back. We look on the channel whether it arrived."),
            "warn",
        ),
        OutboxState.NEEDS_HUMAN: (
            _("Was it sent? Please look on the channel, then decide here."),
            "warn",
        ),
        OutboxState.SENT: (_("Sent"), "ok"),
        OutboxState.CANCELLED: (_("Taken back"), "soft"),
    }[waiting.state]


def _queued(waiting: OutboxRow, now: datetime, *, online: bool) -> str:
    if waiting.hold_until > now:
        return _("Will be sent %(when)s") % {"when": dates.in_time(waiting.hold_until - now)}
    if not online:
        return _("Waits for a connection")
    if waiting.next_attempt_at is not None and waiting.next_attempt_at > now:
        sentence = explain(waiting.error or "rate_limited", waiting.error_detail)
        return _("%(what)s Next attempt %(when)s.") % {
            "what": sentence.what,
            "when": dates.in_time(waiting.next_attempt_at - now),
        }
    return _("Waits to be sent")
