"""Cursors of connectors as text: a structure of msgspec, written as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


def read_cursor(since: str | None, type_: type[T]) -> T:
    """Return what a pass left behind; a fresh one where there is nothing that makes sense."""
    try:
        return msgspec.json.decode(since or "{}", type=type_)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return type_()


def written(cursor: msgspec.Struct) -> str:
    """Return a cursor as text."""
    return msgspec.json.encode(cursor).decode()


def remembered(known: Iterable[str], new: Iterable[str], most: int) -> list[str]:
    """Return ids in the order they came up last, the newest at the end, at most so many."""
    latest_first = dict.fromkeys([*known, *new][::-1])
    return [*latest_first][:most][::-1]


def in_turns(ids: list[str], turn: int, *, newest: int, others: int) -> list[str]:
    """Return which of some ids to look at again: the newest ones, and some of the rest in turns."""
    place = max(len(ids) - newest, 0)
    rest, fresh = ids[:place], ids[place:]
    begin = turn * others % len(rest) if rest else 0
    return list(dict.fromkeys([*fresh, *(rest[begin:] + rest[:begin])[:others]]))
