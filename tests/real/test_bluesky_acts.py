"""Likes, blocks, reports and deletions on Bluesky's own programs on this computer."""

import pytest

from cm_desktop.domain.errors import GoneError, NotAllowedError, RejectedError
from cm_desktop.domain.events import MessageGone
from cm_desktop.domain.model import OutboxKind
from tests.servers.bluesky_account import act, arrived, connections, fetch, reply

pytestmark = pytest.mark.real
LIKE, BLOCK = "app.bsky.feed.like", "app.bsky.graph.block"


@pytest.fixture
def network(running_bluesky):
    return running_bluesky


@pytest.fixture
def firm(network):
    """The account of ours."""
    return network.person("krume")


@pytest.fixture
def anna(network):
    return network.person("anna")


@pytest.fixture
def connect(network, firm):
    with connections(network, firm) as connect:
        yield connect


def test_like_and_unlike_are_seen_by_the_network(network, connect, firm, anna):
    answer = network.post(anna, "Toll", to=network.post(firm, "Frisch"))
    connector = connect()
    message = arrived(network, connector, answer)
    assert not message.liked
    for _twice in range(2):
        act(connector, OutboxKind.LIKE, message)
    assert [one["value"]["subject"]["uri"] for one in network.records(firm, LIKE)] == [answer]
    network.until(lambda: network.seen(answer, firm)["viewer"].get("like"))
    assert fetch(connector)[0][answer].liked
    act(connector, OutboxKind.LIKE, message)
    assert len(network.records(firm, LIKE)) == 1
    for _twice in range(2):
        act(connector, OutboxKind.UNLIKE, message)
    assert network.records(firm, LIKE) == []


def test_a_like_of_another_program_is_taken_back_too(network, connect, firm, anna):
    answer = network.post(anna, "Toll", to=network.post(firm, "Frisch"))
    connector = connect()
    message = arrived(network, connector, answer)
    network.write(firm, LIKE, {"subject": network.ref(answer)})
    network.until(lambda: network.seen(answer, firm)["viewer"].get("like"))
    act(connector, OutboxKind.LIKE, message)
    assert len(network.records(firm, LIKE)) == 1
    act(connector, OutboxKind.UNLIKE, message)
    assert network.records(firm, LIKE) == []


def test_mute_and_block_are_seen_by_the_network_and_delete_nothing_here(
    network, connect, firm, anna
):
    answer = network.post(anna, "Werbung", to=network.post(firm, "Frisch"))
    connector = connect()
    message = arrived(network, connector, answer)
    _told, since = fetch(connector)
    for _twice in range(2):
        act(connector, OutboxKind.MUTE, message)
    assert [one["did"] for one in network.ask("app.bsky.graph.getMutes", firm)["mutes"]] == [
        anna.did
    ]
    for _twice in range(2):
        act(connector, OutboxKind.BLOCK, message)
    assert [one["value"]["subject"] for one in network.records(firm, BLOCK)] == [anna.did]
    network.until(lambda: not network.seen(answer, firm))
    events = list(connector.fetch(since))
    assert not [one for one in events if isinstance(one, MessageGone)]
    with pytest.raises(NotAllowedError, match="blocked"):
        connector.send(reply(message))
    for _twice in range(2):
        act(connector, OutboxKind.UNBLOCK, message)
    assert network.records(firm, BLOCK) == []


def test_a_report_reaches_the_moderation(network, connect, firm, anna):
    answer = network.post(anna, "Werbung", to=network.post(firm, "Frisch"))
    connector = connect()
    act(
        connector, OutboxKind.REPORT, arrived(network, connector, answer), "Lauter Werbung, täglich"
    )
    told = network.until(lambda: [one for one in network.reports() if anna.did in one])
    assert answer in told[0]
    assert "Lauter Werbung, täglich" in told[0]


def test_only_our_own_answers_are_deleted(network, connect, firm, anna):
    answer = network.post(anna, "Frage", to=network.post(firm, "Frisch"))
    connector = connect()
    message = arrived(network, connector, answer)
    sent = connector.send(reply(message))
    ours = arrived(network, connector, sent.remote_id)
    _told, since = fetch(connector)
    with pytest.raises(NotAllowedError):
        act(connector, OutboxKind.DELETE, message)
    for _twice in range(2):
        act(connector, OutboxKind.DELETE, ours)
    assert not [one for one in network.records(firm) if "reply" in one["value"]]
    assert network.seen(answer, firm)
    network.until(lambda: not network.seen(sent.remote_id, firm))
    events = list(connector.fetch(since))
    assert MessageGone(remote_id=sent.remote_id) in events


def test_what_its_author_deleted_is_gone_and_cannot_be_answered(network, connect, firm, anna):
    answer = network.post(anna, "Frage", to=network.post(firm, "Frisch"))
    connector = connect()
    message = arrived(network, connector, answer)
    _told, since = fetch(connector)
    network.delete(anna, answer)
    events = list(connector.fetch(since))
    assert MessageGone(remote_id=answer) in events
    with pytest.raises(GoneError):
        connector.send(reply(message))
    assert not [one for one in network.records(firm) if "reply" in one["value"]]


def test_a_post_closed_for_answers_says_so(network, connect, firm, anna):
    post = network.mention(anna, f"@{firm.handle} nur lesen", firm)
    connector = connect()
    message = arrived(network, connector, post)
    gate = {"$type": "app.bsky.feed.threadgate", "post": post, "allow": [],
            "createdAt": network.now()}  # fmt: skip
    key = post.rpartition("/")[2]
    body = {"repo": anna.did, "collection": gate["$type"], "rkey": key, "record": gate}
    network.do("com.atproto.repo.putRecord", body, anna)
    network.until(lambda: network.seen(post, firm)["viewer"].get("replyDisabled"))
    with pytest.raises(NotAllowedError, match="replies_disabled"):
        connector.send(reply(message))
    assert network.records(firm) == []


def test_the_longest_text_goes_up_and_a_longer_one_does_not(network, connect, firm, anna):
    answer = network.post(anna, "Frage", to=network.post(firm, "Frisch"))
    connector = connect()
    message = arrived(network, connector, answer)
    for text in ("ü" * 301, "👨‍👩‍👧‍👦" * 130):
        with pytest.raises(RejectedError) as error:
            connector.send(reply(message, text))
        assert error.value.reason == "too_long"
    longest = "👨‍👩‍👧‍👦" * 100 + "ü" * 200
    assert connector.send(reply(message, longest)).text == longest
