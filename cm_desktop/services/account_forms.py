"""What forms for connecting an account need: look at what was typed in, try it, guess servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cm_desktop.connectors import mailbox_providers
from cm_desktop.connectors.base import AccountConfig, Finding
from cm_desktop.services import connecting
from cm_desktop.services.connecting import Probe

__all__ = ["Finding", "MailServers", "Trial", "look_at", "mail_servers", "try_out"]

_STARTTLS_PORTS = {143, 587}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What somebody typed in to connect an account. Its secret is never shown in a log."""

    channel: str
    url: str = ""
    handle: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServers:
    """Where a mailbox lies, as settings of the channel `mail`. Empty: it cannot be reached."""

    imap_host: str
    imap_port: int
    imap_security: str
    smtp_host: str
    smtp_port: int
    smtp_security: str


def try_out(trial: Trial, *, preview: int = 0) -> Probe:
    """Sign in with what was typed and look at the newest messages; nothing is kept.

    Raises what `connecting.probe` raises.
    """
    return connecting.probe(_config(trial), preview=preview)


def look_at(trial: Trial) -> Finding | None:
    """Return what stands behind the address that was typed, without signing in.

    None: this channel cannot tell. Raises what `connecting.look` raises.
    """
    return connecting.look(_config(replace(trial, secret={})))


def mail_servers(address: str) -> MailServers | None:
    """Return the servers of a mail address, or None where its provider is not known.

    A provider that is known to offer nothing a program could use has empty names.
    """
    known = mailbox_providers.by_address(address)
    if known is None:
        return None
    return MailServers(
        imap_host=known.imap_host,
        imap_port=known.imap_port,
        imap_security=_security(known.imap_port),
        smtp_host=known.smtp_host,
        smtp_port=known.smtp_port,
        smtp_security=_security(known.smtp_port),
    )


def _config(trial: Trial) -> AccountConfig:
    return AccountConfig(
        channel=trial.channel,
        url=trial.url,
        handle=trial.handle,
        settings=trial.settings,
        secret=trial.secret,
    )


def _security(port: int) -> str:
    return "starttls" if port in _STARTTLS_PORTS else "tls"
