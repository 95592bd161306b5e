"""One signed-in account: asks its server, and renews what has run out.

Sources: lexicons com.atproto.server.createSession and refreshSession. A token that has run out
is refused with status 400 (`ExpiredToken`). Passwords may be tried 30 times in five minutes, so
tokens are kept and renewed; each renewal gives both anew, and both are kept at once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from cm_desktop.connectors import bluesky_address as address
from cm_desktop.connectors import bluesky_oauth
from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.bluesky_dpop import NONCE_WANTED, ProofKey
from cm_desktop.connectors.http import Answer, Ask, Http, bearer
from cm_desktop.connectors.http_errors import reason_of
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    GoneError,
    NotAllowedError,
    RejectedError,
    SignInNeededError,
)
from cm_desktop.domain.standing import Standing

T = TypeVar("T")

_RAN_OUT = ("ExpiredToken", "InvalidToken")
_FRESH_PROOF = (NONCE_WANTED, "invalid_dpop_proof")


class Session:
    """The way to an account's server, signed in; made from the account's secret."""

    def __init__(self, config: AccountConfig) -> None:
        """Sign in if no token was kept. Raises SignInNeededError, AddressError and others."""
        by_browser = bool(config.secret.get("token_endpoint"))
        self.config = config
        self._sign_in: _SignIn = _ByBrowser(config) if by_browser else _ByPassword(config)
        self._http = self._opened()

    @property
    def did(self) -> str:
        """The account that is signed in."""
        return self._sign_in.secret.get("did", "")

    @property
    def standing(self) -> Standing:
        """What the server said of our allowance."""
        return self._http.standing

    def close(self) -> None:
        """Give back connections."""
        self._http.close()

    def get(
        self, method: str, type_: type[T], params: Mapping[str, Any] | None = None, proxy: str = ""
    ) -> T:
        """Ask a question; `proxy` names the service that the server passes it on to."""
        path, headers = f"/xrpc/{method}", _passed_on(proxy)
        return self._ask(Ask(method="GET", path=path, params=params or {}, headers=headers)).json(
            type_
        )

    def post(self, method: str, body: object = None, proxy: str = "") -> Answer:
        """Do something, once."""
        path, headers = f"/xrpc/{method}", _passed_on(proxy)
        return self._ask(Ask(method="POST", path=path, json=body, headers=headers))

    def handle_owner(self, handle: str) -> str | None:
        """Return the account behind a handle, or None where nobody has it."""
        if not address.is_handle(handle):
            return None
        try:
            found = self.get(address.RESOLVE, address.Resolved, {"handle": handle})
        except (GoneError, RejectedError):
            return None
        return found.did if address.is_did(found.did) else None

    def _ask(self, ask: Ask) -> Answer:
        """Ask; again only where the server refused our token, hence did nothing."""
        answer, tried = self._once(ask), set[str]()
        while answer.status >= 400:
            remedy = _remedy(answer, proxied=bool(ask.headers))
            if not remedy or remedy in tried:
                raise self._error(answer, proxied=bool(ask.headers))
            tried.add(remedy)
            if remedy == "token":
                tried.discard("proof")
                self._renew()
            answer = self._once(ask)
        return answer

    def _once(self, ask: Ask) -> Answer:
        proof = self._sign_in.proof(ask.method, f"{self._http.base_url}{ask.path}")
        self._http.authorization = self._sign_in.authorization
        signed = replace(ask, headers={**ask.headers, **proof}, accept=(400, 401))
        answer = self._http.ask(signed)
        self._sign_in.learn(answer)
        return answer

    def _renew(self) -> None:
        before = self._sign_in.secret.get("server")
        self._sign_in.renew()
        if self._sign_in.secret.get("server") != before:
            self._http.close()
            self._http = self._opened()

    def _error(self, answer: Answer, *, proxied: bool) -> CmError:
        reason = reason_of(answer.body)
        if reason and reason in self._sign_in.authorization:
            reason = ""  # a server may repeat our token, and reasons are kept and shown
        if proxied and reason == "InvalidToken":
            return NotAllowedError(reason)
        if answer.status == 401 or reason in _RAN_OUT:
            return SignInNeededError(reason or f"http_{answer.status}")
        return RejectedError(reason or f"http_{answer.status}")

    def _opened(self) -> Http:
        return address.http_to(self._sign_in.secret["server"], self.config)


class _SignIn(ABC):
    """What lets us in."""

    def __init__(self, config: AccountConfig) -> None:
        self._config = config
        self.secret: Mapping[str, str] = dict(config.secret)

    @property
    @abstractmethod
    def authorization(self) -> str:
        """The header that names us."""

    @abstractmethod
    def renew(self) -> None:
        """Get fresh tokens and keep them. Raises SignInNeededError where that has ended."""

    def proof(self, method: str, url: str) -> Mapping[str, str]:  # noqa: ARG002  (for those that prove)
        """Return what else a request has to show."""
        return {}

    def learn(self, answer: Answer) -> None:  # noqa: B027  (most have nothing to learn)
        """Take note of an answer."""

    def _keep(self, secret: Mapping[str, str]) -> None:
        self.secret = dict(secret)
        self._config.keep_secret(self.secret)


class _ByPassword(_SignIn):
    def __init__(self, config: AccountConfig) -> None:
        super().__init__(config)
        if not (self.secret.get("access") and self.secret.get("server")):
            self._begin()

    @property
    def authorization(self) -> str:
        return bearer(self.secret["access"])

    def renew(self) -> None:
        http = address.http_to(self.secret["server"], self._config)
        headers = {"Authorization": bearer(self.secret.get("refresh", ""))}
        try:
            answer = http.post("/xrpc/com.atproto.server.refreshSession", headers=headers)
        except (RejectedError, SignInNeededError, GoneError):
            self._begin()
            return
        finally:
            http.close()
        self._take(answer.json(_Session), self.secret["server"])

    def _begin(self) -> None:
        """Sign in with the password, at the account's own server in the end."""
        name, password = self._name(), self.secret.get("password", "").strip()
        if not name or not password:
            raise SignInNeededError("no_password")
        home = address.home_of(self._config)
        http = address.http_to(home, self._config)
        body = {"identifier": name, "password": password}
        try:
            answer = http.post("/xrpc/com.atproto.server.createSession", body)
        except GoneError as error:
            raise AddressError("no_api", home) from error
        except RejectedError as error:
            raise SignInNeededError(error.reason) from error
        finally:
            http.close()
        self._take(answer.json(_Session), home)

    def _take(self, session: _Session, told_by: str) -> None:
        server = address.server_in(session.document, told_by, self._config) or told_by
        if not (session.access and session.refresh and address.is_did(session.did)):
            raise SignInNeededError("no_session")
        fresh = {"access": session.access, "refresh": session.refresh, "did": session.did}
        self._keep({**self.secret, **fresh, "server": server})

    def _name(self) -> str:
        """Return who signs in: by the name that stays, once it is known."""
        known = self._config.remote_id
        return known if address.is_did(known) else address.typed_name(self._config.handle)


class _ByBrowser(_SignIn):
    def __init__(self, config: AccountConfig) -> None:
        super().__init__(config)
        if not {"access", "server", "key", "issuer"} <= self.secret.keys():
            raise SignInNeededError("no_token")
        self._key = ProofKey(self.secret["key"])

    @property
    def authorization(self) -> str:
        return f"DPoP {self.secret['access']}"

    def renew(self) -> None:
        self._keep(bluesky_oauth.renewed(self._config, self.secret, self._key))

    def proof(self, method: str, url: str) -> Mapping[str, str]:
        return self._key.proof(method, url, self.secret["access"])

    def learn(self, answer: Answer) -> None:
        self._key.learn(answer)


class _Session(msgspec.Struct):
    access: str = msgspec.field(name="accessJwt")
    refresh: str = msgspec.field(name="refreshJwt")
    did: str
    document: address.Document | None = msgspec.field(name="didDoc", default=None)


def _passed_on(proxy: str) -> Mapping[str, str]:
    return {"atproto-proxy": proxy} if proxy else {}


def _remedy(answer: Answer, *, proxied: bool) -> str:
    """Return what may help after a refusal: a fresh proof, a fresh token, or nothing."""
    reason = reason_of(answer.body)
    if answer.status == 401 and reason in _FRESH_PROOF:
        return "proof"
    # A service behind our server misses a right in the token, and a fresh one has no more.
    if proxied and reason == "InvalidToken":
        return ""
    return "token" if answer.status == 401 or reason in _RAN_OUT else ""
