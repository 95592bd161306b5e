"""A screen for each test, and the program on it."""

import pytest

from tests.desktop.screen import running_screen
from tests.desktop.shown import Shown, variables


@pytest.fixture
def screen_of():
    """Give a screen of a size; all are gone after the test."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda width=1_280, height=720: stack.enter_context(running_screen(width, height))


@pytest.fixture
def demo(screen_of):
    """Start the demo as a user would, on a screen of a size, in a look and a language."""

    def start(width=1_280, height=720, **wanted):
        screen = screen_of(width, height)
        shown = Shown(screen, "--demo", **variables(**wanted))
        shown.resize(width - 4, height - 30)
        shown.wait_for("Inbox" if wanted.get("language", "en") == "en" else "Eingang")
        return shown

    return start
