"""What bad networks and servers do to a pass, and what is known afterwards."""

import pytest

from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    RateLimitedError,
    ServerTroubleError,
    SlowError,
)
from cm_desktop.domain.events import CursorMoved
from tests.connectors.contract import cursor_of, events_of, messages
from tests.connectors.mastodon.fake_server import ANNA, US

PATHS = (
    "/api/v1/notifications",
    "/api/v1/accounts/1/statuses",
    "/api/v1/conversations",
)


def numbers(events):
    return {one.remote_id for one in messages(events)}


def refuse(server, path, **answer):
    server.loopback.routes[path] = lambda exchange: exchange.answer(
        {"error": "Zu viele Anfragen"}, **answer
    )


@pytest.mark.parametrize("path", PATHS)
def test_a_rate_limit_names_its_end_as_a_date(server, mastodon, path):
    server.say(ANNA, "@baeckerei Hallo")
    mastodon.identify()
    refuse(server, path, status=429, X_RateLimit_Reset="2200-01-01T00:00:00.869078Z")
    with pytest.raises(RateLimitedError) as error:
        events_of(mastodon)
    assert error.value.wait_seconds == 3600
    asked = len(server.loopback.asked)
    with pytest.raises(RateLimitedError):
        events_of(mastodon)
    assert len(server.loopback.asked) == asked, "until then nothing is asked"


@pytest.mark.parametrize("path", PATHS)
def test_a_rate_limit_may_name_no_end(server, mastodon, path):
    refuse(server, path, status=429)
    with pytest.raises(RateLimitedError) as error:
        events_of(mastodon)
    assert error.value.wait_seconds is None


def test_an_allowance_that_is_told_is_known(server, mastodon):
    told = {"X_RateLimit_Limit": "300", "X_RateLimit_Remaining": "298"}
    route = server.loopback.otherwise

    def counted(exchange):
        plain = exchange.answer
        exchange.answer = lambda *body, **more: plain(*body, **more, **told)
        route(exchange)

    server.loopback.otherwise = counted
    mastodon.identify()
    assert (mastodon.standing().allowance.left, mastodon.standing().allowance.most) == (298, 300)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"<h1>oops</h1>", 503, ServerTroubleError),
        (b"<html>Bitte warten</html>", 200, ServerTroubleError),
        (b"[{", 200, ServerTroubleError),
        (b"{}", 200, ServerTroubleError),
        (b"", 200, ServerTroubleError),
    ],
)
def test_trouble_half_way_keeps_what_was_read_and_loses_nothing(
    server, mastodon, path, body, status, error
):
    first = server.say(ANNA, "@baeckerei eins")
    server.loopback.answer(path, body, status=status)
    events = []
    with pytest.raises(error):
        events.extend(mastodon.fetch(None))  # keeps what came before the error? a list does
    del server.loopback.routes[path]
    second = server.say(ANNA, "@baeckerei zwei")
    assert {first, second} <= numbers(events_of(mastodon, cursor_of(events)))


def test_a_slow_server_is_left_after_a_while(server, mastodon):
    mastodon.identify()
    mastodon._http.limits = type(mastodon._http.limits)(read_seconds=0.05, retry_seconds=0)
    server.loopback.routes["/api/v1/notifications"] = lambda exchange: exchange.hang()
    with pytest.raises(SlowError):
        events_of(mastodon)


def test_a_redirect_to_another_host_gets_no_token(server, mastodon):
    mastodon.identify()
    server.loopback.intercept = lambda exchange: exchange.answer(
        b"", status=302, Location="http://localhost:9/api/v1/notifications"
    )
    with pytest.raises(AddressError) as error:
        events_of(mastodon)
    assert error.value.problem == "moved"


def test_a_link_to_another_host_is_not_followed(server, mastodon):
    number = server.say(ANNA, "Geheim", visibility="direct")
    page = [{"id": "1", "last_status": server.statuses[number]}]
    link = '<http://localhost:9/api/v1/conversations?x=1>; rel="next"'
    server.loopback.answer("/api/v1/conversations", page, Link=link)
    _first = cursor_of(events_of(mastodon))
    server.say(ANNA, "noch", visibility="direct")
    page[0] |= {"last_status": server.statuses[max(server.statuses)]}
    assert numbers(events_of(mastodon, _first))


@pytest.mark.parametrize("minimal", [False, True])
@pytest.mark.parametrize("count", [1, 39, 40, 41])
def test_a_server_that_gives_the_same_page_for_ever_is_left(server, mastodon, minimal, count):
    server.minimal = minimal
    server.say(ANNA, "@baeckerei alt")
    since = cursor_of(events_of(mastodon))
    said = {server.say(ANNA, f"@baeckerei {number}") for number in range(count)}
    for number in range(count):
        server.say(US, f"Beitrag {number}")
    server.loopback.stuck = {}
    mastodon.identify()
    before = len(server.asked)
    events = events_of(mastodon, since)
    assert len(server.asked) - before < 150
    assert len(said & numbers(events)) >= min(count, 40)


def test_a_thread_that_runs_in_a_circle_ends(server, mastodon):
    one = server.say(ANNA, "@baeckerei eins")
    two = server.say(ANNA, "@baeckerei zwei", reply_to=one)
    circle = [server.statuses[one], server.statuses[two]]
    server.statuses[one]["in_reply_to_id"] = two
    for number in (one, two):
        answer = {"ancestors": circle, "descendants": circle}
        server.loopback.answer(f"/api/v1/statuses/{number}/context", answer)
    assert {one, two} <= numbers(events_of(mastodon))


@pytest.mark.parametrize("status", [403, 404])
def test_a_server_without_conversations_is_read_all_the_same(server, mastodon, status):
    server.loopback.answer("/api/v1/conversations", {"error": "Nein"}, status=status)
    number = server.say(ANNA, "@baeckerei Geheim", visibility="direct")
    assert number in numbers(events_of(mastodon))


def test_what_went_while_we_read_its_thread_costs_nothing_else(server, mastodon):
    gone = server.say(ANNA, "@baeckerei weg", reply_to=server.post)
    good = server.say(ANNA, "@baeckerei da")
    server.loopback.answer(f"/api/v1/statuses/{gone}/context", {}, status=404)
    assert good in numbers(events_of(mastodon))


def test_our_post_may_be_deleted_under_its_answers(server, mastodon):
    number = server.say(ANNA, "Ohne Namen", reply_to=server.post)
    since = cursor_of(events_of(mastodon))
    parent = server.post
    server.statuses.pop(parent)
    events = events_of(mastodon, since)
    assert isinstance(events[-1], CursorMoved)
    assert number in numbers(events)


def test_no_error_tells_the_token(server, connect):
    secret = "sehr-geheimes-token"
    server.loopback.intercept = lambda exchange: exchange.answer({"error": secret}, status=422)
    with pytest.raises(CmError) as error:
        connect(secret={"token": secret}).identify()
    assert secret not in repr(error.value) + str(error.value.__dict__)
