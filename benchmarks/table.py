"""The table of all measurements: printed, and kept in docs/benchmarks.md with what it ran on."""

import os
import platform
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement beside what it is compared with; None where there is no such thing.

    `value` is what the goal is about: a ratio or a number with its unit in `unit`.
    """

    name: str
    ours: str
    other: str = ""
    value: float
    unit: str = "x"
    most: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal was reached; None where none was set."""
        if self.most is not None:
            return self.value <= self.most
        return None if self.least is None else self.value >= self.least

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as words."""
        goal = ""
        if self.most is not None:
            goal = f"≤ {_number(self.most, self.unit)}"
        elif self.least is not None:
            goal = f"≥ {_number(self.least, self.unit)}"
        verdict = {True: "met", False: "**missed**", None: ""}[self.met]
        return self.name, self.ours, self.other, _number(self.value, self.unit), goal, verdict


HEADS = ("what", "ours", "compared with", "ratio or value", "goal", "")


def _number(value: float, unit: str) -> str:
    text = f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{text} {unit}".replace(" x", "x")


def markdown(rows: list[Row]) -> str:
    """Return the table as Markdown, its columns aligned for those who read the source."""
    table = [HEADS, *(row.cells for row in rows)]
    widths = [max(len(line[n]) for line in table) for n in range(len(HEADS))]
    lines = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in table
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def circumstances(loads: list[float]) -> str:
    """Say when, on what and beside what load the run was made."""
    from PySide6 import __version__ as qt
    from sqlcipher3.dbapi2 import sqlite_version

    kernel = f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {os.cpu_count()} cores of {_processor()}, "
        f"{memory:.0f} GB, {kernel}; Python {platform.python_version()}, Qt {qt} "
        f"({os.environ.get('QT_QPA_PLATFORM', 'its own screen')}), SQLite {sqlite_version}; "
        f"load average {min(loads):.1f} to {max(loads):.1f}."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if sys.platform == "linux" else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def keep(text: str) -> None:
    """Put what was measured in its place in the document."""
    whole = DOCUMENT.read_text(encoding="utf-8")
    before, _begin, rest = whole.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"{DOCUMENT} has no place for the table: {BEGIN} … {END}")
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
