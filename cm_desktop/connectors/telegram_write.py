"""Answers and moderates as a Telegram bot, once, and no faster than Telegram takes it."""

from __future__ import annotations

import threading
import time
from collections import deque

import msgspec

from cm_desktop.connectors import telegram_shapes as shapes
from cm_desktop.connectors.base import Action, Reply, Sent, Target
from cm_desktop.connectors.telegram_api import Api, ChatMovedError
from cm_desktop.domain.errors import (
    GoneError,
    NotAllowedError,
    RateLimitedError,
    RejectedError,
)
from cm_desktop.domain.model import OutboxKind
from cm_desktop.domain.policy import TextUnit
from cm_desktop.domain.text_length import count

TEXT_LIMIT = 4096  # UTF-16 units
_APART = 1.0  # seconds between two messages to one chat
_MINUTE = 60.0
_GROUP_MINUTE = 20  # messages to one group in a minute
_LIKED = [{"type": "emoji", "emoji": "👍"}]
# A member who may do none of it can only read.
_SILENT = {
    f"can_{what}": False
    for what in (
        "send_messages",
        "send_audios",
        "send_documents",
        "send_photos",
        "send_videos",
        "send_video_notes",
        "send_voice_notes",
        "send_polls",
        "send_other_messages",
    )
}


class _Written(msgspec.Struct):
    message_id: shapes.Id
    chat: shapes.Chat
    date: shapes.Seconds
    text: str | None = None


class Pace:
    """How often one account may write to each chat; in the memory of one session."""

    def __init__(self) -> None:
        """Begin as if nothing had been sent."""
        self._sent: dict[int, deque[float]] = {}
        self._pause = threading.Event()

    def wait_for(self, chat: int) -> None:
        """Wait up to a second for a chat's turn. Raises RateLimitedError before a longer wait."""
        times = self._sent.setdefault(chat, deque(maxlen=_GROUP_MINUTE))
        now = time.monotonic()
        if chat < 0 and len(times) == _GROUP_MINUTE and (left := times[0] + _MINUTE - now) > 0:
            raise RateLimitedError(max(left, 1.0), "own_limit")
        if times and (left := times[-1] + _APART - now) > 0:
            self._pause.wait(left)
        times.append(time.monotonic())


class Writer:
    """What the bot may say and do."""

    def __init__(self, api: Api, pace: Pace) -> None:
        """Write through an API; `pace` is shared by all writing of a session."""
        self._api = api
        self._pace = pace

    def send(self, reply: Reply) -> Sent:
        """Answer a message, once.

        A group that grew has another id and numbers its messages anew. Telegram refuses what
        goes to the old id and names the new one, so it is sent there, without naming the
        message that is answered.
        """
        target = reply.target
        chat, number = _place(target)
        text = _checked(reply.text)
        body: dict[str, object] = {"text": text, **_business(target)}
        if topic := target.context.get("topic", ""):
            body["message_thread_id"] = _number(topic)
        self._pace.wait_for(chat)
        try:
            answered = {"chat_id": chat, "reply_parameters": {"message_id": number}}
            sent = self._api.do("sendMessage", _Written, body | answered)
        except ChatMovedError as error:
            body.pop("message_thread_id", None)
            sent = self._api.do("sendMessage", _Written, body | {"chat_id": error.chat})
        return _sent(sent, target)

    def act(self, action: Action) -> None:
        """Do one thing to a message or to whoever wrote it. What is already so is left."""
        kind = action.kind
        if kind is OutboxKind.EDIT:
            self._edit(action)
        elif kind is OutboxKind.DELETE:
            self._delete(action.target)
        elif kind in (OutboxKind.LIKE, OutboxKind.UNLIKE):
            self._react(action.target, _LIKED if kind is OutboxKind.LIKE else [])
        elif kind in (OutboxKind.BLOCK, OutboxKind.UNBLOCK):
            self._ban(action.target, banned=kind is OutboxKind.BLOCK)
        elif kind is OutboxKind.MUTE:
            self._mute(action.target)
        else:
            raise NotAllowedError("ability")

    def _edit(self, action: Action) -> None:
        body = {"text": _checked(action.text), **_business(action.target)}
        try:
            self._do("editMessageText", action.target, body)
        except RejectedError as error:
            if error.reason != "not_modified":
                raise

    def _delete(self, target: Target) -> None:
        try:
            if connection := target.context.get("business", ""):
                body = {"business_connection_id": connection, "message_ids": [_place(target)[1]]}
                self._api.do("deleteBusinessMessages", bool, body)
            else:
                self._do("deleteMessage", target, {})
        except GoneError as error:
            if error.detail != "message":
                raise

    def _react(self, target: Target, reaction: list[dict[str, str]]) -> None:
        if target.context.get("business"):
            # Would meet another message: that of the same number in the bot's own chat.
            raise NotAllowedError("ability")
        self._do("setMessageReaction", target, {"reaction": reaction})

    def _ban(self, target: Target, *, banned: bool) -> None:
        """Keep somebody out of a group, or a channel from speaking in it."""
        who = _member_of_group(target)
        chat = {"chat_id": _place(target)[0]}
        if target.context.get("speaker") == "chat":
            method = "banChatSenderChat" if banned else "unbanChatSenderChat"
            self._api.do(method, bool, chat | {"sender_chat_id": who})
        elif banned:
            self._api.do("banChatMember", bool, chat | {"user_id": who})
        else:
            body: dict[str, object] = {**chat, "user_id": who, "only_if_banned": True}
            self._api.do("unbanChatMember", bool, body)

    def _mute(self, target: Target) -> None:
        """Let somebody only read in a group; Telegram knows that for people in supergroups."""
        if target.context.get("speaker") == "chat":
            raise NotAllowedError("ability")
        who = _member_of_group(target)
        body = {"chat_id": _place(target)[0], "user_id": who, "permissions": _SILENT}
        self._api.do("restrictChatMember", bool, body)

    def _do(self, method: str, target: Target, body: dict[str, object]) -> None:
        chat, number = _place(target)
        self._api.do(method, object, {"chat_id": chat, "message_id": number, **body})


def _checked(text: str) -> str:
    """Return a text as Telegram will keep it. Raises RejectedError for none or too much."""
    text = text.strip()
    if not text:
        raise RejectedError("empty")
    over = count(text, TextUnit.UTF16) - TEXT_LIMIT
    if over > 0:
        raise RejectedError("too_long", str(over))
    return text


def _place(target: Target) -> tuple[int, int]:
    """Return the chat of a message and its number there."""
    context = target.context
    return _number(context.get("chat", "")), _number(context.get("message", ""))


def _number(text: str) -> int:
    try:
        return int(text[:20])
    except ValueError:
        raise GoneError("target") from None


def _business(target: Target) -> dict[str, object]:
    connection = target.context.get("business", "")
    return {"business_connection_id": connection} if connection else {}


def _member_of_group(target: Target) -> int:
    if target.context.get("type") not in shapes.GROUPS:
        raise NotAllowedError("ability")  # a bot cannot shut out who writes to it alone
    return _number(target.author_remote_id)


def _sent(sent: _Written, target: Target) -> Sent:
    """Return what was sent under the same kind of id as the message it answers.

    Telegram does not show a bot what it said itself, so this is all we ever learn of it.
    """
    business = target.remote_id.rpartition("/")[0].rpartition("/")[0]
    kept = ("topic", "business")
    context = {key: target.context[key] for key in kept if key in target.context}
    context |= {"chat": str(sent.chat.id), "message": str(sent.message_id)}
    number = shapes.message_id(sent.chat.id, sent.message_id)
    return Sent(
        remote_id=f"{business}/{number}" if business else number,
        permalink=shapes.permalink(sent.chat, sent.message_id),
        created_at=shapes.time_of(sent.date),
        text=sent.text or "",
        context={**context, "type": sent.chat.type},
    )
