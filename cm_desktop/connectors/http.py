"""HTTP to channels; the only module that names httpx.

What it promises: nothing leaves over plain http but to this computer; nothing is sent twice
but a GET; no redirect carries a sign-in to another host; no answer is larger or slower than
allowed; whatever goes wrong is an error of `domain/errors.py`; no log line holds a query,
a token or a text. The environment (proxies, netrc, certificate variables) is not asked:
see docs/decisions/010-http.md.
"""

from __future__ import annotations

import base64
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from cm_desktop import __version__
from cm_desktop.connectors import http_address, http_json
from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.http_body import read_body
from cm_desktop.connectors.http_deadline import Deadline
from cm_desktop.connectors.http_errors import error_for, reason_of
from cm_desktop.connectors.http_tls import tls_context, tls_error
from cm_desktop.connectors.rate import RateBucket
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    OfflineError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
)
from cm_desktop.domain.standing import Standing

T = TypeVar("T")

_log = logging.getLogger(__name__)
# Both log whole addresses, hence tokens, at INFO and DEBUG.
for _chatty in ("httpx", "httpcore"):
    logging.getLogger(_chatty).setLevel(logging.CRITICAL)

MEBIBYTE = 1 << 20
_REDIRECTS = (301, 302, 303, 307, 308)
_FOR_GOOD = {301, 308}
_READING = ("GET", "HEAD")
_TOO_SHORT = 5  # characters; such a word stands for itself more often than for a secret
# What may be better the next moment. A deadline that was used up is not.
_WORTH_A_RETRY = ("ReadError", "ReadTimeout", "RemoteProtocolError", "WriteError", "cut")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a request may cost."""

    connect_seconds: float = 10
    read_seconds: float = 20  # without a single byte
    seconds: float = 45  # from the first byte sent to the last byte read
    body_bytes: int = 20 * MEBIBYTE  # after decompression
    redirects: int = 5
    retry_seconds: float = 0.5  # before the one retry of a GET; up to twice that


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request. Of `json`, `form` and `content` at most one is given."""

    method: str
    path: str  # below the base, or a whole address
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)
    json: object = field(default=None, repr=False)
    form: Mapping[str, Any] | None = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    limits: Limits | None = None
    elsewhere: bool = False  # it may lead to another host; our sign-in stays home
    accept: tuple[int, ...] = ()  # statuses beside 2xx that are no error here, such as 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whole. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str = field(repr=False)  # where it came from in the end
    moved_for_good: bool = False  # it came from elsewhere, and every redirect there was permanent

    def json(self, type_: type[T]) -> T:
        """Return the body as a type (`object`: any). Raises ServerTroubleError."""
        return http_json.decode(self.body, type_)

    @property
    def links(self) -> dict[str, str]:
        """The addresses of the Link header by their `rel`."""
        response = httpx.Response(200, headers={"link": self.headers.get("link", "")})
        return {rel: link["url"] for rel, link in response.links.items() if rel and "url" in link}


class Http:
    """One account's way to its channel. May be used by several threads, best by one."""

    def __init__(
        self,
        base_url: str,
        *,
        authorization: str = "",
        settings: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Prepare; nothing is sent yet.

        `authorization` is the whole header, see `bearer` and `basic`. Settings that count:
        `ca_file` (PEM, trusted beside the usual authorities), `allow_http` ("yes": plain http
        to any host), `proxy` (address of an HTTP proxy). Raises AddressError for an address
        or setting that cannot work.
        """
        settings = settings or {}
        self._allow_http = settings.get("allow_http", "") == "yes"
        http_address.check_address(base_url, allow_http=self._allow_http)
        self.base_url = base_url.rstrip("/")
        self.authorization = authorization
        self.limits = limits or Limits()
        self.secret_words: tuple[str, ...] = ()  # in the address; never in a log or an error
        self._headers = {"User-Agent": f"CM-Desktop/{__version__}", **(headers or {})}
        self._clock = clock
        self._bucket = RateBucket()
        self._pause = threading.Event()
        self._deadline = Deadline()
        # The bare transport: httpx's client would follow, keep cookies, log and read netrc.
        self._transport = _transport(settings.get("ca_file", ""), settings.get("proxy", ""))

    def close(self) -> None:
        """Give back connections."""
        self._transport.close()

    @property
    def standing(self) -> Standing:
        """What the channel's answers said of our allowance so far."""
        return Standing(allowance=self._bucket.allowance)

    def get(self, path: str, params: Mapping[str, Any] | None = None, **more: Any) -> Answer:
        """Fetch; `more` are fields of Ask."""
        return self.ask(Ask(method="GET", path=path, params=params or {}, **more))

    def get_json(
        self, path: str, type_: type[T], params: Mapping[str, Any] | None = None, **more: Any
    ) -> T:
        """Fetch and decode in one step."""
        return self.get(path, params, **more).json(type_)

    def post(self, path: str, body: object = None, **more: Any) -> Answer:
        """Send a body as JSON."""
        return self.ask(Ask(method="POST", path=path, json=body, **more))

    def post_json(self, path: str, type_: type[T], body: object = None, **more: Any) -> T:
        """Send a body as JSON and decode the answer."""
        return self.post(path, body, **more).json(type_)

    def post_form(self, path: str, form: Mapping[str, Any], **more: Any) -> Answer:
        """Send a body as a web form."""
        return self.ask(Ask(method="POST", path=path, form=form, **more))

    def put(self, path: str, body: object = None, **more: Any) -> Answer:
        """Put a body as JSON."""
        return self.ask(Ask(method="PUT", path=path, json=body, **more))

    def patch(self, path: str, body: object = None, **more: Any) -> Answer:
        """Change a part of something."""
        return self.ask(Ask(method="PATCH", path=path, json=body, **more))

    def delete(self, path: str, params: Mapping[str, Any] | None = None, **more: Any) -> Answer:
        """Delete something."""
        return self.ask(Ask(method="DELETE", path=path, params=params or {}, **more))

    def ask(self, ask: Ask) -> Answer:
        """Ask once (a GET twice, if the first got no answer) and return the answer.

        Raises OfflineError, UntrustedServerError, AddressError and RateLimitedError before
        anything was carried out; SlowError and ServerTroubleError where that is open; for
        statuses of 400 and above what `http_errors.error_for` says.
        """
        try:
            answer = self._follow(ask)
        except AddressError as error:
            raise AddressError(error.problem, self._without_secrets(error.value)) from None
        if 200 <= answer.status < 300 or answer.status in ask.accept:
            return answer
        # A server may repeat our sign-in as its reason, and reasons are kept and shown.
        body = answer.body if not self._is_repeated_in(reason_of(answer.body)) else b""
        raise error_for(answer.status, answer.headers, body, self._clock())

    def _follow(self, ask: Ask) -> Answer:
        url = _with_params(http_address.join(self.base_url, ask.path), ask.params)
        http_address.check_address(url, allow_http=self._allow_http)
        if not (ask.elsewhere or http_address.is_same_place(self.base_url, url)):
            raise AddressError("other_host", http_address.without_query(url))
        passed: set[int] = set()
        for _ in range((ask.limits or self.limits).redirects + 1):
            answer = self._try(ask, url)
            location = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not location:
                return replace(answer, moved_for_good=bool(passed) and passed <= _FOR_GOOD)
            passed.add(answer.status)
            target = http_address.redirected(url, location, allow_http=self._allow_http)
            stays = http_address.is_same_place(url, target)
            if ask.method not in _READING or not (stays or ask.elsewhere):
                raise AddressError("moved", http_address.without_query(target))
            url = target
        raise AddressError("redirect_loop", http_address.without_query(url))

    def _try(self, ask: Ask, url: str) -> Answer:
        try:
            return self._once(ask, url)
        except (SlowError, ServerTroubleError) as error:
            if ask.method not in _READING or error.detail not in _WORTH_A_RETRY:
                raise
        delay = (ask.limits or self.limits).retry_seconds
        self._pause.wait(delay * (1 + secrets.randbelow(1000) / 1000))
        return self._once(ask, url)

    def _once(self, ask: Ask, url: str) -> Answer:
        limits = ask.limits or self.limits
        host = urlsplit(url).hostname or ""
        self._bucket.check(host, self._clock())
        request = self._request(ask, url, limits)
        begin = monotonic()
        outcome: object = "refused"
        try:
            answer = self._exchange(request, limits, host)
            outcome = answer.status
        except CmError as error:
            outcome = f"{error.code} {error.detail}"
            raise
        finally:
            path = http_address.log_path(url, self._secrets())
            spent = (monotonic() - begin) * 1000
            _log.info("%s %s%s: %s in %.0f ms", ask.method, host, path, outcome, spent)
        self._bucket.learn(host, answer.status, answer.headers, self._clock())
        return answer

    def _exchange(self, request: httpx.Request, limits: Limits, host: str) -> Answer:
        response: httpx.Response | None = None
        with self._deadline.limit(limits.seconds) as over:
            try:
                response = self._transport.handle_request(request)
                headers = {name.lower(): value for name, value in response.headers.items()}
                body = read_body(response.iter_raw(), headers, limits.body_bytes)
            except httpx.HTTPError as error:
                if over.is_set():
                    raise SlowError("deadline") from None
                raise _error(error, host, begun=response is not None) from None
            finally:
                if response is not None:
                    response.close()
        if over.is_set():
            raise SlowError("deadline")
        return Answer(status=response.status_code, headers=headers, body=body, url=str(request.url))

    def _request(self, ask: Ask, url: str, limits: Limits) -> httpx.Request:
        headers = {"Accept-Encoding": "gzip", "Accept": "application/json", **self._headers}
        if self.authorization and http_address.is_same_place(self.base_url, url):
            headers["Authorization"] = self.authorization
        headers |= ask.headers
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            raise SignInNeededError("bad_token")
        content = ask.content
        if ask.json is not None:
            content = msgspec.json.encode(ask.json)
            headers["Content-Type"] = "application/json"
        timeout = httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds)
        extensions = {"timeout": timeout.as_dict(), "trace": self._deadline.trace}
        try:
            return httpx.Request(
                ask.method,
                url,
                content=content,
                data=ask.form,
                headers=headers,
                extensions=extensions,
            )
        except httpx.InvalidURL:
            raise AddressError("bad_address", http_address.without_query(url)) from None

    def _is_repeated_in(self, reason: str) -> bool:
        return any(secret in reason for secret in self._secrets())

    def _without_secrets(self, address: str) -> str:
        for secret in self._secrets():
            address = address.replace(secret, "***")
        return address

    def _secrets(self) -> frozenset[str]:
        kind, _, word = self.authorization.partition(" ")
        words = [word, *self.secret_words]
        if kind == "Basic":
            password = base64.b64decode(word + "==").decode("utf-8", "replace").partition(":")[2]
            words += [password, "".join(password.split())]
        return frozenset(one for one in words if len(one) > _TOO_SHORT)


def http_for(config: AccountConfig, *, authorization: str = "", **more: Any) -> Http:
    """Return the way to an account's channel; `more` as for Http."""
    return Http(config.url, authorization=authorization, settings=config.settings, **more)


def bearer(token: str) -> str:
    """Return the Authorization header for a token."""
    return f"Bearer {token.strip()}"


def basic(user: str, password: str) -> str:
    """Return the Authorization header for a user name and a password.

    Raises SignInNeededError for halves of letters, which no server can have.
    """
    try:
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    except UnicodeEncodeError:
        raise SignInNeededError("bad_token") from None


def _with_params(url: str, params: Mapping[str, Any]) -> str:
    if not params:
        return url
    return f"{url}{'&' if '?' in url else '?'}{httpx.QueryParams(params)}"


def _transport(ca_file: str, proxy: str) -> httpx.HTTPTransport:
    try:
        if proxy:
            http_address.check_address(proxy, allow_http=True)
    except AddressError as error:
        raise AddressError("proxy", error.value) from None
    return httpx.HTTPTransport(
        verify=tls_context(ca_file), trust_env=False, retries=0, proxy=proxy or None
    )


def _error(error: httpx.HTTPError, host: str, *, begun: bool) -> CmError:
    """Return what a failed exchange means; `begun`: the head of the answer had arrived."""
    name = type(error).__name__
    match error:
        case httpx.ConnectError():
            return tls_error(error, host) or OfflineError(name)
        case httpx.ConnectTimeout() | httpx.PoolTimeout() | httpx.ProxyError():
            return OfflineError(name)
        case httpx.UnsupportedProtocol() | httpx.LocalProtocolError():
            return AddressError("bad_address", host)
        case httpx.RemoteProtocolError() if not str(error).startswith("Server disconnected"):
            return ServerTroubleError("cut" if begun else "not_http")
        case _:
            return SlowError(name)
