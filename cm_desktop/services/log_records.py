"""Walk the conversation log for an export: which records, in which order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cm_desktop.domain.ids import MessageId
from cm_desktop.domain.log import LoggedEvent
from cm_desktop.domain.model import Account, Conversation, Message, Note
from cm_desktop.domain.views import View
from cm_desktop.services import reading
from cm_desktop.services.vault import Vault
from cm_desktop.store import accounts as account_store

_PAGE = 200
_INTERNAL = ("note_", "handoff_")  # kinds of events


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """What an export holds. `begin` is included, `end` is not; both are times of messages."""

    query: str = ""
    begin: datetime | None = None
    end: datetime | None = None
    notes: bool = True

    def covers(self, at: datetime) -> bool:
        """Return whether a time lies in the span asked for."""
        return (self.begin is None or at >= self.begin) and (self.end is None or at < self.end)

    def tells_of(self, event: LoggedEvent) -> bool:
        """Return whether an event belongs to the export.

        The hash of a short note can be guessed from: with the notes, what tells of them stays out.
        """
        internal = event.kind.startswith(_INTERNAL)
        return self.covers(event.at) and (self.notes or not internal)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One conversation with everything of it that an export shows, oldest first."""

    conversation: Conversation
    account: Account
    messages: tuple[Message, ...]
    notes: tuple[Note, ...]
    events: tuple[LoggedEvent, ...]


def walk(vault: Vault, wanted: LogFilter) -> Iterator[LogEntry]:
    """Yield the conversations that match, newest first, with their messages oldest first.

    A conversation without any message in the span is left out.
    """
    known = account_store.list_all(vault.db.reader, with_removed=True)
    accounts = {account.id: account for account in known}
    after: int | None = None
    while page := reading.page(vault, View("all"), wanted.query, after=after, limit=_PAGE):
        for conversation in page:
            entry = _entry(vault, conversation, accounts[conversation.account], wanted)
            if entry.messages:
                yield entry
        after = page[-1].key


def _entry(
    vault: Vault, conversation: Conversation, account: Account, wanted: LogFilter
) -> LogEntry:
    thread = reading.thread(vault, conversation.id, limit=_PAGE)
    messages = list(thread.messages)
    while thread.more_before:
        thread = reading.thread(vault, conversation.id, before=_first(thread.messages), limit=_PAGE)
        messages[:0] = thread.messages
    return LogEntry(
        conversation=conversation,
        account=account,
        messages=tuple(one for one in messages if wanted.covers(one.created_at)),
        notes=tuple(one for one in thread.notes if wanted.notes and wanted.covers(one.created_at)),
        events=tuple(
            one for one in reading.history(vault, conversation.id) if wanted.tells_of(one)
        ),
    )


def _first(messages: tuple[Message, ...]) -> MessageId:
    return messages[0].id
