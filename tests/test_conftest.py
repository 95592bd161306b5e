"""The promises of conftest.py: each is broken here on purpose, in a test run of its own."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parent / "conftest.py"


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org", "0.0.0.0", "", "2001:db8::1"])
def test_no_test_reaches_another_computer(host):
    with pytest.raises(RuntimeError, match="only speak with this computer"):
        socket.getaddrinfo(host, 80)


def test_no_test_listens_for_other_computers():
    with socket.socket() as listener, pytest.raises(RuntimeError, match="this computer"):
        listener.bind(("0.0.0.0", 0))


def test_the_loopback_is_open():
    with socket.create_server(("127.0.0.1", 0)) as server:
        answered = threading.Event()

        def answer():
            server.accept()[0].close()
            answered.set()

        waiting = threading.Thread(target=answer)
        waiting.start()
        with socket.create_connection(("localhost", server.getsockname()[1])):
            waiting.join(5)
        assert answered.is_set()


def test_a_started_program_cannot_reach_another_computer_either():
    code = "import socket; socket.create_connection(('192.0.2.1', 80), 0.1)"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "OutsideNetworkError" in done.stderr


def run_tests(tmp_path, text):
    """Run one test file under our conftest and configuration; return what pytest printed."""
    (tmp_path / "conftest.py").write_text(
        CONFTEST.read_text().replace("Path(__file__).parent", f"Path({str(CONFTEST.parent)!r})")
    )
    (tmp_path / "test_it.py").write_text(text)
    config = CONFTEST.parent.parent / "pyproject.toml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        config,
        "--rootdir",
        tmp_path,
        "-p",
        "no:cacheprovider",
        "-q",
        tmp_path,
    ]
    env = {**os.environ, "PYTHONPATH": str(CONFTEST.parent.parent)}
    return subprocess.run(command, check=False, capture_output=True, text=True, env=env).stdout


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("import warnings; warnings.warn('old', DeprecationWarning)", "DeprecationWarning: old"),
        (
            "import logging; logging.getLogger('a.b').warning('lost %s', 1)",
            "WARNING of a.b: lost 1",
        ),
        ("expect_log('never comes')", "never logged by anybody: never comes"),
        ("from PySide6.QtCore import qWarning; qWarning('no such slot')", "no such slot"),
    ],
)
def test_a_warning_of_any_kind_fails_a_test(tmp_path, line, says):
    printed = run_tests(tmp_path, f"def test_it(expect_log):\n    {line}\n")
    assert says in printed
    assert "1 failed" in printed or "1 error" in printed


def test_a_warning_that_was_expected_does_not_fail_a_test(tmp_path):
    lines = "    expect_log('lost', logger='a')\n    logging.getLogger('a.b').warning('lost')\n"
    printed = run_tests(tmp_path, f"import logging\n\ndef test_it(expect_log):\n{lines}")
    assert "1 passed" in printed


def test_each_test_has_a_home_of_its_own():
    assert Path(os.environ["HOME"]).stat().st_mode & 0o777 == 0o700
    assert not list(Path(os.environ["CM_DESKTOP_HOME"]).iterdir())
