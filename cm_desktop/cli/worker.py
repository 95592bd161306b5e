"""`cm-desktop worker`: the process behind the window that fetches and sends."""

from __future__ import annotations

from cm_desktop.cli.program import current
from cm_desktop.cli.words import command
from cm_desktop.i18n import _


@command("worker", lambda: _("Fetch and send for a window; started by the program itself."))
def worker() -> int:
    """Run the worker until its input ends."""
    return current().run_worker()
