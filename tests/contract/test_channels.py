"""Real connectors against servers on this computer: right ones, wrong ones, and rude ones."""

import json
import socket
import threading
from contextlib import ExitStack, contextmanager

import pytest

from tests.connectors.loopback import serve
from tests.connectors.mail.case import Case
from tests.connectors.wordpress.fake_site import PASSWORD, FakeSite
from tests.contract import shapes


@pytest.fixture
def site():
    with serve() as loopback:
        yield FakeSite(loopback)


@pytest.fixture
def mailbox():
    with Case() as case:
        yield case


def _site_at(url, *more):
    return ["account", "add", "wordpress", "--url", url, "--handle", "admin", *more]


def _mailbox_at(case, **settings):
    config = case.config(**settings)
    words = [word for key, value in config.settings.items()
             for word in ("--set", f"{key}={value}")]  # fmt: skip
    return ["account", "add", "mail", "--handle", config.handle, *words]


def _secret(password):
    return json.dumps({"password": password})


def test_a_site_is_read_answered_and_moderated_each_thing_once(empty, site):
    account = empty.done(*_site_at(site.url), text=_secret(PASSWORD))["id"]
    report, found, policy = empty.each(
        ["sync"], ["inbox", "--view", "all", "--limit", "500"], ["account", "policy", account]
    )
    assert not shapes.SYNC.complaints(report)
    assert report["accounts"][0]["new"] > 5
    assert not shapes.POLICY.complaints(policy)
    chosen = next(one for one in found if one["kind"] == "comments" and one["needs_answer"])
    assert chosen["post"]["url"]
    message = empty.done("show", chosen["id"])["messages"][-1]
    empty.each(["reply", chosen["id"], "Sehr gern!"], ["act", "hold", message["id"]])
    # Two programs send at the same time.
    for ran in empty.together([["sync"], ["sync"], ["sync"]]):
        assert ran.code == 0, ran
    said = [body["content"] for method, _route, _query, body in site.writes()
            if method == "POST" and "content" in body]  # fmt: skip
    held = [body for _method, _route, _query, body in site.writes() if body.get("status")]
    assert (said, len(held)) == (["Sehr gern!"], 1)
    assert empty.done("outbox", "list") == []


def test_an_answer_that_gets_lost_is_never_sent_twice(empty, site):
    empty.done(*_site_at(site.url), text=_secret(PASSWORD))
    _report, found = empty.each(["sync"], ["inbox", "--limit", "500"])
    chosen = next(one["id"] for one in found if one["kind"] == "comments")
    empty.done("reply", chosen, "Einmal genügt.")
    site.losing = True
    ran = empty("sync")
    assert ran.code in (1, 4)
    site.losing = False
    waiting = empty.done("outbox", "list")
    assert [one["state"] for one in waiting] == ["unknown"]
    assert not shapes.OUTBOX.complaints(waiting[0])
    empty.refused(2, "outbox", "resolve", waiting[0]["id"], "--again")
    empty.done("sync")
    assert empty.done("outbox", "list") == []
    said = [body for method, _route, _query, body in site.writes()
            if method == "POST" and body.get("content") == "Einmal genügt."]  # fmt: skip
    assert len(said) == 1


def test_a_mailbox_is_read_and_answered_without_any_note(empty, mailbox):
    mailbox.hear("Backt ihr am Sonntag?")
    empty.done(*_mailbox_at(mailbox), text=_secret("pass"))
    _report, (chosen,) = empty.each(["sync"], ["inbox"])
    empty.each(
        ["note", chosen["id"], "Kunde zahlt nie."],
        ["handoff", chosen["id"], "Jonas", "Machst du?"],
        ["tag", "add", chosen["id"], "schwierig"],
        ["reply", chosen["id"], "Ja, ab acht."],
    )
    for ran in empty.together([["sync"], ["sync"]]):
        assert ran.code == 0, ran
    ((sender, recipients, raw),) = mailbox.smtp.taken
    assert (sender, recipients) == ("alice@example.test", ("karl@kunde.example",))
    assert b"Ja, ab acht." in raw
    for internal in (b"zahlt", b"Machst", b"schwierig", b"Jonas"):
        assert internal not in raw
    assert empty.done("outbox", "list") == []


@contextmanager
def saying(greeting):
    """Run a server that says the same to everybody, and then hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk():
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(greeting)

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


GREETINGS = [
    b"", b"* OK IMAP4rev1 ready\r\n", b"220 mail ESMTP\r\n", b"SSH-2.0-OpenSSH_9.2\r\n",
    bytes(range(256)) * 50, b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip at all",
    b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
]  # fmt: skip


def test_a_server_of_another_kind_is_told_apart_from_a_site_and_a_mailbox(empty, mailbox):
    with ExitStack() as running:
        ports = [running.enter_context(saying(greeting)) for greeting in GREETINGS]
        sites = [_site_at(f"http://127.0.0.1:{port}") for port in ports]
        posts = [_mailbox_at(mailbox, imap_port=str(port)) for port in ports]
        answers = empty.many(sites + posts, _secret("abcd efgh"))
    for greeting, ran in zip(GREETINGS * 2, answers, strict=True):
        assert ran.code in (2, 4), (greeting[:40], ran)
        assert ran.error["what_to_do"]
    assert empty.done("account", "list") == []


ANSWERS = {
    "html": (200, b"<html>It works!</html>", {}, {2, 4}), "empty": (200, b"", {}, {2, 4}),
    "list": (200, b"[]", {}, {2, 4}), "deep": (200, b"[" * 5000, {}, {2, 4}),
    "number": (200, b'{"name": ' + b"9" * 5000 + b"}", {}, {2, 4}),
    "other": (200, b'{"name": "x", "namespaces": ["matrix"]}', {}, {2, 4}),
    "refused": (401, b'{"code": "invalid_username"}', {}, {3}), "forbidden": (403, b"", {}, {2, 5}),
    "gone": (404, b"", {}, {2}), "busy": (429, b"", {"Retry_After": "7"}, {5}),
    "broken": (503, b"<h1>Sorry</h1>", {}, {2, 4}),
    "away": (301, b"", {"Location": "https://shop.example/"}, {2}),
    "down": (302, b"", {"Location": "ftp://127.0.0.1/"}, {2}),
    "inside": (302, b"", {"Location": "http://169.254.169.254/latest"}, {2}),
    "loop": (302, b"", {"Location": "/loop"}, {2}),
}  # fmt: skip


def test_each_answer_of_a_wrong_site_has_its_code_and_keeps_the_password_home(empty):
    with serve() as server, serve() as elsewhere:
        answers = ANSWERS | {
            "moved": (302, b"", {"Location": f"{elsewhere.url}/wp-json/"}, {2}),
            "linked": (200, b"", {"Link": f'<{elsewhere.url}/>; rel="https://api.w.org/"'}, {2}),
        }

        def answer(exchange):
            status, body, headers, _codes = answers[exchange.path.split("/")[1]]
            exchange.answer(body, status=status, **headers)

        server.intercept = answer
        sites = [_site_at(f"{server.url}/{name}") for name in answers]
        left = empty.many(sites, _secret(PASSWORD))
        assert elsewhere.asked == []
    for (name, (*_answer, codes)), ran in zip(answers.items(), left, strict=True):
        assert ran.code in codes, (name, ran)
        assert ran.error["what_to_do"], name
    assert empty.done("account", "list") == []


def test_a_password_never_leaves_without_encryption(empty, site, mailbox):
    urls = ("http://blog.example", "http://192.168.1.5", "http://127.0.0.1.example")
    for ran in empty.many([_site_at(url, "--set", "allow_http=yes") for url in urls],
                          _secret(PASSWORD)):  # fmt: skip
        assert (ran.code, ran.error["code"]) == (2, "address")
    port = str(site.loopback.port)
    kinds = ("none", "plain", "off", "tls")
    posts = [_mailbox_at(mailbox, imap_port=port, imap_security=kind) for kind in kinds]
    assert all(ran.code in (2, 4) for ran in empty.many(posts, _secret("pass")))
    assert not any("pass" in str(asked) for asked in site.loopback.asked)
    assert mailbox.imap.commands == []
