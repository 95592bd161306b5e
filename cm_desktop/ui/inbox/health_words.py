"""How an account is doing: a mark whose shape says it without colour, and a sentence."""

from __future__ import annotations

from datetime import datetime

from cm_desktop.domain.model import Account, Health
from cm_desktop.i18n import _
from cm_desktop.ui import dates


def health_mark(account: Account) -> tuple[str, str]:
    """Return glyph and tone of an account's health."""
    if account.paused:
        return "hold", "soft"
    return {
        Health.NEW: ("circle", "soft"),
        Health.OK: ("dot", "ok"),
        Health.OFFLINE: ("offline", "soft"),
        Health.WAITING: ("clock", "soft"),
        Health.SIGN_IN: ("key", "bad"),
        Health.TROUBLE: ("warning", "warn"),
    }[account.health]


def health_sentence(account: Account, now: datetime) -> str:
    """Return one or two sentences on how the last contact with the channel went."""
    if account.paused:
        return _("Paused. Nothing is fetched or sent.")
    if account.health is Health.NEW:
        return _("Nothing was fetched yet.")
    if account.health is Health.OK:
        return _last_contact(account, now) or _("Connected.")
    from cm_desktop.services.sentences import explain

    sentence = explain(account.trouble or "offline")
    return " ".join(part for part in (sentence.what, _last_contact(account, now)) if part)


def _last_contact(account: Account, now: datetime) -> str:
    if account.last_ok_at is None:
        return ""
    # Translators: %(ago)s is "just now", "5 min ago" and the like.
    return _("Last fetched %(ago)s.") % {"ago": dates.ago(account.last_ok_at, now)}
