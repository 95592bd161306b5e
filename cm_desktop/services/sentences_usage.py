"""Sentences for addresses and settings that cannot work, and for requests that make no sense."""

from __future__ import annotations

from collections.abc import Mapping

from cm_desktop.i18n import _
from cm_desktop.services.wording import Sentence, Worded


def _about(value: str, named: str, unnamed: str) -> str:
    return named % {"value": value} if value else unnamed


ADDRESS: Mapping[str, Worded] = {
    "address": lambda value: Sentence(
        _about(
            value,
            _("The address or setting “%(value)s” cannot work."),
            _("The address or a setting of the account cannot work."),
        ),
        _("Please correct it in the settings of the account."),
        "settings",
    ),
    "address:no_api": lambda value: Sentence(
        _about(
            value,
            _("There is a website at %(value)s, but not the service we need to talk to."),
            _("There is a website at this address, but not the service we need to talk to."),
        ),
        _("Please check the address. It is the one you see in the browser on the start page."),
        "settings",
    ),
    "address:not_https": lambda _v: Sentence(
        _("The address is not encrypted, so a password would travel readable for others."),
        _("Please use the address that begins with https."),
        "settings",
    ),
    "address:moved": lambda value: Sentence(
        _about(
            value,
            _("The service has moved to %(value)s."),
            _("The service has moved to another address."),
        ),
        _("Please enter the new address, if it is one you trust."),
        "settings",
    ),
    "address:missing": lambda value: Sentence(
        _about(
            value,
            _("Something is missing: %(value)s."),
            _("Something that is needed is missing."),
        ),
        _("Please fill it in."),
        "settings",
    ),
}

USAGE: Mapping[str, Worded] = {
    "usage": lambda value: Sentence(
        _about(
            value,
            _("That cannot be done with “%(value)s”."),
            _("That cannot be done."),
        ),
        _("Please check what you entered."),
        "",
    ),
    "usage:no_account": lambda value: Sentence(
        _about(value, _("There is no account “%(value)s”."), _("There is no such account.")),
        _("Please choose one from the list of accounts."),
        "",
    ),
    "usage:no_conversation": lambda value: Sentence(
        _about(
            value,
            _("There is no conversation “%(value)s”."),
            _("There is no such conversation."),
        ),
        _("Please choose one from the inbox."),
        "",
    ),
    "usage:no_message": lambda value: Sentence(
        _about(value, _("There is no message “%(value)s”."), _("There is no such message.")),
        _("Please choose one from the conversation."),
        "",
    ),
    "usage:no_outbox_row": lambda value: Sentence(
        _about(
            value,
            _("There is nothing called “%(value)s” in the outbox."),
            _("That is not in the outbox."),
        ),
        _("Please look at the outbox again."),
        "",
    ),
    "usage:no_longer_waiting": lambda _v: Sentence(
        _("It is already on its way and cannot be changed any more."),
        _("Please look at the outbox to see what became of it."),
        "",
    ),
    "usage:no_member": lambda value: Sentence(
        _about(
            value,
            _("Nobody called “%(value)s” is in the team."),
            _("There is no such member in the team."),
        ),
        _("Please check the name, or add the member first."),
        "",
    ),
    "usage:no_template": lambda value: Sentence(
        _about(value, _("There is no template “%(value)s”."), _("There is no such template.")),
        _("Please choose one from the list of templates."),
        "",
    ),
    "usage:template_exists": lambda value: Sentence(
        _about(
            value,
            _("There already is a template “%(value)s”."),
            _("There already is a template of that name."),
        ),
        _("Please choose another name."),
        "",
    ),
    "usage:no_note": lambda _v: Sentence(
        _("This note is no longer there."), _("You need not do anything."), ""
    ),
    "usage:no_handoff": lambda _v: Sentence(
        _("This handoff is no longer open."), _("You need not do anything."), ""
    ),
    "usage:account_exists": lambda value: Sentence(
        _about(
            value,
            _("The account “%(value)s” is already here."),
            _("This account is already here."),
        ),
        _("To sign in again, use the settings of that account."),
        "settings",
    ),
    "usage:no_channel": lambda value: Sentence(
        _about(
            value,
            _("The program does not speak with a channel called “%(value)s”."),
            _("The program does not speak with this channel."),
        ),
        _("Please choose one from the list of channels."),
        "",
    ),
    "usage:nothing_to_answer": lambda _v: Sentence(
        _("There is no message in this conversation that could be answered."),
        _("An answer is possible when the other side has written."),
        "",
    ),
    "usage:empty": lambda _v: Sentence(
        _("There is no text yet."), _("Please write something first."), "edit"
    ),
    "usage:past": lambda _v: Sentence(
        _("That time is already over."), _("Please choose a time that is still to come."), ""
    ),
    "usage:own_message": lambda _v: Sentence(
        _("This can only be done to messages of others."), _("Please choose another message."), ""
    ),
    "usage:not_own_message": lambda _v: Sentence(
        _("Only your own messages can be changed."), _("Please choose another message."), ""
    ),
}
