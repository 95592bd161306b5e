"""What a website does to a feed: says it has not changed, moves it, takes it away, breaks it."""

import pytest

from cm_desktop.connectors.feed import LONGEST, SHORTEST
from cm_desktop.domain.errors import (
    AddressError,
    GoneError,
    OfflineError,
    RateLimitedError,
    ServerTroubleError,
    SlowError,
)
from tests.connectors.contract import messages
from tests.connectors.feed.conftest import RSS
from tests.connectors.loopback import serve

RSS_TYPE = "application/rss+xml"


def asked(site):
    return site.server.asked[-1].headers


def test_what_has_not_changed_is_not_sent_again(site):
    changed = "Sun, 01 Nov 2026 10:00:00 GMT"
    site.rss("eins", ETag='W/"a"', Last_Modified=changed)
    site.read()
    assert asked(site)["If-None-Match"] is None

    site.server.answer("/feed", b"", status=304)
    assert site.read() == []
    assert site.events == []
    assert (asked(site)["If-None-Match"], asked(site)["If-Modified-Since"]) == ('W/"a"', changed)

    site.rss("zwei", "eins", ETag='W/"b"')
    assert [item.remote_id for item in site.read()] == ["zwei"]


def test_not_changed_without_being_asked_is_nonsense(site):
    site.server.answer("/feed", b"", status=304)
    with pytest.raises(ServerTroubleError):
        site.read()


def test_a_broken_feed_is_asked_for_whole_the_next_time(site):
    whole = RSS.format("", "T", "<item><guid>1</guid><title>eins</title></item>")
    site.shows(whole.partition("</channel>")[0] + "<item><guid>2</guid><tit", ETag='"a"')
    assert [item.remote_id for item in site.read()][:1] == ["1"]
    site.rss("<item><guid>1</guid><title>eins</title></item>",
             "<item><guid>2</guid><title>zwei</title></item>", ETag='"a"')  # fmt: skip
    assert "2" in [item.remote_id for item in site.read()]
    assert asked(site)["If-None-Match"] is None


def test_a_state_that_cannot_be_sent_is_not_sent(site):
    site.rss("eins", ETag="x" * 600)
    site.read()
    site.read()
    assert asked(site)["If-None-Match"] is None


def test_where_a_feed_has_moved_for_good_it_is_asked_from_then_on(site):
    site.server.answer("/feed", b"", status=301, Location="/neu/feed")
    site.rss("eins", path="/neu/feed")
    assert len(site.read()) == 1
    site.server.asked.clear()
    site.rss("zwei", "eins", path="/neu/feed")
    assert len(site.read()) == 1
    assert site.server.paths() == ["/neu/feed"]


@pytest.mark.parametrize("status", [302, 307])
def test_where_it_has_moved_for_now_it_is_asked_at_home_again(site, status):
    site.server.answer("/feed", b"", status=status, Location="/neu/feed")
    site.rss("eins", path="/neu/feed")
    site.read()
    site.server.asked.clear()
    site.read()
    assert site.server.paths() == ["/feed", "/neu/feed"]


def test_a_feed_is_followed_to_another_host(site):
    with serve() as other:
        moved = f"{other.url.replace('127.0.0.1', 'localhost')}/feed"
        site.server.answer("/feed", b"", status=301, Location=moved)
        other.answer("/feed", b"<rss version='2.0'><channel><title>N</title><item><guid>1</guid>"
                     b"<title>T</title></item></channel></rss>", Content_Type=RSS_TYPE)  # fmt: skip
        assert len(site.read()) == 1
        assert site.connect().identify().url == moved


def test_a_feed_that_is_gone_for_good_is_hardly_asked_any_more(site):
    site.rss("eins")
    site.read()
    site.server.answer("/feed", b"", status=410)
    site.server.asked.clear()
    for _ in range(96):
        connector = site.connect()
        reported = connector.fetch(site.cursor)
        site.cursor = next(reported).cursor
        with pytest.raises(GoneError, match="http_410"):
            next(reported)
    assert len(site.server.asked) == 1

    site.rss("zwei", "eins")
    assert [item.remote_id for item in site.read()] == ["zwei"]


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        (429, {"Retry_After": "30"}, RateLimitedError),
        (429, {}, RateLimitedError),
        (404, {}, GoneError),
        (500, {}, ServerTroubleError),
        (503, {"Retry_After": "120"}, ServerTroubleError),
    ],
)
def test_a_server_in_trouble_leaves_the_place_as_it_was(site, status, headers, error):
    site.rss("eins")
    site.read()
    before = site.cursor
    site.server.answer("/feed", b"<h1>oops</h1>", status=status, **headers)
    with pytest.raises(error) as caught:
        site.read()
    assert site.cursor == before
    if isinstance(caught.value, RateLimitedError):
        assert caught.value.wait_seconds == (30 if headers else None)


def test_a_web_page_in_place_of_the_feed_is_trouble_of_the_server(site):
    site.shows("<!doctype html><html><body>Wartung</body></html>", Content_Type="text/html")
    with pytest.raises(ServerTroubleError, match="not_a_feed"):
        site.read()


def test_a_cut_answer_is_trouble_and_a_dropped_connection_is_slowness(site):
    site.server.routes["/feed"] = lambda exchange: exchange.raw(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 999\r\n\r\n<rss"
    )
    with pytest.raises(ServerTroubleError):
        site.read()
    site.server.routes["/feed"] = lambda exchange: exchange.reset()
    with pytest.raises(SlowError):
        site.read()
    site.server.close_port()
    with pytest.raises(OfflineError):
        site.read()


def test_more_than_five_megabytes_are_not_read(site):
    site.shows(b"<rss version='2.0'><channel><title>" + b"x" * (6 << 20))
    with pytest.raises(ServerTroubleError):
        site.read()


# The address that was typed in.

PAGE = """<!doctype html><html><head><title>Blog</title>
<link rel="stylesheet" href="/x.css">
<link rel="alternate" type="application/rss+xml" title="Blog" href="/feed">
<link rel="alternate" type="application/rss+xml" title="Blog » Kommentare" href="/comments/feed">
</head><body></body></html>"""


def test_a_web_page_names_its_feed(site):
    site.shows(PAGE, path="/", Content_Type="text/html; charset=utf-8")
    site.rss("eins")
    site.rss("c", path="/comments/feed", title="Kommentare")
    found = site.look("/")
    assert (found.software, found.title, found.url) == ("RSS", "Stadtanzeiger", f"{site.url}/feed")
    identity = site.connect("/").identify()
    assert (identity.url, identity.remote_id) == (f"{site.url}/feed", f"{site.url}/feed")
    assert site.look("/", kind="comments").url == f"{site.url}/comments/feed"


def test_a_page_without_a_feed_is_told(site):
    site.shows("<html><head></head><body>Hallo</body></html>", path="/", Content_Type="text/html")
    with pytest.raises(AddressError, match="no_feed"):
        site.look("/")
    elsewhere = PAGE.replace('href="/', 'href="javascript:')
    site.shows(elsewhere, path="/", Content_Type="text/html")
    with pytest.raises(AddressError, match="no_feed"):
        site.look("/")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("feed://{host}/feed", "https://{host}/feed"),
        ("feed:http://{host}/feed", "http://{host}/feed"),
        (" http://{host}/feed#oben ", "http://{host}/feed"),
        ("{host}/feed", "https://{host}/feed"),
    ],
)
def test_an_address_may_be_typed_as_people_do(site, typed, meant):
    from dataclasses import replace

    from cm_desktop.connectors.feed import _address

    host = site.url.removeprefix("http://")
    config = replace(site.config(), url=typed.format(host=host))
    assert _address(config) == meant.format(host=host)


def test_without_encryption_only_this_computer_is_read(site):
    from dataclasses import replace

    from cm_desktop.connectors.feed import FeedConnector

    with pytest.raises(AddressError, match="not_https"):
        FeedConnector(replace(site.config(), url="http://news.example/feed")).identify()
    with pytest.raises(AddressError, match="missing"):
        FeedConnector(replace(site.config(), url=" ")).identify()


@pytest.mark.parametrize(
    ("about", "headers", "seconds"),
    [
        ("", {}, SHORTEST),
        ("<ttl>60</ttl>", {}, 3600),
        ("<ttl>1</ttl>", {}, SHORTEST),
        ("<ttl>99999999</ttl>", {}, LONGEST),
        ("<ttl>viel</ttl>", {}, SHORTEST),
        ("", {"Cache_Control": "public, max-age=1800"}, 1800),
        ("", {"Cache_Control": "max-age=-1, max-age=x"}, SHORTEST),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
         {}, 21_600),
    ],
)  # fmt: skip
def test_a_feed_is_looked_at_as_seldom_as_it_asks(site, about, headers, seconds):
    namespace = " xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'"
    site.rss("eins", namespaces=namespace, about=about, **headers)
    connector = site.connect()
    assert connector.policy.poll_seconds == SHORTEST
    identity = connector.identify()
    assert connector.policy.poll_seconds == seconds
    assert site.connect(**identity.settings).policy.poll_seconds == seconds


def test_an_empty_feed_is_a_feed(site):
    site.rss()
    assert site.look().title == "Stadtanzeiger"
    assert site.read() == []
    assert messages(site.events) == []
