"""Check an exported log: the chain of hashes, the counts, the signature."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cm_desktop.domain.errors import UsageError
from cm_desktop.services.contract_json import Json
from cm_desktop.services.export_jsonl import canonical, record_hash

_LONGEST_LINE = 32 * 1024 * 1024  # bytes; more than any record of ours can be
_ENOUGH = 20  # problems told; a file cut in the middle would name every line


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as it was written: a code, and the line (from 1) or 0."""

    code: str
    line: int


@dataclass(slots=True, kw_only=True)
class VerifyReport:
    """What a check found. `key` is the SHA-256 fingerprint (hex) of the signing key."""

    file: Path
    problems: list[Problem] = field(default_factory=list)
    counts: Mapping[str, int] = field(default_factory=dict)
    client: str = ""
    created_at: str = ""
    key: str = ""

    @property
    def ok(self) -> bool:
        """Whether every line, the counts and the signature are as they were written."""
        return not self.problems

    def add(self, code: str, line: int = 0) -> None:
        """Note a problem, up to a number that a person would read."""
        if len(self.problems) < _ENOUGH:
            self.problems.append(Problem(code, line))


def verify(file: Path) -> VerifyReport:
    """Check a JSONL export line by line; the file is only read.

    The signature proves that file and key belong together; whether the key is the
    expected one is for the reader to compare (`key`). Raises UsageError("not_readable")
    and UsageError("not_an_export").
    """
    report = VerifyReport(file=file)
    try:
        with file.open("rb") as lines:
            first = lines.readline(_LONGEST_LINE)
            manifest = _record(first)
            if manifest is None or manifest.get("type") != "manifest":
                raise UsageError("not_an_export", str(file))
            if record_hash(manifest) != manifest.get("hash") or not _is_as_written(first, manifest):
                report.add("manifest_changed", 1)
            rest = iter(partial(lines.readline, _LONGEST_LINE), b"")
            head, counts = _chain(manifest, rest, report)
    except OSError as error:
        raise UsageError("not_readable", str(file)) from error
    report.counts = dict(counts)
    report.client = str(manifest.get("client", ""))
    report.created_at = str(manifest.get("created_at", ""))
    if manifest.get("counts") != dict(counts):
        report.add("counts_differ")
    if manifest.get("head") != head:
        report.add("end_differs")
    _check_signature(manifest, report)
    return report


def _chain(
    manifest: Json, lines: Iterable[bytes], report: VerifyReport
) -> tuple[str, Counter[str]]:
    head, counts, seq = str(manifest.get("hash")), Counter[str](), 0
    for number, line in enumerate(lines, start=2):
        seq += 1
        record = _record(line)
        if record is None:
            report.add("not_a_record", number)
            continue
        if record.get("seq") != seq:
            report.add("out_of_order", number)
            seq = record["seq"] if isinstance(record.get("seq"), int) else seq
        if record.get("prev") != head:
            report.add("chain_broken", number)
        if record.get("hash") != record_hash(record) or not _is_as_written(line, record):
            report.add("line_changed", number)
        head = str(record.get("hash"))
        counts[str(record.get("type"))] += 1
    return head, counts


def _is_as_written(line: bytes, record: Json) -> bool:
    """Whether a line is spelled as we spell it.

    The hash is over what was read: of a key that is there twice, programs may read the other.
    """
    return line == canonical(record) + b"\n"


def _record(line: bytes) -> Json | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _check_signature(manifest: Json, report: VerifyReport) -> None:
    try:
        key = base64.b64decode(str(manifest.get("key", "")), validate=True)
        signature = base64.b64decode(str(manifest.get("signature", "")), validate=True)
        public = Ed25519PublicKey.from_public_bytes(key)
        public.verify(signature, canonical(manifest, ("signature",)))
    except (binascii.Error, ValueError):
        report.add("signature_missing", 1)
    except InvalidSignature:
        report.add("signature_wrong", 1)
    else:
        report.key = hashlib.sha256(key).hexdigest()
