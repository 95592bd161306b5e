"""Where reading a mailbox goes on: per folder the last UID, and what the latest mails were."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

KEPT = 500  # latest mails of a folder that are looked after: skipped, deleted, doubled


@dataclass(frozen=True, slots=True)
class Known:
    """A mail that was reported: enough to notice it again, and to find its conversation."""

    remote_id: str  # "" for one that could not be read
    conversation: str
    digest: str
    message_id: str = ""


@dataclass(slots=True)
class FolderCursor:
    """How far one folder was read."""

    uidvalidity: int
    begin: int  # the lowest UID that is still looked after
    last_uid: int
    latest: dict[int, Known] = field(default_factory=dict)

    def remember(self, uid: int, known: Known) -> None:
        """Note a mail, and forget the oldest where there are too many."""
        self.latest[uid] = known
        self.last_uid = max(self.last_uid, uid)
        while len(self.latest) > KEPT:
            oldest = min(self.latest)
            del self.latest[oldest]
            self.begin = oldest + 1


@dataclass(slots=True)
class MailCursor:
    """How far the mailbox was read."""

    folders: dict[str, FolderCursor] = field(default_factory=dict)

    def by_message_id(self) -> dict[str, Known]:
        """Return the known mails by Message-ID, the earliest noted one of each."""
        found: dict[str, Known] = {}
        for folder in self.folders.values():
            for _, known in sorted(folder.latest.items()):
                if known.remote_id:
                    found.setdefault(known.message_id, known)
        return found


def write_cursor(cursor: MailCursor) -> str:
    """Return the cursor as text for the vault."""
    folders = {
        name: {
            "uidvalidity": folder.uidvalidity,
            "begin": folder.begin,
            "last_uid": folder.last_uid,
            "latest": [_row(uid, known) for uid, known in sorted(folder.latest.items())],
        }
        for name, folder in cursor.folders.items()
    }
    return json.dumps({"folders": folders}, ensure_ascii=False, separators=(",", ":"))


def read_cursor(text: str | None) -> MailCursor:
    """Return the cursor from its text; what cannot be read counts as never read."""
    try:
        folders = json.loads(text)["folders"] if text else {}
        return MailCursor({name: _folder(entry) for name, entry in folders.items()})
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return MailCursor()


def _row(uid: int, known: Known) -> list[int | str]:
    # Most ids are the Message-ID, and every first mail is its own conversation.
    same_id = known.message_id == known.remote_id
    conversation = "" if known.conversation == known.remote_id else known.conversation
    row: list[int | str] = [uid, known.remote_id, conversation, known.digest]
    return row if same_id else [*row, known.message_id]


def _folder(entry: dict[str, object]) -> FolderCursor:
    rows = entry["latest"]
    latest = {int(row[0]): _known(row) for row in rows} if isinstance(rows, list) else {}
    uidvalidity, begin, last_uid = (
        int(str(entry[name])) for name in ("uidvalidity", "begin", "last_uid")
    )
    return FolderCursor(uidvalidity, begin, last_uid, latest)


def _known(row: list[str]) -> Known:
    remote_id = str(row[1])
    message_id = str(row[4]) if len(row) > 4 else remote_id
    return Known(remote_id, str(row[2]) or remote_id, str(row[3]), message_id)
