"""What the card of the Matrix channel says, and the words of its fields."""

from __future__ import annotations

from cm_desktop.domain.channel_words import ChannelWords, FieldWords, Step
from cm_desktop.i18n import _


def words() -> ChannelWords:
    """Return the words in the language spoken now."""
    return ChannelWords(
        card=_("Messages in Matrix rooms that are not encrypted, and private talks there."),
        steps=(
            Step(
                text=_(
                    "Type the Matrix name of the account from which you want to answer. In Element"
                    " it stands in the settings, under your own name."
                )
            ),
            Step(
                text=_(
                    "Sign in in the browser. If your server has no page for that, sign in with the"
                    " password; it is used once and not kept."
                )
            ),
            Step(
                text=_(
                    "Afterwards, a device called CM Desktop appears in Element. It will always be"
                    " shown as not verified, for it does not take part in encryption."
                )
            ),
        ),
        fields=_fields(),
        limits=(
            _(
                "Encrypted rooms cannot be read here. You see that something came; read it in"
                " Element."
            ),
            _("Files are named with their size, but not shown: open them in Element."),
        ),
    )


def _fields() -> dict[str, FieldWords]:
    return {
        "handle": FieldWords(
            label=_("Matrix name"),
            example="@shop:example.org",
            hint=_("With the @ in front and the name of the server after the colon."),
        ),
        "password": FieldWords(label=_("Password")),
        "server": FieldWords(
            label=_("Address of the server"),
            example="https://matrix.example.org",
            hint=_("Only needed where the name of the server does not lead there."),
        ),
    }
