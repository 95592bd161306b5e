"""mastodon_mock of the registry: somebody else's imitation of Mastodon 4.6, for tests.

It is a mock, not a Mastodon server: what it answers is what its author read in the
documentation. It can be told to fail. It listens on a free port of 127.0.0.1, keeps
everything in memory, and is stopped by the process id it was started with.
"""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.servers.environments import python_environment
from tests.servers.ports import free_ports

REQUIREMENT = "mastodon_mock==0.6.1"
_PATIENCE = 60.0  # seconds


class MockFailedError(RuntimeError):
    """The mock did not start, or refused what a test asked."""


@dataclass(slots=True, kw_only=True)
class MastodonMock:
    """Where the mock is; ada and grace are two people on it."""

    port: int
    tokens: dict[str, str] = field(
        default_factory=lambda: {name: f"{name}_token" for name in ("ada", "grace", "alan")}
    )

    @property
    def url(self) -> str:
        """Address of the server."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, who: str, method: str, path: str, **fields: Any) -> Any:
        """Ask the API as one of the people; raises where it refuses."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        answer = httpx.request(method, self.url + path, headers=headers, timeout=20, **fields)
        if answer.status_code >= 300:
            raise MockFailedError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    def say(self, who: str, text: str, **fields: str) -> dict[str, Any]:
        """Post a status and return it."""
        data = {"status": text, **fields}
        said: dict[str, Any] = self.ask(who, "POST", "/api/v1/statuses", data=data)
        return said

    def fail(self, path: str, method: str = "GET", count: int = 1, **effect: Any) -> None:
        """Let the next requests for a path fail: status, ratelimit, malformed, timeout."""
        rule = {"match": {"path": path, "methods": [method]}, "effect": effect, "count": count}
        self.ask("", "POST", "/api/v1/_mock/faults", json=rule)

    def heal(self) -> None:
        """Let nothing fail any more."""
        with contextlib.suppress(MockFailedError):
            self.ask("", "DELETE", "/api/v1/_mock/faults")


@pytest.fixture(scope="session")
def mastodon_mock() -> Iterator[MastodonMock]:
    """Start the mock, and stop it afterwards."""
    program = python_environment("mastodon-mock", REQUIREMENT) / "bin" / "mastodon_mock"
    [port] = free_ports(1)
    command = [str(program), "serve", "--in-memory", "--demo", "--host", "127.0.0.1"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--log-level", "warning"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"},
        cwd="/",
    )
    try:
        server = MastodonMock(port=port)
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(server: MastodonMock, process: subprocess.Popen[bytes]) -> None:
    end, pause = time.monotonic() + _PATIENCE, threading.Event()
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError, MockFailedError):
            server.ask("", "GET", "/api/v2/instance")
            return
        pause.wait(0.1)
    raise MockFailedError("it did not start")
