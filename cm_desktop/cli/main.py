"""The command line's entry: reads the arguments, runs one command, answers, gives the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cm_desktop import __version__
from cm_desktop.cli.click_words import teach_click
from cm_desktop.cli.errors import CANCELLED, DONE, WRONG_USE, code_of, error_json, usage_json
from cm_desktop.cli.output import put, steady, write_json
from cm_desktop.cli.program import Answer, Program, WindowRequest, say
from cm_desktop.cli.words import Commands, Option, global_options
from cm_desktop.domain.errors import CmError
from cm_desktop.i18n import _, system_language, use_language
from cm_desktop.services.contract_json import Json

_PLACES = {
    "vault": "vaults:vault",
    "account": "accounts:account",
    "sync": "syncing:sync",
    "inbox": "inbox:inbox",
    "show": "inbox:show",
    "reply": "answering:reply",
    "act": "answering:act",
    "outbox": "outbox:outbox",
    "tag": "desk:tag",
    "status": "desk:status",
    "snooze": "desk:snooze",
    "assign": "desk:assign",
    "note": "desk:note",
    "note-down": "noting_down:note_down_",
    "read": "desk:read",
    "unread": "desk:unread",
    "handoff": "desk:handoff",
    "member": "desk:member",
    "template": "templates:template",
    "export": "exports:export",
    "verify": "exports:verify",
    "doctor": "doctor:doctor",
    "worker": "worker:worker",
}


def main(arguments: Sequence[str] | None = None, program: Program | None = None) -> int:
    """Run the program with arguments (without its name) and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    program = program or Program()
    # Known before the arguments are understood, so that a mistake in them is told as JSON too.
    program.as_json = "--json" in given[: given.index("--") if "--" in given else None]
    for stream in (sys.stdout, sys.stderr):
        steady(stream)
    use_language(system_language())
    teach_click()
    try:
        return _answered(given, program)
    except BrokenPipeError:
        # Whoever read us has enough. Nothing may be flushed into the pipe at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _answered(given: list[str], program: Program) -> int:
    try:
        answer = _commands.main(given, "cm-desktop", standalone_mode=False, obj=program)
    except click.ClickException as error:
        return _tell(usage_json(error), WRONG_USE, program)
    except CmError as error:
        return _tell(error_json(error), code_of(error), program)
    except (click.Abort, KeyboardInterrupt):
        return _tell(_cancelled(), CANCELLED, program)
    if not isinstance(answer, Answer):
        return int(answer or 0)
    if program.as_json:
        write_json(answer.document, sys.stdout)
    else:
        answer.people()
        sys.stdout.flush()
    return answer.code


def _tell(error: Json, code: int, program: Program) -> int:
    if program.as_json:
        write_json({"error": error}, sys.stdout)
    else:
        say(" ".join(filter(None, (error["message"], error["what_to_do"]))))
    return code


def _cancelled() -> Json:
    return {
        "code": "cancelled",
        "message": _("Stopped."),
        "what_to_do": _("What was done until then is kept."),
    }


def _window_options() -> list[click.Parameter]:
    return [
        Option(
            ["--demo"],
            is_flag=True,
            about=lambda: _("Open the window with invented messages that are thrown away."),
        ),
        Option(
            ["--screenshot"],
            metavar="FILE.png",
            type=click.Path(path_type=Path, dir_okay=False),
            about=lambda: _("Paint a picture of the window into a file and quit."),
        ),
        Option(
            ["--screen"],
            metavar="NAME",
            about=lambda: _("Which part of the window to paint: inbox, thread, templates…"),
        ),
        Option(
            ["--version"],
            is_flag=True,
            expose_value=False,
            callback=_tell_version,
            about=lambda: _("Show the version and exit."),
        ),
    ]


def _tell_version(ctx: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if not asked:
        return
    program = ctx.find_object(Program)
    if program is not None and program.as_json:
        write_json({"version": __version__}, sys.stdout)
    else:
        put(f"cm-desktop, version {__version__}")
    ctx.exit()


@click.pass_context
def _window(ctx: click.Context, *, demo: bool, screenshot: Path | None, screen: str | None) -> Any:
    program = ctx.find_object(Program)
    if ctx.invoked_subcommand is not None or program is None:
        return None
    return program.open_window(
        WindowRequest(
            data_dir=program.folder,
            vault=program.vault_name,
            demo=demo,
            screenshot=screenshot,
            screen=screen,
        )
    )


_commands = Commands(
    "cm-desktop",
    places=_PLACES,
    callback=_window,
    invoke_without_command=True,
    params=[*global_options(hidden=False), *_window_options()],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
