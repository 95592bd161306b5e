"""What a browser does on the sign-in pages of a Bluesky server, after a click of a person.

The pages are a program of their own that talks to an API of the server; this talks to it as the
pages do, with their cookies and headers.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

_API = "/@atproto/oauth-provider/~api"
_PATIENCE = 60.0  # seconds


class PageFailedError(RuntimeError):
    """A page refused; the text has what it said."""


class SignInPages:
    """The pages behind one address to sign in at."""

    def __init__(self, url: str) -> None:
        """Open the page."""
        self._url = url
        self._origin = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
        self._cookies: dict[str, str] = {}
        self._token = ""
        self._did = ""
        place = {"sec-fetch-site": "none", "sec-fetch-mode": "navigate",
                 "sec-fetch-dest": "document"}  # fmt: skip
        self.text = self._ask("GET", url, place).text

    def sign_in(self, name: str, password: str) -> None:
        """Type name and password and press the button."""
        typed = {"locale": "en", "username": name, "password": password, "remember": False}
        said = self._call("/sign-in", typed)
        self._token, self._did = said["ephemeralToken"], said["account"]["did"]

    def allow(self) -> dict[str, str]:
        """Press "allow" and return what the browser brings to the program."""
        return self._led_back(self._call("/consent", {"did": self._did}))

    def refuse(self) -> dict[str, str]:
        """Press "deny" and return what the browser brings to the program."""
        return self._led_back(self._call("/reject", {}))

    def _led_back(self, said: Any) -> dict[str, str]:
        place = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate",
                 "sec-fetch-dest": "document", "referer": self._url}  # fmt: skip
        answer = self._ask("GET", said["url"], place)
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    def _call(self, path: str, body: dict[str, Any]) -> Any:
        place = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "same-origin",
                 "origin": self._origin, "referer": self._url,
                 "x-csrf-token": self._cookies["csrf-token"]}  # fmt: skip
        if self._token:
            place["authorization"] = f"Bearer {self._token}"
        return self._ask("POST", f"{self._origin}{_API}{path}", place, body).json()

    def _ask(
        self, verb: str, url: str, headers: dict[str, str], body: dict[str, Any] | None = None
    ) -> httpx.Response:
        # By hand: the cookies are for https only, and browsers take this computer for safe.
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        sent = {**headers, "cookie": cookie} if cookie else headers
        address = url.replace("://localhost", "://127.0.0.1", 1)
        host = {"host": urlsplit(url).netloc}
        answer = httpx.request(verb, address, headers=sent | host, json=body, timeout=_PATIENCE)
        if answer.status_code not in (200, 302, 303):
            raise PageFailedError(f"{verb} {url}: {answer.status_code} {answer.text[:500]}")
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer
