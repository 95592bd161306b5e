"""Answers, likes, blocks and reports on Bluesky, and looks up answers that got lost.

Everything public is a record in our own repository, under a key that we choose. The key is made
from what the record is for, and a record is only written where none lies under its key: so the
same answer, like or block cannot be there twice, however often it is sent.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from cm_desktop.connectors import bluesky_address as address
from cm_desktop.connectors import bluesky_chat as chat
from cm_desktop.connectors import bluesky_shapes as shapes
from cm_desktop.connectors.base import Action, Reply, Sent, Target
from cm_desktop.connectors.bluesky_session import Session
from cm_desktop.connectors.bluesky_text import facets_of
from cm_desktop.connectors.http_json import items
from cm_desktop.connectors.plain_text import scrub
from cm_desktop.connectors.web_values import iso_time
from cm_desktop.domain.errors import GoneError, NotAllowedError, RejectedError, ServerTroubleError
from cm_desktop.domain.model import OutboxKind
from cm_desktop.domain.policy import ChannelPolicy
from cm_desktop.domain.text_length import room_left

_LIKE = "app.bsky.feed.like"
_BLOCK = "app.bsky.graph.block"
_REPORT = 2_000  # characters of a report's reason
_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"  # base32, in the order of their codes
_NUMBERS = 10  # bits of a key that are no time
# Keys tell a time in microseconds. Ours lie within 2023 to 2025: never in the future, which some
# servers refuse, and apart from the keys that other programs make from now on.
_FIRST_TIME = 1_672_531_200_000_000
_TIMES = 94_608_000_000_000


class Writer:
    """What our account may say and do."""

    def __init__(self, session: Session, policy: ChannelPolicy) -> None:
        """Write as the account that is signed in."""
        self._session = session
        self._policy = policy

    def send(self, reply: Reply) -> Sent:
        """Answer a post or a private message."""
        if _is_chat(reply.target):
            return chat.send(self._session, reply)
        if reply.private:
            raise NotAllowedError("ability")
        text = scrub(reply.text)
        over = room_left(text, self._policy)
        if over is not None and over < 0:
            raise RejectedError("too_long", str(-over))
        record = self._record(text, reply.target)
        try:
            made = self._put(shapes.POST, key_of(reply.client_key), record)
        except RejectedError as error:
            # It lies there already: an earlier attempt got through.
            found = self.find_sent(reply) if error.reason == "InvalidSwap" else None
            if found is None:
                raise
            return found
        return _sent(shapes.Kept(uri=made.uri, cid=made.cid, value=_as_shape(record)))

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look for an answer of ours by its key."""
        if _is_chat(reply.target):
            return chat.find_sent(self._session, reply)
        asked = {"repo": self._session.did, "collection": shapes.POST}
        asked["rkey"] = key_of(reply.client_key)
        try:
            return _sent(self._session.get("com.atproto.repo.getRecord", shapes.Kept, asked))
        except RejectedError as error:
            if error.reason == "RecordNotFound":
                return None
            raise

    def act(self, action: Action) -> None:
        """Do one thing to a message or to whoever wrote it."""
        doing = {
            OutboxKind.LIKE: self._like,
            OutboxKind.UNLIKE: self._unlike,
            OutboxKind.MUTE: self._mute,
            OutboxKind.BLOCK: self._block,
            OutboxKind.UNBLOCK: self._unblock,
            OutboxKind.DELETE: self._delete,
            OutboxKind.REPORT: self._report,
        }.get(action.kind)
        if doing is None:
            raise NotAllowedError("ability")
        doing(action)

    def _like(self, action: Action) -> None:
        post = self._post(action.target)
        if not (post.viewer and post.viewer.like):
            record = {"subject": {"uri": post.uri, "cid": post.cid}}
            self._put_once(_LIKE, post.uri, record)

    def _unlike(self, action: Action) -> None:
        post = self._post(action.target)
        self._take_back(_LIKE, post.uri, post.viewer.like if post.viewer else "")

    def _mute(self, action: Action) -> None:
        self._session.post("app.bsky.graph.muteActor", {"actor": _author(action)})

    def _block(self, action: Action) -> None:
        if not self._blocking(_author(action)):
            self._put_once(_BLOCK, _author(action), {"subject": _author(action)})

    def _unblock(self, action: Action) -> None:
        self._take_back(_BLOCK, _author(action), self._blocking(_author(action)))

    def _delete(self, action: Action) -> None:
        uri = action.target.remote_id
        if address.owner_of(uri) != self._session.did:
            raise NotAllowedError("not_own_message")
        self._remove(uri)

    def _report(self, action: Action) -> None:
        target = action.target
        if _is_chat(target):
            subject = {
                "$type": "chat.bsky.convo.defs#messageRef",
                "did": _author(action),
                "convoId": target.conversation_remote_id.removeprefix(chat.PREFIX),
                "messageId": target.remote_id,
            }
        else:
            post = self._post(target)
            subject = {"$type": "com.atproto.repo.strongRef", "uri": post.uri, "cid": post.cid}
        body: dict[str, object] = {
            "reasonType": "com.atproto.moderation.defs#reasonOther",
            "subject": subject,
        }
        if action.text:
            body["reason"] = scrub(action.text)[:_REPORT]
        self._session.post("com.atproto.moderation.createReport", body)

    def _record(self, text: str, target: Target) -> dict[str, Any]:
        parent = self._post(target)
        if parent.viewer and parent.viewer.no_replies:
            raise NotAllowedError("replies_disabled")
        here = {"uri": parent.uri, "cid": parent.cid}
        above = parent.record.reply
        root = {"uri": above.root.uri, "cid": above.root.cid} if above else here
        record: dict[str, Any] = {
            "$type": shapes.POST,
            "text": text,
            "createdAt": _now(),
            "reply": {"root": root, "parent": here},
        }
        if parent.record.langs:
            record["langs"] = parent.record.langs[:1]
        if facets := facets_of(text, self._session.handle_owner):
            record["facets"] = facets
        return record

    def _post(self, target: Target) -> shapes.Post:
        """Return a post as it is now. Raises GoneError, and NotAllowedError for a block."""
        uri = target.remote_id
        if address.parts_of(uri) is None:
            raise NotAllowedError("ability")
        page = self._session.get("app.bsky.feed.getPosts", shapes.Posts, {"uris": [uri]})
        for post in items(page.posts, shapes.Post):
            if isinstance(post, shapes.Post) and post.uri == uri:
                return post
        if page.posts:
            raise ServerTroubleError("unexpected_shape")
        if is_blocked(self._session, uri):
            raise NotAllowedError("blocked")
        raise GoneError("no_post")

    def _blocking(self, did: str) -> str:
        """Return our record that blocks somebody, or nothing."""
        profile = self._session.get("app.bsky.actor.getProfile", shapes.Author, {"actor": did})
        return profile.viewer.blocking if profile.viewer else ""

    def _put_once(self, collection: str, what: str, record: dict[str, Any]) -> None:
        whole = {"$type": collection, "createdAt": _now(), **record}
        try:
            self._put(collection, key_of(f"{collection} {what}"), whole)
        except RejectedError as error:
            if error.reason != "InvalidSwap":  # else it is done already
                raise

    def _put(self, collection: str, key: str, record: dict[str, Any]) -> shapes.Made:
        body = {
            "repo": self._session.did,
            "collection": collection,
            "rkey": key,
            "record": record,
            "swapRecord": None,  # only where nothing lies under this key
        }
        return self._session.post("com.atproto.repo.putRecord", body).json(shapes.Made)

    def _take_back(self, collection: str, what: str, known: str) -> None:
        """Remove our own record, and the one the network knows of: another program's."""
        ours = f"at://{self._session.did}/{collection}/{key_of(f'{collection} {what}')}"
        for uri in dict.fromkeys((ours, known)):
            if address.owner_of(uri) == self._session.did:
                self._remove(uri)

    def _remove(self, uri: str) -> None:
        """Delete a record of ours; one that is not there is no error."""
        owner, collection, key = address.parts_of(uri) or ("", "", "")
        body = {"repo": owner, "collection": collection, "rkey": key}
        self._session.post("com.atproto.repo.deleteRecord", body)


def key_of(word: str) -> str:
    """Return the key of a record (a TID) that is made from a word and nothing else."""
    number = int.from_bytes(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:12], "big")
    time = _FIRST_TIME + (number >> _NUMBERS) % _TIMES
    bits = time << _NUMBERS | number & (1 << _NUMBERS) - 1
    return "".join(_LETTERS[bits >> 5 * place & 31] for place in range(12, -1, -1))


def is_blocked(session: Session, uri: str) -> bool:
    """Tell a post that we may not see because of a block from one that is gone."""
    asked = {"uri": uri, "depth": 0, "parentHeight": 0}
    try:
        thread = session.get("app.bsky.feed.getPostThread", shapes.Thread, asked)
    except (GoneError, RejectedError):
        return False
    return shapes.kind_of(thread) == "blockedPost"


def _is_chat(target: Target) -> bool:
    return target.conversation_remote_id.startswith(chat.PREFIX)


def _author(action: Action) -> str:
    did = action.target.author_remote_id or address.owner_of(action.target.remote_id)
    if not address.is_did(did):
        raise GoneError("no_author")
    return did


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def _as_shape(record: dict[str, Any]) -> shapes.Record:
    return msgspec.json.decode(msgspec.json.encode(record), type=shapes.Record)


def _sent(kept: shapes.Kept) -> Sent:
    reply = kept.value.reply
    known = {"cid": kept.cid}
    if reply:
        known |= {"root": reply.root.uri, "root_cid": reply.root.cid}
    return Sent(
        remote_id=kept.uri,
        permalink=address.page_of(kept.uri),
        created_at=iso_time(kept.value.created_at),
        text=kept.value.text,
        context={name: value for name, value in known.items() if value},
    )
