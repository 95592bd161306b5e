import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from cm_desktop.services import vault as vaults
from cm_desktop.ui import screens

PROGRAM = [sys.executable, "-m", "cm_desktop"]


def run(*arguments, **environment):
    return subprocess.run(
        [*PROGRAM, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """A folder for temporary files, to see what is left behind there."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.mark.parametrize("screen", ["thread", "settings", "first-run"])
def test_a_picture_of_a_screen_is_saved_and_nothing_else_is_left(tmp_path, temporary, screen):
    file = tmp_path / "picture.png"
    done = run("--demo", "--screenshot", str(file), "--screen", screen, CM_DESKTOP_SIZE="1280x720")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    picture = QImage(str(file))
    assert (picture.width(), picture.height()) == (1280, 720)
    colours = {picture.pixel(x, y) for x in range(0, 1280, 9) for y in range(0, 720, 9)}
    assert len(colours) > 20
    assert list(temporary.iterdir()) == []


def test_the_two_schemes_look_different(tmp_path, temporary):
    grounds = []
    for scheme in ("light", "dark"):
        file = tmp_path / f"{scheme}.png"
        assert run("--demo", "--screenshot", str(file), CM_DESKTOP_THEME=scheme).returncode == 0
        picture = QImage(str(file))
        grounds.append(picture.pixelColor(picture.width() - 20, picture.height() // 2).lightness())
    assert grounds[0] > 200
    assert grounds[1] < 60


def test_a_screen_that_does_not_exist_is_wrong_use(tmp_path, temporary):
    done = run("--demo", "--screenshot", str(tmp_path / "x.png"), "--screen", "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert "inbox" in done.stderr


def test_a_picture_that_cannot_be_saved_is_told_of(tmp_path, temporary):
    done = run("--demo", "--screenshot", str(tmp_path / "no folder" / "x.png"))
    assert done.returncode == 1
    assert "could not be saved" in done.stderr


def test_without_a_display_one_sentence_says_so(temporary, tmp_path):
    environment = {"QT_QPA_PLATFORM": "xcb", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    done = run("--demo", **environment)
    assert done.returncode == 2
    assert "no screen" in done.stderr
    assert "Aborted" not in done.stderr
    assert list(temporary.iterdir()) == []


def children(pid):
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(one) for one in found.stdout.split()]


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_cleanly(temporary, qtbot, how):
    program = subprocess.Popen([*PROGRAM, "--demo"], stderr=subprocess.PIPE, text=True)
    qtbot.waitUntil(lambda: len(children(program.pid)) == 1, timeout=30_000)
    (worker,) = children(program.pid)
    program.send_signal(how)
    _out, told = program.communicate(timeout=30)
    assert (program.returncode, told) == (0, "")
    qtbot.waitUntil(lambda: not is_running(worker))
    assert list(temporary.iterdir()) == []


def test_a_vault_is_shown_in_one_window_only(tmp_path, temporary, monkeypatch):
    word = tmp_path / "word"
    word.write_text("correct horse battery")
    monkeypatch.setenv("CM_DESKTOP_PASSPHRASE_FILE", str(word))
    monkeypatch.setenv("CM_DESKTOP_THEME", "light")
    data = tmp_path / "data"
    with vaults.create_vault(data, "Krume", passphrase="correct horse battery") as made:
        with made.exclusive("window"):
            second = tmp_path / "second.png"
            assert run("--data-dir", str(data), "--screenshot", str(second)).returncode == 0
        alone = tmp_path / "alone.png"
        assert run("--data-dir", str(data), "--screenshot", str(alone)).returncode == 0
    # The window has the rail on its left, the page that explains has nothing there.
    rail, nothing = (QImage(str(file)).pixelColor(2, 400).name() for file in (alone, second))
    assert (rail, nothing) == ("#f5f6f8", "#ffffff")


def test_every_screen_has_a_name_of_its_own():
    assert not set(screens.SCREENS) & set(screens.PAGES)
