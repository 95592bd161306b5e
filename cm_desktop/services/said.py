"""Between the outbox and a channel: what a row asks of it, and what is a fact afterwards."""

from __future__ import annotations

from datetime import datetime

from cm_desktop.connectors.base import Action, Reply, Sent, Target
from cm_desktop.domain.errors import GoneError
from cm_desktop.domain.events import MessageSeen, SeenAuthor, SeenConversation
from cm_desktop.domain.model import (
    Account,
    Conversation,
    Direction,
    Message,
    OutboxKind,
    OutboxRow,
    OutboxState,
    Visibility,
)
from cm_desktop.domain.outbox_rules import ANSWERED_MEANWHILE, Move
from cm_desktop.store import messages, outbox
from cm_desktop.store.connection import Connection

_LOOK_BACK = 50  # messages of a conversation

_VISIBLE_AS = {
    OutboxKind.HIDE: Visibility.HIDDEN,
    OutboxKind.UNHIDE: Visibility.SHOWN,
    OutboxKind.APPROVE: Visibility.SHOWN,
    OutboxKind.HOLD: Visibility.HELD,
    OutboxKind.SPAM: Visibility.SPAM,
}
_LIKED_AS = {OutboxKind.LIKE: True, OutboxKind.UNLIKE: False}
_BLOCKED_AS = {OutboxKind.BLOCK: True, OutboxKind.UNBLOCK: False}


def reply(row: OutboxRow, conversation: Conversation, target: Message) -> Reply:
    """Return what a connector is asked to send. The key is the row's id over all attempts."""
    return Reply(
        client_key=row.id,
        text=row.text,
        target=_target(conversation, target),
        private=row.kind is OutboxKind.PRIVATE,
        first_attempt_at=row.first_attempt_at,
    )


def action(row: OutboxRow, conversation: Conversation, target: Message) -> Action:
    """Return what a connector is asked to do to a message or its author."""
    return Action(kind=row.kind, target=_target(conversation, target), text=row.text)


def seen(
    account: Account,
    row: OutboxRow,
    conversation: Conversation,
    target: Message,
    sent: Sent,
    now: datetime,
) -> MessageSeen:
    """Return a sent reply as the channel will report it: the next fetch changes nothing."""
    ours = SeenAuthor(
        remote_id=account.remote_id, name=account.title, handle=account.handle, url=account.url
    )
    return MessageSeen(
        remote_id=sent.remote_id,
        conversation=_seen_conversation(conversation),
        direction=Direction.OUT,
        author=ours,
        text=sent.text or row.text,
        created_at=sent.created_at or now,
        parent_remote_id=target.remote_id,
        public=target.public and row.kind is not OutboxKind.PRIVATE,
        seen_by_us=True,
        permalink=sent.permalink,
        context=sent.context,
    )


def keep_act(connection: Connection, row: OutboxRow, target: Message, now: datetime) -> None:
    """Keep what an act made of a message, so that it is on screen before the next fetch."""
    message = target.id
    if row.kind in _VISIBLE_AS:
        messages.set_visibility(connection, message, _VISIBLE_AS[row.kind])
    elif row.kind in _LIKED_AS:
        messages.set_liked(connection, message, _LIKED_AS[row.kind])
    elif row.kind in _BLOCKED_AS:
        messages.set_blocked(connection, message, _BLOCKED_AS[row.kind])
    elif row.kind is OutboxKind.DELETE:
        messages.set_deleted(connection, message, now)
    elif row.kind is OutboxKind.EDIT:
        messages.set_text(connection, message, row.text, now)


def why_not_any_more(connection: Connection, row: OutboxRow, target: Message) -> Move | None:
    """Return what speaks against sending a text that waited long, or None.

    Asked after a fetch: the message it answers may be gone, or somebody of us may have
    answered from elsewhere since.
    """
    if target.deleted_at is not None:
        return Move(state=OutboxState.FAILED, error=GoneError.code, detail="target")
    sent_from_here = {other.remote_id for other in outbox.of(connection, row.conversation)}
    for message in messages.page(connection, row.conversation, limit=_LOOK_BACK):
        ours = message.direction is Direction.OUT and message.remote_id not in sent_from_here
        if ours and message.created_at > row.hold_until and message.deleted_at is None:
            return Move(state=OutboxState.NEEDS_HUMAN, error=ANSWERED_MEANWHILE)
    return None


def _target(conversation: Conversation, target: Message) -> Target:
    return Target(
        remote_id=target.remote_id,
        conversation_remote_id=conversation.remote_id,
        author_remote_id=target.author.remote_id,
        author_handle=target.author.handle,
        text=target.text,
        created_at=target.created_at,
        public=target.public,
        context=target.context,
        conversation_context=conversation.context,
    )


def _seen_conversation(conversation: Conversation) -> SeenConversation:
    return SeenConversation(
        remote_id=conversation.remote_id,
        kind=conversation.kind,
        title=conversation.title,
        context=conversation.context,
    )
