"""Numbers made of many measurements, and programs started to be measured."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).parent
_PATIENCE = 120  # seconds


def share(values: Sequence[float], part: float) -> float:
    """Return the value that this part of all stay at or below, such as 0.99."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


def middle(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def run(
    program: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> tuple[float, dict]:
    """Run a program of this folder; return when it was started, and what it told.

    It tells one line of JSON on standard output. The clock is the one of time.monotonic, which
    all processes of a computer share.
    """
    begun = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 - a program of ours
        [sys.executable, str(HERE / program), *arguments],
        stdout=subprocess.PIPE,
        env=environment,
    )
    try:
        said, _errors = process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired as error:
        process.kill()
        raise SystemExit(f"{program} told nothing within {_PATIENCE} s") from error
    if process.returncode != 0 or not said.strip():
        raise SystemExit(f"{program} ended with {process.returncode}")
    return begun, json.loads(said.splitlines()[-1])


def peak_memory(process: int | str = "self") -> float:
    """Return the most memory a process had at once so far, in MiB; 0 where nobody says."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(float(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
