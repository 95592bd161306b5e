"""Recognising a forum, signing in by a key, choosing categories."""

import json

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.discourse import CHANNEL
from cm_desktop.connectors.discourse_forum import forum_address
from cm_desktop.domain.errors import (
    AddressError,
    NotAllowedError,
    OfflineError,
    ServerTroubleError,
    SignInNeededError,
)
from cm_desktop.domain.policy import Ability
from tests.simulators.discourse import ALL_KEY, KEY, READ_KEY


def look(url, **settings):
    return CHANNEL.look(AccountConfig(channel="discourse", url=url, settings=settings))


def test_a_forum_is_recognised_without_signing_in(forum):
    found = look(forum.url + "/t/brot/7/2?u=krume")
    assert (found.software, found.title) == ("Discourse", "Forum der Bäckerei Krume")
    assert (found.text_limit, found.url) == (32_000, forum.url)
    assert all("Api-Key" not in asked.headers for asked in forum.loopback.asked)


def test_a_closed_forum_is_recognised_too(forum):
    forum.login_required = True
    found = look(forum.url)
    assert (found.title, found.text_limit) == ("Forum der Bäckerei Krume", None)


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"{}", b'{"title": "Shop"}', b'{"title": 7}', b"[]", b'{"title": null}'],
)
def test_something_else_at_the_address_is_no_forum(forum, body):
    forum.loopback.answer("/site/basic-info.json", body)
    with pytest.raises(AddressError) as caught:
        look(forum.url)
    assert caught.value.problem == "no_api"


def test_a_forum_that_is_broken_or_away_is_no_other_page(forum):
    forum.loopback.answer("/site/basic-info.json", b"oops", status=502)
    with pytest.raises(ServerTroubleError):
        look(forum.url)
    forum.loopback.close_port()
    with pytest.raises(OfflineError):
        look(forum.url)


def test_plain_http_to_elsewhere_is_refused_even_where_it_is_allowed():
    with pytest.raises(AddressError) as caught:
        look("http://forum.example.com", allow_http="yes")
    assert caught.value.problem == "not_https"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("forum.example.com", "https://forum.example.com"),
        (" https://forum.example.com/ ", "https://forum.example.com"),
        ("https://forum.example.com/latest", "https://forum.example.com"),
        ("https://example.com/forum/c/fragen/6?x=1#y", "https://example.com/forum"),
        ("https://example.com/community", "https://example.com/community"),
        ("https://forum.example.com/admin/api/keys", "https://forum.example.com"),
        ("https://[", "https://["),
    ],
)
def test_an_address_from_the_address_bar_leads_to_the_forum(typed, address):
    assert forum_address(typed) == address


def test_who_we_are_and_what_we_may_is_learned(forum, connect):
    connector = connect(handle="@Krume")
    identity = connector.identify()
    assert identity.remote_id == f"5@{forum.url.removeprefix('http://')}"
    assert (identity.handle, identity.title) == ("krume", "Forum der Bäckerei Krume")
    policy = connector.policy
    assert policy.text_limit == 32_000
    assert {Ability.HIDE, Ability.APPROVE, Ability.SPAM, Ability.DELETE} <= policy.abilities
    assert not policy.own_only
    assert not policy.repeat_is_safe


def test_somebody_who_is_no_moderator_may_less(forum, connect):
    connector = connect(handle="anna_muster", secret={"token": ALL_KEY})
    connector.identify()
    assert not {Ability.HIDE, Ability.APPROVE, Ability.SPAM} & connector.policy.abilities
    assert connector.policy.own_only == {Ability.DELETE}
    assert {Ability.REPLY, Ability.LIKE, Ability.REPORT} <= connector.policy.abilities


def test_what_was_learned_is_not_asked_again(forum, connect, fetch):
    settings = connect().identify().settings
    forum.asked.clear()
    fetch(connect(settings=settings))
    assert not {"/site/basic-info", "/session/current"} & {path for _m, path, _g in forum.asked}


@pytest.mark.parametrize("key", ["wrong", "x" * 64])
def test_a_wrong_key_is_a_matter_of_signing_in(forum, connect, key, caplog):
    connector = connect(secret={"token": key})
    with pytest.raises(SignInNeededError) as caught:
        connector.identify()
    assert caught.value.detail == "invalid_key"
    assert key not in caplog.text
    assert key not in repr(connector.__dict__)


def test_a_key_of_somebody_else_is_a_matter_of_signing_in(forum, connect):
    with pytest.raises(SignInNeededError):
        connect(handle="anna_muster").identify()


@pytest.mark.parametrize(
    ("handle", "token"), [("", KEY), ("krume", ""), ("krume", "  "), ("krume", "schlüssel")]
)
def test_a_missing_or_impossible_key_is_a_matter_of_signing_in(connect, handle, token):
    with pytest.raises(SignInNeededError):
        connect(handle=handle, secret={"token": token}).identify()


def test_a_key_revoked_since_is_noticed_while_reading(forum, connect, fetch):
    settings = connect().identify().settings
    del forum.keys[KEY]
    with pytest.raises(SignInNeededError):
        fetch(connect(settings=settings))


def test_nobody_signed_in_is_a_matter_of_signing_in(forum, connect):
    forum.loopback.answer("/session/current.json", {"errors": ["?"]}, status=404)
    with pytest.raises(SignInNeededError):
        connect().identify()


def test_a_firewall_that_forbids_is_no_matter_of_the_key(forum, connect):
    forum.loopback.answer("/session/current.json", b"<h1>Blocked</h1>", status=403)
    with pytest.raises(NotAllowedError):
        connect().identify()


def test_a_key_that_may_only_read_reads_and_cannot_answer(forum, connect, fetch, reply):
    forum.start(forum.anna, "Brot", "Habt ihr Brezeln?")
    connector = connect(secret={"token": READ_KEY})
    told = fetch(connector)
    [message] = told.messages
    with pytest.raises(NotAllowedError):
        connector.send(reply(message, "Ja, gerne."))
    assert forum.said() == []


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        ("", ""),
        (" , ;", ""),
        ("allgemein", "4"),
        ("Allgemein; 6", "4,6,7"),
        ("brot", "7"),
        ("Brot & Brötchen", "7"),
        ("https://forum.example.com/c/fragen/6", "6,7"),
        ("/c/fragen/brot/7", "7"),
        ("7", "7"),
    ],
)
def test_categories_are_found_by_slug_number_name_or_address(connect, typed, chosen):
    assert connect(settings={"categories": typed}).identify().settings["chosen"] == chosen


def test_a_category_left_out_of_a_long_list_is_asked_for(forum, connect):
    forum.loopback.answer("/categories.json", {"category_list": {"categories": []}})
    identity = connect(settings={"categories": "fragen"}).identify()
    assert identity.settings["chosen"] == "6"


@pytest.mark.parametrize("typed", ["kuchen", "99", "fragen, kuchen"])
def test_an_unknown_category_is_a_wrong_setting(connect, typed):
    with pytest.raises(AddressError) as caught:
        connect(settings={"categories": typed}).identify()
    assert caught.value.problem == "categories"


def test_the_words_speak_of_every_field():
    words = CHANNEL.words()
    assert set(words.fields) == {"url", "handle", "token", "categories"}
    assert words.steps
    assert words.limits
    assert json.dumps([step.link for step in words.steps])
