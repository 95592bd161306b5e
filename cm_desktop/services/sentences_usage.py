"""Sentences for what was asked of the program and makes no sense."""

from __future__ import annotations

from collections.abc import Mapping

from cm_desktop.i18n import _
from cm_desktop.services.wording import Sentence, Worded, about

USAGE: Mapping[str, Worded] = {
    "usage": lambda value: Sentence(
        about(
            value,
            _("That cannot be done with “%(value)s”."),
            _("That cannot be done."),
        ),
        _("Please check what you entered."),
        "",
    ),
    "usage:no_account": lambda value: Sentence(
        about(value, _("There is no account “%(value)s”."), _("There is no such account.")),
        _("Please choose one from the list of accounts."),
        "",
    ),
    "usage:no_conversation": lambda value: Sentence(
        about(
            value,
            _("There is no conversation “%(value)s”."),
            _("There is no such conversation."),
        ),
        _("Please choose one from the inbox."),
        "",
    ),
    "usage:no_message": lambda value: Sentence(
        about(value, _("There is no message “%(value)s”."), _("There is no such message.")),
        _("Please choose one from the conversation."),
        "",
    ),
    "usage:no_outbox_row": lambda value: Sentence(
        about(
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
        about(
            value,
            _("Nobody called “%(value)s” is in the team."),
            _("There is no such member in the team."),
        ),
        _("Please check the name, or add the member first."),
        "",
    ),
    "usage:no_template": lambda value: Sentence(
        about(value, _("There is no template “%(value)s”."), _("There is no such template.")),
        _("Please choose one from the list of templates."),
        "",
    ),
    "usage:template_exists": lambda value: Sentence(
        about(
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
        about(
            value,
            _("The account “%(value)s” is already here."),
            _("This account is already here."),
        ),
        _("To sign in again, use the settings of that account."),
        "settings",
    ),
    "usage:account_removed": lambda value: Sentence(
        about(
            value,
            _("The account “%(value)s” was removed, so nothing can be sent from it."),
            _("This account was removed, so nothing can be sent from it."),
        ),
        _("Please connect it again first."),
        "",
    ),
    "usage:no_channel": lambda value: Sentence(
        about(
            value,
            _("The program does not speak with a channel called “%(value)s”."),
            _("The program does not speak with this channel."),
        ),
        _("Please choose one from the list of channels."),
        "",
    ),
    "usage:no_look": lambda _v: Sentence(
        _("This channel cannot be looked at before one signs in."),
        _("Please connect the account instead."),
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
    "usage:no_name": lambda _v: Sentence(
        _("There is no name yet."), _("Please give it a name."), "edit"
    ),
    "usage:no_tag": lambda value: Sentence(
        about(value, _("There is no tag “%(value)s”."), _("There is no such tag.")),
        _("Please choose one from the list of tags."),
        "",
    ),
    "usage:wrong_state": lambda _v: Sentence(
        _("It has gone on in the meantime."),
        _("Please look at the outbox to see what became of it."),
        "",
    ),
    "usage:needs_decision": lambda _v: Sentence(
        _("We do not know whether this was sent, so it is not simply tried again."),
        _("Please look at the conversation on the channel, then say here if it is there."),
        "resolve",
    ),
    "usage:still_looking": lambda _v: Sentence(
        _("The program is still finding out whether this was sent."),
        _("Please wait a minute, then look again."),
        "",
    ),
    "usage:no_such_answer": lambda value: Sentence(
        about(
            value,
            _("“%(value)s” is not one of the possible answers."),
            _("That is not one of the possible answers."),
        ),
        _("Please choose: it was sent, send it again, or drop it."),
        "",
    ),
    "usage:not_an_act": lambda _v: Sentence(
        _("That cannot be done to a message."), _("To answer it, please write a reply."), ""
    ),
    "usage:until_missing": lambda _v: Sentence(
        _("To put a conversation away we need to know until when."),
        _("Please choose a time at which it comes back."),
        "",
    ),
    "usage:first_line": lambda _v: Sentence(
        _("This command is started by the program itself."),
        _("Please open the program's window instead."),
        "",
    ),
}
