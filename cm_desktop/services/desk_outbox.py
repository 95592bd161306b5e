"""What members do to the outbox: queue, change, take back, try again, decide.

Everything here happens in the caller's transaction. Rows that are on their way are left
alone: what becomes of them is decided by services/sending.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cm_desktop.connectors.base import Sent
from cm_desktop.domain.changes import Cancelled, Queued, outbox_body
from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import AccountId, ConversationId, MessageId, OutboxId, new_id
from cm_desktop.domain.model import Message, OutboxKind, OutboxRow, OutboxState
from cm_desktop.domain.outbox_rules import ANSWER_THERE
from cm_desktop.domain.policy import ChannelPolicy
from cm_desktop.services import said
from cm_desktop.services.desk_author import Author
from cm_desktop.services.desk_checks import check_act, check_reply, check_text
from cm_desktop.store import accounts, conversations, events, keeping, messages, outbox
from cm_desktop.store.connection import Connection

_HOLD_AFTER_EDIT = timedelta(seconds=10)
_TROUBLE = (OutboxState.FAILED, OutboxState.NEEDS_HUMAN)
_DECIDABLE = (*_TROUBLE, OutboxState.UNKNOWN)
_WAITS_FOR_CHANNEL = "rate_limited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A reply as it was written: `to` is the newest message of the other side where not said."""

    conversation: ConversationId
    text: str
    to: MessageId | None = None
    private: bool = False
    hold_seconds: float = 10.0


def replied(connection: Connection, who: Author, wanted: Wanted) -> Queued:
    """Return that a reply is queued which the channel's rules allow.

    Raises UsageError, NotAllowedError, RejectedError or GoneError.
    """
    about = conversations.by_id(connection, wanted.conversation)
    last_in = messages.newest_in(connection, about.id)
    target = last_in if wanted.to is None else _in(connection, about.id, wanted.to)
    if target is None:
        raise UsageError("nothing_to_answer", about.id)
    kind = OutboxKind.PRIVATE if wanted.private else OutboxKind.REPLY
    policy = _rules(connection, about.account)
    left = policy.window_left(about.kind, (last_in or target).created_at, who.at)
    check_reply(kind, wanted.text, target, policy, left)
    row = _row(who, kind, target, wanted.text, wanted.hold_seconds)
    if policy.answered_there:
        row = replace(row, state=OutboxState.NEEDS_HUMAN, error=ANSWER_THERE)
    return Queued(member=who.member, at=who.at, conversation=about.id, row=row)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAct:
    """Something to do to a message or its author; `rule` is the house rule it is done by."""

    target: MessageId
    kind: OutboxKind
    text: str = ""
    rule: str = ""
    hold_seconds: float = 0.0


def acted(connection: Connection, who: Author, wanted: WantedAct) -> Queued:
    """Return that an act is queued which the channel's rules allow.

    Raises UsageError, NotAllowedError, RejectedError or GoneError.
    """
    target = messages.by_id(connection, wanted.target)
    policy = _rules(connection, target.account)
    check_act(wanted.kind, wanted.text, target, policy)
    row = _row(who, wanted.kind, target, wanted.text, wanted.hold_seconds)
    row = replace(row, rule=wanted.rule)
    return Queued(member=who.member, at=who.at, conversation=target.conversation, row=row)


def cancelled(connection: Connection, who: Author, row_id: OutboxId) -> Cancelled:
    """Return that a row is taken back. Raises UsageError("no_longer_waiting")."""
    row = _in_state(connection, row_id, OutboxState.QUEUED, *_TROUBLE)
    return Cancelled(member=who.member, at=who.at, conversation=row.conversation, row=row)


def edit(connection: Connection, who: Author, row_id: OutboxId, text: str) -> OutboxRow:
    """Change a text that waits or that failed; a failed one is queued again.

    Raises UsageError("no_longer_waiting") once it is on its way, and RejectedError.
    """
    row = _in_state(connection, row_id, OutboxState.QUEUED, OutboxState.FAILED)
    check_text(text, _rules(connection, row.account))
    held = row.state is OutboxState.QUEUED and row.hold_until > who.at
    outbox.edit(connection, row.id, text)
    hold_until = max(row.hold_until, who.at + _HOLD_AFTER_EDIT) if held else who.at
    return _put(connection, who, _queued_again(row, hold_until), row, "outbox_edited")


def retry(connection: Connection, who: Author, row_id: OutboxId) -> OutboxRow:
    """Queue a failed row again, or try a waiting one at once.

    Raises UsageError("no_longer_waiting"), or "needs_decision" where a human has to say
    first whether it was sent.
    """
    if outbox.by_id(connection, row_id).state is OutboxState.NEEDS_HUMAN:
        raise UsageError("needs_decision", row_id)
    row = _in_state(connection, row_id, OutboxState.QUEUED, OutboxState.FAILED)
    _rules(connection, row.account)
    if row.error == _WAITS_FOR_CHANNEL:
        return row  # asking sooner than told only makes the channel's wait longer
    return _put(connection, who, _queued_again(row, who.at), row, "outbox_retried")


def resolve(connection: Connection, who: Author, row_id: OutboxId, how: str) -> OutboxRow:
    """Settle by hand what became of a row: it was "sent", send it "again", or "drop" it.

    Raises UsageError("no_longer_waiting"), "still_looking" or "no_such_answer".
    """
    row = _in_state(connection, row_id, *_DECIDABLE)
    match how:
        case "sent" if row.error == ANSWER_THERE:
            moved = _answered_there(connection, row, who.at)
        case "again" if row.error == ANSWER_THERE:
            raise UsageError("no_such_answer", how)
        case "sent":
            moved = replace(row, state=OutboxState.SENT, sent_at=who.at, error=None)
        case "again" if row.state is OutboxState.UNKNOWN:
            # Its request may still be under way.
            raise UsageError("still_looking", row_id)
        case "again":
            _rules(connection, row.account)
            moved = replace(_queued_again(row, who.at), first_attempt_at=None)
        case "drop":
            moved = replace(row, state=OutboxState.CANCELLED)
        case _:
            raise UsageError("no_such_answer", how)
    return _put(connection, who, moved, row, f"outbox_resolved_{how}")


def _answered_there(connection: Connection, row: OutboxRow, now: datetime) -> OutboxRow:
    """Keep a text that a member has put on the channel's page, as evidence of the answer.

    Only this device knows of it: no channel will report it, so it gets a name of its own.
    """
    account = accounts.by_id(connection, row.account)
    sent = Sent(remote_id=f"answered:{row.id}", text=row.text)
    if row.target is None:
        raise UsageError("nothing_to_answer", row.id)
    conversation = conversations.by_id(connection, row.conversation)
    target = messages.by_id(connection, row.target)
    fact = said.seen(account, row, conversation, target, sent, now)
    keeping.keep(connection, account, [fact], now)
    return replace(row, state=OutboxState.SENT, sent_at=now, error=None, remote_id=sent.remote_id)


def _rules(connection: Connection, account: AccountId) -> ChannelPolicy:
    """Return what an account may do. Raises UsageError("account_removed"): it may do nothing."""
    if not accounts.is_here(connection, account):
        raise UsageError("account_removed", accounts.by_id(connection, account).title)
    return accounts.policy(connection, account)


def _row(
    who: Author, kind: OutboxKind, target: Message, text: str, hold_seconds: float
) -> OutboxRow:
    return OutboxRow(
        id=OutboxId(new_id()),
        conversation=target.conversation,
        account=target.account,
        kind=kind,
        state=OutboxState.QUEUED,
        text=text,
        member=who.member,
        created_at=who.at,
        hold_until=who.at + timedelta(seconds=max(hold_seconds, 0.0)),
        target=target.id,
    )


def _in(connection: Connection, conversation: ConversationId, message: MessageId) -> Message:
    found = messages.by_id(connection, message)
    if found.conversation != conversation:
        raise UsageError("no_message", message)
    return found


def _in_state(connection: Connection, row_id: OutboxId, *states: OutboxState) -> OutboxRow:
    row = outbox.by_id(connection, row_id)
    if row.state not in states:
        raise UsageError("no_longer_waiting", row_id)
    return row


def _queued_again(row: OutboxRow, hold_until: datetime) -> OutboxRow:
    return replace(
        row,
        state=OutboxState.QUEUED,
        hold_until=hold_until,
        next_attempt_at=None,
        error=None,
        error_detail="",
    )


def _put(
    connection: Connection, who: Author, row: OutboxRow, was: OutboxRow, event: str
) -> OutboxRow:
    outbox.put(connection, row, was=was.state)
    kept = outbox.by_id(connection, row.id)
    events.append(
        connection,
        event,
        conv_id=kept.conversation,
        member=who.member,
        body=outbox_body(kept),
        at=who.at,
    )
    events.seal(connection)
    return kept
