"""What a mail account is set to: read from the account, filled in, and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, unquote, urlsplit

from cm_desktop.connectors import mailbox_providers
from cm_desktop.connectors.base import AccountConfig
from cm_desktop.domain.errors import AddressError, SignInNeededError

SETTING_FIELDS = (
    "imap_host",
    "imap_port",
    "imap_security",
    "smtp_host",
    "smtp_port",
    "smtp_security",
    "username",
    "name",
    "folder",
    "sent_folder",
    "junk_folder",
    "trash_folder",
    "ca_file",
)
_TLS_PORTS = {993, 465}
_STARTTLS_PORTS = {143, 587, 25, 2525}


class Security(StrEnum):
    """How a connection is encrypted. There is no third way."""

    TLS = "tls"  # from the first byte
    STARTTLS = "starttls"  # asked for before anything else, and insisted on


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One server of a mailbox and how to reach it."""

    host: str
    port: int
    security: Security
    ca_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """Everything needed to read and to send, complete and plausible."""

    address: str  # ours, in lower case
    username: str
    password: str = field(repr=False)
    imap: Server
    smtp: Server
    name: str = ""
    folder: str = "INBOX"
    sent_folder: str = ""
    junk_folder: str = ""
    trash_folder: str = ""
    # Whether the SMTP server was named or is known, and not only taken to be the IMAP server.
    smtp_known: bool = True


def read_settings(config: AccountConfig) -> MailSettings:
    """Return the settings of an account.

    Order: what the account says, its address (`imaps://host:993`), then the table of
    providers. Raises AddressError for what is missing or cannot work (`missing`,
    `no_imap`, `bad_port`, `bad_security`, `not_encrypted`, `bad_address`) and
    SignInNeededError without a password.
    """
    given = {key: value.strip() for key, value in config.settings.items() if value.strip()}
    url = _url(config.url)
    given = {**_from_url(url), **given}
    address = _address(config.handle or given.get("username", ""))
    provider = _provider(given, address)
    imap_host = given.get("imap_host") or (provider.imap_host if provider else "")
    if not imap_host:
        raise AddressError("missing", "imap_host")
    ca_file = given.get("ca_file", "")
    known = bool(given.get("smtp_host") or given.get("smtp_port") or provider)
    smtp_host = given.get("smtp_host") or (provider.smtp_host if provider else imap_host)
    return MailSettings(
        address=address,
        username=given.get("username", address),
        password=_password(config.secret),
        imap=_server(given, "imap", imap_host, provider.imap_port if provider else 0, ca_file),
        smtp=_server(given, "smtp", smtp_host, provider.smtp_port if provider else 0, ca_file),
        name=given.get("name", ""),
        folder=given.get("folder", "INBOX"),
        sent_folder=given.get("sent_folder", ""),
        junk_folder=given.get("junk_folder", ""),
        trash_folder=given.get("trash_folder", ""),
        smtp_known=known,
    )


def as_settings(settings: MailSettings) -> dict[str, str]:
    """Return what to store with the account, so that a changed table changes nothing."""
    return {
        "imap_host": settings.imap.host,
        "imap_port": str(settings.imap.port),
        "imap_security": settings.imap.security.value,
        "smtp_host": settings.smtp.host,
        "smtp_port": str(settings.smtp.port),
        "smtp_security": settings.smtp.security.value,
    }


def _url(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port  # raises ValueError for a port that is no number
    except ValueError:
        raise AddressError("bad_address", _without_password(url)) from None
    known = parts.scheme in ("", "imap", "imaps") and (parts.hostname or not url.strip())
    # An address is shown and kept in sight, so a password in it is refused.
    if not known or parts.password is not None:
        raise AddressError("bad_address", _without_password(url))
    return parts


def _without_password(url: str) -> str:
    return re.sub(r"(?s)^(.*//)?.*@", r"\1", url)


def _from_url(url: SplitResult) -> dict[str, str]:
    if not url.hostname:
        return {}
    found = {
        "imap_host": url.hostname,
        "imap_security": Security.TLS if url.scheme == "imaps" else Security.STARTTLS,
        "imap_port": str(url.port or (993 if url.scheme == "imaps" else 143)),
    }
    if url.username:
        found["username"] = unquote(url.username)
    return found


def _address(given: str) -> str:
    name, at, domain = given.strip().rpartition("@")
    if not at or not name or not domain or any(sign.isspace() for sign in given.strip()):
        raise AddressError("missing" if not given.strip() else "bad_address", given or "handle")
    return given.strip().lower()


def _provider(given: Mapping[str, str], address: str) -> mailbox_providers.Provider | None:
    if "imap_host" in given:
        return mailbox_providers.by_imap_host(given["imap_host"])
    provider = mailbox_providers.by_address(address)
    if provider and not provider.imap_host:
        raise AddressError("no_imap", address.rpartition("@")[2])
    return provider


def _password(secret: Mapping[str, str]) -> str:
    password = secret.get("password", "")
    if not password:
        raise SignInNeededError("no-password")
    return password


def _server(given: Mapping[str, str], kind: str, host: str, port: int, ca_file: str) -> Server:
    if not host or any(sign.isspace() or sign in "/@" for sign in host):
        raise AddressError("bad_address", host)
    wanted = given.get(f"{kind}_security", "").lower()
    if wanted in ("none", "plain", "off"):
        raise AddressError("not_encrypted", host)
    if wanted not in ("", *Security):
        raise AddressError("bad_security", wanted)
    port = _port(given.get(f"{kind}_port", ""), port)
    if not port:
        tls, starttls = (993, 143) if kind == "imap" else (465, 587)
        port = starttls if wanted == Security.STARTTLS else tls
    default = Security.STARTTLS if port in _STARTTLS_PORTS else Security.TLS
    security = Security(wanted) if wanted else default
    return Server(host=host, port=port, security=security, ca_file=ca_file)


def _port(given: str, default: int) -> int:
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and 0 < int(given[:6]) < 65536):
        raise AddressError("bad_port", given)
    return int(given)
