"""Signing in to a Misago forum, staying signed in, and what is told of a forum before."""

import logging

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.misago import CHANNEL
from cm_desktop.connectors.misago_forum import forum_address
from cm_desktop.domain.errors import AddressError, NotAllowedError, SignInNeededError
from cm_desktop.domain.policy import Ability
from tests.connectors.contract import events_of, messages, newest_in, reply_to
from tests.connectors.misago.fake_forum import PASSWORD, SESSION, recorded


def sign_ins(forum):
    return [one for one in forum.asked if one[:2] == ("POST", "/api/auth/")]


def test_we_learn_who_we_are_and_what_we_may(forum, misago):
    identity = misago.identify()
    assert identity.remote_id == f"1@127.0.0.1:{forum.loopback.port}"
    assert (identity.handle, identity.title) == ("Krume", "Bäckerei Krume")
    assert identity.settings["longest"] == "60000"
    assert misago.policy.may(Ability.APPROVE)
    assert not misago.policy.own_only


def test_a_member_hides_and_deletes_only_their_own(forum, misago):
    forum.moderator = False
    misago.identify()
    assert not misago.policy.may(Ability.APPROVE)
    assert misago.policy.own_only == {Ability.HIDE, Ability.DELETE}


@pytest.mark.parametrize("secret", [{"password": "falsch"}, {"password": ""}, {}])
def test_a_wrong_password_asks_to_sign_in(connect, secret):
    with pytest.raises(SignInNeededError):
        connect(secret=secret).identify()


def test_a_password_that_was_changed_is_noticed_although_a_sign_in_is_kept(forum, connect):
    kept = {}
    connect(keep_secret=kept.update).identify()
    with pytest.raises(SignInNeededError):
        connect(secret={**kept, "password": "neu"}).identify()


def test_the_kept_sign_in_is_used_after_a_restart(forum, connect):
    kept = {}
    identity = connect(keep_secret=kept.update).identify()
    assert kept["password"] == PASSWORD
    forum.asked.clear()
    again = connect(secret=kept, settings=identity.settings)
    events_of(again)
    assert not sign_ins(forum)


@pytest.mark.parametrize("kept", ["{", '{"sessionid": 7}', '{"a\\n": "b"}', "[]", "\ud800"])
def test_a_kept_sign_in_that_makes_no_sense_is_made_anew(forum, connect, kept):
    forum.thread("Hallo")
    told = events_of(connect(secret={"password": PASSWORD, "session": kept}))
    assert len(messages(told)) == 1


def test_a_sign_in_that_ended_is_made_anew_and_kept(forum, connect):
    forum.thread("Hallo")
    kept = []
    connector = connect(keep_secret=kept.append)
    events = events_of(connector)
    forum.signed_in = False
    sent = connector.send(reply_to(newest_in(events), "Guten Tag"))
    assert forum.posts[int(sent.remote_id)]["poster_name"] == "Krume"
    assert len(kept) == 2


def test_the_sign_in_of_another_person_is_not_used(forum, connect):
    identity = connect().identify()
    with pytest.raises(SignInNeededError, match="other_user"):
        events_of(connect(settings={**identity.settings, "user": "9"}))


def test_neither_password_nor_cookie_is_logged_or_shown(forum, connect, caplog):
    caplog.set_level(logging.DEBUG)
    thread, _first = forum.thread("Hallo")
    connector = connect()
    events = events_of(connector)
    forum.refusals["POST", f"/api/threads/{thread}/posts/"] = {
        "status": 400, "body": {"code": SESSION},
    }  # fmt: skip
    with pytest.raises(Exception, match=r"^$|refused|too_short") as caught:
        connector.send(reply_to(newest_in(events), "Guten Tag"))
    said = caplog.text + repr(caught.value) + repr(connector._config)
    assert PASSWORD not in said
    assert SESSION not in said
    assert SESSION not in caught.value.reason


def test_a_forum_that_leaves_signing_in_to_others_says_so(forum, misago):
    home = recorded("home")
    home["body"] = home["body"].replace('"DELEGATE_AUTH": false', '"DELEGATE_AUTH": true')
    forum.refusals["GET", "/"] = home
    with pytest.raises(NotAllowedError, match="sign_in_elsewhere"):
        misago.identify()
    assert not sign_ins(forum)


@pytest.mark.parametrize("code", ["inactive_user", "inactive_admin"])
def test_an_account_that_is_not_active_yet_says_so(forum, misago, code):
    answer = recorded("wrong_password")
    answer["body"]["code"] = code
    forum.refusals["POST", "/api/auth/"] = answer
    with pytest.raises(SignInNeededError, match=code):
        misago.identify()


def test_somebody_who_is_banned_is_not_asked_for_another_password(forum, misago):
    answer = recorded("wrong_password")
    answer["body"]["code"] = "banned"
    forum.refusals["POST", "/api/auth/"] = answer
    with pytest.raises(NotAllowedError, match="banned"):
        misago.identify()


def test_the_address_alone_tells_what_forum_it_is(forum):
    found = CHANNEL.look(AccountConfig(channel="misago", url=f"{forum.url}/c/fragen/4/"))
    assert (found.software, found.title) == ("Misago", "Bäckerei Krume")
    assert (found.text_limit, found.url) == (60_000, forum.url)
    assert not sign_ins(forum)


@pytest.mark.parametrize("page", ["<html>", "misago.init(", "misago.init([]);</script>", ""])
def test_another_website_is_told_apart(forum, page):
    forum.refusals["GET", "/"] = {"status": 200, "body": page}
    with pytest.raises(AddressError, match="no_api"):
        CHANNEL.look(AccountConfig(channel="misago", url=forum.url))


def test_a_password_is_never_sent_unencrypted_even_where_others_may(connect):
    connector = connect(url="http://forum.example", settings={"allow_http": "yes"})
    with pytest.raises(AddressError, match="not_https"):
        connector.identify()


@pytest.mark.parametrize(
    "typed",
    ["forum.example", " https://forum.example/ ", "https://forum.example/t/brot/12/post/7/",
     "https://forum.example/private-threads/", "forum.example/c/fragen/4/", "forum.example/u/x/1/"],
)  # fmt: skip
def test_what_people_copy_becomes_the_address_of_the_forum(typed):
    assert forum_address(typed) == "https://forum.example"


def test_a_forum_in_a_folder_keeps_it():
    assert forum_address("https://a.example/forum/t/x/1/") == "https://a.example/forum"


@pytest.mark.parametrize(
    "typed", ["Fragen & Antworten", "fragen", "4", "https://forum.example/c/fragen/4/"]
)
def test_a_category_is_known_by_name_number_and_address(connect, typed):
    settings = connect(settings={"categories": f" {typed} , Backen"}).identify().settings
    assert settings["chosen"] == "4,5"


def test_a_category_that_is_not_there_is_named(connect):
    with pytest.raises(AddressError, match="categories Kuchen"):
        connect(settings={"categories": "Kuchen"}).identify()
