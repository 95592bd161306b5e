"""What is known of a Matrix room: its name, who is in it, whether it can be read. No network."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cm_desktop.connectors import matrix_shapes as shapes
from cm_desktop.connectors.http_json import convert
from cm_desktop.connectors.plain_text import clean_name
from cm_desktop.domain.errors import ServerTroubleError
from cm_desktop.domain.model import Kind

# What a room says of itself, as far as it matters here. Members come lazily.
STATE = (
    "m.room.name",
    "m.room.canonical_alias",
    "m.room.encryption",
    "m.room.join_rules",
    "m.room.member",
)
_HEROES = 3
_NAME = 80  # letters of a name that stands among others


class Room(msgspec.Struct, omit_defaults=True):
    """One room, as the cursor keeps it from pass to pass: the server tells changes only."""

    name: str = ""
    alias: str = ""
    heroes: str = ""  # some of the others, where the room has no name
    count: int = 0  # who is in it or invited
    direct: bool = False  # one of our people said so
    sealed: bool = False  # encrypted
    open: bool = False  # anybody may come in
    last: str = ""  # the newest event that was read
    at: int = 0  # and when it was sent, in milliseconds since 1970

    @property
    def title(self) -> str:
        """What to call it; empty where nobody gave it a name and nobody else is in it."""
        return self.name or self.alias or self.heroes

    @property
    def kind(self) -> Kind:
        """A talk of two, or a room."""
        nameless_pair = 0 < self.count <= 2 and not self.name and not self.alias
        return Kind.DIRECT if self.direct or nameless_pair else Kind.TOPIC

    def take_event(self, event: shapes.Event) -> None:
        """Note what an event says of the room."""
        told = event.content if isinstance(event.content, dict) else {}
        match event.type:
            case "m.room.name":
                self.name = _line(told.get("name"))
            case "m.room.canonical_alias":
                self.alias = _line(told.get("alias"))
            case "m.room.encryption":
                self.sealed = True  # there is no way back
            case "m.room.join_rules":
                self.open = told.get("join_rule") == "public"

    def take_summary(self, summary: shapes.Summary | None, names: dict[str, str]) -> None:
        """Note how many are in the room, and who stands for it."""
        if summary is None:
            return
        if summary.joined is not None or summary.invited is not None:
            self.count = max(0, min((summary.joined or 0) + (summary.invited or 0), 1 << 30))
        if summary.heroes is not None:
            people = [one for one in summary.heroes if shapes.is_id(one, "@")][:_HEROES]
            called = (names.get(one) or shapes.localpart(one) for one in people)
            self.heroes = clean_name(", ".join(one[:_NAME] for one in called))


def names_of(events: Iterable[shapes.Event]) -> dict[str, str]:
    """Return what people are called in a room, by their ids."""
    found: dict[str, str] = {}
    for event in events:
        if event.type == "m.room.member" and event.state_key:
            told = event.content if isinstance(event.content, dict) else {}
            found[event.state_key] = _line(told.get("displayname"))
    return found


def direct_rooms(account_data: Iterable[object]) -> set[str] | None:
    """Return the rooms that we marked as talks of two, or None where nothing was told."""
    for value in account_data:
        if isinstance(value, dict) and value.get("type") == "m.direct":
            try:
                told = convert(value.get("content"), dict[str, list[str]])
            except ServerTroubleError:
                return None
            return {room for rooms in told.values() for room in rooms}
    return None


def _line(value: object) -> str:
    return clean_name(value) if isinstance(value, str) else ""
