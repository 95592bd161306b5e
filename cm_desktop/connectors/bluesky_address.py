"""Names of people, records and servers on Bluesky, and where an account lies.

Sources: the AT Protocol's specifications "Handle", "DID", "AT URI", "Record Key". Accounts are
named by a DID that never changes; its document tells the server (PDS) they lie on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

import msgspec

from cm_desktop.connectors import http_address
from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.http import Http
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    GoneError,
    NotAllowedError,
    RejectedError,
    ServerTroubleError,
)

USUAL_SERVER = "https://bsky.social"
RESOLVE = "com.atproto.identity.resolveHandle"
_DIRECTORY = "https://plc.directory"
_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,2000}")
_HANDLE = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_URI = re.compile(
    r"at://(did:[a-z]+:[A-Za-z0-9._:%-]{1,2000})/([A-Za-z0-9.-]{3,317})/([\w.:~-]{1,512})"
)
# What comes along where a handle is copied from the app: marks of the writing direction.
_UNSEEN = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class Service(msgspec.Struct):
    """A server of a DID document."""

    id: str = ""
    type: str = ""
    endpoint: object = msgspec.field(name="serviceEndpoint", default="")


class Document(msgspec.Struct):
    """A DID document; of what it holds only the servers count here."""

    service: list[msgspec.Raw] = []


class Resolved(msgspec.Struct):
    """Who has a handle."""

    did: str = ""


def is_did(text: str) -> bool:
    """Return whether a text is the lasting name of an account."""
    return _DID.fullmatch(text) is not None


def parts_of(uri: str) -> tuple[str, str, str] | None:
    """Return account, collection and key of a record's address, or None for another text."""
    found = _URI.fullmatch(uri)
    return (found[1], found[2], found[3]) if found else None


def owner_of(uri: str) -> str:
    """Return the account a record belongs to, or nothing."""
    found = parts_of(uri)
    return found[0] if found else ""


def page_of(uri: str, handle: str = "") -> str:
    """Return where a post is seen in a browser, or nothing for what is no post."""
    found = parts_of(uri)
    if found is None or found[1] != "app.bsky.feed.post":
        return ""
    who = handle if is_handle(handle) else found[0]
    return f"https://bsky.app/profile/{quote(who, safe=':.')}/post/{quote(found[2], safe=':.~')}"


def typed_name(typed: str) -> str:
    """Return who was meant: a handle, a DID or an e-mail address.

    Takes @anna.bsky.social, a page of bsky.app, at://…, and mere names of bsky.social.
    """
    name = _UNSEEN.sub("", typed)
    if page := re.match(r"https?://[^/]+/profile/([^/?#]+)", name):
        name = unquote(page[1])
    name = name.removeprefix("at://").lstrip("@").partition("/")[0]
    if is_did(name):
        return name
    if "@" not in name and name and "." not in name:
        name = f"{name}.bsky.social"
    return name.lower()


def server_address(config: AccountConfig) -> str:
    """Return the server to begin with: the one typed in, else Bluesky's own."""
    typed = config.url.strip()
    if not typed:
        return USUAL_SERVER
    address = typed if "://" in typed else f"https://{typed}"
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else address


def http_to(address: str, config: AccountConfig, authorization: str = "") -> Http:
    """Return the way to a server of the network."""
    return Http(address, authorization=authorization, settings=config.settings)


def home_of(config: AccountConfig) -> str:
    """Return the server on which to sign in: the one typed in, or where the name lies.

    Raises AddressError("missing") without a name, AddressError("no_api") where nobody has it.
    """
    name = typed_name(config.handle)
    if config.url.strip():
        return server_address(config)
    if not name:
        raise AddressError("missing", "handle")
    # Bluesky's own servers stand behind one address that finds the account by itself.
    if "@" in name or name.endswith(".bsky.social"):
        return USUAL_SERVER
    did = name if is_did(name) else did_of(name, config)
    if did is None:
        raise AddressError("no_api", name)
    return server_of(did, config)


def is_handle(text: str) -> bool:
    """Return whether a text may be somebody's handle; it is in lower case then."""
    return len(text) <= 253 and _HANDLE.fullmatch(text) is not None


def did_of(handle: str, config: AccountConfig) -> str | None:
    """Return the lasting name behind a handle, or None where nobody has it."""
    if not is_handle(handle):
        return None
    http = http_to(config.settings.get("resolver", USUAL_SERVER), config)
    try:
        found = http.get_json(f"/xrpc/{RESOLVE}", Resolved, {"handle": handle})
    except (GoneError, RejectedError):
        return None
    finally:
        http.close()
    return found.did if is_did(found.did) else None


def server_of(did: str, config: AccountConfig) -> str:
    """Return the server an account lies on, as its DID document says.

    Raises AddressError("no_api") where there is no such account or it lies nowhere.
    """
    base, path = _place_of(did, config.settings)
    http = http_to(base, config)
    try:
        document = http.get_json(path, Document)
    except (GoneError, RejectedError, NotAllowedError) as error:
        raise AddressError("no_api", did) from error
    finally:
        http.close()
    found = server_in(document, base, config)
    if not found:
        raise AddressError("no_api", did)
    return found


def server_in(document: Document | None, told_by: str, config: AccountConfig) -> str:
    """Return the server that a DID document names, or nothing.

    Raises AddressError where it may not be asked: what a stranger says must not lead us
    into the network of this computer, nor from https to http.
    """
    for raw in document.service if document else ():
        try:
            service = msgspec.json.decode(raw, type=Service)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            continue
        if service.id.endswith("#atproto_pds") and isinstance(service.endpoint, str):
            allow = config.settings.get("allow_http", "") == "yes"
            return http_address.redirected(told_by, service.endpoint, allow_http=allow).rstrip("/")
    return ""


def is_no_server(error: CmError) -> bool:
    """Return whether an error of a first question means: something else stands there."""
    if isinstance(error, ServerTroubleError):
        return error.status is None and error.detail.partition(" ")[0] in (
            "not_json", "empty", "unexpected_shape", "too_deep",
        )  # fmt: skip
    return isinstance(error, GoneError | RejectedError)


def _place_of(did: str, settings: Mapping[str, str]) -> tuple[str, str]:
    """Return where the document of a DID lies (methods plc and web)."""
    kind, _, name = did.removeprefix("did:").partition(":")
    if kind == "plc":
        return settings.get("directory", _DIRECTORY), f"/{quote(did, safe=':')}"
    if kind == "web" and ":" not in name:
        return f"https://{unquote(name)}", "/.well-known/did.json"
    raise AddressError("no_api", did)
