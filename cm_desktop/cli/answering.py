"""`cm-desktop reply` and `cm-desktop act`: put something into the outbox."""

from __future__ import annotations

import sys

import click

from cm_desktop.cli.output import put
from cm_desktop.cli.program import Answer, current, piped_text, say
from cm_desktop.cli.words import command, option
from cm_desktop.domain.errors import RejectedError, UsageError
from cm_desktop.domain.ids import ConversationId, MessageId
from cm_desktop.domain.model import OutboxKind, OutboxRow, Template
from cm_desktop.domain.outbox_rules import ANSWER_THERE
from cm_desktop.domain.templates import fill, known_values, unknown_placeholders
from cm_desktop.i18n import _
from cm_desktop.services import reading
from cm_desktop.services.contract_json import outbox_json
from cm_desktop.services.desk import Desk
from cm_desktop.services.sentences import explain
from cm_desktop.services.vault import Vault

_LONGEST = 4 * 1024 * 1024  # bytes read from standard input
_ACTS = [str(kind) for kind in OutboxKind if not kind.speaks]


@command("reply", lambda: _("Answer in a conversation; goes out with the next sync."))
@click.argument("conversation")
@click.argument("text", required=False)
@option("--to", metavar="MESSAGE", about=lambda: _("Message to answer; else the newest one."))
@option("--private", is_flag=True, about=lambda: _("Answer so that only the other side sees it."))
@option("--template", metavar="NAME", about=lambda: _("Take the text of a template."))
@option(
    "--hold",
    type=click.FloatRange(0, 86_400),
    default=0.0,
    metavar="SECONDS",
    about=lambda: _("Wait that long before it may go out."),
)
def reply(
    conversation: str,
    text: str | None,
    to: str | None,
    template: str | None,
    hold: float,
    *,
    private: bool,
) -> Answer:
    """Answer in a conversation."""
    with current().vault() as vault:
        where = reading.conversation(vault, ConversationId(conversation)).id
        said = _from_template(vault, where, template) if template else given_text(text)
        row = Desk(vault).reply(
            where,
            said,
            to=MessageId(to) if to else None,
            private=private,
            hold_seconds=hold,
        )
    return _queued(row)


@command("act", lambda: _("Do something to a message: hide, delete, like, block, edit…"))
@click.argument("kind", type=click.Choice(_ACTS), metavar="hide|unhide|delete|like|unlike|…")
@click.argument("message")
@option("--rule", default="", metavar="N", about=lambda: _("House rule that is cited."))
@option("--text", default="", metavar="T", about=lambda: _("New text of an edit, or a reason."))
def act(kind: str, message: str, rule: str, text: str) -> Answer:
    """Do something to a message."""
    with current().vault() as vault:
        row = Desk(vault).act(MessageId(message), OutboxKind(kind), text=text, rule=rule)
    return _queued(row)


def _queued(row: OutboxRow) -> Answer:
    def people() -> None:
        if row.error == ANSWER_THERE:
            told = explain(row.error)
            put(f"{told.what} {told.what_to_do} ({row.id})")
        else:
            put(_("Waits for the next sync (%(id)s).") % {"id": row.id})

    return Answer(outbox_json(row), people)


def given_text(given: str | None) -> str:
    """Return a text that was given as an argument, or else on standard input."""
    if given is not None and given != "-":
        return given
    if sys.stdin.isatty():
        say(_("Write the answer, then end with Ctrl-D on a line of its own."))
    return piped_text(_LONGEST).removesuffix("\n")


def _from_template(vault: Vault, conversation: ConversationId, name: str) -> str:
    about = reading.conversation(vault, conversation)
    template = find_template(vault, name)
    values = known_values(about, me=vault.me, channel=about.channel, date=_today())
    if unknown_placeholders(template.text, values):
        raise RejectedError("placeholder")
    return fill(template.text, values)


def find_template(vault: Vault, name: str) -> Template:
    """Return a template by its name or shortcut. Raises UsageError("no_template")."""
    for template in reading.templates(vault):
        if name in (template.name, template.shortcut):
            return template
    raise UsageError("no_template", name)


def _today() -> str:
    from datetime import UTC, datetime

    from babel.dates import format_date

    from cm_desktop.i18n import language

    return format_date(datetime.now(UTC).astimezone().date(), "long", locale=language())
