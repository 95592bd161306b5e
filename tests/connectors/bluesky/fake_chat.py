"""Bluesky's chat service, played from the lexicons chat.bsky.convo.*; part of the fake network."""

from datetime import UTC, datetime


class FakeChat:
    """One conversation with each person who wrote to us."""

    def __init__(self, network):
        self.network = network
        self.allowed = False
        self.messages = {}  # conversation: messages, oldest first
        self.logs = []

    def say(self, did, text, who=None):
        """Let somebody write to us, or us to somebody; return the message's id."""
        convo = f"convo-{did}"
        messages = self.messages.setdefault(convo, [])
        message = {
            "id": f"m{len(self.logs)}", "rev": self._rev(), "text": text,
            "sender": {"did": who or did},
            "sentAt": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        }  # fmt: skip
        messages.append(message)
        self._log("logCreateMessage", convo, message, "messageView")
        return message["id"]

    def drop(self, did, number):
        convo = f"convo-{did}"
        message = next(one for one in self.messages[convo] if one["id"] == number)
        self.messages[convo].remove(message)
        gone = {name: message[name] for name in ("id", "rev", "sender", "sentAt")}
        self._log("logDeleteMessage", convo, gone, "deletedMessageView")

    def begin(self, did):
        """Write a log entry of another kind."""
        self.logs.append({"$type": "chat.bsky.convo.defs#logFutureThing", "rev": self._rev(),
                          "convoId": f"convo-{did}", "message": {"no": "message"}})  # fmt: skip

    def _rev(self):
        return f"2222222{len(self.logs):06}"

    def _log(self, kind, convo, message, shape):
        about = {"$type": f"chat.bsky.convo.defs#{shape}", **message}
        kind = f"chat.bsky.convo.defs#{kind}"
        self.logs.append({"$type": kind, "rev": self._rev(), "convoId": convo, "message": about})

    def _view(self, convo):
        did = convo.removeprefix("convo-")
        from tests.connectors.bluesky.fake_network import US

        return {"id": convo, "rev": self.messages[convo][-1]["rev"] if self.messages[convo] else "",
                "muted": False, "unreadCount": 0,
                "members": [self.network.author(US), self.network.author(did)]}  # fmt: skip

    def _may(self, exchange):
        if exchange.headers.get("atproto-proxy") != "did:web:api.bsky.chat#bsky_chat":
            exchange.answer({"error": "MethodNotImplemented"}, status=501)
            return False
        if not self.allowed:
            exchange.answer({"error": "InvalidToken", "message": "Bad token method"}, status=400)
            return False  # who is answered may allow it before this line
        return True

    def list_convos(self, exchange, query, _body):
        if self._may(exchange):
            convos = list(self.messages)[: int(query["limit"][0])]
            exchange.answer({"convos": [self._view(one) for one in convos]})

    def get_convo(self, exchange, query, _body):
        if self._may(exchange):
            exchange.answer({"convo": self._view(query["convoId"][0])})

    def get_messages(self, exchange, query, _body):
        if self._may(exchange):
            newest = self.messages[query["convoId"][0]][::-1][: int(query["limit"][0])]
            view = {"$type": "chat.bsky.convo.defs#messageView"}
            exchange.answer({"messages": [view | one for one in newest]})

    def get_log(self, exchange, query, _body):
        if self._may(exchange):
            later = [one for one in self.logs if one["rev"] > query["cursor"][0]][:50]
            more = {"cursor": later[-1]["rev"]} if later else {"cursor": query["cursor"][0]}
            exchange.answer({"logs": later, **more})

    def send_message(self, exchange, _query, body):
        if self._may(exchange):
            from tests.connectors.bluesky.fake_network import US

            did = body["convoId"].removeprefix("convo-")
            self.say(did, body["message"]["text"], who=US)
            exchange.answer(self.messages[body["convoId"]][-1])
