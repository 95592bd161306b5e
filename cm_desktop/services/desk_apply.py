"""How each change of a member is carried out in the vault."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import singledispatch

from cm_desktop.domain.changes import (
    Assigned,
    Cancelled,
    Change,
    HandedOver,
    HandoffAnswered,
    HandoffWithdrawn,
    Moved,
    Noted,
    Place,
    Queued,
    Tagged,
    TemplateRemoved,
    TemplateSaved,
    Unnoted,
    Untagged,
)
from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.model import Draft, HandoffState, OutboxKind, OutboxRow, OutboxState
from cm_desktop.store import (
    conversations,
    drafts,
    due,
    events,
    handoffs,
    members,
    notes,
    outbox,
    tags,
    templates,
)
from cm_desktop.store.connection import Connection


def keep(connection: Connection, change: Change) -> bool:
    """Carry a change out and log it, in the caller's transaction.

    False, with nothing changed, where it does not fit any more: the tag is on already, or
    somebody else has decided otherwise since. Raises UsageError for what does not exist.
    """
    if not _apply(change, connection):
        return False
    events.append(
        connection,
        change.kind,
        conv_id=change.conversation,
        member=change.member,
        body=change.body,
        at=change.at,
    )
    events.seal(connection)
    return True


@singledispatch
def _apply(change: Change, _connection: Connection) -> bool:
    raise TypeError(type(change).__name__)


@_apply.register
def _tag(change: Tagged, connection: Connection) -> bool:
    return tags.tag(connection, _conversation(change), change.name)


@_apply.register
def _untag(change: Untagged, connection: Connection) -> bool:
    return tags.untag(connection, _conversation(change), change.name)


@_apply.register
def _move(change: Moved, connection: Connection) -> bool:
    about = conversations.by_id(connection, _conversation(change))
    if Place(status=about.status, snoozed_until=about.snoozed_until) != change.before:
        return False
    after = change.after
    conversations.set_status(connection, about.id, after.status, after.snoozed_until)
    due.decided(connection, about.id, change.at)
    return True


@_apply.register
def _assign(change: Assigned, connection: Connection) -> bool:
    about = conversations.by_id(connection, _conversation(change))
    if about.assignee != change.before:
        return False
    _know(connection, change.after)
    conversations.assign(connection, about.id, change.after)
    return True


@_apply.register
def _note(change: Noted, connection: Connection) -> bool:
    try:
        notes.restore(connection, change.note.id)
    except UsageError:
        notes.add(connection, change.note)
    return True


@_apply.register
def _unnote(change: Unnoted, connection: Connection) -> bool:
    notes.remove(connection, change.note.id, change.at)
    return True


@_apply.register
def _hand_over(change: HandedOver, connection: Connection) -> bool:
    _know(connection, change.handoff.receiver)
    handoffs.add(connection, change.handoff)
    conversations.assign(connection, _conversation(change), change.handoff.receiver)
    due.decided(connection, _conversation(change), change.at)
    return True


@_apply.register
def _withdraw(change: HandoffWithdrawn, connection: Connection) -> bool:
    if handoffs.by_id(connection, change.handoff.id).state is not HandoffState.ASKED:
        return False
    handoffs.remove(connection, change.handoff.id)
    conversations.assign(connection, _conversation(change), change.before)
    due.decided(connection, _conversation(change), change.at)
    return True


@_apply.register
def _answer(change: HandoffAnswered, connection: Connection) -> bool:
    open_now = handoffs.by_id(connection, change.handoff.id).state is HandoffState.ASKED
    if open_now is (change.state is HandoffState.ASKED):
        return False
    handoffs.answer(
        connection, change.handoff.id, change.state, answer=change.answer, now=change.at
    )
    conversations.assign(connection, _conversation(change), change.assignee)
    due.decided(connection, _conversation(change), change.at)
    return True


@_apply.register
def _queue(change: Queued, connection: Connection) -> bool:
    row = outbox.add(connection, change.row)
    if row.kind.speaks:
        # A text that goes out must not lie around to be sent a second time.
        drafts.drop(connection, row.conversation, _draft_mode(row.kind))
    return True


@_apply.register
def _cancel(change: Cancelled, connection: Connection) -> bool:
    row = outbox.by_id(connection, change.row.id)
    if row.state not in (OutboxState.QUEUED, OutboxState.FAILED, OutboxState.NEEDS_HUMAN):
        return False
    if row.state is OutboxState.NEEDS_HUMAN and change.row.state is not row.state:
        return False  # taken for waiting by whoever takes it back; it may be out there
    outbox.put(connection, replace(row, state=OutboxState.CANCELLED), was=row.state)
    if row.state is not OutboxState.NEEDS_HUMAN:  # that text may be out there
        _give_back(connection, row, change.at)
    return True


@_apply.register
def _save_template(change: TemplateSaved, connection: Connection) -> bool:
    if change.before is None:
        templates.add(connection, change.after)
    else:
        templates.change(connection, change.after)
    return True


@_apply.register
def _remove_template(change: TemplateRemoved, connection: Connection) -> bool:
    templates.remove(connection, change.template.id)
    return True


def _give_back(connection: Connection, row: OutboxRow, at: datetime) -> None:
    """Make a text that is not sent a draft again, unless another is being written."""
    mode = _draft_mode(row.kind)
    if not row.kind.speaks or drafts.by_mode(connection, row.conversation, mode) is not None:
        return
    draft = Draft(
        conversation=row.conversation, text=row.text, changed_at=at, mode=mode, parent=row.target
    )
    drafts.save(connection, draft)


def _draft_mode(kind: OutboxKind) -> str:
    return "private" if kind is OutboxKind.PRIVATE else "reply"


def _know(connection: Connection, name: str | None) -> None:
    """Add a member who is named for the first time."""
    if name and name not in {member.name for member in members.list_all(connection)}:
        members.add(connection, name)


def _conversation(change: Change) -> ConversationId:
    if change.conversation is None:
        raise UsageError("no_conversation")
    return change.conversation
