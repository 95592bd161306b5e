"""The connector against mastodon_mock: a MOCK, made by others, with faults put in on purpose."""

from datetime import UTC, datetime

import pytest

from cm_desktop.connectors.base import AccountConfig, Action, Reply
from cm_desktop.connectors.mastodon import CHANNEL
from cm_desktop.domain.errors import (
    NotAllowedError,
    OfflineError,
    RateLimitedError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
)
from cm_desktop.domain.events import MessageGone
from cm_desktop.domain.ids import new_id
from cm_desktop.domain.model import Kind, OutboxKind
from tests.connectors.connecting import connecting
from tests.connectors.contract import cursor_of, events_of, messages, target_of
from tests.servers.cutting_proxy import Cut, cutting_proxy

pytestmark = pytest.mark.real


@pytest.fixture
def connect(mastodon_mock):
    """Make a connector, as ada unless told otherwise."""
    with connecting(
        CHANNEL, "mastodon", url=mastodon_mock.url, secret={"token": mastodon_mock.tokens["ada"]}
    ) as connect:
        yield connect
    mastodon_mock.heal()


@pytest.fixture
def words():
    """Words that no other test of this run says."""
    return f"Brezel {new_id()[-8:]}"


def fetch(connector, since=None):
    events = events_of(connector, since)
    return {one.remote_id: one for one in messages(events)}, cursor_of(events)


def reply_to(message, text, **fields):
    return Reply(client_key=new_id(), text=text, target=target_of(message), **fields)


def act(connector, kind, message, text=""):
    connector.act(Action(kind=kind, target=target_of(message), text=text))


def test_the_mock_says_that_it_is_none_of_mastodons(mastodon_mock, connect):
    found = CHANNEL.look(AccountConfig(channel="mastodon", url=mastodon_mock.url))
    assert (found.software, found.text_limit) == ("mastodon_mock", 500)
    connector = connect()
    assert connector.identify().handle.startswith("@ada@")
    assert not connector.policy.repeat_is_safe


def test_mentions_and_answers_arrive_in_their_threads(mastodon_mock, connect, words):
    post = mastodon_mock.say("ada", f"Heute frisch: {words}")
    answer = mastodon_mock.say("grace", f"@ada Lecker {words}", in_reply_to_id=post["id"])
    quiet = mastodon_mock.say("alan", f"Ohne Namen {words}", in_reply_to_id=post["id"])
    mention = mastodon_mock.say("grace", f"@ada Hallo {words}", spoiler_text="Essen")
    seen, _since = fetch(connect())
    for one in (answer, quiet):
        place = seen[one["id"]].conversation
        assert (place.remote_id, place.kind) == (post["id"], Kind.COMMENTS)
    assert seen[answer["id"]].text == f"Lecker {words}"
    assert seen[mention["id"]].text == f"⚠ Essen\n\nHallo {words}"


def test_more_than_a_page_of_mentions_and_talks_is_read(mastodon_mock, connect, words):
    connector = connect()
    _seen, since = fetch(connector)
    said = {mastodon_mock.say("grace", f"@ada {words} {n}")["id"] for n in range(90)}
    private = {
        mastodon_mock.say("grace", f"@ada geheim {words} {n}", visibility="direct")["id"]
        for n in range(45)
    }
    seen, _since = fetch(connector, since)
    assert said | private <= set(seen)
    assert {seen[one].conversation.kind for one in private} == {Kind.DIRECT}


def test_a_reply_goes_up_once_with_parent_and_visibility(mastodon_mock, connect, words):
    asked = mastodon_mock.say("grace", f"@ada Frage {words}", visibility="unlisted")
    connector = connect()
    reply = reply_to(fetch(connector)[0][asked["id"]], f"Antwort {words}")
    sent = connector.send(reply)
    assert connector.send(reply) == sent, "the key makes it the same"
    context = mastodon_mock.ask("grace", "GET", f"/api/v1/statuses/{asked['id']}/context")
    [below] = context["descendants"]
    assert (below["id"], below["in_reply_to_id"]) == (sent.remote_id, asked["id"])
    assert below["visibility"] == "unlisted"
    assert [one["acct"] for one in below["mentions"]] == ["grace"]
    assert fetch(connector)[0][sent.remote_id].text == f"Antwort {words}"


def test_edits_deletions_and_favourites_are_seen(mastodon_mock, connect, words):
    first = mastodon_mock.say("grace", f"@ada Brod {words}")
    second = mastodon_mock.say("grace", f"@ada Weg {words}")
    connector = connect()
    seen, since = fetch(connector)
    act(connector, OutboxKind.LIKE, seen[first["id"]])
    path = f"/api/v1/statuses/{first['id']}"
    mastodon_mock.ask("grace", "PUT", path, data={"status": f"@ada Brot {words}"})
    mastodon_mock.ask("grace", "DELETE", f"/api/v1/statuses/{second['id']}")
    events = events_of(connector, since)
    later = {one.remote_id: one for one in messages(events)}[first["id"]]
    assert (later.text, later.liked) == (f"Brot {words}", True)
    assert later.edited_at is not None
    assert MessageGone(remote_id=second["id"]) in events


def test_ours_is_changed_and_deleted_and_nobody_elses(mastodon_mock, connect, words):
    asked = mastodon_mock.say("grace", f"@ada Frage {words}", spoiler_text="Essen")
    connector = connect()
    message = fetch(connector)[0][asked["id"]]
    sent = connector.send(reply_to(message, f"Bis 11 {words}"))
    ours = fetch(connector)[0][sent.remote_id]
    act(connector, OutboxKind.EDIT, ours, f"Bis 12 {words}")
    now = mastodon_mock.ask("grace", "GET", f"/api/v1/statuses/{sent.remote_id}")
    assert f"Bis 12 {words}" in now["content"]
    assert now["spoiler_text"] == "Essen"
    with pytest.raises(NotAllowedError):
        act(connector, OutboxKind.DELETE, message)
    act(connector, OutboxKind.DELETE, ours)
    act(connector, OutboxKind.DELETE, ours)
    assert sent.remote_id not in fetch(connector)[0]


def test_people_are_muted_blocked_and_reported(mastodon_mock, connect, words):
    asked = mastodon_mock.say("alan", f"@ada Kauft {words}")
    connector = connect()
    message = fetch(connector)[0][asked["id"]]
    act(connector, OutboxKind.REPORT, message, "Werbung")
    act(connector, OutboxKind.MUTE, message)
    act(connector, OutboxKind.BLOCK, message)
    path, asked = "/api/v1/accounts/relationships", {"id[]": message.author.remote_id}
    [now] = mastodon_mock.ask("ada", "GET", path, params=asked)
    assert (now["muting"], now["blocking"]) == (True, True)
    act(connector, OutboxKind.UNBLOCK, message)
    [now] = mastodon_mock.ask("ada", "GET", path, params=asked)
    assert not now["blocking"]
    mastodon_mock.ask("ada", "POST", f"/api/v1/accounts/{message.author.remote_id}/unmute")


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        ({"type": "ratelimit"}, RateLimitedError),
        ({"type": "status", "status": 503}, ServerTroubleError),
        ({"type": "status", "status": 401}, SignInNeededError),
        ({"type": "status", "status": 403}, NotAllowedError),
        ({"type": "malformed"}, (ServerTroubleError, SlowError)),
    ],
)
def test_faults_of_reading_and_sending_lose_and_double_nothing(
    mastodon_mock, connect, words, effect, error
):
    asked = mastodon_mock.say("grace", f"@ada Frage {words}")
    first = connect()
    message = fetch(first)[0][asked["id"]]
    _seen, since = fetch(first)
    late = mastodon_mock.say("grace", f"@ada noch eine {words}")
    mastodon_mock.fail("/api/v1/notifications", count=2, **effect)
    with pytest.raises(error):
        fetch(connect(), since)
    mastodon_mock.heal()

    reply = reply_to(message, f"Antwort {words}", first_attempt_at=datetime.now(UTC))
    mastodon_mock.fail("/api/v1/statuses", "POST", **effect)
    with pytest.raises(error):
        connect().send(reply)
    again = connect()
    sent = again.find_sent(reply) or again.send(reply)
    context = mastodon_mock.ask("grace", "GET", f"/api/v1/statuses/{asked['id']}/context")
    assert [one["id"] for one in context["descendants"]] == [sent.remote_id]
    assert late["id"] in fetch(again, since)[0]


@pytest.mark.parametrize("cut", [cut for cut in Cut if cut is not Cut.NEVER])
def test_an_answer_that_got_lost_is_there_exactly_once(mastodon_mock, connect, words, cut):
    asked = mastodon_mock.say("grace", f"@ada Frage {words}")
    with cutting_proxy(mastodon_mock.port) as proxy:
        connector = connect(url=proxy.url)
        message = fetch(connector)[0][asked["id"]]
        reply = reply_to(message, f"Antwort {words}", first_attempt_at=datetime.now(UTC))
        proxy.cut = cut
        with pytest.raises((SlowError, ServerTroubleError, OfflineError)):
            connector.send(reply)
        assert proxy.cuts == 1
        proxy.cut = Cut.NEVER
        found = connector.find_sent(reply)
        assert (found is not None) is (cut in (Cut.APPLIED, Cut.HALF_ANSWER))
        sent = found or connector.send(reply)
    context = mastodon_mock.ask("grace", "GET", f"/api/v1/statuses/{asked['id']}/context")
    assert [one["id"] for one in context["descendants"]] == [sent.remote_id]
