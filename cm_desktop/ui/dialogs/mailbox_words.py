"""What has to be done first at some mail providers."""

from __future__ import annotations

from cm_desktop.i18n import _


def mailbox_hint(imap_host: str) -> str:
    """Return what has to be done first at a mail provider, "" where nothing is known."""
    return {
        "imap.gmail.com": _(
            "Google asks for an app password: you make one in your Google account, under"
            " “Security”, once two-step verification is on."
        ),
        "imap.gmx.net": _("In the settings of your GMX mailbox, allow POP3 and IMAP first."),
        "imap.gmx.com": _("In the settings of your GMX mailbox, allow POP3 and IMAP first."),
        "imap.web.de": _("In the settings of your WEB.DE mailbox, allow POP3 and IMAP first."),
        "secureimap.t-online.de": _(
            "Telekom asks for a password of its own for mail programs: you set it in the e-mail"
            " settings of the customer centre."
        ),
        "imap.mail.me.com": _(
            "Apple asks for an app-specific password: you make one on the page of your Apple"
            " account."
        ),
        "imap.mail.yahoo.com": _(
            "Yahoo asks for an app password: you make one under “Account security”."
        ),
        "outlook.office365.com": _(
            "Microsoft often refuses passwords from mail programs. If signing in does not work,"
            " this mailbox cannot be connected yet."
        ),
    }.get(imap_host, "")
