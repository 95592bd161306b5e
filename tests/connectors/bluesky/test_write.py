"""What is sent to Bluesky, once."""

import re
from dataclasses import replace

import pytest

from cm_desktop.connectors.base import Action
from cm_desktop.connectors.bluesky_write import key_of
from cm_desktop.domain.errors import (
    GoneError,
    NotAllowedError,
    RejectedError,
    ServerTroubleError,
)
from cm_desktop.domain.model import OutboxKind
from cm_desktop.domain.policy import Ability
from tests.connectors.bluesky.fake_network import ANNA, BEN, BLOCK, LIKE, US
from tests.connectors.contract import OPEN, target_of


@pytest.fixture
def question(network, bluesky, fetch):
    """A stranger's message as the connector reported it."""
    uri = network.say(ANNA, "Habt ihr offen?", to=network.post, langs=["de"])
    return fetch(bluesky)[0][uri]


def act(connector, kind, message, text=""):
    connector.act(Action(kind=kind, target=target_of(message), text=text))


def test_a_key_is_a_tid_of_the_past_and_the_same_for_the_same_word():
    keys = {key_of(f"Wort {number}") for number in range(5_000)}
    assert len(keys) == 5_000
    assert all(re.fullmatch(r"[234567abcdefghij][234567a-z]{12}", key) for key in keys)
    assert key_of("Wort 7") == key_of("Wort 7")
    letters = "234567abcdefghijklmnopqrstuvwxyz"
    for key in keys:
        number = 0
        for letter in key:
            number = number * 32 + letters.index(letter)
        assert 1_672_531_200_000_000 <= number >> 10 < 1_767_139_200_000_000


def test_an_answer_names_its_thread_its_parent_and_its_language(network, bluesky, question, reply):
    text = "Süß 🥐 @anna.test https://krume.example"
    sent = bluesky.send(reply(question, text))
    said = network.records[sent.remote_id]["value"]
    assert said["reply"] == {
        "root": network.ref(network.post), "parent": network.ref(question.remote_id),
    }  # fmt: skip
    assert said["langs"] == ["de"]
    assert said["createdAt"].endswith("Z")
    begin = len("Süß 🥐 ".encode())
    assert said["facets"][0]["index"] == {"byteStart": begin, "byteEnd": begin + 10}
    assert said["facets"][0]["features"][0]["did"] == ANNA
    assert sent.text == text
    assert sent.context["root"] == network.post
    assert sent.permalink == f"https://bsky.app/profile/{US}/post/{sent.remote_id[-13:]}"


def test_an_answer_to_the_first_post_of_a_thread_of_others(network, bluesky, fetch, reply):
    uri = network.say(ANNA, "fremd", notify=False)
    network.note(uri, "mention")
    message = fetch(bluesky)[0][uri]
    said = network.records[bluesky.send(reply(message)).remote_id]["value"]
    assert said["reply"]["root"] == said["reply"]["parent"] == network.ref(uri)
    assert "langs" not in said
    assert "facets" not in said


def test_the_same_answer_sent_again_is_there_once(case, network, bluesky, question, reply):
    asked = reply(question)
    with case.losing_answers(), pytest.raises(OPEN):
        bluesky.send(asked)
    first = bluesky.send(asked)
    assert bluesky.send(asked) == first
    assert bluesky.find_sent(asked) == first
    assert case.said() == ["Gern geschehen"]
    assert bluesky.send(reply(question)).remote_id != first.remote_id


def test_a_conflict_without_an_answer_of_ours_is_told(network, bluesky, question, reply):
    def always(exchange, _query, _body):
        exchange.answer({"error": "InvalidSwap", "message": "x"}, status=400)

    network.put_record = always
    with pytest.raises(RejectedError) as error:
        bluesky.send(reply(question))
    assert error.value.reason == "InvalidSwap"


def test_only_a_record_that_is_not_there_counts_as_not_sent(network, bluesky, question, reply):
    assert bluesky.find_sent(reply(question)) is None

    def broken(exchange, _query, _body):
        exchange.answer({"error": "InvalidRequest", "message": "x"}, status=400)

    network.get_record = broken
    with pytest.raises(RejectedError):
        bluesky.find_sent(reply(question))


def test_too_long_in_either_way_is_not_sent(network, bluesky, question, reply):
    for text in ("ü" * 301, "👨‍👩‍👧‍👦" * 130):
        with pytest.raises(RejectedError) as error:
            bluesky.send(reply(question, text))
        assert error.value.reason == "too_long"
    assert bluesky.send(reply(question, "👨‍👩‍👧‍👦" * 100 + "ü" * 200))


def test_half_a_letter_in_our_text_does_no_harm(network, bluesky, question, reply):
    assert bluesky.send(reply(question, "a\ud83db #c")).text == "a\ufffdb #c"


def test_what_is_gone_blocked_or_closed_is_not_answered(network, bluesky, question, reply):
    network.no_replies.add(question.remote_id)
    with pytest.raises(NotAllowedError, match="replies_disabled"):
        bluesky.send(reply(question))
    network.blocked_by.add(ANNA)
    with pytest.raises(NotAllowedError, match="blocked"):
        bluesky.send(reply(question))
    network.blocked_by.clear()
    network.broken[question.remote_id] = {"uri": 7}
    with pytest.raises(ServerTroubleError):
        bluesky.send(reply(question))
    network.remove(question.remote_id)
    with pytest.raises(GoneError):
        bluesky.send(reply(question))
    assert network.ours()[1:] == []


def test_private_answers_to_public_posts_are_not_possible(bluesky, question, reply):
    with pytest.raises(NotAllowedError):
        bluesky.send(reply(question, private=True))


def test_like_and_block_leave_one_record_and_take_back_all(network, bluesky, question):
    for do, undo, kind, about in (
        (OutboxKind.LIKE, OutboxKind.UNLIKE, LIKE, question.remote_id),
        (OutboxKind.BLOCK, OutboxKind.UNBLOCK, BLOCK, ANNA),
    ):
        act(bluesky, do, question)
        act(bluesky, do, question)
        assert len(network.ours(kind)) == 1
        act(bluesky, undo, question)
        assert network.find(kind, about) is None
        network.put(f"at://{US}/{kind}/3kotherprogram", {"subject": {"uri": about}})
        if kind == BLOCK:
            network.records[f"at://{US}/{kind}/3kotherprogram"]["value"]["subject"] = about
        act(bluesky, do, question)
        assert len(network.ours(kind)) == 1
        act(bluesky, undo, question)
        assert network.ours(kind) == []


def test_a_like_that_the_network_does_not_show_yet_is_not_doubled(network, bluesky, question):
    act(bluesky, OutboxKind.LIKE, question)
    network.find = lambda _kind, _about: None
    act(bluesky, OutboxKind.LIKE, question)
    assert len(network.ours(LIKE)) == 1

    def other(exchange, _query, _body):
        exchange.answer({"error": "InvalidRequest"}, status=400)

    network.put_record = other
    with pytest.raises(RejectedError):
        act(bluesky, OutboxKind.LIKE, question)


def test_mute_and_report(network, bluesky, question):
    act(bluesky, OutboxKind.MUTE, question)
    assert network.muted == {ANNA}
    act(bluesky, OutboxKind.REPORT, question, "Werbung")
    act(bluesky, OutboxKind.REPORT, question)
    first, second = network.reports
    assert first["reason"] == "Werbung"
    assert first["subject"]["uri"] == question.remote_id
    assert first["subject"]["cid"]
    assert "reason" not in second


def test_only_what_is_ours_is_deleted(network, bluesky, question, reply):
    with pytest.raises(NotAllowedError):
        act(bluesky, OutboxKind.DELETE, question)
    sent = bluesky.send(reply(question))
    ours = replace(question, remote_id=sent.remote_id)
    act(bluesky, OutboxKind.DELETE, ours)
    act(bluesky, OutboxKind.DELETE, ours)
    assert network.ours()[1:] == []
    assert question.remote_id in network.records


def test_what_cannot_be_done_says_so(bluesky, question):
    for kind in (OutboxKind.EDIT, OutboxKind.HIDE, OutboxKind.APPROVE):
        with pytest.raises(NotAllowedError):
            act(bluesky, kind, question)
    nobody = replace(question, remote_id="x", author=replace(question.author, remote_id="x"))
    with pytest.raises(GoneError):
        act(bluesky, OutboxKind.BLOCK, nobody)
    with pytest.raises(NotAllowedError):
        act(bluesky, OutboxKind.LIKE, nobody)


def test_the_policy_tells_what_the_network_allows(bluesky, connect):
    assert bluesky.policy.own_only == {Ability.DELETE}
    assert (bluesky.policy.text_limit, bluesky.policy.byte_limit) == (300, 3000)
    assert bluesky.policy.repeat_is_safe
    assert bluesky.policy.can_read_back
    # A private message has no key of ours.
    assert not connect(settings={"direct_messages": "yes"}).policy.repeat_is_safe


def test_somebody_else_is_blocked_by_their_post(network, bluesky, fetch):
    uri = network.say(BEN, "Hallo", to=network.post)
    message = fetch(bluesky)[0][uri]
    act(bluesky, OutboxKind.BLOCK, message)
    assert network.ours(BLOCK)[0]["subject"] == BEN
