"""Export the conversation log: one table of formats, one way to write a file."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cm_desktop import __version__
from cm_desktop.domain.errors import UsageError
from cm_desktop.services.contract_json import Json, stamp
from cm_desktop.services.export_csv import PLAIN, excel_dialect, write_csv
from cm_desktop.services.export_jsonl import write_jsonl
from cm_desktop.services.log_records import LogEntry, LogFilter, walk
from cm_desktop.services.vault import Vault
from cm_desktop.services.whole_file import written_whole
from cm_desktop.store import events

Writer = Callable[[Vault, Iterable[LogEntry], LogFilter, BinaryIO], Counter[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What was written: the file, its SHA-256 (hex), and how many records of each type."""

    file: Path
    format: str
    sha256: str
    counts: Mapping[str, int]


def export(vault: Vault, out: Path, format_name: str, wanted: LogFilter) -> ExportReport:
    """Write the log to `out`, whole or not at all, and enter the export itself in the log.

    Raises UsageError("no_format") for a format we do not write, UsageError("not_writable"),
    and DiskFullError.
    """
    writer = FORMATS.get(format_name)
    if writer is None:
        raise UsageError("no_format", format_name)
    with vault.db.snapshot(), written_whole(out) as file:
        counts = writer(vault, walk(vault, wanted), wanted, file)
        file.flush()
        digest = _sha256(Path(file.name))
    report = ExportReport(file=out, format=format_name, sha256=digest, counts=dict(counts))
    _remember(vault, report, wanted)
    return report


def _jsonl(
    vault: Vault, entries: Iterable[LogEntry], wanted: LogFilter, file: BinaryIO
) -> Counter[str]:
    key = events.device_key(vault.db.reader)
    manifest: Json = {
        "format": "cm-desktop-log",
        "format_version": 1,
        "program": f"cm-desktop {__version__}",
        "client": vault.title or vault.name,
        "member": vault.me,
        "created_at": stamp(datetime.now(UTC)),
        "filter": {
            "query": wanted.query,
            "from": stamp(wanted.begin),
            "to": stamp(wanted.end),
            "notes": wanted.notes,
        },
        "hash_algorithm": "sha256",
        "key": _base64(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)),
    }
    return write_jsonl(entries, manifest, lambda data: _base64(key.sign(data)), file)


def _csv(
    vault: Vault, entries: Iterable[LogEntry], _wanted: LogFilter, file: BinaryIO
) -> Counter[str]:
    return write_csv(entries, vault.title or vault.name, PLAIN, file)


def _csv_excel(
    vault: Vault, entries: Iterable[LogEntry], _wanted: LogFilter, file: BinaryIO
) -> Counter[str]:
    return write_csv(entries, vault.title or vault.name, excel_dialect(), file)


# The seam for further formats: a name and a function that writes all records to a file.
FORMATS: Mapping[str, Writer] = {"csv": _csv, "csv-excel": _csv_excel, "jsonl": _jsonl}


def _remember(vault: Vault, report: ExportReport, wanted: LogFilter) -> None:
    body = {
        "format": report.format,
        "sha256": report.sha256,
        "counts": dict(report.counts),
        "query": wanted.query,
        "from": stamp(wanted.begin),
        "to": stamp(wanted.end),
        "notes": wanted.notes,
    }
    with vault.db.writing() as connection:
        events.append(connection, "exported", member=vault.me, body=body, at=datetime.now(UTC))
        events.seal(connection)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
