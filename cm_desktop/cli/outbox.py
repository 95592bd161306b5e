"""`cm-desktop outbox …`: see what waits, and decide about what got stuck."""

from __future__ import annotations

from dataclasses import replace

import click

from cm_desktop.cli.answering import given_text
from cm_desktop.cli.output import line, put, table, when
from cm_desktop.cli.program import Answer, current
from cm_desktop.cli.words import command, group, option
from cm_desktop.domain.ids import OutboxId
from cm_desktop.domain.model import OutboxRow, OutboxState
from cm_desktop.i18n import _
from cm_desktop.services import reading
from cm_desktop.services.contract_json import outbox_json
from cm_desktop.services.desk import Desk


@group("outbox", lambda: _("See what waits to be sent, and decide about what got stuck."))
def outbox() -> None:
    """Hold the commands about the outbox."""


@command("list", lambda: _("List what waits or needs a decision."))
def list_() -> Answer:
    """List the outbox."""
    with current().vault() as vault:
        found = reading.outbox(vault)

    def people() -> None:
        rows = [
            (row.id, str(row.kind), str(row.state), when(row.created_at), row.error or "",
             line(row.text, 50))
            for row in found
        ]  # fmt: skip
        headings = (_("Id"), _("What"), _("State"), _("Written"), _("Trouble"), _("Text"))
        table(headings, rows)

    return Answer([outbox_json(row) for row in found], people)


@command("retry", lambda: _("Try again what failed."))
@click.argument("row_id", metavar="ID")
def retry(row_id: str) -> Answer:
    """Try a row again."""
    with current().vault() as vault:
        return _row(Desk(vault).retry(OutboxId(row_id)))


@command("edit", lambda: _("Change a text that waits or failed; what failed waits again."))
@click.argument("row_id", metavar="ID")
@click.argument("text", required=False)
def edit(row_id: str, text: str | None) -> Answer:
    """Change the text of a row."""
    with current().vault() as vault:
        return _row(Desk(vault).edit_waiting(OutboxId(row_id), given_text(text)))


@command("cancel", lambda: _("Take back what waits."))
@click.argument("row_id", metavar="ID")
def cancel(row_id: str) -> Answer:
    """Take a row back."""
    with current().vault() as vault:
        row = Desk(vault).cancel(OutboxId(row_id)).row
    return _row(replace(row, state=OutboxState.CANCELLED))


@command("resolve", lambda: _("Decide about what may or may not have been sent."))
@click.argument("row_id", metavar="ID")
@option("--sent", "decision", flag_value="sent", about=lambda: _("It is on the channel."))
@option("--again", "decision", flag_value="again", about=lambda: _("It is not; send it again."))
@option("--drop", "decision", flag_value="drop", about=lambda: _("Forget about it."))
def resolve(row_id: str, decision: str | None) -> Answer:
    """Decide about a row."""
    if decision is None:
        raise click.UsageError(_("Say one of --sent, --again and --drop."))
    with current().vault() as vault:
        return _row(Desk(vault).resolve(OutboxId(row_id), decision))


for one in (list_, edit, retry, cancel, resolve):
    outbox.add_command(one)


def _row(row: OutboxRow) -> Answer:
    return Answer(
        outbox_json(row),
        lambda: put(_("It is now: %(state)s.") % {"state": row.state}),
    )
