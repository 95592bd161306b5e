"""Answering, editing, liking, hiding, deleting, reporting; answers that got lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cm_desktop.connectors import discourse_write
from cm_desktop.connectors.discourse_text import as_markdown
from cm_desktop.domain.errors import (
    DuplicateError,
    GoneError,
    NotAllowedError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SlowError,
)
from cm_desktop.domain.model import OutboxKind
from tests.simulators.discourse import ALL_KEY, INAPPROPRIATE, LIKE, TO_MODERATORS


@pytest.fixture
def question(forum, connect, fetch):
    """A question of Anna, beneath the first post of a topic, as we were told of it."""
    first = forum.start(forum.bernd, "Brot", "Was habt ihr?")
    post = forum.post(forum.anna, first["topic_id"], "Habt ihr Brezeln?")
    return fetch(connect()).of(post)


def post_of(forum, message):
    return forum.posts[int(message.remote_id)]


def test_an_answer_stands_under_what_it_answers(forum, connect, question, reply):
    sent = connect().send(reply(question, "Ja, *immer*!\n🥨"))
    post = forum.posts[int(sent.remote_id)]
    assert (post["answers"], post["topic_id"]) == (2, post_of(forum, question)["topic_id"])
    assert post["raw"] == "Ja, \\*immer\\*!\n🥨"
    assert sent.permalink == f"{forum.url}/t/{post['topic_id']}/3"
    assert sent.created_at == post["created_at"]


def test_who_answers_a_first_post_answers_the_topic(forum, connect, fetch, reply):
    first = forum.start(forum.anna, "Brot", "Habt ihr?")
    connector = connect()
    asked = reply(fetch(connector).of(first), "Ja, klar.", first_attempt_at=forum.now)
    sent = connector.send(asked)
    assert forum.posts[int(sent.remote_id)]["answers"] is None
    assert connector.find_sent(asked).remote_id == sent.remote_id


def test_a_private_message_is_answered_where_it_stands(forum, connect, fetch, reply):
    first = forum.write_to(forum.anna, ["krume"], "Bestellung", "Zwei Brote")
    connector = connect()
    sent = connector.send(reply(fetch(connector).of(first), "Gerne!"))
    assert forum.posts[int(sent.remote_id)]["topic_id"] == first["topic_id"]


def test_a_moved_post_is_answered_in_its_new_topic(forum, connect, question, reply):
    other = forum.start(forum.bernd, "Gebäck", "Alles andere")
    post_of(forum, question).update(topic_id=other["topic_id"])
    connector = connect()
    asked = reply(question, "Ja, klar.", first_attempt_at=forum.now)
    sent = connector.send(asked)
    assert forum.posts[int(sent.remote_id)]["topic_id"] == other["topic_id"]
    assert connector.find_sent(asked).remote_id == sent.remote_id


@pytest.mark.parametrize("how", ["deleted", "topic", "vanished", "nonsense"])
def test_what_is_gone_cannot_be_answered(forum, connect, question, reply, how):
    post = post_of(forum, question)
    if how == "deleted":
        forum.remove(post)
    elif how == "topic":
        forum.topics[post["topic_id"]]["deleted_at"] = forum.now
        forum.me["moderator"] = False
    elif how == "vanished":
        del forum.posts[post["id"]]
    else:
        question = replace(question, remote_id="../7")
    with pytest.raises(GoneError) as caught:
        connect().send(reply(question, "Ja, klar."))
    assert caught.value.detail == "target"
    assert forum.said() == []


def test_an_answer_in_private_to_a_public_post_is_not_offered(connect, question, reply):
    with pytest.raises(NotAllowedError):
        connect().send(reply(question, "Psst, ja.", private=True))


@pytest.mark.parametrize(
    ("text", "reason"), [(" \n", "empty"), ("Ja.", "too_short"), ("a" * 32_001, "too_long")]
)
def test_a_text_that_does_not_fit_is_refused_with_a_reason(
    forum, connect, question, reply, text, reason
):
    with pytest.raises(RejectedError) as caught:
        connect().send(reply(question, text))
    assert caught.value.reason == reason
    assert forum.said() == []


def test_a_refusal_in_words_is_no_reason(forum, connect, question, reply):
    forum.loopback.routes["/posts.json"] = lambda exchange: (
        exchange.answer({"errors": ["Zu viele Links"], "error_type": "zuviel"}, status=422)
        if exchange.command == "POST"
        else exchange.answer({"latest_posts": []})
    )
    with pytest.raises(RejectedError) as caught:
        connect().send(reply(question, "Ja, klar."))
    assert not isinstance(caught.value, DuplicateError)
    assert caught.value.reason == "refused"


def test_a_lost_answer_is_found_and_was_sent_once(forum, connect, question, reply):
    connector = connect()
    connector.identify()
    asked = reply(question, "Ja, klar.", first_attempt_at=forum.now)
    forum.loopback.lose_answers = True
    with pytest.raises((SlowError, ServerTroubleError)):
        connector.send(asked)
    forum.loopback.lose_answers = False
    found = connector.find_sent(asked)
    assert forum.posts[int(found.remote_id)]["raw"] == as_markdown("Ja, klar.")
    assert forum.said() == ["Ja, klar."]


@pytest.mark.parametrize(
    "meddle",
    [
        {"raw": "Etwas anderes"},
        {"answers": 1},
        {"user_id": 11},
        {"user_deleted": True},
        {"created_at": timedelta(minutes=-6)},
    ],
)
def test_another_post_is_not_taken_for_our_answer(forum, connect, question, reply, meddle):
    connector = connect()
    post = forum.post(forum.me, post_of(forum, question)["topic_id"], "Ja, klar.", answers=2)
    asked = reply(question, "Ja, klar.", first_attempt_at=forum.now)
    assert connector.find_sent(asked).remote_id == str(post["id"])
    if "created_at" in meddle:
        meddle = {"created_at": forum.now + meddle["created_at"]}
    post |= meddle
    assert connector.find_sent(asked) is None


def test_an_answer_whose_source_is_not_told_is_known_by_its_text(
    forum, connect, question, reply, monkeypatch
):
    connector = connect()
    post = forum.post(forum.me, post_of(forum, question)["topic_id"], "*Ja*", answers=2)
    post["raw"] = "\\*Ja\\* klar"
    post["spoilt"] = {"raw": None}
    assert connector.find_sent(reply(question, "*Ja* klar")).remote_id == str(post["id"])


def test_where_not_all_could_be_seen_nothing_is_claimed(
    forum, connect, question, reply, monkeypatch
):
    monkeypatch.setattr(discourse_write, "_LOOKED_AT", 5)
    topic = post_of(forum, question)["topic_id"]
    for number in range(10):
        forum.post(forum.bernd, topic, f"Und {number}")
    with pytest.raises(RejectedError) as caught:
        connect().find_sent(reply(question, "Ja, klar."))
    assert caught.value.reason == "outcome_unknown"


def test_the_same_text_elsewhere_is_refused_and_not_taken_for_this_answer(
    forum, connect, fetch, reply
):
    first = forum.start(forum.anna, "Brot", "Habt ihr?")
    second = forum.start(forum.anna, "Kuchen", "Und Kuchen?")
    connector = connect(handle="bernd", secret={"token": ALL_KEY})
    told = fetch(connector)
    connector.send(reply(told.of(first), "Danke dir!"))
    with pytest.raises(RejectedError) as caught:
        connector.send(reply(told.of(second), "Danke dir!", first_attempt_at=forum.now))
    assert not isinstance(caught.value, DuplicateError)
    assert caught.value.reason == "same_text"


def test_an_earlier_attempt_of_ours_is_a_duplicate(forum, connect, fetch, reply):
    first = forum.start(forum.anna, "Brot", "Habt ihr?")
    connector = connect(handle="bernd", secret={"token": ALL_KEY})
    told = fetch(connector)
    asked = reply(told.of(first), "Danke dir!", first_attempt_at=forum.now)
    connector.send(asked)
    forum.memory.clear()
    with pytest.raises(DuplicateError):
        connector.send(asked)
    assert sum(one["raw"] == "Danke dir!" for one in forum.posts.values()) == 1


def test_a_forum_that_repeats_its_answer_made_no_second_post(forum, connect, question, reply):
    connector = connect()
    sent = [connector.send(reply(question, "Ja, klar.")) for _ in range(2)]
    assert sent[0].remote_id == sent[1].remote_id
    assert forum.said() == ["Ja, klar."]


@pytest.mark.parametrize(
    ("told_in", "seconds"),
    [(("header", "body"), 7), (("header",), 7), (("body",), 7), ((), None)],
)
def test_a_forum_that_has_enough_says_for_how_long(
    forum, connect, question, reply, told_in, seconds
):
    forum.wait_told_in = told_in
    connector = connect()
    connector.identify()
    forum.allowance = 1
    with pytest.raises(RateLimitedError) as caught:
        connector.send(reply(question, "Ja, klar."))
    assert caught.value.wait_seconds == seconds
    assert forum.said() == []


def test_our_own_text_can_be_changed(forum, connect, fetch, act):
    connector = connect()
    first = forum.start(forum.me, "Brot", '[quote="anna"]\nWas?\n[/quote]\n\nAlles')
    message = fetch(connector).of(first)
    act(connector, OutboxKind.EDIT, message, "*Fast* alles")
    assert first["raw"] == '[quote="anna"]\nWas?\n[/quote]\n\n\\*Fast\\* alles'
    version = first["version"]
    act(connector, OutboxKind.EDIT, message, "*Fast* alles")
    assert first["version"] == version


def test_an_edit_of_meanwhile_is_not_overwritten(forum, connect, fetch, act):
    connector = connect()
    first = forum.start(forum.me, "Brot", "Alles")
    message = fetch(connector).of(first)
    serve = forum.loopback.otherwise

    def meddle(exchange):
        if exchange.command == "PUT":
            forum.change(first, "Alles außer Brezeln")
        serve(exchange)

    forum.loopback.otherwise = meddle
    with pytest.raises(RejectedError):
        act(connector, OutboxKind.EDIT, message, "Alles aus")
    assert first["raw"] == "Alles außer Brezeln"


def test_an_edit_that_is_too_short_says_so(forum, connect, fetch, act):
    connector = connect()
    first = forum.start(forum.me, "Brot", "Alles")
    message = fetch(connector).of(first)
    with pytest.raises(RejectedError) as caught:
        act(connector, OutboxKind.EDIT, message, "Ja")
    assert caught.value.reason == "too_short"


def test_what_others_wrote_is_not_edited_even_as_a_moderator(forum, connect, question, act):
    with pytest.raises(NotAllowedError) as caught:
        act(connect(), OutboxKind.EDIT, question, "Neu")
    assert caught.value.detail == "not_own_message"
    assert post_of(forum, question)["raw"] == "Habt ihr Brezeln?"


def test_what_was_deleted_is_not_edited(forum, connect, fetch, act):
    connector = connect()
    first = forum.start(forum.me, "Brot", "Alles")
    message = fetch(connector).of(first)
    forum.remove(first)
    with pytest.raises(GoneError):
        act(connector, OutboxKind.EDIT, message, "Nichts mehr")


def test_a_like_can_be_taken_back(forum, connect, question, act):
    connector = connect()
    key = (forum.me["id"], int(question.remote_id), LIKE)
    for _ in range(2):
        act(connector, OutboxKind.LIKE, question)
        assert key in forum.acts
    for _ in range(2):
        act(connector, OutboxKind.UNLIKE, question)
        assert key not in forum.acts


def test_an_old_like_cannot_be_taken_back(forum, connect, question, act):
    connector = connect()
    act(connector, OutboxKind.LIKE, question)
    forum.now += timedelta(minutes=11)
    with pytest.raises(NotAllowedError):
        act(connector, OutboxKind.UNLIKE, question)


@pytest.mark.parametrize("kind", [OutboxKind.HIDE, OutboxKind.SPAM])
@pytest.mark.parametrize("again", [OutboxKind.UNHIDE, OutboxKind.APPROVE])
def test_hiding_can_be_undone_and_done_again(forum, connect, question, act, kind, again):
    connector = connect()
    post = post_of(forum, question)
    for _ in range(3):
        act(connector, kind, question)
        assert post["hidden"]
        act(connector, again, question)
        assert not post["hidden"]
    act(connector, again, question)


def test_a_flag_that_hides_nothing_is_a_refusal(forum, connect, fetch, question, act):
    connector = connect(handle="bernd", secret={"token": ALL_KEY})
    with pytest.raises(RejectedError):
        act(connector, OutboxKind.HIDE, question)


def test_deleting_is_done_once_and_can_be_repeated(forum, connect, question, act):
    connector = connect()
    post = post_of(forum, question)
    act(connector, OutboxKind.DELETE, question)
    at = post["deleted_at"]
    assert at is not None
    act(connector, OutboxKind.DELETE, question)
    assert post["deleted_at"] == at
    del forum.posts[post["id"]]
    act(connector, OutboxKind.DELETE, question)


def test_a_first_post_with_answers_is_not_deleted_with_all_of_them(forum, connect, fetch, act):
    connector = connect()
    first = forum.start(forum.anna, "Brot", "Habt ihr?")
    message = fetch(connector).of(first)
    answer = forum.post(forum.bernd, first["topic_id"], "Ja!")
    with pytest.raises(RejectedError) as caught:
        act(connector, OutboxKind.DELETE, message)
    assert caught.value.reason == "has_answers"
    forum.remove(answer)
    act(connector, OutboxKind.DELETE, message)
    assert first["deleted_at"]


@pytest.mark.parametrize(
    ("reason", "flag"), [("Werbung", TO_MODERATORS), ("", INAPPROPRIATE), (" ", INAPPROPRIATE)]
)
def test_a_post_is_reported_once(forum, connect, question, act, reason, flag):
    connector = connect()
    for _ in range(2):
        act(connector, OutboxKind.REPORT, question, reason)
    [(_who, number, kind)] = forum.acts
    assert (number, kind) == (int(question.remote_id), flag)
    assert forum.acts[forum.me["id"], number, kind][1] == reason.strip()


@pytest.mark.parametrize("kind", [OutboxKind.BLOCK, OutboxKind.HOLD, OutboxKind.MUTE])
def test_what_is_not_offered_is_refused(connect, question, act, kind):
    with pytest.raises(NotAllowedError):
        act(connect(), kind, question)


@pytest.mark.parametrize(
    "kind", [OutboxKind.LIKE, OutboxKind.HIDE, OutboxKind.EDIT, OutboxKind.REPORT]
)
def test_what_is_gone_cannot_be_acted_on(forum, connect, question, act, kind):
    del forum.posts[int(question.remote_id)]
    with pytest.raises(GoneError):
        act(connect(), kind, question, "x")
