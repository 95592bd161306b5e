"""Write the log as JSON lines whose hashes form a chain that `verify` can check.

The first line is the manifest. Every line's `hash` is the SHA-256 of its own canonical
JSON without `hash`; `prev` repeats the hash of the line before. The manifest's own hash
leaves out what is known only at the end (`counts`, `head`, `signature`); its Ed25519
`signature`, made with the vault's device key, covers all of it, `head` and `counts`
included, so that a line cut off, added or changed shows.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, BinaryIO

from cm_desktop.services.contract_json import (
    Json,
    conversation_json,
    message_json,
    note_json,
    stamp,
)
from cm_desktop.services.log_records import LogEntry

LATE = ("counts", "head", "signature")


def canonical(record: Json, without: Iterable[str] = ()) -> bytes:
    """Return the one spelling of a record that is hashed: sorted keys, no spaces, UTF-8."""
    left_out = set(without)
    kept = {key: value for key, value in record.items() if key not in left_out}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "replace")


def record_hash(record: Json) -> str:
    """Return the hash that a line must carry."""
    without = ("hash", *LATE) if record.get("type") == "manifest" else ("hash",)
    return hashlib.sha256(canonical(record, without)).hexdigest()


def write_jsonl(
    entries: Iterable[LogEntry], manifest: Json, sign: Callable[[bytes], str], file: BinaryIO
) -> Counter[str]:
    """Write manifest and records; return how many records of each type were written.

    The records go through a temporary file first, because the manifest before them
    tells how many there are.
    """
    manifest = manifest | {"type": "manifest", "seq": 0, "prev": ""}
    manifest["hash"] = record_hash(manifest)
    head, counts = manifest["hash"], Counter[str]()
    with tempfile.TemporaryFile(dir=Path(file.name).parent) as body:
        for seq, record in enumerate(_records(entries), start=1):
            line = record | {"seq": seq, "prev": head}
            line["hash"] = head = record_hash(line)
            counts[record["type"]] += 1
            _write_line(body, line)
        manifest |= {"counts": dict(sorted(counts.items())), "head": head}
        manifest["signature"] = sign(canonical(manifest, ("signature",)))
        _write_line(file, manifest)
        body.seek(0)
        shutil.copyfileobj(body, file)
    return counts


def _records(entries: Iterable[LogEntry]) -> Iterator[Json]:
    for entry in entries:
        yield {"type": "conversation"} | conversation_json(entry.conversation)
        for message in entry.messages:
            yield {"type": "message"} | message_json(message)
        for note in entry.notes:
            yield {"type": "note"} | note_json(note)
        for event in entry.events:
            yield {
                "type": "event",
                "id": event.id,
                "conversation": entry.conversation.id,
                "event": event.kind,
                "member": event.member or None,
                "at": stamp(event.at),
                "body": dict(event.body),
                "vault_seq": event.seq,
                "vault_hash": event.hash,
            }


def _write_line(file: IO[bytes], record: Json) -> None:
    file.write(canonical(record) + b"\n")
