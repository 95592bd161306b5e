"""Signing in, and staying signed in without trying the password again and again."""

import logging
from dataclasses import replace

import msgspec
import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.bluesky import CHANNEL
from cm_desktop.connectors.bluesky_address import (
    Document,
    home_of,
    owner_of,
    page_of,
    parts_of,
    server_in,
    server_of,
    typed_name,
)
from cm_desktop.domain.errors import (
    AddressError,
    NotAllowedError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SignInNeededError,
)
from tests.connectors.bluesky.fake_network import ANNA, HANDLES, PASSWORD, US
from tests.connectors.contract import OPEN
from tests.connectors.loopback import serve


def secret_of(case):
    return dict(case.secret)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("krume.test", "krume.test"),
        (" @Krume.Test ", "krume.test"),
        ("\u202a@krume.test\u202c", "krume.test"),
        ("https://bsky.app/profile/krume.test/post/3k", "krume.test"),
        ("https://bsky.app/profile/did%3Aplc%3Aabc?x=1", "did:plc:abc"),
        ("at://krume.test/app.bsky.feed.post/3k", "krume.test"),
        ("krume", "krume.bsky.social"),
        ("Info@Krume.example", "info@krume.example"),
        ("did:plc:AbC", "did:plc:AbC"),
        ("", ""),
        ("@", ""),
    ],
)
def test_however_a_name_is_typed(typed, name):
    assert typed_name(typed) == name


def test_we_sign_in_once_and_keep_the_tokens(case, network, connect):
    identity = connect().identify()
    assert identity.remote_id == US
    assert identity.handle == f"@{HANDLES[US]}"
    assert identity.title == "Baeckerei"
    connect().identify()
    list(connect().fetch(None))
    assert network.sessions == 1
    assert case.secret["password"] == PASSWORD
    assert case.secret["server"] == network.loopback.url


def test_a_token_that_ran_out_is_renewed_at_once_and_kept(case, network, connect):
    connect().identify()
    before = secret_of(case)
    network.expire()
    connector = connect()
    connector.identify()
    assert network.sessions == 1
    assert case.secret["refresh"] != before["refresh"]
    # The connector that renewed it goes on with the new ones, even if it was closed meanwhile.
    connector.close()
    network.expire()
    connector.identify()
    assert network.sessions == 1


def test_without_tokens_that_work_the_password_is_tried_once(case, network, connect):
    connect().identify()
    network.expire()
    network.refresh.clear()
    connect().identify()
    assert network.sessions == 2
    network.expire()
    network.refresh.clear()
    case.secret["password"] = "falsch"
    with pytest.raises(SignInNeededError, match="AuthenticationRequired"):
        connect().identify()
    assert network.sessions == 3


def test_a_lost_renewal_is_asked_for_again_with_the_old_token(case, network, connect):
    connect().identify()
    network.expire()
    connector = connect()
    with case.losing_answers(), pytest.raises(OPEN):
        connector.identify()
    network.expire()
    assert connector.identify().remote_id == US
    assert network.sessions == 1


@pytest.mark.parametrize(
    "secret",
    [{}, {"password": " "}, {"access": "x"}, {"token_endpoint": "https://x", "access": "y"}],
)
def test_without_a_password_or_token_nobody_is_asked(network, connect, secret):
    with pytest.raises(SignInNeededError):
        connect(secret=secret).identify()
    assert network.asked == []


def test_who_has_no_name_is_told_so(network, connect):
    with pytest.raises(SignInNeededError):
        connect(handle="").identify()


def test_a_server_that_refuses_every_token_is_not_asked_for_ever(network, connect):
    connect().identify()
    network.asked.clear()
    network.get_session = lambda exchange, _query, _body: exchange.answer(
        {"error": "ExpiredToken"}, status=400
    )
    with pytest.raises(SignInNeededError):
        connect().identify()
    assert len(network.asked) == 3  # the question, a renewal, the question


def test_too_many_tries_of_the_password_mean_wait(network, connect):
    def tired(exchange, _query, _body):
        exchange.answer({"error": "RateLimitExceeded"}, status=429, Retry_After="300")

    network.create_session = tired
    with pytest.raises(RateLimitedError) as error:
        connect().identify()
    assert error.value.wait_seconds == 300


def test_the_account_is_asked_for_where_it_lies(case, network, connect):
    with serve() as elsewhere:
        elsewhere.answer(
            "/xrpc/com.atproto.server.createSession",
            {"accessJwt": "access-0", "refreshJwt": "r", "did": US, "didDoc": {"service": [
                "nonsense", {"id": 7},
                {"id": "#bsky_notif", "serviceEndpoint": "https://x.example"},
                {"id": f"{US}#atproto_pds", "serviceEndpoint": f"{network.loopback.url}/"},
            ]}},
        )  # fmt: skip
        network.access = "access-0"
        assert connect(url=elsewhere.url).identify().remote_id == US
    assert case.secret["server"] == network.loopback.url


@pytest.mark.parametrize(
    "answer",
    [
        {"accessJwt": "", "refreshJwt": "r", "did": US},
        {"accessJwt": "a", "refreshJwt": "", "did": US},
        {"accessJwt": "a", "refreshJwt": "r", "did": "x"},
    ],
)
def test_a_sign_in_that_gives_nothing_is_none(case, network, connect, answer):
    network.loopback.answer("/xrpc/com.atproto.server.createSession", answer)
    with pytest.raises(SignInNeededError):
        connect().identify()
    assert "access" not in case.secret


def test_a_server_that_is_none_is_told_as_a_wrong_address(network, connect):
    network.loopback.answer("/xrpc/com.atproto.server.createSession", b"<h1>", status=404)
    with pytest.raises(AddressError, match="no_api"):
        connect().identify()


def document(endpoint):
    service = f'{{"id": "#atproto_pds", "serviceEndpoint": "{endpoint}"}}'
    return msgspec.json.decode(f'{{"service": [{service}]}}', type=Document)


def test_what_a_stranger_says_leads_not_into_our_network():
    config = AccountConfig(channel="bluesky")
    said = document("https://pds.example")
    assert server_in(said, "https://plc.directory", config) == "https://pds.example"
    for endpoint in ("http://pds.example", "https://127.0.0.1", "https://10.0.0.1", "ftp://x"):
        with pytest.raises(AddressError):
            server_in(document(endpoint), "https://plc.directory", config)
    assert server_in(None, "https://x.example", config) == ""


def test_the_server_of_an_account_is_found_through_the_directory(network):
    loopback = network.loopback
    settings = {"directory": loopback.url}
    service = {"id": "#atproto_pds", "serviceEndpoint": loopback.url}
    loopback.answer(f"/{ANNA}", {"service": [service]})
    config = AccountConfig(channel="bluesky", settings=settings, handle=ANNA)
    assert server_of(ANNA, config) == loopback.url
    assert home_of(config) == loopback.url
    loopback.answer(f"/{US}", {"service": []})
    for nobody in (US, "did:plc:nobody", "did:web:a.example:b", "did:key:z6"):
        with pytest.raises(AddressError, match="no_api"):
            server_of(nobody, config)


def test_a_name_of_a_domain_of_ones_own_leads_to_its_server(network):
    loopback = network.loopback
    settings = {"directory": loopback.url, "resolver": loopback.url}
    service = {"id": "#atproto_pds", "serviceEndpoint": loopback.url}
    loopback.answer(f"/{ANNA}", {"service": [service]})
    config = AccountConfig(channel="bluesky", settings=settings, handle="@anna.test")
    assert CHANNEL.look(config).url == loopback.url
    with pytest.raises(AddressError, match="no_api"):
        home_of(replace(config, handle="niemand.test"))


def test_where_signing_in_begins():
    def home(**fields):
        return home_of(AccountConfig(channel="bluesky", **fields))

    assert home(handle="krume.bsky.social") == "https://bsky.social"
    assert home(handle="info@krume.example") == "https://bsky.social"
    assert home(handle="x", url="pds.example/xrpc/y") == "https://pds.example"
    assert home(url="nonsense://") == "nonsense://"
    with pytest.raises(AddressError, match="missing"):
        home()
    with pytest.raises(AddressError, match="no_api"):
        home(handle="no handle.")


def test_addresses_of_records():
    uri = f"at://{US}/app.bsky.feed.post/3kabc"
    assert parts_of(uri) == (US, "app.bsky.feed.post", "3kabc")
    assert owner_of("at://krume.test/x.y.z/1") == ""
    assert page_of(uri, "krume.test") == "https://bsky.app/profile/krume.test/post/3kabc"
    assert page_of(uri, 'x"y').startswith(f"https://bsky.app/profile/{US}/post/")
    assert page_of(f"at://{US}/app.bsky.feed.like/3kabc") == ""


def test_an_account_that_never_came_to_bluesky_is_called_by_its_handle(network, connect):
    network.get_profile = lambda exchange, _query, _body: exchange.answer(
        {"error": "InvalidRequest", "message": "Profile not found"}, status=400
    )
    assert connect().identify().title == HANDLES[US]
    assert connect().standing().signed_in_until is None
    network.get_session = lambda exchange, _query, _body: exchange.answer({"did": "x"})
    with pytest.raises(AddressError, match="no_api"):
        connect().identify()


def test_looking_tells_what_stands_there(network):
    def look(**fields):
        return CHANNEL.look(AccountConfig(channel="bluesky", **fields))

    found = look(url=network.loopback.url, handle="krume.test")
    assert (found.software, found.text_limit) == ("Bluesky", 300)
    path = "/xrpc/com.atproto.server.describeServer"
    for body, status in ((b"<h1>", 200), (b"<h1>", 404), ([1], 200), (b"", 200), ({}, 400)):
        network.loopback.answer(path, body, status=status)
        with pytest.raises(AddressError, match="no_api"):
            look(url=network.loopback.url)
    network.loopback.answer(path, b"", status=502)
    with pytest.raises(ServerTroubleError):
        look(url=network.loopback.url)


def test_no_token_password_or_text_is_logged_or_shown(case, network, connect, caplog):
    caplog.set_level(logging.DEBUG)
    connector = connect()
    list(connector.fetch(None))
    network.expire()
    list(connector.fetch(None))
    network.get_posts = lambda exchange, _query, _body: exchange.answer(
        {"error": network.access}, status=400
    )
    network.say(ANNA, "Geheimnis", to=network.post)
    with pytest.raises(RejectedError) as error:
        list(connector.fetch(None))
    assert error.value.reason == "http_400"
    written = caplog.text + repr(error.value) + repr(connector._config)
    for secret in (PASSWORD, "access-", "refresh-", "Geheimnis"):
        assert secret not in written


def test_a_right_the_service_behind_misses_asks_for_no_new_token(network, connect):
    connector = connect(settings={"direct_messages": "yes"})
    list(connector.fetch(None))
    assert network.sessions == 1
    assert not [one for one in network.asked if one[0].endswith("refreshSession")]


def test_words_are_there_for_every_field_that_is_shown():
    words = CHANNEL.words()
    assert words.fields["handle"].label
    assert words.fields["password"].label
    assert words.steps
    assert len(words.limits) == 3


def test_a_forbidden_question_is_no_reason_to_sign_in_again(network, connect):
    network.get_session = lambda exchange, _query, _body: exchange.answer(
        {"error": "ScopeMissingError"}, status=403
    )
    with pytest.raises(NotAllowedError):
        connect().identify()
