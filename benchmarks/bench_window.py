"""Measure scrolling through the list, and how late the window is while its worker fetches."""

import shutil

from benchmarks import generate, window_vault
from benchmarks.samples import run
from benchmarks.table import Row
from cm_desktop.store.connection import Database
from cm_desktop.store.vault_file import DATABASE

FRAME = 8.0  # ms
LATENESS = 1.5
_ROWS = 10_000
_AT_A_TIME = 4  # accounts that the worker fetches from together


def scrolling(messages: int) -> list[Row]:
    """Scroll ten thousand rows down and some of them up again."""
    _begun, told = run("scroll_window.py", str(window_vault.data_dir(messages)), str(_ROWS))
    down, up = (f"{told[f'{way} 99']:.2f} ms (p50 {told[f'{way} 50']:.2f})" for way in _WAYS)
    return [
        Row(
            name=f"frame while scrolling {_ROWS:,} rows down, 24 px each, p99",
            ours=down,
            value=told["down 99"],
            unit="ms",
            most=FRAME,
        ),
        Row(
            name="frame while scrolling back up, p99",
            ours=up,
            value=told["up 99"],
            unit="ms",
            most=FRAME,
        ),
        Row(
            name="longest of these frames",
            ours=f"{max(told['down 100'], told['up 100']):.1f} ms",
            value=max(told["down 100"], told["up 100"]),
            unit="ms",
        ),
        Row(
            name=f"peak memory of the window with {_ROWS:,} rows read",
            ours=f"{told['scrolled']:.0f} MiB",
            other=f"{told['opened']:.0f} MiB before",
            value=told["scrolled"] / told["opened"],
        ),
    ]


_WAYS = ("down", "up")


def lateness(messages: int, seconds: float = 5.0, rounds: int = 5) -> list[Row]:
    """Let the worker fetch flat out and rest in turn, and compare how late the window was."""
    folder = window_vault.scratch()
    try:
        window_vault.put(generate.vault(messages), folder)
        db = Database(folder / "vaults" / window_vault.NAME / DATABASE, generate.KEY)
        with db.writing() as writer:
            writer.execute("UPDATE account SET paused = (id > ?)", (_AT_A_TIME,))
        db.close()
        _begun, told = run("late_window.py", str(folder), str(seconds), str(rounds))
    finally:
        shutil.rmtree(folder)
    return [
        *(_late(told, part) for part in (95, 99)),
        Row(
            name="messages for each second that the worker kept meanwhile",
            ours=f"{told['per second']:,.0f}/s",
            value=told["per second"],
            unit="/s",
        ),
        Row(
            name="peak memory of the worker meanwhile",
            ours=f"{told['worker']:.0f} MiB",
            value=told["worker"],
            unit="MiB",
        ),
    ]


def _late(told: dict[str, float], part: int) -> Row:
    work, rest = told[f"work {part}"], told[f"rest {part}"]
    return Row(
        name=f"event loop late while the worker fetches flat out, p{part}",
        ours=f"{work:.2f} ms",
        other=f"{rest:.2f} ms while it rests",
        value=work / max(rest, 0.001),
        most=LATENESS,
    )
