"""Which address a Mastodon server has, and the way to it."""

from __future__ import annotations

from urllib.parse import urlsplit

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.http import Http
from cm_desktop.domain.errors import AddressError


def server_address(config: AccountConfig) -> str:
    """Return the base address for what was typed: an address, a host, or @name@host.

    Raises AddressError("missing") where nothing names a server.
    """
    typed = config.url.strip() or config.handle.strip()
    host = typed.rpartition("@")[2] if "://" not in typed else typed
    if not host:
        raise AddressError("missing", "url")
    address = host if "://" in host else f"https://{host}"
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else address


def server_name(address: str) -> str:
    """Return the host, with its port where it is not the usual one."""
    return urlsplit(address).netloc.lower()


def http_to(config: AccountConfig, authorization: str = "") -> Http:
    """Return the way to the server, signed in where `authorization` is given.

    Some servers that resemble Mastodon cut connections that were kept open, and a request on
    such a one is lost without an answer. Until `identify` has found Mastodon itself, each
    request has a connection of its own.
    """
    kept_open = config.settings.get("software", "") == "Mastodon"
    return Http(
        server_address(config),
        settings=config.settings,
        headers={} if kept_open else {"Connection": "close"},
        authorization=authorization,
    )
