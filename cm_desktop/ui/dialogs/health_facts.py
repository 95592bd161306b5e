"""What the health page of an account says: contacts, sign-in, allowance, gaps in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cm_desktop.domain.events import GapFound
from cm_desktop.domain.standing import Allowance
from cm_desktop.i18n import _
from cm_desktop.services.account_health import AccountHealth
from cm_desktop.ui import dates

SOON = timedelta(days=7)  # before its end, a sign-in is warned of
_MOMENT = timedelta(seconds=30)  # a fetch that is due since less is under way


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line of the page. `tone` is a kind of label: "", "warn" or "bad"."""

    name: str
    value: str
    tone: str = ""


def facts(health: AccountHealth, now: datetime) -> list[Fact]:
    """Return the lines of the page, in their order."""
    return [
        Fact(name=_("Last fetched"), value=_last_fetch(health, now)),
        Fact(name=_("Next fetch"), value=_next_fetch(health, now)),
        _sign_in(health, now),
        _allowance(health.standing.allowance, now),
    ]


def sign_in_warning(until: datetime | None, now: datetime) -> str:
    """Return what to say of a sign-in that is over soon, else nothing."""
    if until is None or until - now > SOON:
        return ""
    if until <= now:
        return _("The sign-in is over. Please sign in again.")
    words = _("The sign-in is over %(when)s. Please sign in again before that.")
    return words % {"when": dates.in_time(until - now)}


def gap_words(gap: GapFound, now: datetime) -> tuple[str, str]:
    """Return which time is missing, and what becomes of it."""
    if gap.lost:
        return _span(gap.begin, gap.end, now), _(
            "The channel no longer hands out what was said then. Please look on its own page."
        )
    return _span(gap.begin, gap.end, now), _(
        "This is read again with the next fetches. You need not do anything."
    )


def _last_fetch(health: AccountHealth, now: datetime) -> str:
    at = health.account.last_ok_at
    if at is None:
        return _("Nothing was fetched yet.")
    return f"{moment(at, now)} · {dates.ago(at, now)}"


def _next_fetch(health: AccountHealth, now: datetime) -> str:
    at = health.account.next_fetch_at
    if health.account.paused:
        return _("Paused: nothing is fetched.")
    if at is None or at <= now + _MOMENT:
        return _("Now")
    return f"{moment(at, now)} · {dates.in_time(at - now)}"


def _sign_in(health: AccountHealth, now: datetime) -> Fact:
    until = health.standing.signed_in_until
    name = _("Signed in until")
    if until is None:
        return Fact(name=name, value=_("The channel names no end."))
    warning = sign_in_warning(until, now)
    value = f"{moment(until, now)}. {warning}" if warning else moment(until, now)
    return Fact(name=name, value=value, tone="warn" if warning else "")


def _allowance(allowed: Allowance | None, now: datetime) -> Fact:
    name = _("Requests")
    if allowed is None:
        return Fact(name=name, value=_("The channel names no limit."))
    counted = {"left": dates.number(allowed.left), "most": dates.number(allowed.most or 0)}
    at = allowed.renewed_at
    if at is not None and at <= now:
        return Fact(name=name, value=_("As many as the channel allows, again."))
    if at is None:
        words = (
            _("%(left)s of %(most)s left") if allowed.most is not None else _("%(left)s left")
        ) % counted
    else:
        words = (
            _("%(left)s of %(most)s left until %(time)s")
            if allowed.most is not None
            else _("%(left)s left until %(time)s")
        ) % {**counted, "time": moment(at, now)}
    few = allowed.left == 0 or (allowed.most or 0) >= 10 * max(allowed.left, 1)
    return Fact(name=name, value=words, tone="warn" if few else "")


def moment(at: datetime, now: datetime) -> str:
    """Return a point in time as one says it: "14:05", "12 Nov, 14:05", or in full."""
    here, today = at.astimezone(), now.astimezone().date()
    if here.date() == today:
        return dates.clock_time(at)
    if abs(here.date() - today) < timedelta(days=180):
        # Translators: a day and a time in short, "12 Nov, 14:05".
        words = {"day": dates.day_of_year(at), "time": dates.clock_time(at)}
        return _("%(day)s, %(time)s") % words
    return dates.full_time(at)


def _span(begin: datetime, end: datetime, now: datetime) -> str:
    same_day = begin.astimezone().date() == end.astimezone().date()
    ends = dates.clock_time(end) if same_day else moment(end, now)
    # Translators: a span of time, "12 Nov, 14:05 to 15:30".
    return _("%(begin)s to %(end)s") % {"begin": moment(begin, now), "end": ends}
