"""`cm-desktop sync`: one pass over the accounts."""

from __future__ import annotations

import sys

from cm_desktop.cli.errors import code_of_pass
from cm_desktop.cli.output import put
from cm_desktop.cli.program import Answer, current, say
from cm_desktop.cli.views import sync_json
from cm_desktop.cli.words import command, option
from cm_desktop.domain.ids import AccountId
from cm_desktop.i18n import _
from cm_desktop.services.sentences import explain
from cm_desktop.services.syncing import AccountReport, SyncReport, sync_once


@command("sync", lambda: _("Fetch everything new, then send what waits; one pass."))
@option("--account", metavar="ID", about=lambda: _("Only this account."))
@option("--no-send", is_flag=True, about=lambda: _("Fetch only."))
def sync(account: str | None, *, no_send: bool) -> Answer:
    """Sync once."""
    watched = sys.stderr.isatty()
    with current().vault() as vault:
        report = sync_once(
            vault,
            account=AccountId(account) if account else None,
            send=not no_send,
            on_progress=_progress if watched else None,
        )
    code = code_of_pass([one.errors for one in report.accounts])
    return Answer(sync_json(report), lambda: _people(report), code)


def _progress(done: AccountReport) -> None:
    say(_("%(channel)s: done") % {"channel": done.channel})


def _people(report: SyncReport) -> None:
    if not report.accounts:
        put(_("There is no account to sync."))
    for one in report.accounts:
        put(
            _(
                "%(channel)s: %(new)d new, %(updated)d changed, %(gone)d gone, %(sent)d sent"
                " (%(id)s)"
            )
            % {
                "channel": one.channel,
                "new": one.new,
                "updated": one.updated,
                "gone": one.gone,
                "sent": one.sent,
                "id": one.id,
            }
        )
        for error in one.errors:
            sentence = explain(error)
            put(f"  {sentence.what} {sentence.what_to_do}")
