"""Asks the Bot API of Telegram and turns its refusals into errors of `domain/errors.py`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, TypeVar

import msgspec

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.http import Answer, Ask, Http
from cm_desktop.connectors.http_errors import LONGEST_WAIT, error_for, wait_seconds
from cm_desktop.connectors.http_json import decode
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    GoneError,
    NotAllowedError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SignInNeededError,
)

T = TypeVar("T")

API = "https://api.telegram.org"
_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{10,100}")
_REFUSALS = tuple(range(400, 500))
_LAST_YEAR = 2100  # what says a later one has no clock

# Telegram says in English what it refuses and gives no code for it. The sentences are part of
# the Bot API server's source; what is not known here is a plain refusal.
_GONE = {
    "replied not found": "target",
    "replied message not found": "target",
    "message to edit not found": "message",
    "message to delete not found": "message",
    "message to react not found": "message",
    "message not found": "message",
    "message_id_invalid": "message",
    "message thread not found": "topic",
    "chat not found": "chat",
    "user not found": "user",
    "member not found": "user",
    "participant_id_invalid": "user",
}
_NOT_ALLOWED = {
    "not enough rights": "no_rights",
    "no rights": "no_rights",
    "rights to": "no_rights",
    "chat_admin_required": "no_rights",
    "chat_write_forbidden": "no_rights",
    "administrator rights": "no_rights",
    "is an administrator": "of_administrator",
    "chat owner": "of_administrator",
    "business_connection_invalid": "business_off",
    "business connection not found": "business_off",
    "reaction_invalid": "reaction_off",
    "available for supergroup": "ability",
    "available only for supergroups": "ability",
    "blocked by the user": "bot_blocked",
    "user is deactivated": "user_gone",
    "can't initiate conversation": "bot_not_started",
    "bot was kicked": "bot_removed",
    "not a member": "bot_removed",
}
_REJECTED = {
    "not modified": "not_modified",
    "message is too long": "too_long",
    "text is empty": "empty",
    "must be non-empty": "empty",
    "can't be deleted": "too_old",
    "can't be edited": "too_old",
    "topic_closed": "topic_closed",
    "topic_deleted": "topic_closed",
    "business_peer_usage_missing": "window_over",
}


class ChatMovedError(RejectedError):
    """The group became a supergroup and has another id now; nothing was done."""

    def __init__(self, chat: int = 0) -> None:
        """Carry the new id of the chat."""
        super().__init__("chat_moved")
        self.chat = chat


class _Envelope(msgspec.Struct):
    ok: bool = False
    result: msgspec.Raw = msgspec.Raw(b"null")


class _Hints(msgspec.Struct):
    retry_after: float | None = None
    migrate_to_chat_id: Annotated[int, msgspec.Meta(ge=-(1 << 53), le=1 << 53)] | None = None


class _Refusal(msgspec.Struct):
    ok: bool = True
    description: str = ""
    parameters: _Hints = msgspec.field(default_factory=_Hints)


class Api:
    """One bot's way to Telegram. The token is part of the address and never leaves this class."""

    def __init__(self, config: AccountConfig) -> None:
        """Prepare; nothing is asked. Raises SignInNeededError where that is no token."""
        token = config.secret.get("token", "").strip()
        if not _TOKEN.fullmatch(token):
            raise SignInNeededError("bad_token" if token else "no_token")
        self._place = (config.url.strip() or API).rstrip("/")
        # Our sign-in goes over TLS or nowhere, whatever other channels may be allowed.
        settings = {key: config.settings[key] for key in config.settings if key != "allow_http"}
        self.http = Http(f"{self._place}/bot{token}", settings=settings)
        self.http.secret_words = (token, token.partition(":")[2])
        self.now = datetime.now(UTC)  # by Telegram's own clock, once it answered

    def read(self, method: str, type_: type[T], params: Mapping[str, object] | None = None) -> T:
        """Ask for something that changes nothing; asked once more if no answer came."""
        return self._ask(
            Ask(method="GET", path=method, params=params or {}, accept=_REFUSALS), type_
        )

    def do(self, method: str, type_: type[T], body: Mapping[str, object]) -> T:
        """Ask for something to be done, once. Raises ChatMovedError beside the usual errors."""
        return self._ask(Ask(method="POST", path=method, json=body, accept=_REFUSALS), type_)

    def _ask(self, ask: Ask, type_: type[T]) -> T:
        answer = self.http.ask(ask)
        self.now = _clock(answer)
        if answer.status >= 400:
            raise self._refusal(answer)
        said = answer.json(_Envelope)
        if not said.ok:
            raise ServerTroubleError("not_ok")
        return decode(bytes(said.result), type_)

    def _refusal(self, answer: Answer) -> CmError:
        said = _said(answer)
        if said is None or said.ok:
            plain = error_for(answer.status, answer.headers, b"", self.now)
            return AddressError("no_api", self._place) if answer.status == 404 else plain
        text = said.description[:500].lower()
        moved = said.parameters.migrate_to_chat_id
        found: CmError | None = None
        match answer.status:
            case 404:
                found = SignInNeededError("unknown_token")
            case 409:
                found = _conflict(text)
            case 429:
                found = RateLimitedError(_wait(said.parameters, answer, self.now), "flood")
            case 400 | 403:
                found = _worded(text) if moved is None else ChatMovedError(moved)
        return found or error_for(answer.status, answer.headers, b"", self.now)


def _said(answer: Answer) -> _Refusal | None:
    try:
        return answer.json(_Refusal)
    except ServerTroubleError:
        return None


def _conflict(text: str) -> CmError:
    """Only one program may fetch: another one does, or Telegram delivers to a website."""
    if "webhook" in text and "terminated" not in text:
        return NotAllowedError("webhook_set")
    return ServerTroubleError("other_program", status=409)


def _worded(text: str) -> CmError | None:
    for part, word in _GONE.items():
        if part in text:
            return GoneError(word)
    for part, word in _NOT_ALLOWED.items():
        if part in text:
            return NotAllowedError(word)
    for part, word in _REJECTED.items():
        if part in text:
            return RejectedError(word)
    return None


def _wait(hints: _Hints, answer: Answer, now: datetime) -> float | None:
    told = hints.retry_after
    if told is not None and told > 0:  # nor NaN
        return min(told, LONGEST_WAIT)
    return wait_seconds(answer.headers, now) or None


def _clock(answer: Answer) -> datetime:
    try:
        told = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, OverflowError, IndexError, TypeError):
        return datetime.now(UTC)
    told = told if told.tzinfo else told.replace(tzinfo=UTC)
    return told.astimezone(UTC) if 2000 < told.year < _LAST_YEAR else datetime.now(UTC)
