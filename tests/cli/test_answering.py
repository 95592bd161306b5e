"""Replies, acts and the outbox by the command line."""

import pytest


@pytest.fixture
def conversation(busy_shop):
    found = busy_shop.conversations()
    return next(one for one in found if one["kind"] in ("comments", "direct"))["id"]


def messages(shop, conversation):
    return shop.done("show", conversation)["messages"]


def test_a_text_may_be_an_argument_or_come_from_standard_input(busy_shop, conversation):
    given = busy_shop.done("reply", conversation, "Als Argument")
    piped = busy_shop.done("reply", conversation, text="Zwei\nZeilen\n")
    dash = busy_shop.done("reply", conversation, "-", text="Strich")
    assert [row["text"] for row in (given, piped, dash)] == [
        "Als Argument",
        "Zwei\nZeilen",
        "Strich",
    ]


def test_an_empty_answer_is_refused(busy_shop, conversation):
    for text in ("", "\n", "   \n"):
        busy_shop.refused(5, "reply", conversation, text=text)
    assert busy_shop.done("outbox", "list") == []


def test_an_answer_that_is_too_long_for_the_channel_is_refused(shop):
    shop.add("mastodon")
    shop.done("sync")
    conversation = shop.conversations()[0]["id"]
    assert shop.refused(5, "reply", conversation, "x" * 501)["code"] == "rejected"


def test_an_answer_is_held_as_long_as_asked(busy_shop, conversation):
    row = busy_shop.done("reply", conversation, "Moment", "--hold", "3600")
    assert busy_shop.done("sync")["accounts"][0]["sent"] == 0
    assert busy_shop.done("outbox", "cancel", row["id"])["state"] == "cancelled"
    assert busy_shop.done("outbox", "list") == []


def test_an_answer_without_hold_goes_out_with_the_next_sync(busy_shop, conversation):
    busy_shop.done("reply", conversation, "Sofort")
    assert busy_shop.done("sync", "--no-send")["accounts"][0]["sent"] == 0
    assert busy_shop.done("sync")["accounts"][0]["sent"] == 1


def test_the_message_to_answer_may_be_named(busy_shop, conversation):
    first = messages(busy_shop, conversation)[0]["id"]
    assert busy_shop.done("reply", conversation, "Danke", "--to", first)["target"] == first
    busy_shop.refused(2, "reply", conversation, "Danke", "--to", "nobody")


def test_a_template_is_filled_for_the_conversation(busy_shop, conversation):
    busy_shop.done("template", "add", "Dank", "Liebe/r {name}, danke für Ihre Nachricht!")
    row = busy_shop.done("reply", conversation, "--template", "Dank")
    author = busy_shop.done("show", conversation)["author"]["name"]
    assert row["text"] == f"Liebe/r {author}, danke für Ihre Nachricht!"
    busy_shop.refused(2, "reply", conversation, "--template", "Dunk")


def test_a_template_with_a_gap_is_not_sent(busy_shop, conversation):
    busy_shop.done("template", "add", "Gutschein", "Ihr Code: {gutschein}")
    error = busy_shop.refused(5, "reply", conversation, "--template", "Gutschein")
    assert error["code"] == "rejected"
    assert busy_shop.done("outbox", "list") == []


def test_a_message_is_hidden_and_liked(shop):
    shop.add("facebook")
    shop.done("sync")
    comments = [one for one in shop.conversations() if one["kind"] == "comments"]
    conversation = comments[0]["id"]
    message = next(one for one in messages(shop, conversation) if one["direction"] == "in")
    row = shop.done("act", "hide", message["id"], "--rule", "2")
    assert (row["kind"], row["state"], row["target"]) == ("hide", "queued", message["id"])
    shop.done("act", "like", message["id"])
    shop.done("sync")
    after = next(one for one in messages(shop, conversation) if one["id"] == message["id"])
    assert (after["hidden"], after["liked"]) == (True, True)


def test_what_a_channel_cannot_do_is_refused(shop):
    shop.add("mastodon")
    shop.done("sync")
    message = messages(shop, shop.conversations()[0]["id"])[0]
    assert shop.refused(5, "act", "hide", message["id"])["code"] == "not_allowed"


def test_what_got_lost_is_decided_by_hand(busy_shop, conversation):
    row = busy_shop.done("reply", conversation, "Danke")
    busy_shop.refused(2, "outbox", "resolve", row["id"])
    busy_shop.refused(2, "outbox", "resolve", row["id"], "--sent")
    with busy_shop.opened() as opened, opened.db.writing() as writer:
        writer.execute("UPDATE outbox SET state = 'needs_human' WHERE uid = ?", (row["id"],))
    assert busy_shop.done("outbox", "list")[0]["state"] == "needs_human"
    busy_shop.refused(2, "outbox", "retry", row["id"])
    assert busy_shop.done("outbox", "resolve", row["id"], "--sent")["state"] == "sent"


def test_what_failed_is_tried_again(busy_shop, conversation):
    row = busy_shop.done("reply", conversation, "Danke")
    with busy_shop.opened() as opened, opened.db.writing() as writer:
        writer.execute("UPDATE outbox SET state = 'failed' WHERE uid = ?", (row["id"],))
    assert busy_shop.done("outbox", "retry", row["id"])["state"] == "queued"
    assert busy_shop.done("sync")["accounts"][0]["sent"] == 1


def test_people_see_the_outbox(busy_shop, conversation):
    assert "Id" in busy_shop.people("outbox", "list").out
    row = busy_shop.done("reply", conversation, "Danke sehr")
    assert "Danke sehr" in busy_shop.people("outbox", "list").out
    assert row["id"] in busy_shop.people("show", conversation).out
    assert "cancelled" in busy_shop.people("outbox", "cancel", row["id"]).out
