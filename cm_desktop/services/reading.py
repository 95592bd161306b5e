"""Reading: what screens and the command line show. Nothing here changes anything.

What only an open conversation needs is imported there: the program starts with a list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cm_desktop.domain.ids import AccountId, ConversationId, MessageId, PostId
from cm_desktop.domain.members import Member
from cm_desktop.domain.model import (
    Account,
    Conversation,
    Draft,
    Handoff,
    Message,
    Note,
    OutboxRow,
    OutboxState,
    Post,
    Tag,
    Template,
)
from cm_desktop.domain.policy import ChannelPolicy
from cm_desktop.domain.views import Counts, View
from cm_desktop.services.vault import Vault
from cm_desktop.store import (
    accounts as account_store,
)
from cm_desktop.store import (
    conversations,
)
from cm_desktop.store import (
    members as member_store,
)
from cm_desktop.store import (
    tags as tag_store,
)

if TYPE_CHECKING:
    from cm_desktop.domain.log import LoggedEvent
    from cm_desktop.store.messages import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A conversation as it is shown: messages oldest first, and all that lies around them."""

    conversation: Conversation
    post: Post | None
    messages: tuple[Message, ...]
    notes: tuple[Note, ...]
    handoffs: tuple[Handoff, ...]
    outbox: tuple[OutboxRow, ...]  # not yet sent, in the order written
    drafts: tuple[Draft, ...]
    more_before: bool  # whether there are messages before the first of these


def page(
    vault: Vault, view: View, query: str = "", after: int | None = None, limit: int = 50
) -> list[Conversation]:
    """Return the conversations that follow the `key` of one, newest first.

    With a query only those it finds; it is the search language of the window.
    """
    reader = vault.db.reader
    if not query.strip():
        return conversations.page(reader, view, after, limit)
    # A list is shown at the start of the program, a search is not.
    from cm_desktop.domain.search_query import parse
    from cm_desktop.store import search

    # Days begin at midnight where the member sits.
    asked = parse(query, datetime.now(UTC).astimezone(), vault.me)
    return search.find(reader, asked, view, after, limit)


def counts(vault: Vault) -> Counts:
    """Return how many conversations each list holds."""
    return conversations.counts(vault.db.reader)


def conversation(vault: Vault, conversation_id: ConversationId) -> Conversation:
    """Return one conversation. Raises UsageError("no_conversation")."""
    return conversations.by_id(vault.db.reader, conversation_id)


def of_post(vault: Vault, post_id: PostId) -> list[Conversation]:
    """Return the conversations below a post, newest first."""
    return conversations.of_post(vault.db.reader, post_id)


def thread(
    vault: Vault,
    conversation_id: ConversationId,
    before: MessageId | None = None,
    limit: int = 200,
) -> Thread:
    """Return a conversation with its newest messages, or with those before one.

    Raises UsageError("no_conversation").
    """
    from cm_desktop.store import drafts, handoffs, messages, notes
    from cm_desktop.store import outbox as outbox_store

    reader = vault.db.reader
    about = conversations.by_id(reader, conversation_id)
    found = messages.page(reader, conversation_id, before, limit + 1)
    return Thread(
        conversation=about,
        post=about.post,
        messages=tuple(found[-limit:]),
        notes=tuple(notes.of(reader, conversation_id)),
        handoffs=tuple(handoffs.of(reader, conversation_id)),
        outbox=tuple(row for row in outbox_store.of(reader, conversation_id) if row.open),
        drafts=tuple(drafts.of(reader, conversation_id)),
        more_before=len(found) > limit,
    )


def drafts_of(vault: Vault, conversation_id: ConversationId) -> list[Draft]:
    """Return what is being written in a conversation, one draft for each mode."""
    from cm_desktop.store import drafts

    return drafts.of(vault.db.reader, conversation_id)


def message(vault: Vault, message_id: MessageId) -> Message:
    """Return one message. Raises UsageError("no_message")."""
    from cm_desktop.store import messages

    return messages.by_id(vault.db.reader, message_id)


def page_of(vault: Vault, row: OutboxRow) -> str:
    """Return the page on which a person can give the answer of an outbox row, "" for none.

    It is the page of the message, else that of the post it hangs on.
    """
    from cm_desktop.store import messages

    target = row.target and messages.by_id(vault.db.reader, row.target)
    if target and target.permalink:
        return target.permalink
    post = conversations.by_id(vault.db.reader, row.conversation).post
    return post.url if post else ""


def history(vault: Vault, conversation_id: ConversationId) -> list[LoggedEvent]:
    """Return what happened to a conversation, oldest first."""
    from cm_desktop.store import events

    return events.history(vault.db.reader, conversation_id)


def outbox(vault: Vault, states: Iterable[OutboxState] | None = None) -> list[OutboxRow]:
    """Return outbox rows, newest first; without states all that still may change something."""
    from cm_desktop.store import outbox as outbox_store

    wanted = outbox_store.OPEN if states is None else states
    return outbox_store.in_states(vault.db.reader, wanted)


def next_sends(vault: Vault) -> dict[AccountId, datetime]:
    """Return for each account with something that waits when it may be gone on with."""
    from cm_desktop.domain import outbox_rules
    from cm_desktop.store import outbox as outbox_store

    by_account: dict[AccountId, list[OutboxRow]] = {}
    for row in outbox_store.waiting(vault.db.reader):
        by_account.setdefault(row.account, []).append(row)
    due = {account: outbox_rules.next_due(rows) for account, rows in by_account.items()}
    return {account: at for account, at in due.items() if at is not None}


def accounts(vault: Vault) -> list[Account]:
    """Return the accounts in the order they were added."""
    return account_store.list_all(vault.db.reader)


def account_policy(vault: Vault, account_id: AccountId) -> ChannelPolicy:
    """Return what the channel allows an account. Raises UsageError("no_account")."""
    return account_store.policy(vault.db.reader, account_id)


def trouble_detail(vault: Vault, account_id: AccountId) -> str:
    """Return the technical detail of an account's trouble, for `sentences.explain`."""
    return account_store.trouble_detail(vault.db.reader, account_id)


def tags(vault: Vault) -> list[Tag]:
    """Return every tag by name."""
    return tag_store.list_all(vault.db.reader)


def templates(vault: Vault) -> list[Template]:
    """Return the templates by name."""
    from cm_desktop.store import templates as template_store

    return template_store.list_all(vault.db.reader)


def members(vault: Vault) -> list[Member]:
    """Return the members of the team by name."""
    return member_store.list_all(vault.db.reader)


def attachment_content(vault: Vault, message_id: MessageId, n: int) -> bytes | None:
    """Return the bytes of a file (0: the first), or None where they are not kept here."""
    from cm_desktop.store import messages

    return messages.attachment_content(vault.db.reader, message_id, n)


def versions(vault: Vault, message_id: MessageId) -> list[Version]:
    """Return what a message said before it was edited, oldest first."""
    from cm_desktop.store import messages

    return messages.versions(vault.db.reader, message_id)
