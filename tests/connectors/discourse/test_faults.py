"""What a broken or busy forum does to a pass, and that the next one makes up for it."""

import pytest

from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    RateLimitedError,
    ServerTroubleError,
    SlowError,
)
from tests.connectors.contract import cursor_of, messages, newest_in
from tests.servers.cutting_proxy import Cut, cutting_proxy, lose_answer

PAGES = [
    b"",
    b"<html><body>Wartung</body></html>",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b"null",
    b'{"latest_posts": 7}',
    b'{"latest_posts": null}',
    b'{"id": ' + b"9" * 5000 + b"}",
]


@pytest.fixture
def filled(forum):
    """A forum with something in each of its lists; returns the ids of all messages."""
    first = forum.start(forum.anna, "Brot", "Habt ihr?")
    posts = [forum.post(forum.anna, first["topic_id"], f"Frage {number}") for number in range(4)]
    private = forum.write_to(forum.anna, ["krume"], "Bestellung", "Zwei Brote")
    hidden = forum.start(forum.anna, "Versteckt", "Und du, @krume?", visible=False)
    item = forum.hold(forum.bernd, "Billige Uhren", title="Uhren!")
    return {str(one["id"]) for one in (first, *posts, private, hidden)} | {f"held:{item['id']}"}


def fetched(connector, since=None):
    """Return what came before it broke off, and why it did."""
    events, reading = [], connector.fetch(since)
    try:
        while (event := next(reading, None)) is not None:
            events.append(event)
    except CmError as error:
        return events, error
    return events, None


def ids(events):
    return {event.remote_id for event in messages(events)}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "path",
    ["/posts.json", "/notifications.json", "/review.json", "/topics/private-messages/krume.json"],
)
def test_a_page_of_another_kind_ends_the_pass_and_the_next_one_has_all(
    forum, connect, filled, page, path
):
    connector = connect()
    connector.identify()
    forum.loopback.routes[path] = lambda exchange: exchange.answer(page)
    events, error = fetched(connector)
    assert isinstance(error, ServerTroubleError)
    del forum.loopback.routes[path]
    later, error = fetched(connect(), cursor_of(events))
    assert error is None
    # What came before a cursor is kept; what came after it comes again.
    assert ids(events) | ids(later) == filled


@pytest.mark.parametrize("at", range(9))
def test_whenever_it_has_enough_nothing_is_missing_after_the_next_pass(forum, connect, filled, at):
    connector = connect()
    connector.identify()
    forum.allowance, forum.wait = at, 3
    events, error = fetched(connector)
    if error is not None:
        assert isinstance(error, RateLimitedError)
        assert error.wait_seconds == 3
    forum.allowance = None
    later, error = fetched(connect(), cursor_of(events))
    assert error is None
    assert ids(events) | ids(later) == filled


def test_a_forum_that_has_enough_is_left_alone_for_as_long(forum, connect, filled):
    connector = connect()
    connector.identify()
    forum.allowance, forum.wait = 0, 30
    assert isinstance(fetched(connector)[1], RateLimitedError)
    asked = len(forum.loopback.asked)
    assert isinstance(fetched(connector)[1], RateLimitedError)
    assert len(forum.loopback.asked) == asked


def test_an_early_refusal_without_json_is_understood(forum, connect, filled):
    connector = connect()
    connector.identify()
    forum.loopback.answer("/posts.json", b"Slow down, please.", status=429, Retry_After="10")
    _events, error = fetched(connector)
    assert isinstance(error, RateLimitedError)
    assert error.wait_seconds == 10


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("at", [1, 3, 5])
def test_whenever_it_breaks_nothing_is_missing_after_the_next_pass(
    forum, connect, filled, status, at
):
    connector = connect()
    connector.identify()
    serve, left = forum.loopback.otherwise, [at]

    def breaks(exchange):
        left[0] -= 1
        if left[0] < 0:
            exchange.answer(b"<h1>oops</h1>", status=status)
        else:
            serve(exchange)

    forum.loopback.otherwise = breaks
    events, error = fetched(connector)
    assert isinstance(error, ServerTroubleError)
    forum.loopback.otherwise = serve
    later, _error = fetched(connect(), cursor_of(events))
    assert ids(events) | ids(later) == filled


def test_a_cut_body_and_a_silent_server_are_told_apart(forum, connect, filled):
    connector = connect()
    connector.identify()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    forum.loopback.routes["/posts.json"] = lambda exchange: exchange.raw(head)
    assert isinstance(fetched(connector)[1], ServerTroubleError)
    forum.loopback.routes["/posts.json"] = lambda exchange: exchange.reset()
    assert isinstance(fetched(connector)[1], SlowError)


def test_a_redirect_to_another_host_gets_no_key(forum, connect, filled):
    connector = connect()
    connector.identify()
    forum.loopback.answer("/posts.json", status=302, Location="http://localhost:9/posts.json")
    _events, error = fetched(connector)
    assert isinstance(error, AddressError)
    assert error.problem == "moved"


def test_a_forum_that_shows_one_page_for_ever_is_left(forum, connect, filled):
    connector = connect()
    events, _error = fetched(connector)
    page = forum.loopback.otherwise
    for number in range(120):
        forum.post(forum.anna, 1, f"Neu {number}")
    forum.loopback.stuck = {}
    forum.loopback.asked.clear()
    stuck, _error = fetched(connector, cursor_of(events))
    assert len(forum.loopback.asked) < 60
    assert forum.loopback.otherwise == page
    assert len(ids(stuck)) >= 50


def test_the_key_is_in_no_log_and_no_error(forum, connect, filled, caplog):
    caplog.set_level("DEBUG")
    key = connect()._config.secret["token"]
    connector = connect()
    fetched(connector)
    forum.loopback.answer("/posts.json", {"error_type": key}, status=400)
    _events, error = fetched(connector)
    assert key not in caplog.text
    assert key not in repr(error)


@pytest.mark.parametrize("cut", [cut for cut in Cut if cut is not Cut.NEVER])
@pytest.mark.parametrize("public", [True, False], ids=["topic", "private"])
def test_an_answer_that_got_lost_is_there_exactly_once_in_the_end(
    forum, connect, reply, cut, public
):
    if public:
        forum.start(forum.anna, "Brot", "Habt ihr?")
    else:
        forum.write_to(forum.anna, ["krume"], "Brot", "Habt ihr?")
    with cutting_proxy(forum.loopback.port) as proxy:
        connector = connect(url=proxy.url)
        question = newest_in(list(connector.fetch(None)))
        asked = reply(question, "Gern geschehen", first_attempt_at=forum.now)
        applied = lose_answer(proxy, cut, lambda: connector.send(asked))
        assert forum.said() == ["Gern geschehen"] * applied

        # As the outbox does: look, and send again only if it is not there.
        proxy.cut = Cut.NEVER
        found = connector.find_sent(asked)
        assert (found is not None) is applied
        sent = found or connector.send(asked)
        assert connector.find_sent(asked).remote_id == sent.remote_id
        assert forum.said() == ["Gern geschehen"]
