"""The object mother: makes whole things of the field, so that a test names only what it is about.

Everything is plausible and every id is its own; times lie shortly before `NOW`.
"""

import itertools
from datetime import UTC, datetime, timedelta

from cm_desktop.domain.events import (
    MessageGone,
    MessageSeen,
    SeenAttachment,
    SeenAuthor,
    SeenConversation,
    SeenPost,
)
from cm_desktop.domain.ids import (
    AccountId,
    ConversationId,
    HandoffId,
    MessageId,
    NoteId,
    OutboxId,
    PersonId,
    PostId,
    TemplateId,
    new_id,
)
from cm_desktop.domain.model import (
    Account,
    Attachment,
    Conversation,
    Direction,
    Draft,
    Handoff,
    Kind,
    Message,
    Note,
    OutboxKind,
    OutboxRow,
    OutboxState,
    Person,
    Post,
    Status,
    Tag,
    Template,
)
from cm_desktop.domain.policy import Ability, ChannelPolicy

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
_serial = itertools.count(1)


def serial():
    """Return a number nobody else in this run has."""
    return next(_serial)


def ago(**span):
    """Return the time some minutes=…, hours=… or days=… before NOW."""
    return NOW - timedelta(**span)


def policy(**changes):
    """Return the rules of a channel where everything is allowed."""
    values = {"abilities": frozenset(Ability)}
    return ChannelPolicy(**(values | changes))


# What the desk works with.


def account(**changes):
    number = serial()
    values = {
        "id": AccountId(new_id()),
        "channel": "demo",
        "remote_id": f"page-{number}",
        "title": f"Bakery {number}",
        "handle": f"bakery{number}",
    }
    return Account(**(values | changes))


def person(**changes):
    number = serial()
    values = {
        "id": PersonId(new_id()),
        "name": f"Ana Example {number}",
        "handle": f"ana{number}",
        "remote_id": f"person-{number}",
    }
    return Person(**(values | changes))


def post(**changes):
    values = {"id": PostId(new_id()), "title": f"Open again from Monday {serial()}"}
    return Post(**(values | changes))


def tag(**changes):
    return Tag(**({"name": f"tag {serial()}"} | changes))


def conversation(**changes):
    number = serial()
    at = changes.get("last_at", ago(minutes=number % 50))
    values = {
        "id": ConversationId(new_id()),
        "key": (int(at.timestamp() * 1000) << 20) + number,
        "account": AccountId(new_id()),
        "channel": "demo",
        "kind": Kind.COMMENTS,
        "title": f"Conversation {number}",
        "status": Status.OPEN,
        "unread": 1,
        "last_at": at,
        "author": changes.get("author") or person(),
        "preview": f"Do you have bread without nuts? {number}",
        "messages": 1,
        "remote_id": f"conversation-{number}",
    }
    return Conversation(**(values | changes))


def message(**changes):
    number = serial()
    at = changes.get("created_at", ago(minutes=number % 50))
    values = {
        "id": MessageId(new_id()),
        "conversation": ConversationId(new_id()),
        "account": AccountId(new_id()),
        "channel": "demo",
        "remote_id": f"message-{number}",
        "direction": Direction.IN,
        "author": changes.get("author") or person(),
        "text": f"Do you have bread without nuts? {number}",
        "created_at": at,
        "received_at": at,
    }
    return Message(**(values | changes))


def attachment(**changes):
    values = {"name": f"picture-{serial()}.png", "type": "image/png", "size": 1234}
    return Attachment(**(values | changes))


def note(**changes):
    values = {
        "id": NoteId(new_id()),
        "conversation": ConversationId(new_id()),
        "member": "Eva",
        "text": f"Knows the owner {serial()}",
        "created_at": NOW,
    }
    return Note(**(values | changes))


def handoff(**changes):
    values = {
        "id": HandoffId(new_id()),
        "conversation": ConversationId(new_id()),
        "sender": "Eva",
        "receiver": "Tom",
        "asked": f"Please ask the kitchen {serial()}",
        "created_at": NOW,
    }
    return Handoff(**(values | changes))


def template(**changes):
    number = serial()
    values = {
        "id": TemplateId(new_id()),
        "name": f"Opening hours {number}",
        "text": "Hello {first_name}, we are open from 7 to 18.",
    }
    return Template(**(values | changes))


def draft(**changes):
    values = {
        "conversation": ConversationId(new_id()),
        "text": f"Good morning {serial()}",
        "changed_at": NOW,
    }
    return Draft(**(values | changes))


def outbox_row(**changes):
    values = {
        "id": OutboxId(new_id()),
        "conversation": ConversationId(new_id()),
        "account": AccountId(new_id()),
        "kind": OutboxKind.REPLY,
        "state": OutboxState.QUEUED,
        "text": f"Yes, we do. {serial()}",
        "member": "Eva",
        "created_at": NOW,
        "hold_until": NOW,
    }
    return OutboxRow(**(values | changes))


# What connectors report.


def seen_author(**changes):
    number = serial()
    values = {
        "remote_id": f"person-{number}",
        "name": f"Ana Example {number}",
        "handle": f"ana{number}",
    }
    return SeenAuthor(**(values | changes))


def seen_post(**changes):
    number = serial()
    values = {"remote_id": f"post-{number}", "title": f"Open again from Monday {number}"}
    return SeenPost(**(values | changes))


def seen_conversation(**changes):
    values = {"remote_id": f"conversation-{serial()}", "kind": Kind.COMMENTS}
    return SeenConversation(**(values | changes))


def seen_attachment(*, content=None, **about):
    return SeenAttachment(about=attachment(**about), content=content)


def message_seen(**changes):
    """Return a message IN, of an author and in a conversation of its own unless given."""
    number = serial()
    values = {
        "remote_id": f"message-{number}",
        "conversation": changes.get("conversation") or seen_conversation(),
        "direction": Direction.IN,
        "author": changes.get("author") or seen_author(),
        "text": f"Do you have bread without nuts? {number}",
        "created_at": ago(minutes=50) + timedelta(seconds=number % 3000),
    }
    return MessageSeen(**(values | changes))


def reply_seen(**changes):
    """Return a message OUT: something we said on the channel."""
    us = seen_author(remote_id="us", name="Bakery", handle="bakery")
    ours = {"direction": Direction.OUT, "author": us}
    return message_seen(**(ours | changes))


def message_gone(**changes):
    values = {"remote_id": f"message-{serial()}", "at": NOW}
    return MessageGone(**(values | changes))
