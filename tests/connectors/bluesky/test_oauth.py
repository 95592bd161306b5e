"""Signing in in the browser: PAR, PKCE and DPoP against a server that checks all of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.bluesky import CHANNEL
from cm_desktop.connectors.bluesky_dpop import ProofKey
from cm_desktop.domain.errors import (
    AddressError,
    NotAllowedError,
    ServerTroubleError,
    SignInNeededError,
)
from tests.connectors.bluesky.fake_authority import FakeAuthority
from tests.connectors.bluesky.fake_network import ANNA, HANDLES, US
from tests.connectors.loopback import serve

HERE = "http://127.0.0.1:53682/"


@pytest.fixture
def authority(network):
    return FakeAuthority(network)


@pytest.fixture
def config(authority):
    return AccountConfig(
        channel="bluesky", url=authority.issuer, handle=f"@{HANDLES[US]}",
        settings={"directory": authority.issuer},
    )  # fmt: skip


@pytest.fixture
def signed_in(authority, config):
    page = CHANNEL.browser.begin(config, HERE)
    return CHANNEL.browser.finish(config, page, authority.allow(page))


def test_the_page_is_told_who_comes_and_for_what(authority, config):
    page = CHANNEL.browser.begin(config, HERE)
    [form] = authority.pushed.values()
    assert form["redirect_uri"] == HERE
    assert form["scope"] == "atproto transition:generic"
    assert form["login_hint"] == HANDLES[US]
    assert form["state"] == page.state
    assert set(parse_qs(urlsplit(page.url).query)) == {"client_id", "request_uri"}
    for secret in (page.kept["key"], page.kept["code_verifier"], page.state):
        assert secret not in repr(page)
    chat = replace(config, handle="", settings={**config.settings, "direct_messages": "yes"})
    CHANNEL.browser.begin(chat, HERE)
    last = list(authority.pushed.values())[-1]
    assert last["scope"] == "atproto transition:generic transition:chat.bsky"
    assert "transition%3Achat.bsky" in last["client_id"]
    assert "login_hint" not in last


def test_tokens_are_used_with_proofs_and_renewed_with_their_nonces(
    case, network, authority, connect, signed_in
):
    case.secret = dict(signed_in)
    uri = network.say(ANNA, "Hallo", to=network.post)
    connector = connect()
    assert connector.identify().remote_id == US
    authority.nonce = "nonce-2"
    assert uri in {getattr(one, "remote_id", "") for one in connector.fetch(None)}
    network.expire()
    authority.nonce = "nonce-3"
    connector.identify()
    assert case.secret["refresh"] == authority.refresh == "ref-2"
    # What the closed connector renewed is not asked for with the old token, which works once.
    connector.close()
    network.expire()
    connector.identify()
    assert case.secret["refresh"] == "ref-3"
    again = connect()
    assert again.identify().remote_id == US
    left = again.standing().signed_in_until - datetime.now(UTC)
    assert timedelta(days=13) < left <= timedelta(days=14)


def test_a_sign_in_that_has_ended_asks_for_another(case, network, authority, connect, signed_in):
    case.secret = dict(signed_in)
    network.expire()
    authority.refresh = None
    with pytest.raises(SignInNeededError, match="invalid_grant"):
        connect().identify()
    case.secret = {**signed_in, "key": "zz"}
    with pytest.raises(SignInNeededError, match="bad_key"):
        connect().identify()


def test_tokens_of_another_account_are_not_taken_for_ours(
    case, network, authority, connect, signed_in
):
    case.secret = dict(signed_in)
    network.expire()
    authority.sub = ANNA
    with pytest.raises(SignInNeededError, match="other_account"):
        connect().identify()
    assert case.secret == dict(signed_in)


@pytest.mark.parametrize("brought", [{}, {"code": " "}, {"code": "cod-0"},
                                     {"code": "cod-0", "iss": "https://evil.example"}])  # fmt: skip
def test_a_code_of_another_server_is_not_used(authority, config, brought):
    page = CHANNEL.browser.begin(config, HERE)
    authority.allow(page)
    with pytest.raises(SignInNeededError):
        CHANNEL.browser.finish(config, page, brought)
    assert "cod-0" in authority.codes


@pytest.mark.parametrize(
    ("name", "value"),
    [("type", "Bearer"), ("scope", "openid"), ("sub", "x"), ("sub", "did:plc:nobody")],
)
def test_tokens_that_are_not_bound_to_us_or_to_an_account_are_refused(
    authority, config, name, value
):
    page = CHANNEL.browser.begin(config, HERE)
    brought = authority.allow(page)
    setattr(authority, name, value)
    with pytest.raises((SignInNeededError, AddressError)):
        CHANNEL.browser.finish(config, page, brought)


def test_a_server_may_not_speak_for_accounts_that_lie_elsewhere(authority, config):
    page = CHANNEL.browser.begin(config, HERE)
    brought = authority.allow(page)
    with serve() as elsewhere:
        service = {"id": "#atproto_pds", "serviceEndpoint": elsewhere.url}
        authority.loopback.answer(f"/{US}", {"service": [service]})
        names = ("authorization_endpoint", "token_endpoint")
        about = dict.fromkeys(names, elsewhere.url) | {"issuer": elsewhere.url}
        about["pushed_authorization_request_endpoint"] = elsewhere.url
        elsewhere.answer("/.well-known/oauth-authorization-server", about)
        with pytest.raises(SignInNeededError, match="other_issuer"):
            CHANNEL.browser.finish(config, page, brought)


def test_a_server_that_names_another_one_is_not_followed(authority, config):
    authority.loopback.answer(
        "/.well-known/oauth-authorization-server",
        {"issuer": "https://evil.example", "authorization_endpoint": "https://evil.example/a",
         "token_endpoint": "https://evil.example/t",
         "pushed_authorization_request_endpoint": "https://evil.example/p"},
    )  # fmt: skip
    with pytest.raises(AddressError, match="no_api"):
        CHANNEL.browser.begin(config, HERE)


def test_a_front_door_signs_in_by_itself(authority, config):
    authority.loopback.answer("/.well-known/oauth-protected-resource", b"", status=404)
    assert CHANNEL.browser.begin(config, HERE).url.startswith(authority.issuer)


@pytest.mark.parametrize("name", ["oauth-protected-resource", "oauth-authorization-server"])
def test_a_website_is_no_server_and_a_broken_one_says_so(authority, config, name):
    authority.loopback.answer(f"/.well-known/{name}", b"<html>")
    with pytest.raises(AddressError, match="no_api"):
        CHANNEL.browser.begin(config, HERE)
    authority.loopback.answer(f"/.well-known/{name}", b"", status=503)
    with pytest.raises(ServerTroubleError):
        CHANNEL.browser.begin(config, HERE)


def test_a_server_that_refuses_what_we_ask_for_says_why(authority, config):
    authority.loopback.answer("/oauth/par", {"error": "invalid_scope"}, status=400)
    with pytest.raises(NotAllowedError, match="invalid_scope"):
        CHANNEL.browser.begin(config, HERE)
    authority.loopback.answer("/oauth/par", {"error": "use_dpop_nonce"}, status=400)
    with pytest.raises(NotAllowedError):
        CHANNEL.browser.begin(config, HERE)


def test_a_key_stays_the_same_and_is_not_shown():
    key = ProofKey()
    assert ProofKey(key.number).number == key.number
    assert len(key.number) == 64
    assert key.number not in repr(key)
