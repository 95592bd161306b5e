"""What the forms say while an account is tried: what was found, or why it does not work."""

from __future__ import annotations

import re

from cm_desktop.domain.errors import (
    CmError,
    OfflineError,
    RateLimitedError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
)
from cm_desktop.i18n import _
from cm_desktop.services.account_forms import Finding
from cm_desktop.services.sentences import explain
from cm_desktop.ui.dialogs.policy_words import limit_words
from cm_desktop.ui.labels import name_text

_LONGEST = 2_048  # code points of an address
_SERVERS = ("mastodon", "bluesky", "matrix")
_FORUMS = ("discourse", "misago")
# A host with a dot in it, maybe with a scheme, a port, a path, or somebody's name before it, as
# Bluesky, Mastodon and Matrix write one: what one has not written yet while one still types.
_ADDRESS = re.compile(
    r"(?:https?://)?(?:@?[\w.+=-]+[@:])?"
    r"(?:localhost|\[[0-9a-f:]+\]|[\w-]+(?:\.[\w-]+)*\.(?:[^\W\d_]{2,}|xn--[\w-]+|\d{1,3}))"
    r"(?::\d{1,5})?(?:[/?#]\S*)?",
    re.IGNORECASE,
)


def looks_like_address(text: str) -> bool:
    """Tell whether a text is whole enough to look at the address it names."""
    text = text.strip()
    return len(text) <= _LONGEST and _ADDRESS.fullmatch(text) is not None


def page_address(typed: str) -> str:
    """Return what stands for `{url}` in the link of a step, "" while nothing usable is typed."""
    typed = typed.strip()
    if not looks_like_address(typed) or "@" in typed:
        return ""
    whole = typed if "://" in typed else f"https://{typed}"
    return whole.rstrip("/")


def finding_words(channel: str, finding: Finding) -> str:
    """Return what stands behind an address: "Found: Mastodon server “mastodon.social”."."""
    words = {
        "software": name_text(finding.software, 40),
        "title": name_text(finding.title, 60),
    }
    if not finding.title:
        found = _("Found: %(software)s.")
    elif channel in _SERVERS:
        found = _("Found: %(software)s server “%(title)s”.")
    elif channel in _FORUMS:
        found = _("Found: %(software)s forum “%(title)s”.")
    else:
        found = _("Found: %(software)s, “%(title)s”.")
    return f"{found % words} {limit_words(finding.text_limit)}".strip()


def trial_words(error: CmError) -> tuple[str, str]:
    """Return why trying an account did not work, and what to do; nothing goes on by itself."""
    to_do = _("Please try again in a while, or check the address.")
    match error:
        case OfflineError():
            return (
                _("This address cannot be reached."),
                _("Please check the address, and whether this computer is online."),
            )
        case SlowError() if error.detail != "no_sign_in":
            return _("There was no answer in time."), to_do
        case ServerTroubleError():
            return _("There came no usable answer from this address."), to_do
        case RateLimitedError():
            return _("The channel asks us to wait."), _("Please try again in a few minutes.")
        case SignInNeededError() if explain(error) == explain(SignInNeededError()):
            return (
                _("The channel does not accept this sign-in."),
                _("Please check what you typed. Often the mistake is a missing letter at the end."),
            )
        case _:
            sentence = explain(error)
            return sentence.what, sentence.what_to_do
