"""Hiding, liking, approving and deleting in a real Misago forum."""

import pytest

from cm_desktop.domain.errors import NotAllowedError, RejectedError
from cm_desktop.domain.model import OutboxKind, Visibility
from cm_desktop.domain.policy import Ability
from tests.servers.misago_account import act, connect, fetch

__all__ = ["connect"]

pytestmark = pytest.mark.real


def test_moderation_is_seen_on_the_server(misago, connect):
    connector = connect()
    thread, _first = misago.thread("Frage")
    post = misago.post(thread, "Antwort", who="bob_b")
    for kind, column, value in (
        (OutboxKind.HIDE, "is_hidden", "true"),
        (OutboxKind.UNHIDE, "is_hidden", "false"),
        (OutboxKind.LIKE, "likes", "1"),
        (OutboxKind.UNLIKE, "likes", "0"),
        (OutboxKind.APPROVE, "is_unapproved", "false"),
    ):
        for _twice in range(2):
            act(connector, kind, thread, post)
            assert misago.row(post)[column] == value, kind
    act(connector, OutboxKind.DELETE, thread, post)
    act(connector, OutboxKind.DELETE, thread, post)
    assert misago.row(post) == {}


def test_what_waits_for_approval_is_held_and_can_be_approved(misago, connect):
    connector = connect()
    thread, _first = misago.thread("Frage")
    _told, _gone, since = fetch(connector)
    misago.hold_posts(hold=True)
    post = misago.post(thread, "Wartet auf Freigabe", who="bob_b")
    new, first = misago.thread("Wartet auch", title="Neues Thema")
    told, _gone, since = fetch(connector, since)
    assert told[post].visibility is Visibility.HELD
    assert told[first].visibility is Visibility.HELD
    act(connector, OutboxKind.APPROVE, thread, post)
    act(connector, OutboxKind.APPROVE, new, first)
    assert misago.row(post)["is_unapproved"] == "false"
    assert misago.row(first)["is_unapproved"] == "false"
    told, _gone, _since = fetch(connector, since)
    assert told[post].visibility is Visibility.SHOWN
    assert told[first].visibility is Visibility.SHOWN


def test_a_thread_is_hidden_with_its_first_post_and_not_deleted_with_answers(misago, connect):
    connector = connect()
    thread, first = misago.thread("Frage")
    answer = misago.post(thread, "Antwort", who="bob_b")
    act(connector, OutboxKind.HIDE, thread, first)
    assert misago.row(first)["is_hidden"] == "true"
    act(connector, OutboxKind.UNHIDE, thread, first)
    assert misago.row(first)["is_hidden"] == "false"
    with pytest.raises(RejectedError) as caught:
        act(connector, OutboxKind.DELETE, thread, first)
    assert caught.value.reason == "has_answers"
    assert misago.posts(thread) == [first, answer]
    act(connector, OutboxKind.DELETE, thread, answer)
    act(connector, OutboxKind.DELETE, thread, first)
    assert misago.posts(thread) == []


def test_a_member_answers_likes_and_moderates_only_their_own(misago, connect):
    thread, _first = misago.thread("Frage")
    post = misago.post(thread, "Antwort", who="bob_b")
    connector = connect(handle="lena")
    connector.identify()
    assert not connector.policy.may(Ability.APPROVE)
    assert Ability.HIDE in connector.policy.own_only
    act(connector, OutboxKind.LIKE, thread, post)
    assert misago.row(post)["likes"] == "1"
    for kind in (OutboxKind.HIDE, OutboxKind.DELETE, OutboxKind.APPROVE):
        with pytest.raises(NotAllowedError):
            act(connector, kind, thread, post)
    assert misago.row(post)["is_hidden"] == "false"
    told, _gone, since = fetch(connector)
    assert told[post].text == "Antwort"
    misago.change(thread, post, "is-hidden", value=True)
    told, gone, since = fetch(connector, since)
    assert gone == [post]
    misago.change(thread, post, "is-hidden", value=False)
    assert fetch(connector, since)[0][post].text == "Antwort"
