"""Measure everything in one run: `python -m benchmarks`.

Prints one table and keeps it in docs/benchmarks.md. The vault is made once and kept in the
system's folder for temporary files; the first run takes some minutes longer.
"""

import argparse
import os
import sys
from collections.abc import Callable

from benchmarks import (
    bench_connectors,
    bench_fetch,
    bench_pages,
    bench_start,
    bench_window,
    generate,
    table,
)
from benchmarks.table import Row

MILLION = 1_000_000
MEASURED: dict[str, Callable[[int], list[Row]]] = {
    "start": bench_start.measure,
    "pages": bench_pages.measure,
    "scroll": bench_window.scrolling,
    "fetch": bench_fetch.measure,
    "late": bench_window.lateness,
    "connectors": bench_connectors.measure,
}


def main() -> int:
    """Measure what was asked for; return 1 if a goal was missed and that was to be told."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=MILLION, help="in the vault")
    parser.add_argument("--only", help=f"some of these, with commas: {','.join(MEASURED)}")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a goal is missed")
    asked = parser.parse_args()
    names = asked.only.split(",") if asked.only else list(MEASURED)
    if unknown := set(names) - set(MEASURED):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    rows, loads = _measured(names, asked.messages)
    text = f"{table.circumstances(loads)} {asked.messages:,} messages.\n\n{table.markdown(rows)}"
    sys.stdout.write(text + "\n")
    if names == list(MEASURED) and asked.messages == MILLION:
        table.keep(text)
    return int(asked.strict and any(row.met is False for row in rows))


def _measured(names: list[str], messages: int) -> tuple[list[Row], list[float]]:
    generate.vault(messages)
    rows: list[Row] = []
    loads = [os.getloadavg()[0]]
    for name in names:
        sys.stderr.write(f"measuring {name} …\n")
        rows += MEASURED[name](messages)
        loads.append(os.getloadavg()[0])
    return rows, loads


if __name__ == "__main__":
    sys.exit(main())
