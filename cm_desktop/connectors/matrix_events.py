"""Turns a Matrix room's events into messages: edits, threads, redactions, likes. No network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from cm_desktop.connectors import matrix_shapes as shapes
from cm_desktop.connectors.matrix_rooms import Room
from cm_desktop.connectors.plain_text import clean_name
from cm_desktop.domain.errors import ServerTroubleError
from cm_desktop.domain.events import (
    Event,
    ItemSkipped,
    MessageGone,
    MessageSeen,
    SeenConversation,
    SeenPost,
)
from cm_desktop.domain.model import Direction
from cm_desktop.i18n import _

# What counts as our "like"; the first is what we send. With and without the sign that asks
# for a picture, as programs differ.
LIKES = ("\N{THUMBS UP SIGN}", "\N{HEAVY BLACK HEART}", "\N{BLACK HEART SUIT}")
_PICTURE = "\N{VARIATION SELECTOR-16}"
_TITLE = 80


def is_like(key: str | None) -> bool:
    """Whether a reaction says that somebody likes it."""
    return (key or "").replace(_PICTURE, "").startswith(LIKES)


class Told:
    """What a pass was told so far. `likes` are reactions of ours by id, each with its message."""

    def __init__(self, me: str, likes: Mapping[str, str]) -> None:
        """Begin a pass of the person with that id."""
        self.likes = dict(likes)
        # Rooms and messages that are to be looked at: they changed and are not in this pass.
        self.changed: list[tuple[str, str]] = []
        self._me = me
        self._names: dict[str, dict[str, str]] = {}
        self._edits: dict[str, shapes.Event] = {}
        self._events: dict[str, shapes.Event] = {}
        self._posts: dict[str, SeenPost] = {}

    def learn_names(self, room: str, names: Mapping[str, str]) -> None:
        """Note what people are called in a room."""
        self._names.setdefault(room, {}).update(names)

    def names(self, room: str) -> dict[str, str]:
        """Return what people are called in a room, as far as it was told."""
        return self._names.get(room, {})

    def event(self, event: str) -> shapes.Event | None:
        """Return an event that was among those of this pass."""
        return self._events.get(event)

    def of_room(
        self,
        name: str,
        room: Room,
        events: Iterable[shapes.Event | ItemSkipped],
        *,
        seen: bool = False,
    ) -> Iterator[Event]:
        """Report a room's events, oldest first; `seen`: somebody of us read them elsewhere."""
        known: list[shapes.Event] = []
        for one in events:
            if isinstance(one, ItemSkipped):
                yield one
            elif one.makes_sense:
                known.append(one)
            elif one.state_key is None:
                yield ItemSkipped(reason="no_id")
        here = {one.event_id: one for one in known}
        self._events |= here
        for event in known:
            yield from self._noted(name, event, here)
        for event in known:
            if event.type in (shapes.MESSAGE, shapes.STICKER):
                yield from self._message(name, room, event, seen=seen)
        yield from self._sealed(name, room, known)

    def begin_thread(self, name: str, root: str, event: shapes.Event | None) -> None:
        """Note what a thread hangs on."""
        if event is None:
            return
        try:
            content = shapes.content_of(event, self._edit_of(event))
        except ServerTroubleError:
            return
        text = shapes.text_of(content, self._called(name, event.sender))
        self._posts[root] = SeenPost(
            remote_id=root,
            title=clean_name(text[:_TITLE]),
            text=text,
            url=shapes.link_to(name, root),
            created_at=event.at,
        )

    def placed(self, message: MessageSeen) -> MessageSeen:
        """Return a message of a thread together with what the thread hangs on, if that is known."""
        post = self._posts.get(message.conversation.context.get("thread", ""))
        if post is None:
            return message
        return replace(message, conversation=replace(message.conversation, post=post))

    # What says something of other events.

    def _noted(
        self, name: str, event: shapes.Event, here: Mapping[str, shapes.Event]
    ) -> Iterator[Event]:
        """Note an edit or a like, report a redaction."""
        try:
            content = event.said
        except ServerTroubleError:
            if event.type not in (shapes.MESSAGE, shapes.STICKER):  # those are skipped as such
                yield ItemSkipped(reason="unexpected_shape", remote_id=event.event_id)
            return
        if event.type == shapes.REDACTION:
            redacted = event.redacts or content.redacts
            if redacted is None or not shapes.is_id(redacted, "$"):
                yield ItemSkipped(reason="no_target")
                return
            target = self.likes.pop(redacted, None)
            if target is None:
                yield MessageGone(remote_id=redacted, at=event.at)
        else:
            target = self._changed_by(event, content.relation)
        if target is not None and target not in here and shapes.is_id(target, "$"):
            self.changed.append((name, target))

    def _changed_by(self, event: shapes.Event, relation: shapes.Relation) -> str | None:
        """Return the message that an event changes, and note how."""
        target = relation.event_id
        if target is None:
            return None
        if relation.rel_type == shapes.REPLACES:
            before = self._edits.get(target)
            if before is None or before.origin_server_ts <= event.origin_server_ts:
                self._edits[target] = event
            return target
        if self._is_own_like(event, relation):
            self.likes[event.event_id] = target
            return target
        return None

    def _is_own_like(self, event: shapes.Event, relation: shapes.Relation) -> bool:
        return (
            event.type == shapes.REACTION
            and event.sender == self._me
            and relation.rel_type == shapes.ANNOTATES
            and is_like(relation.key)
        )

    # Messages.

    def _message(
        self, name: str, room: Room, event: shapes.Event, *, seen: bool
    ) -> Iterator[Event]:
        if event.extra.redacted_because is not None:
            yield MessageGone(remote_id=event.event_id)
            return
        edit = self._edit_of(event)
        try:
            original = event.said
            content = shapes.content_of(event, edit)
        except ServerTroubleError as error:
            yield ItemSkipped(reason=error.detail.partition(" ")[0], remote_id=event.event_id)
            return
        if original.relation.rel_type == shapes.REPLACES:
            return  # told with what it replaces
        if not shapes.is_said(content):
            if content.msgtype is None and content.body is None:
                yield ItemSkipped(reason="no_text", remote_id=event.event_id)
            return
        yield self._seen(name, room, event, (original, content, edit), seen=seen)

    def _seen(
        self,
        name: str,
        room: Room,
        event: shapes.Event,
        said: tuple[shapes.Content, shapes.Content, shapes.Event | None],
        *,
        seen: bool,
    ) -> MessageSeen:
        original, content, edit = said
        relation, at = original.relation, event.at
        if at is None:
            raise ServerTroubleError("no_time")
        root = relation.event_id if relation.rel_type == shapes.THREAD else None
        root = root if root and shapes.is_id(root, "$") else None
        answered = relation.in_reply_to.event_id if relation.in_reply_to else None
        if root and relation.is_falling_back:
            answered = None  # for programs that know no threads
        called = self._called(name, event.sender)
        conversation = conversation_of(name, room, root)
        return MessageSeen(
            remote_id=event.event_id,
            conversation=conversation,
            direction=Direction.OUT if event.sender == self._me else Direction.IN,
            author=shapes.author_of(event.sender, self.names(name).get(event.sender, "")),
            text=shapes.text_of(content, called),
            created_at=at,
            parent_remote_id=answered if shapes.is_id(answered, "$") else None,
            public=room.open,
            edited_at=edit.at if edit else None,
            nature=shapes.nature_of(content),
            liked=event.event_id in self.likes.values(),
            seen_by_us=seen,
            permalink=shapes.link_to(name, event.event_id),
            attachments=shapes.file_of(content),
        )

    def _sealed(self, name: str, room: Room, events: Iterable[shapes.Event]) -> Iterator[Event]:
        """Tell once a day that something came which we cannot read."""
        found = [one for one in events if one.type == shapes.SEALED and one.sender != self._me]
        at = found[-1].at if found else None
        if at is None:
            return
        room.sealed = True
        sender = found[-1].sender
        yield MessageSeen(
            remote_id=f"{name} encrypted {at.date().isoformat()}",
            conversation=conversation_of(name, room, None),
            direction=Direction.IN,
            author=shapes.author_of(sender, self.names(name).get(sender, "")),
            text=_(
                "This room is encrypted, so CM Desktop cannot read what is written in it. Please"
                " read and answer it in Element."
            ),
            created_at=at,
            public=False,
            permalink=shapes.link_to(name),
            context={"encrypted": "1"},
        )

    def _called(self, room: str, user: str) -> str:
        return self.names(room).get(user, "") or shapes.localpart(user)

    def _edit_of(self, event: shapes.Event) -> shapes.Event | None:
        return shapes.latest_edit(event, self._edits.get(event.event_id))


def conversation_of(name: str, room: Room, root: str | None) -> SeenConversation:
    """Return a room as a conversation, or a thread of it as one of its own."""
    context = {"room": name}
    if root:
        context["thread"] = root
    if room.sealed:
        context["encrypted"] = "1"
    return SeenConversation(
        remote_id=f"{name} {root}" if root else name,
        kind=room.kind,
        title=room.title,
        context=context,
    )
