"""The program's entry: gives the command line its doors to the window and to the worker."""

from __future__ import annotations

import json
import sys
import traceback

from cm_desktop.cli.program import Program, WindowRequest

_BUG = 70  # as sysexits.h: a mistake of the program


def main() -> int:
    """Run what the arguments ask for and return the exit code."""
    from cm_desktop.cli.main import main as run

    try:
        return run(program=Program(open_window=_open_window, run_worker=_run_worker))
    except Exception as error:  # the last net: scripts get their one document even now
        traceback.print_exc()
        if "--json" in sys.argv:
            told = {"code": "bug", "message": type(error).__name__, "what_to_do": None}
            sys.stdout.write(json.dumps({"error": told}) + "\n")
        return _BUG


def _open_window(request: WindowRequest) -> int:
    # Imported here: Qt is slow to load, and the command line works where it is not installed.
    from cm_desktop import app

    return app.main(request)


def _run_worker() -> int:
    from cm_desktop import worker

    return worker.main()


if __name__ == "__main__":
    sys.exit(main())
