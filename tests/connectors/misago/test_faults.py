"""What a broken or busy forum does to a pass, and that the next one makes up for it."""

import pytest

from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    RateLimitedError,
    ServerTroubleError,
)
from cm_desktop.domain.events import CursorMoved, MessageSeen
from tests.connectors.contract import cursor_of, events_of, messages, newest_in, reply_to

PAGES = [
    b"",
    b"<html><body>Wartung</body></html>",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b"null",
    b'{"results": 7}',
    b'{"id": 1, "post_set": {"results": null}}',
    b'{"id": ' + b"9" * 5000 + b"}",
]


def filled(forum):
    thread, _first = forum.thread("Frage")
    for number in range(20):
        forum.post(thread, f"Nr. {number}")
    return f"/api/threads/{thread}/posts/"


def fetched(misago, since=None):
    """Return what came before it broke off, and why it did."""
    events, reading = [], misago.fetch(since)
    try:
        while (event := next(reading, None)) is not None:
            events.append(event)
    except CmError as error:
        return events, error
    return events, None


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("which", ["list", "posts"])
def test_a_page_of_another_kind_ends_the_pass_and_the_next_one_has_all(forum, misago, page, which):
    posts = filled(forum)
    misago.identify()
    path = posts if which == "posts" else "/api/threads/"
    forum.loopback.routes[path] = lambda exchange: exchange.answer(page)
    events, error = fetched(misago)
    assert isinstance(error, ServerTroubleError)
    del forum.loopback.routes[path]
    later = events_of(misago, cursor_of(events))
    assert len(messages(later)) >= 16


@pytest.mark.parametrize("at", range(2, 9))
@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_whenever_it_breaks_off_nothing_is_missing_after_the_next_pass(forum, misago, at, status):
    filled(forum)
    for number in range(6):
        forum.thread(f"Anderes {number}")
    everything = {one.remote_id for one in messages(events_of(misago))}
    misago.close()
    asked = []

    def break_off(exchange):
        asked.append(exchange.path)
        if len(asked) >= at:
            exchange.answer(b"", status=status)
        else:
            forum._serve(exchange)

    forum.loopback.intercept = break_off
    events, error = fetched(misago)
    assert isinstance(error, RateLimitedError if status == 429 else ServerTroubleError)
    forum.loopback.intercept = None
    later = events_of(misago, cursor_of(events))
    assert {one.remote_id for one in messages([*events, *later])} == everything


def test_a_page_that_repeats_itself_for_ever_is_left(forum, misago):
    filled(forum)
    page = {"results": [], "next": 7}
    forum.loopback.answer("/api/threads/", page)
    events, error = fetched(misago)
    assert error is None
    assert isinstance(events[-1], CursorMoved)
    assert len(forum.loopback.paths()) < 20


def test_pages_that_never_end_are_left(forum, misago):
    posts = filled(forum)

    def endless(exchange):
        answer = forum._answer("GET", posts, {}, None, exchange.headers)
        answer["body"]["post_set"] |= {"page": 1 << 60, "pages": (1 << 60) + 5}
        exchange.answer(answer["body"])

    since = cursor_of(events_of(misago))
    forum.post(1, "Neu")
    forum.loopback.routes[posts] = endless
    _events, error = fetched(misago, since)
    assert error is None
    assert len(forum.loopback.paths()) < 200


def test_a_number_from_nowhere_does_not_hide_what_comes_later(forum, misago):
    thread, _first = forum.thread("Frage")

    def lie(exchange):
        answer = forum._list({}, private=False)["body"]
        answer["results"][0]["last_post"] = 2**62
        exchange.answer(answer)

    forum.loopback.routes["/api/threads/"] = lie
    since = cursor_of(events_of(misago))
    del forum.loopback.routes["/api/threads/"]
    post = forum.post(thread, "Danach")
    assert str(post) in {one.remote_id for one in messages(events_of(misago, since))}


def test_a_redirect_to_another_host_gets_neither_cookie_nor_password(forum, misago):
    _thread, _first = forum.thread("Frage")
    events = events_of(misago)
    forum.loopback.intercept = lambda exchange: exchange.answer(
        b"", status=302, Location="http://localhost:9/"
    )
    with pytest.raises(AddressError, match="moved"):
        misago.send(reply_to(newest_in(events), "Antwort"))
    with pytest.raises(AddressError, match="moved"):
        misago.identify()


def test_a_cursor_that_makes_no_sense_is_as_good_as_none(forum, misago):
    forum.thread("Frage")
    for since in ("", "{", "[]", '{"threads": 7}', '{"watched": {"x": []}}', "\ud800"):
        assert [one for one in events_of(misago, since) if isinstance(one, MessageSeen)]
