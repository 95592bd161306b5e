"""Tells of rooms that a Matrix account is invited to. No network here."""

from __future__ import annotations

from datetime import UTC, datetime

from cm_desktop.connectors import matrix_shapes as shapes
from cm_desktop.connectors.http_json import convert
from cm_desktop.connectors.matrix_rooms import Room, names_of
from cm_desktop.domain.errors import ServerTroubleError
from cm_desktop.domain.events import Event, ItemSkipped, MessageSeen, SeenConversation
from cm_desktop.domain.model import Direction, Kind, Visibility
from cm_desktop.i18n import _


def invited(name: str, value: object, me: str) -> Event:
    """Return an invitation as a message that waits to be approved, in the room's conversation.

    The server does not say when it came; what is told first stays.
    """
    try:
        told = convert(value, shapes.InvitedRoom)
    except ServerTroubleError:
        return ItemSkipped(reason="unexpected_shape")
    state = [one for one in shapes.events_of(told.invite_state.events)
             if isinstance(one, shapes.Event)]  # fmt: skip
    ours = next((one for one in state if one.type == "m.room.member" and one.state_key == me), None)
    if ours is None or not shapes.is_id(ours.sender, "@"):
        return ItemSkipped(reason="no_inviter")
    room = Room()
    for one in state:
        room.take_event(one)
    names = names_of(state)
    direct = isinstance(ours.content, dict) and ours.content.get("is_direct") is True
    return MessageSeen(
        remote_id=f"{name} invitation {ours.event_id}".strip(),
        conversation=SeenConversation(
            remote_id=name,
            kind=Kind.DIRECT if direct else Kind.TOPIC,
            title=room.title,
            context={"room": name},
        ),
        direction=Direction.IN,
        author=shapes.author_of(ours.sender, names.get(ours.sender, "")),
        text=_text(room),
        created_at=ours.at or datetime.now(UTC),
        public=False,
        visibility=Visibility.HELD,
        permalink=shapes.link_to(name),
        context={"invitation": "1"},
    )


def _text(room: Room) -> str:
    if room.sealed:
        return _(
            "Invitation to an encrypted room. CM Desktop cannot read what is written in it. Please"
            " accept it in Element."
        )
    return _(
        "Invitation to a room. Approve it to take part and read along, or delete it to refuse."
    )
