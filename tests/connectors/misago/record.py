"""Records anew what a real Misago answers: `python -m tests.connectors.misago.record`.

Needs what tests/servers/misago.py needs. The forum's address becomes https://forum.example,
cookies and pictures are made up; everything else in it was made up by the test's forum.
"""

import json
import re
from pathlib import Path

import httpx

from tests.servers.misago import PASSWORD, start_misago, stop_misago

ANSWERS = Path(__file__).parent / "answers"
SITE = "https://forum.example"
_PICTURE = re.compile(r"/media/avatars/[\w/]+\.png")
_COOKIE = re.compile(r"(csrftoken|sessionid)=\w+")


class Recorder:
    """Asks the forum and writes each answer into a file of its own."""

    def __init__(self, server):
        self.server = server

    def keep(self, name, answer):
        """Write an answer, scrubbed of where it came from and of what proves a sign-in."""
        text = _PICTURE.sub("/media/avatars/x/y.png", answer.text).replace(self.server.url, SITE)
        is_json = "json" in answer.headers.get("content-type", "")
        cookies = _COOKIE.sub(r"\1=0123456789abcdef", answer.headers.get("set-cookie", ""))
        kept = {
            "status": answer.status_code,
            "headers": {"set-cookie": cookies} if cookies else {},
            "body": json.loads(text) if is_json else text,
        }
        file = ANSWERS / f"{name}.json"
        file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")

    def ask(self, name, who, method, path, body=None):
        """Ask as one of the people and keep the answer under a name."""
        if who not in self.server.people:
            self.server.ask(who, "GET", "/auth/")
        person = self.server.people[who]
        headers = {"X-CSRFToken": person.cookies["csrftoken"]}
        answer = person.request(method, f"{self.server.url}/api{path}", json=body, headers=headers)
        self.keep(name, answer)


def record():
    """Start a forum, say a few things in it, and keep what it answers."""
    server = start_misago()
    try:
        recorder = Recorder(server)
        _sign_in(recorder, server)
        _threads(recorder, server)
    finally:
        stop_misago(server)


def _sign_in(recorder, server):
    recorder.keep("home", httpx.get(server.url))
    recorder.keep("guest", httpx.get(f"{server.url}/api/auth/"))
    token = "a" * 32
    for name, password in (("wrong_password", "falsch"), ("signed_in", PASSWORD)):
        answer = httpx.post(
            f"{server.url}/api/auth/",
            json={"username": "Krume", "password": password},
            headers={"Cookie": f"csrftoken={token}", "X-CSRFToken": token},
        )
        recorder.keep(name, answer)
    recorder.ask("me", "Krume", "GET", "/auth/")
    recorder.ask("me_member", "lena", "GET", "/auth/")


def _threads(recorder, server):
    thread, first = server.thread("Habt ihr @Krume **sonntags** offen?")
    quoted = '[quote="@alice"]\nHabt ihr offen?\n[/quote]\n\nDas frage ich auch: https://a.example'
    second = server.post(thread, quoted, who="bob_b")
    private, direct = server.private("Eine Frage unter uns")
    for name, who, method, path, body in (
        ("posts", "Krume", "GET", f"/threads/{thread}/posts/", None),
        ("threads", "Krume", "GET", "/threads/", None),
        ("private_posts", "Krume", "GET", f"/private-threads/{private}/posts/", None),
        ("private_threads", "Krume", "GET", "/private-threads/", None),
        ("editor", "Krume", "GET", f"/threads/{thread}/posts/{second}/post_editor/", None),
        ("reply_editor", "Krume", "GET", f"/threads/{thread}/posts/reply_editor/?reply={first}",
         None),
        ("gone", "Krume", "GET", "/threads/999999/posts/", None),
        ("too_short", "Krume", "POST", f"/threads/{thread}/posts/", {"post": "x"}),
        ("patched", "Krume", "PATCH", f"/threads/{thread}/posts/{second}/", _set("is-liked")),
        ("patch_refused", "alice", "PATCH", f"/threads/{thread}/posts/{second}/",
         _set("is-hidden")),
        ("first_refused", "Krume", "DELETE", f"/threads/{thread}/posts/{first}/", None),
        ("not_in_list", "alice", "GET", "/threads/?list=unapproved", None),
        ("reply", "Krume", "POST", f"/private-threads/{private}/posts/", {"post": "Gern, ab 8"}),
        ("quick", "bob_b", "POST", f"/threads/{thread}/posts/", {"post": "Gleich noch eines"}),
        ("quick", "bob_b", "POST", f"/threads/{thread}/posts/", {"post": "Und noch eines"}),
    ):  # fmt: skip
        recorder.ask(name, who, method, path, body)
    assert direct
    server.change(thread, second, "is-hidden", value=True)
    recorder.ask("hidden", "alice", "GET", f"/threads/{thread}/posts/")
    answer = httpx.post(f"{server.url}/api/threads/{thread}/posts/", json={"post": "Ohne Namen"})
    recorder.keep("guest_refused", answer)


def _set(name):
    return [
        {"op": "add", "path": "acl", "value": True},
        {"op": "replace", "path": name, "value": True},
    ]


if __name__ == "__main__":
    record()
