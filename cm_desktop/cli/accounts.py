"""`cm-desktop account …`: connect, list, test and remove accounts."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Mapping, Sequence

import click

from cm_desktop.cli.browser import by_browser, secret_by_browser
from cm_desktop.cli.output import line, put, show, table, when
from cm_desktop.cli.program import Answer, current, is_text, piped_text
from cm_desktop.cli.views import account_json, finding_json, gaps_json, health_json
from cm_desktop.cli.words import command, confirmed, group, option
from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import AccountId
from cm_desktop.domain.model import Account
from cm_desktop.i18n import _
from cm_desktop.services import connecting, reading
from cm_desktop.services.account_forms import Trial, look_at
from cm_desktop.services.account_health import account_health, dismiss_gaps
from cm_desktop.services.contract_json import policy_json

_LONGEST_SECRET = 64 * 1024  # bytes


@group("account", lambda: _("Connect accounts on channels, test and remove them."))
def account() -> None:
    """Hold the commands about accounts."""


@command("add", lambda: _("Sign in to an account and keep it; its secret comes as JSON on stdin."))
@click.argument("channel")
@option("--url", default="", metavar="URL", about=lambda: _("Base address of the service."))
@option("--handle", default="", metavar="H", about=lambda: _("Our name there."))
@option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    about=lambda: _("A setting of the channel; may be given several times."),
)
@by_browser
def add(
    channel: str,
    url: str,
    handle: str,
    settings: Sequence[str],
    *,
    browser: bool,
    show_code: bool,
) -> Answer:
    """Connect an account."""
    connecting.info(channel)
    chosen = dict(_setting(text) for text in settings)
    trial = Trial(channel=channel, url=url, handle=handle, settings=chosen)
    with current().vault() as vault:
        secret = _signed_in(trial, browser=browser, show_code=show_code)
        made = connecting.add_account(
            vault, channel, url=url, handle=handle, settings=chosen, secret=secret
        )
    return Answer(
        account_json(made),
        lambda: put(
            _("Connected: %(title)s on %(channel)s (%(id)s).")
            % {"title": line(made.title), "channel": made.channel, "id": made.id}
        ),
    )


@command("list", lambda: _("List the accounts and how they are doing."))
def list_() -> Answer:
    """List the accounts."""
    with current().vault() as vault:
        found = reading.accounts(vault)

    def people() -> None:
        rows = [
            (one.id, one.channel, one.title, str(one.health), when(one.last_ok_at)) for one in found
        ]
        table((_("Id"), _("Channel"), _("Account"), _("State"), _("Last contact")), rows)

    return Answer([account_json(one) for one in found], people)


@command("test", lambda: _("Sign in with what is kept and tell who we are there."))
@click.argument("account_id", metavar="ID")
def test(account_id: str) -> Answer:
    """Test an account."""
    with current().vault() as vault:
        found = connecting.test_account(vault, AccountId(account_id))
    who = found.identity
    return Answer(
        {
            "ok": True,
            "id": account_id,
            "remote_id": who.remote_id,
            "handle": who.handle or None,
            "title": who.title,
            "url": who.url or None,
        },
        lambda: put(_("It works: we are %(title)s there.") % {"title": line(who.title)}),
    )


@command("look", lambda: _("Tell what stands behind an address, without signing in."))
@click.argument("channel")
@option("--url", default="", metavar="URL", about=lambda: _("Base address of the service."))
@option("--handle", default="", metavar="H", about=lambda: _("Our name there."))
def look(channel: str, url: str, handle: str) -> Answer:
    """Look at an address."""
    found = look_at(Trial(channel=channel, url=url, handle=handle))
    if found is None:
        raise UsageError("no_look", channel)
    return Answer(finding_json(channel, found), lambda: show(finding_json(channel, found)))


@command(
    "health", lambda: _("Tell when it was fetched, until when it is signed in, what is missing.")
)
@click.argument("account_id", metavar="ID")
@option(
    "--dismiss-gaps",
    "dismiss",
    is_flag=True,
    about=lambda: _("Put away the gaps that can never be filled."),
)
def health(account_id: str, *, dismiss: bool) -> Answer:
    """Tell how an account is doing."""
    with current().vault() as vault:
        found = account_health(vault, AccountId(account_id))
        if not dismiss:
            document = health_json(found)
        else:
            done = dismiss_gaps(vault, found.account.id, found.lost_gaps)
            left = account_health(vault, found.account.id)
            document = health_json(left) | {"dismissed": gaps_json(done)}
    return Answer(document, lambda: show(document))


@command("policy", lambda: _("Tell what the channel allows this account."))
@click.argument("account_id", metavar="ID")
def policy(account_id: str) -> Answer:
    """Tell the policy of an account."""
    with current().vault() as vault:
        document = policy_json(reading.account_policy(vault, AccountId(account_id)))
    return Answer(document, lambda: show(document))


@command("sign-in", lambda: _("Sign in anew; the secret comes as JSON on stdin."))
@click.argument("account_id", metavar="ID")
@by_browser
def sign_in(account_id: str, *, browser: bool, show_code: bool) -> Answer:
    """Renew the secret of an account."""
    with current().vault() as vault:
        known = connecting.find_account(vault, AccountId(account_id))
        trial = Trial(
            channel=known.channel, url=known.url, handle=known.handle, settings=known.settings
        )
        secret = _signed_in(trial, browser=browser, show_code=show_code)
        return _changed(connecting.sign_in_again(vault, known.id, secret))


@command("pause", lambda: _("Neither fetch nor send for an account until it is resumed."))
@click.argument("account_id", metavar="ID")
def pause(account_id: str) -> Answer:
    """Pause an account."""
    with current().vault() as vault:
        connecting.pause_account(vault, AccountId(account_id))
        return _changed(connecting.find_account(vault, AccountId(account_id)))


@command("resume", lambda: _("Fetch and send for a paused account again."))
@click.argument("account_id", metavar="ID")
def resume(account_id: str) -> Answer:
    """Resume an account."""
    with current().vault() as vault:
        connecting.resume_account(vault, AccountId(account_id))
        return _changed(connecting.find_account(vault, AccountId(account_id)))


@command("remove", lambda: _("Sign an account out for good; what it brought stays."))
@click.argument("account_id", metavar="ID")
@option("--erase", is_flag=True, about=lambda: _("Erase everything it brought as well."))
@confirmed
def remove(account_id: str, *, erase: bool) -> Answer:
    """Remove an account."""
    with current().vault() as vault:
        connecting.remove_account(vault, AccountId(account_id), erase=erase)
    return Answer({"removed": account_id, "erased": erase}, lambda: put(_("The account is gone.")))


for one in (add, list_, look, test, health, policy, sign_in, pause, resume, remove):
    account.add_command(one)


def _changed(account: Account) -> Answer:
    state = _("paused") if account.paused else str(account.health)
    return Answer(
        account_json(account),
        lambda: put(_("%(title)s: %(state)s.") % {"title": line(account.title), "state": state}),
    )


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise click.UsageError(_("A setting is written KEY=VALUE."))
    return name, value


def _signed_in(trial: Trial, *, browser: bool, show_code: bool) -> Mapping[str, str]:
    if browser or show_code:
        return secret_by_browser(trial, show_code=show_code)
    return _secret(connecting.info(trial.channel).secret_fields)


def _secret(fields: Sequence[str]) -> dict[str, str]:
    """Read the secret: asked for at a terminal, else one JSON object from standard input."""
    if sys.stdin.isatty():
        return {name: getpass.getpass(f"{name}: ", stream=sys.stderr) for name in fields}
    text = piped_text(_LONGEST_SECRET)
    if not text.strip():
        return {}
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        # What was read is a secret: nothing of it may get into a message.
        raise UsageError("secret_json") from error
    if not isinstance(given, dict) or not all(
        isinstance(one, str) and is_text(one) for one in given.values()
    ):
        raise UsageError("secret_json")
    return given
