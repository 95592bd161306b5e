"""Signing in to a real WordPress, and what each role may do there."""

import pytest

from cm_desktop.domain.errors import NotAllowedError, SignInNeededError
from cm_desktop.domain.model import OutboxKind
from cm_desktop.domain.policy import Ability
from tests.servers.wordpress_account import BOTH, act, connect, fetch, reply

__all__ = ["connect"]

pytestmark = pytest.mark.real


@BOTH
def test_a_wrong_password_asks_to_sign_in(wordpress, connect, pretty):
    wordpress.set_permalinks(pretty=pretty)
    number = wordpress.comment("Frage")
    settings = connect().identify().settings
    for fields in ({"secret": {"password": "abcd efgh"}}, {"handle": "nobody"}):
        with pytest.raises(SignInNeededError):
            connect(**fields).identify()
        stored = connect(**fields, settings=settings)  # revoked since
        with pytest.raises(SignInNeededError):
            fetch(stored)
        with pytest.raises(SignInNeededError):
            stored.send(reply(number))
        with pytest.raises(SignInNeededError):
            act(stored, OutboxKind.SPAM, number)
    assert wordpress.status(number) == "approved"
    assert wordpress.count("Gern geschehen") == 0


def test_a_password_works_with_and_without_its_spaces(wordpress, connect):
    for password in (wordpress.password, wordpress.password.replace(" ", "")):
        assert connect(secret={"password": password}).identify().handle == "admin"


def test_a_contributor_reads_and_replies(wordpress, connect):
    number = wordpress.comment("Frage")
    connector = connect(handle="mia", secret={"password": wordpress.add_user("mia", "contributor")})
    connector.identify()
    assert connector.policy.abilities == {Ability.REPLY}
    assert fetch(connector)[0][str(number)].text == "Frage"
    asked = reply(number, 'Das "neue" -- so... :)')
    sent = connector.send(asked)
    assert connector.find_sent(asked).remote_id == sent.remote_id
    with pytest.raises(NotAllowedError):
        act(connector, OutboxKind.SPAM, number)
    assert wordpress.status(number) == "approved"


def test_a_subscriber_is_told_what_is_missing(wordpress, connect):
    secret = {"password": wordpress.add_user("sub", "subscriber")}
    with pytest.raises(NotAllowedError):
        connect(handle="sub", secret=secret).identify()
