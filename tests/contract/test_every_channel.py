"""From the command line alone, for every channel: connect, sync, read, answer, sync, prove."""

import json
from importlib import import_module

import pytest

from cm_desktop.connectors.registry import CHANNELS

ANSWER = "Ja, von 8 bis 11 Uhr."
OUTSIDE = sorted(set(CHANNELS) - {"demo"})  # channels that have another side


def add(channel, config):
    """Return the words that connect an account as a case's connector is connected."""
    words = ["account", "add", channel]
    words += ["--url", config.url] if config.url else []
    words += ["--handle", config.handle] if config.handle else []
    for name, value in config.settings.items():
        words += ["--set", f"{name}={value}"]
    return words


@pytest.mark.parametrize("channel", OUTSIDE)
def test_a_question_is_fetched_and_answered_once(empty, channel):
    with import_module(f"tests.connectors.{channel}.case").Case() as case:
        case.hear("Habt ihr sonntags offen?")
        connector = case.connect()
        config = connector._config
        connector.close()
        account = empty.done(*add(channel, config), text=json.dumps(dict(config.secret)))["id"]
        report, policy = empty.each(["sync"], ["account", "policy", account])
        assert report["accounts"][0]["new"] >= 1
        chosen = question(empty)
        row = empty.done("reply", chosen, ANSWER)
        if policy["answered_there"]:
            assert (row["state"], row["error"]) == ("needs_human", "answer_there")
            empty.each(["sync"], ["outbox", "resolve", row["id"], "--sent"], ["sync"])
        else:
            empty.each(["sync"], ["sync"])
            assert case.said()[-1:] == [ANSWER]
            assert case.said().count(ANSWER) == 1
        messages = empty.done("show", chosen)["messages"]
        assert [one["text"] for one in messages if one["direction"] == "out"] == [ANSWER]
        log = str(empty.root / "log.jsonl")
        _written, proven = empty.each(
            ["export", "--format", "jsonl", "--out", log], ["verify", log]
        )
        assert proven["ok"] is True


def question(outsider):
    """Return the conversation in which the question was asked."""
    found = [one["id"] for one in outsider.done("inbox", "--view", "all")]
    for shown in outsider.each(*(["show", one] for one in found)):
        if any("sonntags offen" in message["text"] for message in shown["messages"]):
            return str(shown["id"])
    raise AssertionError("the question did not arrive")
