"""Bluesky played from its lexicons, for tests that need no real one.

Servers, the view of all of them and the chat service stand behind one address here.
"""

import itertools
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from tests.connectors.bluesky.fake_chat import FakeChat

PASSWORD = "abcd-efgh-ijkl-mnop"
US, ANNA, BEN = "did:plc:us222222222222222222222", "did:plc:anna", "did:web:ben.example"
HANDLES = {US: "baeckerei.test", ANNA: "anna.test", BEN: "ben.example"}
POST = "app.bsky.feed.post"
LIKE, BLOCK = "app.bsky.feed.like", "app.bsky.graph.block"


class FakeNetwork:
    """Answers on a Loopback as the account `baeckerei.test` sees it."""

    def __init__(self, loopback):
        self.loopback = loopback
        self.now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
        self.records = {}  # by address: value, cid, when it was seen
        self.notes = []  # [uri, reason, sortAt]
        self.read_until = ""
        self.blocked_by = set()
        self.no_replies = set()
        self.muted, self.reports = set(), []
        self.tokens = itertools.count(1)
        self.access, self.refresh = None, set()
        self.sessions = 0  # how often the password was used
        self.asked = []
        self.page = 100
        self.broken = {}  # uri: what replaces its view
        self.chat = FakeChat(self)
        loopback.otherwise = self._serve
        self.post = self.say(US, "Heute frisch: Brezeln")

    # What happens on the network.

    def say(self, author, text, *, to=None, at=None, notify=True, **fields):
        """Put up a post and return its address; `at` is when its author says it was written."""
        self.now += timedelta(seconds=1)
        uri = f"at://{author}/{POST}/3k{len(self.records):011}"
        record = {"$type": POST, "text": text, "createdAt": stamp(at or self.now), **fields}
        if to is not None:
            parent = self.records[to]["value"] if to in self.records else {}
            root = parent.get("reply", {}).get("root") or self.ref(to)
            record["reply"] = {"root": root, "parent": self.ref(to)}
        self.put(uri, record)
        if notify and author != US:
            self._notify(uri, record)
        return uri

    def put(self, uri, record):
        self.records[uri] = {"value": record, "cid": f"bafy{len(self.records)}{uri[-3:]}",
                             "seen": stamp(self.now)}  # fmt: skip

    def ref(self, uri):
        return {"uri": uri, "cid": self.records.get(uri, {"cid": "bafygone"})["cid"]}

    def note(self, uri, reason, at=None):
        self.notes.append([uri, reason, at or stamp(self.now)])

    def remove(self, uri):
        del self.records[uri]
        self.notes = [one for one in self.notes if one[0] != uri]

    def expire(self):
        """Let the access token run out, as it does after two hours."""
        self.access = None

    def ours(self, collection=POST):
        """Return our records of a kind, oldest first."""
        begin = f"at://{US}/{collection}/"
        return [one["value"] for uri, one in self.records.items() if uri.startswith(begin)]

    def find(self, collection, subject):
        """Return the address of our record about something, or nothing."""
        for uri, one in self.records.items():
            about = one["value"].get("subject")
            about = about.get("uri") if isinstance(about, dict) else about
            if uri.startswith(f"at://{US}/{collection}/") and about == subject:
                return uri
        return None

    def _notify(self, uri, record):
        seen = min(stamp(self.now), record["createdAt"])
        reply, embed = record.get("reply"), record.get("embed", {})
        above = {reply["parent"]["uri"], reply["root"]["uri"]} if reply else set()
        if any(one in self.records and one.startswith(f"at://{US}/") for one in above):
            self.note(uri, "reply", seen)
        elif US in json.dumps(record.get("facets", [])):
            self.note(uri, "mention", seen)
        elif US in json.dumps(embed):
            self.note(uri, "quote", seen)

    # How it looks to us.

    def author(self, did):
        viewer = {"blockedBy": did in self.blocked_by}
        if blocking := self.find(BLOCK, did):
            viewer["blocking"] = blocking
        return {"did": did, "handle": HANDLES.get(did, "handle.invalid"), "viewer": viewer,
                "displayName": HANDLES.get(did, "x").partition(".")[0].title(),
                "avatar": "https://cdn.example/a.jpg"}  # fmt: skip

    def view(self, uri):
        if uri in self.broken:
            return self.broken[uri]
        record = self.records[uri]
        did = uri.split("/")[2]
        viewer = {"replyDisabled": uri in self.no_replies}
        if like := self.find(LIKE, uri):
            viewer["like"] = like
        return {"uri": uri, "cid": record["cid"], "author": self.author(did),
                "record": record["value"], "indexedAt": record["seen"], "viewer": viewer,
                "replyCount": len(self.below(uri)), "likeCount": 0}  # fmt: skip

    def below(self, uri):
        replies = {one: record["value"].get("reply") for one, record in self.records.items()}
        return [one for one, reply in replies.items() if reply and reply["parent"]["uri"] == uri]

    def node(self, uri, depth):
        if self.is_blocked(uri):
            return {"$type": "app.bsky.feed.defs#blockedPost", "uri": uri, "blocked": True}
        replies = [self.node(one, depth - 1) for one in self.below(uri)] if depth else []
        return {"$type": "app.bsky.feed.defs#threadViewPost", "post": self.view(uri),
                "replies": replies}  # fmt: skip

    def is_blocked(self, uri):
        did = uri.split("/")[2]
        return did in self.blocked_by or self.find(BLOCK, did) is not None

    # What is asked.

    def _serve(self, exchange):
        parts = urlsplit(exchange.path)
        query = parse_qs(parts.query)
        body = json.loads(exchange.body) if exchange.body else {}
        name = parts.path.removeprefix("/xrpc/")
        self.asked.append((name, query, body))
        token = (exchange.headers.get("Authorization") or "").removeprefix("Bearer ")
        method = re.sub("([A-Z])", r"_\1", name.rpartition(".")[2]).lower()
        route = getattr(self.chat if name.startswith("chat.bsky.") else self, method, None)
        if route is None or not parts.path.startswith("/xrpc/"):
            exchange.answer({"error": "MethodNotImplemented"}, status=501 if route else 404)
        elif name.rpartition(".")[2] in _OPEN or token == self.access:
            route(exchange, query, body)
        else:
            known = token.startswith("access-")
            refuse(exchange, "ExpiredToken" if known else "InvalidToken")

    def describe_server(self, exchange, _query, _body):
        exchange.answer({"did": "did:web:localhost", "availableUserDomains": [".test"]})

    def create_session(self, exchange, _query, body):
        self.sessions += 1
        names = {US, HANDLES[US], "info@baeckerei.example"}
        if body["password"] != PASSWORD or body["identifier"] not in names:
            refuse(exchange, "AuthenticationRequired", 401)
            return
        self._session(exchange)

    def refresh_session(self, exchange, _query, _body):
        token = exchange.headers["Authorization"].removeprefix("Bearer ")
        if token not in self.refresh:
            refuse(exchange, "ExpiredToken")
            return
        if not self.loopback.lose_answers:
            self.refresh.discard(token)
        self._session(exchange)

    def _session(self, exchange):
        number = next(self.tokens)
        self.access = f"access-{number}"
        self.refresh.add(f"refresh-{number}")
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer",
                   "serviceEndpoint": self.loopback.url}  # fmt: skip
        exchange.answer({"accessJwt": self.access, "refreshJwt": f"refresh-{number}", "did": US,
                         "handle": HANDLES[US], "active": True,
                         "didDoc": {"id": US, "service": [service]}})  # fmt: skip

    def get_session(self, exchange, _query, _body):
        exchange.answer({"did": US, "handle": HANDLES[US], "active": True})

    def resolve_handle(self, exchange, query, _body):
        found = [did for did, name in HANDLES.items() if name == query["handle"][0]]
        if found:
            exchange.answer({"did": found[0]})
        else:
            refuse(exchange, "HandleNotFound")

    def get_profile(self, exchange, query, _body):
        exchange.answer(self.author(query["actor"][0]))

    def list_notifications(self, exchange, query, _body):
        cursor = query.get("cursor", [""])[0]
        limit = min(int(query["limit"][0]), self.page)
        rows = sorted(self.notes, key=lambda one: one[2], reverse=True)
        rows = [
            one for one in rows if one[1] in query["reasons"] and (not cursor or one[2] < cursor)
        ]
        page = [{"uri": uri, "cid": "bafy", "reason": reason, "indexedAt": at,
                 "isRead": at <= self.read_until, "record": {}, "author": self.author(ANNA)}
                for uri, reason, at in rows[:limit]]  # fmt: skip
        more = {"cursor": rows[limit - 1][2]} if len(rows) > limit else {}
        exchange.answer({"notifications": page, **more})

    def get_posts(self, exchange, query, _body):
        assert len(query["uris"]) <= 25
        found = [one for one in query["uris"] if one in self.records and not self.is_blocked(one)]
        exchange.answer({"posts": [self.view(one) for one in found]})

    def get_author_feed(self, exchange, query, _body):
        begin = f"at://{query['actor'][0]}/{POST}/"
        uris = [one for one in self.records if one.startswith(begin)][::-1]
        place, limit = int(query.get("cursor", ["0"])[0]), int(query["limit"][0])
        page = uris[place : place + limit]
        more = {"cursor": str(place + limit)} if len(uris) > place + limit else {}
        exchange.answer({"feed": [{"post": self.view(one)} for one in page], **more})

    def get_post_thread(self, exchange, query, _body):
        uri = query["uri"][0]
        if uri not in self.records:
            refuse(exchange, "NotFound")
            return
        exchange.answer({"thread": self.node(uri, int(query["depth"][0]))})

    def put_record(self, exchange, _query, body):
        uri = f"at://{body['repo']}/{body['collection']}/{body['rkey']}"
        assert len(body["rkey"]) == 13
        assert body["repo"] == US
        if uri in self.records and body.get("swapRecord", "") is None:
            refuse(exchange, "InvalidSwap")
            return
        if len(json.dumps(body["record"].get("text", ""), ensure_ascii=False).encode()) > 3002:
            refuse(exchange, "InvalidRequest")
            return
        self.now = max(self.now, datetime.now(UTC))
        self.put(uri, body["record"])
        exchange.answer({**self.ref(uri), "validationStatus": "valid"})

    def get_record(self, exchange, query, _body):
        uri = f"at://{query['repo'][0]}/{query['collection'][0]}/{query['rkey'][0]}"
        if uri in self.records:
            exchange.answer({**self.ref(uri), "value": self.records[uri]["value"]})
        else:
            refuse(exchange, "RecordNotFound")

    def delete_record(self, exchange, _query, body):
        uri = f"at://{body['repo']}/{body['collection']}/{body['rkey']}"
        assert body["repo"] == US
        self.records.pop(uri, None)
        exchange.answer({})

    def mute_actor(self, exchange, _query, body):
        self.muted.add(body["actor"])
        exchange.answer(b"")

    def create_report(self, exchange, _query, body):
        self.reports.append(body)
        exchange.answer({"id": len(self.reports)})


def stamp(moment):
    """Return a time as the network writes it."""
    if isinstance(moment, str):
        return moment
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def refuse(exchange, error, status=400):
    exchange.answer({"error": error, "message": f"A sentence about {error}"}, status=status)


def mention(text, did=US):
    """Return the facet of the first @name in a text."""
    begin = len(text[: text.index("@")].encode())
    end = begin + len(text[text.index("@") :].split()[0].encode())
    return {"index": {"byteStart": begin, "byteEnd": end},
            "features": [{"$type": "app.bsky.richtext.facet#mention", "did": did}]}  # fmt: skip


_OPEN = {"createSession", "refreshSession", "describeServer", "resolveHandle"}
