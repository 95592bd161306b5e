"""The program's entry: gives the command line its doors to the window and to the worker."""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cm_desktop.app import Request

_BUG = 70  # as sysexits.h: a mistake of the program


def main() -> int:
    """Run what the arguments ask for and return the exit code."""
    try:
        return _run() if len(sys.argv) > 1 else _open_plainly()
    except Exception as error:  # the last net: scripts get their one document even now
        import json

        sys.stderr.write(_places(error))
        if "--json" in sys.argv:
            told = {"code": "bug", "message": type(error).__name__, "what_to_do": None}
            sys.stdout.write(json.dumps({"error": told}) + "\n")
        return _BUG


def _places(error: BaseException) -> str:
    """Return where it went wrong. What an error says may be a text of others, so that stays out."""
    import traceback

    before = error.__cause__ or error.__context__
    told = _places(before) if before is not None else ""
    return f"{told}{''.join(traceback.format_tb(error.__traceback__))}{type(error).__name__}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plain:
    """What the window is asked for by whoever clicks on the program's icon."""

    data_dir: Path
    vault: str | None = None
    demo: bool = False
    screenshot: Path | None = None
    screen: str | None = None


def _run() -> int:
    from cm_desktop.cli.main import main as run
    from cm_desktop.cli.program import Program

    return run(program=Program(open_window=_open_window, run_worker=_run_worker))


def _open_plainly() -> int:
    # Without arguments there is nothing to understand: the window opens sooner without click.
    from cm_desktop.i18n import system_language, use_language
    from cm_desktop.services import paths

    use_language(system_language())
    return _open_window(_Plain(data_dir=paths.data_dir()))


def _open_window(request: Request) -> int:
    # What is made for the first picture stays; ui/garbage.py collects from then on.
    gc.disable()
    # Imported here: Qt is slow to load, and the command line works where it is not installed.
    from cm_desktop.ui.quick_imports import leave_sources_alone

    leave_sources_alone()
    from cm_desktop import app

    return app.main(request)


def _run_worker() -> int:
    from cm_desktop import worker

    return worker.main()


if __name__ == "__main__":
    sys.exit(main())
