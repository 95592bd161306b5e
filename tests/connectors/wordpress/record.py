"""Records anew what a real WordPress answers: `python -m tests.connectors.wordpress.record`.

Needs the Debian packages of tests/servers/wordpress.py. The site's address becomes
https://blog.example; everything else in it was made up here.
"""

import json
from pathlib import Path

import httpx

from tests.servers.wordpress import start_wordpress, stop_wordpress

ANSWERS = Path(__file__).parent / "answers"
SITE = "https://blog.example"
KEPT_HEADERS = ("allow", "content-type", "link", "location", "x-wp-total", "x-wp-totalpages")
FIELDS = (
    "id,post,parent,author,author_name,author_email,author_url,author_ip,author_user_agent,"
    "date,date_gmt,content,link,status,type,author_avatar_urls,_links,_embedded"
)


class Recorder:
    """Asks the site and writes each answer into a file of its own."""

    def __init__(self, server):
        self.server = server
        self.sign_in = (server.username, server.password)

    def ask(self, name, method, route, *, sign_in=None, body=None, **params):
        """Call one route of the API and keep the answer under a name."""
        answer = httpx.request(
            method,
            f"{self.server.url}/index.php",
            params={"rest_route": route, **params},
            auth=sign_in or self.sign_in,
            json=body,
        )
        self.keep(name, answer)
        return answer

    def keep(self, name, answer):
        """Write an answer, scrubbed of the address it came from."""
        text = answer.text.replace("\\/", "/").replace(self.server.url, SITE)
        is_json = "json" in answer.headers.get("content-type", "")
        kept = {
            "status": answer.status_code,
            "headers": {
                key: value.replace(self.server.url, SITE)
                for key, value in answer.headers.items()
                if key in KEPT_HEADERS
            },
            "body": json.loads(text) if is_json else text,
        }
        file = ANSWERS / f"{name}.json"
        file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")


def fill(server):
    """Make comments of every kind, with fixed times; return the id of a product."""
    page = server.add_post("Über uns", "page")

    def add(minute, text, **fields):
        utc, here = f"2026-11-02 08:{minute:02}:00", f"2026-11-02 09:{minute:02}:00"
        return server.add_comment(text, comment_date_gmt=utc, comment_date=here, **fields)

    first = add(1, 'Ist das <a href="https://example.org/?a=1&amp;b=2">Rezept</a> "neu"?\n\nLG :)')
    ours = {"user_id": 1, "comment_author": "admin", "comment_author_email": "admin@example.org"}
    answer = add(2, "Ja, seit Montag &lt;3", comment_parent=first, **ours)
    add(3, "Danke 👍🏽", comment_parent=answer, comment_author_url="https://ana.example.org")
    add(4, "Noch nicht geprüft", comment_approved="0", comment_author="Ben",
        comment_author_email="ben@example.org")  # fmt: skip
    add(5, "Cheap watches", comment_approved="spam", comment_author="Bot",
        comment_author_email="bot@example.org")  # fmt: skip
    add(6, "Versehen", comment_approved="trash")
    add(7, "Wo seid ihr?", comment_post_ID=page, comment_author="", comment_author_email="")
    server.set_option("cm_test_reviews", 1)
    product = server.add_post("Roggenbrot 1 kg", "product")
    times = {"comment_date_gmt": "2026-11-03 08:00:00", "comment_date": "2026-11-03 09:00:00"}
    review = server.add_review("Sehr <em>gut</em>", 5, product, **times)
    server.add_review("Zu trocken", 2, product, comment_approved="0", **times)
    server.add_review("buy pills", 1, product, comment_approved="spam", **times)
    server.add_comment("Danke für die Sterne", comment_post_ID=product, comment_parent=review,
                       **ours, **times)  # fmt: skip


def record(server):
    """Ask for everything the connector asks for, and for each way to be refused."""
    recorder = Recorder(server)
    ask = recorder.ask
    server.reset()
    recorder.keep("home_plain", httpx.head(server.url))
    fill(server)
    everything = {"status": "any", "context": "edit", "order": "asc", "_embed": "up"}
    ask("root", "GET", "/", _fields="name,home,url,namespaces,authentication")
    ask("me", "GET", "/wp/v2/users/me", context="edit")
    ask("staff", "GET", "/wp/v2/users", roles="administrator,editor,author", _fields="id")
    ask("comments", "GET", "/wp/v2/comments", per_page=100, _fields=FIELDS, **everything)
    ask("ancestors", "GET", "/wp/v2/comments", include="1,8", type="all", status="any",
        _fields="id,parent,type")  # fmt: skip
    ask("comment", "GET", "/wp/v2/comments/4", context="edit")
    for status in ("all", "spam", "trash"):
        ask(f"reviews_{status}", "GET", "/wc/v3/products/reviews", per_page=100, order="asc",
            status=status, context="edit")  # fmt: skip
    ask("reply", "POST", "/wp/v2/comments", body={"post": 1, "parent": 1, "content": "Gern &amp;"})
    ask("duplicate", "POST", "/wp/v2/comments",
        body={"post": 1, "parent": 1, "content": "Gern &amp;"})  # fmt: skip
    ask("approved", "POST", "/wp/v2/comments/4", body={"status": "approve"})
    ask("trashed", "DELETE", "/wp/v2/comments/4")
    ask("trashed_before", "DELETE", "/wp/v2/comments/4")
    ask("gone", "GET", "/wp/v2/comments/4711", context="edit")
    ask("too_long", "POST", "/wp/v2/comments", body={"post": 1, "content": "ä" * 40000})
    refusals(recorder)
    recorder.keep("login_page", httpx.get(f"{server.url}/wp-login.php"))
    server.set_permalinks(pretty=True)
    recorder.keep("home_pretty", httpx.head(server.url))
    route = f"{server.url}/wp-json/wp/v2/users/me"
    for name, user in (("wrong_password_pretty", "admin"), ("unknown_user_pretty", "nobody")):
        recorder.keep(name, httpx.get(route, auth=(user, "aaaa bbbb")))
    recorder.keep("not_signed_in", httpx.get(route))
    server.set_option("cm_test_rest_closed", 1)
    recorder.keep("rest_disabled_pretty", httpx.get(route, auth=recorder.sign_in))


def refusals(recorder):
    """Record what people with fewer rights, or none, are told."""
    server, ask = recorder.server, recorder.ask
    contributor = ("mia", server.add_user("mia", "contributor"))
    visible = {"status": "any", "order": "asc", "_embed": "up", "_fields": FIELDS}
    ask("me_contributor", "GET", "/wp/v2/users/me", sign_in=contributor, context="edit")
    ask("context_forbidden", "GET", "/wp/v2/comments", sign_in=contributor, context="edit")
    ask("comments_contributor", "GET", "/wp/v2/comments", sign_in=contributor, **visible)
    ask("staff_forbidden", "GET", "/wp/v2/users", sign_in=contributor, roles="author")
    server.set_option("cm_test_flood", 1)
    for text in ("eins", "zwei"):
        ask("flood", "POST", "/wp/v2/comments", sign_in=contributor,
            body={"post": 1, "content": text})  # fmt: skip
    server.set_option("cm_test_flood", 0)
    subscriber = ("sub", server.add_user("sub", "subscriber"))
    ask("status_forbidden", "GET", "/wp/v2/comments", sign_in=subscriber, status="any")
    ask("wrong_password", "GET", "/wp/v2/users/me", sign_in=("admin", "aaaa bbbb"))
    server.php("return wp_update_post(array('ID' => 1, 'comment_status' => 'closed'));")
    ask("closed", "POST", "/wp/v2/comments", body={"post": 1, "content": "zu?"})
    server.php("return wp_update_post(array('ID' => 1, 'comment_status' => 'open'));")
    server.set_option("cm_test_rest_closed", 1)
    ask("rest_disabled", "GET", "/wp/v2/users/me")
    server.set_option("cm_test_rest_closed", 0)


if __name__ == "__main__":
    site = start_wordpress()
    try:
        record(site)
    finally:
        stop_wordpress(site)
