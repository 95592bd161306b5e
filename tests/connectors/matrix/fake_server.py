"""A Matrix server played from the specification, for tests that need no real one."""

import json
import re
from datetime import UTC, datetime, timedelta
from time import monotonic
from urllib.parse import parse_qs, unquote, urlsplit

US, ANNA, BEN = "@shop:test", "@anna:test", "@ben:test"
ROOM = "!laden:test"
TOKEN = "token-of-the-shop"
PASSWORD = "geheim geheim"
_NAMES = {US: "Laden", ANNA: "Anna", BEN: "Ben"}


class FakeServer:
    """Answers on a Loopback as the account `@shop:test` sees it. A place is `s<number>`."""

    def __init__(self, loopback):
        self.loopback = loopback
        self.now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
        self.events = []  # (room, event), oldest first; a place counts them
        self.state = {}  # room: {(type, state_key): event}
        self.keys = {}  # (device, key): event id
        self.account_data = {}
        self.invitations = {}
        self.direct = None  # content of m.direct, told with every answer while it is set
        self.tokens = {TOKEN: ""}
        self.refresh = ""
        self.logins = []
        self.asked = []
        self.banned, self.reports, self.joined, self.left = [], [], [], []
        self.bundles = True  # whether originals come with their edit
        self.forgetful = False  # whether `to` is ignored
        self.page = 100
        self.expires_in_ms = None
        self.patient = False  # whether `/sync` waits for news as long as it is asked to
        self.flows = ["m.login.password"]
        loopback.otherwise = self._serve
        self.make_room(ROOM, "Backstube", (US, ANNA, BEN))

    # What happens on the server.

    def make_room(self, room, name, members, **state):
        self.state[room] = {}
        for member in members:
            self.set_state(room, "m.room.member", {"membership": "join",
                           "displayname": _NAMES.get(member, "")}, member)  # fmt: skip
        if name:
            self.set_state(room, "m.room.name", {"name": name})
        for kind, content in state.items():
            self.set_state(room, kind.replace("__", "."), content)

    def set_state(self, room, kind, content, key=""):
        self.add(room, ANNA, kind, content, state_key=key)

    def add(self, room, sender, kind, content, **fields):
        """Put an event into a room and return its id."""
        self.now += timedelta(seconds=1)
        number = f"$event{len(self.events)}"
        event = {
            "type": kind,
            "sender": sender,
            "event_id": number,
            "origin_server_ts": round(self.now.timestamp() * 1000),
            "content": content,
            **fields,
        }
        self.events.append((room, event))
        if "state_key" in event:
            self.state[room][kind, event["state_key"]] = event
        return number

    def say(self, text, *, sender=ANNA, room=ROOM, relates=None, **content):
        if relates:
            content["m.relates_to"] = relates
        said = {"msgtype": "m.text", "body": text, **content}
        return self.add(room, sender, "m.room.message", said)

    def edit(self, number, text, *, sender=ANNA, room=ROOM):
        return self.say(
            f"* {text}",
            sender=sender,
            room=room,
            relates={"rel_type": "m.replace", "event_id": number},
            **{"m.new_content": {"msgtype": "m.text", "body": text}},
        )

    def redact(self, number, *, sender=ANNA, room=ROOM):
        event = self.event(number)
        event["content"] = {}
        found = self.add(room, sender, "m.room.redaction", {"redacts": number}, redacts=number)
        event["unsigned"] = {"redacted_because": self.event(found)}
        return found

    def event(self, number):
        return next(one for _room, one in self.events if one["event_id"] == number)

    def ours(self):
        """Return the texts that we said, oldest first."""
        found = [one for _room, one in self.events
                 if one["sender"] == US and one["type"] == "m.room.message"]  # fmt: skip
        return [one["content"]["body"] for one in found if "body" in one["content"]]

    def likes(self, number):
        return [
            one["event_id"]
            for _room, one in self.events
            if one["type"] == "m.reaction"
            and one["sender"] == US
            and one["content"].get("m.relates_to", {}).get("event_id") == number
        ]

    # What is asked.

    def _serve(self, exchange):
        parts = urlsplit(exchange.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append((exchange.command, unquote(parts.path), query))
        open_to_all = re.search(r"/(versions|login|refresh|client)$", parts.path)
        token = (exchange.headers.get("Authorization") or "").removeprefix("Bearer ")
        if not open_to_all and token not in self.tokens:
            exchange.answer({"errcode": "M_UNKNOWN_TOKEN", "soft_logout": True}, status=401)
            return
        body = json.loads(exchange.body) if exchange.body else {}
        for method, pattern, answer in _ROUTES:
            found = re.fullmatch(pattern, parts.path)
            if found and method == exchange.command:
                answer(self, exchange, query | {"body": body, "token": token},
                       *map(unquote, found.groups()))  # fmt: skip
                return
        _missing(exchange)

    def versions(self, exchange, _query):
        exchange.answer({"versions": ["v1.1", "v1.12"]})

    def login_flows(self, exchange, _query):
        exchange.answer({"flows": [{"type": one} for one in self.flows]})

    def login(self, exchange, query):
        body = query["body"]
        self.logins.append(body)
        right = body.get("password") == PASSWORD or body.get("token") == "once"
        if not right:
            exchange.answer({"errcode": "M_FORBIDDEN", "error": "Falsch"}, status=403)
            return
        device = body.get("device_id") or f"DEVICE{len(self.logins)}"
        self._new_token(exchange, device, refresh=body.get("refresh_token", False))

    def renew(self, exchange, query):
        if query["body"].get("refresh_token") != self.refresh:
            exchange.answer({"errcode": "M_UNKNOWN_TOKEN"}, status=401)
            return
        device = next(iter(self.tokens.values()))
        self.tokens.clear()
        self._new_token(exchange, device, refresh=True)

    def _new_token(self, exchange, device, *, refresh):
        token = f"token-{len(self.asked)}"
        self.tokens[token] = device
        told = {"user_id": US, "access_token": token, "device_id": device}
        if self.expires_in_ms is not None:
            told["expires_in_ms"] = self.expires_in_ms
        if refresh:
            told["refresh_token"] = self.refresh = f"refresh-{len(self.asked)}"
        exchange.answer(told)

    def whoami(self, exchange, query):
        exchange.answer({"user_id": US, "device_id": self.tokens[query["token"]] or "PASTED"})

    def profile(self, exchange, _query, user):
        exchange.answer({"displayname": _NAMES[user]})

    def sync(self, exchange, query):
        chosen = json.loads(query["filter"])["room"]
        since = int(query.get("since", "s0")[1:])
        end = monotonic() + int(query["timeout"]) / 1000
        while self.patient and since == len(self.events) and monotonic() < end:
            self.loopback.stopped.wait(0.02)
        here = len(self.events)
        rooms = {}
        for room in self.state if "timeline" in chosen else ():
            if found := self._room(room, chosen["timeline"], since, here, query):
                rooms[room] = found
        answer = {"next_batch": f"s{here}", "rooms": {"join": rooms}}
        if self.invitations and "timeline" in chosen:
            answer["rooms"]["invite"] = self.invitations
        if self.direct is not None:
            answer["account_data"] = {"events": [{"type": "m.direct", "content": self.direct}]}
        exchange.answer(answer)

    def _room(self, room, chosen, since, here, query):
        everything = [(n, one) for n, (name, one) in enumerate(self.events) if name == room]
        new = [
            (n, one)
            for n, one in everything
            if since <= n < here
            and one["type"] in chosen["types"]
            and one.get("sender") not in chosen.get("not_senders", ())
        ]
        if not new:
            return None
        kept = new[-chosen["limit"] :]
        members = [one for (kind, _key), one in self.state[room].items() if kind == "m.room.member"]
        return {
            "timeline": {
                "events": [self._shown(one, query["token"]) for _n, one in kept],
                "limited": len(kept) < len(new),
                "prev_batch": f"s{kept[0][0]}",
            },
            "state": {"events": [one for (kind, _key), one in self.state[room].items()
                                 if since == 0 or kind == "m.room.member"]},
            "summary": {"m.joined_member_count": len(members), "m.invited_member_count": 0,
                        "m.heroes": [one["state_key"] for one in members
                                     if one["state_key"] != US][:5]},
        }  # fmt: skip

    def messages(self, exchange, query, room):
        chosen = json.loads(query["filter"])
        high = int(query["from"][1:]) if "from" in query else len(self.events)
        low = 0 if self.forgetful else int(query.get("to", "s0")[1:])
        numbered = [
            (n, one)
            for n, (name, one) in enumerate(self.events)
            if name == room and low <= n < high and one["type"] in chosen["types"]
            and one.get("sender") in chosen.get("senders", [one.get("sender")])
        ][::-1]  # fmt: skip
        page = numbered[: min(self.page, int(query["limit"]))]
        answer = {"chunk": [self._shown(one, query["token"]) for _n, one in page]}
        if len(page) < len(numbered):
            answer["end"] = f"s{page[-1][0]}"
        exchange.answer(answer)

    def show(self, exchange, query, room, number):
        found = [one for name, one in self.events if name == room and one["event_id"] == number]
        if found:
            exchange.answer(self._shown(found[0], query["token"]))
        else:
            _missing(exchange)

    def relations(self, exchange, _query, _room, number):
        exchange.answer({"chunk": [self.event(one) for one in self.likes(number)]})

    def room_state(self, exchange, _query, room, kind):
        event = self.state.get(room, {}).get((kind, ""))
        if event is None:
            _missing(exchange)
        else:
            exchange.answer(event["content"])

    def send(self, exchange, query, room, kind, key):
        mine = (self.tokens[query["token"]], key)
        if mine not in self.keys:
            self.keys[mine] = self.add(
                room,
                US,
                kind,
                query["body"],
                origin_server_ts=round(datetime.now(UTC).timestamp() * 1000),
            )
        exchange.answer({"event_id": self.keys[mine]})

    def redact_event(self, exchange, query, room, number, key):
        mine = (self.tokens[query["token"]], key)
        if mine not in self.keys:
            self.keys[mine] = self.redact(number, sender=US, room=room)
        exchange.answer({"event_id": self.keys[mine]})

    def of_person(self, exchange, query, room, word):
        self.banned.append((room, word, query["body"]["user_id"]))
        exchange.answer({})

    def of_invitation(self, exchange, _query, room, word):
        self.invitations.pop(room, None)
        (self.joined if word == "join" else self.left).append(room)
        exchange.answer({"room_id": room})

    def report(self, exchange, query, _room, number):
        self.reports.append((number, query["body"]["reason"]))
        exchange.answer({})

    def data(self, exchange, _query, _user, kind):
        if kind in self.account_data:
            exchange.answer(self.account_data[kind])
        else:
            _missing(exchange)

    def set_data(self, exchange, query, _user, kind):
        self.account_data[kind] = query["body"]
        exchange.answer({})

    def _shown(self, event, token):
        """Return an event as the server tells it: with its edit, and our key to our device."""
        extra = dict(event.get("unsigned", {}))
        keys = {number: mine for mine, number in self.keys.items()}
        device, key = keys.get(event["event_id"], (None, None))
        if device is not None and device == self.tokens.get(token):
            extra["transaction_id"] = key
        edits = [
            one
            for _room, one in self.events
            if isinstance(one["content"], dict)
            and one["content"].get("m.relates_to", {})
            == {"rel_type": "m.replace", "event_id": event["event_id"]}
        ]
        if edits and self.bundles:
            extra["m.relations"] = {"m.replace": edits[-1]}
        return event | ({"unsigned": extra} if extra else {})


def _missing(exchange):
    exchange.answer({"errcode": "M_NOT_FOUND", "error": "Nicht gefunden"}, status=404)


_V3, _ONE = "/_matrix/client/v3", "([^/]+)"
_ROUTES = (
    ("GET", "/_matrix/client/versions", FakeServer.versions),
    ("GET", f"{_V3}/login", FakeServer.login_flows),
    ("POST", f"{_V3}/login", FakeServer.login),
    ("POST", f"{_V3}/refresh", FakeServer.renew),
    ("GET", f"{_V3}/account/whoami", FakeServer.whoami),
    ("GET", f"{_V3}/profile/{_ONE}", FakeServer.profile),
    ("GET", f"{_V3}/sync", FakeServer.sync),
    ("GET", f"{_V3}/rooms/{_ONE}/messages", FakeServer.messages),
    ("GET", f"{_V3}/rooms/{_ONE}/event/{_ONE}", FakeServer.show),
    ("GET", f"/_matrix/client/v1/rooms/{_ONE}/relations/{_ONE}/m.annotation/m.reaction",
     FakeServer.relations),
    ("GET", f"{_V3}/rooms/{_ONE}/state/{_ONE}", FakeServer.room_state),
    ("PUT", f"{_V3}/rooms/{_ONE}/send/{_ONE}/{_ONE}", FakeServer.send),
    ("PUT", f"{_V3}/rooms/{_ONE}/redact/{_ONE}/{_ONE}", FakeServer.redact_event),
    ("POST", f"{_V3}/rooms/{_ONE}/(ban|unban)", FakeServer.of_person),
    ("POST", f"{_V3}/rooms/{_ONE}/(join|leave)", FakeServer.of_invitation),
    ("POST", f"{_V3}/rooms/{_ONE}/report/{_ONE}", FakeServer.report),
    ("GET", f"{_V3}/user/{_ONE}/account_data/{_ONE}", FakeServer.data),
    ("PUT", f"{_V3}/user/{_ONE}/account_data/{_ONE}", FakeServer.set_data),
)  # fmt: skip
