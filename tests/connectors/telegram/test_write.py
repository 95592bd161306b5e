"""What the bot says and does, once, and what it says when Telegram refuses."""

from dataclasses import replace

import pytest

from cm_desktop.connectors.base import Action
from cm_desktop.connectors.telegram_write import TEXT_LIMIT, Pace
from cm_desktop.domain.errors import (
    GoneError,
    NotAllowedError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SlowError,
)
from cm_desktop.domain.model import OutboxKind
from tests.connectors.contract import action_on, events_of, messages, reply_to, target_of
from tests.simulators.telegram import ANNA, OWNER


@pytest.fixture
def group(telegram):
    return telegram.group(-1002222222222, "Krume Gäste", "supergroup", username="krume_gaeste")


@pytest.fixture
def heard(telegram, connector):
    def heard(text="Habt ihr offen?", chat=None, **fields):
        telegram.say(ANNA, text, chat, **fields)
        return messages(events_of(connector))[-1]

    return heard


def given(telegram, method="sendMessage"):
    """Return what was given to a method, last first."""
    return [parameters for name, parameters in reversed(telegram.asked) if name == method]


def ours(event, sent):
    """Return what was sent as a target of an act, as the program keeps it."""
    return replace(
        target_of(event), remote_id=sent.remote_id, text=sent.text, context=dict(sent.context)
    )


def refuse(telegram, text, status=400, **hints):
    body = {"ok": False, "error_code": status, "description": text, "parameters": hints}
    telegram.loopback.intercept = lambda exchange: exchange.answer(body, status=status)


def test_an_answer_names_the_message_it_answers_and_is_plain_text(telegram, connector, heard):
    question = heard()
    sent = connector.send(reply_to(question, "*Ja*, <b>ab 8</b>"))
    (asked,) = given(telegram)
    assert asked["reply_parameters"] == {"message_id": 1}
    assert "parse_mode" not in asked
    assert sent.text == "*Ja*, <b>ab 8</b>"
    assert sent.remote_id == f"{ANNA['id']}/2"
    assert sent.created_at == telegram.now


def test_an_answer_in_a_topic_stays_in_it(telegram, connector, heard, group):
    question = heard(chat=group, message_thread_id=7, is_topic_message=True)
    connector.send(reply_to(question, "Ja"))
    assert given(telegram)[0]["message_thread_id"] == 7


def test_an_answer_to_a_comment_names_no_topic(telegram, connector, group):
    _post, copy = telegram.post(telegram.channel(), group, "Neu")
    telegram.comment(ANNA, copy, "Mit Nüssen?")
    connector.send(reply_to(messages(events_of(connector))[-1], "Ja"))
    assert "message_thread_id" not in given(telegram)[0]


def test_an_answer_for_a_business_goes_through_its_connection(telegram, connector, heard):
    connection = telegram.connect_business()
    question = heard(update="business_message", business_connection_id=connection)
    sent = connector.send(reply_to(question, "Ja"))
    assert given(telegram)[0]["business_connection_id"] == connection
    assert sent.remote_id == f"business-{OWNER['id']}/{ANNA['id']}/2"
    assert sent.remote_id.rpartition("/")[0] == question.remote_id.rpartition("/")[0]
    connector.act(Action(kind=OutboxKind.DELETE, target=ours(question, sent)))
    assert telegram.said() == []


def test_a_like_for_a_business_never_meets_a_message_to_the_bot(telegram, connector, heard):
    told = {"business_connection_id": telegram.connect_business()}
    question = heard(update="business_message", **told)
    with pytest.raises(NotAllowedError):
        connector.act(action_on(question, OutboxKind.LIKE))
    assert telegram.reactions == {}


@pytest.mark.parametrize("letter", ["x", "ß", "🥨"])
def test_the_longest_text_is_counted_in_utf_16_units(telegram, connector, heard, letter):
    question = heard()
    fits = letter * (TEXT_LIMIT // (len(letter.encode("utf-16-le")) // 2))
    connector.send(reply_to(question, fits))
    with pytest.raises(RejectedError) as caught:
        connector.send(reply_to(question, fits + letter))
    assert caught.value.reason == "too_long"
    assert telegram.said() == [fits]
    assert len(given(telegram)) == 1


def test_a_text_of_blanks_is_not_sent(telegram, connector, heard):
    with pytest.raises(RejectedError) as caught:
        connector.send(reply_to(heard(), " \n "))
    assert caught.value.reason == "empty"
    assert given(telegram) == []


def test_a_private_answer_is_nothing_a_bot_can_give(telegram, connector, heard):
    with pytest.raises(NotAllowedError):
        connector.send(replace(reply_to(heard(), "psst"), private=True))
    assert telegram.said() == []


def test_a_group_that_grew_gets_the_answer_once_at_its_new_id(telegram, connector, heard):
    small = telegram.group()
    question = heard(chat=small)
    big = telegram.grow(small)
    sent = connector.send(reply_to(question, "Ja"))
    assert telegram.said() == ["Ja"]
    assert sent.context["chat"] == str(big["id"])
    assert [one["chat_id"] for one in given(telegram)] == [big["id"], small["id"]]


def test_a_message_that_was_deleted_is_not_answered(telegram, connector, heard):
    question = heard()
    telegram.messages.clear()
    with pytest.raises(GoneError) as caught:
        connector.send(reply_to(question, "Ja"))
    assert caught.value.detail == "target"
    assert telegram.said() == []


def test_who_blocked_the_bot_cannot_be_answered(telegram, connector, heard):
    question = heard()
    telegram.block(ANNA)
    with pytest.raises(NotAllowedError) as caught:
        connector.send(reply_to(question, "Ja"))
    assert caught.value.detail == "bot_blocked"
    assert telegram.said() == []


def test_nobody_claims_to_know_what_became_of_a_lost_answer(connector, heard):
    with pytest.raises(RejectedError) as caught:
        connector.find_sent(reply_to(heard(), "Ja"))
    assert caught.value.reason == "outcome_unknown"
    assert not connector.policy.can_read_back


@pytest.mark.parametrize("lost", ["reset", "cut", "slow"])
def test_a_lost_answer_is_never_sent_a_second_time(telegram, connector, heard, lost):
    question = heard()

    def serve(exchange):
        telegram._serve(exchange) if exchange.command == "GET" else spoil(exchange)

    def spoil(exchange):
        telegram.say(ANNA, "zählt mit")
        if lost == "reset":
            exchange.reset()
        elif lost == "cut":
            exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
        else:
            exchange.raw(b"")

    telegram.loopback.otherwise = serve
    with pytest.raises((SlowError, ServerTroubleError)):
        connector.send(reply_to(question, "Ja"))
    assert [asked.command for asked in telegram.loopback.asked].count("POST") == 1


def test_a_text_of_ours_is_edited_and_may_be_so_already(telegram, connector, heard):
    question = heard()
    sent = connector.send(reply_to(question, "Ja, ab 9"))
    edit = Action(kind=OutboxKind.EDIT, target=ours(question, sent), text="Ja, ab 8")
    connector.act(edit)
    connector.act(edit)
    assert telegram.said() == ["Ja, ab 8"]


def test_a_text_of_others_is_not_edited(telegram, connector, heard):
    question = heard()
    with pytest.raises(RejectedError):
        connector.act(Action(kind=OutboxKind.EDIT, target=target_of(question), text="anders"))
    assert telegram.messages[ANNA["id"], 1]["text"] == "Habt ihr offen?"


def test_what_is_too_old_to_delete_is_said(telegram, connector, heard):
    question = heard()
    telegram.now = telegram.now.replace(year=telegram.now.year + 1)
    with pytest.raises(RejectedError) as caught:
        connector.act(action_on(question, OutboxKind.DELETE))
    assert caught.value.reason == "too_old"


def test_a_like_is_given_and_taken_back(telegram, connector, heard):
    question = heard()
    connector.act(action_on(question, OutboxKind.LIKE))
    assert telegram.reactions[ANNA["id"], 1] == [{"type": "emoji", "emoji": "👍"}]
    connector.act(action_on(question, OutboxKind.UNLIKE))
    assert telegram.reactions[ANNA["id"], 1] == []


def test_who_was_shut_out_of_a_group_may_come_back(telegram, connector, heard, group):
    question = heard(chat=group)
    connector.act(action_on(question, OutboxKind.BLOCK))
    assert telegram.banned == {(group["id"], ANNA["id"])}
    connector.act(action_on(question, OutboxKind.UNBLOCK))
    assert telegram.banned == set()
    assert given(telegram, "unbanChatMember")[0]["only_if_banned"] is True


def test_a_channel_that_speaks_in_a_group_is_shut_out_as_such(telegram, connector, group):
    channel = telegram.channel(-1009999999999, "Werbung", "werbung")
    telegram.say(None, "Kauft hier", group, sender_chat=channel)
    (advert,) = messages(events_of(connector))
    connector.act(action_on(advert, OutboxKind.BLOCK))
    assert telegram.banned == {(group["id"], channel["id"])}
    assert given(telegram, "banChatSenderChat")
    with pytest.raises(NotAllowedError):
        connector.act(action_on(advert, OutboxKind.MUTE))


@pytest.mark.parametrize("kind", [OutboxKind.BLOCK, OutboxKind.MUTE, OutboxKind.SPAM])
def test_what_a_bot_cannot_do_in_a_private_chat_is_said(telegram, connector, heard, kind):
    question = heard()
    asked = len(telegram.asked)
    with pytest.raises(NotAllowedError) as caught:
        connector.act(action_on(question, kind))
    assert caught.value.detail == "ability"
    assert len(telegram.asked) == asked


@pytest.mark.parametrize(
    "refusal",
    [
        (403, "Forbidden: bot was kicked from the supergroup chat", NotAllowedError, "bot_removed"),
        (403, "Forbidden: user is deactivated", NotAllowedError, "user_gone"),
        (400, "Bad Request: method is available for supergroup and channel chats only",
         NotAllowedError, "ability"),
        (403, "Forbidden: something new", NotAllowedError, "http_403"),
        (400, "Bad Request: not enough rights to send text messages", NotAllowedError, "no_rights"),
        (400, "Bad Request: CHAT_ADMIN_REQUIRED", NotAllowedError, "no_rights"),
        (400, "Bad Request: chat not found", GoneError, "chat"),
        (400, "Bad Request: TOPIC_CLOSED", RejectedError, "topic_closed"),
        (400, "Bad Request: BUSINESS_PEER_USAGE_MISSING", RejectedError, "window_over"),
        (400, "Bad Request: REACTION_INVALID", NotAllowedError, "reaction_off"),
        (400, "Bad Request: something new", RejectedError, "http_400"),
        (400, 7, RejectedError, "http_400"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_by_a_word_of_ours(telegram, connector, heard, refusal):
    status, text, error, word = refusal
    question = heard()
    refuse(telegram, text, status)
    with pytest.raises(error) as caught:
        connector.send(reply_to(question, "Ja"))
    assert word in (caught.value.detail, getattr(caught.value, "reason", ""))


def test_a_group_that_claims_to_have_moved_for_ever_is_asked_twice(telegram, connector, heard):
    question = heard()
    refuse(telegram, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1009)
    before = len(telegram.loopback.asked)
    with pytest.raises(RejectedError):
        connector.send(reply_to(question, "Ja"))
    assert len(telegram.loopback.asked) == before + 2


def test_a_flood_is_told_with_its_wait(telegram, connector, heard, group):
    question = heard(chat=group)
    telegram.sent_at[group["id"]] = [telegram.now] * 20
    with pytest.raises(RateLimitedError) as caught:
        connector.send(reply_to(question, "Ja"))
    assert 50 < caught.value.wait_seconds <= 61
    assert telegram.said() == []


def test_a_group_gets_no_more_than_twenty_a_minute_from_us(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    pace = Pace()
    for _ in range(20):
        pace.wait_for(-5)
        clock[0] += 1.5
    with pytest.raises(RateLimitedError) as caught:
        pace.wait_for(-5)
    assert caught.value.wait_seconds == 30
    pace.wait_for(-6)
    clock[0] += 31
    pace.wait_for(-5)


@pytest.mark.parametrize("context", [{}, {"chat": "x", "message": "1"}, {"chat": "1"}])
def test_a_message_without_a_place_is_gone(connector, heard, context):
    question = replace(reply_to(heard(), "Ja"), target=replace(target_of(heard()), context=context))
    with pytest.raises(GoneError):
        connector.send(question)
