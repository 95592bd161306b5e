"""How an account stands with its channel: until when it is signed in, what it may still ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many requests a channel still takes from us, as it said last.

    `left` of `most` (None where the channel does not tell the whole) until `renewed_at`.
    """

    left: int
    most: int | None = None
    renewed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an account knows of its sign-in and its allowance; None: the channel never said."""

    signed_in_until: datetime | None = None
    allowance: Allowance | None = None
