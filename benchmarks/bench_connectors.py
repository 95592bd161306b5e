"""Measure each HTTP connector against a bare httpx loop that asks for the same pages.

The loop reads what it gets: JSON by `json`, feeds by feedparser, as our connector does.
Both run in this thread and are measured in its processor time; the channel is played by the
loopback servers of the tests, whose threads do not count. Nothing is stored.
"""

import time
from contextlib import closing
from importlib import import_module
from io import BytesIO

import feedparser
import httpx

from benchmarks.samples import middle
from benchmarks.table import Row
from cm_desktop.connectors.registry import CHANNELS
from cm_desktop.domain.errors import CmError
from cm_desktop.domain.events import MessageSeen
from tests.connectors.contract import LoopbackCase, cursor_of

GOAL = 2.0
_MESSAGES = 200  # that came since the last fetch
_ROUNDS = 7
_KEPT = ("authorization", "cookie", "dpop", "accept", "user-agent", "api-key", "api-username")


def measure(_messages: int) -> list[Row]:
    """Measure every channel that is asked by HTTP; `_messages` is the vault's, not ours."""
    cases = [import_module(f"tests.connectors.{channel}.case").Case for channel in CHANNELS]
    return [_measured(case) for case in cases if issubclass(case, LoopbackCase)]


def _measured(case_class: type[LoopbackCase]) -> Row:
    ours, bare, walls, count = [], [], [], 0
    with case_class() as case:
        case.hear("Frage davor")
        with closing(case.connect()) as connector:
            since = cursor_of(list(connector.fetch(None)))
        for number in range(_MESSAGES):
            case.hear(f"Frage {number} mit einem Satz, wie ihn Leute schreiben")
        for _ in range(_ROUNDS):
            with closing(case.connect()) as connector:
                connector.identify()
                case.server.asked.clear()
                cpu, wall, count = _fetched(connector, since)
            asked = [one for one in case.server.asked if one.command == "GET"]
            ours.append(cpu)
            walls.append(wall)
            bare.append(_bare(case.server.url, asked))
    return Row(
        name=f"{case.channel}: {count} messages, {len(asked)} requests, time of the processor",
        ours=f"{middle(ours) * 1000:.0f} ms ({count / middle(walls):,.0f} messages/s)",
        other=f"{middle(bare) * 1000:.0f} ms, bare httpx loop over the same pages",
        value=middle(ours) / middle(bare),
        most=GOAL,
    )


def _fetched(connector, since) -> tuple[float, float, int]:
    cpu, wall = time.thread_time(), time.perf_counter()
    count = sum(isinstance(event, MessageSeen) for event in connector.fetch(since))
    return time.thread_time() - cpu, time.perf_counter() - wall, count


def _bare(url: str, asked: list) -> float:
    with httpx.Client(trust_env=False) as client:
        begun = time.thread_time()
        for one in asked:
            headers = {name: one.headers[name] for name in _KEPT if one.headers[name]}
            answer = client.get(url + one.path, headers=headers)
            if answer.content[:1] in (b"{", b"["):
                answer.json()
            elif answer.content[:1] == b"<":
                feedparser.parse(BytesIO(answer.content))
        return time.thread_time() - begun


if __name__ == "__main__":
    try:
        for row in measure(0):
            print(row.cells)
    except CmError as error:
        raise SystemExit(f"{error.code} {error.detail}") from error
