"""The worker as a process of its own: keys come in by standard input, only JSON comes out."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def start(vault):
    """Start a worker process for the vault; it is ended after the test by its own handle."""
    started = []

    def run(**first):
        told = {
            "key": vault.key.hex(),
            "data_dir": str(vault.folder.parent.parent),
            "vault": vault.name,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "cm_desktop.worker"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        tell(process, told | first)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def tell(process, message):
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()


def hear(process, event):
    for line in process.stdout:
        heard = json.loads(line)
        if heard["event"] == event:
            return heard
    pytest.fail(f"ended without {event}: {process.stderr.read()}")


def test_it_opens_the_vault_and_ends_when_told(start):
    process = start()
    hear(process, "ready")
    tell(process, {"do": "dance"})
    assert hear(process, "refused")["do"] == "dance"
    began = time.monotonic()
    tell(process, {"do": "stop"})
    hear(process, "stopped")
    assert process.wait(5) == 0
    assert time.monotonic() - began < 2


def test_it_ends_when_its_window_is_gone(start):
    process = start()
    hear(process, "ready")
    process.stdin.close()
    assert process.wait(5) == 0
    process.stdin = None


def test_it_gives_way_to_the_window_and_is_not_ended_by_ctrl_c(start):
    process = start()
    hear(process, "ready")
    assert os.getpriority(os.PRIO_PROCESS, process.pid) >= 10
    process.send_signal(signal.SIGINT)
    tell(process, {"do": "nothing known"})
    hear(process, "refused")


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ({"key": "00" * 32}, "key_wrong"),
        ({"vault": "nobody"}, "vault_missing"),
        ({"key": "no hexadecimal"}, "usage"),
    ],
)
def test_a_vault_it_cannot_open_ends_it_with_the_code_of_the_command_line(start, first, code):
    process = start(**first)
    assert hear(process, "vault")["code"] == code
    assert process.wait(5) == 6


def test_it_logs_no_key(start, vault):
    process = start()
    hear(process, "ready")
    out, err = process.communicate(json.dumps({"do": "stop"}) + "\n", timeout=10)
    assert vault.key.hex() not in out + err
