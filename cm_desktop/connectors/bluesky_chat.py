"""Private messages on Bluesky, written after the lexicons chat.bsky.convo.*.

The account's server passes each question on to Bluesky's chat service, if the token allows.
Conversations are read once; after that the service's log tells what happened since.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from cm_desktop.connectors import bluesky_shapes as shapes
from cm_desktop.connectors.base import Reply, Sent
from cm_desktop.connectors.bluesky_session import Session
from cm_desktop.connectors.bluesky_text import facets_of, read_text
from cm_desktop.connectors.http_json import items
from cm_desktop.connectors.plain_text import clean_name, scrub
from cm_desktop.connectors.web_values import iso_time
from cm_desktop.domain.errors import NotAllowedError
from cm_desktop.domain.events import (
    Event,
    ItemSkipped,
    MessageGone,
    MessageSeen,
    SeenAuthor,
    SeenConversation,
)
from cm_desktop.domain.model import Direction, Kind

SERVICE = "did:web:api.bsky.chat#bsky_chat"
PREFIX = "chat:"  # of a conversation's remote id
_CONVOS = 30  # conversations of the first pass
_MESSAGES = 20  # of each of them
_PAGES = 20  # of the log in one pass
_LATEST = 100
_CLOCKS_DIFFER = timedelta(minutes=5)


class Talks(msgspec.Struct):
    """Where the log was read to."""

    rev: str = ""


class _Sender(msgspec.Struct):
    did: str


class _Answered(msgspec.Struct):
    id: str = ""


class _Message(msgspec.Struct):
    id: str
    sender: _Sender
    sent_at: str = msgspec.field(name="sentAt")
    type: str = msgspec.field(name="$type", default="")
    text: str = ""
    facets: list[msgspec.Raw] | None = None
    reply_to: _Answered | None = msgspec.field(name="replyTo", default=None)


class _Kind(msgspec.Struct):
    name: str = ""  # of a group


class _Convo(msgspec.Struct):
    id: str
    rev: str = ""
    members: list[msgspec.Raw] = []
    kind: _Kind | None = None


class _Convos(msgspec.Struct):
    convos: list[msgspec.Raw]


class _Shown(msgspec.Struct):
    convo: _Convo


class _Messages(msgspec.Struct):
    messages: list[msgspec.Raw]


class _Entry(msgspec.Struct):
    type: str = msgspec.field(name="$type", default="")
    rev: str = ""
    convo: str = msgspec.field(name="convoId", default="")
    message: msgspec.Raw = msgspec.Raw(b"null")


class _Log(msgspec.Struct):
    logs: list[msgspec.Raw]
    cursor: str | None = None


class Chat:
    """Reads the private messages of an account."""

    def __init__(self, session: Session, talks: Talks) -> None:
        """Go on from `talks`, which is moved forward."""
        self._session = session
        self._talks = talks
        self._convos: dict[str, _Convo | None] = {}

    def events(self) -> Iterator[Event]:
        """Report what is new; nothing where the token does not allow it."""
        try:
            found = list(self._first() if not self._talks.rev else self._log())
        except NotAllowedError:
            return
        messages = [event for event in found if isinstance(event, MessageSeen)]
        yield from sorted(messages, key=lambda message: message.created_at)
        yield from (event for event in found if not isinstance(event, MessageSeen))

    def _first(self) -> Iterator[Event]:
        page = self._session.get(
            "chat.bsky.convo.listConvos", _Convos, {"limit": _CONVOS}, proxy=SERVICE
        )
        newest = ""
        for convo in items(page.convos, _Convo):
            if isinstance(convo, ItemSkipped):
                yield convo
                continue
            newest = max(newest, convo.rev)
            self._convos[convo.id] = convo
            for raw in latest(self._session, convo.id, _MESSAGES):
                yield from self._seen(convo.id, raw)
        self._talks.rev = newest

    def _log(self) -> Iterator[Event]:
        for _ in range(_PAGES):
            page = self._session.get(
                "chat.bsky.convo.getLog", _Log, {"cursor": self._talks.rev}, proxy=SERVICE
            )
            for entry in items(page.logs, _Entry):
                if isinstance(entry, ItemSkipped):
                    yield entry
                elif entry.type.endswith("#logCreateMessage"):
                    yield from self._seen(entry.convo, entry.message)
                elif entry.type.endswith("#logDeleteMessage"):
                    yield from self._gone(entry.message)
            if not page.logs or not page.cursor or page.cursor <= self._talks.rev:
                return
            self._talks.rev = page.cursor

    def _seen(self, convo_id: str, raw: msgspec.Raw) -> Iterator[Event]:
        for message in items([raw], _Message):
            if isinstance(message, ItemSkipped):
                yield message
            elif not message.type or message.type.endswith("#messageView"):
                yield self._message(convo_id, message)

    def _gone(self, raw: msgspec.Raw) -> Iterator[Event]:
        for message in items([raw], _Message):
            if isinstance(message, ItemSkipped):
                yield message
            elif message.id:
                yield MessageGone(remote_id=scrub(message.id))

    def _message(self, convo_id: str, message: _Message) -> MessageSeen | ItemSkipped:
        at = iso_time(message.sent_at)
        if at is None or not message.id or not convo_id or not message.sender.did:
            return ItemSkipped(reason="no_sense")
        convo = self._convo(convo_id)
        ours = message.sender.did == self._session.did
        title = clean_name(convo.kind.name) if convo and convo.kind else ""
        return MessageSeen(
            remote_id=scrub(message.id),
            conversation=SeenConversation(
                remote_id=f"{PREFIX}{scrub(convo_id)}", kind=Kind.DIRECT, title=title
            ),
            direction=Direction.OUT if ours else Direction.IN,
            author=self._author(convo, message.sender.did),
            text=read_text(message.text, message.facets or ()),
            created_at=at,
            parent_remote_id=scrub(message.reply_to.id) or None if message.reply_to else None,
            public=False,
        )

    def _author(self, convo: _Convo | None, did: str) -> SeenAuthor:
        for member in items(convo.members if convo else [], shapes.Author):
            if isinstance(member, shapes.Author) and member.did == did:
                return shapes.author_of(member)
        return shapes.author_of(shapes.Author(did=did))

    def _convo(self, convo_id: str) -> _Convo | None:
        if convo_id not in self._convos:
            shown = self._session.get(
                "chat.bsky.convo.getConvo", _Shown, {"convoId": convo_id}, proxy=SERVICE
            )
            self._convos[convo_id] = shown.convo
        return self._convos[convo_id]


def latest(session: Session, convo_id: str, count: int) -> list[msgspec.Raw]:
    """Return the newest messages of a conversation, newest first."""
    asked = {"convoId": convo_id, "limit": count}
    page = session.get("chat.bsky.convo.getMessages", _Messages, asked, proxy=SERVICE)
    return page.messages


def send(session: Session, reply: Reply) -> Sent:
    """Write a private message, once: the service knows no key of ours."""
    text = scrub(reply.text)
    said: dict[str, object] = {"text": text}
    if facets := facets_of(text, session.handle_owner):
        said["facets"] = facets
    body = {"convoId": _convo_of(reply), "message": said}
    answer = session.post("chat.bsky.convo.sendMessage", body, proxy=SERVICE)
    return _sent(answer.json(_Message))


def find_sent(session: Session, reply: Reply) -> Sent | None:
    """Look for a message of ours by its text and time."""
    earliest = reply.first_attempt_at and reply.first_attempt_at - _CLOCKS_DIFFER
    for message in items(latest(session, _convo_of(reply), _LATEST), _Message):
        if isinstance(message, _Message) and message.sender.did == session.did:
            at = iso_time(message.sent_at)
            same = " ".join(message.text.split()) == " ".join(scrub(reply.text).split())
            if same and _is_late_enough(at, earliest):
                return _sent(message)
    return None


def _convo_of(reply: Reply) -> str:
    return reply.target.conversation_remote_id.removeprefix(PREFIX)


def _is_late_enough(at: datetime | None, earliest: datetime | None) -> bool:
    return earliest is None or (at is not None and at >= earliest)


def _sent(message: _Message) -> Sent:
    return Sent(
        remote_id=scrub(message.id),
        created_at=iso_time(message.sent_at),
        text=read_text(message.text, message.facets or ()),
    )
