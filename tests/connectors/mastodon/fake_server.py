"""A Mastodon server played from the API documentation, for tests that need no real one."""

import html
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

TOKEN = "token-of-the-bakery"
US, ANNA, BEN = "1", "2", "3"
_NAMES = {US: "baeckerei", ANNA: "anna", BEN: "ben@anderswo.example"}
# What a server that leaves out what it can still says of a status.
_CORE = ("id", "account", "created_at", "content", "visibility", "in_reply_to_id", "spoiler_text")


class FakeServer:
    """Answers on a Loopback as the account `baeckerei` sees it."""

    def __init__(self, loopback):
        self.loopback = loopback
        self.now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
        self.statuses = {}
        self.notifications = []  # id, status id, type; oldest first
        self.filtered = set()  # ids of notifications that are told only to who asks for them
        self.talks = []  # status ids, newest last
        self.acts = {}  # (word, id): what is in effect
        self.keys = {}
        self.reports = []
        self.asked = []
        self.minimal = False  # as a server that leaves out what it can, in its own way
        self.strict = False  # as a server that refuses kinds of notifications it does not know
        self.apps = {}  # client id: its form
        self.page = 40
        self.version = "4.5.2"
        loopback.otherwise = self._serve
        self.post = self.say(US, "Heute frisch: Brezeln")

    def say(self, author, text, *, reply_to=None, visibility="public", **fields):
        """Put up a status and return its id."""
        number = str(100_000 + len(self.statuses) + 1)
        self.now += timedelta(seconds=1)
        parent = self.statuses.get(reply_to)
        named = set(re.findall(r"@([\w.-]+(?:@[\w.-]+)?)", text))
        self.statuses[number] = {
            "id": number,
            "created_at": self.now.isoformat().replace("+00:00", ".000Z"),
            "in_reply_to_id": reply_to,
            "visibility": visibility,
            "spoiler_text": "",
            "language": "de",
            "uri": f"{self.loopback.url}/users/x/statuses/{number}",
            "url": f"{self.loopback.url}/@{_NAMES[author]}/{number}",
            "content": f"<p>{html.escape(text, quote=False)}</p>",
            "account": account(author),
            "media_attachments": [],
            "mentions": [
                {"id": one, "acct": name} for one, name in _NAMES.items() if name in named
            ],
            "favourited": False,
            "edited_at": None,
            "replies_count": 0,
            "poll": None,
            "reblog": None,
            **fields,
        }
        if parent:
            parent["replies_count"] += 1
        if author != US and (_NAMES[US] in named or (parent and parent["account"]["id"] == US)):
            self.notify(number)
        if visibility == "direct":
            self.talks.append(number)
        return number

    def notify(self, status, kind="mention"):
        number = str(int(self.notifications[-1][0]) + 1 if self.notifications else 1)
        self.notifications.append((number, status, kind))
        return number

    def delete(self, number):
        status = self.statuses.pop(number)
        if parent := self.statuses.get(status["in_reply_to_id"]):
            parent["replies_count"] -= 1
        self.notifications = [one for one in self.notifications if one[1] != number]
        self.talks = [one for one in self.talks if one != number]

    def edit(self, number, text):
        self.statuses[number]["content"] = f"<p>{html.escape(text, quote=False)}</p>"
        self.statuses[number]["edited_at"] = datetime.now(UTC).isoformat()

    # What is asked.

    def _serve(self, exchange):
        parts = urlsplit(exchange.path)
        query = dict(parse_qs(parts.query).items())
        form = parse_qs(exchange.body.decode()) if exchange.body else {}
        self.asked.append((exchange.command, parts.path, query, form))
        if exchange.headers.get("Authorization") != f"Bearer {TOKEN}" and not re.match(
            r"/api/v[12]/instance|/api/v1/apps|/oauth/", parts.path
        ):
            exchange.answer({"error": "Das Token ist ungültig"}, status=401)
            return
        for method, pattern, answer in _ROUTES:
            found = re.fullmatch(pattern, parts.path)
            if found and method == exchange.command:
                answer(self, exchange, query, form, *found.groups())
                return
        exchange.answer({"error": "Record not found"}, status=404)

    def verify(self, exchange, _query, _form):
        exchange.answer(account(US))

    def instance2(self, exchange, _query, _form):
        if self.minimal:
            exchange.answer({"error": "Record not found"}, status=404)
            return
        exchange.answer(
            {
                "domain": "mastodon.example",
                "title": "Beispiel",
                "version": self.version,
                "configuration": {"statuses": {"max_characters": 500,
                                               "characters_reserved_per_url": 23}},
            }
        )  # fmt: skip

    def instance1(self, exchange, _query, _form):
        version = "4.0.0 (not true; really snac/2.75)" if self.minimal else self.version
        exchange.answer({"uri": "klein.example", "title": "Klein", "version": version})

    def list_notifications(self, exchange, query, _form):
        kinds = query.get("types[]") or []
        if self.strict and "quote" in kinds:
            exchange.answer({"error": "Unbekannte Art"}, status=422)
            return
        known = list(self.notifications)
        if not self.minimal:
            known = [one for one in known if one[2] in kinds]
        if query.get("include_filtered") != ["true"]:
            known = [one for one in known if one[0] not in self.filtered]
        if low := (query.get("min_id") or [""])[0]:
            known = [one for one in known if int(one[0]) > int(low)]
        if high := (query.get("max_id") or [""])[0]:
            known = [one for one in known if int(one[0]) < int(high)]
        limit = min(int((query.get("limit") or ["40"])[0]), 80)
        forward = bool(low) and not self.minimal
        known = known[:limit] if forward else known[-limit:]
        exchange.answer(
            [
                {"id": number, "type": kind, "account": account(ANNA),
                 "status": self._told(status)}
                for number, status, kind in reversed(known)
            ]
        )  # fmt: skip

    def list_own(self, exchange, query, _form, _who):
        ours = [one for one in self.statuses.values() if one["account"]["id"] == US][::-1]
        if high := (query.get("max_id") or [""])[0]:
            ours = [one for one in ours if int(one["id"]) < int(high)]
        ours = ours[: int((query.get("limit") or ["20"])[0])]
        exchange.answer([self._told(one["id"]) for one in ours])

    def list_talks(self, exchange, query, _form):
        if self.minimal:
            exchange.answer([])
            return
        latest = {}
        for status in self.talks:
            latest[self._root(status)] = status
        rows = [
            {"id": root, "unread": True, "accounts": [account(ANNA)],
             "last_status": self.statuses[status]}
            for root, status in reversed(latest.items())
        ]  # fmt: skip
        place = int((query.get("place") or ["0"])[0])
        page, rest = rows[place : place + self.page], rows[place + self.page :]
        more = {}
        if rest:
            address = f"{self.loopback.url}/api/v1/conversations?place={place + self.page}"
            more["Link"] = f'<{address}>; rel="next"'
        exchange.answer(page, **more)

    def show(self, exchange, _query, _form, number):
        if number in self.statuses:
            exchange.answer(self._told(number))
        else:
            exchange.answer({"error": "Nicht gefunden"}, status=404)

    def context(self, exchange, _query, _form, number):
        if number not in self.statuses:
            exchange.answer({"error": "Nicht gefunden"}, status=404)
            return
        above, one = [], self.statuses[number]["in_reply_to_id"]
        while one in self.statuses:
            above.insert(0, self._told(one))
            one = self.statuses[one]["in_reply_to_id"]
        below = [self._told(one) for one in self.statuses if self._is_below(one, number)]
        exchange.answer({"ancestors": above, "descendants": below})

    def create(self, exchange, _query, form):
        key = exchange.headers.get("Idempotency-Key")
        number = self.keys.get(key)
        if number is None:
            parent = form.get("in_reply_to_id", [None])[0]
            if parent is not None and parent not in self.statuses:
                exchange.answer({"error": "Die Nachricht gibt es nicht"}, status=404)
                return
            number = self.say(
                US,
                form["status"][0],
                reply_to=parent,
                visibility=form["visibility"][0],
                spoiler_text=form.get("spoiler_text", [""])[0],
                created_at=datetime.now(UTC).isoformat(),
            )
            self.keys[key] = number
        exchange.answer(self.statuses[number])

    def change(self, exchange, _query, form, number):
        self.edit(number, form["status"][0])
        exchange.answer(self.statuses[number])

    def drop(self, exchange, _query, _form, number):
        if number not in self.statuses:
            exchange.answer({"error": "Nicht gefunden"}, status=404)
            return
        status = dict(self.statuses[number])
        if not exchange.server.loopback.lose_answers:
            self.delete(number)
        exchange.answer(status)

    def favourite(self, exchange, _query, _form, number, word):
        self.statuses[number]["favourited"] = word == "favourite"
        exchange.answer(self.statuses[number])

    def relate(self, exchange, _query, _form, number, word):
        self.acts[number] = word
        exchange.answer({"id": number})

    def report(self, exchange, _query, form):
        self.reports.append(form)
        exchange.answer({"id": "1"})

    def app(self, exchange, _query, form):
        number = f"app-{len(self.apps) + 1}"
        self.apps[number] = {name: values[0] for name, values in form.items()}
        exchange.answer({"client_id": number, "client_secret": f"secret of {number}"})

    def token(self, exchange, _query, form):
        app = self.apps.get(form["client_id"][0], {})
        known = form["code"] == ["code-of-the-page"]
        if not known or form["redirect_uri"] != [app.get("redirect_uris")]:
            exchange.answer({"error": "invalid_grant"}, status=400)
            return
        exchange.answer({"access_token": TOKEN, "token_type": "Bearer", "scope": app["scopes"]})

    def _told(self, number):
        status = self.statuses[number]
        return {name: status[name] for name in _CORE} if self.minimal else status

    def _root(self, number):
        while self.statuses[number]["in_reply_to_id"] in self.statuses:
            number = self.statuses[number]["in_reply_to_id"]
        return number

    def _is_below(self, status, number):
        one = self.statuses[status]["in_reply_to_id"]
        while one in self.statuses:
            if one == number:
                return True
            one = self.statuses[one]["in_reply_to_id"]
        return False


def account(number):
    name = _NAMES[number]
    short = name.partition("@")[0]
    return {"id": number, "acct": name, "username": short, "display_name": short.title(),
            "url": f"https://mastodon.example/@{name}", "avatar": None}  # fmt: skip


_ROUTES = (
    ("GET", r"/api/v1/accounts/verify_credentials", FakeServer.verify),
    ("GET", r"/api/v2/instance", FakeServer.instance2),
    ("GET", r"/api/v1/instance", FakeServer.instance1),
    ("GET", r"/api/v1/notifications", FakeServer.list_notifications),
    ("GET", r"/api/v1/accounts/(\w+)/statuses", FakeServer.list_own),
    ("GET", r"/api/v1/conversations", FakeServer.list_talks),
    ("GET", r"/api/v1/statuses/(\w+)", FakeServer.show),
    ("GET", r"/api/v1/statuses/(\w+)/context", FakeServer.context),
    ("POST", r"/api/v1/statuses", FakeServer.create),
    ("PUT", r"/api/v1/statuses/(\w+)", FakeServer.change),
    ("DELETE", r"/api/v1/statuses/(\w+)", FakeServer.drop),
    ("POST", r"/api/v1/statuses/(\w+)/(favourite|unfavourite)", FakeServer.favourite),
    ("POST", r"/api/v1/accounts/(\w+)/(mute|block|unblock)", FakeServer.relate),
    ("POST", r"/api/v1/reports", FakeServer.report),
    ("POST", r"/api/v1/apps", FakeServer.app),
    ("POST", r"/oauth/token", FakeServer.token),
)
