"""What a bot hears, and what is never lost on the way."""

from datetime import timedelta

import pytest

from cm_desktop.connectors.telegram_read import KEPT, PAGE
from cm_desktop.domain.errors import NotAllowedError, RateLimitedError, ServerTroubleError
from cm_desktop.domain.events import GapFilled, GapFound, ItemSkipped, MessageGone
from cm_desktop.domain.model import Direction, Kind
from tests.connectors.contract import cursor_of, events_of, messages
from tests.simulators.telegram import ANNA, BERND, BOT, GROUP_BOT, OWNER

HOUR = timedelta(hours=1)


@pytest.fixture
def group(telegram):
    return telegram.group(-1002222222222, "Krume Gäste", "supergroup", username="krume_gaeste")


def only(events):
    (message,) = messages(events)
    return message


def gaps(events):
    return [event for event in events if isinstance(event, GapFound | GapFilled)]


def waiting(telegram):
    """Return the numbers of the updates that Telegram still has."""
    return [number for number, _, _ in telegram.queue]


# Nothing is dropped before it is kept.


def test_fetching_drops_nothing_but_what_its_own_cursor_covers(telegram, connector):
    telegram.say(ANNA, "eins")
    first = events_of(connector)
    telegram.say(ANNA, "zwei")
    second = events_of(connector, cursor_of(first))
    assert [one.text for one in messages(second)] == ["zwei"]
    assert len(waiting(telegram)) == 1
    assert events_of(connector, cursor_of(first)) == second


def test_a_look_without_a_cursor_drops_nothing_however_much_there_is(telegram, connector):
    for number in range(PAGE + 5):
        telegram.say(ANNA, f"Frage {number}")
    assert len(messages(events_of(connector))) == PAGE
    assert len(waiting(telegram)) == PAGE + 5


def test_what_is_beyond_a_page_comes_with_the_next_fetch(telegram, connector):
    for number in range(2 * PAGE + 5):
        telegram.say(ANNA, f"Frage {number}")
    heard, cursor = [], None
    for _ in range(4):
        events = events_of(connector, cursor)
        heard += [one.text for one in messages(events)]
        cursor = cursor_of(events) or cursor
    assert heard == [f"Frage {number}" for number in range(2 * PAGE + 5)]
    assert waiting(telegram) == []


def test_waiting_for_news_drops_nothing(telegram, connector, cancelled):
    telegram.say(ANNA, "eins")
    assert connector.wait(5, cancelled)
    assert len(waiting(telegram)) == 1
    assert [one.text for one in messages(events_of(connector))] == ["eins"]


def test_looking_at_nothing_new_leaves_the_cursor_alone(telegram, connector):
    telegram.say(ANNA, "eins")
    cursor = cursor_of(events_of(connector))
    assert events_of(connector, cursor) == []


def test_numbers_that_begin_anew_further_down_are_read(telegram, connector):
    telegram.say(ANNA, "eins")
    cursor = cursor_of(events_of(connector))
    events_of(connector, cursor)
    telegram.now += timedelta(days=8)
    telegram.next_update = 11
    telegram.say(ANNA, "nach langer Zeit")
    telegram.loopback.routes[f"/bot{telegram.token}/getUpdates"] = lambda exchange: exchange.answer(
        {"ok": True, "result": [update for _, _, update in telegram.queue]}
    )
    events = events_of(connector, cursor)
    assert only(events).text == "nach langer Zeit"
    assert '"next":12' in cursor_of(events)


# Gaps.


def test_a_weekend_without_a_look_is_reported_as_lost(telegram, connector):
    telegram.say(ANNA, "Freitag")
    friday = telegram.now
    cursor = cursor_of(events_of(connector))
    telegram.now += 30 * HOUR
    telegram.say(ANNA, "Samstag")
    telegram.now += 30 * HOUR
    telegram.say(ANNA, "Sonntag")
    events = events_of(connector, cursor)
    (gap,) = gaps(events)
    assert gap.lost
    assert friday - timedelta(minutes=15) < gap.begin <= friday
    assert gap.end == only(events).created_at
    assert only(events).text == "Sonntag"


def test_a_weekend_in_which_nobody_wrote_leaves_no_gap_once_that_is_known(telegram, connector):
    telegram.say(ANNA, "Freitag")
    cursor = cursor_of(events_of(connector))
    telegram.now += 60 * HOUR
    monday = events_of(connector, cursor)
    (gap,) = gaps(monday)
    assert gap == GapFound(begin=gap.begin, end=telegram.now - KEPT, lost=True)
    telegram.say(ANNA, "Montag")
    later = events_of(connector, cursor_of(monday))
    assert gaps(later) == [GapFilled(begin=gap.begin)]
    assert gaps(events_of(connector, cursor_of(later))) == []


def test_a_long_silence_that_the_numbers_explain_is_no_gap(telegram, connector):
    telegram.say(ANNA, "Freitag")
    cursor = cursor_of(events_of(connector))
    telegram.now += 60 * HOUR
    telegram.say(ANNA, "Montag")
    assert gaps(events_of(connector, cursor)) == []


def test_a_gap_that_a_number_proves_stays(telegram, connector):
    telegram.say(ANNA, "Freitag")
    cursor = cursor_of(events_of(connector))
    telegram.say(ANNA, "verfällt")
    telegram.now += 60 * HOUR
    monday = events_of(connector, cursor)
    telegram.say(ANNA, "Montag")
    later = gaps(events_of(connector, cursor_of(monday)))
    assert [(one.begin, one.lost) for one in later] == [(gaps(monday)[0].begin, True)]


def test_what_another_program_took_is_reported_as_lost(telegram, connector):
    telegram.say(ANNA, "eins")
    cursor = cursor_of(events_of(connector))
    events_of(connector, cursor)
    telegram.say(ANNA, "genommen")
    telegram.queue.clear()
    telegram.say(ANNA, "drei")
    events = events_of(connector, cursor)
    assert [gap.lost for gap in gaps(events)] == [True]
    assert gaps(events)[0].end == only(events).created_at


def test_a_day_of_looking_without_news_is_no_gap(telegram, connector):
    telegram.say(ANNA, "eins")
    cursor = cursor_of(events_of(connector))
    for _ in range(40):
        telegram.now += HOUR
        events = events_of(connector, cursor)
        assert gaps(events) == []
        cursor = cursor_of(events) or cursor


def test_two_weeks_without_a_look_are_one_gap(telegram, connector):
    telegram.say(ANNA, "eins")
    cursor = cursor_of(events_of(connector))
    telegram.now += timedelta(days=14)
    events = events_of(connector, cursor)
    assert len(gaps(events)) == 1
    telegram.next_update = 500
    telegram.queue.clear()
    assert gaps(events_of(connector, cursor_of(events))) == []


# Who says what, where.


def test_a_private_chat_is_a_conversation_of_its_own(telegram, connector):
    telegram.say(ANNA, "Habt ihr Brezeln? 🥨")
    message = only(events_of(connector))
    assert message.conversation.kind is Kind.DIRECT
    assert message.conversation.title == "Anna Muster"
    assert (message.author.name, message.author.handle) == ("Anna Muster", "@anna_muster")
    assert message.author.url == "https://t.me/anna_muster"
    assert message.direction is Direction.IN
    assert not message.public
    assert message.permalink == ""


def test_a_group_is_one_conversation_and_answers_know_what_they_answer(telegram, connector, group):
    question = telegram.say(ANNA, "Wer kommt?", group)
    telegram.say(BERND, "Ich!", group, reply_to_message=question, message_thread_id=1)
    first, second = messages(events_of(connector))
    assert first.conversation == second.conversation
    assert first.conversation.kind is Kind.TOPIC
    assert second.parent_remote_id == first.remote_id
    assert first.permalink == "https://t.me/krume_gaeste/1"
    assert second.public


def test_topics_of_a_group_are_conversations_with_their_name(telegram, connector, group):
    root = telegram.send_in(OWNER, group, message_thread_id=1, is_topic_message=True,
                            forum_topic_created={"name": "Torten", "icon_color": 1})  # fmt: skip
    telegram.say(ANNA, "Schoko?", group, message_thread_id=1, is_topic_message=True,
                 reply_to_message=root)  # fmt: skip
    events = events_of(connector)
    assert only(events).conversation.title == "Krume Gäste · Torten"
    assert only(events).parent_remote_id is None
    telegram.say(BERND, "Zitrone!", group, message_thread_id=1, is_topic_message=True)
    later = only(events_of(connector, cursor_of(events)))
    assert later.conversation == only(events).conversation


def test_comments_under_a_post_are_one_conversation_that_shows_the_post(telegram, connector, group):
    channel = telegram.channel()
    _post, copy = telegram.post(channel, group, "Neu: Kürbisbrot\nAb Montag.")
    first = telegram.comment(ANNA, copy, "Mit Nüssen?")
    events = events_of(connector)
    comment = only(events)
    assert comment.conversation.kind is Kind.COMMENTS
    assert comment.conversation.post.title == "Neu: Kürbisbrot"
    assert comment.conversation.post.url == "https://t.me/krume_aktuell/1"
    assert comment.parent_remote_id is None

    telegram.comment(BERND, copy, "Würde mich auch interessieren", answers=first)
    telegram.say(BERND, "Etwas anderes", group)
    below, beside = messages(events_of(connector, cursor_of(events)))
    assert below.conversation.remote_id == comment.conversation.remote_id
    assert below.conversation.post == comment.conversation.post
    assert below.parent_remote_id == comment.remote_id
    assert beside.conversation.remote_id != comment.conversation.remote_id


def test_a_post_that_was_edited_is_shown_as_it_is_now(telegram, connector, group):
    post, copy = telegram.post(telegram.channel(), group, "Neu: Kürbisbort")
    telegram.edit(post, "Neu: Kürbisbrot", "edited_channel_post")
    telegram.comment(ANNA, {**copy, "text": "Neu: Kürbisbrot"}, "Fein")
    assert only(events_of(connector)).conversation.post.title == "Neu: Kürbisbrot"


def test_a_comment_under_a_post_from_before_us_is_told_by_what_it_answers(
    telegram, connector, group
):
    _post, copy = telegram.post(telegram.channel(), group, "Lange her")
    telegram.queue.clear()
    telegram.comment(ANNA, copy, "Gilt das noch?")
    assert only(events_of(connector)).conversation.post.title == "Lange her"


def test_the_channel_and_the_group_itself_speak_for_us(telegram, connector, group):
    channel = telegram.channel()
    _post, copy = telegram.post(channel, group, "Neu")
    telegram.comment(None, copy, "Ja, mit Nüssen", sender_chat=channel)
    telegram.say(GROUP_BOT, "Bitte freundlich", group, sender_chat=group)
    stranger = telegram.channel(-1009999999999, "Werbung", "werbung")
    telegram.comment(None, copy, "Kauft hier", sender_chat=stranger)
    said = [(one.author.name, one.direction) for one in messages(events_of(connector))]
    assert said == [
        ("Krume aktuell", Direction.OUT),
        ("Krume Gäste", Direction.OUT),
        ("Werbung", Direction.IN),
    ]


def test_a_group_that_became_a_supergroup_goes_on_in_its_conversation(telegram, connector):
    small = telegram.group()
    telegram.say(ANNA, "vorher", small)
    events = events_of(connector)
    big = telegram.grow(small)
    telegram.say(ANNA, "nachher", big)
    later = events_of(connector, cursor_of(events))
    assert only(later).conversation.remote_id == only(events).conversation.remote_id
    assert only(later).remote_id != only(events).remote_id


def test_a_business_account_hears_its_customers_and_knows_its_owner(telegram, connector):
    connection = telegram.connect_business()
    chat = telegram.private(ANNA)
    for who in (ANNA, OWNER):
        telegram.say(who, f"von {who['first_name']}", chat, update="business_message",
                     business_connection_id=connection)  # fmt: skip
    telegram.say(ANNA, "an den Bot selbst")
    first, second, bot = messages(events_of(connector))
    assert (first.direction, second.direction) == (Direction.IN, Direction.OUT)
    assert first.conversation == second.conversation
    assert first.conversation.remote_id != bot.conversation.remote_id
    assert first.context["business"] == connection


def test_a_business_that_connects_anew_keeps_its_conversations(telegram, connector):
    chat = telegram.private(ANNA)
    for name in ("biz_A1", "biz_B2"):
        telegram.connect_business(name)
        telegram.say(ANNA, name, chat, update="business_message", business_connection_id=name)
    first, second = messages(events_of(connector))
    assert first.conversation == second.conversation


def test_what_a_customer_of_a_business_deletes_is_gone(telegram, connector):
    connection = telegram.connect_business()
    chat = telegram.private(ANNA)
    message = telegram.say(ANNA, "oh", chat, update="business_message",
                           business_connection_id=connection)  # fmt: skip
    telegram.tell("deleted_business_messages", {
        "business_connection_id": connection, "chat": chat, "message_ids": [message["message_id"]],
    })  # fmt: skip
    events = events_of(connector)
    assert MessageGone(remote_id=only(events).remote_id) in events


def test_an_edited_message_is_reported_again_with_its_new_text(telegram, connector):
    message = telegram.say(ANNA, "6 Brötchen")
    events = events_of(connector)
    telegram.edit(message, "8 Brötchen")
    later = only(events_of(connector, cursor_of(events)))
    assert later.remote_id == only(events).remote_id
    assert later.text == "8 Brötchen"
    assert later.created_at == only(events).created_at
    assert later.edited_at == later.created_at + timedelta(seconds=1)


def test_what_telegram_notes_itself_is_no_message(telegram, connector, group):
    telegram.send_in(OWNER, group, new_chat_members=[ANNA])
    telegram.send_in(OWNER, group, pinned_message={"message_id": 1})
    telegram.say(ANNA, "Hallo", group)
    assert [one.text for one in messages(events_of(connector))] == ["Hallo"]


def test_an_update_of_another_shape_costs_only_itself(telegram, connector):
    telegram.say(ANNA, "davor")
    telegram.tell("message", {"message_id": 5, "chat": "?", "date": 1})
    telegram.tell("message", ["nichts"])
    telegram.say(ANNA, "danach")
    events = events_of(connector)
    assert [one.text for one in messages(events)] == ["davor", "danach"]
    assert len([one for one in events if isinstance(one, ItemSkipped)]) == 2


def test_what_the_bot_says_elsewhere_is_ours(telegram, connector, group):
    telegram.say(BOT, "von einem anderen Programm", group)
    assert only(events_of(connector)).direction is Direction.OUT


# Being refused.


def test_a_website_that_gets_everything_is_named(telegram, connector):
    telegram.webhook = "https://old-shop.example/hook"
    for step in (connector.identify, lambda: events_of(connector)):
        with pytest.raises(NotAllowedError) as caught:
            step()
        assert caught.value.detail == "webhook_set"
    assert telegram.webhook


def test_a_website_is_taken_off_when_that_is_asked_for(telegram, connect):
    telegram.webhook = "https://old-shop.example/hook"
    telegram.say(ANNA, "wartet")
    connector = connect(settings={"take_over": "yes"})
    connector.identify()
    assert telegram.webhook == ""
    assert only(events_of(connector)).text == "wartet"


def test_another_program_that_fetches_is_named(telegram, connector):
    telegram.loopback.intercept = lambda exchange: exchange.answer(
        {
            "ok": False,
            "error_code": 409,
            "description": "Conflict: terminated by other getUpdates request; make sure …",
        },
        status=409,
    )
    with pytest.raises(ServerTroubleError) as caught:
        events_of(connector, '{"next":5}')
    assert (caught.value.detail, caught.value.status) == ("other_program", 409)


@pytest.mark.parametrize(("told", "wait"), [(31, 31), (86_400, 3600), (-1, None), (0, None)])
def test_the_time_to_wait_is_read_from_the_answer(telegram, connector, told, wait):
    telegram.loopback.intercept = lambda exchange: exchange.answer(
        {"ok": False, "error_code": 429, "parameters": {"retry_after": told}}, status=429
    )
    with pytest.raises(RateLimitedError) as caught:
        events_of(connector)
    assert caught.value.wait_seconds == wait
