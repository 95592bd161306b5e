"""Which addresses a request may go to, and how they are named in a log. No network here."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from cm_desktop.domain.errors import AddressError

_PORTS = {"http": 80, "https": 443}
# Telegram's token is part of the path.
_TOKEN_IN_PATH = re.compile(r"(?<=/bot)\d+:[\w-]+")
_FORBIDDEN = re.compile(r"[\s\x00-\x20\x7f\\\u202a-\u202e\u2066-\u2069]")


def check_address(url: str, *, allow_http: bool) -> SplitResult:
    """Return an address in its parts. Raises AddressError where nothing may be sent there.

    Plain http is for this computer only, unless the account allows it expressly.
    """
    parts = _split(url)
    if parts.scheme == "http" and not (allow_http or is_loopback(parts.hostname or "")):
        raise AddressError("not_https", without_query(url))
    return parts


def join(base: str, path: str) -> str:
    """Return the address of a path below a base; an absolute address stays as it is."""
    if re.match(r"[a-z][a-z0-9+.-]*:", path, re.IGNORECASE):
        return path
    return f"{base.rstrip('/')}/{path.lstrip('/')}" if path else base


def redirected(url: str, location: str, *, allow_http: bool) -> str:
    """Return where a redirect leads. Raises AddressError for what no redirect may do.

    It may not lead from https to http, nor from outside to this computer or its network.
    """
    try:
        target = urljoin(url, location)
    except ValueError:
        raise AddressError("moved") from None
    try:
        before, after = _split(url), check_address(target, allow_http=allow_http)
    except AddressError as error:
        problem = error.problem if error.problem == "not_https" else "moved"
        raise AddressError(problem, without_query(target)) from None
    if before.scheme == "https" and after.scheme == "http":
        raise AddressError("not_https", without_query(target))
    if _is_inside(after.hostname or "") and not _is_inside(before.hostname or ""):
        raise AddressError("moved", without_query(target))
    return target


def is_same_place(url: str, other: str) -> bool:
    """Return whether what was entrusted to one address may be told to the other.

    The host has to be the same, and scheme and port too, but for a step from http to https.
    """
    one, two = urlsplit(url), urlsplit(other)
    if (one.hostname or "").rstrip(".").lower() != (two.hostname or "").rstrip(".").lower():
        return False
    if one.scheme == "http" and two.scheme == "https":
        return True
    return one.scheme == two.scheme and _port(one) == _port(two)


def is_loopback(host: str) -> bool:
    """Return whether a host is this very computer."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def without_query(url: str) -> str:
    """Return an address that may be shown and logged: no query, no fragment, no sign-in."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, host, _TOKEN_IN_PATH.sub("***", parts.path), "", ""))


def log_path(url: str, secrets: frozenset[str]) -> str:
    """Return an address' path for the log, without what is secret in it."""
    path = _TOKEN_IN_PATH.sub("***", urlsplit(url).path)
    for secret in secrets:
        path = path.replace(secret, "***")
    return path[:200].encode("ascii", "backslashreplace").decode()


def _split(url: str) -> SplitResult:
    problem = "bad_address"
    if _FORBIDDEN.search(url):
        raise AddressError(problem, without_query(url))
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        host = (host or "").rstrip(".")
        host = host if host.isascii() else host.encode("idna").decode()
    except ValueError:  # also UnicodeError
        raise AddressError(problem, without_query(url)) from None
    if not host:
        raise AddressError("missing", without_query(url))
    known = parts.scheme in _PORTS and port != 0 and not parts.username and not parts.password
    if not known or len(host) > 253 or not all(1 <= len(label) <= 63 for label in host.split(".")):
        raise AddressError(problem, without_query(url))
    return parts


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)


def _is_inside(host: str) -> bool:
    """Return whether a host is named by an address of this computer or its own network."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        # Browsers and C libraries read 0x7f000001 and 2130706433 as addresses too.
        return is_loopback(host) or re.fullmatch(r"(0x[0-9a-f.x]+|[\d.]+)", host) is not None
