"""Changes to where a conversation stands: tags, status, assignee. Made here, applied elsewhere."""

from __future__ import annotations

from datetime import datetime

from cm_desktop.domain.changes import Assigned, Moved, Place, Tagged, Untagged
from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.model import Status
from cm_desktop.services.desk_author import Author
from cm_desktop.store import conversations
from cm_desktop.store.connection import Connection


def tagged(_connection: Connection, who: Author, conv: ConversationId, name: str) -> Tagged:
    """Return that a tag is put on."""
    return Tagged(member=who.member, at=who.at, conversation=conv, name=name)


def untagged(_connection: Connection, who: Author, conv: ConversationId, name: str) -> Untagged:
    """Return that a tag is taken off."""
    return Untagged(member=who.member, at=who.at, conversation=conv, name=name)


def moved(connection: Connection, who: Author, conv: ConversationId, status: Status) -> Moved:
    """Return that the work stands elsewhere. Raises UsageError("until_missing") for SNOOZED."""
    if status is Status.SNOOZED:
        raise UsageError("until_missing")
    return _moved(connection, who, conv, Place(status=Status(status)))


def snoozed(connection: Connection, who: Author, conv: ConversationId, until: datetime) -> Moved:
    """Return that a conversation is put away until a time. Raises UsageError("past")."""
    if until <= who.at:
        raise UsageError("past", until.isoformat())
    return _moved(connection, who, conv, Place(status=Status.SNOOZED, snoozed_until=until))


def assigned(
    connection: Connection, who: Author, conv: ConversationId, member: str | None
) -> Assigned:
    """Return that a conversation is given to a member, or with None or "" to nobody."""
    before = conversations.by_id(connection, conv).assignee
    after = " ".join((member or "").split()) or None
    return Assigned(member=who.member, at=who.at, conversation=conv, before=before, after=after)


def _moved(connection: Connection, who: Author, conv: ConversationId, after: Place) -> Moved:
    about = conversations.by_id(connection, conv)
    before = Place(status=about.status, snoozed_until=about.snoozed_until)
    return Moved(member=who.member, at=who.at, conversation=conv, before=before, after=after)
