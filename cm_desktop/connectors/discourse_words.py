"""What is said of Discourse while one connects it."""

from __future__ import annotations

from cm_desktop.domain.channel_words import ChannelWords, FieldWords, Step
from cm_desktop.i18n import _


def words() -> ChannelWords:
    """Return the words in the language spoken now."""
    return ChannelWords(
        card=_("Topics, mentions, private messages and the review queue of a Discourse forum."),
        steps=(
            Step(
                text=_(
                    "Decide who answers in the forum. To approve or hide what others write, this"
                    " user has to be a moderator."
                )
            ),
            Step(
                text=_(
                    "As an administrator of the forum, open its API keys and add one. If you do not"
                    " run the forum, ask whoever does for a key."
                ),
                link="{url}/admin/api/keys",
            ),
            Step(
                text=_(
                    "Make the key for a single user, the one who answers, and choose “Global” as"
                    " its scope. It can do no more than this user. With a key that may only read,"
                    " you cannot answer here."
                )
            ),
            Step(text=_("Copy the key at once, as it is shown only then, and paste it below.")),
        ),
        fields=_fields(),
        limits=(
            _("Hiding tells the author: the forum sends them a message about it."),
            _("A “like” can be taken back for ten minutes only, unless the forum allows longer."),
            _("For a few minutes the forum does not take the same text twice, except from staff."),
            _("Chat and polls are not shown here."),
        ),
    )


def _fields() -> dict[str, FieldWords]:
    return {
        "url": FieldWords(label=_("Address of the forum"), example="https://forum.example.com"),
        "handle": FieldWords(label=_("User name"), hint=_("The user for whom the key was made.")),
        "token": FieldWords(label=_("API key")),
        "categories": FieldWords(
            label=_("Categories"),
            example=_("Questions, Support"),
            hint=_(
                "Leave this empty for the whole forum. Of other categories you only see posts"
                " that mention, quote or answer you."
            ),
        ),
    }
