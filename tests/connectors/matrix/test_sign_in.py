"""Finding a Matrix server, signing in there, staying signed in, and listening."""

import threading
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.matrix import CHANNEL
from cm_desktop.connectors.matrix_address import discover, typed_address
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    OfflineError,
    ServerTroubleError,
    SignInNeededError,
    UsageError,
)
from tests.connectors.contract import cursor_of, events_of, messages
from tests.connectors.loopback import serve
from tests.connectors.matrix.fake_server import ANNA, BEN, PASSWORD, ROOM, TOKEN, US, FakeServer

WELL_KNOWN = "/.well-known/matrix/client"
VERSIONS = "/_matrix/client/versions"


def config(**fields):
    return AccountConfig(channel="matrix", **fields)


# Where the server is.


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({"handle": "@shop:example.org"}, "https://example.org"),
        ({"handle": " @shop:example.org:8448 "}, "https://example.org:8448"),
        ({"url": "matrix.example.org/", "handle": "@a:b"}, "https://matrix.example.org"),
        ({"url": "https://example.org/?x#y"}, "https://example.org"),
        ({"settings": {"server": "m.example.org"}, "handle": "@a:b"}, "https://m.example.org"),
    ],
)
def test_the_server_is_found_by_what_was_typed(given, address):
    assert typed_address(config(**given)) == address


@pytest.mark.parametrize("handle", ["", "shop", "@shop", "@shop:"])
def test_a_name_without_a_server_is_refused(handle):
    with pytest.raises(AddressError, match="missing"):
        CHANNEL.look(config(handle=handle))


def test_the_name_may_lead_to_another_server(case, fake):
    with serve() as website:
        website.answer(WELL_KNOWN, {"m.homeserver": {"base_url": f"{case.server.url}/"}})
        found = CHANNEL.look(config(url=website.url))
        assert (found.software, found.url) == ("Matrix", case.server.url)
        assert found.title == f"127.0.0.1:{website.port}"


@pytest.mark.parametrize(
    ("told", "problem"),
    [("http://evil.example", "not_https"), ("file:///etc/passwd", "moved"), ("", None)],
)
def test_the_name_may_not_lead_where_no_sign_in_may_go(case, told, problem):
    case.server.answer(WELL_KNOWN, {"m.homeserver": {"base_url": told}})
    if problem is None:
        assert discover(config(url=case.server.url)) == case.server.url
        return
    with pytest.raises(AddressError) as caught:
        discover(config(url=case.server.url))
    assert caught.value.problem == problem


@pytest.mark.parametrize(
    ("body", "status"), [(b"<html>", 200), ({}, 404), (b"oops", 500), (b"{", 200), ({"m": 1}, 200)]
)
def test_a_website_without_the_file_is_asked_itself(case, body, status):
    case.server.answer(WELL_KNOWN, body, status=status)
    assert discover(config(url=case.server.url)) == case.server.url


def test_what_is_no_matrix_server_is_named_as_such(case):
    for body, status in [(b"<html>", 200), ({}, 404), ({"versions": 7}, 200), (b"", 200)]:
        case.server.answer(VERSIONS, body, status=status)
        with pytest.raises(AddressError, match="no_api"):
            CHANNEL.look(config(url=case.server.url))
    case.server.answer(VERSIONS, b"oops", status=502)
    with pytest.raises(ServerTroubleError):
        CHANNEL.look(config(url=case.server.url))
    case.server.close_port()
    with pytest.raises(OfflineError):
        CHANNEL.look(config(url=case.server.url))


# Signing in.


def test_the_password_is_used_once_and_not_kept(case, fake, connector):
    identity = connector.identify()
    assert (identity.remote_id, identity.title, identity.url) == (US, "Laden", case.server.url)
    assert set(case.kept) == {"token", "device"}
    assert case.connect().identify() == identity
    assert len(fake.logins) == 1
    assert fake.logins[0]["identifier"] == {"type": "m.id.user", "user": US}


def test_signing_in_again_makes_no_new_device(case, fake, connector):
    settings = dict(connector.identify().settings)
    case.kept = {"password": PASSWORD}
    again = case.connect(**settings)
    assert again.identify().settings == settings
    assert fake.logins[1]["device_id"] == settings["device"]


def test_a_pasted_token_needs_no_password(case, fake):
    case.kept = {"token": f" {TOKEN}\n"}
    identity = case.connect().identify()
    assert identity.settings["device"] == "PASTED"
    assert fake.logins == []


@pytest.mark.parametrize("secret", [{"password": "falsch"}, {"token": "falsch"}, {}])
def test_a_refused_sign_in_says_so(case, secret):
    case.kept = secret
    with pytest.raises(SignInNeededError) as caught:
        case.connect().identify()
    assert "falsch" not in str(caught.value)


@pytest.mark.parametrize("errcode", ["falsch", "M_USER_DEACTIVATED"])
def test_a_server_that_repeats_the_password_gets_it_into_no_message(case, errcode):
    case.kept = {"password": "falsch"}
    case.server.answer("/_matrix/client/v3/login", {"errcode": errcode}, status=403)
    with pytest.raises(SignInNeededError) as caught:
        case.connect().identify()
    assert caught.value.detail == ("refused" if errcode == "falsch" else errcode)


def test_somebody_without_a_name_is_called_by_the_id(case, connector):
    where = "/_matrix/client/v3/profile/%40shop%3Atest"
    for body, status in [
        ({}, 200),
        ({"errcode": "M_NOT_FOUND"}, 404),
        ({"displayname": None}, 200),
    ]:
        case.server.answer(where, body, status=status)
        assert connector.identify().title == US


def test_a_server_that_does_not_know_who_we_are_is_refused(case, connector):
    case.server.answer("/_matrix/client/v3/account/whoami", {"user_id": "laden"})
    with pytest.raises(ServerTroubleError):
        connector.identify()


# Sessions that end.


def test_where_sessions_end_one_is_asked_for_that_can_be_renewed(case, fake, connector):
    fake.expires_in_ms = 3_600_000
    connector.identify()
    assert [one.get("refresh_token", False) for one in fake.logins] == [False, True]
    assert fake.logins[1]["device_id"] == case.kept["device"]
    assert case.kept["refresh"] == fake.refresh
    assert connector.standing().signed_in_until is None, "it renews itself"


def test_a_session_that_ends_for_good_says_when(case, fake):
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=3)
    case.kept = {"token": TOKEN, "until": until.isoformat()}
    connector = case.connect()
    assert connector.standing().signed_in_until is None
    connector.identify()
    assert connector.standing().signed_in_until == until


def test_a_token_about_to_end_is_renewed_before_it_is_used(case, fake):
    fake.refresh = "auffrischen"
    case.kept = {"token": TOKEN, "refresh": "auffrischen",
                 "until": datetime.now(UTC).isoformat()}  # fmt: skip
    fake.expires_in_ms = 600_000
    number = fake.say("hallo")
    events = events_of(case.connect())
    assert number in [one.remote_id for one in messages(events)]
    assert case.kept["token"] in fake.tokens
    assert case.kept["refresh"] == fake.refresh
    refreshed = [path for _method, path, _query in fake.asked if path.endswith("refresh")]
    assert len(refreshed) == 1


def test_a_token_that_ended_is_renewed_once_and_the_question_asked_anew(case, fake):
    fake.refresh = "auffrischen"
    case.kept = {"token": "abgelaufen", "refresh": "auffrischen", "until": "morgen"}
    assert case.connect().identify().remote_id == US
    assert case.kept["token"] in fake.tokens


def test_a_renewal_that_is_refused_needs_a_person(case, fake):
    case.kept = {"token": "abgelaufen", "refresh": "auch abgelaufen"}
    with pytest.raises(SignInNeededError):
        case.connect().identify()
    assert case.kept["refresh"] == "auch abgelaufen"


def test_a_renewal_that_is_forbidden_needs_a_person(case, fake):
    case.kept = {"token": "abgelaufen", "refresh": "x"}
    case.server.answer("/_matrix/client/v3/refresh", {"errcode": "M_FORBIDDEN"}, status=403)
    with pytest.raises(SignInNeededError):
        case.connect().identify()


def test_a_session_without_an_end_that_ends_needs_a_person(case, connector, fake):
    connector.identify()
    fake.tokens.clear()
    with pytest.raises(SignInNeededError, match="M_UNKNOWN_TOKEN"):
        events_of(connector)


# In the browser.


def test_one_signs_in_in_the_browser_where_the_server_has_a_page(case, fake):
    fake.flows = ["m.login.sso", "m.login.token"]
    given = config(url=case.server.url)
    page = CHANNEL.browser.begin(given, "http://127.0.0.1:1/")
    assert page.url.startswith(f"{case.server.url}/_matrix/client/v3/login/sso/redirect?")
    assert page.state
    assert page.state in page.url
    secret = CHANNEL.browser.finish(given, page, {"loginToken": "once"})
    assert set(secret) == {"token", "device"}
    for brought in ({}, {"loginToken": "falsch"}):
        with pytest.raises(SignInNeededError):
            CHANNEL.browser.finish(given, page, brought)


def test_a_server_without_a_page_says_so(case, fake):
    with pytest.raises(UsageError, match="no_browser_sign_in"):
        CHANNEL.browser.begin(config(url=case.server.url), "http://127.0.0.1:1/")


# Listening.


def test_listening_wakes_up_for_others_and_not_for_ourselves(case, fake, connector):
    fake.patient = True
    woken = []
    thread = threading.Thread(target=lambda: woken.append(connector.wait(30, threading.Event())))
    began = monotonic()
    thread.start()
    _until(lambda: any(path.endswith("/sync") and "since" in query
                       for _method, path, query in list(fake.asked)))  # fmt: skip
    fake.say("von uns", sender=US)
    number = fake.say("von Anna")
    thread.join(30)
    assert woken == [True]
    assert monotonic() - began < 20
    assert number in [one.remote_id for one in messages(events_of(connector))]


def test_an_invitation_wakes_us_up(case, fake, connector):
    assert not connector.wait(0.1, threading.Event())
    fake.invitations["!x:test"] = {}
    assert connector.wait(5, threading.Event())


def test_a_room_that_makes_no_sense_wakes_nobody(case, fake, connector):
    connector.identify()
    rooms = {"!a:test": {"timeline": 7}, "!b:test": {}}
    case.server.answer("/_matrix/client/v3/sync", {"next_batch": "s1", "rooms": {"join": rooms}})
    assert not connector.wait(0.3, threading.Event())


def test_a_server_that_does_not_wait_is_not_asked_without_a_pause(fake, connector):
    connector.identify()
    fake.asked.clear()
    assert not connector.wait(1.5, threading.Event())
    assert len(fake.asked) <= 4


def test_listening_never_renews_a_token(case, fake):
    fake.refresh = "auffrischen"
    case.kept = {"token": "abgelaufen", "refresh": "auffrischen"}
    listener = case.connect(user=US, base=case.server.url)
    with pytest.raises(SignInNeededError):
        listener.wait(5, threading.Event())
    assert case.kept["token"] == "abgelaufen"


def test_listening_ends_when_it_is_told_to(connector):
    cancelled = threading.Event()
    timer = threading.Timer(0.2, cancelled.set)
    timer.start()
    began = monotonic()
    assert not connector.wait(60, cancelled)
    assert monotonic() - began < 10
    timer.join()


def test_listening_to_a_server_that_is_gone_raises_and_does_not_spin(case, connector):
    connector.identify()
    case.server.close_port()
    with pytest.raises(CmError):
        connector.wait(5, threading.Event())


def test_two_accounts_of_one_server_do_not_mix(case, fake):
    """What a cursor holds is of one account; another one begins anew."""
    with serve() as other_server:
        other = FakeServer(other_server)
        other.say("anderswo", sender=BEN)
        connector = CHANNEL.make(config(url=other_server.url, secret={"token": TOKEN}))
        fake.say("hier", sender=ANNA)
        here = events_of(case.connect())
        there = events_of(connector)
        connector.close()
    assert ROOM in cursor_of(here)
    assert [one.text for one in messages(there)] == ["anderswo"]


def _until(ready):
    pause, end = threading.Event(), monotonic() + 20
    while not ready():
        assert monotonic() < end
        pause.wait(0.01)
