"""The connector against a real Misago forum on PostgreSQL, on this computer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from cm_desktop.connectors.base import AccountConfig, Action, Reply, Target
from cm_desktop.connectors.misago import CHANNEL
from cm_desktop.domain.errors import (
    AddressError,
    GoneError,
    NotAllowedError,
    OfflineError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
)
from cm_desktop.domain.events import CursorMoved, MessageGone, MessageSeen
from cm_desktop.domain.model import Direction, Kind, OutboxKind, Visibility
from cm_desktop.domain.policy import Ability
from tests.servers.cutting_proxy import Cut, cutting_proxy
from tests.servers.misago import PASSWORD

pytestmark = pytest.mark.real

TEXTS = [
    'Ja <3 & "bis" 11 -- sonntags :)\n<script>alert(1)</script> 🥐',
    "# kein Titel\n\n> kein Zitat\n- kein Punkt\n1. keine Nummer",
    "**nicht fett** _nicht schräg_ snake_case `kein Code` ~~nicht weg~~",
    "[b]x[/b] [quote]y[/quote] [url=http://a.example]b[/url] [hr]",
    "Toll!(wirklich) ![a](b) [c](d) \\ \\* &copy; &amp;",
    "a\n===\nb\n---\nc\n***\n```\nd\n```",
]


@pytest.fixture
def connect(misago):
    """Make a connector to the forum, as one of its moderators unless told otherwise."""
    made = []

    def connect(**fields):
        given = {"url": misago.url, "handle": "Krume", "secret": {"password": PASSWORD}}
        connector = CHANNEL.make(AccountConfig(channel="misago", **given | fields))
        made.append(connector)
        return connector

    yield connect
    for connector in made:
        connector.close()


def fetch(connector, since=None):
    """Return what was told, which posts are gone, and where to go on from."""
    events = list(connector.fetch(since))
    moved = [event.cursor for event in events if isinstance(event, CursorMoved)]
    told = {int(one.remote_id): one for one in events if isinstance(one, MessageSeen)}
    gone = [int(event.remote_id) for event in events if isinstance(event, MessageGone)]
    return told, gone, moved[-1]


def target(thread, post, *, public=True, text="Frage", handle="alice"):
    return Target(
        remote_id=str(post), conversation_remote_id=f"thread:{thread}", public=public,
        text=text, author_handle=handle,
    )  # fmt: skip


def reply(thread, post, text="Gern geschehen", *, first_attempt_at=None, **about):
    """Answer a post; `about` are fields of `target`."""
    asked = target(thread, post, **about)
    return Reply(client_key="key-1", text=text, target=asked, first_attempt_at=first_attempt_at)


def act(connector, kind, thread, post, text=""):
    connector.act(Action(kind=kind, target=target(thread, post), text=text))


def test_the_forum_is_recognised_by_its_address(misago):
    found = CHANNEL.look(AccountConfig(channel="misago", url=f"{misago.url}/c/fragen/4/"))
    assert (found.software, found.title, found.text_limit) == ("Misago", "Bäckerei Krume", 60_000)


def test_a_visitors_post_arrives(misago, connect):
    connector = connect()
    identity = connector.identify()
    assert (identity.title, identity.handle) == ("Bäckerei Krume", "Krume")
    thread, post = misago.thread("Habt ihr **@Krume** offen?\nLG & <b>", title="Brot & Brötchen")
    answer = misago.post(thread, '[quote="@alice"]\nLG\n[/quote]\n\nDas auch 👍🏽', who="bob_b")
    told, gone, _since = fetch(connector)
    message = told[post]
    assert message.text == "Habt ihr @Krume offen?\nLG & <b>"
    assert (message.author.handle, message.direction) == ("alice", Direction.IN)
    assert message.conversation.title == "Brot & Brötchen"
    assert message.conversation.kind is Kind.TOPIC
    assert abs(message.created_at - datetime.now(UTC)) < timedelta(minutes=2)
    assert (told[answer].quoted, told[answer].text) == ("LG", "Das auch 👍🏽")
    assert gone == []
    page = httpx.get(message.permalink, follow_redirects=True)
    assert page.status_code == 200
    assert f"post-{post}" in page.text


def test_the_first_pass_and_each_later_one_bring_the_same_posts_once(misago, connect):
    connector = connect()
    posts = [misago.thread(f"Frage {number}")[1] for number in range(3)]
    told, _gone, since = fetch(connector)
    assert list(told) == posts
    new = misago.thread("Noch eine")[1]
    later, _gone, since = fetch(connector, since)
    assert new in later
    assert new not in fetch(connect(), since)[1]


@pytest.mark.parametrize("text", TEXTS)
def test_an_answer_stands_there_once_as_it_was_typed(misago, connect, text):
    connector = connect()
    thread, post = misago.thread("Habt ihr *offen*?")
    asked = reply(thread, post, text)
    sent = connector.send(asked)
    assert sent.text == text
    assert misago.posts(thread) == [post, int(sent.remote_id)]
    told, _gone, _since = fetch(connector)
    message = told[int(sent.remote_id)]
    assert (message.text, message.direction) == (text, Direction.OUT)
    assert message.quoted == "Frage"
    assert connector.find_sent(asked) == sent


def test_whom_one_answers_is_mentioned_and_told_by_the_forum(misago, connect):
    thread, _first = misago.thread("Habt ihr offen?")
    other = misago.post(thread, "Und Brezeln?", who="bob_b")
    sent = connect().send(reply(thread, other, "Beides!", handle="bob_b"))
    named = (
        "SELECT username FROM misago_users_user JOIN misago_threads_post_mentions"
        f" ON user_id = misago_users_user.id WHERE post_id = {sent.remote_id}"
    )
    assert misago.database.sql(named) == "bob_b"
    told = misago.ask("bob_b", "GET", "/v2/notifications/")["results"]
    assert [one["actorName"] for one in told] == ["Krume"]


@pytest.mark.parametrize("cut", [cut for cut in Cut if cut is not Cut.NEVER])
@pytest.mark.parametrize("public", [True, False], ids=["thread", "private"])
def test_an_answer_that_got_lost_is_there_exactly_once_in_the_end(misago, connect, cut, public):
    thread, post = misago.thread("Frage") if public else misago.private("Frage")
    with cutting_proxy(misago.port) as proxy:
        connector = connect(url=proxy.url)
        asked = reply(thread, post, public=public, first_attempt_at=datetime.now(UTC))
        connector.identify()
        proxy.cut = cut
        with pytest.raises((SlowError, ServerTroubleError, OfflineError)) as error:
            connector.send(asked)
        assert proxy.cuts == 1, "nothing is sent twice behind our back"
        applied = cut in (Cut.APPLIED, Cut.HALF_ANSWER)
        if applied:
            assert not isinstance(error.value, OfflineError), "that would promise nothing happened"
        assert misago.count("Gern geschehen") == applied

        # As the outbox does: look, and send again only if it is not there.
        proxy.cut = Cut.NEVER
        found = connector.find_sent(asked)
        assert (found is not None) is applied
        sent = found or connector.send(asked)
        assert connector.find_sent(asked) == sent
        assert misago.count("Gern geschehen") == 1


def test_a_private_thread_arrives_and_is_answered_there(misago, connect):
    connector = connect()
    thread, post = misago.private("Psst, eine Frage")
    told, _gone, since = fetch(connector)
    message = told[post]
    assert (message.conversation.kind, message.public) == (Kind.DIRECT, False)
    long = connector.send(reply(thread, post, "Gern, ab acht Uhr", public=False))
    short = connector.send(reply(thread, post, "Ja", public=False))  # the forum wants five letters
    assert misago.row(int(long.remote_id))["original"] == "Gern, ab acht Uhr"
    assert short.text == "Ja"
    assert misago.posts(thread) == [post, int(long.remote_id), int(short.remote_id)]
    told, _gone, _since = fetch(connector, since)
    assert told[int(long.remote_id)].direction is Direction.OUT


def test_a_private_thread_of_others_is_not_told(misago, connect):
    _thread, post = misago.private("Unter uns", who="alice", to="bob_b")
    assert post not in fetch(connect())[0]


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


def test_hidden_and_liked_posts_come_back_as_such(misago, connect):
    connector = connect()
    thread, _first = misago.thread("Frage")
    post = misago.post(thread, "Antwort", who="bob_b")
    _told, _gone, since = fetch(connector)
    act(connector, OutboxKind.HIDE, thread, post)
    act(connector, OutboxKind.LIKE, thread, post)
    told, _gone, _since = fetch(connector, since)
    assert told[post].visibility is Visibility.HIDDEN
    assert told[post].liked
    assert told[post].text == "Antwort"


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


def test_edits_and_deletions_by_others_are_noticed(misago, connect):
    connector = connect()
    thread, _first = misago.thread("Frage")
    posts = [misago.post(thread, f"Antwort {number}") for number in range(3)]
    _told, _gone, since = fetch(connector)
    misago.ask("alice", "PUT", f"/threads/{thread}/posts/{posts[0]}/", {"post": "Anders"})
    misago.ask("Mira", "DELETE", f"/threads/{thread}/posts/{posts[1]}/")
    told, gone, since = fetch(connector, since)
    assert told[posts[0]].text == "Anders"
    assert told[posts[0]].edited_at is not None
    assert gone == [posts[1]]
    assert fetch(connector, since)[1] == []


def test_a_deleted_thread_is_gone(misago, connect):
    connector = connect()
    thread, first = misago.thread("Frage")
    answer = misago.post(thread, "Antwort")
    misago.thread("Bleibt")
    _told, _gone, since = fetch(connector)
    misago.ask("Mira", "DELETE", f"/threads/{thread}/")
    assert fetch(connector, since)[1] == [first, answer]


def test_posts_that_were_moved_split_or_merged_are_not_gone(misago, connect):
    connector = connect()
    old, _begin = misago.thread("Das ältere Thema")
    thread, first = misago.thread("Frage")
    posts = [misago.post(thread, f"Antwort {number}") for number in range(4)]
    told, _gone, since = fetch(connector)
    split = {"title": "Abgetrennt", "category": misago.category("fragen"), "posts": [posts[1]]}
    misago.ask("Mira", "POST", f"/threads/{thread}/posts/split/", split)
    told, gone, since = fetch(connector, since)
    assert gone == []
    assert told[posts[1]].conversation.title == "Abgetrennt"
    misago.ask("Mira", "POST", f"/threads/{thread}/posts/move/", {
        "new_thread": f"{misago.url}/t/x/{old}/", "posts": [posts[2]],
    })  # fmt: skip
    told, gone, since = fetch(connector, since)
    assert gone == []
    assert told[posts[2]].conversation.remote_id == f"thread:{old}"
    misago.ask("Mira", "POST", f"/threads/{thread}/merge/", {
        "other_thread": f"{misago.url}/t/x/{old}/",
    })  # fmt: skip
    told, gone, since = fetch(connector, since)
    assert gone == []
    assert told[first].conversation.remote_id == f"thread:{old}"


def test_a_thread_of_several_pages_is_read_whole(misago, connect):
    connector = connect()
    thread, first = misago.thread("Eine lange Geschichte")
    _told, _gone, since = fetch(connector)
    posts = [misago.post(thread, f"Antwort Nr. {number}") for number in range(45)]
    told, _gone, since = fetch(connector, since)
    assert set(told) == {first, *posts}
    asked = reply(thread, first, first_attempt_at=datetime.now(UTC))
    assert connector.find_sent(asked) is None
    sent = connector.send(asked)
    assert connector.find_sent(asked) == sent


def test_of_chosen_categories_all_arrives_and_of_others_what_names_us(misago, connect):
    connector = connect(settings={"categories": "Fragen & Antworten"})
    chosen = misago.thread("Im Gewünschten", category="fragen")[1]
    below = misago.thread("Eine Ebene darunter", category="backen")[1]
    thread, other = misago.thread("Woanders")
    named = misago.post(thread, "Da weiß @Krume Rat", who="bob_b")
    told, _gone, _since = fetch(connector)
    assert set(told) == {chosen, below, named}
    assert other not in told
    assert told[below].conversation.kind is Kind.TOPIC
    assert told[named].conversation.kind is Kind.MENTION
    with pytest.raises(AddressError, match="categories"):
        connect(settings={"categories": "Kuchen"}).identify()


def test_our_own_answer_is_changed_and_only_ours(misago, connect):
    connector = connect()
    thread, post = misago.thread("Frage nach dem Brot")
    sent = connector.send(reply(thread, post, "Bis 11"))
    act(connector, OutboxKind.EDIT, thread, int(sent.remote_id), "Bis 12 [heute] <3")
    told, _gone, _since = fetch(connector)
    message = told[int(sent.remote_id)]
    assert (message.text, message.quoted) == ("Bis 12 [heute] <3", "Frage")
    with pytest.raises(NotAllowedError):
        act(connector, OutboxKind.EDIT, thread, post, "untergeschoben")
    assert misago.row(post)["original"] == "Frage nach dem Brot"


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


def test_too_fast_means_wait_and_nothing_is_posted(misago, connect):
    thread, post = misago.thread("Frage")
    connector = connect(handle="lena")
    connector.identify()
    connector.send(reply(thread, post, "die erste"))
    with pytest.raises(RateLimitedError) as caught:
        connector.send(reply(thread, post, "die zweite"))
    assert caught.value.wait_seconds == 3
    assert misago.count("die zweite") == 0


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


def test_a_closed_thread_and_a_deleted_post_take_no_answer(misago, connect):
    thread, post = misago.thread("Frage")
    other = misago.post(thread, "Weg damit")
    misago.ask("Mira", "DELETE", f"/threads/{thread}/posts/{other}/")
    connector = connect(handle="lena")
    with pytest.raises(GoneError):
        connector.send(reply(thread, other))
    closed = [{"op": "replace", "path": "is-closed", "value": True}]
    misago.ask("Mira", "PATCH", f"/threads/{thread}/", closed)
    with pytest.raises(NotAllowedError):
        connector.send(reply(thread, post))
    assert misago.count("Gern geschehen") == 0


def test_an_answer_longer_than_the_forum_allows_says_so(misago, connect):
    thread, post = misago.thread("Frage")
    with pytest.raises(RejectedError) as caught:
        connect().send(reply(thread, post, "ä" * 60_001))
    assert caught.value.reason == "too_long"
    assert len(misago.posts(thread)) == 1


def test_an_answer_of_ours_may_be_held_and_is_found_all_the_same(misago, connect):
    thread, post = misago.thread("Frage")
    misago.hold_posts(hold=True)
    connector = connect(handle="lena")
    asked = reply(thread, post, first_attempt_at=datetime.now(UTC))
    sent = connector.send(asked)
    assert misago.row(int(sent.remote_id))["is_unapproved"] == "true"
    assert connector.find_sent(asked) == sent
    assert connector.find_sent(replace(asked, target=target(thread, post, text="x"))) is None
