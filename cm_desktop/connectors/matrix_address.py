"""Which address a Matrix server has: what was typed, or what its name leads to.

Source: Matrix specification, client-server API, "Server discovery".
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from cm_desktop.connectors import http_address
from cm_desktop.connectors import matrix_shapes as shapes
from cm_desktop.connectors.base import AccountConfig, Finding
from cm_desktop.connectors.http import Http
from cm_desktop.connectors.plain_text import clean_name
from cm_desktop.domain.errors import AddressError, CmError, GoneError, ServerTroubleError
from cm_desktop.domain.policy import TextUnit

# An event may have 64 KiB in all; the rest is for names, ids and signatures.
TEXT_BYTES = 60_000
_WELL_KNOWN = "/.well-known/matrix/client"
_NO_DATA = ("not_json", "empty", "too_deep", "unexpected_shape")


class _Home(msgspec.Struct):
    base_url: str


class _WellKnown(msgspec.Struct):
    homeserver: _Home = msgspec.field(name="m.homeserver")


def typed_address(config: AccountConfig) -> str:
    """Return the address that was typed: one of the web, a host, or that in a name.

    Raises AddressError("missing") where nothing names a server.
    """
    typed = (config.url or config.settings.get("server", "")).strip()
    if not typed:
        typed = config.handle.strip().partition(":")[2]
    if not typed:
        raise AddressError("missing", "url")
    address = typed if "://" in typed else f"https://{typed}"
    return address.partition("?")[0].partition("#")[0].rstrip("/")


def open_http(address: str, settings: Mapping[str, str], authorization: str = "") -> Http:
    """Return the way to an address, signed in where `authorization` is given."""
    return Http(address, settings=settings, authorization=authorization)


def discover(config: AccountConfig) -> str:
    """Return the address of the API, which may be another than that of the server's name.

    Raises AddressError("no_api") where no Matrix server answers, and OfflineError and its like.
    """
    address = _told_by(config) or config.settings.get("base", "") or typed_address(config)
    http = open_http(address, config.settings)
    try:
        http.get_json("/_matrix/client/versions", shapes.Versions)
    except GoneError as error:
        raise AddressError("no_api", http_address.without_query(address)) from error
    except ServerTroubleError as error:
        if error.status is None and error.detail.partition(" ")[0] in _NO_DATA:
            raise AddressError("no_api", http_address.without_query(address)) from error
        raise
    finally:
        http.close()
    return address


def look(config: AccountConfig) -> Finding:
    """Tell whether a Matrix server stands behind what was typed."""
    address = discover(config)
    return Finding(
        software="Matrix",
        title=clean_name(urlsplit(typed_address(config)).netloc),
        text_limit=TEXT_BYTES,
        text_unit=TextUnit.BYTES,
        url=address,
    )


def _told_by(config: AccountConfig) -> str:
    """Return where the server says that its API is, or nothing.

    Raises AddressError where that is no place for a sign-in: from https to http, or from
    outside to this computer or its network.
    """
    start = typed_address(config)
    http = open_http(start, config.settings)
    try:
        told = http.get_json(_WELL_KNOWN, _WellKnown, elsewhere=True)
    except CmError:
        return ""  # most have none; what is wrong with the server shows a moment later
    finally:
        http.close()
    unencrypted = config.settings.get("allow_http", "") == "yes"
    base = http_address.redirected(start, told.homeserver.base_url, allow_http=unencrypted)
    return base.rstrip("/")
