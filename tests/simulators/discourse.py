"""A Discourse forum, played on a Loopback from its API documentation and its source.

Topics in categories, private messages, likes, flags, the review queue, deletion that staff can
still see, notifications, limits of length and rate. A key belongs to one user, or to all; one
that may only read is refused when it writes. Texts of refusals are German on purpose: nobody
shall look for English ones. tests/real/test_discourse_simulator.py drives it with an
independent client library.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

from tests.simulators.discourse_cooking import cook
from tests.simulators.discourse_replies import RefusedError, staff
from tests.simulators.discourse_routes import ROUTES

KEY = "714552c6148e1617aeab526d0606184b94a80ec048fc09894ff1a72b740c5f19"
READ_KEY = "read0nly" * 8
ALL_KEY = "everyb0dy" * 7
LIKE, OFF_TOPIC, INAPPROPRIATE, TO_MODERATORS, SPAM = 2, 3, 4, 7, 8
_MENTION = re.compile(r"(?<!\w)@([\w.-]*\w)")


class Simulator:
    """What one forum knows. `now` stands still unless something happens."""

    def __init__(self, loopback):
        self.loopback = loopback
        self.url = loopback.url
        self.title = "Forum der Bäckerei Krume"
        self.settings = {
            "max_post_length": 32_000,
            "min_post_length": 5,
            "min_personal_message_post_length": 5,
        }
        self.now = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=2)
        self.users, self.categories, self.topics, self.posts = {}, {}, {}, {}
        self.acts = {}  # (user, post, kind): whether it hid the post
        self.queue, self.notes, self.keys = {}, [], {}
        self.last = {"post": 0, "topic": 0, "item": 0, "note": 0}
        self.memory = {}  # answers to posts that came by a key, for two minutes
        self.allowance = None  # requests that are still answered
        self.wait, self.wait_told_in = 7, ("header", "body")
        self.login_required = False
        self.old_pages = False  # pages of fifty numbers, as before 2023
        self.needs_approval = set()  # users
        self.unique_minutes = 5
        self.asked = []  # (method, path, parameters)
        self.me = self.user(5, "krume", "Bäckerei Krume", moderator=True)
        self.anna = self.user(11, "anna_muster", "Anna Muster")
        self.bernd = self.user(12, "bernd", "")
        self.system = self.user(-1, "system", "system", admin=True)
        self.keys |= {
            KEY: (self.me, "global"),
            READ_KEY: (self.me, "read"),
            ALL_KEY: (None, "global"),
        }
        self.general = self.category(4, "Allgemein", "allgemein")
        self.questions = self.category(6, "Fragen", "fragen")
        self.breads = self.category(7, "Brot & Brötchen", "brot", parent=6)
        loopback.otherwise = self._serve

    # What happens in the forum.

    def user(self, number, username, name, *, admin=False, moderator=False, groups=()):
        user = {"id": number, "username": username, "name": name, "admin": admin,
                "moderator": moderator, "groups": list(groups)}  # fmt: skip
        self.users[number] = user
        return user

    def category(self, number, name, slug, parent=None):
        found = {"id": number, "name": name, "slug": slug, "parent": parent, "closed_to": set()}
        self.categories[number] = found
        return found

    def start(self, user, title, raw, category=None, **fields):
        """Let somebody begin a topic; returns its first post."""
        self.last["topic"] += 1
        number = self.last["topic"]
        self.topics[number] = {
            "id": number, "title": title, "category_id": (category or self.general)["id"],
            "archetype": "regular", "people": set(), "teams": set(), "closed": False,
            "visible": True, "deleted_at": None,
        } | fields  # fmt: skip
        return self.post(user, number, raw)

    def write_to(self, user, names, title, raw, groups=()):
        """Let somebody write a private message; returns its first post."""
        ids = {one["id"] for one in self.users.values() if one["username"] in names}
        about = {"archetype": "private_message", "category_id": None,
                 "people": ids | {user["id"]}, "teams": set(groups)}  # fmt: skip
        return self.start(user, title, raw, **about)

    def post(self, user, topic, raw, *, answers=None, **fields):
        """Let somebody write in a topic; `answers` is the number of a post in it."""
        self._tick()
        self.last["post"] += 1
        inside = self.inside(topic)
        post = {
            "id": self.last["post"], "topic_id": topic, "user_id": user["id"] if user else None,
            "post_number": max((one["post_number"] for one in inside), default=0) + 1,
            "raw": raw, "created_at": self.now, "updated_at": self.now, "version": 1,
            "post_type": 1, "answers": answers, "hidden": False, "deleted_at": None,
            "user_deleted": False,
        } | fields  # fmt: skip
        self.posts[post["id"]] = post
        self._tell(post)
        return post

    def change(self, post, raw):
        """Let somebody edit a post."""
        self._tick()
        post |= {"raw": raw, "version": post["version"] + 1, "updated_at": self.now}

    def remove(self, post, *, by_author=False):
        """Delete a post, or take it back as its author."""
        self._tick()
        if by_author:
            self.change(post, "(Beitrag vom Verfasser gelöscht)")
            post["user_deleted"] = True
        else:
            post["deleted_at"] = self.now
            if post["post_number"] == 1:
                self.topics[post["topic_id"]]["deleted_at"] = self.now

    def hold(self, user, raw, topic=None, *, title=None, category=None, answers=None):
        """Let somebody write something that has to be approved."""
        self._tick()
        self.last["item"] += 1
        category = category or self.general
        if topic is not None:
            category = self.categories.get(self.topics[topic]["category_id"], category)
        item = {
            "id": self.last["item"], "status": 0, "version": 0, "created_at": self.now,
            "author": user["id"], "raw": raw, "title": title, "topic_id": topic,
            "category_id": category["id"], "answers": answers,
        }  # fmt: skip
        self.queue[item["id"]] = item
        return item

    def decide(self, item, *, approved):
        """Let a moderator decide; returns the post that became of it."""
        item |= {"status": 1 if approved else 2, "version": item["version"] + 1}
        if not approved:
            return None
        user = self.users[item["author"]]
        if item["topic_id"] is None:
            category = self.categories[item["category_id"]]
            return self.start(user, item["title"], item["raw"], category)
        return self.post(user, item["topic_id"], item["raw"], answers=item["answers"])

    def said(self):
        """Return the sources of what we wrote and everybody may see, oldest first."""
        return [one["raw"] for one in self.posts.values()
                if one["user_id"] == self.me["id"] and one["deleted_at"] is None]  # fmt: skip

    # What answers need.

    def inside(self, topic):
        return [one for one in self.posts.values() if one["topic_id"] == topic]

    def may_see(self, user, topic):
        """Whether a topic is there for somebody."""
        if topic is None or (topic["deleted_at"] and not staff(user)):
            return False
        if topic["archetype"] == "private_message":
            teams = topic["teams"] & set(user["groups"])
            return user["id"] in topic["people"] or bool(teams) or user["admin"]
        return user["id"] not in self.categories[topic["category_id"]]["closed_to"]

    def cooked(self, raw):
        return cook(raw, {one["username"].casefold() for one in self.users.values()})

    def note(self, user, kind, post):
        self.last["note"] += 1
        self.notes.append({"id": self.last["note"], "user": user, "notification_type": kind,
                           "topic_id": post["topic_id"], "post_number": post["post_number"],
                           "created_at": self.now})  # fmt: skip

    def _tell(self, post):
        topic = self.topics[post["topic_id"]]
        told = {}
        if topic["archetype"] == "private_message":
            told |= dict.fromkeys(topic["people"], 6)
        for one in self.inside(post["topic_id"]):
            if one["post_number"] == post["answers"]:
                told[one["user_id"]] = 2
        names = {one["username"]: one["id"] for one in self.users.values()}
        told |= {names[one]: 1 for one in _MENTION.findall(post["raw"]) if one in names}
        for number, kind in told.items():
            if number != post["user_id"]:
                self.note(number, kind, post)

    def _tick(self):
        self.now += timedelta(seconds=1)

    # Who asks, and how it is answered.

    def _serve(self, exchange):
        parts = urlsplit(exchange.path)
        path = unquote(parts.path).removesuffix(".json")
        given = parameters(exchange, parts.query)
        self.asked.append((exchange.command, path, given))
        kind = {"Content_Type": "application/json; charset=utf-8"}
        try:
            self._count()
            said = self._answer(exchange, path, given)
        except RefusedError as refused:
            body, headers = refused.answer(self)
            exchange.answer(body, status=refused.status, **kind, **headers)
        else:
            exchange.answer(b"" if said is None else said, **kind)

    def _count(self):
        if self.allowance is not None:
            if self.allowance <= 0:
                raise RefusedError(429, "rate_limit", "Du hast das zu oft gemacht.")
            self.allowance -= 1

    def _answer(self, exchange, path, given):
        for method, pattern, route, is_open in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and method == exchange.command:
                user = self._user(exchange.headers, method, is_open=is_open)
                numbers = [int(one) if one.isdecimal() else one for one in found.groups()]
                return route(self, user, given, *numbers)
        raise RefusedError(404, "not_found", "Die angeforderte Seite gibt es nicht.")

    def _user(self, headers, method, *, is_open):
        key, name = headers.get("Api-Key"), headers.get("Api-Username", "")
        if key is None:
            if not is_open or (self.login_required and is_open != "always"):
                raise RefusedError(403, "not_logged_in", "Du musst angemeldet sein.")
            return self.user_of_nobody()
        owner, scope = self.keys.get(key, (None, "none"))
        wanted = next((one for one in self.users.values()
                       if one["username"].casefold() == name.casefold()), None)  # fmt: skip
        if owner is not None and name and wanted is not owner:
            scope = "none"
        user = owner or wanted
        if user is None or scope == "none" or (scope == "read" and method != "GET"):
            raise RefusedError(403, "invalid_access", "Der API-Benutzername oder -Schlüssel "
                               "ist ungültig.")  # fmt: skip
        return user

    @staticmethod
    def user_of_nobody():
        return {"id": 0, "username": "", "name": "", "admin": False, "moderator": False,
                "groups": []}  # fmt: skip


def parameters(exchange, query):
    """Return what a request gives, however it is written: as JSON, a form or in the address."""
    kind = exchange.headers.get("Content-Type", "")
    found = {key: values if key.endswith("[]") else values[-1]
             for key, values in parse_qs(query, keep_blank_values=True).items()}  # fmt: skip
    if kind.startswith("application/json") and exchange.body:
        return found | json.loads(exchange.body)
    if exchange.body:
        form = parse_qs(exchange.body.decode(), keep_blank_values=True)
        for key, values in form.items():
            outer, _, inner = key.partition("[")
            if inner and inner != "]":
                found.setdefault(outer, {})[inner.removesuffix("]")] = values[-1]
            else:
                found[key] = values if key.endswith("[]") else values[-1]
    return found
