"""Sentences for what networks, forums and chats refuse."""

from __future__ import annotations

from collections.abc import Mapping

from cm_desktop.i18n import _
from cm_desktop.services.wording import Sentence, Worded, about

NETWORKS: Mapping[str, Worded] = {
    "not_allowed:refused": lambda _v: Sentence(
        _("The channel refused this."),
        _("Please look on its own page what is possible there, or ask whoever manages it."),
        "",
    ),
    "rejected:refused": lambda _v: Sentence(
        _("The channel refused this and does not say why."),
        _("Your text is kept. Please try it on the channel's own page."),
        "edit",
    ),
    "rejected:too_short": lambda _v: Sentence(
        _("The text is shorter than the channel accepts."), _("Please write a little more."), "edit"
    ),
    "not_allowed:blocked": lambda _v: Sentence(
        _("One of the two accounts has blocked the other, so nothing can be sent."),
        _("Please answer in another way if it matters."),
        "",
    ),
    "not_allowed:replies_disabled": lambda _v: Sentence(
        _("Whoever wrote this allows no replies to it."),
        _("Please answer in another way, for example with a post of your own."),
        "",
    ),
    "not_allowed:encrypted": lambda _v: Sentence(
        _("This room is encrypted, so this program can neither read nor answer there."),
        _("Please answer with the program in which you use Matrix otherwise."),
        "",
    ),
    "not_allowed:invitation": lambda _v: Sentence(
        _("This is an invitation to a room, and not yet a conversation."),
        _("Please accept the invitation first. Then you can write there."),
        "",
    ),
    "not_allowed:webhook_set": lambda _v: Sentence(
        _("This bot already delivers its messages to another program."),
        _("Please use a bot of its own here, or switch the other program off first."),
        "settings",
    ),
    "server_trouble:other_program": lambda _v: Sentence(
        _("Another program is fetching the messages of this bot right now."),
        _("Please end the other program, or use a bot of its own here."),
        "retry",
    ),
    "not_allowed:banned": lambda _v: Sentence(
        _("This account is banned on the channel."),
        _("Please ask whoever manages the channel."),
        "",
    ),
    "not_allowed:sign_in_elsewhere": lambda _v: Sentence(
        _("This forum lets people sign in on another page only, and programs not at all."),
        _("Please ask whoever runs the forum for an account with a password of the forum."),
        "",
    ),
    "rejected:has_answers": lambda _v: Sentence(
        _("Deleting the first post would delete all answers below it. We did not do it."),
        _("Please delete the whole topic on the page of the forum if you are sure."),
        "",
    ),
    "rejected:has_poll": lambda _v: Sentence(
        _("This post has a poll, and changing it would lose the votes. We did not do it."),
        _("Please change it on the channel's own page if you are sure."),
        "",
    ),
    "not_allowed:no_author": lambda _v: Sentence(
        _("Who wrote this has left the forum, so the program cannot find the place any more."),
        _("Please answer on the page of the forum."),
        "",
    ),
    "rejected:decided_otherwise": lambda _v: Sentence(
        _("Somebody of the forum's team has already decided about this post."),
        _("Please look at the post in the forum."),
        "",
    ),
    "sign_in_needed:invalid_key": lambda _v: Sentence(
        _("The forum does not accept this key for this user."),
        _("Please copy the key once more, or make a new one for this very user."),
        "sign_in",
    ),
    "rejected:approve_first": lambda _v: Sentence(
        _("This post still waits for approval, so it cannot be answered yet."),
        _("Please approve it first, then send the answer again."),
        "edit",
    ),
    "rejected:same_text": lambda _v: Sentence(
        _("You wrote this very text a few minutes ago, and the forum does not take it twice."),
        _("Please change a few words, then send it again."),
        "edit",
    ),
    "address:bad_setting": lambda value: Sentence(
        about(
            value,
            _("“%(value)s” is not one of the possible settings."),
            _("A setting has a value that is not possible."),
        ),
        _("Please look at the hint below the field, or leave the field empty."),
        "settings",
    ),
    "address:categories": lambda value: Sentence(
        about(
            value,
            _("There is no category “%(value)s” that this account can read."),
            _("There is no such category that this account can read."),
        ),
        _("Please write the name as it stands on the page, or leave the field empty for all."),
        "settings",
    ),
}
