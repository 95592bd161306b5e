"""Measure how long it takes from the start of the process to the first painted inbox."""

from benchmarks import window_vault
from benchmarks.samples import middle, run
from benchmarks.table import Row

GOAL = 1.2


def measure(messages: int, starts: int = 15) -> list[Row]:
    """Start the programs in turn, each several times, and compare what was usual."""
    folder = window_vault.data_dir(messages)
    with window_vault.in_keyring(folder) as environment:
        sides: dict[str, tuple[tuple[str, ...], dict[str, str] | None]] = {
            "ours": (("open_window.py", str(folder)), None),
            "minimal": (("open_minimal.py",), None),
        }
        if environment is not None:
            sides["keyring"] = (("open_window.py",), environment)
        found = _started(sides, starts)
    rows = [
        _row("first painted inbox, from the start of the process", "wall", found, GOAL),
        _row("the same in time of the processor", "cpu", found, None),
        _memory(found),
    ]
    return [*rows, _keyring(found)] if "keyring" in found else rows


def _started(
    sides: dict[str, tuple[tuple[str, ...], dict[str, str] | None]], starts: int
) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {side: [] for side in sides}
    for number in range(-2, starts):  # two to warm the disk's cache
        for side, (words, environment) in sides.items():
            begun, told = run(*words, environment=environment)
            told["wall"] = told["at"] - begun
            if number >= 0:
                found[side].append(told)
    return found


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


_BOTH = ("ours", "minimal")


def _memory(found: dict[str, list[dict]]) -> Row:
    ours, minimal = (middle([told["memory"] for told in found[side]]) for side in _BOTH)
    return Row(
        name="peak memory until then",
        ours=f"{ours:.0f} MiB",
        other=f"{minimal:.0f} MiB, minimal PySide6 window",
        value=ours / minimal,
    )


def _keyring(found: dict[str, list[dict]]) -> Row:
    more, ours = (middle([told["wall"] for told in found[side]]) for side in ("keyring", "ours"))
    return Row(
        name="first painted inbox, with the key from gnome-keyring",
        ours=f"{more * 1000:.0f} ms",
        other=f"{ours * 1000:.0f} ms with the key at hand",
        value=more / ours,
    )
