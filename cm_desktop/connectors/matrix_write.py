"""Answers, edits, redacts, likes and moderates in Matrix rooms, and looks up lost answers."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import msgspec

from cm_desktop.connectors import matrix_shapes as shapes
from cm_desktop.connectors.base import Action, Reply, Sent, Target
from cm_desktop.connectors.matrix_address import TEXT_BYTES
from cm_desktop.connectors.matrix_events import LIKES, is_like
from cm_desktop.connectors.matrix_home import Home, path
from cm_desktop.domain.errors import GoneError, NotAllowedError, RejectedError, ServerTroubleError
from cm_desktop.domain.model import OutboxKind

_CLOCKS_DIFFER = timedelta(minutes=5)
_A_REPEAT = timedelta(seconds=30)  # after the first attempt; the outbox waits longer than this
_PAGE = 100
_PAGES = 10
_REASON = 1_000  # characters
_IGNORED = "m.ignored_user_list"
_OF_PERSON = {OutboxKind.BLOCK: "ban", OutboxKind.UNBLOCK: "unban"}
# Answers of an invitation.
_OF_INVITATION = {OutboxKind.APPROVE: "join", OutboxKind.DELETE: "leave"}
_EDITABLE = ("m.text", "m.notice", "m.emote")


class Writer:
    """What one person may say and do."""

    def __init__(self, home: Home, me: str) -> None:
        """Write as the person with that id."""
        self._home = home
        self._me = me

    def send(self, reply: Reply) -> Sent:
        """Answer a message, once: a second time the server knows the key of our device.

        A server takes answers to what was deleted, and plain text for an encrypted room: so
        both are looked at first.
        """
        target = reply.target
        room = room_of(target)
        text = _checked(reply.text)
        self._refuse_sealed(room, target)
        if (known := self._sent_before(reply)) is not None:
            return known
        if self._event(room, target.remote_id).extra.redacted_because is not None:
            raise GoneError("target")
        body: dict[str, object] = {
            "msgtype": "m.text",
            "body": text,
            "m.relates_to": _relation(target),
            "m.mentions": self._mentions(target),
        }
        where = path("rooms", room, "send", shapes.MESSAGE, reply.client_key)
        return _sent(room, self._home.put(where, shapes.EventId, body).event_id)

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look for an answer by our key, else by what it answers, its text and its time.

        The server tells the key to the device that sent it, and to no other.
        """
        room = room_of(reply.target)
        match = None
        for event in self._ours(room, reply):
            key = event.extra.transaction_id
            if key == reply.client_key:
                return _sent(room, event.event_id, event)
            if match is None and key is None and _says(event, reply):
                match = event
        return _sent(room, match.event_id, match) if match else None

    def act(self, action: Action) -> None:
        """Do one thing to a message or to whoever wrote it."""
        target, room = action.target, room_of(action.target)
        if "invitation" in target.context:
            self._answer_invitation(room, action)
        elif word := _OF_PERSON.get(action.kind):
            self._ban(room, word, target.author_remote_id)
        elif action.kind is OutboxKind.MUTE:
            self._ignore(target.author_remote_id)
        elif "encrypted" in target.context:
            raise NotAllowedError("encrypted")
        else:
            self._act_on_message(room, action)

    def _act_on_message(self, room: str, action: Action) -> None:
        event = action.target.remote_id
        match action.kind:
            case OutboxKind.LIKE:
                self._like(room, event)
            case OutboxKind.UNLIKE:
                for one in self._own_likes(room, event):
                    self._redact(room, one)
            case OutboxKind.DELETE:
                self._redact(room, event)
            case OutboxKind.EDIT:
                self._edit(room, event, action.text)
            case OutboxKind.REPORT:
                reason = {"reason": action.text[:_REASON]}
                self._home.post(path("rooms", room, "report", event), reason)
            case _:
                raise NotAllowedError("ability")

    # Reading before writing.

    def _sent_before(self, reply: Reply) -> Sent | None:
        """Return what an earlier attempt made: after a new sign-in the server forgot its key."""
        first = reply.first_attempt_at
        if first is None or datetime.now(UTC) - first < _A_REPEAT:
            return None
        return self.find_sent(reply)

    def _refuse_sealed(self, room: str, target: Target) -> None:
        if "invitation" in target.context:
            raise NotAllowedError("invitation")
        if "encrypted" in target.context:
            raise NotAllowedError("encrypted")
        try:
            self._home.get(path("rooms", room, "state", "m.room.encryption"), dict[str, object])
        except GoneError:
            return
        raise NotAllowedError("encrypted")

    def _event(self, room: str, event: str) -> shapes.Event:
        if not shapes.is_id(event, "$"):
            raise GoneError("target")
        try:
            return self._home.get(path("rooms", room, "event", event), shapes.Event)
        except GoneError as error:
            raise GoneError("target") from error

    def _ours(self, room: str, reply: Reply) -> Iterator[shapes.Event]:
        """Yield our messages in a room, newest first, back to the first attempt."""
        earliest = reply.first_attempt_at and reply.first_attempt_at - _CLOCKS_DIFFER
        chosen = {"senders": [self._me], "types": [shapes.MESSAGE]}
        params = {"dir": "b", "limit": _PAGE, "filter": msgspec.json.encode(chosen).decode()}
        for _ in range(_PAGES if earliest else 1):
            page = self._home.get(path("rooms", room, "messages"), shapes.Page, params)
            for one in shapes.events_of(page.chunk):
                if not isinstance(one, shapes.Event) or one.sender != self._me or not one.at:
                    continue
                if earliest and one.at < earliest:
                    return
                yield one
            if not page.end or page.end == params.get("from"):
                return
            params = {**params, "from": page.end}

    # Acts.

    def _answer_invitation(self, room: str, action: Action) -> None:
        if word := _OF_INVITATION.get(action.kind):
            self._home.post(path("rooms", room, word), {})
        elif action.kind is OutboxKind.MUTE:
            self._ignore(action.target.author_remote_id)
        else:
            raise NotAllowedError("invitation")

    def _ban(self, room: str, word: str, person: str) -> None:
        try:
            self._home.post(path("rooms", room, word), {"user_id": person})
        except NotAllowedError as error:
            if error.detail != "M_BAD_STATE":  # nobody is banned who could be let in again
                raise

    def _ignore(self, person: str) -> None:
        """Put a person on our list of those whose messages the server keeps from us."""
        where = path("user", self._me, "account_data", _IGNORED)
        try:
            told = self._home.get(where, dict[str, object])
        except GoneError:
            told = {}
        known = told.get("ignored_users")
        ignored = known if isinstance(known, dict) else {}
        if person not in ignored:
            self._home.put(where, object, {**told, "ignored_users": {**ignored, person: {}}})

    def _like(self, room: str, event: str) -> None:
        if self._own_likes(room, event):
            return
        relation = {"rel_type": shapes.ANNOTATES, "event_id": event, "key": LIKES[0]}
        # A key of its own each time: liked, taken back and liked again are three requests.
        where = path("rooms", room, "send", shapes.REACTION, secrets.token_hex(16))
        try:
            self._home.put(where, shapes.EventId, {"m.relates_to": relation})
        except RejectedError as error:
            if error.reason != "M_DUPLICATE_ANNOTATION":
                raise

    def _own_likes(self, room: str, event: str) -> list[str]:
        parts = ("rooms", room, "relations", event, shapes.ANNOTATES, shapes.REACTION)
        where = "/_matrix/client/v1/" + "/".join(quote(part, safe="") for part in parts)
        try:
            page = self._home.get(where, shapes.Page, {"limit": _PAGE})
        except GoneError:
            return []
        return [
            one.event_id
            for one in shapes.events_of(page.chunk)
            if isinstance(one, shapes.Event)
            and one.sender == self._me
            and one.makes_sense
            and is_like(shapes.lenient(one.content, shapes.Content).relation.key)
        ]

    def _redact(self, room: str, event: str) -> None:
        self._home.put(path("rooms", room, "redact", event, f"redact.{event}"), object, {})

    def _edit(self, room: str, number: str, text: str) -> None:
        event = self._event(room, number)
        if event.sender != self._me:
            raise NotAllowedError("not_own_message")
        now = shapes.content_of(event, shapes.latest_edit(event, None))
        if now.msgtype not in _EDITABLE:
            raise RejectedError("unsupported")
        text = _checked(text)
        if (now.body or "").strip() == text and now.format is None:
            return
        said = {"msgtype": now.msgtype, "body": text}
        body = {
            **said,
            "body": f"* {text}",  # for programs that know no edits
            "m.new_content": {**said, "m.mentions": {}},
            "m.mentions": {},
            "m.relates_to": {"rel_type": shapes.REPLACES, "event_id": number},
        }
        where = path("rooms", room, "send", shapes.MESSAGE, secrets.token_hex(16))
        self._home.put(where, shapes.EventId, body)

    def _mentions(self, target: Target) -> Mapping[str, object]:
        author = target.author_remote_id
        named = shapes.is_id(author, "@") and author != self._me
        return {"user_ids": [author]} if named else {}


def room_of(target: Target) -> str:
    """Return the room of a message."""
    return (
        target.conversation_context.get("room", "")
        or target.conversation_remote_id.partition(" ")[0]
    )


def _thread_of(target: Target) -> str:
    """Return the message that the target's thread hangs on, or nothing outside of threads."""
    return target.conversation_context.get("thread", "")


def _relation(target: Target) -> dict[str, object]:
    answered = {"m.in_reply_to": {"event_id": target.remote_id}}
    root = _thread_of(target)
    if not root:
        return {**answered}
    return {
        "rel_type": shapes.THREAD,
        "event_id": root,
        "is_falling_back": False,
        **answered,
    }


def _checked(text: str) -> str:
    text = text.strip()
    over = len(text.encode("utf-8", "replace")) - TEXT_BYTES
    if over > 0:
        raise RejectedError("too_long", str(over))
    if not text:
        raise RejectedError("empty")
    return text


def _says(event: shapes.Event, reply: Reply) -> bool:
    try:
        content = event.said
    except ServerTroubleError:
        return False
    answered = content.relation.in_reply_to
    return (
        answered is not None
        and answered.event_id == reply.target.remote_id
        and (content.body or "").split() == reply.text.split()
    )


def _sent(room: str, number: str, event: shapes.Event | None = None) -> Sent:
    if not shapes.is_id(number, "$"):
        raise ServerTroubleError("unexpected_shape $.event_id")
    return Sent(
        remote_id=number,
        permalink=shapes.link_to(room, number),
        created_at=event.at if event else None,
    )
