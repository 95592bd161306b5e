"""How values of the field lie in rows: ids as bytes, times as milliseconds, maps as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_JSON = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def uid_bytes(uid: str) -> bytes:
    """Return the 16 bytes of an id, or none at all for a text that is no id of ours."""
    try:
        data = bytes.fromhex(uid.replace("-", ""))
    except ValueError:
        return b""
    return data if len(data) == 16 else b""


def uid_text(uid: bytes) -> str:
    """Return an id as it is written outside the store."""
    text = uid.hex("-", 2)  # eight groups; a UUID is written in five
    return text[:4] + text[5:29] + text[30:34] + text[35:]


def stamp(at: datetime) -> int:
    """Return a time as milliseconds since 1970 UTC. A time without zone is taken as UTC."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MILLISECOND


def stamp_or_none(at: datetime | None) -> int | None:
    """Return a time as milliseconds since 1970 UTC, or None where there is none."""
    return None if at is None else stamp(at)


def time(milliseconds: int) -> datetime:
    """Return the UTC time of so many milliseconds since 1970."""
    if milliseconds < 0:  # fromtimestamp is quicker, but not on every system that far back
        return _EPOCH + timedelta(milliseconds=milliseconds)
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def time_or_none(milliseconds: int | None) -> datetime | None:
    """Return the UTC time of so many milliseconds since 1970, or None where there is none."""
    return None if milliseconds is None else time(milliseconds)


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: keys sorted, no blanks."""
    return _JSON.encode(value)


def map_text(values: Mapping[str, str]) -> str:
    """Return a map as a column holds it."""
    return _JSON.encode(dict(values)) if values else "{}"


def map_of(text: str) -> dict[str, str]:
    """Return the map that a column holds."""
    return {} if text == "{}" else json.loads(text)


def listed(values: Iterable[int | str]) -> str:
    """Return values as one JSON list, for `IN (SELECT value FROM json_each(?))`."""
    return json.dumps(list(values))


def listed_uids(uids: Iterable[bytes]) -> str:
    """Return ids as one JSON list, for `IN (SELECT unhex(value) FROM json_each(?))`."""
    return json.dumps([uid.hex() for uid in uids])
