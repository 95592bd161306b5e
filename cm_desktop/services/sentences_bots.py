"""Sentences for what Telegram refuses a bot."""

from __future__ import annotations

from collections.abc import Mapping

from cm_desktop.i18n import _
from cm_desktop.services.wording import Sentence, Worded

BOTS: Mapping[str, Worded] = {
    "sign_in_needed:bad_token": lambda _v: Sentence(
        _("What was pasted is not a token as @BotFather gives it."),
        _("Please copy the whole token once more, the number and the colon too."),
        "sign_in",
    ),
    "sign_in_needed:unknown_token": lambda _v: Sentence(
        _("Telegram does not know this token."),
        _("Please copy the token once more, or ask @BotFather for a new one."),
        "sign_in",
    ),
    "not_allowed:bot_blocked": lambda _v: Sentence(
        _("This person has blocked the bot, so it cannot write to them."),
        _("Your text is kept. An answer is possible again when they start the bot anew."),
        "",
    ),
    "not_allowed:bot_not_started": lambda _v: Sentence(
        _("A bot cannot write to somebody who has not written to it before."),
        _("Your text is kept. Please answer in another way."),
        "",
    ),
    "not_allowed:bot_removed": lambda _v: Sentence(
        _("The bot is no longer a member there."),
        _("Please add it again in Telegram, then send the answer again."),
        "edit",
    ),
    "not_allowed:user_gone": lambda _v: Sentence(
        _("This person no longer has an account."),
        _("Your text is kept. You can copy it, or remove it from the outbox."),
        "edit",
    ),
    "not_allowed:no_rights": lambda _v: Sentence(
        _("The bot lacks the right to do that in this group."),
        _("Please make it an administrator with that right in Telegram, then try again."),
        "retry",
    ),
    "not_allowed:of_administrator": lambda _v: Sentence(
        _("Administrators of a group cannot be blocked or muted."),
        _("Please speak with them, or take their rights away in Telegram first."),
        "",
    ),
    "not_allowed:business_off": lambda _v: Sentence(
        _("The bot may no longer answer for this business account."),
        _("Please allow it again in Telegram under “Telegram Business”, “Chatbots”."),
        "settings",
    ),
    "not_allowed:reaction_off": lambda _v: Sentence(
        _("This group does not allow 👍."),
        _("It can be allowed in the settings of the group in Telegram."),
        "",
    ),
    "rejected:too_old": lambda _v: Sentence(
        _("The message is too old to be changed or deleted by a bot."),
        _("Please do it in the network's own program, if it is possible there."),
        "",
    ),
    "rejected:topic_closed": lambda _v: Sentence(
        _("This topic is closed, so nothing can be written in it."),
        _("Your text is kept. Please open the topic in Telegram, then send it again."),
        "edit",
    ),
}
