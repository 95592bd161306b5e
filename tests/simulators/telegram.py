"""Telegram's Bot API, played on a Loopback from its documentation and the source of its server.

News wait in a queue until an `offset` beyond them is asked for, and at most 24 hours of
`simulator.now`. A second getUpdates ends the one that waits with 409; a website that is set
(setWebhook) lets nobody ask. Texts are counted in UTF-16 units; a group takes 20 messages a
minute. tests/real/test_telegram_simulator.py drives it with an independent client library.
"""

import json
import socket
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from tests.simulators.telegram_replies import METHODS, RefusedError

TOKEN = "123456:AAE-simulated_token_of_35_characters"
BOT = {
    "id": 123456,
    "is_bot": True,
    "first_name": "Bäckerei Krume",
    "username": "krume_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": True,
    "supports_inline_queries": False,
}
ANNA = {"id": 7001, "is_bot": False, "first_name": "Anna", "last_name": "Muster",
        "username": "anna_muster", "language_code": "de"}  # fmt: skip
BERND = {"id": 7002, "is_bot": False, "first_name": "Bernd"}
OWNER = {"id": 7003, "is_bot": False, "first_name": "Petra", "last_name": "Krume"}
GROUP_BOT = {"id": 1087968824, "is_bot": True, "first_name": "Group",
             "username": "GroupAnonymousBot"}  # fmt: skip
KEPT = timedelta(hours=24)
_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the"
    " webhook first"
)
_OTHER = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is"
    " running"
)
_USUAL = {
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection",
    "business_message", "edited_business_message", "deleted_business_messages", "my_chat_member",
}  # fmt: skip


class Simulator:
    """What Telegram knows of one bot. `now` stands still unless something happens."""

    def __init__(self, loopback, token=TOKEN):
        self.loopback = loopback
        self.token = token
        self.bot = dict(BOT)
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.next_update = 900_001
        self.queue = []  # (number, when it is dropped, update)
        self.wanted = set(_USUAL)
        self.webhook = ""
        self.chats = {}
        self.messages = {}  # (chat, number): message as Telegram shows it
        self.last_numbers = {}  # of messages, by chat
        self.sent = []  # keys of what the bot said, in order
        self.reactions = {}
        self.banned = set()  # (chat, user or channel)
        self.muted = set()
        self.blocked_by = set()  # users
        self.moved = {}  # old id of a group: its new one
        self.connections = {}
        self.sent_at = {}  # times of what the bot said, by chat
        self.asked = []  # (method, parameters)
        self._changed = threading.Condition()
        self._poll = 0
        loopback.otherwise = self._serve

    # What happens on Telegram.

    def private(self, user):
        names = ("id", "first_name", "last_name", "username")
        about = {key: user[key] for key in names if key in user}
        return self._chat({**about, "type": "private"})

    def group(self, number=-5001, title="Stammtisch", kind="group", **more):
        return self._chat({"id": number, "type": kind, "title": title, **more})

    def channel(self, number=-1001111111111, title="Krume aktuell", username="krume_aktuell"):
        return self.group(number, title, "channel", username=username)

    def say(self, user, text, chat=None, *, update="message", **fields):
        """Let somebody say something; returns the message."""
        chat = chat or self.private(user)
        message = self._new(chat, user, text=text, **fields)
        self.tell(update, message)
        return message

    def send_in(self, user, chat=None, **content):
        """Let somebody send something that is no text."""
        message = self._new(chat or self.private(user), user, **content)
        self.tell("message", message)
        return message

    def edit(self, message, text, update="edited_message"):
        self.now += timedelta(seconds=1)
        message |= {"text": text, "edit_date": self._seconds()}
        self.tell(update, message)

    def post(self, channel, group, text):
        """Publish in a channel; returns the post and its copy in the group beside it."""
        post = self._new(channel, None, text=text, sender_chat=channel)
        self.tell("channel_post", post)
        origin = {"type": "channel", "chat": channel, "message_id": post["message_id"],
                  "date": post["date"]}  # fmt: skip
        copy = self._new(group, {"id": 777000, "is_bot": False, "first_name": "Telegram"},
                         text=text, sender_chat=channel, forward_origin=origin,
                         is_automatic_forward=True)  # fmt: skip
        self.tell("message", copy)
        return post, copy

    def comment(self, user, copy, text, *, answers=None, **fields):
        """Let somebody write under the copy of a post, or answer somebody there."""
        return self.say(user, text, copy["chat"], message_thread_id=copy["message_id"],
                        reply_to_message=bare(answers or copy), **fields)  # fmt: skip

    def grow(self, group, number=-1005550000001):
        """Make a group a supergroup, which has another id."""
        bigger = self.group(number, group["title"], "supergroup")
        self.moved[group["id"]] = number
        self.tell("message", self._new(group, OWNER, migrate_to_chat_id=number))
        self.tell("message", self._new(bigger, GROUP_BOT, sender_chat=bigger,
                                       migrate_from_chat_id=group["id"]))  # fmt: skip
        return bigger

    def connect_business(self, name="biz_A1", owner=OWNER):
        self.connections[name] = {"id": name, "user": owner, "user_chat_id": owner["id"],
                                  "date": self._seconds(), "is_enabled": True,
                                  "can_reply": True, "rights": {"can_reply": True}}  # fmt: skip
        self.tell("business_connection", self.connections[name])
        return name

    def block(self, user):
        """Let somebody block the bot."""
        self.blocked_by.add(user["id"])
        member = {"user": BOT, "status": "member"}
        self.tell("my_chat_member", {
            "chat": self.private(user), "from": user, "date": self._seconds(),
            "old_chat_member": member,
            "new_chat_member": {"user": BOT, "status": "kicked", "until_date": 0},
        })  # fmt: skip

    def tell(self, kind, content):
        """Put news into the queue, as they are now."""
        if kind not in self.wanted:
            return
        with self._changed:
            update = {"update_id": self.next_update, kind: json.loads(json.dumps(content))}
            self.queue.append((self.next_update, self.now + KEPT, update))
            self.next_update += 1
            self._changed.notify_all()

    def said(self):
        """Return the texts of the bot that are still there, oldest first."""
        return [self.messages[key]["text"] for key in self.sent if key in self.messages]

    # What the bot asks for.

    def _serve(self, exchange):
        parts = urlsplit(exchange.path)
        token, _, method = parts.path.removeprefix("/bot").partition("/")
        exchange.date_time_string = lambda *_: self.now.strftime("%a, %d %b %Y %H:%M:%S GMT")
        # Or each answer waits 40 ms for the client to confirm its head.
        exchange.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._check(parts.path, token)
            given = parameters(exchange, parts.query)
            self.asked.append((method, given))
            result = self._answer(method.lower(), given)
        except RefusedError as refused:
            body = {"ok": False, "error_code": refused.status, "description": refused.text}
            wait = refused.hints.get("retry_after")
            body |= {"parameters": refused.hints} if refused.hints else {}
            exchange.answer(body, status=refused.status, Retry_After=wait)
        else:
            exchange.answer({"ok": True, "result": result})

    def _check(self, path, token):
        if not path.startswith("/bot") or ":" not in token:
            raise RefusedError(404, "Not Found")
        if token != self.token:
            raise RefusedError(401, "Unauthorized")

    def _answer(self, method, given):
        if method == "getupdates":
            return self._updates(given)
        if method not in METHODS:
            raise RefusedError(404, "Not Found: method not found")
        with self._changed:
            return METHODS[method](self, given)

    def _updates(self, given):
        if self.webhook:
            raise RefusedError(409, _WEBHOOK)
        with self._changed:
            self._poll += 1
            mine = self._poll
            self._changed.notify_all()
            if isinstance(given.get("allowed_updates"), list):
                self.wanted = set(given["allowed_updates"]) or set(_USUAL)
            self._drop(int(given.get("offset", 0)))
            until = int(given.get("timeout", 0))
            self._changed.wait_for(
                lambda: self.queue or self._poll != mine or self.loopback.stopped.is_set(), until
            )
            if self._poll != mine and not self.queue:
                raise RefusedError(409, _OTHER)
            limit = min(max(int(given.get("limit", 100)), 1), 100)
            return [update for _, _, update in self.queue[:limit]]

    def _drop(self, offset):
        if offset < 0:
            self.queue = self.queue[offset:]
        elif not self.queue or offset <= self.queue[-1][0] + 10:
            self.queue = [one for one in self.queue if one[0] >= offset]
        self.queue = [one for one in self.queue if one[1] > self.now]

    # What both need.

    def new_message(self, chat, **fields):
        """Return a new message of the bot, kept."""
        message = self._new(chat, BOT, **fields)
        key = (chat["id"], message["message_id"])
        self.sent.append(key)
        self.sent_at.setdefault(chat["id"], []).append(self.now)
        return message

    def _new(self, chat, user, **fields):
        self.now += timedelta(seconds=1)
        number = self.last_numbers[chat["id"]] = self.last_numbers.get(chat["id"], 0) + 1
        message = {"message_id": number, "date": self._seconds(), "chat": chat}
        if user is not None:
            message["from"] = user
        message |= fields
        self.messages[chat["id"], number] = message
        return message

    def _chat(self, about):
        return self.chats.setdefault(about["id"], about)

    def _seconds(self):
        return int(self.now.timestamp())


def bare(message):
    """Return a message as it stands in an answer: without what it answers itself."""
    return {key: value for key, value in message.items() if key != "reply_to_message"}


def parameters(exchange, query):
    """Return what a request gives, however it is written: as JSON, a form or in the address."""
    kind = exchange.headers.get("Content-Type", "")
    found = {key: _value(values[-1]) for key, values in parse_qs(query).items()}
    if kind.startswith("application/json") and exchange.body:
        return found | json.loads(exchange.body)
    if kind.startswith("application/x-www-form-urlencoded"):
        form = parse_qs(exchange.body.decode(), keep_blank_values=True)
        found |= {key: _value(values[-1]) for key, values in form.items()}
    return found


def _value(text):
    """Return a parameter of a form: structures are written as JSON in it."""
    return json.loads(text) if text[:1] in ("[", "{") else text
