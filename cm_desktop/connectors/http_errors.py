"""What an HTTP status and its headers mean in errors of `domain/errors.py`. No network here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from cm_desktop.domain.errors import (
    CmError,
    GoneError,
    NotAllowedError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
)

LONGEST_WAIT = 3600.0  # seconds; who asks for more is asked again after an hour
_MACHINE_WORD = re.compile(r"[\w.:/#-]{1,80}", re.ASCII)
_REASON_BODY_LIMIT = 64 << 10
_RESET_HEADERS = ("x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset")
_MOST_HEADERS = ("x-ratelimit-limit", "x-rate-limit-limit", "ratelimit-limit")
_MOST = 1_000_000_000  # what nobody can mean: headers of strangers may hold any number
_REMAINING_HEADERS = ("x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining")


def error_for(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> CmError:
    """Return the error that a status of 400 and above, or a stray 1xx or 3xx, stands for."""
    reason = reason_of(body)
    if status in _PLAIN:
        return _PLAIN[status](reason or f"http_{status}")
    if status in (425, 429):
        told = wait_seconds(headers, now)
        return RateLimitedError(_wait_in(body) if told is None else told, reason)
    if 400 <= status < 500:
        return RejectedError(reason or f"http_{status}")
    return ServerTroubleError(reason or f"http_{status}", status=status)


def reason_of(body: bytes) -> str:
    """Return the machine-readable word in the body of a refusal, or nothing. Never a text.

    Looks where the channels put it: `code` (WordPress), `errcode` (Matrix), `error` (Mastodon,
    Bluesky, Google, Meta), `error_type` (Discourse), `errors[0]` (Google), `type` (X).
    """
    return _reason(_said(body), depth=0)


def wait_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return how long to wait as the channel says, from 0 to an hour, or None for nonsense.

    `Retry-After` counts seconds or names a date (RFC 9110); a reset header names an epoch
    second, an ISO date (Mastodon) or the seconds left (Reddit). Header names in lower case.
    """
    if "retry-after" in headers:
        return _wait(headers["retry-after"], now)
    return next((_wait(headers[name], now) for name in _RESET_HEADERS if name in headers), None)


def remaining(headers: Mapping[str, str]) -> float | None:
    """Return how many requests are left until the reset, or None where nobody said."""
    return _number(headers, _REMAINING_HEADERS)


def most(headers: Mapping[str, str]) -> int | None:
    """Return how many requests a channel takes until each reset, or None where nobody said."""
    found = _number(headers, _MOST_HEADERS)
    return None if found is None else int(found)


_PLAIN: dict[int, Callable[[str], CmError]] = {
    401: SignInNeededError,
    403: NotAllowedError,
    404: GoneError,
    407: NotAllowedError,
    408: SlowError,
    410: GoneError,
}


def _said(body: bytes) -> Any:
    if body.lstrip()[:1] != b"{" or len(body) > _REASON_BODY_LIMIT:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _wait_in(body: bytes) -> float | None:
    """Return the wait that Discourse tells in its answer too, where a proxy kept the header."""
    said = _said(body)
    extras = said.get("extras") if isinstance(said, dict) else None
    seconds = extras.get("wait_seconds") if isinstance(extras, dict) else None
    # Not NaN either, which Python reads as a number.
    return _clamped(seconds) if isinstance(seconds, int | float) and seconds >= 0 else None


def _number(headers: Mapping[str, str], names: tuple[str, ...]) -> float | None:
    for name in names:
        try:
            found = float(headers[name])
        except (KeyError, ValueError):
            continue
        if 0 <= found <= _MOST:  # nor NaN
            return found
    return None


def _reason(said: Any, *, depth: int) -> str:
    if isinstance(said, list) and said:
        said = said[0]
    if not isinstance(said, dict) or depth > 2:
        return ""
    for name in ("errcode", "error_type", "code", "reason", "error", "errors", "status", "type"):
        value = said.get(name)
        if isinstance(value, dict | list):
            value = _reason(value, depth=depth + 1)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)[:20] if abs(value) < 10**15 else ""
        if isinstance(value, str) and _MACHINE_WORD.fullmatch(value):
            return value
    return ""


def _wait(value: str, now: datetime) -> float | None:
    value = value.strip()[:64]
    if re.fullmatch(r"-?\d{1,20}(\.\d{1,20})?", value):
        seconds = float(value)
        if seconds > 1e11:  # milliseconds since 1970
            seconds /= 1000
        if seconds > 1e8:  # seconds since 1970: three years would be a strange wait
            seconds -= now.timestamp()
        return _clamped(seconds)
    moment = _iso_date(value) or _http_date(value)
    return None if moment is None else _clamped((moment - now).total_seconds())


def _clamped(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _iso_date(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
