"""What is said about each channel while one connects it: steps for somebody who runs a shop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cm_desktop.i18n import _
from cm_desktop.ui.channel_names import channel_name


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """A field's label, what stands in it while it is empty, and a hint below."""

    label: str
    example: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelWords:
    """What the card of a channel says, the steps, and the words of its fields."""

    card: str
    steps: tuple[str, ...] = ()
    url: FieldWords
    handle: FieldWords
    secrets: Mapping[str, FieldWords] = field(default_factory=dict)


def channel_words(channel: str) -> ChannelWords:
    """Return the words for a channel; one without words of its own gets general ones."""
    return _WORDS.get(channel, lambda: _general(channel))()


def _general(channel: str) -> ChannelWords:
    return ChannelWords(
        card=_("Connect an account on %(channel)s.") % {"channel": channel_name(channel)},
        url=FieldWords(label=_("Address"), example="https://"),
        handle=FieldWords(label=_("User name")),
        secrets={
            "password": FieldWords(label=_("Password")),
            "token": FieldWords(label=_("Access token")),
        },
    )


def _demo() -> ChannelWords:
    return ChannelWords(
        card=_("Invented conversations of a bakery, to try things out. Nobody is reached."),
        steps=(_("There is nothing to fill in."),),
        url=FieldWords(label=_("Address")),
        handle=FieldWords(label=_("User name")),
    )


def _wordpress() -> ChannelWords:
    return ChannelWords(
        card=_("Comments on your website, and product reviews of your shop."),
        steps=(
            _("Sign in to your website and open “Users”, then “Profile”."),
            _(
                "Further down, under “Application Passwords”, type CM Desktop and press the"
                " button beside it."
            ),
            _("Copy the password that appears, and paste it below."),
        ),
        url=FieldWords(label=_("Address of the website"), example="https://www.example.com"),
        handle=FieldWords(
            label=_("User name"), hint=_("The name with which you sign in to the website.")
        ),
        secrets={
            "password": FieldWords(
                label=_("Application password"),
                example="xxxx xxxx xxxx xxxx xxxx xxxx",
                hint=_("Not the password with which you sign in to the website."),
            )
        },
    )


def _mail() -> ChannelWords:
    return ChannelWords(
        card=_("The mailbox of your firm: read and answer e-mails."),
        steps=(_("Use the mailbox that your customers write to, such as info@."),),
        url=FieldWords(label=_("Address")),
        handle=FieldWords(label=_("E-mail address"), example="info@example.com"),
        secrets={"password": FieldWords(label=_("Password of the mailbox"))},
    )


_WORDS: Mapping[str, Callable[[], ChannelWords]] = {
    "demo": _demo,
    "mail": _mail,
    "wordpress": _wordpress,
}


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
