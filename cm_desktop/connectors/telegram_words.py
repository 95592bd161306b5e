"""What the card of Telegram says, the steps to a bot, and what a bot cannot do."""

from __future__ import annotations

from cm_desktop.domain.channel_words import ChannelWords, FieldWords, Step
from cm_desktop.i18n import _


def words() -> ChannelWords:
    """Return the words of the channel in the language spoken now."""
    token = FieldWords(
        label=_("Token of the bot"),
        example="123456789:ABCdef…",
        hint=_("Whoever has it can write as your bot. It is kept encrypted."),
    )
    return ChannelWords(
        card=_("Messages to your Telegram bot, in its groups and under your channel's posts."),
        steps=_steps(),
        fields={"token": token},
        limits=_limits(),
    )


def _steps() -> tuple[Step, ...]:
    return (
        Step(
            text=_(
                "In Telegram, write /newbot to @BotFather and choose a name. Or use a bot you"
                " have, if no other program uses it."
            ),
            link="https://t.me/BotFather",
        ),
        Step(text=_("Copy the token that @BotFather answers with, and paste it below.")),
        Step(
            text=_(
                "For groups: write /setprivacy to @BotFather and choose “Disable”, then add"
                " the bot to the group."
            )
        ),
        Step(
            text=_(
                "For comments under the posts of a channel: make the bot an administrator of"
                " the channel and of its discussion group."
            )
        ),
    )


def _limits() -> tuple[str, ...]:
    return (
        _(
            "Telegram keeps messages for a bot for 24 hours only. Let CM Desktop start with"
            " the computer, and look in at least once a day, on weekends too."
        ),
        _("Only one program can fetch a bot's messages: the bot is for CM Desktop alone."),
        _("A bot cannot write to somebody who has not written to it before."),
        _("In groups, a bot sees only what is addressed to it, until you change that."),
        _("Telegram does not tell a bot when somebody deletes a message."),
    )
