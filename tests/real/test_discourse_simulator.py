"""The played Discourse, judged by a client library that knows nothing of this project.

Discourse itself cannot run here, so the connector is tested against a simulator. Here the
independent library pydiscourse reads, answers, likes and deletes in the same played forum, and
then both look at the same posts.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from cm_desktop.connectors.base import AccountConfig, Action
from cm_desktop.connectors.discourse import CHANNEL
from cm_desktop.domain.events import MessageGone
from cm_desktop.domain.model import Direction, Kind, OutboxKind, Visibility
from tests.connectors.contract import cursor_of, events_of, messages, reply_to, target_of
from tests.connectors.loopback import serve
from tests.servers.environments import python_environment
from tests.simulators.discourse import ALL_KEY, KEY, LIKE, Simulator

pytestmark = pytest.mark.real

_SCRIPT = Path(__file__).parents[1] / "simulators" / "discourse_client.py"


@pytest.fixture(scope="module")
def library():
    return python_environment("discourse-client", "pydiscourse==1.7.0")


@pytest.fixture
def forum():
    with serve() as loopback:
        yield Simulator(loopback)


@pytest.fixture
def ask_as(library, forum):
    """Return a way to call the library as somebody; it gives what came back, or the error."""
    environment = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    started = []

    def ask_as(name, key=ALL_KEY):
        command = [str(library / "bin" / "python"), "-P", str(_SCRIPT), forum.url, name, key]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        started.append(process)

        def ask(method, *given, **more):
            process.stdin.write(json.dumps([method, given, more]) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            return answer.get("result") if "result" in answer else answer

        return ask

    yield ask_as
    for process in started:
        process.stdin.close()
        assert process.wait(20) == 0
        process.stdout.close()


@pytest.fixture
def connector(forum):
    config = AccountConfig(
        channel="discourse", url=forum.url, handle="krume", secret={"token": KEY}
    )
    made = CHANNEL.make(config)
    yield made
    made.close()


def told(events):
    return {int(one.remote_id): one for one in messages(events)}


def test_a_topic_and_an_answer_of_the_library_reach_us(ask_as, connector):
    anna, bernd = ask_as("anna_muster"), ask_as("bernd")
    first = anna("create_post", "Habt ihr *frische* Brezeln? 🥨", category_id=6, title="Brezeln?")
    answer = bernd("create_post", "Frag doch @krume.", topic_id=first["topic_id"],
                   reply_to_post_number=1)  # fmt: skip
    seen = told(events_of(connector))
    assert seen[first["id"]].text == "Habt ihr frische Brezeln? 🥨"
    assert seen[first["id"]].conversation.title == "Brezeln?"
    assert seen[first["id"]].author.handle == "anna_muster"
    assert seen[answer["id"]].parent_remote_id == str(first["id"])


def test_our_answer_reaches_the_library(ask_as, connector):
    anna = ask_as("anna_muster")
    first = anna("create_post", "Habt ihr Brezeln?", title="Brezeln?")
    question = anna("create_post", "Frische?", topic_id=first["topic_id"])
    sent = connector.send(reply_to(told(events_of(connector))[question["id"]], "Ja, *immer*!"))
    post = anna("post_by_id", int(sent.remote_id))
    assert (post["username"], post["reply_to_post_number"]) == ("krume", 2)
    assert post["cooked"] == "<p>Ja, *immer*!</p>"
    assert anna("post_by_number", first["topic_id"], 3)["id"] == post["id"]
    topic = anna("topic", "thema", first["topic_id"])
    assert [one["id"] for one in topic["post_stream"]["posts"]][-1] == post["id"]
    notes = anna("_get", "/notifications.json")["notifications"]
    assert [one["notification_type"] for one in notes] == [2]


def test_the_library_pages_through_the_newest_posts_as_we_do(ask_as, forum, connector):
    anna = ask_as("anna_muster")
    first = anna("create_post", "Habt ihr Brezeln?", title="Brezeln?")
    for number in range(120):
        forum.post(forum.bernd, first["topic_id"], f"Nummer {number}")
    found, before = [], None
    while True:
        page = anna("latest_posts", before)["latest_posts"]
        if not page:
            break
        assert len(page) <= 50
        found += [one["id"] for one in page]
        before = found[-1]
    assert found == sorted(found, reverse=True)
    assert set(found) == set(told(events_of(connector)))
    some = anna("posts", first["topic_id"], post_ids=found[:3])["post_stream"]["posts"]
    assert sorted(one["id"] for one in some) == sorted(found[:3])


def test_a_private_message_goes_there_and_back(ask_as, forum, connector):
    anna, bernd = ask_as("anna_muster"), ask_as("bernd")
    first = anna("create_post", "Zwei Brote bitte", title="Bestellung",
                 archetype="private_message", target_recipients="krume")  # fmt: skip
    seen = told(events_of(connector))[first["id"]]
    assert seen.conversation.kind is Kind.DIRECT
    connector.send(reply_to(seen, "Sehr gerne!"))
    [line] = anna("private_messages")["topic_list"]["topics"]
    assert (line["id"], line["highest_post_number"]) == (first["topic_id"], 2)
    assert bernd("private_messages")["topic_list"]["topics"] == []
    assert bernd("topic", "thema", first["topic_id"])["status"] == 403


def test_likes_of_both_are_seen_by_both(ask_as, forum, connector):
    anna, krume = ask_as("anna_muster"), ask_as("krume", KEY)
    first = anna("create_post", "Habt ihr Brezeln?", title="Brezeln?")
    events = events_of(connector)
    message = told(events)[first["id"]]
    connector.act(Action(kind=OutboxKind.LIKE, target=target_of(message)))
    people = anna("post_action_users", first["id"], LIKE)["post_action_users"]
    assert [one["username"] for one in people] == ["krume"]
    assert told(events_of(connector, cursor_of(events)))[first["id"]].liked
    krume("_delete", f"/post_actions/{first['id']}", post_action_type_id=LIKE)
    krume("_post", "/post_actions", id=first["id"], post_action_type_id=LIKE)
    assert told(events_of(connector))[first["id"]].liked
    assert anna("_post", "/post_actions", id=first["id"], post_action_type_id=LIKE)["status"] == 403


def test_edits_and_deletions_of_the_library_are_noticed(ask_as, connector):
    anna, krume = ask_as("anna_muster"), ask_as("krume", KEY)
    first = anna("create_post", "Habt ihr Brezeln?", title="Brezeln?")
    post = anna("create_post", "Hallo, jemand da?", topic_id=first["topic_id"])
    events = events_of(connector)
    anna("update_post", first["id"], "Habt ihr noch Brezeln?")
    krume("_delete", f"/posts/{post['id']}.json")
    assert anna("post_by_id", post["id"])["status"] == 404
    later = events_of(connector, cursor_of(events))
    assert told(later)[first["id"]].text == "Habt ihr noch Brezeln?"
    assert [one.remote_id for one in later if isinstance(one, MessageGone)] == [str(post["id"])]
    krume("delete_topic", first["topic_id"])
    gone = events_of(connector, cursor_of(later))
    assert str(first["id"]) in [one.remote_id for one in gone if isinstance(one, MessageGone)]


def test_what_we_delete_is_gone_for_the_library(ask_as, connector):
    anna = ask_as("anna_muster")
    first = anna("create_post", "Habt ihr Brezeln?", title="Brezeln?")
    post = anna("create_post", "Billige Uhren", topic_id=first["topic_id"])
    message = told(events_of(connector))[post["id"]]
    connector.act(Action(kind=OutboxKind.DELETE, target=target_of(message)))
    assert anna("post_by_id", post["id"])["status"] == 404


def test_a_post_that_needs_approval_is_queued_for_both(ask_as, forum, connector):
    forum.needs_approval.add(forum.bernd["id"])
    anna, bernd = ask_as("anna_muster"), ask_as("bernd")
    first = anna("create_post", "Habt ihr Brezeln?", title="Brezeln?")
    made = bernd("create_post", "Ich hätte gern eine", topic_id=first["topic_id"])
    assert made["action"] == "enqueued"
    [held] = [one for one in messages(events_of(connector)) if one.remote_id.startswith("held:")]
    assert (held.text, held.visibility) == ("Ich hätte gern eine", Visibility.HELD)
    connector.act(Action(kind=OutboxKind.APPROVE, target=target_of(held)))
    topic = anna("topic", "thema", first["topic_id"])
    assert topic["post_stream"]["posts"][-1]["username"] == "bernd"


def test_refusals_are_errors_for_the_library(ask_as, forum):
    anna = ask_as("anna_muster")
    first = anna("create_post", "Habt ihr Brezeln?", title="Brezeln?")
    assert anna("create_post", "Ja", topic_id=first["topic_id"])["status"] == 422
    assert anna("create_post", "Danke dir!", topic_id=first["topic_id"])["id"]
    assert anna("create_post", "Danke dir!", title="Danke", category_id=4)["status"] == 422
    assert ask_as("krume", "wrong")("latest_posts")["status"] == 403
    assert ask_as("anna_muster", KEY)("latest_posts")["status"] == 403


def test_the_library_waits_as_long_as_the_forum_says(ask_as, forum):
    anna = ask_as("anna_muster")
    first = anna("create_post", "Habt ihr Brezeln?", title="Brezeln?")
    forum.wait, forum.allowance = 0, 0
    serve_, refused = forum.loopback.otherwise, []

    def patient(exchange):
        if refused:
            forum.allowance = None
        refused.append(exchange.path)
        serve_(exchange)

    forum.loopback.otherwise = patient
    assert anna("post_by_id", first["id"])["id"] == first["id"]
    assert len(refused) == 2


def test_both_are_told_the_same_of_the_forum(ask_as, forum, connector):
    krume = ask_as("krume", KEY)
    # The library takes the list out of its envelope.
    names = [one["slug"] for one in krume("categories")]
    assert names == ["allgemein", "fragen"]
    assert connector.identify().title == forum.title
    assert told(events_of(connector)) == {}
    forum.start(forum.me, "Brot", "Alles frisch")
    [ours] = messages(events_of(connector))
    assert ours.direction is Direction.OUT
