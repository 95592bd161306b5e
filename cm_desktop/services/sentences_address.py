"""Sentences for addresses and settings of accounts that cannot work."""

from __future__ import annotations

from collections.abc import Mapping

from cm_desktop.i18n import _
from cm_desktop.services.wording import Sentence, Worded, about

ADDRESS: Mapping[str, Worded] = {
    "address": lambda value: Sentence(
        about(
            value,
            _("The address or setting “%(value)s” cannot work."),
            _("The address or a setting of the account cannot work."),
        ),
        _("Please correct it in the settings of the account."),
        "settings",
    ),
    "address:no_api": lambda value: Sentence(
        about(
            value,
            _("There is a website at %(value)s, but not the service we need to talk to."),
            _("There is a website at this address, but not the service we need to talk to."),
        ),
        _("Please check the address. It is the one you see in the browser on the start page."),
        "settings",
    ),
    "address:no_feed": lambda value: Sentence(
        about(
            value,
            _("The page %(value)s names no feed."),
            _("The page at this address names no feed."),
        ),
        _("Please look on the website for a link called RSS, Atom or feed, and enter its address."),
        "settings",
    ),
    "address:not_https": lambda _v: Sentence(
        _("The address is not encrypted, so a password would travel readable for others."),
        _("Please use the address that begins with https."),
        "settings",
    ),
    "address:moved": lambda value: Sentence(
        about(
            value,
            _("The service has moved to %(value)s."),
            _("The service has moved to another address."),
        ),
        _("Please enter the new address, if it is one you trust."),
        "settings",
    ),
    "address:missing": lambda value: Sentence(
        about(
            value,
            _("Something is missing: %(value)s."),
            _("Something that is needed is missing."),
        ),
        _("Please fill it in."),
        "settings",
    ),
    "address:bad_address": lambda value: Sentence(
        about(
            value,
            _("“%(value)s” is not an address."),
            _("That is not an address."),
        ),
        _("Please check it for a typing mistake."),
        "settings",
    ),
    "address:no_tls": lambda value: Sentence(
        about(
            value,
            _("%(value)s does not offer an encrypted connection there."),
            _("The server does not offer an encrypted connection there."),
        ),
        _("Please check the address and the port, or ask whoever runs the server."),
        "settings",
    ),
    "address:not_encrypted": lambda _v: Sentence(
        _("Without encryption a password would travel readable for others."),
        _("Please choose an encrypted connection."),
        "settings",
    ),
    "address:bad_security": lambda _v: Sentence(
        _("The program does not know this kind of encryption."),
        _("Please choose TLS or STARTTLS."),
        "settings",
    ),
    "address:bad_port": lambda value: Sentence(
        about(
            value,
            _("“%(value)s” is not the number of a port."),
            _("That is not the number of a port."),
        ),
        _("Please enter a number from 1 to 65535."),
        "settings",
    ),
    "address:no_imap": lambda value: Sentence(
        about(
            value,
            _("The mailboxes of %(value)s cannot be read by other programs: there is no IMAP."),
            _("This mailbox cannot be read by other programs: there is no IMAP."),
        ),
        _("Please connect a mailbox of another provider."),
        "settings",
    ),
    "address:ca_file": lambda value: Sentence(
        about(
            value,
            _("The file with certificates %(value)s cannot be read."),
            _("The file with certificates cannot be read."),
        ),
        _("Please choose another file, or leave the field empty."),
        "settings",
    ),
    "address:proxy": lambda value: Sentence(
        about(
            value,
            _("The proxy %(value)s cannot be used."),
            _("The proxy cannot be used."),
        ),
        _("Please correct it in the settings, or leave the field empty."),
        "settings",
    ),
    "address:redirect_loop": lambda value: Sentence(
        about(
            value,
            _("%(value)s sends us round in a circle."),
            _("The address sends us round in a circle."),
        ),
        _("Please check the address, or ask whoever runs the site."),
        "settings",
    ),
    "address:other_host": lambda value: Sentence(
        about(
            value,
            _("The service sends us on to another server, %(value)s."),
            _("The service sends us on to another server."),
        ),
        _("Nothing was sent there. Please check the address of the account."),
        "settings",
    ),
}
