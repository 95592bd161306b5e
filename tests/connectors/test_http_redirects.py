"""Where a request may go, and what it may take along."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.connectors import http_address
from cm_desktop.connectors.http import Ask, Http, Limits, bearer
from cm_desktop.domain.errors import AddressError
from tests import hostile
from tests.connectors.loopback import serve

QUICK = Limits(read_seconds=1, seconds=2, retry_seconds=0.01)


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
    client = Http(server.url, authorization=bearer("secret"), limits=QUICK)
    yield client
    client.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_get_follows_on_the_same_host_with_its_sign_in(server, http, status):
    server.answer("/old", b"", status=status, Location="/new?page=2")
    server.answer("/new", {"ok": True})
    assert http.get_json("/old", dict[str, bool]) == {"ok": True}
    assert server.paths() == ["/old", "/new?page=2"]
    assert server.asked[1].headers["Authorization"] == "Bearer secret"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [301, 303, 307, 308])
def test_writing_is_never_redirected(server, http, method, status):
    server.answer("/old", b"", status=status, Location="/new?token=x")
    with pytest.raises(AddressError) as caught:
        http.ask(Ask(method=method, path="/old"))
    assert (caught.value.problem, caught.value.value) == ("moved", f"{server.url}/new")
    assert server.paths() == ["/old"]


def test_a_loop_ends(server, http):
    server.answer("/a", b"", status=302, Location="/b")
    server.answer("/b", b"", status=302, Location="/a")
    with pytest.raises(AddressError) as caught:
        http.get("/a")
    assert caught.value.problem == "redirect_loop"
    assert len(server.asked) == 6


def test_another_host_is_told_and_not_visited(server, other, http):
    server.answer("/x", b"", status=302, Location=f"{other.url}/y?code=1")
    with pytest.raises(AddressError) as caught:
        http.get("/x")
    assert (caught.value.problem, caught.value.value) == ("moved", f"{other.url}/y")
    assert other.asked == []


def test_another_host_that_is_allowed_gets_no_sign_in(server, other, http):
    server.answer("/x", b"", status=302, Location=f"{other.url}/y")
    other.answer("/y", b"picture")
    assert http.get("/x", elsewhere=True).body == b"picture"
    assert other.asked[0].headers["Authorization"] is None
    assert http.get(f"{other.url}/y", elsewhere=True).body == b"picture"
    assert other.asked[1].headers["Authorization"] is None


def test_an_address_elsewhere_needs_leave(other, http):
    with pytest.raises(AddressError) as caught:
        http.get(f"{other.url}/y?token=x")
    assert (caught.value.problem, caught.value.value) == ("other_host", f"{other.url}/y")
    assert other.asked == []


def test_an_address_of_the_same_host_may_be_whole(server, http):
    server.answer("/x", {})
    http.get(f"{server.url}/x?page=2", {"per_page": 5})
    assert server.paths() == ["/x?page=2&per_page=5"]


@pytest.mark.parametrize(
    "location",
    ["javascript:alert(1)", "file:///etc/passwd", "http://[::1", "ftp://x/", "https://a b/"],
)
def test_a_redirect_to_no_web_address_is_refused(server, http, location):
    server.answer("/x", b"", status=302, Location=location)
    with pytest.raises(AddressError):
        http.get("/x", elsewhere=True)
    assert server.paths() == ["/x"]


def test_a_redirect_without_a_place_is_no_answer(server, http):
    server.answer("/x", b"", status=302)
    with pytest.raises(Exception, match="http_302"):
        http.get("/x")


@pytest.mark.parametrize(
    ("begin", "location", "problem"),
    [
        ("https://a.example/x", "http://a.example/x", "not_https"),
        ("https://a.example/x", "http://127.0.0.1:8080/", "not_https"),
        ("https://a.example/x", "https://127.0.0.1/", "moved"),
        ("https://a.example/x", "https://169.254.169.254/latest", "moved"),
        ("https://a.example/x", "https://192.168.0.1/", "moved"),
        ("https://a.example/x", "https://0x7f000001/", "moved"),
        ("https://a.example/x", "https://2130706433/", "moved"),
        ("https://a.example/x", "https://[::ffff:127.0.0.1]/", "moved"),
        ("https://a.example/x", "https://localhost/", "moved"),
        ("https://a.example/x", "https://user:pass@b.example/", "moved"),
        ("https://a.example/x", "https://b.example:99999/", "moved"),
    ],
)
def test_no_redirect_leads_into_the_house_or_out_of_https(begin, location, problem):
    with pytest.raises(AddressError) as caught:
        http_address.redirected(begin, location, allow_http=True)
    assert caught.value.problem == problem
    assert "pass" not in caught.value.value


def test_a_redirect_may_lead_from_http_to_https():
    target = http_address.redirected("http://a.example/x", "https://a.example/x", allow_http=True)
    assert target == "https://a.example/x"
    assert http_address.is_same_place("http://a.example/x", target)


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("https://a.example/x", "https://A.example:443/y", True),
        ("https://a.example", "https://a.example.", True),
        ("http://a.example", "https://a.example:8443", True),
        ("https://a.example", "http://a.example", False),
        ("https://a.example", "https://a.example:8443", False),
        ("https://a.example", "https://www.a.example", False),
        ("https://a.example", "https://a.example@evil.example", False),
        ("https://a.example", "https://a.example.evil.example", False),
    ],
)
def test_a_sign_in_is_told_to_the_same_place_only(one, two, same):
    assert http_address.is_same_place(one, two) is same


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://a.example", "not_https"),
        ("http://192.168.0.5", "not_https"),
        ("http://localhost.evil.example", "not_https"),
        ("ftp://a.example", "bad_address"),
        ("a.example", "missing"),
        ("", "missing"),
        ("https://", "missing"),
        ("https://user:secret@a.example", "bad_address"),
        ("https://a.example:99999", "bad_address"),
        ("https://a.example:x", "bad_address"),
        ("https://a..example", "bad_address"),
        ("https://" + "a" * 64 + ".example", "bad_address"),
        ("https://a example", "bad_address"),
        ("https://a.example\\@evil.example", "bad_address"),
        ("https://[::1", "bad_address"),
        ("https://\u202ea.example", "bad_address"),
    ],
)
def test_an_address_that_cannot_work_is_told_before_anything_leaves(url, problem):
    with pytest.raises(AddressError) as caught:
        Http(url)
    assert caught.value.problem == problem
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["http://localhost:8080", "http://127.0.0.1", "http://[::1]:80", "http://x.localhost/",
     "https://bäckerei.example", "https://xn--bckerei-5wa.example/blog"],
)  # fmt: skip
def test_good_addresses_are_taken(url):
    Http(url).close()


def test_plain_http_elsewhere_needs_the_account_to_allow_it():
    Http("http://192.168.0.5", settings={"allow_http": "yes"}).close()


@given(st.one_of(st.text(), st.sampled_from(list(hostile.LINKS.values()))))
def test_any_address_is_taken_or_refused(text):
    for url in (text, f"https://{text}", f"https://a.example/{text}"):
        with suppress(AddressError):
            http_address.check_address(url, allow_http=False)
            http_address.log_path(url, frozenset())
        with suppress(AddressError):
            http_address.redirected("https://a.example", url, allow_http=False)
        http_address.without_query(url)
