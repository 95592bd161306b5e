"""Which address a Mastodon server has, and the way to it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.http import Http
from cm_desktop.connectors.mastodon_server import MASTODON
from cm_desktop.domain.errors import AddressError


def server_address(config: AccountConfig) -> str:
    """Return the base address for what was typed: an address of any page, a host, or a name.

    Raises AddressError("missing") where nothing names a server.
    """
    typed = config.url.strip() or config.handle.strip()
    scheme, gap, rest = typed.rpartition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    if not host:
        raise AddressError("missing", "url")
    return f"{scheme.lower()}://{host}" if gap else f"https://{host}"


def server_name(address: str) -> str:
    """Return the host, with its port where it is not the usual one."""
    return urlsplit(address).netloc.lower()


def http_to(config: AccountConfig, authorization: str = "") -> Http:
    """Return the way to the server, signed in where `authorization` is given.

    Some servers that resemble Mastodon cut connections that were kept open, and a request on
    such a one is lost without an answer. Until `identify` has found Mastodon itself, each
    request has a connection of its own.
    """
    kept_open = config.settings.get("software", "") == MASTODON
    # Our sign-in goes over TLS or nowhere, whatever other channels may be allowed.
    settings = {key: config.settings[key] for key in config.settings if key != "allow_http"}
    return Http(
        server_address(config),
        settings=settings,
        headers={} if kept_open else {"Connection": "close"},
        authorization=authorization,
    )
