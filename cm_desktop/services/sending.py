"""Sending: what waits in the outbox goes out once, in order, whatever happens in between.

The states and why they follow each other are in `domain/outbox_rules.py`. This file does
what they say: `sending` is committed before the request leaves, the outcome after it, and
no transaction is open while the network is used.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field, replace

from cm_desktop.connectors.base import Connector, Sent
from cm_desktop.domain import outbox_rules as rules
from cm_desktop.domain.changes import outbox_body
from cm_desktop.domain.errors import CmError, GoneError, UsageError, VaultError
from cm_desktop.domain.ids import ConversationId, OutboxId
from cm_desktop.domain.model import Account, Conversation, Message, OutboxRow, OutboxState
from cm_desktop.domain.outbox_rules import Move, Step
from cm_desktop.services import said
from cm_desktop.services.tools import Tools
from cm_desktop.services.vault import Vault
from cm_desktop.store import conversations, events, keeping, messages, outbox
from cm_desktop.store.connection import Connection

_log = logging.getLogger(__name__)

_TOOLS = Tools()


@dataclass(slots=True, kw_only=True)
class SendReport:
    """What became of an account's outbox in one pass."""

    sent_rows: set[OutboxId] = field(default_factory=set)
    changed: set[OutboxId] = field(default_factory=set)  # have another state, sent or not
    conversations: set[ConversationId] = field(default_factory=set)
    errors: list[CmError] = field(default_factory=list)
    stopped_by: CmError | None = None  # went wrong for the whole account

    @property
    def sent(self) -> int:
        """How many rows were sent or carried out."""
        return len(self.sent_rows)


def send_waiting(
    vault: Vault,
    account: Account,
    connector: Connector,
    cancelled: threading.Event,
    tools: Tools = _TOOLS,
    *,
    looked: bool = True,
) -> SendReport:
    """Send what waits for one account in the order written, and settle what is unknown.

    `looked`: a fetch went well just before; without one, texts that waited long stay. Only
    one program may send for an account at a time: raises VaultInUseError while another
    does. Safe to run twice and to be killed at any point. Raises VaultErrors only.
    """
    with vault.exclusive(turn_of(account)):
        one_pass = _Pass(vault, account, connector, cancelled, tools)
        one_pass.looked = looked
        one_pass.recover()
        one_pass.run()
        return one_pass.report


def turn_of(account: Account) -> str:
    """Return the purpose that `send_waiting` holds a vault for."""
    return f"sender-{account.id}"


class _Pass:
    """One walk over the open rows of one account."""

    def __init__(
        self,
        vault: Vault,
        account: Account,
        connector: Connector,
        cancelled: threading.Event,
        tools: Tools,
    ) -> None:
        self.report = SendReport()
        self.looked = True
        self._vault = vault
        self._account = account
        self._connector = connector
        self._cancelled = cancelled
        self._now = tools.now
        self._at = tools.at
        self._chance = tools.chance

    def recover(self) -> None:
        """Call unknown what a stopped program left behind; mend times of a clock set back."""
        now = self._now()
        for row in outbox.waiting_of(self._vault.db.reader, self._account.id):
            mended = rules.restamped(rules.at_start(row), now)
            if mended != row:
                self._write(mended, was=row)

    def run(self) -> None:
        """Go through the rows in the order written, until the account cannot go on."""
        before: list[OutboxRow] = []
        for row in outbox.waiting_of(self._vault.db.reader, self._account.id):
            if self._cancelled.is_set() or self.report.stopped_by is not None:
                return
            before.append(self._take_on(row, before))

    def _take_on(self, row: OutboxRow, before: list[OutboxRow]) -> OutboxRow:
        """Take a row as far as it goes now and return it as it is then."""
        if row.state is OutboxState.UNKNOWN:
            row = self._settle(row)
        due = row.state is OutboxState.QUEUED and rules.is_due(row, self._now())
        if due and rules.may_go(row, before) and self.report.stopped_by is None:
            row = self._attempt(row)
        return row

    # What is unknown.

    def _settle(self, row: OutboxRow) -> OutboxRow:
        self._at("settling")
        match rules.next_step(row, self._connector.policy, self._now()):
            case Step.REPEAT:
                return self._attempt(row)
            case Step.READ:
                return self._look(row)
            case Step.ASK:
                asked = Move(state=OutboxState.NEEDS_HUMAN, error=rules.LOST_TRACK)
                return self._move(row, asked)
            case Step.WAIT:
                return row

    def _look(self, row: OutboxRow) -> OutboxRow:
        """Look an unknown reply up on the channel."""
        try:
            conversation, target = self._about(row)
            found = self._connector.find_sent(said.reply(row, conversation, target))
        except VaultError:
            raise
        except CmError as error:
            move = rules.after_failed_look(row, error, self._now(), self._chance())
            return self._move(row, move, error)
        if found is not None and not self._is_of_another(row, found):
            return self._done(row, conversation, target, found)
        return self._move(row, rules.after_not_found(row, self._now(), self._chance()))

    def _is_of_another(self, row: OutboxRow, sent: Sent) -> bool:
        # Two equal "Danke!" under one comment: the first must not pass for the second.
        owner = outbox.owner_of(self._vault.db.reader, self._account.id, sent.remote_id)
        return owner is not None and owner != row.id

    # Attempts.

    def _attempt(self, row: OutboxRow) -> OutboxRow:
        """Do what a row asks for, once. `row` is as it was before: queued or unknown."""
        try:
            conversation, target = self._about(row)
        except GoneError as error:
            return self._move(row, rules.after_error(row, error, self._now()), error)
        if row.state is OutboxState.QUEUED and rules.is_stale(row, self._now()):
            if not self.looked:
                return row
            against = said.why_not_any_more(self._vault.db.reader, row, target)
            if against is not None:
                return self._move(row, against)
        self._at("claiming")
        claimed = self._claim(row)
        if claimed is None:
            return row  # taken back or changed a moment ago: the next pass sees it
        self._at("sending")
        try:
            sent = self._carry_out(claimed, conversation, target)
        except VaultError:
            raise
        except CmError as error:
            return self._not_done(row, claimed, error)
        self._at("answered")
        return self._done(claimed, conversation, target, sent)

    def _about(self, row: OutboxRow) -> tuple[Conversation, Message]:
        """Return what a row is about. Raises GoneError if the vault has it no more."""
        reader = self._vault.db.reader
        if row.target is None:
            raise GoneError("target")
        try:
            return conversations.by_id(reader, row.conversation), messages.by_id(reader, row.target)
        except UsageError as error:
            raise GoneError("target") from error

    def _claim(self, row: OutboxRow) -> OutboxRow | None:
        """Commit `sending` before anything leaves; None if the row is not what it was."""
        now = self._now()
        with self._vault.db.writing() as connection:
            fresh = outbox.by_id(connection, row.id)
            if fresh != row:
                return None
            claimed = replace(
                fresh,
                state=OutboxState.SENDING,
                attempts=fresh.attempts + 1,
                first_attempt_at=fresh.first_attempt_at or now,
                next_attempt_at=now + rules.SETTLE,
            )
            outbox.put(connection, claimed, was=row.state)
        return claimed

    def _carry_out(
        self, row: OutboxRow, conversation: Conversation, target: Message
    ) -> Sent | None:
        if row.kind.speaks:
            return self._connector.send(said.reply(row, conversation, target))
        self._connector.act(said.action(row, conversation, target))
        return None

    def _not_done(self, before: OutboxRow, claimed: OutboxRow, error: CmError) -> OutboxRow:
        move = rules.after_error(before, error, self._now(), self._chance())
        if move.state is OutboxState.SENT:  # deleting what is gone already
            conversation, target = self._about(claimed)
            return self._done(claimed, conversation, target, None)
        if move.state is OutboxState.QUEUED:
            # Nothing is open from this attempt, so it does not count as the first.
            claimed = replace(claimed, first_attempt_at=before.first_attempt_at)
        return self._move(claimed, move, error)

    # Outcomes.

    def _done(
        self,
        row: OutboxRow,
        conversation: Conversation,
        target: Message,
        sent: Sent | None,
    ) -> OutboxRow:
        """Keep that a row is done and what it made, in one transaction."""
        now = self._now()
        known_already = sent is None or self._is_of_another(row, sent)
        done = replace(
            row,
            state=OutboxState.SENT,
            sent_at=now,
            next_attempt_at=None,
            remote_id=None if sent is None or known_already else sent.remote_id,
            error=None,
            error_detail="",
        )
        with self._vault.db.writing() as connection:
            if not outbox.put(connection, done, was=row.state):
                return outbox.by_id(connection, row.id)  # somebody decided it by hand meanwhile
            if sent is None:
                said.keep_act(connection, done, target, now)
            else:
                fact = said.seen(self._account, done, conversation, target, sent, now)
                keeping.keep(connection, self._account, [fact], now)
            self._note(connection, done)
        self._at("sent")
        self.report.sent_rows.add(done.id)
        self._changed(done)
        return done

    def _move(self, row: OutboxRow, move: Move, error: CmError | None = None) -> OutboxRow:
        """Keep what follows for a row that is not done."""
        moved = replace(
            row,
            state=move.state,
            error=move.error,
            error_detail=move.detail,
            next_attempt_at=move.next_attempt_at,
        )
        if error is not None:
            self.report.errors.append(error)
        if move.stops_account:
            self.report.stopped_by = error
        return self._write(moved, was=row) if moved != row else row

    def _write(self, row: OutboxRow, *, was: OutboxRow) -> OutboxRow:
        with self._vault.db.writing() as connection:
            if not outbox.put(connection, row, was=was.state):
                return outbox.by_id(connection, row.id)
            if row.state is not was.state:
                self._note(connection, row)
            kept = outbox.by_id(connection, row.id)
        if row.state is not was.state:
            self._changed(row)
        return kept

    def _note(self, connection: Connection, row: OutboxRow) -> None:
        if row.state is OutboxState.QUEUED:
            return  # it will be tried again: nothing to remember
        body = {**outbox_body(row), "error": row.error, "remote_id": row.remote_id}
        events.append(
            connection,
            f"outbox_{row.state.value}",
            conv_id=row.conversation,
            member=row.member,
            body=body,
            at=self._now(),
        )
        events.seal(connection)

    def _changed(self, row: OutboxRow) -> None:
        _log.info("outbox %s %s: %s %s", row.id, row.kind.value, row.state.value, row.error or "")
        self.report.changed.add(row.id)
        self.report.conversations.add(row.conversation)
