"""A Misago forum played from recorded answers, for tests that need no real one.

It keeps the rules of the real one that matter (tests/real/test_misago_*.py ask both the same):
lists in the order of the last post, pages that share a post with their neighbour, the first
post hidden, approved and deleted only with its thread, guests who are answered as guests.
"""

import html
import json
import pickle
import re
import socket
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ANSWERS = Path(__file__).parent / "answers"
SITE = "https://forum.example"
NAME, PASSWORD = "Krume", "Mehl & Wasser 7"
ME, MEMBER = 1, 5
SESSION = "0123456789abcdef"
_QUOTE = re.compile(r'\[quote="@(\w+)"\]\n(.*?)\n\[/quote\]\n\n', re.DOTALL)


def recorded(name):
    """Return a recorded answer: status, headers, body; a copy that may be changed."""
    return pickle.loads(_pickled(name))


@cache
def _pickled(name):
    return pickle.dumps(json.loads((ANSWERS / f"{name}.json").read_text("utf-8")))


class FakeForum:
    """Answers on a Loopback; the attributes say what kind of forum it is."""

    def __init__(self, loopback):
        self.loopback = loopback
        loopback.otherwise = self._serve
        self.threads = {}  # number: dict(private, title, category, hidden, unapproved)
        self.posts = {}  # number: dict in the recorded shape, and its thread and source
        self.moderator = True
        self.signed_in = True  # whether our session still counts
        self.per_page = 6
        self.threads_per_page = 4
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.refusals = {}  # (method, path): name of a recorded answer, or one
        self.before_answer = lambda _method, _path, _query: None
        self.asked = []  # (method, path, query, body)
        self.losing = False  # carry out what changes something, but hang up instead of answering

    @property
    def url(self):
        return self.loopback.url

    def thread(self, text, *, private=False, title="Brot und Brötchen", category=3, **fields):
        """Begin a thread; return its number and that of its first post."""
        number = max(self.threads, default=0) + 1
        self.threads[number] = {
            "private": private, "title": title, "category": category, "hidden": False,
            "unapproved": fields.get("is_unapproved", False),
        }  # fmt: skip
        return number, self.post(number, text, **fields)

    def post(self, thread, text, *, author=3, name="alice", source=None, **fields):
        """Write a post, as a visitor unless `author` is another one; return its number."""
        number = max(self.posts, default=0) + 1
        self.now += timedelta(seconds=1)
        made = recorded("posts")["body"]["post_set"]["results"][0]
        at = self.now.isoformat()
        made |= {
            "id": number, "content": rendered(text), "poster_name": name, "posted_on": at,
            "updated_on": at, "thread": thread, "source": text if source is None else source,
        }  # fmt: skip
        made["poster"] |= {"id": author, "username": name, "url": f"/u/{name}/{author}/"}
        self.posts[number] = made | fields
        return number

    def of(self, thread):
        """Return the posts of a thread that we may see, oldest first."""
        found = [self.posts[one] for one in sorted(self.posts)]
        return [
            one
            for one in found
            if one["thread"] == thread and (self.moderator or not one["is_unapproved"])
        ]

    def edit(self, number, text):
        """Change a post as its author does."""
        self.now += timedelta(seconds=1)
        one = self.posts[number]
        one |= {"content": rendered(text), "source": text, "edits": one["edits"] + 1}
        one["updated_on"] = self.now.isoformat()

    def writes(self):
        """Return what came in that changes something, but for signing in."""
        return [one for one in self.asked if one[0] != "GET" and one[1] != "/api/auth/"]

    def _serve(self, exchange):
        # Or each answer waits 40 ms for the client to confirm its head.
        exchange.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        parts = urlsplit(exchange.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        method, path = exchange.command, parts.path
        self.before_answer(method, path, query)
        body = json.loads(exchange.body) if exchange.body else None
        self.asked.append((method, path, query, body))
        refusal = self.refusals.get((method, path))
        if refusal is not None:
            answer = recorded(refusal) if isinstance(refusal, str) else refusal
        else:
            answer = self._answer(method, path, query, body, exchange.headers)
        self._send(exchange, answer)

    def _answer(self, method, path, query, body, headers):
        inside = f"sessionid={SESSION}" in (headers["Cookie"] or "") and self.signed_in
        if path == "/":
            return recorded("home")
        if path == "/api/auth/":
            return self._sign_in(body, headers) if method == "POST" else self._me(inside=inside)
        if method != "GET" and not inside:
            return recorded("guest_refused")
        if of := re.fullmatch(r"/api/users/(\d+)/posts/", path):
            return self._written_by(int(of[1]), int(query.get("start", "0")))
        found = re.fullmatch(r"/api/(threads|private-threads)/(?:(\d+)/)?(posts/.*)?", path)
        if found and found[2] is None:
            return self._list(query, private=found[1] == "private-threads")
        return self._about(method, found, query, body) if found else recorded("gone")

    def _about(self, method, found, query, body):
        number = int(found[2])
        known = self.threads.get(number)
        private = found[1] == "private-threads"
        if known is None or known["private"] != private or (known["hidden"] and not self.moderator):
            return recorded("gone")
        if found[3] is None:
            return self._thread_changed(method, number, body)
        return self._in_thread(method, number, found[3].removeprefix("posts/"), query, body)

    def _sign_in(self, body, headers):
        token = headers["X-CSRFToken"]
        if not token or f"csrftoken={token}" not in headers["Cookie"]:
            return recorded("guest_refused")
        if body != {"username": NAME, "password": PASSWORD}:
            return recorded("wrong_password")
        self.signed_in = True
        return recorded("signed_in")

    def _me(self, *, inside):
        me = recorded("guest" if not inside else "me" if self.moderator else "me_member")
        if inside:
            me["body"] |= {"id": ME, "username": NAME}
        return me

    def _list(self, query, *, private):
        if query.get("list") == "unapproved":
            if not self.moderator:
                return recorded("not_in_list")
            held = {one["thread"] for one in self.posts.values() if one["is_unapproved"]}
            found = [self._line(one) for one in held if not self.threads[one]["private"]]
            return _ok({"results": found, "subcategories": [], "next": None})
        numbers = [one for one, known in self.threads.items() if known["private"] == private]
        found = [self._line(one) for one in numbers if self._may_see(one)]
        found.sort(key=lambda one: -one["last_post"])
        start = int(query.get("start", "0"))
        rest = [one for one in found if not start or one["last_post"] <= start]
        if start and not rest:
            return recorded("gone")
        page, after = rest[: self.threads_per_page], rest[self.threads_per_page :]
        following = after[0]["last_post"] if after else None
        return _ok({"results": page, "subcategories": [], "next": following})

    def _written_by(self, author, start):
        found = [
            self._shown(one)
            for one in sorted(self.posts.values(), key=lambda one: -one["id"])
            if one["poster"] and one["poster"]["id"] == author and one["id"] <= (start or one["id"])
            and not self.threads[one["thread"]]["private"]
            and not one["is_hidden"] and not one["is_unapproved"]
        ]  # fmt: skip
        return _ok({"results": found[:3], "next": None}) if found else recorded("gone")

    def _may_see(self, thread):
        known = self.threads[thread]
        return bool(self.of(thread)) and (self.moderator or not known["hidden"])

    def _line(self, thread):
        line = recorded("threads")["body"]["results"][0]
        known, posts = self.threads[thread], self.of(thread)
        shown = [one for one in posts if not one["is_unapproved"]] or posts[:1]
        return line | {
            "id": thread, "title": known["title"], "category": known["category"],
            "replies": max(len([one for one in posts if not one["is_unapproved"]]) - 1, 0),
            "last_post": shown[-1]["id"], "last_post_on": shown[-1]["posted_on"],
            "is_hidden": known["hidden"], "is_unapproved": known["unapproved"],
            "pages": self._pages(len(posts)),
        }  # fmt: skip

    def _pages(self, count):
        return max(1, -(-(count - 1) // (self.per_page - 1)))

    def _in_thread(self, method, thread, place, query, body):
        number, _slash, rest = place.partition("/")
        if place == "" and method == "POST":
            return self._written(thread, body["post"])
        if place == "":
            return self._page(thread, int(query.get("page", "1")))
        wanted = query.get("reply", "0") if number == "reply_editor" else number
        post = self.posts.get(int(wanted))
        if post is None or post["thread"] != thread:
            return recorded("gone")
        if number == "reply_editor" or rest == "post_editor/":
            named = {"id": post["id"], "post": post["source"], "poster": post["poster_name"]}
            return _ok(recorded("editor")["body"] | named)
        return self._post_changed(method, post, body)

    def _page(self, thread, page):
        posts = self.of(thread)
        pages = self._pages(len(posts))
        if not 1 <= page <= pages:
            return recorded("gone")
        known = self.threads[thread]
        whole = recorded("private_posts" if known["private"] else "posts")["body"]
        begin = (page - 1) * (self.per_page - 1)
        shown = [self._shown(one) for one in posts[begin : begin + self.per_page]]
        whole |= {"id": thread, "title": known["title"], "replies": len(posts) - 1}
        whole["category"]["id"] = whole["path"][-1]["id"] = known["category"]
        whole["post_set"] |= {"results": shown, "page": page, "pages": pages}
        return _ok(whole)

    def _shown(self, post):
        shown = {key: post[key] for key in post if key not in ("thread", "source")}
        place = "p" if self.threads[post["thread"]]["private"] else "t"
        shown["url"] = {"index": f"/{place}/brot/{post['thread']}/post/{post['id']}/"}
        hidden = post["is_hidden"] and not self.moderator
        return shown | ({"content": None} if hidden else {})

    def _written(self, thread, source):
        if len(source) < 5:
            return recorded("too_short")
        number = self.post(thread, source, author=ME, name=NAME)
        return _ok(self._shown(self.posts[number]))

    def _post_changed(self, method, post, body):
        first = self.of(post["thread"])[0] is post
        if method == "PUT":
            self.edit(post["id"], body["post"])
            return _ok(self._shown(post))
        if method == "DELETE":
            if first:
                return recorded("first_refused")
            del self.posts[post["id"]]
            return _ok({})
        name, value = body[1]["path"].replace("-", "_"), body[1]["value"]
        if first and name != "is_liked":
            return recorded("patch_refused")
        post[name] = value
        return _ok({"id": post["id"], "acl": body and post["acl"], "detail": ["ok", "ok"]})

    def _thread_changed(self, method, thread, body):
        first = self.of(thread)[0]
        if method == "DELETE":
            for number in [one["id"] for one in self.of(thread)]:
                del self.posts[number]
            del self.threads[thread]
            return _ok({})
        name, value = body[1]["path"].removeprefix("is-"), body[1]["value"]
        self.threads[thread][name] = value
        first[f"is_{name}"] = value
        return _ok({"id": thread, "acl": {}, "detail": ["ok", "ok"]})

    def _send(self, exchange, answer):
        if self.losing and exchange.command != "GET":
            exchange.reset()
            return
        body = answer["body"]
        kind = "text/html" if isinstance(body, str) else "application/json"
        text = body if isinstance(body, str) else json.dumps(body)
        cookies = answer.get("headers", {}).get("set-cookie")
        exchange.answer(
            text.replace(SITE, self.url).encode(),
            status=answer["status"], Content_Type=kind, Set_Cookie=cookies,
        )  # fmt: skip


def rendered(source):
    """Return a post as the forum shows it: near enough to the real one for plain texts."""
    quote = _QUOTE.match(source)
    text = re.sub(r"\\([^\w\s])", r"\1", source[quote.end() :] if quote else source)
    shown = f"<p>{html.escape(text, quote=False)}</p>".replace("\n\n", "</p>\n<p>")
    shown = re.sub(r"(?<!</p>)\n", "<br />\n", shown)
    if not quote:
        return shown
    heading = f'<a href="/u/{quote[1]}/3/" data-quote="@{quote[1]}">@{quote[1]}</a> has written:'
    return (
        '<aside class="quote-block">\n<div class="quote-heading" data-noquote="1">'
        f'{heading}</div>\n<blockquote class="quote-body" data-block="quote">\n'
        f"<p>{html.escape(quote[2])}</p>\n</blockquote>\n</aside>\n{shown}"
    )


def _ok(body):
    return {"status": 200, "body": body}
