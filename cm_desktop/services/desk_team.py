"""Words among ourselves: notes and handoffs. Nothing leads from here to a channel."""

from __future__ import annotations

from datetime import datetime

from cm_desktop.domain.changes import HandedOver, HandoffAnswered, Noted, Unnoted
from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import ConversationId, HandoffId, NoteId, new_id
from cm_desktop.domain.model import Handoff, HandoffState, Note
from cm_desktop.services.desk_author import Author
from cm_desktop.store import conversations, handoffs, notes
from cm_desktop.store.connection import Connection


def noted(_connection: Connection, who: Author, conv: ConversationId, text: str) -> Noted:
    """Return that an internal note is written. Raises UsageError("empty")."""
    if not text.strip():
        raise UsageError("empty")
    note = Note(
        id=NoteId(new_id()), conversation=conv, member=who.member, text=text, created_at=who.at
    )
    return Noted(member=who.member, at=who.at, conversation=conv, note=note)


def unnoted(connection: Connection, who: Author, note_id: NoteId) -> Unnoted:
    """Return that a note is taken away. Raises UsageError("no_note")."""
    note = notes.by_id(connection, note_id)
    return Unnoted(member=who.member, at=who.at, conversation=note.conversation, note=note)


def handed_over(
    connection: Connection,
    who: Author,
    conv: ConversationId,
    receiver: str,
    asked: str,
    until: datetime | None,
) -> HandedOver:
    """Return that a conversation is handed over. Raises UsageError("no_member") or "empty"."""
    receiver = " ".join(receiver.split())
    if not receiver:
        raise UsageError("no_member")
    if not asked.strip():
        raise UsageError("empty")
    handoff = Handoff(
        id=HandoffId(new_id()),
        conversation=conv,
        sender=who.member,
        receiver=receiver,
        asked=asked,
        created_at=who.at,
        until=until,
    )
    before = conversations.by_id(connection, conv).assignee
    return HandedOver(
        member=who.member, at=who.at, conversation=conv, handoff=handoff, before=before
    )


def answered(
    connection: Connection, who: Author, handoff_id: HandoffId, state: HandoffState, answer: str
) -> HandoffAnswered:
    """Return that a handoff is accepted or declined. Raises UsageError("no_handoff")."""
    handoff = handoffs.by_id(connection, handoff_id)
    if handoff.state is not HandoffState.ASKED:
        raise UsageError("no_handoff", handoff_id)
    before = conversations.by_id(connection, handoff.conversation).assignee
    return HandoffAnswered(
        member=who.member,
        at=who.at,
        conversation=handoff.conversation,
        handoff=handoff,
        state=state,
        answer=answer,
        before=before,
    )
