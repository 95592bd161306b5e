"""Measure from what a channel reports to its being found, and the same without the index."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import generate, window_vault
from benchmarks.flat_out import FlatOut
from benchmarks.samples import middle
from benchmarks.table import Row
from cm_desktop.domain.model import Account
from cm_desktop.services.fetching import fetch
from cm_desktop.services.vault import Vault, open_with_key
from cm_desktop.store import accounts

GOAL = 0.5
_MESSAGES = 4_000  # in one fetch


def measure(messages: int, rounds: int = 5) -> list[Row]:
    """Fetch in turn with and without the index, into the vault of the benchmarks."""
    folder = window_vault.scratch()
    try:
        window_vault.put(generate.vault(messages), folder)
        with open_with_key(folder, window_vault.NAME, generate.KEY) as vault:
            return _measured(vault, rounds)
    finally:
        shutil.rmtree(folder)


def _measured(vault: Vault, rounds: int) -> list[Row]:
    account = accounts.list_all(vault.db.reader)[0]
    spent: dict[str, list[float]] = {"with": [], "without": []}
    walls: dict[str, list[float]] = {"with": [], "without": []}
    for number in range(-1, rounds):
        for side in ("with", "without"):
            if side == "with":
                cpu, wall = _a_second(vault, account)
            else:
                with _no_index(vault):
                    cpu, wall = _a_second(vault, account)
            if number >= 0:
                spent[side].append(cpu)
                walls[side].append(wall)
    return [
        _row("fetched, kept and searchable, messages for each second", walls, None),
        _row("the same for each second of the processor", spent, GOAL),
    ]


def _a_second(vault: Vault, account: Account) -> tuple[float, float]:
    connector = FlatOut(messages=_MESSAGES)
    cpu, wall = time.thread_time(), time.perf_counter()
    report = fetch(vault, account, connector, threading.Event())
    cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
    if report.new != _MESSAGES:
        raise SystemExit(f"only {report.new} of {_MESSAGES} messages were kept")
    return _MESSAGES / cpu, _MESSAGES / wall


@contextmanager
def _no_index(vault: Vault) -> Iterator[None]:
    find = "SELECT sql FROM sqlite_master WHERE name = 'message_indexed'"
    (trigger,) = vault.db.reader.execute(find).fetchone()
    with vault.db.writing() as writer:
        writer.execute("DROP TRIGGER message_indexed")
    yield
    with vault.db.writing() as writer:
        writer.execute(trigger)


def _row(name: str, rates: dict[str, list[float]], least: float | None) -> Row:
    ours, other = middle(rates["with"]), middle(rates["without"])
    return Row(
        name=name,
        ours=f"{ours:,.0f}/s",
        other=f"{other:,.0f}/s without the index",
        value=ours / other,
        least=least,
    )
