"""A desk at the demo, and one at an empty computer."""

import sys

import pytest
from PySide6.QtCore import QEvent

from cm_desktop.services.demo_vault import open_filled_demo
from tests.stories.window.desk import Desk
from tests.stories.window.program import World


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """The demo as it is when it begins: made once, copied for each story."""
    folder = tmp_path_factory.mktemp("filled")
    with open_filled_demo(folder) as vault:
        return folder, vault.key


@pytest.fixture
def world():
    return World()


@pytest.fixture
def _clean_end(qapp):
    """Take down after a story what the program put up for all of its process."""
    hook = sys.excepthook
    style, palette, font = qapp.styleSheet(), qapp.palette(), qapp.font()
    yield
    sys.excepthook = hook
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setStyleSheet(style)
    qapp.setPalette(palette)
    qapp.setFont(font)


@pytest.fixture
def new_desk(qtbot, world, tmp_path, _clean_end):
    """Sit down at a computer on which the program never ran; more than once is several."""
    desks = []

    def sit_down(filled=None, data_dir=None):
        desks.append(Desk(qtbot, world, data_dir or tmp_path / "data", filled))
        return desks[-1]

    yield sit_down
    for one in desks:
        one.close()


@pytest.fixture
def desk(new_desk, filled):
    """The desk with the demo's window open."""
    return new_desk(filled).start()
