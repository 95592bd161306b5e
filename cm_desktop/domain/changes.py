"""What members decide: each decision a value that knows how to take itself back.

Applied by services/desk_apply.py, kept in the event log by their `kind` and `body`.
Bodies hold ids, hashes and decisions; texts stay in their own tables, where they can be
erased.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.model import Handoff, HandoffState, Note, OutboxRow, Status, Template

Body = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something a member decided, at a time, mostly about one conversation."""

    kind: ClassVar[str] = ""

    member: str
    at: datetime
    conversation: ConversationId | None = None

    def undo(self) -> Change | None:
        """Return the change that takes this one back, or None where nothing does."""
        return None

    @property
    def body(self) -> Body:
        """What the event log keeps of it."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged(Change):
    """A tag was put on."""

    kind: ClassVar[str] = "tag_added"
    name: str

    def undo(self) -> Untagged:
        """Take the tag off."""
        return Untagged(
            member=self.member, at=self.at, conversation=self.conversation, name=self.name
        )

    @property
    def body(self) -> Body:
        """The tag's name."""
        return {"tag": self.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class Untagged(Change):
    """A tag was taken off."""

    kind: ClassVar[str] = "tag_removed"
    name: str

    def undo(self) -> Tagged:
        """Put the tag on again."""
        return Tagged(
            member=self.member, at=self.at, conversation=self.conversation, name=self.name
        )

    @property
    def body(self) -> Body:
        """The tag's name."""
        return {"tag": self.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a conversation stands: its status and, when snoozed, until when."""

    status: Status
    snoozed_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Change):
    """A conversation got another status."""

    kind: ClassVar[str] = "status_set"
    before: Place
    after: Place

    def undo(self) -> Moved:
        """Put it back where it was."""
        return Moved(
            member=self.member,
            at=self.at,
            conversation=self.conversation,
            before=self.after,
            after=self.before,
        )

    @property
    def body(self) -> Body:
        """Both statuses, and until when it is snoozed."""
        return {
            "before": self.before.status.value,
            "after": self.after.status.value,
            "until_ms": _milliseconds(self.after.snoozed_until),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned(Change):
    """A conversation got another assignee, or none."""

    kind: ClassVar[str] = "assignee_set"
    before: str | None
    after: str | None

    def undo(self) -> Assigned:
        """Give it back to whoever had it."""
        return Assigned(
            member=self.member,
            at=self.at,
            conversation=self.conversation,
            before=self.after,
            after=self.before,
        )

    @property
    def body(self) -> Body:
        """Both assignees."""
        return {"before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Change):
    """An internal note was written."""

    kind: ClassVar[str] = "note_added"
    note: Note

    def undo(self) -> Unnoted:
        """Remove the note."""
        return Unnoted(
            member=self.member, at=self.at, conversation=self.conversation, note=self.note
        )

    @property
    def body(self) -> Body:
        """The note's id and the hash of its text."""
        return {"note": self.note.id, "text_sha256": sha256(self.note.text)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unnoted(Change):
    """An internal note was removed."""

    kind: ClassVar[str] = "note_removed"
    note: Note

    def undo(self) -> Noted:
        """Put the note back."""
        return Noted(member=self.member, at=self.at, conversation=self.conversation, note=self.note)

    @property
    def body(self) -> Body:
        """The note's id."""
        return {"note": self.note.id}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(Change):
    """A conversation was handed over: what is asked and the new assignee, together."""

    kind: ClassVar[str] = "handoff_asked"
    handoff: Handoff
    before: str | None  # who had it

    def undo(self) -> HandoffWithdrawn:
        """Take the request back and give the conversation to whoever had it."""
        return HandoffWithdrawn(
            member=self.member,
            at=self.at,
            conversation=self.conversation,
            handoff=self.handoff,
            before=self.before,
        )

    @property
    def body(self) -> Body:
        """Who asks whom, until when, and the hash of what is asked."""
        return {
            "handoff": self.handoff.id,
            "sender": self.handoff.sender,
            "receiver": self.handoff.receiver,
            "until_ms": _milliseconds(self.handoff.until),
            "asked_sha256": sha256(self.handoff.asked),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffWithdrawn(Change):
    """A handoff was taken back before it was answered."""

    kind: ClassVar[str] = "handoff_withdrawn"
    handoff: Handoff
    before: str | None

    def undo(self) -> HandedOver:
        """Hand it over again."""
        return HandedOver(
            member=self.member,
            at=self.at,
            conversation=self.conversation,
            handoff=self.handoff,
            before=self.before,
        )

    @property
    def body(self) -> Body:
        """The handoff's id."""
        return {"handoff": self.handoff.id}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffAnswered(Change):
    """A handoff was accepted, or declined and so given back to its sender."""

    kind: ClassVar[str] = "handoff_answered"
    handoff: Handoff  # as it was asked
    state: HandoffState
    answer: str = ""
    before: str | None  # who had the conversation until now

    def undo(self) -> HandoffAnswered:
        """Ask again, with the conversation back where it was."""
        return HandoffAnswered(
            member=self.member,
            at=self.at,
            conversation=self.conversation,
            handoff=self.handoff,
            state=HandoffState.ASKED,
            before=self.before,
        )

    @property
    def assignee(self) -> str | None:
        """Who has the conversation afterwards."""
        match self.state:
            case HandoffState.ACCEPTED:
                return self.handoff.receiver
            case HandoffState.DECLINED:
                return self.handoff.sender
            case HandoffState.ASKED:
                return self.before

    @property
    def body(self) -> Body:
        """The handoff's id, the answer's kind and the hash of its words."""
        return {
            "handoff": self.handoff.id,
            "state": self.state.value,
            "answer_sha256": sha256(self.answer),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued(Change):
    """Something was put into the outbox: a reply, or an act on a message."""

    kind: ClassVar[str] = "outbox_queued"
    row: OutboxRow

    def undo(self) -> Cancelled:
        """Take it out again; only possible while it waits."""
        return Cancelled(
            member=self.member, at=self.at, conversation=self.conversation, row=self.row
        )

    @property
    def body(self) -> Body:
        """What is to happen to which message, and the hash of the text."""
        return outbox_body(self.row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Change):
    """Something was taken out of the outbox; a reply's text is a draft again."""

    kind: ClassVar[str] = "outbox_cancelled"
    row: OutboxRow

    @property
    def body(self) -> Body:
        """The row's id."""
        return {"outbox": self.row.id}


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSaved(Change):
    """A template was added or changed."""

    kind: ClassVar[str] = "template_saved"
    before: Template | None
    after: Template

    def undo(self) -> Change:
        """Go back to how it was, or remove what was added."""
        if self.before is None:
            return TemplateRemoved(member=self.member, at=self.at, template=self.after)
        return TemplateSaved(member=self.member, at=self.at, before=self.after, after=self.before)

    @property
    def body(self) -> Body:
        """The template's id, version and the hash of its text."""
        return {
            "template": self.after.id,
            "version": self.after.version,
            "text_sha256": sha256(self.after.text),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRemoved(Change):
    """A template was removed."""

    kind: ClassVar[str] = "template_removed"
    template: Template

    def undo(self) -> TemplateSaved:
        """Put it back."""
        return TemplateSaved(member=self.member, at=self.at, before=None, after=self.template)

    @property
    def body(self) -> Body:
        """The template's id."""
        return {"template": self.template.id}


def outbox_body(row: OutboxRow) -> Body:
    """Return what the event log keeps of an outbox row."""
    body: Body = {"outbox": row.id, "act": row.kind.value, "target": row.target}
    if row.text:
        body["text_sha256"] = sha256(row.text)
    if row.rule:
        body["rule"] = row.rule
    return body


def sha256(text: str) -> str:
    """Return the hash that stands for a text in the event log, as hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _milliseconds(at: datetime | None) -> int | None:
    return None if at is None else round(at.timestamp() * 1000)
