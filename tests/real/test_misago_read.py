"""What is posted in a real Misago forum arrives, and what others change there is noticed."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from cm_desktop.domain.errors import AddressError
from cm_desktop.domain.model import Direction, Kind, OutboxKind, Visibility
from tests.servers.misago_account import act, connect, fetch, reply

__all__ = ["connect"]

pytestmark = pytest.mark.real


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


def test_a_private_thread_of_others_is_not_told(misago, connect):
    _thread, post = misago.private("Unter uns", who="alice", to="bob_b")
    assert post not in fetch(connect())[0]


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
