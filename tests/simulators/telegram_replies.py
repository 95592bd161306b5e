"""The methods of the played Bot API beside getUpdates: what each does, and when it refuses."""

from datetime import timedelta

LONGEST = 4096  # UTF-16 units
PER_MINUTE = 20
_SAME = (
    "Bad Request: message is not modified: specified new message content and reply markup are"
    " exactly the same as a current content and reply markup of the message"
)
_REACTIONS = {"👍", "👎", "❤", "🔥", "🎉"}


class RefusedError(Exception):
    """What Telegram answers instead of a result."""

    def __init__(self, status, text, **hints):
        super().__init__(text)
        self.status = status
        self.text = text
        self.hints = hints


def send_message(telegram, given):
    connection = given.get("business_connection_id")
    if connection and connection not in telegram.connections:
        raise RefusedError(400, "Bad Request: business connection not found")
    chat = _writable(telegram, given)
    text = _text(given)
    fields = {"text": text}
    answered = given.get("reply_parameters")
    if answered:
        number = int(answered["message_id"])
        there = telegram.messages.get((chat["id"], number))
        if there is None and not answered.get("allow_sending_without_reply"):
            raise RefusedError(400, "Bad Request: message to be replied not found")
        if there is not None:
            inside = {key: value for key, value in there.items() if key != "reply_to_message"}
            fields["reply_to_message"] = inside
    if given.get("message_thread_id"):
        fields |= {"message_thread_id": int(given["message_thread_id"]), "is_topic_message": True}
    if connection:
        fields["business_connection_id"] = connection
    _flood(telegram, chat["id"])
    return telegram.new_message(chat, **fields)


def edit_message_text(telegram, given):
    message = _message(telegram, given, "message to edit not found")
    if _key(message) not in telegram.sent:
        raise RefusedError(400, "Bad Request: message can't be edited")
    text = _text(given)
    if text == message["text"]:
        raise RefusedError(400, _SAME)
    telegram.now += timedelta(seconds=1)
    message |= {"text": text, "edit_date": int(telegram.now.timestamp())}
    return message


def delete_message(telegram, given):
    message = _message(telegram, given, "message to delete not found")
    if telegram.now.timestamp() - message["date"] > 48 * 3600:
        raise RefusedError(400, "Bad Request: message can't be deleted")
    del telegram.messages[_key(message)]
    return True


def delete_business_messages(telegram, given):
    for number in given["message_ids"]:
        places = [key for key, one in telegram.messages.items()
                  if key[1] == number and one.get("business_connection_id")]  # fmt: skip
        if not places:
            raise RefusedError(400, "Bad Request: MESSAGE_ID_INVALID")
        del telegram.messages[places[0]]
    return True


def set_message_reaction(telegram, given):
    message = _message(telegram, given, "message to react not found")
    chosen = given.get("reaction") or []
    if any(one.get("emoji") not in _REACTIONS for one in chosen):
        raise RefusedError(400, "Bad Request: REACTION_INVALID")
    telegram.reactions[_key(message)] = chosen
    return True


def ban(who):
    def banned(telegram, given):
        chat = _group(telegram, given)
        telegram.banned.add((chat["id"], int(given[who])))
        return True

    return banned


def unban(who):
    def unbanned(telegram, given):
        chat = _group(telegram, given)
        telegram.banned.discard((chat["id"], int(given[who])))
        return True

    return unbanned


def restrict_chat_member(telegram, given):
    chat = _group(telegram, given)
    if chat["type"] != "supergroup":
        raise RefusedError(
            400, "Bad Request: method is available for supergroup and channel chats only"
        )
    place = (chat["id"], int(given["user_id"]))
    if given["permissions"].get("can_send_messages"):
        telegram.muted.discard(place)
    else:
        telegram.muted.add(place)
    return True


def set_webhook(telegram, given):
    telegram.webhook = given.get("url", "")
    return True


def delete_webhook(telegram, given):
    telegram.webhook = ""
    if given.get("drop_pending_updates") in (True, "true", "True"):
        telegram.queue.clear()
    return True


def get_webhook_info(telegram, _given):
    return {
        "url": telegram.webhook,
        "has_custom_certificate": False,
        "pending_update_count": len(telegram.queue),
    }


def get_business_connection(telegram, given):
    found = telegram.connections.get(given.get("business_connection_id"))
    if found is None:
        raise RefusedError(400, "Bad Request: business connection not found")
    return found


def get_me(telegram, _given):
    return telegram.bot


METHODS = {
    "getme": get_me,
    "sendmessage": send_message,
    "editmessagetext": edit_message_text,
    "deletemessage": delete_message,
    "deletebusinessmessages": delete_business_messages,
    "setmessagereaction": set_message_reaction,
    "banchatmember": ban("user_id"),
    "unbanchatmember": unban("user_id"),
    "banchatsenderchat": ban("sender_chat_id"),
    "unbanchatsenderchat": unban("sender_chat_id"),
    "restrictchatmember": restrict_chat_member,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "getbusinessconnection": get_business_connection,
}


def _key(message):
    return message["chat"]["id"], message["message_id"]


def _chat(telegram, given):
    number = int(given["chat_id"])
    if number in telegram.moved:
        raise RefusedError(400, "Bad Request: group chat was upgraded to a supergroup chat",
                      migrate_to_chat_id=telegram.moved[number])  # fmt: skip
    if number not in telegram.chats:
        raise RefusedError(400, "Bad Request: chat not found")
    return telegram.chats[number]


def _writable(telegram, given):
    chat = _chat(telegram, given)
    if chat["id"] in telegram.blocked_by:
        raise RefusedError(403, "Forbidden: bot was blocked by the user")
    return chat


def _group(telegram, given):
    chat = _chat(telegram, given)
    if chat["type"] == "private":
        raise RefusedError(400, "Bad Request: can't ban members in private chats")
    return chat


def _message(telegram, given, otherwise):
    key = (_chat(telegram, given)["id"], int(given["message_id"]))
    if key not in telegram.messages:
        raise RefusedError(400, f"Bad Request: {otherwise}")
    return telegram.messages[key]


def _text(given):
    text = str(given.get("text", "")).strip()
    if not text:
        raise RefusedError(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > LONGEST:
        raise RefusedError(400, "Bad Request: message is too long")
    return text


def _flood(telegram, chat):
    """A group takes so many messages a minute; Telegram says how long to wait then."""
    if chat > 0:
        return
    recent = [
        at for at in telegram.sent_at.get(chat, ()) if telegram.now - at < timedelta(minutes=1)
    ]
    if len(recent) >= PER_MINUTE:
        left = int(60 - (telegram.now - recent[0]).total_seconds()) + 1
        raise RefusedError(429, f"Too Many Requests: retry after {left}", retry_after=left)
