"""The outside form of things: the objects of the command line's JSON and of the exports.

Keys are a promise to scripts: none is ever missing, what is unknown is None. Times are
ISO 8601 in UTC with `Z`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cm_desktop.domain.model import Attachment, Conversation, Message, Note, OutboxRow, Post
from cm_desktop.domain.policy import ChannelPolicy

Json = dict[str, Any]


def stamp(at: datetime | None) -> str | None:
    """Return a time as ISO 8601 UTC with `Z`, to the millisecond where there is one."""
    if at is None:
        return None
    precision = "milliseconds" if at.microsecond else "seconds"
    return at.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def conversation_json(conversation: Conversation) -> Json:
    """Return a conversation as scripts see it."""
    return {
        "id": conversation.id,
        "account": conversation.account,
        "channel": conversation.channel,
        "kind": conversation.kind,
        "title": conversation.title,
        "status": conversation.status,
        "unread": conversation.unread,
        "tags": [tag.name for tag in conversation.tags],
        "assignee": conversation.assignee,
        "last_at": stamp(conversation.last_at),
        "due_at": stamp(conversation.due_at),
        "post": _post_json(conversation.post),
        "author": {
            "id": conversation.author.id,
            "name": conversation.author.name,
            "handle": conversation.author.handle,
        },
        "preview": conversation.preview,
        "needs_answer": conversation.needs_answer,
        "snoozed_until": stamp(conversation.snoozed_until),
        "messages": conversation.messages,
        # A text: it has more digits than a double, which is all that many readers of JSON have.
        "key": str(conversation.key),
    }


def message_json(message: Message) -> Json:
    """Return a message as scripts see it."""
    return {
        "id": message.id,
        "conversation": message.conversation,
        "channel": message.channel,
        "account": message.account,
        "remote_id": message.remote_id,
        "parent": message.parent,
        "direction": message.direction,
        "public": message.public,
        "author": {
            "id": message.author.id,
            "name": message.author.name,
            "handle": message.author.handle,
        },
        "text": message.text,
        "created_at": stamp(message.created_at),
        "received_at": stamp(message.received_at),
        "edited_at": stamp(message.edited_at),
        "deleted_at": stamp(message.deleted_at),
        "hidden": message.hidden,
        "liked": message.liked,
        "permalink": message.permalink or None,
        "attachments": [_attachment_json(one) for one in message.attachments],
        "language": message.language,
        "sentiment": message.sentiment,
        "quoted": message.quoted or None,
        "visibility": message.visibility,
        "nature": message.nature,
        "unread": message.unread,
        "rating": message.rating,
        "member": message.member or None,
    }


def note_json(note: Note) -> Json:
    """Return a note as scripts see it."""
    return {
        "id": note.id,
        "conversation": note.conversation,
        "member": note.member,
        "text": note.text,
        "created_at": stamp(note.created_at),
    }


def outbox_json(row: OutboxRow) -> Json:
    """Return an outbox row as scripts see it."""
    return {
        "id": row.id,
        "conversation": row.conversation,
        "kind": row.kind,
        "state": row.state,
        "text": row.text,
        "attempts": row.attempts,
        "error": row.error,
        "created_at": stamp(row.created_at),
        "sent_at": stamp(row.sent_at),
        "remote_id": row.remote_id,
        "account": row.account,
        "target": row.target,
        "member": row.member,
        "hold_until": stamp(row.hold_until),
        "next_attempt_at": stamp(row.next_attempt_at),
    }


def policy_json(policy: ChannelPolicy) -> Json:
    """Return a channel policy as scripts see it; spans of time are seconds."""
    return {
        "abilities": sorted(policy.abilities),
        "own_only": sorted(policy.own_only),
        "answered_there": policy.answered_there,
        "text_limit": policy.text_limit,
        "text_unit": policy.text_unit,
        "reply_window": _seconds(policy.shortest_window),
        "retention": _seconds(policy.retention),
        "bulk_allowed": policy.bulk_allowed,
        "byte_limit": policy.byte_limit,
        "poll_seconds": policy.poll_seconds,
        "simulated": policy.simulated,
    }


def _post_json(post: Post | None) -> Json | None:
    return None if post is None else {"title": post.title, "text": post.text, "url": post.url}


def _attachment_json(attachment: Attachment) -> Json:
    return {
        "name": attachment.name,
        "type": attachment.type,
        "size": attachment.size,
        "url": attachment.url or None,
        "sha256": attachment.sha256 or None,
    }


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())
