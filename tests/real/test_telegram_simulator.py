"""The played Telegram, judged by a client library that knows nothing of this project.

Telegram itself cannot run here, so the connector is tested against a simulator. Here the
independent library python-telegram-bot reads, answers and moderates on the same simulator, and
then both look at the same bot.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from cm_desktop.connectors.base import AccountConfig, Action
from cm_desktop.connectors.telegram import CHANNEL
from cm_desktop.domain.model import OutboxKind
from tests.connectors.contract import cursor_of, events_of, messages, reply_to, target_of
from tests.connectors.loopback import serve
from tests.servers.environments import python_environment
from tests.simulators.telegram import ANNA, BOT, OWNER, TOKEN, Simulator

pytestmark = pytest.mark.real

_SCRIPT = Path(__file__).parents[1] / "simulators" / "telegram_client.py"


@pytest.fixture(scope="module")
def library():
    return python_environment("telegram-client", "python-telegram-bot==22.8")


@pytest.fixture
def telegram():
    with serve() as loopback:
        yield Simulator(loopback)


@pytest.fixture
def group(telegram):
    return telegram.group(-1002222222222, "Krume Gäste", "supergroup", username="krume_gaeste")


@pytest.fixture
def ask(library, telegram):
    """Call a method of the library and return what came back, or the error it raised."""
    environment = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    python = str(library / "bin" / "python")
    # Without -P the simulator beside the script would pass for the library of the same name.
    command = [python, "-P", str(_SCRIPT), telegram.loopback.url, TOKEN]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:

        def ask(method, **given):
            process.stdin.write(json.dumps([method, given]) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            return answer.get("result", answer)

        yield ask
        process.stdin.close()
        assert process.wait(20) == 0


@pytest.fixture
def connector(telegram):
    config = AccountConfig(channel="telegram", url=telegram.loopback.url, secret={"token": TOKEN})
    made = CHANNEL.make(config)
    yield made
    made.close()


def test_both_are_the_same_bot(ask, connector):
    me = ask("get_me")
    assert (me["id"], me["username"]) == (BOT["id"], BOT["username"])
    assert connector.identify().remote_id == str(me["id"])


def test_the_library_pages_through_the_news_and_drops_what_it_has(telegram, ask):
    for number in range(7):
        telegram.say(ANNA, f"Frage {number}")
    first = ask("get_updates", limit=3)
    assert [one["message"]["text"] for one in first] == ["Frage 0", "Frage 1", "Frage 2"]
    assert ask("get_updates", limit=3) == first
    rest = ask("get_updates", offset=first[-1]["update_id"] + 1)
    assert [one["message"]["text"] for one in rest] == [f"Frage {number}" for number in range(3, 7)]
    assert ask("get_updates", offset=rest[-1]["update_id"] + 1) == []
    assert telegram.queue == []


def test_the_library_waits_for_news(telegram, ask):
    telegram.say(ANNA, "Hallo")
    (update,) = ask("get_updates", timeout=1)
    assert ask("get_updates", offset=update["update_id"] + 1, timeout=1) == []


def test_the_library_understands_all_that_is_played(telegram, ask, group):
    _post, copy = telegram.post(telegram.channel(), group, "Neu: Kürbisbrot")
    comment = telegram.comment(ANNA, copy, "Mit Nüssen? 🥜")
    telegram.edit(comment, "Mit Walnüssen?")
    connection = telegram.connect_business()
    told = {"business_connection_id": connection}
    telegram.say(ANNA, "geschäftlich", update="business_message", **told)
    gone = {**told, "chat": telegram.private(ANNA), "message_ids": [1]}
    telegram.tell("deleted_business_messages", gone)
    telegram.block(ANNA)
    telegram.grow(telegram.group())
    updates = ask("get_updates")
    kinds = [next(key for key in one if key != "update_id") for one in updates]
    assert kinds == [
        "channel_post", "message", "message", "edited_message", "business_connection",
        "business_message", "deleted_business_messages", "my_chat_member", "message", "message",
    ]  # fmt: skip
    assert updates[1]["message"]["is_automatic_forward"] is True
    assert updates[2]["message"]["reply_to_message"]["text"] == "Neu: Kürbisbrot"


def test_what_the_library_answers_the_simulator_keeps(telegram, ask, group):
    question = telegram.say(ANNA, "Habt ihr offen?", group)
    sent = ask("send_message", chat_id=group["id"], text="Ja 🥨",
               reply_parameters={"message_id": question["message_id"]})  # fmt: skip
    assert sent["reply_to_message"]["text"] == "Habt ihr offen?"
    assert telegram.said() == ["Ja 🥨"]
    place = {"chat_id": group["id"], "message_id": sent["message_id"]}
    assert ask("edit_message_text", text="Ja, ab 8", **place)["text"] == "Ja, ab 8"
    assert "not modified" in ask("edit_message_text", text="Ja, ab 8", **place)["text"]
    assert ask("set_message_reaction", reaction="👍", chat_id=group["id"], message_id=1) is True
    assert telegram.reactions[group["id"], 1][0]["emoji"] == "👍"
    assert ask("delete_message", **place) is True
    assert "not found" in ask("delete_message", **place)["text"]
    assert telegram.said() == []


def test_the_library_shuts_out_and_mutes(telegram, ask, group):
    who = {"chat_id": group["id"], "user_id": ANNA["id"]}
    assert ask("ban_chat_member", **who) is True
    assert telegram.banned == {(group["id"], ANNA["id"])}
    assert ask("unban_chat_member", only_if_banned=True, **who) is True
    assert telegram.banned == set()
    assert ask("restrict_chat_member", permissions={"can_send_messages": False}, **who) is True
    assert telegram.muted == {(group["id"], ANNA["id"])}


def test_the_library_is_refused_as_it_expects(telegram, ask, group):
    chat = telegram.private(ANNA)
    too_long = ask("send_message", chat_id=chat["id"], text="🥨" * 2049)
    assert (too_long["error"], "too long" in too_long["text"]) == ("BadRequest", True)
    assert ask("send_message", chat_id=chat["id"], text="🥨" * 2048)["message_id"]
    telegram.block(ANNA)
    assert ask("send_message", chat_id=chat["id"], text="Hallo")["error"] == "Forbidden"
    small = telegram.group()
    big = telegram.grow(small)
    moved = ask("send_message", chat_id=small["id"], text="Hallo")
    assert moved == {"error": "ChatMigrated", "chat": big["id"]}
    telegram.sent_at[group["id"]] = [telegram.now] * 20
    flood = ask("send_message", chat_id=group["id"], text="Hallo")
    assert flood["error"] == "RetryAfter"
    assert 50 < flood["wait"] <= 61
    telegram.webhook = "https://old-shop.example/hook"
    assert ask("get_updates")["error"] == "Conflict"
    assert ask("delete_webhook") is True
    assert isinstance(ask("get_updates"), list)


def test_what_the_connector_says_and_does_the_library_sees(telegram, ask, connector, group):
    telegram.say(ANNA, "Habt ihr offen?", group)
    events = events_of(connector)
    (question,) = messages(events)
    sent = connector.send(reply_to(question, "Ja, ab 8"))
    connector.act(Action(kind=OutboxKind.LIKE, target=target_of(question)))
    assert telegram.reactions[group["id"], 1]
    telegram.say(OWNER, "Danke", group,
                 reply_to_message=telegram.messages[group["id"], 2])  # fmt: skip
    updates = ask("get_updates")
    assert updates[-1]["message"]["reply_to_message"]["text"] == "Ja, ab 8"
    assert updates[-1]["message"]["reply_to_message"]["from"]["id"] == BOT["id"]
    assert [one.parent_remote_id for one in messages(events_of(connector, cursor_of(events)))] == [
        sent.remote_id
    ]
