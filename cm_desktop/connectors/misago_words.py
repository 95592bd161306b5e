"""What is said of Misago while one connects it."""

from __future__ import annotations

from cm_desktop.domain.channel_words import ChannelWords, FieldWords, Step
from cm_desktop.i18n import _


def words() -> ChannelWords:
    """Return the words in the language spoken now."""
    return ChannelWords(
        card=_("Threads and private threads of a Misago forum."),
        steps=(
            Step(
                text=_(
                    "Decide who answers in the forum. A user of its own, such as the name of your"
                    " firm, is best."
                ),
                link="{url}",
            ),
            Step(
                text=_(
                    "To approve, hide or delete what others write, the user has to be a moderator:"
                    " whoever runs the forum can set that."
                )
            ),
            Step(text=_("Type the address of the forum, the user name and the password below.")),
        ),
        fields=_fields(),
        limits=(
            _("An approved post cannot be held back again, but it can be hidden."),
            _("Deleting is final: Misago has no trash."),
            _("The forum does not let programs report a post to its moderators."),
            _("Sign-in through another service, such as Google, does not work here."),
        ),
    )


def _fields() -> dict[str, FieldWords]:
    return {
        "url": FieldWords(label=_("Address of the forum"), example="https://forum.example.com"),
        "handle": FieldWords(
            label=_("User name"), hint=_("The name with which you sign in to the forum.")
        ),
        "password": FieldWords(
            label=_("Password"), hint=_("The password with which you sign in to the forum.")
        ),
        "categories": FieldWords(
            label=_("Categories"),
            example=_("Questions, Support"),
            hint=_(
                "Leave this empty for the whole forum. Of other categories you only see posts"
                " that mention you."
            ),
        ),
    }
