"""Answering, editing and moderating in a Misago forum, each once and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop.connectors import misago_write
from cm_desktop.connectors.base import Action
from cm_desktop.connectors.misago_text import as_markup, composed, rewritten, split_quote
from cm_desktop.domain.errors import (
    CmError,
    GoneError,
    NotAllowedError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SlowError,
)
from cm_desktop.domain.model import OutboxKind
from tests import hostile
from tests.connectors.contract import (
    action_on,
    cursor_of,
    events_of,
    messages,
    reply_to,
    target_of,
)
from tests.connectors.misago.fake_forum import NAME


def heard(misago, post):
    """Return a post as it was told."""
    return next(one for one in messages(events_of(misago)) if one.remote_id == str(post))


def test_an_answer_quotes_what_it_answers(forum, misago):
    thread, _first = forum.thread("Willkommen")
    post = forum.post(thread, "Habt ihr *sonntags* offen?")
    forum.post(thread, "Und montags?")
    sent = misago.send(reply_to(heard(misago, post), "Ja, von 8 bis 11."))
    written = forum.posts[int(sent.remote_id)]
    assert written["thread"] == thread
    assert written["source"] == (
        '[quote="@alice"]\nHabt ihr \\*sonntags\\* offen?\n[/quote]\n\nJa, von 8 bis 11.'
    )
    assert sent.text == "Ja, von 8 bis 11."
    assert len(forum.writes()) == 1


def test_a_private_answer_has_no_quote_unless_it_is_too_short(forum, misago):
    _thread, post = forum.thread("Unter uns", private=True)
    message = heard(misago, post)
    long = misago.send(reply_to(message, "Gern, ab acht Uhr"))
    short = misago.send(reply_to(message, "Ja"))
    assert forum.posts[int(long.remote_id)]["source"] == "Gern, ab acht Uhr"
    assert forum.posts[int(short.remote_id)]["source"].startswith("[quote")


def test_what_is_answered_has_to_be_there_still(forum, misago):
    thread, _first = forum.thread("Frage")
    post = forum.post(thread, "Weg")
    message = heard(misago, post)
    del forum.posts[post]
    with pytest.raises(GoneError, match="target"):
        misago.send(reply_to(message, "Antwort"))
    assert forum.writes() == []


@pytest.mark.parametrize("place", ["", "thread:", "thread:7/../8", "thread:²", "other:3"])
def test_a_place_that_is_none_is_never_asked_for(forum, misago, place):
    _thread, post = forum.thread("Frage")
    reply = reply_to(heard(misago, post), "Antwort")
    target = replace(reply.target, conversation_remote_id=place, context={})
    reply = replace(reply, target=target)
    with pytest.raises(GoneError):
        misago.send(reply)
    assert forum.writes() == []


def test_a_post_that_was_moved_is_answered_where_it_is_now(forum, misago):
    other, _begin = forum.thread("Neues Thema")
    thread, first = forum.thread("Frage")
    events = events_of(misago)
    message = next(one for one in messages(events) if one.remote_id == str(first))
    forum.posts[first]["thread"] = other
    del forum.threads[thread]
    later = events_of(misago, cursor_of(events))
    moved = next(one for one in messages(later) if one.remote_id == str(first))
    # The program keeps it in the conversation it was first told in.
    kept = replace(moved, conversation=message.conversation)
    sent = misago.send(reply_to(kept, "Antwort"))
    assert forum.posts[int(sent.remote_id)]["thread"] == other


def test_a_closed_thread_is_told_apart_from_writing_too_fast(forum, misago):
    thread, post = forum.thread("Frage")
    reply = reply_to(heard(misago, post), "Antwort")
    posts = f"/api/threads/{thread}/posts/"
    forum.refusals = {("GET", f"{posts}reply_editor/"): "quick"}
    with pytest.raises(NotAllowedError):
        misago.send(reply)
    forum.refusals = {("POST", posts): "quick"}
    with pytest.raises(RateLimitedError) as caught:
        misago.send(reply)
    assert caught.value.wait_seconds == 60
    assert len(forum.writes()) == 1


def test_just_after_an_answer_of_ours_the_wait_is_short(forum, misago):
    thread, post = forum.thread("Frage")
    message = heard(misago, post)
    misago.send(reply_to(message, "eins"))
    forum.refusals = {("POST", f"/api/threads/{thread}/posts/"): "quick"}
    with pytest.raises(RateLimitedError) as caught:
        misago.send(reply_to(message, "zwei"))
    assert caught.value.wait_seconds == 3


def test_signed_out_between_two_questions_means_again_and_nothing_was_sent(forum, misago):
    thread, post = forum.thread("Frage")
    message = heard(misago, post)

    def sign_out(method, path, _query):
        if method == "POST" and path.endswith("/posts/"):
            forum.signed_in = False

    forum.before_answer = sign_out
    with pytest.raises(RateLimitedError, match="session_ended"):
        misago.send(reply_to(message, "Antwort"))
    forum.before_answer = lambda *_: None
    assert len(forum.of(thread)) == 1
    misago.send(reply_to(message, "Antwort"))
    assert len(forum.of(thread)) == 2


def test_the_forums_own_bounds_are_told_as_such(forum, connect):
    settings = connect().identify().settings
    thread, post = forum.thread("Unter uns", private=True)
    forum.refusals = {("POST", f"/api/private-threads/{thread}/posts/"): "too_short"}
    misago = connect(settings={**settings, "longest": "50", "shortest": "5"})
    message = heard(misago, post)
    with pytest.raises(RejectedError) as caught:
        misago.send(reply_to(message, "x" * 60))
    assert caught.value.reason == "too_long"
    with pytest.raises(RejectedError) as caught:
        misago.send(reply_to(message, " \n"))
    assert caught.value.reason == "empty"


def test_a_lost_answer_is_found_and_one_to_another_post_is_not(forum, misago):
    thread, first = forum.thread("Habt ihr offen?")
    second = forum.post(thread, "Und Brezeln?", name="bob_b", author=4)
    now = datetime.now(UTC)
    one, two = (
        reply_to(heard(misago, post), "Ja, gern!", first_attempt_at=now) for post in (first, second)
    )
    forum.losing = True
    with pytest.raises((SlowError, ServerTroubleError)):
        misago.send(one)
    forum.losing = False
    found = misago.find_sent(one)
    assert forum.posts[int(found.remote_id)]["source"].endswith("Ja, gern!")
    assert misago.find_sent(two) is None
    assert misago.find_sent(replace(one, first_attempt_at=now + timedelta(hours=1))) is None


def test_a_lost_answer_is_found_though_its_source_is_not_ours_to_see(forum, misago):
    thread, first = forum.thread("Habt ihr offen?")
    reply = reply_to(heard(misago, first), "Ja, *gern*!", first_attempt_at=datetime.now(UTC))
    sent = misago.send(reply)
    place = f"/api/threads/{thread}/posts/{sent.remote_id}/post_editor/"
    forum.refusals = {("GET", place): "first_refused"}
    assert misago.find_sent(reply) == sent


def test_where_too_much_was_written_to_see_it_all_a_person_decides(forum, misago, monkeypatch):
    monkeypatch.setattr(misago_write, "_LOOK_PAGES", 2)
    thread, first = forum.thread("Habt ihr offen?")
    reply = reply_to(heard(misago, first), "Ja!", first_attempt_at=datetime.now(UTC))
    for number in range(30):
        forum.post(thread, f"Nr. {number}")
    with pytest.raises(RejectedError) as caught:
        misago.find_sent(reply)
    assert caught.value.reason == "outcome_unknown"
    later = replace(reply, first_attempt_at=forum.now + timedelta(hours=1))
    assert misago.find_sent(later) is None


def test_an_edit_keeps_the_quote_and_the_protection(forum, misago):
    thread, first = forum.thread("Frage")
    sent = misago.send(reply_to(heard(misago, first), "Bis 11"))
    forum.posts[int(sent.remote_id)]["is_protected"] = True
    place = f"/api/threads/{thread}/posts/{sent.remote_id}/"
    forum.refusals = {
        ("GET", f"{place}post_editor/"): {
            "status": 200,
            "body": {
                "id": int(sent.remote_id), "poster": NAME, "is_protected": True,
                "post": forum.posts[int(sent.remote_id)]["source"],
            },
        }
    }  # fmt: skip
    message = heard(misago, sent.remote_id)
    action = Action(kind=OutboxKind.EDIT, target=target_of(message), text="Bis 12 [heute]")
    misago.act(action)
    assert forum.writes()[-1][3] == {
        "post": '[quote="@alice"]\nFrage\n[/quote]\n\nBis 12 \\[heute\\]',
        "protect": True,
    }


def test_what_others_wrote_is_never_changed(forum, misago):
    _thread, first = forum.thread("Frage")
    target = target_of(heard(misago, first))
    with pytest.raises(NotAllowedError, match="not_own_message"):
        misago.act(Action(kind=OutboxKind.EDIT, target=target, text="untergeschoben"))
    assert forum.writes() == []


def test_the_first_post_is_hidden_and_approved_with_its_thread(forum, misago):
    thread, first = forum.thread("Wartet", is_unapproved=True)
    forum.post(thread, "Antwort")
    message = heard(misago, first)
    for kind in (OutboxKind.APPROVE, OutboxKind.HIDE):
        misago.act(action_on(message, kind))
    assert forum.threads[thread]["unapproved"] is False
    assert forum.threads[thread]["hidden"] is True
    misago.act(action_on(message, OutboxKind.UNHIDE))
    assert forum.threads[thread]["hidden"] is False


def test_a_thread_with_answers_is_not_deleted_for_its_first_post(forum, misago):
    thread, first = forum.thread("Frage")
    forum.post(thread, "Antwort")
    with pytest.raises(RejectedError) as caught:
        misago.act(action_on(heard(misago, first), OutboxKind.DELETE))
    assert caught.value.reason == "has_answers"
    assert forum.writes() == []


def test_a_thread_that_is_nothing_but_its_first_post_can_be_deleted(forum, misago):
    thread, first = forum.thread("Spam")
    misago.act(action_on(heard(misago, first), OutboxKind.DELETE))
    assert thread not in forum.threads


def test_without_the_right_nothing_changes_and_it_is_said(forum, misago):
    thread, _first = forum.thread("Frage")
    post = forum.post(thread, "Antwort")
    message = heard(misago, post)
    forum.refusals = {("PATCH", f"/api/threads/{thread}/posts/{post}/"): "patch_refused"}
    with pytest.raises(NotAllowedError):
        misago.act(action_on(message, OutboxKind.HIDE))


@pytest.mark.parametrize("kind", [OutboxKind.HOLD, OutboxKind.SPAM, OutboxKind.REPORT])
def test_what_a_forum_does_not_offer_is_refused(forum, misago, kind):
    _thread, post = forum.thread("Frage")
    with pytest.raises(NotAllowedError, match="ability"):
        misago.act(action_on(heard(misago, post), kind))
    assert forum.writes() == []


def test_an_answer_to_one_person_alone_is_refused(forum, misago):
    _thread, post = forum.thread("Frage")
    with pytest.raises(NotAllowedError, match="ability"):
        misago.send(replace(reply_to(heard(misago, post), "Psst"), private=True))
    assert forum.writes() == []


def test_a_long_text_is_quoted_in_part():
    body = composed("Ja", "alice", "Wort " * 100)
    quoted = body.partition("\n[/quote]")[0]
    assert quoted.endswith("Wort …")
    assert len(quoted) < 250


@pytest.mark.parametrize("name", ["", 'a"]x', "Ünal", "a b", "@x"])
def test_a_name_that_is_none_there_is_left_out_of_the_quote(name):
    assert composed("Ja", name, "Frage").startswith("[quote]\n")


def test_nobody_gets_out_of_the_quote_or_into_another():
    body = composed('[/quote]"x" [quote="@bob"]', "alice", '[/quote]\n[quote="@bob"]\nx')
    assert body.count("[/quote]") == 1  # the others are escaped, and close nothing
    assert body.replace("\\[", "").count("[quote") == 1


def test_rewriting_a_post_without_a_quote_replaces_all_of_it():
    assert rewritten("alt\n\n[quote]x[/quote]", "neu") == "neu"


@pytest.mark.parametrize("text", hostile.ALL.values(), ids=hostile.ALL.keys())
def test_any_text_can_be_written_and_is_written_alike_each_time(text):
    text = text[:20_000]
    assert composed(text, "alice", text) == composed(text, "alice", text)
    assert "[quote" not in as_markup(text).replace("\\[", "")


@pytest.mark.parametrize("text", hostile.ALL.values(), ids=hostile.ALL.keys())
def test_any_page_has_a_quote_or_none(text):
    quote, rest = split_quote(f'<aside class="quote-block">{text}')
    assert quote + rest
    try:
        split_quote('<aside class="quote-block">' * 10_000 + text + "</aside>" * 10_000)
    except CmError:
        pytest.fail("it never raises")
