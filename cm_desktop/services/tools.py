"""What the services need from outside: connectors, the time, chance. Tests bring their own."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from cm_desktop.connectors.base import Connector
from cm_desktop.domain.model import Account
from cm_desktop.services.clock import Now, utc_now
from cm_desktop.services.connecting import make_connector
from cm_desktop.services.vault import Vault


def nowhere(_point: str) -> None:
    """Go on: what `at` is outside of tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What one pass over an account works with."""

    make: Callable[[Vault, Account], Connector] = make_connector
    now: Now = utc_now
    chance: Callable[[], float] = random.random  # scatters waits; from 0 to 1
    # Told at named points between two steps; a test ends the program there.
    at: Callable[[str], None] = nowhere
