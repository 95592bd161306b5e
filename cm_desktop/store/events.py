"""The event log: append-only, each entry's hash covers the one before, sealed by signature.

The head of the chain is read inside the caller's transaction (BEGIN IMMEDIATE), so that
window and worker may both write. Source of the rule: decision 13 of the architecture.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cm_desktop.domain.ids import ConversationId, EventId, new_id
from cm_desktop.domain.log import ChainReport, LoggedEvent, MessageEvent
from cm_desktop.store.connection import Connection
from cm_desktop.store.rows import canonical, stamp, time, uid_bytes, uid_text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_START = b"\0" * 32  # what the first entry's hash covers

_HEAD = "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1"
_CONV = "SELECT id FROM conversation WHERE uid = ?"
_ADD = """
    INSERT INTO event (seq, uid, at_ms, kind, conv_id, member, body, hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_WALK = """
    SELECT e.seq, e.uid, e.at_ms, e.kind, e.conv_id, e.member, e.body, e.hash, c.uid
      FROM event AS e LEFT JOIN conversation AS c ON c.id = e.conv_id
     WHERE e.seq > ?
     ORDER BY e.seq
"""
_HISTORY = """
    SELECT e.seq, e.uid, e.at_ms, e.kind, e.conv_id, e.member, e.body, e.hash, c.uid
      FROM conversation AS c JOIN event AS e ON e.conv_id = c.id
     WHERE c.uid = ? AND (e.kind <> 'message_kept' OR ?)
     ORDER BY e.seq
"""
_SEALED = "SELECT 1 FROM event_seal WHERE seq = ?"
_SEAL = "INSERT INTO event_seal (seq, sig) VALUES (?, ?)"
_SEALS = "SELECT seq, sig FROM event_seal ORDER BY seq"
_KEY = "SELECT value FROM meta WHERE key = 'device_key'"
_KEEP_KEY = "INSERT INTO meta (key, value) VALUES ('device_key', ?)"

# One entry before it has a place: uid, at in ms, kind, row of the conversation, member, body.
Entry = tuple[str | None, int, str, int | None, str, str]


def append(
    connection: Connection,
    kind: str,
    *,
    conv_id: ConversationId | None = None,
    member: str = "",
    body: Mapping[str, Any],
    at: datetime,
) -> int:
    """Add one decision to the log and return its place; `seal` before the transaction ends.

    `body` holds what JSON can: ids, hashes and decisions, never message text of others.
    """
    row = None
    if conv_id is not None:
        found = connection.execute(_CONV, (uid_bytes(conv_id),)).fetchone()
        row = found[0] if found else None
    entry = (new_id(), stamp(at), kind, row, member, canonical(dict(body)))
    return append_all(connection, [entry])


def append_all(connection: Connection, entries: Iterable[Entry]) -> int:
    """Add entries in order and return the place of the last one."""
    seq, head = connection.execute(_HEAD).fetchone() or (0, _START)
    rows = []
    for entry in entries:
        seq += 1
        head = _hash(head, seq, entry)
        rows.append((seq, *entry, head))
    connection.executemany(_ADD, rows)
    return int(seq)


def seal(connection: Connection) -> None:
    """Sign the last entry with this device's key, and so everything before it.

    Call it once at the end of a transaction; without a new entry it does nothing.
    """
    seq, head = connection.execute(_HEAD).fetchone() or (0, _START)
    if seq and not connection.execute(_SEALED, (seq,)).fetchone():
        connection.execute(_SEAL, (seq, device_key(connection).sign(head)))


def walk(connection: Connection, after: int = 0) -> Iterator[LoggedEvent]:
    """Yield the entries that follow a place, oldest first."""
    for row in connection.execute(_WALK, (after,)):
        yield _event(row)


def history(
    connection: Connection, conv: ConversationId, *, with_messages: bool = False
) -> list[LoggedEvent]:
    """Return what happened to a conversation, oldest first.

    That a message came is left out unless asked for: the message itself says so.
    """
    rows = connection.execute(_HISTORY, (uid_bytes(conv), with_messages))
    return [_event(row) for row in rows]


def check_chain(connection: Connection) -> ChainReport:
    """Compute every hash anew and check every signature. Reads the whole log."""
    from cryptography.exceptions import InvalidSignature

    key = _stored_key(connection)
    seals = dict(connection.execute(_SEALS).fetchall())
    head, last, sealed = _START, 0, 0
    for seq, *entry, stored, _conv in connection.execute(_WALK, (0,)):
        head = _hash(head, seq, entry)
        sig = seals.pop(seq, None)
        try:
            if sig is not None:
                _verify(key, sig, head)
                sealed = seq
        except InvalidSignature:
            head = b""
        if head != stored or seq != last + 1:
            return ChainReport(events=last, seals=len(seals), broken_at=last + 1)
        last = seq
    # A seal without its entry: the end of the log was cut off.
    broken = last + 1 if seals else None
    count = int(connection.execute(_COUNT_SEALS).fetchone()[0])
    return ChainReport(events=last, seals=count, broken_at=broken, unsealed=last - sealed)


_COUNT_SEALS = "SELECT count(*) FROM event_seal"


def device_key(connection: Connection) -> Ed25519PrivateKey:
    """Return the key this device signs with; made where there is none (that needs a writer)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = _stored_key(connection)
    if key is None:
        key = Ed25519PrivateKey.generate()
        connection.execute(_KEEP_KEY, (key.private_bytes_raw().hex(),))
    return key


def _stored_key(connection: Connection) -> Ed25519PrivateKey | None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    found = connection.execute(_KEY).fetchone()
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(found[0])) if found else None


def _verify(key: Ed25519PrivateKey | None, sig: bytes, head: bytes) -> None:
    from cryptography.exceptions import InvalidSignature

    if key is None:
        raise InvalidSignature
    key.public_key().verify(sig, head)


def message_entry(kind: MessageEvent, at_ms: int, conv: int, body: str) -> Entry:
    """Return an entry about a message; `body` is canonical JSON."""
    return (None, at_ms, kind.value, conv, "", body)


def _hash(head: bytes, seq: int, entry: Iterable[Any]) -> bytes:
    return hashlib.sha256(head + canonical([seq, *entry]).encode()).digest()


def _event(row: tuple[Any, ...]) -> LoggedEvent:
    seq, uid, at_ms, kind, _conv, member, body, digest, conv_uid = row
    return LoggedEvent(
        seq=seq,
        id=EventId(uid) if uid else None,
        at=time(at_ms),
        kind=kind,
        member=member,
        conversation=ConversationId(uid_text(conv_uid)) if conv_uid else None,
        body=json.loads(body),
        hash=digest.hex(),
    )
