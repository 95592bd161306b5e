"""Private messages, mentions elsewhere, and what waits for approval."""

import pytest

from cm_desktop.connectors import discourse_inbox as inbox
from cm_desktop.domain.errors import GoneError, NotAllowedError, RejectedError
from cm_desktop.domain.events import GapFound
from cm_desktop.domain.model import Direction, Kind, OutboxKind, Visibility
from tests.simulators.discourse import ALL_KEY


def test_private_messages_arrive_and_grow(forum, connect, fetch):
    connector = connect()
    first = forum.write_to(forum.anna, ["krume"], "Bestellung", "Zwei Brote bitte")
    told = fetch(connector)
    message = told.of(first)
    assert message.conversation.kind is Kind.DIRECT
    assert (message.conversation.title, message.conversation.post) == ("Bestellung", None)
    assert (message.public, message.text) == (False, "Zwei Brote bitte")
    answer = forum.post(forum.me, first["topic_id"], "Gerne!", answers=1)
    more = forum.post(forum.anna, first["topic_id"], "Danke 🥨")
    told = fetch(connector, told)
    assert list(told.by_id) == [str(answer["id"]), str(more["id"])]
    assert told.of(answer).direction is Direction.OUT
    assert told.of(answer).parent_remote_id == str(first["id"])
    assert told.of(more).text == "Danke 🥨"
    assert fetch(connector, told).messages == []


def test_private_messages_of_others_are_nobodys_business(forum, connect, fetch):
    forum.me["admin"] = True  # an administrator could read them all
    theirs = forum.write_to(forum.anna, ["bernd"], "Geheim", "Psst")
    assert fetch(connect()).of(theirs) is None


def test_messages_to_a_group_of_ours_arrive(forum, connect, fetch):
    forum.me["groups"].append("support")
    message = forum.write_to(forum.anna, [], "Hilfe", "Mein Brot ist hart", groups=["support"])
    other = forum.write_to(forum.anna, [], "Hilfe", "Und meins?", groups=["kasse"])
    told = fetch(connect())
    assert told.of(message)
    assert told.of(other) is None


def test_a_long_private_topic_arrives_in_parts_and_whole(forum, connect, fetch, monkeypatch):
    monkeypatch.setattr(inbox, "TOPIC_POSTS", 30)
    connector = connect()
    first = forum.write_to(forum.anna, ["krume"], "Bestellung", "Zwei Brote")
    told = fetch(connector)
    ids = [str(forum.post(forum.anna, first["topic_id"], f"Und {n}")["id"]) for n in range(75)]
    found = []
    for _ in range(4):
        told = fetch(connector, told)
        found += told.by_id
    assert found == ids


def test_the_first_pass_takes_the_newest_private_topics_and_later_ones_no_older(
    forum, connect, fetch
):
    topics = [
        forum.write_to(forum.anna, ["krume"], f"Bestellung {number}", "Brot")
        for number in range(inbox.FIRST_TOPICS + 5)
    ]
    for number in range(inbox.FIRST_POSTS + 5):
        forum.post(forum.anna, topics[-1]["topic_id"], f"Und {number}")
    connector = connect()
    told = fetch(connector)
    assert len(told.messages) == inbox.FIRST_TOPICS - 1 + inbox.FIRST_POSTS
    told = fetch(connector, told)
    assert told.messages == []
    post = forum.post(forum.anna, topics[0]["topic_id"], "Doch noch etwas")
    told = fetch(connector, told)
    assert told.of(post)


def test_many_private_topics_at_once_arrive_over_some_passes(forum, connect, fetch):
    connector = connect()
    forum.write_to(forum.anna, ["krume"], "Erste", "Brot")
    told = fetch(connector)
    posts = [forum.write_to(forum.anna, ["krume"], f"Nr. {n}", "Brot") for n in range(35)]
    found = set()
    for _ in range(5):
        told = fetch(connector, told)
        found |= set(told.by_id)
    assert found == {str(post["id"]) for post in posts}
    assert told.kinds(GapFound) == []


def test_more_private_topics_than_are_listed_are_a_gap(forum, connect, fetch, monkeypatch):
    monkeypatch.setattr(inbox, "LIST_PAGES", 1)
    connector = connect()
    forum.start(forum.anna, "Brot", "Anfang")["created_at"]
    forum.write_to(forum.anna, ["krume"], "Erste", "Brot")
    told = fetch(connector)
    for number in range(40):
        forum.write_to(forum.anna, ["krume"], f"Nr. {number}", "Brot")
    [gap] = fetch(connector, told).kinds(GapFound)
    assert gap.lost


def test_a_private_post_that_was_deleted_is_gone(forum, connect, fetch):
    connector = connect(handle="bernd", secret={"token": ALL_KEY})
    first = forum.write_to(forum.anna, ["bernd"], "Bestellung", "Zwei Brote")
    post = forum.post(forum.anna, first["topic_id"], "Vergiss es")
    told = fetch(connector)
    forum.remove(post)
    assert fetch(connector, told).gone == [str(post["id"])]


def test_a_private_topic_that_was_deleted_is_gone(forum, connect, fetch):
    connector = connect()
    first = forum.write_to(forum.anna, ["krume"], "Bestellung", "Zwei Brote")
    forum.post(forum.anna, first["topic_id"], "Oder drei")
    told = fetch(connector)
    forum.remove(first)
    assert sorted(fetch(connector, told).gone) == sorted(told.by_id)


def test_a_private_topic_that_vanishes_meanwhile_costs_no_other(forum, connect, fetch):
    connector = connect()
    gone = forum.write_to(forum.anna, ["krume"], "Weg", "Brot")
    there = forum.write_to(forum.anna, ["krume"], "Da", "Brot")
    forum.loopback.answer(f"/t/{gone['topic_id']}.json", {"error_type": "not_found"}, status=404)
    told = fetch(connector)
    assert told.of(gone) is None
    assert told.of(there)


def test_a_mention_in_an_unlisted_topic_arrives(forum, connect, fetch):
    connector = connect(settings={"categories": "fragen"})
    first = forum.start(forum.anna, "Versteckt", "Hallo", forum.general, visible=False)
    told = fetch(connector)
    mention = forum.post(forum.anna, first["topic_id"], "Und du, @krume?")
    lost = forum.post(forum.anna, first["topic_id"], "Weg damit, @krume")
    forum.remove(lost)
    told = fetch(connector, told)
    assert told.of(mention).conversation.kind is Kind.MENTION
    assert told.of(mention).conversation.title == "Versteckt"
    assert told.of(lost) is None
    assert fetch(connector, told).messages == []


def test_a_mention_is_told_once_although_two_lists_have_it(forum, connect, fetch):
    post = forum.start(forum.anna, "Brot", "Und du, @krume?")
    told = fetch(connect())
    assert [one.remote_id for one in told.messages] == [str(post["id"])]


def test_many_mentions_arrive_over_some_passes(forum, connect, fetch):
    connector = connect()
    first = forum.start(forum.anna, "Versteckt", "Hallo", visible=False)
    told = fetch(connector)
    posts = [forum.post(forum.anna, first["topic_id"], f"@krume {n}") for n in range(25)]
    found = []
    for _ in range(4):
        told = fetch(connector, told)
        found += told.by_id
    assert sorted(found) == sorted(str(post["id"]) for post in posts)


def test_notifications_about_what_is_gone_cost_nothing(forum, connect, fetch):
    first = forum.start(forum.anna, "Versteckt", "@krume Hallo", visible=False)
    forum.topics.pop(first["topic_id"])
    forum.posts.pop(first["id"])
    forum.notes.append({**forum.notes[-1], "id": 900, "topic_id": None, "post_number": None})
    post = forum.start(forum.anna, "Brot", "Habt ihr?")
    assert list(fetch(connect()).by_id) == [str(post["id"])]


def test_what_waits_for_approval_is_held(forum, connect, fetch):
    first = forum.start(forum.anna, "Brot", "Habt ihr?")
    answer = forum.hold(forum.bernd, "Billige *Uhren*", first["topic_id"], answers=1)
    topic = forum.hold(forum.bernd, "Neues Thema", title="Uhren!")
    told = fetch(connect())
    held = told.by_id[f"held:{answer['id']}"]
    assert held.visibility is Visibility.HELD
    assert (held.text, held.direction) == ("Billige *Uhren*", Direction.IN)
    assert (held.author.remote_id, held.author.handle) == ("user:12", "bernd")
    assert held.conversation.remote_id == f"topic:{first['topic_id']}"
    assert held.conversation.title == "Brot"
    new = told.by_id[f"held:{topic['id']}"]
    assert new.conversation.remote_id == f"held:{topic['id']}"
    assert new.conversation.title == "Uhren!"


def test_what_was_approved_by_others_is_a_post_now(forum, connect, fetch):
    connector = connect()
    first = forum.start(forum.anna, "Brot", "Habt ihr?")
    item = forum.hold(forum.bernd, "Ich hätte gern eins", first["topic_id"])
    told = fetch(connector)
    post = forum.decide(item, approved=True)
    told = fetch(connector, told)
    assert told.gone == [f"held:{item['id']}"]
    assert told.of(post).visibility is Visibility.SHOWN
    told = fetch(connector, told)
    assert (told.messages, told.gone) == ([], [])


def test_what_was_refused_by_others_is_shown_as_spam(forum, connect, fetch):
    connector = connect()
    item = forum.hold(forum.bernd, "Billige Uhren", title="Uhren!")
    told = fetch(connector)
    forum.decide(item, approved=False)
    told = fetch(connector, told)
    assert told.by_id[f"held:{item['id']}"].visibility is Visibility.SPAM
    assert fetch(connector, told).messages == []


def test_what_was_removed_from_the_queue_is_gone(forum, connect, fetch):
    connector = connect()
    item = forum.hold(forum.bernd, "Billige Uhren", title="Uhren!")
    told = fetch(connector)
    forum.queue.clear()
    assert fetch(connector, told).gone == [f"held:{item['id']}"]


def test_a_long_queue_is_read_page_by_page(forum, connect, fetch):
    items = [forum.hold(forum.bernd, f"Uhr {n}", title="Uhren!") for n in range(25)]
    items[7]["spoilt"] = {"payload": "?"}
    items[8]["spoilt"] = {"created_at": "gestern"}
    told = fetch(connect())
    assert len(told.messages) == 23
    assert len(told.skipped) == 2


def test_an_endless_queue_forgets_nothing(forum, connect, fetch, monkeypatch):
    monkeypatch.setattr(inbox, "QUEUE_PAGES", 1)
    connector = connect()
    first = forum.hold(forum.bernd, "Uhr", title="Uhren!")
    told = fetch(connector)
    for number in range(20):
        forum.hold(forum.bernd, f"Uhr {number}", title="Uhren!")
    told = fetch(connector, told)
    assert told.gone == []
    assert f"held:{first['id']}" not in told.by_id
    forum.queue = {first["id"]: first}
    told = fetch(connector, told)
    assert f"held:{first['id']}" in told.by_id


def test_the_queue_of_other_categories_is_left_alone(forum, connect, fetch):
    forum.hold(forum.bernd, "Billige Uhren", title="Uhren!", category=forum.general)
    wanted = forum.hold(forum.bernd, "Brot?", title="Brot", category=forum.questions)
    told = fetch(connect(settings={"categories": "fragen"}))
    assert list(told.by_id) == [f"held:{wanted['id']}"]


@pytest.mark.parametrize("closed", [False, True])
def test_approving_makes_a_post_of_it(forum, connect, fetch, act, closed):
    connector = connect()
    first = forum.start(forum.anna, "Brot", "Habt ihr?")
    forum.topics[first["topic_id"]]["closed"] = closed
    item = forum.hold(forum.bernd, "Ich hätte gern eins", first["topic_id"], answers=1)
    told = fetch(connector)
    held = told.by_id[f"held:{item['id']}"]
    act(connector, OutboxKind.APPROVE, held)
    act(connector, OutboxKind.APPROVE, held)
    told = fetch(connector, told)
    assert [one.text for one in told.messages] == ["Ich hätte gern eins"]
    assert told.gone == [held.remote_id]


@pytest.mark.parametrize("kind", [OutboxKind.SPAM, OutboxKind.DELETE, OutboxKind.HIDE])
def test_what_is_spam_is_refused(forum, connect, fetch, act, kind):
    connector = connect()
    item = forum.hold(forum.bernd, "Billige Uhren", title="Uhren!")
    told = fetch(connector)
    held = told.by_id[f"held:{item['id']}"]
    act(connector, kind, held)
    act(connector, kind, held)
    assert item["status"] == 2
    assert fetch(connector, told).by_id[held.remote_id].visibility is Visibility.SPAM


def test_what_others_decided_otherwise_stays(forum, connect, fetch, act):
    connector = connect()
    item = forum.hold(forum.bernd, "Billige Uhren", title="Uhren!")
    held = fetch(connector).by_id[f"held:{item['id']}"]
    forum.decide(item, approved=False)
    with pytest.raises(RejectedError) as caught:
        act(connector, OutboxKind.APPROVE, held)
    assert caught.value.reason == "decided_otherwise"


@pytest.mark.parametrize("approved", [True, False, None])
def test_somebody_who_decides_at_the_same_moment_is_respected(forum, connect, fetch, act, approved):
    connector = connect()
    item = forum.hold(forum.bernd, "Ich bin neu", title="Hallo")
    held = fetch(connector).by_id[f"held:{item['id']}"]
    serve = forum.loopback.otherwise

    def meddle(exchange):
        if exchange.command == "PUT":
            if approved is None:
                item["version"] += 1  # edited, and still waiting
            else:
                forum.decide(item, approved=approved)
        serve(exchange)

    forum.loopback.otherwise = meddle
    if approved:
        # The forum answers a version that is over with 409, and what we want is so.
        act(connector, OutboxKind.APPROVE, held)
        return
    with pytest.raises(RejectedError) as caught:
        act(connector, OutboxKind.APPROVE, held)
    assert caught.value.reason == ("refused" if approved is None else "decided_otherwise")


@pytest.mark.parametrize("kind", [OutboxKind.LIKE, OutboxKind.EDIT, OutboxKind.REPORT])
def test_what_waits_can_only_be_approved_or_refused(forum, connect, fetch, act, kind):
    item = forum.hold(forum.bernd, "Billige Uhren", title="Uhren!")
    connector = connect()
    held = fetch(connector).by_id[f"held:{item['id']}"]
    with pytest.raises(NotAllowedError):
        act(connector, kind, held, "x")


def test_what_left_the_queue_cannot_be_approved(forum, connect, fetch, act):
    item = forum.hold(forum.bernd, "Billige Uhren", title="Uhren!")
    connector = connect()
    held = fetch(connector).by_id[f"held:{item['id']}"]
    forum.queue.clear()
    with pytest.raises(GoneError):
        act(connector, OutboxKind.APPROVE, held)


def test_what_waits_cannot_be_answered(forum, connect, fetch, reply):
    item = forum.hold(forum.bernd, "Billige Uhren", title="Uhren!")
    connector = connect()
    held = fetch(connector).by_id[f"held:{item['id']}"]
    with pytest.raises(RejectedError) as caught:
        connector.send(reply(held, "Nein danke"))
    assert caught.value.reason == "approve_first"


def test_our_own_answer_may_have_to_be_approved(forum, connect, fetch, reply):
    forum.needs_approval.add(forum.bernd["id"])
    first = forum.start(forum.anna, "Brot", "Habt ihr?")
    connector = connect(handle="bernd", secret={"token": ALL_KEY})
    told = fetch(connector)
    question = reply(told.of(first), "Ja, natürlich.", first_attempt_at=forum.now)
    sent = connector.send(question)
    assert sent.remote_id == "held:1"
    assert connector.find_sent(question) == sent
    told = fetch(connector, told)
    held = told.by_id["held:1"]
    assert (held.direction, held.visibility) == (Direction.OUT, Visibility.HELD)
    assert held.conversation.remote_id == f"topic:{first['topic_id']}"
    post = forum.decide(forum.queue[1], approved=True)
    told = fetch(connector, told)
    assert told.gone == ["held:1"]
    assert told.of(post).direction is Direction.OUT


def test_parts_that_a_forum_does_not_have_cost_no_other(forum, connect, fetch):
    first = forum.start(forum.anna, "Brot", "Habt ihr?")
    for path in ("/notifications.json", "/review.json", "/topics/private-messages/krume.json"):
        forum.loopback.answer(path, {"error_type": "invalid_access"}, status=403)
    assert fetch(connect()).of(first)
    other = connect(handle="bernd", secret={"token": ALL_KEY})
    forum.loopback.answer("/posts/bernd/pending.json", {}, status=404)
    assert fetch(other).of(first)
