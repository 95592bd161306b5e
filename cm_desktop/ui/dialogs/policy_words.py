"""What a channel allows, said in a sentence or two."""

from __future__ import annotations

from datetime import timedelta

from cm_desktop.domain.model import Kind
from cm_desktop.domain.policy import Ability, ChannelPolicy
from cm_desktop.i18n import _, ngettext
from cm_desktop.ui import dates

_ORDER = (
    Ability.REPLY, Ability.PRIVATE, Ability.LIKE, Ability.EDIT, Ability.HIDE, Ability.DELETE,
    Ability.APPROVE, Ability.HOLD, Ability.SPAM, Ability.MUTE, Ability.BLOCK, Ability.REPORT,
)  # fmt: skip
_WORTH_TELLING = 10_000  # a limit above this is never reached by hand


def policy_sentences(policy: ChannelPolicy) -> list[str]:
    """Return what can be done with an account of these rules, and what limits there are."""
    said = [_abilities(policy)]
    if policy.answered_there:
        said.append(
            _("You answer on the channel's own page: the text is copied, and the page opened.")
        )
    elif (limit := limit_words(policy.text_limit)) and policy.may(Ability.REPLY):
        said.append(limit)
    if policy.shortest_window is not None:
        words = (
            _("Direct messages can be answered for %(time)s after the other side wrote.")
            if set(policy.reply_windows) == {Kind.DIRECT}
            else _("A reply is possible for %(time)s after the other side wrote.")
        )
        said.append(words % {"time": span(policy.shortest_window)})
    if policy.retention is not None:
        said.append(
            _("What others wrote is kept here for %(time)s.") % {"time": span(policy.retention)}
        )
    if policy.simulated:
        said.append(_("This is a demo: nobody outside is reached."))
    return said


def limit_words(count: int | None) -> str:
    """Return how long a reply may be, "" where nobody reaches that by hand."""
    if count is None or count > _WORTH_TELLING:
        return ""
    words = ngettext(
        "A reply has at most %(n)s character.", "A reply has at most %(n)s characters.", count
    )
    return words % {"n": dates.number(count)}


def span(length: timedelta) -> str:
    """Return a length of time: "24 hours", "7 days"."""
    hours = round(length / timedelta(hours=1))
    if hours < 72:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    days = round(length / timedelta(days=1))
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def _abilities(policy: ChannelPolicy) -> str:
    words = _ability_words() | {
        one: _own_words()[one] for one in policy.own_only & set(_own_words())
    }
    able = [words[one] for one in _ORDER if policy.may(one)]
    if not able:
        return _("You can read here; replies are not possible.")
    # Translators: %(list)s is a list such as "reply, hide, delete".
    return _("What you can do here: %(list)s.") % {"list": ", ".join(able)}


def _own_words() -> dict[Ability, str]:
    """Return what abilities are called that reach texts of ours alone."""
    return {
        Ability.DELETE: _("delete your own texts"),
        Ability.HIDE: _("hide your own texts"),
    }


def _ability_words() -> dict[Ability, str]:
    return {
        Ability.REPLY: _("reply"),
        Ability.PRIVATE: _("reply privately"),
        Ability.LIKE: _("like"),
        Ability.EDIT: _("change your own texts"),
        Ability.HIDE: _("hide"),
        Ability.DELETE: _("delete"),
        Ability.APPROVE: _("approve"),
        Ability.HOLD: _("hold back"),
        Ability.SPAM: _("mark as spam"),
        Ability.MUTE: _("mute people"),
        Ability.BLOCK: _("block people"),
        Ability.REPORT: _("report"),
    }
