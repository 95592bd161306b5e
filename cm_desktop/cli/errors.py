"""Errors as scripts see them: the exit codes of the contract, and the JSON of an error."""

from __future__ import annotations

import click

from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    KeyringMissingError,
    OfflineError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
    UsageError,
    VaultError,
    VaultExistsError,
    VaultMissingError,
)
from cm_desktop.i18n import _
from cm_desktop.services.contract_json import Json
from cm_desktop.services.key_store import PASSPHRASE_FILE
from cm_desktop.services.sentences import explain

DONE = 0
PARTLY = 1  # also: a check found something wrong
WRONG_USE = 2
SIGN_IN = 3
OFFLINE = 4
REFUSED = 5
VAULT = 6
BUG = 70  # not of the contract: a mistake of ours
CANCELLED = 130  # as shells tell it


def code_of(error: CmError) -> int:
    """Return the exit code for an error that ended a command."""
    match error:
        case UsageError() | AddressError() | VaultMissingError() | VaultExistsError():
            return WRONG_USE
        case VaultError():
            return VAULT
        case SignInNeededError():
            return SIGN_IN
        # The channel cannot be used now; later it can.
        case OfflineError() | SlowError() | ServerTroubleError():
            return OFFLINE
        case _:
            return REFUSED


def code_of_pass(failures: list[list[CmError]]) -> int:
    """Return the exit code of a pass, from the errors of each account.

    One reason that kept every account from anything is told as such; else it was done in part.
    """
    codes = {code_of(error) for errors in failures for error in errors}
    if not codes:
        return DONE
    whole = all(failures) and len(codes) == 1 and codes <= {SIGN_IN, OFFLINE}
    return codes.pop() if whole else PARTLY


def error_json(error: CmError) -> Json:
    """Return an error: its stable code, what happened, and what to do."""
    sentence = explain(error)
    what_to_do = sentence.what_to_do
    if isinstance(error, KeyringMissingError):
        what_to_do = _("Please name a file that holds the passphrase in %(variable)s.") % {
            "variable": PASSPHRASE_FILE
        }
    return {
        "code": error.code,
        "message": sentence.what,
        "what_to_do": what_to_do,
        "detail": error.detail or None,
    }


def usage_json(error: click.ClickException) -> Json:
    """Return a mistake in the arguments."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    path = ctx.command_path if ctx else "cm-desktop"
    return {
        "code": "usage",
        "message": error.format_message(),
        "what_to_do": _("See %(command)s.") % {"command": f"{path} --help"},
        "detail": None,
    }
