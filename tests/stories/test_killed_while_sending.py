"""The sender is killed with SIGKILL wherever it hurts: nothing goes out twice or gets lost."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cm_desktop.domain.errors import SlowError
from tests.fakes import AfterApplying, FileOutside

ROOT = Path(__file__).parent.parent.parent

KEYED = {"can_read_back": False, "repeat_is_safe": True}
READABLE = {"can_read_back": True, "repeat_is_safe": False}
BLIND = {"can_read_back": False, "repeat_is_safe": False}

POINTS = ("claiming", "sending", "applied", "answered", "sent")


@pytest.fixture
def street(office, tmp_path):
    """An office whose channel outlives the program."""
    office.file = tmp_path / "outside.jsonl"
    office.connector.outside = FileOutside(office.file)
    return office


def start_program(office, policy, point=""):
    """Start a program that sends what waits, and kills itself if it comes to a point."""
    told = {
        "point": point,
        "policy": policy,
        "outside": str(office.file),
        "now": office.clock().isoformat(),
        "data_dir": str(office.vault.folder.parent.parent),
        "vault": office.vault.name,
        "key": office.vault.key.hex(),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.stories.killed_sender", json.dumps(told)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_at(point, office, policy):
    """Let a program send what waits until it kills itself at a point."""
    program = start_program(office, policy, point)
    _out, complaints = program.communicate(timeout=60)
    assert program.returncode == -signal.SIGKILL, complaints


def go_on(office):
    """Start the program again and let it work for a while."""
    for _pass in range(4):
        office.sync()
        office.clock.go_on(minutes=2)


@pytest.mark.parametrize("policy", [KEYED, READABLE], ids=["by key", "by looking"])
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_a_reply_goes_out_exactly_once(street, point, policy):
    street.follow(**policy)
    row = street.queue(text="Yes, at 7.")
    kill_at(point, street, policy)
    go_on(street)
    assert street.outside.texts() == ["Yes, at 7."]
    assert street.state(row) == "sent"


@pytest.mark.parametrize(
    ("point", "state", "posted"),
    [
        ("claiming", "sent", 1),
        ("sending", "needs_human", 0),
        ("applied", "needs_human", 1),
        ("answered", "needs_human", 1),
        ("sent", "sent", 1),
    ],
)
def test_where_nobody_can_tell_a_human_is_asked(street, point, state, posted):
    street.follow(**BLIND)
    row = street.queue(text="Yes, at 7.")
    kill_at(point, street, BLIND)
    go_on(street)
    assert (street.state(row), len(street.outside.posts)) == (state, posted)
    assert street.row(row).text == "Yes, at 7."


@pytest.mark.parametrize("point", ["settling", "looking"])
@pytest.mark.parametrize(
    "outcome", [SlowError(), AfterApplying(SlowError())], ids=["lost", "there"]
)
def test_killed_while_looking_a_reply_up_it_goes_out_exactly_once(street, point, outcome):
    street.follow(**READABLE)
    street.connector.outcomes = [outcome]
    row = street.queue(text="Yes, at 7.")
    street.sync()
    assert street.state(row) == "unknown"
    street.clock.go_on(minutes=2)
    kill_at(point, street, READABLE)
    go_on(street)
    assert street.outside.texts() == ["Yes, at 7."]
    assert street.state(row) == "sent"


def test_two_programs_that_send_at_the_same_time_send_each_reply_once(street):
    street.follow(**BLIND)
    rows = [street.queue(text=f"reply {number}") for number in range(12)]
    programs = [start_program(street, BLIND) for _ in range(2)]
    for program in programs:
        _out, complaints = program.communicate(timeout=60)
        assert program.returncode == 0, complaints
    assert sorted(street.outside.texts()) == sorted(row.text for row in rows)
    assert {street.state(row) for row in rows} == {"sent"}
