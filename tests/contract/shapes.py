"""Which keys each object of the command line always has, and of what type: the contract."""

import re
from dataclasses import dataclass

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")


def text(value):
    return isinstance(value, str)


def some_text(value):
    return isinstance(value, str) and value != ""


def number(value):
    return isinstance(value, int) and not isinstance(value, bool)


def truth(value):
    return isinstance(value, bool)


def time(value):
    return isinstance(value, str) and TIME.fullmatch(value) is not None


def maybe(kind):
    return lambda value: value is None or kind(value)


def one_of(*words):
    return lambda value: value in words


def several(kind):
    return lambda value: isinstance(value, list) and all(kind(one) for one in value)


@dataclass(frozen=True)
class Shape:
    """The keys an object must have; further ones are free."""

    keys: dict

    def __call__(self, value):
        return isinstance(value, dict) and not self.complaints(value)

    def complaints(self, value):
        """Return the keys that are missing or hold something of another type."""
        return [
            f"{key}: {value.get(key, 'missing')!r}"
            for key, kind in self.keys.items()
            if key not in value or not kind(value[key])
        ]


PERSON = Shape({"id": some_text, "name": text, "handle": text})
POST = Shape({"title": text, "text": text, "url": text})
ERROR = Shape({"code": some_text, "message": some_text, "retry_after": maybe(
    lambda value: isinstance(value, int | float))})  # fmt: skip
ACCOUNT_REPORT = Shape({
    "id": some_text, "channel": some_text, "new": number, "updated": number, "gone": number,
    "sent": number, "errors": several(ERROR),
})  # fmt: skip
SYNC = Shape({"accounts": several(ACCOUNT_REPORT)})
CONVERSATION = Shape({
    "id": some_text, "account": some_text, "channel": some_text,
    "kind": one_of("comments", "direct", "review", "mention", "mail", "topic"),
    "title": text, "status": one_of("open", "waiting", "snoozed", "done"), "unread": number,
    "tags": several(some_text), "assignee": maybe(some_text), "last_at": time,
    "due_at": maybe(time), "post": maybe(POST),
})  # fmt: skip
ATTACHMENT = Shape(
    {"name": text, "type": some_text, "size": maybe(number), "url": maybe(some_text)}
)
MESSAGE = Shape({
    "id": some_text, "conversation": some_text, "channel": some_text, "account": some_text,
    "remote_id": some_text, "parent": maybe(some_text), "direction": one_of("in", "out"),
    "public": truth, "author": PERSON, "text": text, "created_at": time, "received_at": time,
    "edited_at": maybe(time), "deleted_at": maybe(time), "hidden": truth, "liked": truth,
    "permalink": maybe(some_text), "attachments": several(ATTACHMENT),
    "language": maybe(some_text), "sentiment": maybe(some_text),
})  # fmt: skip
OUTBOX = Shape({
    "id": some_text, "conversation": some_text, "kind": some_text,
    "state": one_of("queued", "sending", "unknown", "sent", "failed", "needs_human", "cancelled"),
    "text": text, "attempts": number, "error": maybe(some_text), "created_at": time,
    "sent_at": maybe(time), "remote_id": maybe(some_text),
})  # fmt: skip
POLICY = Shape({
    "abilities": several(some_text), "text_limit": maybe(number), "text_unit": some_text,
    "reply_window": maybe(number), "retention": maybe(number), "bulk_allowed": truth,
})  # fmt: skip
NOTE = Shape({"id": some_text, "conversation": some_text, "member": text, "text": some_text,
              "created_at": time})  # fmt: skip
