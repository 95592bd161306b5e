"""The one place that words errors: what happened, what to do, and which button helps."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    RateLimitedError,
    RejectedError,
    UntrustedServerError,
    UsageError,
)
from cm_desktop.i18n import _, ngettext
from cm_desktop.services.sentences_address import ADDRESS
from cm_desktop.services.sentences_bots import BOTS
from cm_desktop.services.sentences_files import FILES
from cm_desktop.services.sentences_networks import NETWORKS
from cm_desktop.services.sentences_refusal import REFUSAL
from cm_desktop.services.sentences_sign_in import SIGN_IN
from cm_desktop.services.sentences_usage import USAGE
from cm_desktop.services.sentences_vault import VAULT
from cm_desktop.services.wording import Sentence, Worded

__all__ = ["Sentence", "explain"]


def explain(problem: CmError | str, detail: str = "") -> Sentence:
    """Return the sentences for an error, or for its code and detail as they were stored.

    An unknown code never fails: it gets the general sentence.
    """
    if isinstance(problem, RateLimitedError):
        return _wait(problem.wait_seconds)
    if isinstance(problem, CmError):
        return _worded(problem.code, _problem_of(problem), _value_of(problem))
    kind, _space, value = detail.partition(" ")
    return _worded(problem, kind, value)


def _problem_of(error: CmError) -> str:
    match error:
        case RejectedError():
            return error.reason
        case AddressError() | UsageError() | UntrustedServerError():
            return error.problem
        case _:
            return error.detail


def _value_of(error: CmError) -> str:
    match error:
        case AddressError() | UsageError():
            return error.value
        case UntrustedServerError():
            return error.host
        case _:
            return ""


def _worded(code: str, problem: str, value: str) -> Sentence:
    for key in (f"{code}:{problem}", code):
        if key in _ALL:
            return _ALL[key](value)
    return _ALL["error"](value)


def _wait(seconds: float | None) -> Sentence:
    what = _("The channel asks us to slow down.")
    if seconds is None:
        return Sentence(what, _("Nothing is lost. The program goes on by itself soon."), "")
    if seconds < 90:
        count = max(1, round(seconds))
        after = ngettext(
            "Nothing is lost. The program goes on by itself in %(n)d second.",
            "Nothing is lost. The program goes on by itself in %(n)d seconds.",
            count,
        )
    else:
        count = round(min(seconds, 86_400.0) / 60)
        after = ngettext(
            "Nothing is lost. The program goes on by itself in %(n)d minute.",
            "Nothing is lost. The program goes on by itself in %(n)d minutes.",
            count,
        )
    return Sentence(what, after % {"n": count}, "")


def _on_server(host: str, named: str, unnamed: str) -> str:
    return named % {"host": host} if host else unnamed


_CHANNEL: Mapping[str, Worded] = {
    "error": lambda _v: Sentence(
        _("Something did not work, and we do not know why."),
        _("Please try again. If it happens again, look at the diagnosis in the settings."),
        "retry",
    ),
    "bug": lambda _v: Sentence(
        _("The program made a mistake with this account. Your other accounts go on."),
        _("It tries again by itself. If it stays like this, please send us the diagnosis."),
        "retry",
    ),
    "offline": lambda _v: Sentence(
        _("There is no connection to the channel right now."),
        _("You can go on working. What you write is sent as soon as the connection is back."),
        "retry",
    ),
    "no_answer": lambda _v: Sentence(
        _("The channel did not answer in time."),
        _("The program looks on the channel what became of it and tries again by itself."),
        "retry",
    ),
    "sign_in_needed": lambda _v: Sentence(
        _("The channel does not accept our sign-in any more."),
        _("Please sign in again. What is waiting is sent afterwards."),
        "sign_in",
    ),
    "not_allowed": lambda _v: Sentence(
        _("This account is not allowed to do that on the channel."),
        _("Please ask whoever manages the account there for the right to do it."),
        "settings",
    ),
    "rate_limited": lambda _v: _wait(None),
    "gone": lambda _v: Sentence(
        _("It no longer exists on the channel."),
        _("Your text is kept. You can copy it, or remove it from the outbox."),
        "edit",
    ),
    "server_trouble": lambda _v: Sentence(
        _("The channel has a problem of its own and sent no usable answer."),
        _("The program tries again by itself. If it lasts, check the address of the account."),
        "retry",
    ),
    "lost_track": lambda _v: Sentence(
        _("We do not know whether this was sent."),
        _("Please look at the conversation on the channel, then say here if it is there."),
        "resolve",
    ),
    "answered_meanwhile": lambda _v: Sentence(
        _("While this waited, somebody of you already answered."),
        _("Please read the conversation, then send your answer or discard it."),
        "resolve",
    ),
}

_TRUST: Mapping[str, Worded] = {
    "untrusted_server": lambda host: Sentence(
        _on_server(
            host,
            _("The server %(host)s could not prove who it is."),
            _("The server could not prove who it is."),
        ),
        _("Nothing was sent to it. Please check the address, or ask whoever runs the server."),
        "settings",
    ),
    "untrusted_server:expired": lambda host: Sentence(
        _on_server(
            host,
            _("The certificate of %(host)s has expired."),
            _("The certificate of the server has expired."),
        ),
        _(
            "Nothing was sent to it. Please check this computer's date, or ask whoever runs the"
            " server to renew the certificate."
        ),
        "settings",
    ),
    "untrusted_server:wrong_host": lambda host: Sentence(
        _on_server(
            host,
            _("The certificate that the server shows does not belong to %(host)s."),
            _("The certificate that the server shows belongs to another address."),
        ),
        _("Nothing was sent to it. Please check the address for a typing mistake."),
        "settings",
    ),
    "untrusted_server:unknown_issuer": lambda host: Sentence(
        _on_server(
            host,
            _("Nobody this computer trusts vouches for the certificate of %(host)s."),
            _("Nobody this computer trusts vouches for the certificate of the server."),
        ),
        _(
            "Nothing was sent to it. In a firm's own network, ask for its root certificate to be"
            " installed on this computer."
        ),
        "settings",
    ),
}

_ALL: dict[str, Callable[[str], Sentence]] = {
    **_CHANNEL,
    **REFUSAL,
    **_TRUST,
    **ADDRESS,
    **USAGE,
    **SIGN_IN,
    **BOTS,
    **NETWORKS,
    **FILES,
    **VAULT,
}
