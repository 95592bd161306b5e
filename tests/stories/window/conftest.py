"""A desk at the demo, and one at an empty computer."""

import sys

import pytest
from PySide6.QtCore import QEvent, QTranslator

from cm_desktop.connectors.demo import demo_accounts
from cm_desktop.services import connecting, syncing
from cm_desktop.services.clock import utc_now
from cm_desktop.services.demo_vault import fill_desk
from cm_desktop.services.vault import create_vault
from tests.stories.window.desk import FIRM, PASSPHRASE, Desk
from tests.stories.window.program import World


@pytest.fixture
def kept_folder(tmp_path):
    """The data folder of somebody who works with a vault that a passphrase protects.

    Made for each story, as the demo is: its customers write again two minutes after it began.
    """
    folder = tmp_path / "data"
    with create_vault(folder, "morgenrot", title=FIRM, passphrase=PASSPHRASE) as vault:
        for config in demo_accounts():
            if config.settings["as"] in ("mail", "instagram"):
                connecting.keep_account(vault, connecting.probe(config))
        syncing.sync_once(vault, send=False)
        fill_desk(vault, utc_now())
    return folder


@pytest.fixture
def kept_desk(new_desk, kept_folder):
    """A desk whose vault lies on the disk; the program does not run yet."""
    return new_desk(data_dir=kept_folder)


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
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setStyleSheet(style)
    qapp.setPalette(palette)
    qapp.setFont(font)


@pytest.fixture
def new_desk(qtbot, world, tmp_path, _clean_end):
    """Sit down at a computer on which the program never ran; more than once is several."""
    desks = []

    def sit_down(data_dir=None, **more):
        desks.append(Desk(qtbot, world, data_dir or tmp_path / "data", **more))
        return desks[-1]

    yield sit_down
    for one in desks:
        one.close()


@pytest.fixture
def desk(new_desk):
    """The desk with the demo's window open."""
    return new_desk(demo=True).start()
