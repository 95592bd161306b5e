"""`cm-desktop note-down`: keep what was said where no channel leads."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from cm_desktop.cli.output import line, put
from cm_desktop.cli.program import Answer, current, piped_text, say
from cm_desktop.cli.times import span_begin
from cm_desktop.cli.words import command, option
from cm_desktop.domain.errors import AddressError, UsageError
from cm_desktop.i18n import _
from cm_desktop.services import reading
from cm_desktop.services.contract_json import conversation_json
from cm_desktop.services.noting_down import Noted, guess, guess_mail, note_down

_LONGEST = 4 * 1024 * 1024  # bytes read from standard input
_LARGEST_MAIL = 10 * 1024 * 1024  # bytes


@command(
    "note-down",
    lambda: _("Keep what was said elsewhere: a text, a link, or a saved e-mail of a network."),
)
@click.argument("text", required=False)
@option("--network", metavar="N", about=lambda: _("Where it was said; else known by the link."))
@option("--author", metavar="A", about=lambda: _("Who said it."))
@option("--link", metavar="URL", about=lambda: _("The page on which it was said."))
@option("--at", metavar="TIME", about=lambda: _("When it was said; else now."))
@option(
    "--mail",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.eml",
    about=lambda: _("A saved e-mail in which a network tells of it."),
)
def note_down_(
    text: str | None,
    mail: Path | None,
    network: str | None,
    author: str | None,
    link: str | None,
    at: str | None,
) -> Answer:
    """Keep something that was said elsewhere."""
    noted = _guessed(text, mail, link or "")
    noted = replace(
        noted,
        network=network or noted.network,
        author=author or noted.author,
        link=link or noted.link,
        at=span_begin(at) if at else noted.at,
    )
    with current().vault() as vault:
        conversation = reading.conversation(vault, note_down(vault, noted))
    return Answer(
        conversation_json(conversation),
        lambda: put(
            _("Noted down: %(title)s (%(id)s).")
            % {"title": line(conversation.title), "id": conversation.id}
        ),
    )


def _guessed(text: str | None, mail: Path | None, link: str) -> Noted:
    """Return what is evident from what was given; a text beside a mail replaces the mail's."""
    if mail is None:
        words = _text(text, link)
        # A link that was named counts more than those within the text.
        return replace(guess(words), text=words) if link else guess(words)
    with mail.open("rb") as file:
        raw = file.read(_LARGEST_MAIL + 1)
    if len(raw) > _LARGEST_MAIL:
        raise UsageError("too_much")
    try:
        noted = guess_mail(raw, datetime.fromtimestamp(mail.stat().st_mtime, UTC))
    except AddressError as error:
        raise UsageError("not_readable", mail.name) from error
    return replace(noted, text=text) if text else noted


def _text(given: str | None, link: str) -> str:
    if given is not None and given != "-":
        return given
    if given is None and link:
        return ""
    if sys.stdin.isatty():
        say(_("Paste the text or the link, then end with Ctrl-D on a line of its own."))
    return piped_text(_LONGEST).removesuffix("\n")
