"""Where the mailboxes of well-known providers are: a small table, by mail domain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider's servers. Ports 993 and 465 speak TLS at once, 143 and 587 after STARTTLS."""

    imap_host: str
    smtp_host: str
    smtp_port: int = 465
    imap_port: int = 993


_GMX = Provider("imap.gmx.net", "mail.gmx.net")
_WEB = Provider("imap.web.de", "smtp.web.de", 587)
_TELEKOM = Provider("secureimap.t-online.de", "securesmtp.t-online.de")
_GOOGLE = Provider("imap.gmail.com", "smtp.gmail.com")
_MICROSOFT = Provider("outlook.office365.com", "smtp-mail.outlook.com", 587)
_FREENET = Provider("mx.freenet.de", "mx.freenet.de", 587)
_ICLOUD = Provider("imap.mail.me.com", "smtp.mail.me.com", 587)
_YAHOO = Provider("imap.mail.yahoo.com", "smtp.mail.yahoo.com")
_POSTEO = Provider("posteo.de", "posteo.de")
_MAILBOX = Provider("imap.mailbox.org", "smtp.mailbox.org")
_PROVIDERS: dict[str, Provider] = {
    "gmx.de": _GMX,
    "gmx.net": _GMX,
    "gmx.at": _GMX,
    "gmx.ch": _GMX,
    "gmx.com": Provider("imap.gmx.com", "mail.gmx.com"),
    "web.de": _WEB,
    "t-online.de": _TELEKOM,
    "magenta.de": _TELEKOM,
    "gmail.com": _GOOGLE,
    "googlemail.com": _GOOGLE,
    "outlook.com": _MICROSOFT,
    "outlook.de": _MICROSOFT,
    "hotmail.com": _MICROSOFT,
    "hotmail.de": _MICROSOFT,
    "live.de": _MICROSOFT,
    "freenet.de": _FREENET,
    "icloud.com": _ICLOUD,
    "me.com": _ICLOUD,
    "yahoo.com": _YAHOO,
    "yahoo.de": _YAHOO,
    "posteo.de": _POSTEO,
    "posteo.net": _POSTEO,
    "mailbox.org": _MAILBOX,
    "arcor.de": Provider("imap.arcor.de", "mail.arcor.de"),
    "vodafone.de": Provider("imap.vodafonemail.de", "smtp.vodafonemail.de"),
    "online.de": Provider("imap.1und1.de", "smtp.1und1.de"),
    "aol.com": Provider("imap.aol.com", "smtp.aol.com"),
    "tutanota.com": Provider("", ""),  # no IMAP at all
    "tuta.com": Provider("", ""),
}

# Hosting firms serve their customers' own domains, so the mail address does not tell: the
# name of the IMAP server does, and fills in the other one.
_HOSTERS: dict[str, Provider] = {
    "imap.ionos.de": Provider("imap.ionos.de", "smtp.ionos.de"),
    "imap.1und1.de": Provider("imap.1und1.de", "smtp.1und1.de"),
    "imap.strato.de": Provider("imap.strato.de", "smtp.strato.de"),
    "imap.1blu.de": Provider("imap.1blu.de", "smtp.1blu.de"),
    "mail.your-server.de": Provider("mail.your-server.de", "mail.your-server.de"),
    "sslin.df.eu": Provider("sslin.df.eu", "sslout.df.eu"),
    "imap.udag.de": Provider("imap.udag.de", "smtps.udag.de"),
    "outlook.office365.com": Provider("outlook.office365.com", "smtp.office365.com", 587),
    "imap.zoho.eu": Provider("imap.zoho.eu", "smtp.zoho.eu"),
}
# Each customer of theirs has a server name of their own: w012345.kasserver.com.
_ONE_HOST_SUFFIXES = (".kasserver.com", ".netcup.net", ".uberspace.de", ".manitu.net")


def by_address(address: str) -> Provider | None:
    """Return the servers for a mail address, or None where the domain is nobody's we know."""
    return _PROVIDERS.get(address.rpartition("@")[2].strip().lower())


def by_imap_host(host: str) -> Provider | None:
    """Return the servers that belong to an IMAP host, or None for one we do not know."""
    host = host.strip().lower()
    if host.endswith(_ONE_HOST_SUFFIXES):
        return Provider(host, host)
    known = (*_HOSTERS.values(), *_PROVIDERS.values())
    return next((one for one in known if one.imap_host and one.imap_host == host), None)
