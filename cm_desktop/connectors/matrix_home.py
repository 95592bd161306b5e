"""Asks a Matrix server as the one who signed in, and renews the sign-in where it ends.

A sign-in is a token of a device. Most servers give tokens without an end; where they have
one, we ask for such as can be renewed (Matrix specification, "Refreshing access tokens").
What is renewed is kept before it is used, for the old one stops working then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from cm_desktop.connectors import matrix_shapes as shapes
from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.http import Answer, Ask, Http, Limits, bearer
from cm_desktop.connectors.http_errors import LONGEST_WAIT, wait_seconds
from cm_desktop.connectors.matrix_address import open_http
from cm_desktop.domain.errors import (
    NotAllowedError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SignInNeededError,
)
from cm_desktop.domain.standing import Standing

T = TypeVar("T")

_CLIENT = "/_matrix/client/v3"
_DEVICE_NAME = "CM Desktop"
_SOON = timedelta(seconds=20)  # a token that ends so soon is renewed before it is used
_FIRST_READ = Limits(seconds=180, read_seconds=120, body_bytes=64 << 20)


class _Tokens(msgspec.Struct):
    access_token: str
    device_id: str | None = None
    refresh_token: str | None = None
    expires_in_ms: int | None = None


class _Told(msgspec.Struct):
    retry_after_ms: float | None = None


def path(*parts: str) -> str:
    """Return a path of the API; each part may hold anything."""
    return "/".join((_CLIENT, *(quote(part, safe="") for part in parts)))


def log_in(http: Http, who: Mapping[str, object], device: str) -> dict[str, str]:
    """Sign in and return the secret. A device that is named again is no new one.

    Raises SignInNeededError where the server does not accept it.
    """
    body: dict[str, object] = {"initial_device_display_name": _DEVICE_NAME, **who}
    if device:
        body["device_id"] = device
    tokens = _signed_in(http, body)
    if tokens.expires_in_ms is not None and tokens.refresh_token is None and "token" not in who:
        # Sessions end on this server: ask for one that can go on.
        again = {**body, "device_id": tokens.device_id or device, "refresh_token": True}
        tokens = _signed_in(http, again)
    return _secret(tokens, device)


def _signed_in(http: Http, body: Mapping[str, object]) -> _Tokens:
    try:
        return http.post_json(path("login"), _Tokens, body)
    except (NotAllowedError, RejectedError) as error:
        told = error.reason if isinstance(error, RejectedError) else error.detail
        # A server may repeat a password as its reason, and reasons are kept and shown.
        raise SignInNeededError(told if told.startswith("M_") else "refused") from error


def _secret(tokens: _Tokens, device: str) -> dict[str, str]:
    secret = {"token": tokens.access_token, "device": tokens.device_id or device}
    if tokens.refresh_token:
        secret["refresh"] = tokens.refresh_token
    if tokens.expires_in_ms is not None and 0 <= tokens.expires_in_ms < 1 << 42:
        end = datetime.now(UTC) + timedelta(milliseconds=tokens.expires_in_ms)
        secret["until"] = end.isoformat(timespec="seconds")
    return {name: value for name, value in secret.items() if value}


class Home:
    """One account's way to its server. Raises errors of `domain/errors.py` as Http does."""

    def __init__(self, config: AccountConfig, base: str) -> None:
        """Prepare; signs in with the password where there is no token yet."""
        self._keep = config.keep_secret
        self._secret = dict(config.secret)
        self._http = open_http(base, config.settings)
        try:
            if not self._secret.get("token", "").strip():
                self._take(self._by_password(config))
            self._http.authorization = bearer(self._secret["token"])
        except BaseException:
            self._http.close()
            raise

    @property
    def device(self) -> str:
        """The device that the server knows us as, or nothing for a token that was pasted."""
        return self._secret.get("device", "")

    @property
    def standing(self) -> Standing:
        """Until when we are signed in, unless that renews itself, and what we may still ask."""
        until = None if self._secret.get("refresh") else self._until
        return Standing(signed_in_until=until, allowance=self._http.standing.allowance)

    def close(self) -> None:
        """Give back connections."""
        self._http.close()

    def get(self, where: str, shape: type[T], params: Mapping[str, Any] | None = None) -> T:
        """Read."""
        return self.ask(Ask(method="GET", path=where, params=params or {})).json(shape)

    def put(self, where: str, shape: type[T], body: object) -> T:
        """Put something into its place, once."""
        return self.ask(Ask(method="PUT", path=where, json=body)).json(shape)

    def post(self, where: str, body: object) -> None:
        """Do something, once."""
        self.ask(Ask(method="POST", path=where, json=body))

    def sync(
        self, selected: Mapping[str, object], since: str, seconds: float = 0, *, renew: bool = True
    ) -> shapes.Sync:
        """Return what is new since a place, waiting for it up to some seconds.

        Does not make us look as if we sat in front of the screen.
        """
        params: dict[str, Any] = {
            "filter": msgspec.json.encode(selected).decode(),
            "timeout": round(seconds * 1000),
            "set_presence": "offline",
        }
        limits = _FIRST_READ
        if since:
            params["since"] = since
            patience = seconds + 60
            limits = replace(limits, seconds=patience + 60, read_seconds=patience)
        asked = Ask(method="GET", path=path("sync"), params=params, limits=limits)
        sync = self.ask(asked, renew=renew).json(shapes.Sync)
        if not sync.next_batch:
            raise ServerTroubleError("unexpected_shape $.next_batch")
        return sync

    def ask(self, ask: Ask, *, renew: bool = True) -> Answer:
        """Ask once. What the server did not look at, for our token had ended, is asked anew."""
        until = self._until
        if renew and until is not None and until < datetime.now(UTC) + _SOON:
            self._renew()
        try:
            return self._once(ask)
        except SignInNeededError as error:
            if not (renew and error.detail == "M_UNKNOWN_TOKEN" and self._renew()):
                raise
        return self._once(ask)

    def _once(self, ask: Ask) -> Answer:
        answer = self._http.ask(replace(ask, accept=(*ask.accept, 429)))
        if answer.status != 429:
            return answer
        wait = wait_seconds(answer.headers, datetime.now(UTC))
        if wait is None:
            wait = _told_wait(answer)  # how servers said it until v1.10 of the specification
        raise RateLimitedError(wait, "M_LIMIT_EXCEEDED")

    @property
    def _until(self) -> datetime | None:
        try:
            until = datetime.fromisoformat(self._secret.get("until", ""))
        except ValueError:
            return None
        return until if until.tzinfo else None

    def _renew(self) -> bool:
        """Renew the token if that is possible. Raises SignInNeededError where it is refused."""
        refresh = self._secret.get("refresh", "")
        if not refresh:
            return False
        asked = Ask(method="POST", path=path("refresh"), json={"refresh_token": refresh})
        self._http.authorization = ""
        try:
            tokens = self._http.ask(asked).json(_Tokens)
        except (NotAllowedError, RejectedError) as error:
            raise SignInNeededError("M_UNKNOWN_TOKEN") from error
        finally:
            self._http.authorization = bearer(self._secret["token"])
        renewed = {"refresh": refresh, **_secret(tokens, self.device)}
        self._take(renewed)
        self._http.authorization = bearer(renewed["token"])
        return True

    def _take(self, secret: Mapping[str, str]) -> None:
        self._keep(secret)
        self._secret = dict(secret)

    def _by_password(self, config: AccountConfig) -> Mapping[str, str]:
        password = config.secret.get("password", "")
        if not password or not config.handle.strip():
            raise SignInNeededError("no_password")
        who = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": config.handle.strip()},
            "password": password,
        }
        return log_in(self._http, who, config.settings.get("device", ""))


def _told_wait(answer: Answer) -> float | None:
    try:
        told = answer.json(_Told).retry_after_ms
    except ServerTroubleError:
        return None
    return None if told is None or not 0 <= told < 1e15 else min(told / 1000, LONGEST_WAIT)
