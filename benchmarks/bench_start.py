"""Measure how long it takes from the start of the process to the first painted inbox."""

from benchmarks import window_vault
from benchmarks.samples import middle, run
from benchmarks.table import Row

GOAL = 1.2


def measure(messages: int, starts: int = 15) -> list[Row]:
    """Start both programs in turn, each several times, and compare what was usual."""
    folder = str(window_vault.data_dir(messages))
    sides = {"ours": ("open_window.py", folder), "minimal": ("open_minimal.py",)}
    found: dict[str, list[dict]] = {side: [] for side in sides}
    for number in range(-2, starts):  # two to warm the disk's cache
        for side, words in sides.items():
            begun, told = run(*words)
            told["wall"] = told["at"] - begun
            if number >= 0:
                found[side].append(told)
    return [
        _row("first painted inbox, from the start of the process", "wall", found, GOAL),
        _row("the same in time of the processor", "cpu", found, None),
        _memory(found),
    ]


def _row(name: str, what: str, found: dict[str, list[dict]], most: float | None) -> Row:
    times = {side: [told[what] * 1000 for told in all_told] for side, all_told in found.items()}
    ours, minimal = middle(times["ours"]), middle(times["minimal"])
    return Row(
        name=name,
        ours=f"{ours:.0f} ms (best {min(times['ours']):.0f})",
        other=f"{minimal:.0f} ms (best {min(times['minimal']):.0f}), minimal PySide6 window",
        value=ours / minimal,
        most=most,
    )


def _memory(found: dict[str, list[dict]]) -> Row:
    ours, minimal = (middle([told["memory"] for told in found[side]]) for side in found)
    return Row(
        name="peak memory until then",
        ours=f"{ours:.0f} MiB",
        other=f"{minimal:.0f} MiB, minimal PySide6 window",
        value=ours / minimal,
    )
