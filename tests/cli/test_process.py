"""The program as a process: streams, signals, and the doors to the window and the worker."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cm_desktop.cli.program import Program, WindowRequest
from tests.servers.ports import free_ports


@pytest.fixture
def started(data_dir, passphrase):
    """Start the program with pipes; whatever still runs in the end is stopped."""
    running = []

    def start(*arguments, **more):
        process = subprocess.Popen(
            [sys.executable, "-m", "cm_desktop", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **more,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()


def test_json_is_all_there_is_on_standard_output(program):
    made = program("--json", "vault", "create", "Brötchen")
    assert (made.code, made.err) == (0, "")
    assert made.document["name"] == "Brötchen"
    missing = program("--json", "show", "nobody")
    assert (missing.code, missing.err) == (2, "")
    assert missing.error["code"] == "usage"
    wrong = program("--json", "inbox", "--nonsense")
    assert (wrong.code, wrong.err) == (2, "")
    assert wrong.error["message"]


def test_people_are_told_errors_on_standard_error(program):
    ran = program("inbox")
    assert (ran.code, ran.out) == (2, "")
    assert "vault create" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_cannot_show_a_letter_gets_an_escape(program, encoding):
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    made = program("vault", "create", "店", env=environment)
    assert (made.code, made.err) == (0, "")
    assert "\\u5e97" in made.out
    ran = program("--json", "vault", "list", env=environment)
    assert ran.document[0]["name"] == "店"


def test_a_name_that_is_no_text_at_all_is_wrong_use(program):
    ran = program("--json", "vault", "create", os.fsdecode(b"\xff\xfe"))
    assert ran.code == 2
    assert ran.error["message"]


def test_a_reader_that_goes_away_is_no_error(program, started):
    program("vault", "create", "a")
    process = started("--json", "vault", "list")
    process.stdout.close()
    process.stdin.close()
    assert process.wait(30) == 0
    assert process.stderr.read() == b""


def test_ctrl_c_ends_it_without_a_traceback(program, started):
    program("vault", "create", "a")
    process = started("--json", "account", "add", "demo")  # waits for the secret
    _wait_until_it_reads(process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(out)["error"]["code"] == "cancelled"
    assert b"Traceback" not in err


def _wait_until_it_reads(process):
    """Wait until a process sleeps in reading its standard input."""
    place = Path(f"/proc/{process.pid}/wchan")
    syscall = Path(f"/proc/{process.pid}/syscall")
    for _look in range(100_000):
        if process.poll() is not None:
            raise AssertionError(process.stderr.read())
        if "pipe_read" in place.read_text() or syscall.read_text().startswith("0 0x0 "):
            return
    raise AssertionError("it never read")


class Doors:
    """Stands where the window and the worker begin."""

    def __init__(self):
        self.requests = []
        self.works = 0

    def window(self, request):
        self.requests.append(request)
        return 7

    def worker(self):
        self.works += 1
        return 6

    def program(self):
        return Program(open_window=self.window, run_worker=self.worker)


@pytest.fixture
def doors(cm):
    doors = Doors()
    cm.program = doors.program
    return doors


def test_without_a_command_the_window_opens(cm, doors, data_dir, tmp_path):
    assert cm.people().code == 7
    assert cm.people("--vault", "a", "--data-dir", str(tmp_path)).code == 7
    assert doors.requests == [
        WindowRequest(data_dir=data_dir),
        WindowRequest(data_dir=tmp_path, vault="a"),
    ]


def test_a_demo_and_a_picture_of_it_are_asked_of_the_window(cm, doors, data_dir):
    assert cm.people("--demo", "--screenshot", "x.png", "--screen", "thread").code == 7
    assert doors.requests == [
        WindowRequest(data_dir=data_dir, demo=True, screenshot=Path("x.png"), screen="thread")
    ]


def test_the_worker_is_run_by_its_command(cm, doors):
    assert cm.people("worker").code == 6
    assert (doors.works, doors.requests) == (1, [])


def test_a_mistake_of_the_program_is_told_as_json_too(monkeypatch, capsys):
    from cm_desktop import __main__ as entry

    def fails(program):
        said = "secret " + "text"
        try:
            {}[said]
        except KeyError as error:
            raise ZeroDivisionError(said) from error

    monkeypatch.setattr("cm_desktop.cli.main.main", fails)
    monkeypatch.setattr(sys, "argv", ["cm-desktop", "inbox", "--json"])
    assert entry.main() == 70
    told = capsys.readouterr()
    assert json.loads(told.out)["error"]["code"] == "bug"
    assert "secret text" not in told.out + told.err
    assert "KeyError" in told.err
    assert "in fails" in told.err
    assert told.err.endswith("ZeroDivisionError\n")


SLOW_IMPORTS = ("PySide6", "keyring", "sqlite_utils", "httpx", "babel", "rich", "cryptography")


def test_nothing_slow_is_loaded_for_a_quick_question(data_dir):
    code = (
        "import sys; from cm_desktop.cli.main import main; main(sys.argv[1:]);"
        f"print([name for name in {SLOW_IMPORTS} if name in sys.modules], file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "--json", "vault", "list"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr == "[]\n"


def test_an_account_that_is_offline_is_exit_code_4(program):
    program("vault", "create", "a")
    (port,) = free_ports(1)
    ran = program(
        "--json", "account", "add", "wordpress", "--handle", "eva",
        "--url", f"http://127.0.0.1:{port}", text='{"password": "abcd"}',
    )  # fmt: skip
    assert ran.code == 4
    assert ran.error["code"] == "offline"
