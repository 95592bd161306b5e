"""The desk: everything a member decides. Each method is one transaction with its log entry.

What each change is lies in desk_*.py; what can be taken back is remembered here, for this
member and this session only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from cm_desktop.domain.changes import (
    Assigned,
    Cancelled,
    Change,
    HandoffAnswered,
    Moved,
    Tagged,
    TemplateRemoved,
    Unnoted,
    Untagged,
)
from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import (
    ConversationId,
    HandoffId,
    MessageId,
    NoteId,
    OutboxId,
    TemplateId,
    new_id,
)
from cm_desktop.domain.members import Member
from cm_desktop.domain.model import (
    Draft,
    Handoff,
    HandoffState,
    Note,
    OutboxKind,
    OutboxRow,
    Status,
    Template,
)
from cm_desktop.services import (
    desk_apply,
    desk_conversations,
    desk_outbox,
    desk_team,
    desk_templates,
)
from cm_desktop.services.clock import Now, utc_now
from cm_desktop.services.desk_author import Author
from cm_desktop.services.vault import Vault
from cm_desktop.store import conversations, drafts, events, members, outbox, templates
from cm_desktop.store.connection import Connection

_REMEMBERED = 200  # changes that can be taken back

C = TypeVar("C", bound=Change)
T = TypeVar("T")
P = ParamSpec("P")


class Desk:
    """What the member at this computer can do. Callable on any thread.

    Methods raise UsageError for what does not exist or makes no sense, and VaultErrors.
    """

    def __init__(self, vault: Vault, now: Now = utc_now) -> None:
        self._vault = vault
        self._now = now
        self._done: list[Change] = []
        self._lock = threading.Lock()

    # Where a conversation stands.

    def tag(self, conversation: ConversationId, name: str) -> Tagged:
        """Put a tag on; one that is on already stays."""
        return self._decide(desk_conversations.tagged, conversation, name)

    def untag(self, conversation: ConversationId, name: str) -> Untagged:
        """Take a tag off."""
        return self._decide(desk_conversations.untagged, conversation, name)

    def set_status(self, conversation: ConversationId, status: Status) -> Moved:
        """Say where the work stands; for snoozing use `snooze`."""
        return self._decide(desk_conversations.moved, conversation, status)

    def snooze(self, conversation: ConversationId, until: datetime) -> Moved:
        """Put a conversation away until a time still to come; it comes back by itself."""
        return self._decide(desk_conversations.snoozed, conversation, until)

    def assign(self, conversation: ConversationId, member: str | None) -> Assigned:
        """Give a conversation to a member, who is added if new, or to nobody."""
        return self._decide(desk_conversations.assigned, conversation, member)

    def mark_read(self, conversation: ConversationId) -> None:
        """Mark every message of a conversation as read."""
        with self._vault.db.writing() as connection:
            if conversations.mark_read(connection, conversation):
                self._log(connection, "read", conversation)

    def mark_unread(self, conversation: ConversationId) -> None:
        """Mark the newest message of the other side as unread."""
        with self._vault.db.writing() as connection:
            if conversations.mark_unread(connection, conversation):
                self._log(connection, "unread", conversation)

    # Words among ourselves.

    def note(self, conversation: ConversationId, text: str) -> Note:
        """Write an internal note. Nothing leads from here to a channel."""
        return self._decide(desk_team.noted, conversation, text).note

    def remove_note(self, note_id: NoteId) -> Unnoted:
        """Take a note away."""
        return self._decide(desk_team.unnoted, note_id)

    def hand_over(
        self, conversation: ConversationId, member: str, asked: str, until: datetime | None = None
    ) -> Handoff:
        """Hand a conversation to another member: what is asked and the assignee, together."""
        return self._decide(desk_team.handed_over, conversation, member, asked, until).handoff

    def accept_handoff(self, handoff_id: HandoffId, answer: str = "") -> HandoffAnswered:
        """Take a handoff on."""
        return self._decide(desk_team.answered, handoff_id, HandoffState.ACCEPTED, answer)

    def decline_handoff(self, handoff_id: HandoffId, answer: str = "") -> HandoffAnswered:
        """Decline a handoff: the conversation goes back to who sent it."""
        return self._decide(desk_team.answered, handoff_id, HandoffState.DECLINED, answer)

    # Drafts: no decisions yet, so they are neither logged nor taken back.

    def save_draft(
        self,
        conversation: ConversationId,
        text: str,
        mode: str = "reply",
        parent: MessageId | None = None,
    ) -> None:
        """Keep a text being written; `mode` is reply, private or note."""
        draft = Draft(
            conversation=conversation,
            text=text,
            changed_at=self._now(),
            mode=mode,
            parent=parent,
        )
        with self._vault.db.writing() as connection:
            drafts.save(connection, draft)

    def drop_draft(self, conversation: ConversationId, mode: str = "reply") -> None:
        """Throw a text being written away."""
        with self._vault.db.writing() as connection:
            drafts.drop(connection, conversation, mode)

    # The outbox.

    def reply(
        self,
        conversation: ConversationId,
        text: str,
        *,
        to: MessageId | None = None,
        private: bool = False,
        hold_seconds: float = 10.0,
    ) -> OutboxRow:
        """Queue a reply; it goes out after `hold_seconds` and can be taken back until then.

        Without `to` it answers the newest message of the other side. Raises NotAllowedError,
        RejectedError ("empty", "too_long", "window_over") or GoneError where the channel's
        rules forbid it.
        """
        wanted = desk_outbox.Wanted(
            conversation=conversation, text=text, to=to, private=private, hold_seconds=hold_seconds
        )
        return self._kept(self._decide(desk_outbox.replied, wanted).row.id)

    def act(
        self,
        message: MessageId,
        kind: OutboxKind,
        *,
        text: str = "",
        rule: str = "",
        hold_seconds: float = 0.0,
    ) -> OutboxRow:
        """Queue an act on a message or its author; `rule` is the house rule it is done by.

        Raises NotAllowedError, RejectedError or GoneError where the channel's rules forbid it.
        """
        wanted = desk_outbox.WantedAct(
            target=message, kind=kind, text=text, rule=rule, hold_seconds=hold_seconds
        )
        return self._kept(self._decide(desk_outbox.acted, wanted).row.id)

    def edit_waiting(self, row: OutboxId, text: str) -> OutboxRow:
        """Change a text that waits or failed; a failed one is queued again."""
        return self._write(desk_outbox.edit, row, text)

    def cancel(self, row: OutboxId) -> Cancelled:
        """Take a row back that is not on its way; a reply's text is a draft again."""
        return self._decide(desk_outbox.cancelled, row)

    def retry(self, row: OutboxId) -> OutboxRow:
        """Queue a failed row again, or try a waiting one at once."""
        return self._write(desk_outbox.retry, row)

    def resolve(self, row: OutboxId, how: str) -> OutboxRow:
        """Settle by hand what became of a row: it was "sent", send it "again", or "drop" it."""
        return self._write(desk_outbox.resolve, row, how)

    # Templates and members.

    def add_template(
        self,
        name: str,
        text: str,
        *,
        shortcut: str = "",
        language: str = "",
        channel: str = "",
    ) -> Template:
        """Add a prepared text. Raises UsageError("template_exists"), "no_name" or "empty"."""
        template = Template(
            id=TemplateId(new_id()),
            name=name,
            text=text,
            shortcut=shortcut,
            language=language,
            channel=channel,
        )
        self._decide(desk_templates.added, template)
        return templates.by_id(self._vault.db.reader, template.id)

    def change_template(self, template: Template) -> Template:
        """Replace the template of the same id by its next version."""
        self._decide(desk_templates.changed, template)
        return templates.by_id(self._vault.db.reader, template.id)

    def remove_template(self, template: TemplateId) -> TemplateRemoved:
        """Remove a prepared text."""
        return self._decide(desk_templates.removed, template)

    def use_template(self, template: TemplateId) -> None:
        """Count that a prepared text was used once more."""
        with self._vault.db.writing() as connection:
            templates.count_use(connection, template)

    def add_member(self, name: str, role: str = "member") -> Member:
        """Add someone to the team, or give somebody another role."""
        with self._vault.db.writing() as connection:
            member = members.add(connection, name, role)
            self._log(connection, "member_added", None, {"name": member.name, "role": member.role})
        return member

    # Taking back.

    def undo(self) -> Change | None:
        """Take back the newest change that still can be, and return what that was.

        A reply counts while it waits. What somebody else has changed since is left alone.
        """
        while (change := self._newest()) is not None:
            back = change.undo()
            if back is not None and self._applies(replace(back, at=self._now())):
                return change
        return None

    def take_back(self, change: Change) -> bool:
        """Take back one change that was made here, if it still can be: for several done as one."""
        with self._lock:
            known = [one for one in self._done if one is change]
            self._done = [one for one in self._done if one is not change]
        back = change.undo() if known else None
        return back is not None and self._applies(replace(back, at=self._now()))

    def _newest(self) -> Change | None:
        with self._lock:
            return self._done.pop() if self._done else None

    def _applies(self, change: Change) -> bool:
        try:
            with self._vault.db.writing() as connection:
                return desk_apply.keep(connection, change)
        except UsageError:
            return False  # what it was about is gone

    def _decide(
        self,
        make: Callable[Concatenate[Connection, Author, P], C],
        *args: P.args,
        **named: P.kwargs,
    ) -> C:
        who = Author(member=self._vault.me, at=self._now())
        with self._vault.db.writing() as connection:
            change = make(connection, who, *args, **named)
            kept = desk_apply.keep(connection, change)
        if kept and change.undo() is not None:
            with self._lock:
                self._done.append(change)
                del self._done[:-_REMEMBERED]
        return change

    def _write(
        self,
        work: Callable[Concatenate[Connection, Author, P], T],
        *args: P.args,
        **named: P.kwargs,
    ) -> T:
        who = Author(member=self._vault.me, at=self._now())
        with self._vault.db.writing() as connection:
            return work(connection, who, *args, **named)

    def _kept(self, row: OutboxId) -> OutboxRow:
        return outbox.by_id(self._vault.db.reader, row)

    def _log(
        self,
        connection: Connection,
        kind: str,
        conversation: ConversationId | None,
        body: dict[str, str] | None = None,
    ) -> None:
        events.append(
            connection,
            kind,
            conv_id=conversation,
            member=self._vault.me,
            body=body or {},
            at=self._now(),
        )
        events.seal(connection)
