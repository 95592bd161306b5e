"""In which order a conversation is read: a tree of comments, or a talk by time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cm_desktop.domain.ids import MessageId
from cm_desktop.domain.model import Handoff, Kind, Message, Note, OutboxRow

DEEPEST = 3  # levels of indent; deeper answers stay on the last one

_TREES = (Kind.COMMENTS, Kind.MENTION, Kind.REVIEW, Kind.TOPIC)

Entry = Message | Note | Handoff | OutboxRow


@dataclass(frozen=True, slots=True)
class Placed:
    """One thing to show, and how many levels it is indented (0 to DEEPEST)."""

    entry: Entry
    depth: int


def in_reading_order(
    kind: Kind,
    messages: Sequence[Message],
    notes: Iterable[Note] = (),
    handoffs: Iterable[Handoff] = (),
    waiting: Iterable[OutboxRow] = (),
) -> list[Placed]:
    """Return everything of a conversation in the order in which people read it.

    Comments stand under what they answer; what answers something we do not have, or
    (a fault of the channel) itself, stands on the first level. Notes, handoffs and
    answers that wait for nobody in particular stand where their time puts them.
    """
    if kind not in _TREES:
        flat: list[Entry] = [*messages, *notes, *handoffs, *waiting]
        return [Placed(entry, 0) for entry in sorted(flat, key=_time)]
    children = _children(messages, waiting)
    roots: list[Entry] = [*children[None], *notes, *handoffs]
    return list(_walk(sorted(roots, key=_time), children))


def _children(
    messages: Sequence[Message], waiting: Iterable[OutboxRow]
) -> dict[MessageId | None, list[Entry]]:
    known = {message.id: message for message in messages}
    children: dict[MessageId | None, list[Entry]] = defaultdict(list)
    for message in messages:
        parent = message.parent if message.parent in known else None
        children[None if _in_circle(message, known) else parent].append(message)
    for row in waiting:
        children[row.target if row.target in known else None].append(row)
    for entries in children.values():
        entries.sort(key=_time)
    return children


def _in_circle(message: Message, known: dict[MessageId, Message]) -> bool:
    seen = {message.id}
    parent = known.get(message.parent) if message.parent else None
    while parent is not None:
        if parent.id in seen:
            return parent.id == message.id
        seen.add(parent.id)
        parent = known.get(parent.parent) if parent.parent else None
    return False


def _walk(roots: list[Entry], children: dict[MessageId | None, list[Entry]]) -> Iterator[Placed]:
    # By hand and not by recursion: a chain of answers may be thousands long.
    stack: list[tuple[Entry, int]] = [(entry, 0) for entry in reversed(roots)]
    while stack:
        entry, depth = stack.pop()
        yield Placed(entry, min(depth, DEEPEST))
        if isinstance(entry, Message):
            stack.extend((child, depth + 1) for child in reversed(children.pop(entry.id, [])))


def _time(entry: Entry) -> datetime:
    return entry.created_at
