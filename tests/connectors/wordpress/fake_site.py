"""A WordPress site played from recorded answers, for tests that need no real one.

Lists follow the rules of the real site (tests/real/test_wordpress_*.py ask both the same):
dates are compared in the site's local time, `any` means every status, an unknown comment is
404 `rest_comment_invalid_id`, and each single item has exactly the recorded shape.
"""

import base64
import json
import pickle
import re
import socket
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

ANSWERS = Path(__file__).parent / "answers"
SITE = "https://blog.example"
PASSWORD = "abcd efgh ijkl mnop qrst uvwx"
BERLIN = ZoneInfo("Europe/Berlin")
_WORDS = {"approve": "approved", "approved": "approved", "hold": "hold"}


def recorded(name):
    """Return a recorded answer: status, headers, body."""
    return json.loads(_text(name))


@cache
def _text(name):
    return (ANSWERS / f"{name}.json").read_text("utf-8")


@cache
def _first_comment():
    return pickle.dumps(recorded("comments")["body"][0])


def as_bytes(body, url):
    """Return a recorded body as the site at `url` would send it."""
    text = body if isinstance(body, str) else json.dumps(body)
    return text.replace(SITE, url).encode()


class FakeSite:
    """Answers on a Loopback; the attributes say what kind of site it is."""

    def __init__(self, loopback):
        self.loopback = loopback
        self.pretty = False
        self.comments = {one["id"]: one for one in recorded("comments")["body"]}
        self.reviews = {
            one["id"]: one
            for status in ("all", "spam", "trash")
            for one in recorded(f"reviews_{status}")["body"]
        }
        self.role = "administrator"
        self.refusals = {}  # (method, route): name of a recorded answer
        self.before_answer = lambda _method, _route, _query: None
        self.asked = []  # (method, route, query, body)
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.losing = False  # carry out what changes something, but hang up instead of answering
        for path in ("/", "/index.php"):
            loopback.routes[path] = self._serve
        loopback.routes = _EveryPath(loopback.routes, self._serve)

    @property
    def url(self):
        return self.loopback.url

    def add(self, number, *, like=1, **fields):
        """Put up a comment in the shape of a recorded one; `at` is when, in UTC."""
        known = self.comments.get(like)
        # Much quicker than copy.deepcopy: some tests put up thousands.
        comment = pickle.loads(pickle.dumps(known) if known else _first_comment())
        if "at" in fields:
            fields |= _dates(fields.pop("at"))
        if "text" in fields:
            text = fields.pop("text")
            fields["content"] = {"rendered": f"<p>{text}</p>\n", "raw": text}
        self.comments[number] = comment | {"id": number} | fields
        return number

    def writes(self):
        """Return what came in that changes something."""
        return [one for one in self.asked if one[0] in ("POST", "DELETE")]

    def lists(self, route="/wp/v2/comments"):
        """Return the queries of the lists that were asked for."""
        return [
            query for method, path, query, _body in self.asked if (method, path) == ("GET", route)
        ]

    def _serve(self, exchange):
        parts = urlsplit(exchange.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        route = query.pop("rest_route", None)
        if self.pretty:
            route = parts.path.removeprefix("/wp-json") if "/wp-json" in parts.path else None
        method = exchange.command
        self.before_answer(method, route, query)
        body = json.loads(exchange.body) if exchange.body else None
        self.asked.append((method, route, query, body))
        if route is None:
            self._send(exchange, recorded("home_pretty" if self.pretty else "home_plain"))
        elif (name := self.refusals.get((method, route))) is not None:
            self._send(exchange, name if isinstance(name, dict) else recorded(name))
        else:
            signed_in = exchange.headers["Authorization"] == _basic("admin", PASSWORD)
            self._send(exchange, self._answer(method, route or "/", query, body, signed_in))

    def _answer(self, method, route, query, body, signed_in):
        fixed = {"/wp/v2/users/me": ("me", "me_contributor"),
                 "/wp/v2/users": ("staff", "staff_forbidden")}  # fmt: skip
        moderator = self.role == "administrator"
        if route == "/" or not signed_in:
            return recorded("root" if route == "/" else "wrong_password")
        if route in fixed:
            return recorded(fixed[route][0 if moderator else 1])
        if query.get("context") == "edit" and not moderator:
            return recorded("context_forbidden")
        kept = self.reviews if route.startswith("/wc/v3/products/reviews") else self.comments
        found = re.search(r"/(\d+)$", route)
        number = int(found[1]) if found else None
        if method != "GET":
            return self._written(method, number, body)
        if number is None:
            return self._list(kept, query)
        return _ok(self._shown(kept[number])) if number in kept else recorded("gone")

    def _list(self, kept, query):
        found = list(kept.values())
        if query.get("type") == "all" and kept is self.comments:
            found += [{**one, "type": "review", "parent": 0, "date_gmt": one["date_created_gmt"]}
                      for one in self.reviews.values()]  # fmt: skip
        found = [one for one in found if self._fits(one, query)]
        found.sort(key=lambda one: (str(_date(one)), one["id"]))
        if query.get("order", "desc") == "desc":
            found.reverse()
        size = int(query.get("per_page", "10"))
        begin = int(query.get("offset", "0"))
        page = [self._shown(one) for one in found[begin : begin + size]]
        total, pages = str(len(found)), str(-(-len(found) // size))
        return _ok(page, {"x-wp-total": total, "x-wp-totalpages": pages})

    def _fits(self, one, query):
        status = query.get("status", "approve")
        if status == "all" and one["status"] not in ("approved", "hold"):
            return False
        if status not in ("any", "all") and one["status"] != _WORDS.get(status, status):
            return False
        if "include" in query and str(one["id"]) not in query["include"].split(","):
            return False
        if "author" in query and str(one.get("author")) not in query["author"].split(","):
            return False
        here = str(one.get("date") or one.get("date_created"))
        after, before = (_local(query.get(name)) for name in ("after", "before"))
        return (after is None or here > after) and (before is None or here < before)

    def _shown(self, one):
        if self.role == "administrator" or "content" not in one:
            return one
        hidden = {"author_email", "author_ip", "author_user_agent"}
        shown = {key: value for key, value in one.items() if key not in hidden}
        return shown | {"content": {"rendered": one["content"]["rendered"]}}

    def _written(self, method, number, body):
        if number is None:
            made = recorded("reply")["body"]
            new = max(self.comments) + 1
            sent = {key: value for key, value in body.items() if key != "content"}
            text = {"rendered": f"<p>{body['content']}</p>\n", "raw": body["content"]}
            self.comments[new] = {
                **made, **sent, **_dates(self.now), "id": new, "content": text
            }  # fmt: skip
            return _ok(self._shown(self.comments[new]), status=201)
        one = self.comments.get(number)
        if one is None:
            return recorded("gone")
        if method == "DELETE":
            if one["status"] == "trash":
                return recorded("trashed_before")
            one["status"] = "trash"
            return _ok(one)
        # WordPress takes the address of whoever asks, unless another one is given.
        one.update({"author_ip": "127.0.0.1", "author_user_agent": "asker"})
        one.update({key: value for key, value in body.items() if key not in ("content", "status")})
        if "content" in body:
            text = body["content"]
            one["content"] = {"rendered": f"<p>{text}</p>\n", "raw": text}
        one["status"] = _WORDS.get(body.get("status"), body.get("status")) or one["status"]
        return _ok(one)

    def _send(self, exchange, answer):
        if self.losing and exchange.command != "GET":
            exchange.reset()
            return
        headers = {
            key.title(): value.replace(SITE, self.url)
            for key, value in answer["headers"].items()
            if key != "content-type"
        }
        kind = answer["headers"].get("content-type", "application/json")
        date = self.now.strftime("%a, %d %b %Y %H:%M:%S GMT")
        body = b"" if exchange.command == "HEAD" else as_bytes(answer["body"], self.url)
        body, status, headers = exchange.tampered(body, answer["status"], headers)
        # Or each answer waits 40 ms for the client to confirm its head.
        exchange.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        exchange.close_connection = True
        exchange.send_response_only(status)
        for name, value in {
            **headers, "Content-Type": kind, "Content-Length": len(body), "Date": date,
            "Connection": "close",
        }.items():  # fmt: skip
            exchange.send_header(name, str(value))
        exchange.end_headers()
        exchange.wfile.write(body)


class _EveryPath(dict):
    """Answers any path the same, as WordPress does."""

    def __init__(self, known, serve):
        super().__init__(known)
        self._serve = serve

    def get(self, path, default=None):
        return super().get(path, self._serve)


def _ok(body, headers=None, status=200):
    return {"status": status, "headers": headers or {}, "body": body}


def _basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _dates(at):
    """Return the two times of a comment: GMT and local, neither saying which."""
    form = "%Y-%m-%dT%H:%M:%S"
    return {"date_gmt": at.strftime(form), "date": at.astimezone(BERLIN).strftime(form)}


def _date(one):
    return one.get("date_gmt") or one.get("date_created_gmt") or ""


def _local(text):
    """Return a time of a query as the site compares it: local, without saying so."""
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    return at.astimezone(BERLIN).strftime("%Y-%m-%dT%H:%M:%S")
