"""What goes out and what comes back over HTTP, against a real server on this computer."""

import base64
import gzip
import logging
import socket

import pytest

from cm_desktop import __version__
from cm_desktop.connectors.http import Ask, Http, Limits, basic, bearer
from cm_desktop.domain.errors import (
    AddressError,
    GoneError,
    NotAllowedError,
    OfflineError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
)
from tests.connectors.loopback import serve

TOKEN = "canary-token-0123456789"
QUICK = Limits(connect_seconds=2, read_seconds=0.3, seconds=0.6, retry_seconds=0.01)


@pytest.fixture
def server():
    with serve() as loopback:
        yield loopback


@pytest.fixture
def other():
    with serve() as loopback:
        yield loopback


@pytest.fixture
def http(server):
    client = Http(server.url, authorization=bearer(TOKEN), limits=QUICK)
    yield client
    client.close()


def test_a_get_carries_our_name_and_sign_in_and_brings_the_answer(server, http):
    server.answer("/api/items", {"id": 7}, X_Total="3")

    answer = http.get("/api/items", {"since": "a b", "ids[]": ["1", "2"]})

    assert (answer.status, answer.headers["x-total"]) == (200, "3")
    assert answer.json(dict[str, int]) == {"id": 7}
    (asked,) = server.asked
    assert asked.path == "/api/items?since=a+b&ids%5B%5D=1&ids%5B%5D=2"
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["User-Agent"] == f"CM-Desktop/{__version__}"


def test_a_base_address_may_have_a_path_of_its_own(server):
    server.answer("/blog/wp-json/x", {})
    client = Http(f"{server.url}/blog/")
    client.get("/wp-json/x")
    client.get("wp-json/x")
    client.close()
    assert server.paths() == ["/blog/wp-json/x"] * 2


def test_bodies_go_out_as_json_or_as_a_form(server, http):
    server.answer("/x", {"ok": True})
    assert http.post_json("/x", dict[str, bool], {"text": "Grüße 🥨"}) == {"ok": True}
    http.post_form("/x", {"text": "a&b"})
    http.put("/x", [1])
    http.patch("/x", {})
    http.delete("/x", {"force": "true"})
    http.ask(Ask(method="POST", path="/x", content=b"raw", headers={"Content-Type": "text/plain"}))

    sent = [(asked.command, asked.headers["Content-Type"], asked.body) for asked in server.asked]
    assert sent == [
        ("POST", "application/json", '{"text":"Grüße 🥨"}'.encode()),
        ("POST", "application/x-www-form-urlencoded", b"text=a%26b"),
        ("PUT", "application/json", b"[1]"),
        ("PATCH", "application/json", b"{}"),
        ("DELETE", None, b""),
        ("POST", "text/plain", b"raw"),
    ]
    assert server.asked[-2].path == "/x?force=true"


def test_basic_sign_in_takes_passwords_with_umlauts():
    assert base64.b64decode(basic("lena", "Brötchen: 5").split()[1]).decode() == "lena:Brötchen: 5"


def test_links_of_the_head_are_named(server, http):
    server.answer("/x", [], Link='<https://a.example/p?max=1>; rel="next", <https://b>; rel=prev')
    assert http.get("/x").links == {"next": "https://a.example/p?max=1", "prev": "https://b"}


@pytest.mark.parametrize(
    ("status", "body", "error", "detail"),
    [
        (401, {"code": "rest_forbidden"}, SignInNeededError, "rest_forbidden"),
        (403, {"error": {"code": 10, "message": "geheim"}}, NotAllowedError, "10"),
        (404, {"error": "Record not found"}, GoneError, "http_404"),
        (410, b"<html>", GoneError, "http_410"),
        (500, b"<html>", ServerTroubleError, "http_500"),
        (502, b"", ServerTroubleError, "http_502"),
        (503, {"errcode": "M_UNAVAILABLE"}, ServerTroubleError, "M_UNAVAILABLE"),
        (408, b"", SlowError, "http_408"),
    ],
)
def test_a_refusal_is_an_error_that_says_what_can_be_done(
    server, http, status, body, error, detail
):
    server.answer("/x", body, status=status)
    with pytest.raises(error) as caught:
        http.get("/x")
    assert caught.value.detail == detail
    assert getattr(caught.value, "status", status) == status
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, {"code": "comment_too_long", "message": "Zu lang"}, "comment_too_long"),
        (409, {"code": "comment_duplicate"}, "comment_duplicate"),
        (422, {"errors": [{"reason": "commentsDisabled"}]}, "commentsDisabled"),
        (422, {"errors": ["Body is too short"], "error_type": "invalid"}, "invalid"),
        (400, {"error": "ExpiredToken", "message": "Token has expired"}, "ExpiredToken"),
        (402, b"", "http_402"),
        (413, b"<html>too large</html>", "http_413"),
    ],
)
def test_what_the_channel_rejects_carries_its_own_word(server, http, status, body, reason):
    server.answer("/x", body, status=status)
    with pytest.raises(RejectedError) as caught:
        http.post("/x", {})
    assert caught.value.reason == reason


def test_a_status_that_the_caller_expects_is_no_error(server, http):
    server.answer("/x", b"", status=304)
    assert http.get("/x", accept=(304,)).status == 304
    with pytest.raises(ServerTroubleError):
        http.get("/x")


def test_too_many_requests_tell_how_long_to_wait_and_are_not_repeated(server, http):
    server.answer("/x", {}, status=429, Retry_After="30")
    with pytest.raises(RateLimitedError) as caught:
        http.get("/x")
    assert caught.value.wait_seconds == 30

    with pytest.raises(RateLimitedError) as caught:
        http.get("/y")
    assert 29 < caught.value.wait_seconds <= 30
    assert server.paths() == ["/x"]


def test_a_used_up_allowance_stops_us_before_the_channel_has_to(server, http):
    server.answer("/x", {}, X_RateLimit_Remaining="0", X_RateLimit_Reset="20")
    http.get("/x")
    with pytest.raises(RateLimitedError):
        http.post("/x", {})
    assert len(server.asked) == 1


def test_nobody_there_is_offline():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        client = Http(f"http://127.0.0.1:{unused.getsockname()[1]}", limits=QUICK)
        with pytest.raises(OfflineError):
            client.get("/x")
        client.close()


def test_a_get_without_an_answer_is_asked_once_more(server, http):
    server.routes["/x"] = lambda exchange: (
        exchange.reset() if len(server.asked) == 1 else exchange.answer({"ok": True})
    )
    assert http.get_json("/x", dict[str, bool]) == {"ok": True}
    assert len(server.asked) == 2


@pytest.mark.parametrize("manner", ["hang", "reset"])
@pytest.mark.parametrize(("method", "times"), [("GET", 2), ("POST", 1), ("PUT", 1), ("DELETE", 1)])
def test_only_reading_is_ever_repeated(server, http, manner, method, times):
    server.routes["/x"] = lambda exchange: getattr(exchange, manner)()
    with pytest.raises(SlowError):
        http.ask(Ask(method=method, path="/x"))
    assert len(server.asked) == times


def test_a_post_that_failed_on_the_server_is_not_repeated(server, http):
    server.answer("/x", b"", status=500)
    with pytest.raises(ServerTroubleError):
        http.post("/x", {})
    assert len(server.asked) == 1


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def test_a_body_that_drips_is_cut_off(server, http):
    server.routes["/x"] = lambda exchange: exchange.raw(
        HEAD + b"Content-Length: 1000\r\n\r\n", *[b" "] * 1000, pause=0.1
    )
    with pytest.raises(SlowError) as caught:
        http.get("/x")
    assert caught.value.detail == "deadline"


def test_a_head_that_drips_is_cut_off_too(server, http):
    server.routes["/x"] = lambda exchange: exchange.raw(
        b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 1000, pause=0.1
    )
    with pytest.raises(SlowError) as caught:
        http.get("/x")
    assert caught.value.detail == "deadline"
    server.answer("/y", {})
    assert http.get("/y").status == 200  # a new connection, none the worse


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"Content-Length: 1000\r\n\r\n", b"{}"),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"2\r\n{}\r\n"),
        (b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"{}" * 1000)[:-9]),
    ],
    ids=["length", "chunks", "gzip"],
)
def test_a_body_without_its_end_is_no_answer(server, http, head, body):
    server.routes["/x"] = lambda exchange: exchange.raw(HEAD + head + body)
    with pytest.raises(ServerTroubleError) as caught:
        http.get("/x")
    assert caught.value.detail == "cut"
    assert len(server.asked) == 2
    with pytest.raises(ServerTroubleError):
        http.post("/x", {})
    assert len(server.asked) == 3


def test_a_gzip_bomb_is_stopped_on_its_way_open(server, http):
    server.answer("/x", gzip.compress(bytes(30 << 20)), Content_Encoding="gzip")
    with pytest.raises(ServerTroubleError) as caught:
        http.get("/x")
    assert caught.value.detail == "too_large"


def test_a_body_that_never_ends_is_stopped(server, http):
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    server.routes["/x"] = lambda exchange: exchange.raw(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 1000
    )
    with pytest.raises(ServerTroubleError) as caught:
        http.get("/x", limits=Limits(body_bytes=1 << 20))
    assert caught.value.detail == "too_large"


def test_a_body_that_says_it_is_too_long_is_not_even_read(server, http):
    server.routes["/x"] = lambda exchange: exchange.raw(
        HEAD + b"Content-Length: 99999999999\r\n\r\n"
    )
    with pytest.raises(ServerTroubleError) as caught:
        http.get("/x")
    assert caught.value.detail == "too_large"


def test_zipped_bodies_are_read_whole_even_in_several_parts(server, http):
    zipped = gzip.compress(b'{"a": ') + gzip.compress(b"1}")
    server.answer("/x", zipped, Content_Encoding="gzip")
    assert http.get_json("/x", dict[str, int]) == {"a": 1}


@pytest.mark.parametrize(
    ("encoding", "body"), [("gzip", b"{}"), ("br", b"{}"), ("deflate", b"x"), ("zstd", b"x")]
)
def test_a_body_packed_in_a_way_we_did_not_ask_for_is_refused(server, http, encoding, body):
    server.answer("/x", body, Content_Encoding=encoding)
    with pytest.raises(ServerTroubleError) as caught:
        http.get("/x")
    assert caught.value.detail == "bad_encoding"


@pytest.mark.parametrize(
    "answer",
    [b"SSH-2.0-OpenSSH\r\n\r\n", b"\0\x01\x02\x03\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n"],
)
def test_what_is_no_http_is_trouble_of_the_server(server, http, answer):
    server.routes["/x"] = lambda exchange: exchange.raw(answer)
    with pytest.raises(ServerTroubleError) as caught:
        http.get("/x")
    assert caught.value.detail == "not_http"


def test_html_where_data_was_promised_is_trouble_of_the_server(server, http):
    server.answer("/x", b"<!doctype html><title>Login</title>", Content_Type="text/html")
    with pytest.raises(ServerTroubleError) as caught:
        http.get_json("/x", object)
    assert caught.value.detail == "not_json"


def test_a_token_that_fits_no_header_asks_for_a_new_sign_in(server):
    for token in ("a\nb", "a\r\nX: y", "grün", "a\0b"):
        client = Http(server.url, authorization=f"Bearer {token}", limits=QUICK)
        with pytest.raises(SignInNeededError):
            client.get("/x")
        client.close()
    assert server.asked == []


def test_no_log_line_holds_a_token_a_query_or_a_text(server, caplog):
    caplog.set_level(logging.DEBUG)
    server.answer("/bot12:abc-DEF/getUpdates", {"text": "Geheimnis"})
    server.answer(f"/{TOKEN}/x", b"", status=302, Location=f"/y?code={TOKEN}")
    server.answer("/y", {}, status=500)
    client = Http(server.url, authorization=bearer(TOKEN), limits=QUICK)
    client.get("/bot12:abc-DEF/getUpdates", {"access_token": TOKEN})
    with pytest.raises(ServerTroubleError):
        client.get(f"/{TOKEN}/x")
    client.close()

    ours = [record for record in caplog.records if record.name == "cm_desktop.connectors.http"]
    assert len(ours) == 3
    assert ours[0].getMessage().startswith("GET 127.0.0.1/bot***/getUpdates: 200 in ")
    for record in caplog.records:
        line = record.getMessage()
        assert not any(word in line for word in (TOKEN, "abc-DEF", "access_token", "Geheimnis"))


def test_cookies_of_one_answer_are_not_sent_with_the_next(server, http):
    server.answer("/x", {}, Set_Cookie="session=1; Path=/")
    http.get("/x")
    http.get("/x")
    assert server.asked[1].headers["Cookie"] is None


def test_the_environment_has_no_say(server, other, http, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, other.url)
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    server.answer("/x", {})
    client = Http(server.url, limits=QUICK)
    client.get("/x")
    client.close()
    assert (len(server.asked), other.asked) == (1, [])


def test_a_proxy_of_the_account_is_used(server, other):
    other.routes[f"{server.url}/x"] = lambda exchange: exchange.answer({"by": "proxy"})
    client = Http(server.url, settings={"proxy": other.url}, limits=QUICK)
    assert client.get_json("/x", dict[str, str]) == {"by": "proxy"}
    client.close()
    assert server.asked == []


@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1", "nonsense", "http://[", "socks5://x"])
def test_a_proxy_that_cannot_work_is_told(server, proxy):
    with pytest.raises(AddressError) as caught:
        Http(server.url, settings={"proxy": proxy})
    assert caught.value.problem == "proxy"
