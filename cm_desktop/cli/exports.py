"""`cm-desktop export` and `cm-desktop verify`: write the log, and check what was written."""

from __future__ import annotations

from pathlib import Path

import click

from cm_desktop.cli.errors import DONE, PARTLY
from cm_desktop.cli.output import line, put
from cm_desktop.cli.program import Answer, current
from cm_desktop.cli.times import span_begin, span_end
from cm_desktop.cli.words import command, option
from cm_desktop.i18n import _
from cm_desktop.services.contract_json import Json
from cm_desktop.services.export_log import FORMATS
from cm_desktop.services.export_log import export as write_log
from cm_desktop.services.log_records import LogFilter
from cm_desktop.services.verify import VerifyReport
from cm_desktop.services.verify import verify as check


@command("export", lambda: _("Write the conversation log into a file."))
@option("--format", "kind", required=True, metavar="F", about=lambda: ", ".join(FORMATS))
@option(
    "--out",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    about=lambda: _("File to write."),
)
@option("--query", default="", metavar="Q", about=lambda: _("Only what a search finds."))
@option("--from", "begin", metavar="DATE", about=lambda: _("Messages from this day on."))
@option("--to", "end", metavar="DATE", about=lambda: _("Messages up to this day, itself included."))
@option("--no-notes", is_flag=True, about=lambda: _("Leave internal notes out."))
def export(
    kind: str, out: Path, query: str, begin: str | None, end: str | None, *, no_notes: bool
) -> Answer:
    """Write the log."""
    if kind not in FORMATS:
        names = ", ".join(FORMATS)
        text = _("There is no format “%(name)s”. There are: %(formats)s.")
        raise click.UsageError(text % {"name": kind, "formats": names})
    wanted = LogFilter(
        query=query,
        begin=span_begin(begin) if begin else None,
        end=span_end(end) if end else None,
        notes=not no_notes,
    )
    with current().vault() as vault:
        report = write_log(vault, out, kind, wanted)
    document: Json = {
        "file": str(report.file),
        "format": report.format,
        "sha256": report.sha256,
        "counts": dict(report.counts),
    }
    return Answer(document, lambda: _written(document))


@command("verify", lambda: _("Check an exported file: chain, signature, counts."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def verify(file: Path) -> Answer:
    """Check an exported file."""
    report = check(file)
    document = {
        "ok": report.ok,
        "file": str(file),
        "problems": [{"code": one.code, "line": one.line or None} for one in report.problems],
        "counts": dict(report.counts),
        "client": report.client or None,
        "created_at": report.created_at or None,
        "key": report.key or None,
    }
    return Answer(document, lambda: _checked(report), DONE if report.ok else PARTLY)


def _written(document: Json) -> None:
    put(_("Written: %(file)s") % {"file": line(str(document["file"]))})
    put(f"SHA-256 {document['sha256']}")


def _checked(report: VerifyReport) -> None:
    if report.ok:
        put(_("The file is as it was written."))
    else:
        put(_("The file is not as it was written:"))
        for problem in report.problems:
            put(f"  {problem.code} {problem.line or ''}".rstrip())
    if report.key:
        put(_("Signed with the key %(key)s") % {"key": report.key})
