"""Keep what a channel said: upserts of messages and of all they need, in bulk, idempotent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cm_desktop.domain.events import (
    CursorMoved,
    Event,
    GapFilled,
    GapFound,
    ItemSkipped,
    MessageGone,
    MessageSeen,
)
from cm_desktop.domain.ids import ConversationId, fact_bytes
from cm_desktop.domain.log import MessageEvent
from cm_desktop.domain.model import Account, Direction, Nature, Status
from cm_desktop.store import accounts, aggregates, due, events, gaps, keeping_messages, outbox
from cm_desktop.store.connection import Connection
from cm_desktop.store.keeping_messages import JUNK, Known
from cm_desktop.store.keeping_places import Place, Places
from cm_desktop.store.rows import canonical, stamp, time, uid_text
from cm_desktop.store.search import index_waiting

_BATCH = 1000  # messages looked up together

_INSERT = """
    INSERT INTO conversation (id, uid, account_id, post_id, kind, remote_id, title, context,
                              status, last_id, author_id, preview, preview_out, unread, n)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_DESCRIBE = "UPDATE conversation SET post_id = ?, title = ?, context = ? WHERE id = ?"
_REOPEN = "UPDATE conversation SET status = 'open', snoozed_ms = NULL WHERE id = ?"
_HEARD = """
    SELECT count(*) FROM message
     WHERE conv_id = ? AND direction = 'in' AND visibility NOT IN ('spam', 'trashed')
"""


@dataclass(slots=True, kw_only=True)
class Kept:
    """What a call of `keep` changed; `conversations` are those that look different now."""

    new: int = 0
    updated: int = 0
    gone: int = 0
    skipped: int = 0
    conversations: set[ConversationId] = field(default_factory=set)


def keep(
    connection: Connection, account: Account, reported: Iterable[Event], now: datetime
) -> Kept:
    """Keep what a connector reported, in the caller's transaction.

    Keeping the same again changes nothing. A known message whose text changed keeps the old
    text as a version; an older edition of it (by `edited_at`) changes nothing. A new message
    IN of a person that is neither spam nor trash reopens its conversation; so does the first
    message IN of a machine, if nobody outside has spoken there before. Where the channel
    leaves a time to answer, the due date follows who spoke last. A CursorMoved becomes the
    account's cursor. Ends by indexing for search and sealing the event log.

    Raises UsageError("no_account"). Items without an id of their own, of their author or of
    their conversation are counted as skipped.
    """
    keeper = _Keeper(connection, account, stamp(now))
    for event in reported:
        keeper.take(event)
    keeper.flush()
    index_waiting(connection)
    events.seal(connection)
    return keeper.kept


class _Keeper:
    """One call of `keep`: gathers messages, and writes them batch by batch."""

    def __init__(self, connection: Connection, account: Account, now_ms: int) -> None:
        self.kept = Kept()
        self._connection = connection
        self._account = account
        self._now = now_ms
        self._row = accounts.row_of(connection, account.id)
        self._windows = accounts.policy(connection, account.id).reply_windows
        self._places = Places(connection, account, self._row)
        self._seen: dict[bytes, MessageSeen] = {}
        self._gone: dict[bytes, MessageGone] = {}
        self._touched: dict[int, Place] = {}
        self._log: list[events.Entry] = []

    def take(self, event: Event) -> None:
        """Gather one event; what was said twice about one message is kept in turn."""
        match event:
            case MessageSeen() | MessageGone():
                self._gather(event)
            case GapFound():
                gaps.add(self._connection, self._row, event)
            case GapFilled():
                gaps.remove(self._connection, self._row, event.begin)
            case CursorMoved():
                accounts.save_cursor(self._connection, self._account.id, event.cursor)
            case ItemSkipped():
                self.kept.skipped += 1

    def _gather(self, event: MessageSeen | MessageGone) -> None:
        if not _is_named(event):
            self.kept.skipped += 1
            return
        uid = self._uid(event.remote_id)
        if uid in self._seen or uid in self._gone or len(self._seen) >= _BATCH:
            self.flush()
        if isinstance(event, MessageSeen):
            self._seen[uid] = event
        else:
            self._gone[uid] = event

    def flush(self) -> None:
        """Write what was gathered."""
        if not self._seen and not self._gone:
            return
        known = keeping_messages.known(self._connection, [*self._seen, *self._gone])
        new = {uid: event for uid, event in self._seen.items() if uid not in known}
        old = {uid: event for uid, event in self._seen.items() if uid in known}
        for place in self._places.prepare(list(new.values()), list(old.values())):
            self._touch(place)
        self._places.of_rows(one.conv for one in known.values())
        # A new conversation's row follows its messages, for it says which is the newest.
        self._connection.execute("PRAGMA defer_foreign_keys = ON")
        self._insert(new)
        self._change(old, known)
        self._bury(known)
        self._write_places()
        events.append_all(self._connection, self._log)
        self._log.clear()
        self._seen.clear()
        self._gone.clear()

    def _insert(self, new: dict[bytes, MessageSeen]) -> None:
        rows = keeping_messages.new_rows(self._connection, new, self._now)
        ours = [one.remote_id for one in new.values() if one.direction is Direction.OUT]
        members = outbox.members(self._connection, self._row, ours)
        for row, event in zip(rows, new.values(), strict=True):
            place = self._places.of(event.conversation)
            row.conv = place.row
            row.author = self._places.people.row(event.author.remote_id)
            row.parent = self._parent(event)
            row.member = members.get(event.remote_id, "")
            place.n += 1
            if row.visibility not in JUNK:
                place.unread += row.unread
                _hear(place, row.direction, row.nature)
            self._touch(place)
            self._note(MessageEvent.KEPT, row.uid, place, {"sha256": _sha256(row.text)})
        keeping_messages.insert(self._connection, rows)
        keeping_messages.attach(
            self._connection,
            ((row.id, event) for row, event in zip(rows, new.values(), strict=True)),
        )
        self.kept.new += len(rows)

    def _change(self, old: dict[bytes, MessageSeen], known: dict[bytes, Known]) -> None:
        changes = []
        for uid, event in old.items():
            before = known[uid]
            after = keeping_messages.merged(before, event, self._parent(event), self._now)
            if after == before:
                continue
            changes.append((before, after))
            place = self._places.by_row(before.conv)
            place.recount = True
            self._touch(place)
            if before.visibility in JUNK and after.visibility not in JUNK:
                _hear(place, after.direction, after.nature)
            if (before.text, before.visibility) != (after.text, after.visibility):
                body = {"sha256": _sha256(after.text), "visibility": after.visibility}
                self._note(MessageEvent.CHANGED, uid, place, body)
        keeping_messages.change(self._connection, changes, self._now)
        with_files = ((known[uid].id, event) for uid, event in old.items() if event.attachments)
        keeping_messages.attach(self._connection, with_files)
        self.kept.updated += len(changes)

    def _bury(self, known: dict[bytes, Known]) -> None:
        for uid, event in self._gone.items():
            before = known.get(uid)
            if before is None or before.deleted is not None:
                continue
            at = self._now if event.at is None else min(stamp(event.at), self._now)
            keeping_messages.bury(self._connection, before.id, at)
            place = self._places.by_row(before.conv)
            self._touch(place)
            self._note(MessageEvent.GONE, uid, place, {})
            self.kept.gone += 1

    def _write_places(self) -> None:
        for place in self._touched.values():
            self._write(place)
            if place.kind in self._windows:
                due.heard(self._connection, place.row, self._windows, time(self._now))
            self.kept.conversations.add(ConversationId(uid_text(place.uid)))
            place.new = place.described = place.person = place.recount = False
            place.heard = 0
        self._touched.clear()

    def _write(self, place: Place) -> None:
        connection = self._connection
        now = aggregates.newest(connection, place.row)
        if now is None:
            return
        if place.new:
            place.status = Status.OPEN if place.heard else Status.DONE
            described = (place.kind, place.remote_id, place.title, place.context, place.status)
            computed = (now.last_id, now.author, now.preview, now.out, place.unread, place.n)
            connection.execute(
                _INSERT, (place.row, place.uid, self._row, place.post, *described, *computed)
            )
            return
        if place.described:
            described_row = (place.post, place.title, place.context, place.row)
            connection.execute(_DESCRIBE, described_row)
        if place.recount:
            place.n, place.unread = aggregates.counted(connection, place.row)
        aggregates.write(connection, place.row, now, place.n, place.unread)
        if place.status is not Status.OPEN and self._calls(place):
            connection.execute(_REOPEN, (place.row,))
            body = canonical({"from": place.status})
            self._log.append(
                events.message_entry(MessageEvent.REOPENED, self._now, place.row, body)
            )
            place.status = Status.OPEN

    def _calls(self, place: Place) -> bool:
        """Tell whether what came asks for somebody to look."""
        if place.person or not place.heard:
            return place.person
        heard = self._connection.execute(_HEARD, (place.row,)).fetchone()[0]
        return bool(heard == place.heard)

    def _touch(self, place: Place) -> None:
        self._touched[place.row] = place

    def _note(self, kind: MessageEvent, uid: bytes, place: Place, body: dict[str, str]) -> None:
        text = canonical({"message": uid_text(uid), **body})
        self._log.append(events.message_entry(kind, self._now, place.row, text))

    def _parent(self, event: MessageSeen) -> bytes | None:
        return self._uid(event.parent_remote_id) if event.parent_remote_id else None

    def _uid(self, remote_id: str) -> bytes:
        account = self._account
        return fact_bytes(account.channel, account.remote_id, "message", remote_id)


def _hear(place: Place, direction: str, nature: str) -> None:
    if direction == Direction.IN:
        place.heard += 1
        place.person = place.person or nature == Nature.PERSON


def _is_named(event: MessageSeen | MessageGone) -> bool:
    if isinstance(event, MessageGone):
        return bool(event.remote_id)
    return bool(event.remote_id and event.author.remote_id and event.conversation.remote_id)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
