"""Signing in to Bluesky in the browser: the AT Protocol's profile of OAuth.

Source: atproto.com/specs/oauth. What is asked for is first pushed to the server (PAR, RFC 9126),
the code is bound to us (PKCE) and the tokens to a key of ours (DPoP). A program without a website
of its own is known by the address http://localhost and the rights it wants; its sign-in lasts two
weeks at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import msgspec

from cm_desktop.connectors import bluesky_address as address
from cm_desktop.connectors.base import AccountConfig, BrowserSignIn, SignInPage
from cm_desktop.connectors.bluesky_dpop import ProofKey
from cm_desktop.connectors.http import Answer, Http
from cm_desktop.connectors.http_errors import reason_of
from cm_desktop.connectors.oauth import fresh_secret, pkce_challenge
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    GoneError,
    NotAllowedError,
    RejectedError,
    SignInNeededError,
)

_SCOPE = "atproto transition:generic"
_SCOPE_DIRECT = f"{_SCOPE} transition:chat.bsky"
_LASTS = timedelta(days=14)  # the longest sign-in of a program without a website of its own
_ANY_PORT = "http://127.0.0.1/"  # the port of a loopback address does not count (RFC 8252)


class _Resource(msgspec.Struct):
    authorization_servers: list[str] = []


class Authority(msgspec.Struct):
    """The server that signs people in, as it describes itself (RFC 8414)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    pushed_authorization_request_endpoint: str


class _Pushed(msgspec.Struct):
    request_uri: str


class Tokens(msgspec.Struct):
    """What lets us in."""

    access_token: str
    token_type: str = ""
    refresh_token: str = ""
    sub: str = ""
    scope: str = ""


def begin(config: AccountConfig, redirect: str) -> SignInPage:
    """Push what we ask for to the account's server and return the page to open."""
    home = address.home_of(config)
    authority = authority_of(home, config)
    key, verifier, state = ProofKey(), fresh_secret(), fresh_secret()
    client = _client(config)
    asked = {
        "client_id": client,
        "response_type": "code",
        "redirect_uri": redirect,
        "scope": _scope(config),
        "state": state,
        "code_challenge": pkce_challenge(verifier),
        "code_challenge_method": "S256",
    }
    if name := address.typed_name(config.handle):
        asked["login_hint"] = name
    http = address.http_to(authority.issuer, config)
    try:
        answer = key.post(http, authority.pushed_authorization_request_endpoint, asked)
        pushed = _accepted(answer, NotAllowedError).json(_Pushed)
    finally:
        http.close()
    query = urlencode({"client_id": client, "request_uri": pushed.request_uri})
    return SignInPage(
        url=f"{authority.authorization_endpoint}?{query}",
        state=state,
        kept={
            "code_verifier": verifier,
            "redirect_uri": redirect,
            "client_id": client,
            "key": key.number,
            "issuer": authority.issuer,
            "token_endpoint": authority.token_endpoint,
        },
    )


def finish(
    config: AccountConfig, page: SignInPage, brought: Mapping[str, str]
) -> Mapping[str, str]:
    """Turn the code into tokens, after a look whether the server may speak for the account."""
    code, kept = brought.get("code", "").strip(), page.kept
    if not code or brought.get("iss") != kept["issuer"]:
        raise SignInNeededError("no_code")
    key = ProofKey(kept["key"])
    http = address.http_to(kept["issuer"], config)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": kept["code_verifier"],
        "redirect_uri": kept["redirect_uri"],
        "client_id": kept["client_id"],
    }
    try:
        tokens = _tokens(key.post(http, kept["token_endpoint"], form))
    finally:
        http.close()
    return {
        "access": tokens.access_token,
        "refresh": tokens.refresh_token,
        "did": tokens.sub,
        "server": _server_of(tokens.sub, kept["issuer"], config),
        "until": (datetime.now(UTC) + _LASTS).isoformat(timespec="seconds"),
        **{name: kept[name] for name in ("client_id", "issuer", "key", "token_endpoint")},
    }


def renewed(config: AccountConfig, secret: Mapping[str, str], key: ProofKey) -> dict[str, str]:
    """Return the secret with fresh tokens. Raises SignInNeededError where the sign-in has ended."""
    http = address.http_to(secret["issuer"], config)
    form = {
        "grant_type": "refresh_token",
        "refresh_token": secret.get("refresh", ""),
        "client_id": secret.get("client_id", ""),
    }
    try:
        tokens = _tokens(key.post(http, secret["token_endpoint"], form))
    finally:
        http.close()
    if tokens.sub != secret.get("did"):
        raise SignInNeededError("other_account")
    fresh = {"access": tokens.access_token, "refresh": tokens.refresh_token}
    return {**secret, **{name: value for name, value in fresh.items() if value}}


def authority_of(home: str, config: AccountConfig) -> Authority:
    """Return who signs people in to a server. Raises AddressError("no_api") where nobody does."""
    http = address.http_to(home, config)
    try:
        issuer = _named_by(http) or home
    finally:
        http.close()
    http = address.http_to(issuer, config)
    try:
        found = http.get_json("/.well-known/oauth-authorization-server", Authority)
    except CmError as error:
        if address.is_no_server(error):
            raise AddressError("no_api", issuer) from error
        raise
    finally:
        http.close()
    # Else one server could send us to the pages of another (RFC 8414, section 3.3).
    if found.issuer.rstrip("/") != issuer.rstrip("/"):
        raise AddressError("no_api", issuer)
    return found


def _named_by(http: Http) -> str:
    """Return the server that a server names; Bluesky's front door signs in by itself."""
    try:
        found = http.get_json("/.well-known/oauth-protected-resource", _Resource)
    except CmError as error:
        if isinstance(error, GoneError | RejectedError):
            return ""
        if address.is_no_server(error):
            raise AddressError("no_api", http.base_url) from error
        raise
    return next(iter(found.authorization_servers), "")


def _server_of(did: str, issuer: str, config: AccountConfig) -> str:
    """Return where the account lies, if that server lets `issuer` speak for it."""
    if not address.is_did(did):
        raise SignInNeededError("no_account")
    server = address.server_of(did, config)
    if authority_of(server, config).issuer != issuer:
        raise SignInNeededError("other_issuer")
    return server


def _scope(config: AccountConfig) -> str:
    direct = config.settings.get("direct_messages", "") == "yes"
    return _SCOPE_DIRECT if direct else _SCOPE


def _client(config: AccountConfig) -> str:
    query = urlencode({"redirect_uri": _ANY_PORT, "scope": _scope(config)})
    return f"http://localhost?{query}"


def _tokens(answer: Answer) -> Tokens:
    tokens = _accepted(answer, SignInNeededError).json(Tokens)
    if tokens.token_type.lower() != "dpop" or not tokens.access_token:
        raise SignInNeededError("unbound_token")
    if "atproto" not in tokens.scope.split():
        raise SignInNeededError("no_scope")
    return tokens


def _accepted(answer: Answer, refused: type[CmError]) -> Answer:
    if answer.status >= 400:
        raise refused(reason_of(answer.body) or f"http_{answer.status}")
    return answer


BROWSER = BrowserSignIn(begin=begin, finish=finish)
