"""Signing in, and looking at what stands behind an address before."""

from urllib.parse import parse_qs, urlsplit

import pytest

from cm_desktop.connectors.base import AccountConfig, Finding
from cm_desktop.connectors.mastodon import CHANNEL
from cm_desktop.connectors.mastodon_address import server_address
from cm_desktop.connectors.mastodon_instance import Instance
from cm_desktop.connectors.oauth import pkce_challenge
from cm_desktop.domain.errors import (
    AddressError,
    NotAllowedError,
    ServerTroubleError,
    SignInNeededError,
)
from cm_desktop.domain.policy import Ability, TextUnit
from tests.connectors.mastodon.fake_server import TOKEN

BACK = "http://127.0.0.1:9/"


def config(server, **fields):
    return AccountConfig(channel="mastodon", url=server.loopback.url, **fields)


def test_we_learn_who_we_are_and_what_the_server_allows(server, mastodon):
    identity = mastodon.identify()
    assert identity.handle == "@baeckerei@mastodon.example"
    assert identity.title == "Baeckerei"
    assert identity.remote_id == f"baeckerei@127.0.0.1:{server.loopback.port}"
    policy = mastodon.policy
    assert (policy.text_limit, policy.text_unit) == (500, TextUnit.MASTODON)
    assert policy.own_only == {Ability.DELETE}


def test_a_connector_of_later_needs_not_ask_again(server, mastodon, connect):
    again = connect(settings=mastodon.identify().settings)
    assert again.policy == mastodon.policy
    server.asked.clear()
    list(again.fetch(None))
    assert not [path for _c, path, _q, _f in server.asked if path.endswith("verify_credentials")]


def test_a_server_with_the_first_form_only_is_known_and_does_less(server, mastodon):
    server.minimal = True
    settings = mastodon.identify().settings
    assert (settings["software"], settings["host"]) == ("snac", "klein.example")
    assert mastodon.policy.abilities.isdisjoint({Ability.DELETE, Ability.MUTE, Ability.REPORT})
    assert not mastodon.policy.repeat_is_safe


@pytest.mark.parametrize(
    ("version", "source", "software"),
    [
        ("4.5.2", "https://github.com/mastodon/mastodon", "Mastodon"),
        ("4.6.0-nightly.2026-11-01+glitch", "https://github.com/glitch-soc/mastodon", "Mastodon"),
        ("3.5.3 (compatible; Akkoma 3.10.4)", "", "Akkoma"),
        ("2.7.2 (compatible; Pleroma 2.9.1)", None, "Pleroma"),
        ("4.0.0 (not true; really snac/2.75)", "https://comam.es/what-is-snac", "snac"),
        ("takahe/0.11.0", None, "takahe"),
        ("0.20.2+git-abc", "https://codeberg.org/superseriousbusiness/gotosocial", "gotosocial"),
        ("0.1", None, "Fediverse"),
        ("4.2.1", "https://git.example/anders", "anders"),
    ],
)  # fmt: skip
def test_only_what_is_surely_mastodon_is_called_so(version, source, software):
    assert Instance(version=version, source_url=source).software == software


@pytest.mark.parametrize("limit", [None, 0, -1, 10**12])
def test_a_limit_that_makes_no_sense_is_the_usual_one(server, mastodon, limit):
    about = {"version": "4.5.0", "domain": "a.example"}
    about["configuration"] = {"statuses": {"max_characters": limit}}
    server.loopback.answer("/api/v2/instance", about)
    mastodon.identify()
    assert mastodon.policy.text_limit == 500


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("mastodon.social", "https://mastodon.social"),
        (" https://mastodon.social/@baeckerei ", "https://mastodon.social"),
        ("mastodon.social/@baeckerei", "https://mastodon.social"),
        ("@baeckerei@mastodon.social", "https://mastodon.social"),
        ("baeckerei@mastodon.social", "https://mastodon.social"),
        ("HTTPS://mastodon.social:8443/web?x#y", "https://mastodon.social:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ],
)
def test_however_the_server_is_typed_its_address_is_found(typed, address):
    assert server_address(AccountConfig(channel="mastodon", url=typed)) == address


@pytest.mark.parametrize("typed", ["", " ", "@", "https://", "https://[", "ein server", "a@b@"])
def test_what_names_no_server_is_an_address_error(typed):
    with pytest.raises(AddressError):
        CHANNEL.look(AccountConfig(channel="mastodon", url=typed))


def test_a_look_tells_software_title_and_limit_without_signing_in(server):
    assert CHANNEL.look(config(server)) == Finding(
        software="Mastodon",
        title="Beispiel",
        text_limit=500,
        text_unit=TextUnit.MASTODON,
        url=server.loopback.url,
    )
    assert not [one for one in server.loopback.asked if one.headers["Authorization"]]


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[]", b'"x"', b'{"version": "1"}', b""])
def test_another_website_is_no_mastodon_server(server, body):
    for version in (1, 2):
        server.loopback.answer(f"/api/v{version}/instance", body)
    with pytest.raises(AddressError) as error:
        CHANNEL.look(config(server))
    assert error.value.problem == "no_api"


def test_a_server_in_trouble_is_not_called_another_website(server):
    server.loopback.answer("/api/v2/instance", b"<html>", status=503)
    with pytest.raises(ServerTroubleError):
        CHANNEL.look(config(server))


def test_without_a_token_nothing_is_asked(server, connect):
    with pytest.raises(SignInNeededError):
        connect(secret={}).identify()
    assert server.asked == []


def test_a_wrong_token_asks_to_sign_in_whatever_language_it_is_told_in(server, connect):
    with pytest.raises(SignInNeededError):
        connect(secret={"token": "falsch"}).identify()


def test_the_token_goes_to_no_plain_http_server_even_if_others_may(connect):
    outside = connect(url="http://mastodon.example", settings={"allow_http": "yes"})
    with pytest.raises(AddressError):
        outside.identify()


# In the browser.


def test_signing_in_in_the_browser_gives_a_token(server, connect):
    page = CHANNEL.browser.begin(config(server), BACK)
    parts = urlsplit(page.url)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert parts.path == "/oauth/authorize"
    assert asked["redirect_uri"] == BACK
    assert asked["state"] == page.state
    assert len(page.state) > 20
    assert asked["code_challenge_method"] == "S256"
    assert asked["code_challenge"] == pkce_challenge(page.kept["code_verifier"])
    assert asked["scope"] == server.apps[asked["client_id"]]["scopes"]
    assert "admin" not in asked["scope"]
    assert page.kept["client_secret"] not in page.url + repr(page)

    secret = CHANNEL.browser.finish(config(server), page, {"code": "code-of-the-page"})
    assert secret == {"token": TOKEN}
    [form] = [form for _c, path, _q, form in server.asked if path == "/oauth/token"]
    assert form["code_verifier"] == [page.kept["code_verifier"]]
    assert connect(secret=secret).identify()


def test_a_code_copied_by_hand_does_too(server):
    page = CHANNEL.browser.begin(config(server), CHANNEL.browser.shown_code)
    assert page.state == ""
    assert "state=" not in page.url
    brought = {"code": " code-of-the-page\n"}
    assert CHANNEL.browser.finish(config(server), page, brought) == {"token": TOKEN}


@pytest.mark.parametrize("code", ["", " ", "falsch"])
def test_a_code_that_is_not_right_asks_to_sign_in(server, code):
    page = CHANNEL.browser.begin(config(server), BACK)
    with pytest.raises(SignInNeededError):
        CHANNEL.browser.finish(config(server), page, {"code": code})


def test_a_website_that_makes_no_apps_is_no_mastodon_server(server):
    server.loopback.answer("/api/v1/apps", b"", status=404)
    with pytest.raises(AddressError):
        CHANNEL.browser.begin(config(server), BACK)


def test_a_server_that_makes_no_apps_for_us_says_so(server):
    server.loopback.answer("/api/v1/apps", {"error": "Nein"}, status=403)
    with pytest.raises(NotAllowedError):
        CHANNEL.browser.begin(config(server), BACK)


def test_the_card_explains_the_token_with_the_very_scopes():
    words = CHANNEL.words()
    assert any("read:notifications" in step.text for step in words.steps)
    assert {"url", "token"} == set(words.fields)
