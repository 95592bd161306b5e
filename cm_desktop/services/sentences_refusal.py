"""Sentences for what a channel refuses or does not offer."""

from __future__ import annotations

from collections.abc import Mapping

from cm_desktop.i18n import _
from cm_desktop.services.wording import Sentence, Worded

REFUSAL: Mapping[str, Worded] = {
    "rejected": lambda _v: Sentence(
        _("The channel did not accept this."),
        _("Your text is kept. Please change it and send it again."),
        "edit",
    ),
    "rejected:empty": lambda _v: Sentence(
        _("There is no text yet."), _("Please write something first."), "edit"
    ),
    "rejected:too_long": lambda _v: Sentence(
        _("The text is longer than the channel allows."), _("Please shorten it."), "edit"
    ),
    "rejected:window_over": lambda _v: Sentence(
        _("The time in which the channel accepts an answer is over."),
        _("An answer is possible again when the other side writes."),
        "",
    ),
    "rejected:placeholder": lambda _v: Sentence(
        _("The text still has a placeholder that nobody filled in."),
        _("Please replace the words in braces."),
        "edit",
    ),
    "not_allowed:ability": lambda _v: Sentence(
        _("This channel does not offer that."),
        _("You can do it in the network's own program, if it is possible there."),
        "",
    ),
    "not_allowed:paused": lambda _v: Sentence(
        _("This account is paused."), _("Please switch it on again in the settings."), "settings"
    ),
    "gone:target": lambda _v: Sentence(
        _("The message you answer was deleted on the channel."),
        _("Your text is kept. You can copy it, or remove it from the outbox."),
        "edit",
    ),
    "duplicate": lambda _v: Sentence(
        _("The channel says that it already has this very text."),
        _("Please look at the conversation. If your answer is missing, change a word and send it."),
        "edit",
    ),
    "rejected:too_large": lambda _v: Sentence(
        _("The message is larger than the server accepts."),
        _("Please shorten it."),
        "edit",
    ),
    "rejected:no_recipient": lambda _v: Sentence(
        _("This mail has no address that could be answered."),
        _("Please answer in another way, for example by telephone."),
        "",
    ),
    "rejected:bad_recipient": lambda _v: Sentence(
        _("Mail servers cannot deliver to the address of this mail."),
        _("Please answer in another way, for example by telephone."),
        "",
    ),
    "rejected:recipient_refused": lambda _v: Sentence(
        _("The mail server does not accept the address of the other side."),
        _("Perhaps it no longer exists. Your text is kept."),
        "",
    ),
    "rejected:sender_refused": lambda _v: Sentence(
        _("The mail server does not let this account send from its address."),
        _("Please check the address of the account, or ask your mail provider."),
        "settings",
    ),
    "rejected:content_refused": lambda _v: Sentence(
        _("The mail server does not accept the content of this mail."),
        _("Please change the text, for example without links, and send it again."),
        "edit",
    ),
    "rejected:no_junk_folder": lambda _v: Sentence(
        _("This mailbox has no folder for junk mail."),
        _("Please create one with your mail provider, or delete the mail."),
        "",
    ),
    "rejected:no_trash_folder": lambda _v: Sentence(
        _("This mailbox has no folder for deleted mail."),
        _("Please create one with your mail provider."),
        "",
    ),
    "rejected:unsupported": lambda _v: Sentence(
        _("This channel does not offer that."),
        _("You can do it in the network's own program, if it is possible there."),
        "",
    ),
    "rejected:status_kept": lambda _v: Sentence(
        _("The site took the wish, but left the comment as it was."),
        _("Please look at the comment in the administration of the site."),
        "",
    ),
    "rejected:rest_trash_not_supported": lambda _v: Sentence(
        _("The site has no trash, so deleting could not be undone. We did not do it."),
        _("Please delete it in the administration of the site if you are sure."),
        "",
    ),
    "rejected:outcome_unknown": lambda _v: Sentence(
        _("We do not know whether this was sent."),
        _("Please look there, or among the sent mails, then say here if it is there."),
        "resolve",
    ),
    "not_allowed:not_own_message": lambda _v: Sentence(
        _("Only your own messages can be changed."), _("Please choose another message."), ""
    ),
    "not_allowed:sign_in_page": lambda _v: Sentence(
        _("The site shows programs its sign-in page instead of answering them."),
        _("Please ask whoever runs the site to let this account use its interface."),
        "settings",
    ),
    "not_allowed:rest_comment_closed": lambda _v: Sentence(
        _("Comments are closed under this post."),
        _("Open them in the administration of the site if you want to answer there."),
        "",
    ),
    "not_allowed:rest_disabled": lambda _v: Sentence(
        _("The site has switched off its interface for programs."),
        _("Please ask whoever runs the site to switch the REST API on."),
        "settings",
    ),
    "sign_in_needed:application_passwords_off": lambda _v: Sentence(
        _("The site has switched application passwords off."),
        _("Please ask whoever runs the site to allow application passwords."),
        "settings",
    ),
    "rejected:parent_spam": lambda _v: Sentence(
        _("The comment is marked as spam, so it cannot be answered."),
        _("Please approve it first, then send the answer again."),
        "edit",
    ),
    "rejected:parent_trash": lambda _v: Sentence(
        _("The comment lies in the trash, so it cannot be answered."),
        _("Please approve it first, then send the answer again."),
        "edit",
    ),
}
