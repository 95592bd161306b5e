"""Who asks for a change, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """A member at a time (UTC)."""

    member: str
    at: datetime
