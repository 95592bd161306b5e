"""Measure pages of the list and searches; bench_store.py does, and this puts it into the table."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.table import Row

# What is shown of all that is measured, and the most milliseconds that were agreed on.
_SHOWN = {
    "inbox, 50 rows": ("page of the inbox, 50 conversations at any depth", 1.0),
    "all, 50 rows, any depth": ("page of all conversations at any depth", 1.0),
    "open a conversation": ("messages of a conversation", 1.0),
    "counts": ("counts beside all lists", 1.0),
    "search as you type": ("search as you type, letter by letter", 5.0),
    "three letters": ("search for three letters", 5.0),
    "whole words": ("search for a word", 5.0),
    "tag + unread + channel": ("search for a tag, unread, on a channel", None),
    "two common words": ("search for two common words", None),
    "a phrase of three common words": ("search for a phrase of common words", None),
}


def measure(messages: int) -> list[Row]:
    """Ask bench_store.py; it measures the time of this thread's processor."""
    words = [sys.executable, "-m", "benchmarks.bench_store", str(messages), "--json"]
    ended = subprocess.run(  # noqa: S603 - a program of ours
        words, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent, check=False
    )
    # 1 says that a goal of its own was missed; the table says so too.
    if ended.returncode not in (0, 1):
        raise SystemExit(f"bench_store ended with {ended.returncode}")
    found = json.loads(ended.stdout)
    return [
        Row(
            name=f"{name}, p99",
            ours=f"{found[key]['p99']:.2f} ms (p50 {found[key]['p50']:.2f})",
            value=found[key]["p99"],
            unit="ms",
            most=most,
        )
        for key, (name, most) in _SHOWN.items()
        if key in found
    ]
