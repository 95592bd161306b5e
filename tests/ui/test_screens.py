"""Each screen can be brought up by its name on the demo, and gives a picture."""

import os
import subprocess
import sys

import pytest
from PySide6.QtGui import QImage

from cm_desktop.services import demo_vault
from cm_desktop.services.desk import Desk
from cm_desktop.ui import screens
from cm_desktop.ui.context import Changes, Context
from cm_desktop.ui.main_window import MainWindow
from tests.ui.conftest import HeardWorker


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with demo_vault.open_filled_demo(tmp_path_factory.mktemp("demo")) as opened:
        yield opened


@pytest.fixture
def window(qtbot, demo, runner, settings, context):
    shown = MainWindow(
        Context(
            vault=demo,
            desk=Desk(demo),
            runner=runner,
            theme=context.theme,
            changes=Changes(),
            worker=HeardWorker(),
            settings=settings,
            demo=True,
        )
    )
    qtbot.addWidget(shown)
    shown.resize(1280, 720)
    shown.show()
    return shown


@pytest.mark.parametrize("name", screens.SCREENS)
def test_each_screen_gives_a_picture(qtbot, tmp_path, window, runner, name):
    file = tmp_path / "picture.png"
    assert screens.show_screen(window, name)
    picture = screens.Screenshot(window, file, lambda: runner.busy)
    with qtbot.waitSignal(picture.taken, timeout=10_000) as taken:
        pass
    assert taken.args == [True]
    assert _is_painted(QImage(str(file)))


def test_no_picture_is_taken_of_what_there_is_not(window):
    assert not screens.show_screen(window, "nowhere")


@pytest.mark.parametrize("options", [["--demo"], ["--screen", "first-run"]])
def test_a_picture_needs_no_display(tmp_path, options):
    file = tmp_path / "picture.png"
    displays = {"QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"}
    done = subprocess.run(
        [sys.executable, "-m", "cm_desktop", *options, "--screenshot", str(file)],
        env={name: value for name, value in os.environ.items() if name not in displays},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert _is_painted(QImage(str(file)))


def _is_painted(image):
    points = [(x, y) for x in range(0, image.width(), 9) for y in range(0, image.height(), 9)]
    return len({image.pixel(x, y) for x, y in points}) > 20
