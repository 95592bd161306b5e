"""What the card of a Mastodon account says."""

from __future__ import annotations

from cm_desktop.connectors.mastodon_oauth import SCOPES
from cm_desktop.domain.channel_words import ChannelWords, FieldWords, Step
from cm_desktop.i18n import _


def words() -> ChannelWords:
    """Return what the card says, in the language spoken now."""
    return ChannelWords(
        card=_("Mentions, answers to your posts and private messages on a Mastodon server."),
        steps=(
            Step(text=_("Type the address of your server, and sign in there in the browser.")),
            Step(
                text=_(
                    "Or without a browser: on your server under “Preferences”, “Development”,"
                    " make an application with these scopes: %(scopes)s."
                )
                % {"scopes": SCOPES.replace(" ", ", ")},
                link="{url}/settings/applications/new",
            ),
            Step(text=_("Open that application, copy its access token, and paste it below.")),
        ),
        fields={
            "url": FieldWords(label=_("Address of the server"), example="https://mastodon.social"),
            "token": FieldWords(
                label=_("Access token"),
                hint=_("Not needed if you sign in in the browser."),
            ),
        },
        limits=(
            _("Answers of others cannot be hidden on Mastodon; you can mute, block or report."),
            _("Answers from people your server does not know of may not arrive."),
            _(
                "Answers that do not name you are noticed only under the 40 of your posts that"
                " were answered last, and some of them up to two hours late."
            ),
            _("The names of those you answer count towards the length of your text."),
        ),
    )
