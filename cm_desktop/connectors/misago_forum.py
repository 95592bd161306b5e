"""One Misago forum: how one signs in there, how it is asked, what its refusals mean.

Misago has no keys for programs. One signs in as in a browser, and what proves it is a cookie
beside a second value that has to be repeated in a header (Django's protection of forms). Who
is signed out is answered all the same, as a guest: so we ask who we are before we trust.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit, urlunsplit

import msgspec

from cm_desktop.connectors import misago_shapes as shapes
from cm_desktop.connectors.http import Answer, Ask, Http
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

# In the account's secret: the cookies of our sign-in, as JSON.
SESSION = "session"
_USUAL_COOKIE = "csrftoken"
_TOKEN_BYTES = 16  # Django takes 32 letters or digits
_SIGN_IN_WORDS = {"empty_data", "inactive_admin", "inactive_user", "invalid_login"}
# Cookies of one answer come joined by commas, and so do the dates within them.
_COOKIE = re.compile(r"(?:^|,\s*)([A-Za-z0-9_.-]{1,60})=([A-Za-z0-9_.:|!%/+-]{0,400})(?=;|,|$)")
_MOST_COOKIES = 20
# What people copy from the address bar.
_PAGE = re.compile(
    r"/(api|c|categories|login|options|p|private-threads|search|t|threads|u|users)(/.*)?$"
)


class Forum:
    """Asks the API of one forum as one of its people."""

    def __init__(
        self,
        http: Http,
        name: str,
        secret: Mapping[str, str],
        keep_secret: Callable[[Mapping[str, str]], None],
        *,
        csrf_cookie: str = "",
    ) -> None:
        """Ask through `http`; nothing is asked yet."""
        self._http = http
        self._name = name
        self._secret = dict(secret)
        self._keep_secret = keep_secret
        self._csrf_cookie = csrf_cookie or _USUAL_COOKIE
        self._cookies = _read_cookies(secret.get(SESSION, ""))

    @property
    def address(self) -> str:
        """The address of the forum, without a slash at its end."""
        return self._http.base_url

    def board(self) -> shapes.Board:
        """Return what the start page says. Raises AddressError where it is of something else."""
        return board_at(self._http, self._headers())

    def user(self) -> shapes.User:
        """Return who we are to the forum right now: perhaps a guest."""
        try:
            return self.get_json("/api/auth/", shapes.User)
        except GoneError as error:
            raise AddressError("no_api", self.address) from error

    def enter(self, number: int | None = None) -> shapes.User:
        """Return ourselves, signed in; uses the sign-in there is, else makes a new one.

        `number` is who we were before: another person's sign-in is not used. Raises
        SignInNeededError where the forum does not take the password.
        """
        if self._cookies:
            user = self.user()
            if user.id is not None and number in (None, user.id):
                return user
        return self.sign_in()

    def sign_in(self) -> shapes.User:
        """Sign in with the password and keep what proves it."""
        token = secrets.token_hex(_TOKEN_BYTES)
        self._cookies = {self._csrf_cookie: token}
        body = {"username": self._name, "password": self._secret.get("password", "")}
        try:
            answer = self._ask(Ask(method="POST", path="/api/auth/", json=body))
        except GoneError as error:
            raise AddressError("no_api", self.address) from error
        except RejectedError as error:
            self._cookies = {}
            raise _refused_sign_in(error) from None
        user = answer.json(shapes.User)
        if user.id is None:
            raise SignInNeededError("invalid_login")
        self._cookies |= _given_cookies(answer.headers.get("set-cookie", ""))
        self._secret[SESSION] = msgspec.json.encode(self._cookies).decode()
        self._keep_secret(dict(self._secret))
        # The rights come only with the answer to this question.
        return self.user()

    def get_json(self, path: str, shape: type[T], params: Mapping[str, str] | None = None) -> T:
        """Read from a path such as /api/threads/."""
        return self._ask(Ask(method="GET", path=path, params=params or {})).json(shape)

    def write(self, method: str, path: str, body: object = None) -> Answer:
        """Change something, once."""
        return self._ask(Ask(method=method, path=path, json=body))

    def patch(self, path: str, name: str, value: object) -> tuple[bool, shapes.Patched]:
        """Set one thing of a post or thread; return whether it was set, and what we may do."""
        body = [
            {"op": "add", "path": "acl", "value": True},
            {"op": "replace", "path": name, "value": value},
        ]
        answer = self._ask(Ask(method="PATCH", path=path, json=body, accept=(400,)))
        return answer.status != 400, answer.json(shapes.Patched)

    def _ask(self, ask: Ask) -> Answer:
        try:
            return self._http.ask(replace(ask, headers=self._headers()))
        except RejectedError as error:
            raise _meant(error) from None
        except CmError as error:
            raise _without_words(error) from None

    def _headers(self) -> dict[str, str]:
        headers = {
            # Asked for by Django over TLS; and with the other one even errors come as JSON.
            "Referer": f"{self.address}/",
            "X-Requested-With": "XMLHttpRequest",
        }
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{key}={self._cookies[key]}" for key in self._cookies)
            headers["X-CSRFToken"] = self._cookies.get(self._csrf_cookie, "")
        return headers


def board_at(http: Http, headers: Mapping[str, str] | None = None) -> shapes.Board:
    """Return what a forum's start page says. Raises AddressError where there is none."""
    asked = {**(headers or {}), "Accept": "text/html"}
    try:
        board = shapes.board_of(http.get("", headers=asked).body)
    except GoneError as error:
        raise AddressError("no_api", http.base_url) from error
    if board is None:
        raise AddressError("no_api", http.base_url)
    return board


def forum_address(typed: str) -> str:
    """Return the address of a forum from what somebody typed or copied."""
    typed = typed.strip()
    if typed and "://" not in typed:
        typed = f"https://{typed}"
    try:
        parts = urlsplit(typed)
    except ValueError:
        return typed  # refused with a reason when it is used
    path = _PAGE.sub("", parts.path.rstrip("/"))
    return urlunsplit(SplitResult(parts.scheme, parts.netloc, path, "", ""))


def forum_name(address: str) -> str:
    """Return what a forum is called everywhere: its host and folder, however it was typed."""
    parts = urlsplit(address)
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _read_cookies(kept: str) -> dict[str, str]:
    try:
        found = msgspec.json.decode(kept or "{}", type=dict[str, str])
    except (msgspec.MsgspecError, UnicodeError):
        return {}
    return {name: value for name, value in found.items() if _COOKIE.fullmatch(f"{name}={value}")}


def _given_cookies(header: str) -> dict[str, str]:
    found = [(match[1], match[2]) for match in _COOKIE.finditer(header[:20_000])]
    return {name: value for name, value in found[:_MOST_COOKIES] if value}


def _refused_sign_in(error: RejectedError) -> CmError:
    if error.reason == "banned":
        return NotAllowedError("banned")
    return SignInNeededError(error.reason if error.reason in _SIGN_IN_WORDS else "invalid_login")


def _meant(error: RejectedError) -> RejectedError:
    """Keep only words that are known: a forum may repeat what was sent to it."""
    known = error.reason in _SIGN_IN_WORDS or error.reason in ("banned", "http_400")
    return error if known else RejectedError("refused")


def _without_words(error: CmError) -> CmError:
    """Drop what the forum gave as its reason: Misago's own are sentences, never codes."""
    match error:
        case GoneError():
            return GoneError("target")
        case NotAllowedError():
            return NotAllowedError("refused")
        case SignInNeededError():
            return SignInNeededError("refused")
        case ServerTroubleError(status=int(status)):
            return ServerTroubleError(f"http_{status}", status=status)
        case RateLimitedError():
            return RateLimitedError(error.wait_seconds)
        case _:
            return error
