"""Who works at this desk and, in a team, who else does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Someone of our team."""

    name: str
    role: str = "member"
    me: bool = False  # the one at this device
