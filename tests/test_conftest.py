"""The promises of conftest.py: each is broken here on purpose, in a test run of its own."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from xml.etree import ElementTree

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


BREAKS = {
    "import warnings; warnings.warn('old', DeprecationWarning)": "DeprecationWarning: old",
    "import logging; logging.getLogger('a.b').warning('lost %s', 1)": "WARNING of a.b: lost 1",
    "expect_log('never comes')": "never logged by anybody: never comes",
    "from PySide6.QtCore import qWarning; qWarning('no such slot')": "no such slot",
}
KEEPS = "import logging; expect_log('lost', logger='a'); logging.getLogger('a.b').warning('lost')"


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Run a test of each line under our conftest and configuration: what became of each."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "conftest.py").write_text(
        CONFTEST.read_text().replace("Path(__file__).parent", f"Path({str(CONFTEST.parent)!r})")
    )
    lines = [*BREAKS, KEEPS]
    tests = [f"def test_{n}(expect_log):\n    {line}\n" for n, line in enumerate(lines)]
    (folder / "test_it.py").write_text("\n".join(tests))
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-c", CONFTEST.parent.parent / "pyproject.toml"]
    command += ["--rootdir", folder, "-p", "no:cacheprovider", "--junitxml", report, "-q", folder]
    env = {**os.environ, "PYTHONPATH": str(CONFTEST.parent.parent)}
    subprocess.run(command, check=False, capture_output=True, env=env)
    became = {}
    for case in ElementTree.parse(report).iter("testcase"):
        trouble = [*case.iter("failure"), *case.iter("error")]
        line = lines[int(case.get("name").removeprefix("test_"))]
        became[line] = "".join(f"{one.get('message')} {one.text}" for one in trouble)
    return became


@pytest.mark.parametrize(("line", "says"), BREAKS.items())
def test_a_warning_of_any_kind_fails_a_test(said, line, says):
    assert says in said[line]


def test_a_warning_that_was_expected_does_not_fail_a_test(said):
    assert said[KEEPS] == ""


def test_each_test_has_a_home_of_its_own():
    assert Path(os.environ["HOME"]).stat().st_mode & 0o777 == 0o700
    assert not list(Path(os.environ["CM_DESKTOP_HOME"]).iterdir())
