"""`cm-desktop doctor`: what works on this computer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cm_desktop.cli.errors import DONE, PARTLY
from cm_desktop.cli.output import line, put
from cm_desktop.cli.program import Answer, current
from cm_desktop.cli.words import command
from cm_desktop.i18n import _
from cm_desktop.services.contract_json import Json
from cm_desktop.services.doctor import Finding, Level, examine
from cm_desktop.services.sentences import explain


@command("doctor", lambda: _("Tell what works on this computer, and what to do about the rest."))
def doctor() -> Answer:
    """Examine this computer."""
    program = current()
    findings = [
        one
        for one in examine(program.folder, program.vault_named)
        if not _of_another_vault(one, program.vault_name)
    ]
    trouble = any(one.level is Level.TROUBLE for one in findings)
    document = {"ok": not trouble, "checks": [_json(one) for one in findings]}
    return Answer(document, lambda: _people(findings), PARTLY if trouble else DONE)


def _of_another_vault(finding: Finding, name: str | None) -> bool:
    return name is not None and finding.about == "vault" and finding.subject not in ("", name)


def _json(finding: Finding) -> Json:
    message, what_to_do = _told(finding)
    return {
        "check": finding.about,
        "level": finding.level,
        "ok": finding.level is not Level.TROUBLE,
        "subject": finding.subject or None,
        "problem": finding.problem or None,
        "message": message,
        "what_to_do": what_to_do or None,
        "detail": finding.detail or None,
    }


def _people(findings: list[Finding]) -> None:
    marks = {Level.FINE: "✓", Level.NOTE: "·", Level.TROUBLE: "✗"}
    for one in findings:
        message, what_to_do = _told(one)
        put(f"{marks[one.level]} {_name(one)}: {line(message)}")
        if what_to_do:
            put(f"  {line(what_to_do)}")


def _name(finding: Finding) -> str:
    names: Mapping[str, Callable[[], str]] = {
        "keyring": lambda: _("Keyring"),
        "window": lambda: _("Window"),
        "fonts": lambda: _("Fonts"),
        "database": lambda: _("Database"),
        "disk": lambda: _("Disk"),
        "vault": lambda: _("Vault"),
        "account": lambda: _("Account"),
    }
    name = names[finding.about]()
    shown = finding.about in ("vault", "account")
    return f"{name} {line(finding.subject)}" if shown else name


def _told(finding: Finding) -> tuple[str, str]:
    if finding.about == "keyring" and finding.level is Level.NOTE:
        return _("There is no safe keyring here; vaults are protected by a passphrase."), ""
    if finding.error is not None:
        sentence = explain(finding.error)
        return sentence.what, sentence.what_to_do
    if finding.problem in _WORDS:
        return _WORDS[finding.problem]()
    return finding.detail or _("fine"), ""


_WORDS: Mapping[str, Callable[[], tuple[str, str]]] = {
    "window_fails": lambda: (
        _("The window cannot be shown here."),
        _("The command line works. For the window, a desktop and the packages of Qt are needed."),
    ),
    "no_fonts": lambda: (
        _("There is no font for Latin letters."),
        _("Please install a font, for example DejaVu."),
    ),
    "no_emoji": lambda: (_("There is no font for emoji; they may be shown as boxes."), ""),
    "old_sqlite": lambda: (
        _("The database library is too old and could damage files."),
        _("Please install the program anew."),
    ),
    "not_encrypted": lambda: (
        _("The database library does not encrypt."),
        _("Please install the program anew."),
    ),
    "no_temporary_folder": lambda: (
        _("Nothing can be written into the system's folder for temporary files."),
        _("Please make room there, or make it writable."),
    ),
    "no_disk": lambda: (
        _("The folder of the data cannot be looked at."),
        _("Please check that its disk is there."),
    ),
    "vault_read_only": lambda: (
        _("The program may not write into the folder of the data."),
        _("Please make it writable for you."),
    ),
    "disk_full": lambda: (
        _("There is almost no room left where the data lie."),
        _("Please free some space."),
    ),
    "little_room": lambda: (_("There is little room left where the data lie."), ""),
    "shared_place": lambda: (
        _("The data lie in a folder that is shared or copied to a cloud; that can damage them."),
        _("Please choose a folder of this computer with --data-dir or CM_DESKTOP_HOME."),
    ),
}
