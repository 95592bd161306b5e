"""Keep to what a host says it will bear, so that it never has to refuse us twice."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from cm_desktop.connectors.http_errors import most, remaining, wait_seconds
from cm_desktop.domain.errors import RateLimitedError
from cm_desktop.domain.standing import Allowance


class RateBucket:
    """What one account may still ask of one host, as the host's headers told."""

    def __init__(self) -> None:
        """Begin without limits: nobody has named one yet."""
        self._lock = threading.Lock()
        self._closed_until: dict[str, datetime] = {}
        self.allowance: Allowance | None = None  # as told last

    def check(self, host: str, now: datetime) -> None:
        """Return if a request may go out now. Raises RateLimitedError before it would."""
        with self._lock:
            until = self._closed_until.get(host)
            if until is not None and until > now:
                raise RateLimitedError((until - now).total_seconds(), "own_limit")
            self._closed_until.pop(host, None)

    def learn(self, host: str, status: int, headers: Mapping[str, str], now: datetime) -> None:
        """Take note of an answer: a 429 or a used-up allowance closes the host for a while."""
        left = remaining(headers)
        if left is not None:
            reset = wait_seconds(headers, now)
            self.allowance = Allowance(
                left=max(int(left), 0),
                most=most(headers),
                renewed_at=None if reset is None else now + timedelta(seconds=reset),
            )
        if status not in (425, 429) and (left is None or left >= 1):
            return
        wait = wait_seconds(headers, now)
        if wait:
            with self._lock:
                self._closed_until[host] = now + timedelta(seconds=wait)
