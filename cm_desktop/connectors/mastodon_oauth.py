"""Signing in on the page of a Mastodon server: an app of our own for each sign-in, then a code.

Source: Mastodon's API documentation, "OAuth" (PKCE with S256 since 4.3; older ones ignore it).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from cm_desktop.connectors.base import AccountConfig, BrowserSignIn, SignInPage
from cm_desktop.connectors.mastodon_address import http_to
from cm_desktop.connectors.oauth import fresh_secret, pkce_challenge
from cm_desktop.domain.errors import (
    AddressError,
    GoneError,
    NotAllowedError,
    RejectedError,
    SignInNeededError,
)

SHOWN_CODE = "urn:ietf:wg:oauth:2.0:oob"
# No more than what the connector does. Private conversations are read as statuses.
SCOPES = (
    "read:accounts read:notifications read:statuses write:blocks write:favourites write:mutes"
    " write:reports write:statuses"
)


class _App(msgspec.Struct):
    client_id: str
    client_secret: str


class _Token(msgspec.Struct):
    access_token: str


def begin(config: AccountConfig, redirect: str) -> SignInPage:
    """Make an app on the server and return the page on which a person allows it in."""
    http = http_to(config)
    try:
        form = {
            "client_name": "CM Desktop",
            "redirect_uris": redirect,
            "scopes": SCOPES,
        }
        app = http.post_form("/api/v1/apps", form).json(_App)
    except GoneError as error:
        raise AddressError("no_api", http.base_url) from error
    finally:
        http.close()
    verifier = fresh_secret()
    state = "" if redirect == SHOWN_CODE else fresh_secret()
    asked = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect,
        "scope": SCOPES,
        "code_challenge": pkce_challenge(verifier),
        "code_challenge_method": "S256",
        **({"state": state} if state else {}),
    }
    return SignInPage(
        url=f"{http.base_url}/oauth/authorize?{urlencode(asked)}",
        state=state,
        kept={
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "redirect_uri": redirect,
            "code_verifier": verifier,
        },
    )


def finish(
    config: AccountConfig, page: SignInPage, brought: Mapping[str, str]
) -> Mapping[str, str]:
    """Turn the code into a token; it has no end until somebody takes it back."""
    code = brought.get("code", "").strip()
    if not code:
        raise SignInNeededError("no_code")
    http = http_to(config)
    try:
        form = {"grant_type": "authorization_code", "code": code, "scope": SCOPES, **page.kept}
        token = http.post_form("/oauth/token", form).json(_Token)
    except (RejectedError, NotAllowedError) as error:
        raise SignInNeededError("code_refused") from error
    finally:
        http.close()
    return {"token": token.access_token}


BROWSER = BrowserSignIn(begin=begin, finish=finish, shown_code=SHOWN_CODE)
