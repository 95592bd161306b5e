"""Recognising a real Misago forum and signing in there."""

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.misago import CHANNEL
from cm_desktop.domain.errors import SignInNeededError
from cm_desktop.domain.model import OutboxKind
from tests.servers.misago_account import act, connect, fetch, reply

__all__ = ["connect"]

pytestmark = pytest.mark.real


def test_the_forum_is_recognised_by_its_address(misago):
    found = CHANNEL.look(AccountConfig(channel="misago", url=f"{misago.url}/c/fragen/4/"))
    assert (found.software, found.title, found.text_limit) == ("Misago", "Bäckerei Krume", 60_000)


def test_a_wrong_password_asks_to_sign_in(misago, connect):
    thread, post = misago.thread("Frage")
    settings = connect().identify().settings
    for fields in ({"secret": {"password": "falsch"}}, {"handle": "niemand"}):
        with pytest.raises(SignInNeededError):
            connect(**fields).identify()
        stored = connect(**fields, settings=settings)
        with pytest.raises(SignInNeededError):
            fetch(stored)
        with pytest.raises(SignInNeededError):
            stored.send(reply(thread, post))
        with pytest.raises(SignInNeededError):
            act(stored, OutboxKind.HIDE, thread, post)
    assert misago.posts(thread) == [post]


def test_a_sign_in_that_ended_is_made_anew(misago, connect):
    kept = {}
    connector = connect(keep_secret=kept.update)
    thread, post = misago.thread("Frage")
    identity = connector.identify()
    before = kept["session"]
    again = connect(secret=dict(kept), settings=identity.settings, keep_secret=kept.update)
    fetch(again)
    assert kept["session"] == before
    misago.end_sessions()
    sent = again.send(reply(thread, post))
    assert misago.row(int(sent.remote_id))["poster_name"] == "Krume"
    assert kept["session"] != before
