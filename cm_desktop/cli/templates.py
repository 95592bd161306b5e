"""`cm-desktop template …`: prepared texts, and the files they travel in."""

from __future__ import annotations

from pathlib import Path

import click

from cm_desktop.cli.answering import find_template
from cm_desktop.cli.output import line, put, table
from cm_desktop.cli.program import Answer, current
from cm_desktop.cli.views import template_json
from cm_desktop.cli.words import command, group, option
from cm_desktop.i18n import _, ngettext
from cm_desktop.services import reading, template_files
from cm_desktop.services.desk import Desk


@group("template", lambda: _("List, add and remove prepared texts; carry them in a file."))
def template() -> None:
    """Hold the commands about templates."""


@command("list", lambda: _("List the templates."))
def list_() -> Answer:
    """List the templates."""
    with current().vault() as vault:
        found = reading.templates(vault)

    def people() -> None:
        rows = [
            (one.name, one.shortcut, one.language, one.channel, line(one.text, 60)) for one in found
        ]
        table((_("Name"), _("Shortcut"), _("Language"), _("Channel"), _("Text")), rows)

    return Answer([template_json(one) for one in found], people)


@command("add", lambda: _("Add a template; its text may hold {placeholders}."))
@click.argument("name")
@click.argument("text")
@option("--shortcut", default="", metavar="S", about=lambda: _("A short word to find it by."))
@option("--lang", "language", default="", metavar="L", about=lambda: _("Its language: de, en…"))
@option("--channel", default="", metavar="C", about=lambda: _("The only channel it is for."))
def add(name: str, text: str, shortcut: str, language: str, channel: str) -> Answer:
    """Add a template."""
    with current().vault() as vault:
        made = Desk(vault).add_template(
            name, text, shortcut=shortcut, language=language, channel=channel
        )
    return Answer(template_json(made), lambda: put(line(made.name)))


@command("remove", lambda: _("Remove a template."))
@click.argument("name")
def remove(name: str) -> Answer:
    """Remove a template."""
    with current().vault() as vault:
        found = find_template(vault, name)
        Desk(vault).remove_template(found.id)
    return Answer({"removed": found.name}, lambda: put(line(found.name)))


@command("export", lambda: _("Write every template into a file."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(file: Path) -> Answer:
    """Write the templates into a file."""
    with current().vault() as vault:
        count = template_files.write(reading.templates(vault), file)
    return Answer({"file": str(file), "templates": count}, lambda: put(_count(count)))


@command("import", lambda: _("Read templates from a file; those of the same name are replaced."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def import_(file: Path) -> Answer:
    """Read templates from a file."""
    with current().vault() as vault:
        report = template_files.read(vault, file)
    return Answer(
        {"added": report.added, "changed": report.changed, "unchanged": report.unchanged},
        lambda: put(_count(report.added + report.changed + report.unchanged)),
    )


for one in (list_, add, remove, export, import_):
    template.add_command(one)


def _count(count: int) -> str:
    return ngettext("%(n)d template.", "%(n)d templates.", count) % {"n": count}
