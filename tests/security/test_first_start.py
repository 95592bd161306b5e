"""The first start and the demo reach nobody, and leave nothing behind but in the data's folder."""

import signal
import threading
from pathlib import Path

from tests.contract.outsider import everything_in

_PATIENCE = 600  # tenths of a second


def _until(claim):
    """Wait until something is so."""
    pause = threading.Event()
    for _look in range(_PATIENCE):
        if found := claim():
            return found
        pause.wait(0.1)
    raise AssertionError("it never came to that")


def _reached_nobody(computer):
    assert computer.noted("sockets") == []
    assert not [name for name in computer.noted("libraries") if "Network" in name]


def _own(computer, places):
    """Return the written files outside the data, temporary files and what the system offers."""
    allowed = (computer.data, computer.temporary, Path("/dev"), Path("/proc"))
    return [
        place for place in places if not any(Path(place).is_relative_to(one) for one in allowed)
    ]


def test_the_first_window_and_the_first_vault_reach_nobody(watched):
    before = everything_in(watched.home)
    picture = watched.start("--screenshot", "first.png", "--screen", "first-run")
    out, err = picture.communicate(timeout=60)
    assert (picture.returncode, out, err) == (0, b"", b"")
    watched.done("vault", "create", "shop")
    watched.each(
        ["vault", "list"], ["account", "list"], ["inbox"], ["sync"], ["outbox", "list"],
        ["export", "--format", "jsonl", "--out", str(watched.data / "log.jsonl")], ["doctor"],
    )  # fmt: skip
    _reached_nobody(watched)
    assert everything_in(watched.home) == before
    assert _own(watched, watched.noted("written")) == []
    assert list(watched.temporary.iterdir()) == []


def test_the_demo_with_its_worker_reaches_nobody_and_is_gone_afterwards(watched):
    before = everything_in(watched.home)
    window = watched.start("--demo")
    # The worker plays the channels and sends what the demo has queued.
    _until(lambda: [name for name in watched.noted("written") if "sender-" in name])
    (folder,) = [one for one in watched.temporary.iterdir() if "demo" in one.name]
    worker = _child_of(window.pid)
    assert b"worker" in worker.joinpath("cmdline").read_bytes()
    assert folder.stat().st_mode & 0o077 == 0
    window.send_signal(signal.SIGTERM)
    out, err = window.communicate(timeout=60)
    assert window.returncode == 0
    assert (out, b"Traceback" in err) == (b"", False)
    _reached_nobody(watched)
    assert everything_in(watched.home) == before
    assert list(watched.temporary.iterdir()) == []
    assert _own(watched, watched.noted("written")) == []
    assert not worker.exists()
    assert not watched.data.exists()


def _child_of(parent):
    """Return the /proc folder of a process' only Python child."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    (found,) = [Path("/proc", child) for child in children]
    return found
