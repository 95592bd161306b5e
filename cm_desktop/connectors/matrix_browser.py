"""Signing in on the page of a Matrix server, where it has one.

Source: Matrix specification, client-server API, "SSO client login/authentication": the page
leads back with a token that is good for one sign-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from cm_desktop.connectors.base import AccountConfig, BrowserSignIn, SignInPage
from cm_desktop.connectors.matrix_address import discover, open_http
from cm_desktop.connectors.matrix_home import log_in, path
from cm_desktop.connectors.oauth import fresh_secret
from cm_desktop.domain.errors import SignInNeededError, UsageError


class _Flow(msgspec.Struct):
    type: str = ""


class _Flows(msgspec.Struct):
    flows: list[_Flow] = []


def begin(config: AccountConfig, redirect: str) -> SignInPage:
    """Return the page. Raises UsageError("no_browser_sign_in") where the server has none."""
    base = discover(config)
    http = open_http(base, config.settings)
    try:
        offered = {one.type for one in http.get_json(path("login"), _Flows).flows}
    finally:
        http.close()
    if not {"m.login.sso", "m.login.token"} <= offered:
        raise UsageError("no_browser_sign_in", config.channel)
    state = fresh_secret()
    back = {"redirectUrl": f"{redirect}?{urlencode({'state': state})}"}
    return SignInPage(
        url=f"{base}{path('login', 'sso', 'redirect')}?{urlencode(back)}",
        state=state,
        kept={"base": base},
    )


def finish(
    config: AccountConfig, page: SignInPage, brought: Mapping[str, str]
) -> Mapping[str, str]:
    """Turn the token that is good once into our own."""
    token = brought.get("loginToken", "").strip()
    if not token:
        raise SignInNeededError("no_code")
    http = open_http(page.kept["base"], config.settings)
    try:
        who = {"type": "m.login.token", "token": token}
        return log_in(http, who, config.settings.get("device", ""))
    finally:
        http.close()


BROWSER = BrowserSignIn(begin=begin, finish=finish)
