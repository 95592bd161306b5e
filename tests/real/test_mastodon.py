"""The connector against two real snac servers that federate, on this computer."""

import threading
from datetime import UTC, datetime

import httpx
import pytest

from cm_desktop.connectors.base import AccountConfig, Action, Reply, Target
from cm_desktop.connectors.mastodon import CHANNEL
from cm_desktop.connectors.oauth import loopback
from cm_desktop.domain.errors import (
    GoneError,
    NotAllowedError,
    SignInNeededError,
)
from cm_desktop.domain.events import CursorMoved, MessageGone, MessageSeen
from cm_desktop.domain.ids import new_id
from cm_desktop.domain.model import Direction, Kind, OutboxKind
from cm_desktop.domain.policy import Ability
from tests.connectors.connecting import connecting
from tests.servers.cutting_proxy import Cut, lose_answer
from tests.servers.snac import snac_proxy, until

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def people(snac):
    """alice, who is us; bob on the other server, each following the other; carol beside her."""
    snac["bob"].follow(snac["alice"])
    snac["alice"].follow(snac["bob"])  # snac tells of deletions only those who follow
    return snac


@pytest.fixture
def connect(people):
    """Make a connector, as alice unless told otherwise."""
    alice = people["alice"]
    alice.ask("GET", "/api/v1/accounts/verify_credentials")
    with connecting(CHANNEL, "mastodon", url=alice.url, secret={"token": alice.token}) as connect:
        yield connect


@pytest.fixture
def words():
    """Words that no other test of this run says."""
    return f"Brezel {new_id()[-8:]}"


def fetch(connector, since=None):
    events = list(connector.fetch(since))
    moved = [event.cursor for event in events if isinstance(event, CursorMoved)]
    told = {event.remote_id: event for event in events if isinstance(event, MessageSeen)}
    return told, moved[-1] if moved else since


def with_text(connector, text, since=None):
    """Fetch until a message with some words has arrived, and return it."""

    def found():
        told = fetch(connector, since)[0].values()
        return next((one for one in told if text in one.text), None)

    return until(found)


def target_of(message):
    return Target(
        remote_id=message.remote_id,
        conversation_remote_id=message.conversation.remote_id,
        author_remote_id=message.author.remote_id,
        author_handle=message.author.handle,
        text=message.text,
        public=message.public,
        context=dict(message.context),
    )


def reply_to(message, text, **fields):
    return Reply(client_key=new_id(), text=text, target=target_of(message), **fields)


def act(connector, kind, message, text=""):
    connector.act(Action(kind=kind, target=target_of(message), text=text))


def test_the_server_is_known_for_what_it_is(people, connect):
    found = CHANNEL.look(AccountConfig(channel="mastodon", url=people["alice"].url))
    assert (found.software, found.text_limit, found.title) == ("snac", 100_000, "Probe")
    connector = connect()
    identity = connector.identify()
    assert identity.handle == people["alice"].handle
    assert not connector.policy.repeat_is_safe
    assert connector.policy.may(Ability.REPLY)
    assert not connector.policy.may(Ability.DELETE), "its API cannot"


def test_a_mention_arrives_from_the_other_server(people, connect, words):
    people["bob"].say(f"{people['alice'].handle} {words}, habt ihr offen?")
    message = with_text(connect(), words)
    assert message.text == f"{words}, habt ihr offen?"
    assert message.author.handle == people["bob"].handle
    assert (message.conversation.kind, message.public) == (Kind.MENTION, True)
    assert abs((datetime.now(UTC) - message.created_at).total_seconds()) < 120


def test_an_answer_under_our_post_belongs_to_the_post(people, connect, words):
    post = people["alice"].say(f"Heute frisch: {words}")
    there = people["bob"].knows(words)
    people["bob"].say(f"{people['alice'].handle} Lecker {words}", in_reply_to_id=there["id"])
    message = with_text(connect(), f"Lecker {words}")
    assert message.conversation.kind is Kind.COMMENTS
    assert message.conversation.post.text == f"Heute frisch: {words}"
    assert message.conversation.remote_id[10:] == post["id"][10:]


def test_who_answers_without_naming_us_is_seen(people, connect, words):
    post = people["alice"].say(f"Heute frisch: {words}")
    connector = connect()
    _told, since = fetch(connector)
    people["carol"].say(f"Ohne Namen {words}", in_reply_to_id=post["id"])
    assert with_text(connector, f"Ohne Namen {words}", since).conversation.kind is Kind.COMMENTS


def test_a_reply_arrives_there_once_below_what_it_answers(people, connect, words):
    asked = people["bob"].say(f"{people['alice'].handle} Frage {words}")
    connector = connect()
    message = with_text(connector, words)
    sent = connector.send(reply_to(message, f"Antwort {words}"))
    assert sent.text == f"Antwort {words}"
    heard = people["bob"].hears(f"Antwort {words}")
    assert heard["in_reply_to_id"][10:] == asked["id"][10:]
    assert heard["visibility"] == "public"
    below = people["bob"].statuses_below(asked["id"])
    assert len([one for one in below if words in one["content"]]) == 1

    echo = with_text(connector, f"Antwort {words}")
    assert (echo.direction, echo.remote_id) == (Direction.OUT, sent.remote_id)
    assert echo.conversation.remote_id == message.conversation.remote_id


def test_a_private_message_is_answered_privately(people, connect, words):
    people["bob"].say(f"{people['alice'].handle} Geheim {words}", visibility="direct")
    connector = connect()
    message = with_text(connector, f"Geheim {words}")
    assert (message.conversation.kind, message.public) == (Kind.DIRECT, False)
    reply = reply_to(message, f"Auch geheim {words}", first_attempt_at=datetime.now(UTC))
    sent = connector.send(reply)
    heard = people["bob"].hears(f"Auch geheim {words}")
    assert heard["visibility"] in ("private", "direct")
    assert connector.find_sent(reply) == sent, "although it is in no list of ours"
    public = httpx.get(f"{people['alice'].url}/alice", headers={"Connection": "close"}).text
    assert f"Auch geheim {words}" not in public


def test_a_private_answer_to_our_post_is_no_public_comment(people, connect, words):
    people["alice"].say(f"Heute frisch: {words}")
    there = people["bob"].knows(words)
    text = f"{people['alice'].handle} Nur für euch {words}"
    people["bob"].say(text, in_reply_to_id=there["id"], visibility="direct")
    message = with_text(connect(), f"Nur für euch {words}")
    assert message.conversation.kind is Kind.DIRECT
    assert message.conversation.remote_id == message.remote_id


def test_an_edit_there_is_seen_as_the_same_message(people, connect, words):
    asked = people["bob"].say(f"{people['alice'].handle} Brod {words}")
    connector = connect()
    before = with_text(connector, f"Brod {words}")
    _told, since = fetch(connector)
    text = f"{people['alice'].handle} Brot {words}"
    people["bob"].ask("PUT", f"/api/v1/statuses/{asked['id']}", data={"status": text})
    after = with_text(connector, f"Brot {words}", since)
    assert after.remote_id == before.remote_id
    assert after.edited_at is not None


def test_a_deletion_there_is_seen(people, connect, words):
    asked = people["bob"].say(f"{people['alice'].handle} Weg damit {words}")
    connector = connect()
    message = with_text(connector, f"Weg damit {words}")
    _told, since = fetch(connector)
    people["bob"].delete(asked)
    gone = MessageGone(remote_id=message.remote_id)
    until(lambda: gone in list(connector.fetch(since)))
    with pytest.raises(GoneError):
        connector.send(reply_to(message, "zu spät"))
    assert not [one for one in people["bob"].mentions() if "zu spät" in one["content"]]


def test_a_warning_is_shown_and_kept(people, connect, words):
    text = f"{people['alice'].handle} {words}"
    people["bob"].say(text, spoiler_text="Essen")
    connector = connect()
    message = with_text(connector, words)
    assert message.text == f"⚠ Essen\n\n{words}"
    connector.send(reply_to(message, f"Mahlzeit {words}"))
    assert people["bob"].hears(f"Mahlzeit {words}")["spoiler_text"] == "Essen"


def test_a_favourite_is_seen_by_the_other_side(people, connect, words):
    said = people["bob"].say(f"{people['alice'].handle} {words}")
    connector = connect()
    message = with_text(connector, words)
    act(connector, OutboxKind.LIKE, message)
    act(connector, OutboxKind.LIKE, message)
    path = f"/api/v1/statuses/{said['id']}"
    until(lambda: people["bob"].ask("GET", path)["favourites_count"] == 1)
    assert fetch(connector)[0][message.remote_id].liked
    act(connector, OutboxKind.UNLIKE, message)
    assert not fetch(connector)[0][message.remote_id].liked


def test_our_answer_is_changed_there_too(people, connect, words):
    people["bob"].say(f"{people['alice'].handle} Frage {words}")
    connector = connect()
    sent = connector.send(reply_to(with_text(connector, words), f"Bis 11 {words}"))
    people["bob"].hears(f"Bis 11 {words}")
    ours = with_text(connector, f"Bis 11 {words}")
    act(connector, OutboxKind.EDIT, ours, f"Bis 12 {words}")
    people["bob"].hears(f"Bis 12 {words}")
    changed = with_text(connector, f"Bis 12 {words}")
    assert changed.remote_id == sent.remote_id, "though snac gives it another id"


def test_blocking_and_what_the_server_cannot_do(people, connect, words):
    people["carol"].say(f"{people['alice'].handle} {words}")
    connector = connect()
    message = with_text(connector, words)
    act(connector, OutboxKind.BLOCK, message)
    act(connector, OutboxKind.UNBLOCK, message)
    with pytest.raises(GoneError):
        act(connector, OutboxKind.MUTE, message)
    sent = connector.send(reply_to(message, f"Antwort {words}"))
    ours = with_text(connector, f"Antwort {words}")
    with pytest.raises(NotAllowedError):
        act(connector, OutboxKind.DELETE, ours)
    assert people["alice"].ask("GET", f"/api/v1/statuses/{sent.remote_id}")


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
@pytest.mark.parametrize("cut", [cut for cut in Cut if cut is not Cut.NEVER])
def test_an_answer_that_got_lost_is_there_exactly_once_in_the_end(
    people, connect, words, cut, private
):
    more = {"visibility": "direct"} if private else {}
    people["carol"].say(f"{people['alice'].handle} Frage {words}", **more)
    message = with_text(connect(), words)

    def count():
        below = people["alice"].statuses_below(message.remote_id)
        return len([one for one in below if words in one["content"]])

    with snac_proxy() as proxy:
        connector = connect(url=proxy.url)
        connector.identify()
        reply = reply_to(message, f"Ja, **gern** :-) {words}", first_attempt_at=datetime.now(UTC))
        applied = lose_answer(proxy, cut, lambda: connector.send(reply))
        assert count() == applied

        # As the outbox does: look, and send again only if it is not there.
        proxy.cut = Cut.NEVER
        found = connector.find_sent(reply)
        assert (found is not None) is applied
        sent = found or connector.send(reply)
        assert connector.find_sent(reply) == sent
        assert count() == 1


def test_kept_connections_lose_no_request(people, connect, words):
    people["carol"].say(f"{people['alice'].handle} Frage {words}")
    connector = connect()
    message = with_text(connector, words)
    for number in range(5):
        connector.send(reply_to(message, f"Nr. {number} {words}"))
    below = people["alice"].statuses_below(message.remote_id)
    assert len([one for one in below if words in one["content"]]) == 5


def test_signing_in_on_the_servers_own_page_gives_a_token(people, connect):
    config = AccountConfig(channel="mastodon", url=people["alice"].url)
    with loopback() as back:
        page = CHANNEL.browser.begin(config, back.address)

        def browser():
            httpx.get(people["alice"].signed_in(page.url))

        person = threading.Thread(target=browser)
        person.start()
        brought = back.answer(page.state, threading.Event(), patience=20)
        person.join(20)
    secret = CHANNEL.browser.finish(config, page, brought)
    assert connect(secret=secret).identify().handle == people["alice"].handle


def test_a_code_copied_by_hand_gives_a_token(people, connect):
    config = AccountConfig(channel="mastodon", url=people["alice"].url)
    page = CHANNEL.browser.begin(config, CHANNEL.browser.shown_code)
    code = people["alice"].signed_in(page.url).strip()
    secret = CHANNEL.browser.finish(config, page, {"code": code})
    assert connect(secret=secret).identify().handle == people["alice"].handle


def test_a_wrong_token_asks_to_sign_in(people, connect):
    settings = connect().identify().settings
    with pytest.raises(SignInNeededError):
        connect(secret={"token": "falsch"}).identify()
    with pytest.raises(SignInNeededError):
        fetch(connect(secret={"token": "falsch"}, settings=settings))
