"""Answering and moderating: once, under the right comment, and looked up when in doubt."""

from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop.connectors.base import Action, Reply, Target
from cm_desktop.connectors.wordpress_write import as_html
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    DuplicateError,
    GoneError,
    NotAllowedError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
)
from cm_desktop.domain.model import OutboxKind
from tests.connectors.wordpress.fake_site import recorded

ROUTE = "/wp/v2/comments"
KEY = "4b825dc6-42cb-4c67-a1a5-4b5c3b1a6d2f"


def target(number=1):
    return Target(remote_id=str(number), conversation_remote_id=f"comment:{number}")


def reply(text="Gern geschehen", number=1, **fields):
    return Reply(client_key=KEY, text=text, target=target(number), **fields)


def act(wordpress, kind, number=4, text=""):
    wordpress.act(Action(kind=kind, target=target(number), text=text))


def test_a_reply_goes_up_once_under_its_comment(site, wordpress):
    sent = wordpress.send(reply())

    assert [(method, route) for method, route, _query, _body in site.writes()] == [("POST", ROUTE)]
    made = site.comments[int(sent.remote_id)]
    assert (made["post"], made["parent"]) == (1, 1)
    assert made["content"]["raw"] == "Gern geschehen"
    assert sent.text == "Gern geschehen"
    assert sent.context["status"] == "approved"


@pytest.mark.parametrize(
    "text",
    [
        "Tom & Jerry <3",
        "<script>alert(1)</script>",
        "&amp; bleibt &amp;",
        "Anführung \"so\" und 'so'",
        "Zeile eins\nZeile zwei\n\nAbsatz",
        "👍🏽 Grüße",
        "5 > 4 < 6",
    ],
)
def test_what_was_written_is_what_is_shown(site, wordpress, text):
    sent = wordpress.send(reply(text))
    assert sent.text == text
    assert "<" not in site.comments[int(sent.remote_id)]["content"]["raw"]
    assert wordpress.find_sent(reply(text)) == sent


def test_text_becomes_the_html_that_wordpress_keeps():
    assert as_html('  a < b & "c"\n') == 'a &lt; b &amp; "c"'


def test_a_reply_to_a_comment_that_is_gone_is_not_sent(site, wordpress):
    with pytest.raises(GoneError, match="target"):
        wordpress.send(reply(number=4711))
    assert site.writes() == []


@pytest.mark.parametrize(("number", "reason"), [(5, "parent_spam"), (6, "parent_trash")])
def test_a_reply_to_spam_or_trash_is_not_sent(site, wordpress, number, reason):
    with pytest.raises(RejectedError) as error:
        wordpress.send(reply(number=number))
    assert error.value.reason == reason
    assert site.writes() == []


@pytest.mark.parametrize("odd", ["", "x1", "12/../13", "-1", "1?force=true"])
def test_a_target_that_is_no_number_is_never_put_into_an_address(site, wordpress, odd):
    asked = Target(remote_id=odd, conversation_remote_id="x")
    wordpress.identify()
    site.asked.clear()
    with pytest.raises(GoneError):
        wordpress.send(Reply(client_key=KEY, text="x", target=asked))
    with pytest.raises(GoneError):
        wordpress.act(Action(kind=OutboxKind.DELETE, target=asked))
    assert site.asked == []


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        ("duplicate", DuplicateError, "comment_duplicate"),
        ("flood", RateLimitedError, "comment_flood"),
        ("closed", NotAllowedError, "rest_comment_closed"),
        ("too_long", RejectedError, "comment_content_column_length"),
        ("wrong_password", SignInNeededError, "rest_not_logged_in"),
        ("rest_disabled", NotAllowedError, "rest_disabled"),
        ("login_page", ServerTroubleError, "not_json"),
    ],
)
def test_each_refusal_of_a_reply_gives_its_error(site, wordpress, answer, error, code):
    site.refusals["POST", ROUTE] = answer
    with pytest.raises(error) as raised:
        wordpress.send(reply())
    assert code in (raised.value.detail, getattr(raised.value, "reason", ""))
    assert len(site.writes()) == 1


def test_after_a_flood_we_wait_as_long_as_wordpress_wants(site, wordpress):
    site.refusals["POST", ROUTE] = "flood"
    with pytest.raises(RateLimitedError) as error:
        wordpress.send(reply())
    assert error.value.wait_seconds == 15


def test_a_text_too_long_is_called_so(site, wordpress):
    site.refusals["POST", ROUTE] = "too_long"
    with pytest.raises(RejectedError) as error:
        wordpress.send(reply())
    assert error.value.reason == "too_long"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, {"code": "rest_comment_failed_create", "data": {"status": 500}}, ServerTroubleError),
        (502, "<h1>Bad Gateway", ServerTroubleError),
        (201, "Notice: undefined index", ServerTroubleError),
        (201, {"id": "none"}, ServerTroubleError),
        (429, "<h1>Too many", RateLimitedError),
        (403, "<h1>Blocked by firewall", NotAllowedError),
        (404, "<h1>Not here", AddressError),
        (403, {"code": "rest_comment_invalid_post_id"}, GoneError),
        (408, "", SlowError),
    ],
)
def test_no_answer_of_the_site_sends_a_reply_twice(site, wordpress, status, body, error):
    site.refusals["POST", ROUTE] = {"status": status, "headers": {}, "body": body}
    with pytest.raises(error):
        wordpress.send(reply())
    assert len(site.writes()) == 1


def test_a_redirect_never_carries_a_reply(site, wordpress):
    answer = {"status": 301, "headers": {"location": site.url + "/neu"}, "body": ""}
    site.refusals["POST", ROUTE] = answer
    with pytest.raises(AddressError, match="moved"):
        wordpress.send(reply())
    assert len(site.writes()) == 1


def test_there_are_no_private_replies(site, wordpress):
    with pytest.raises(NotAllowedError, match="ability"):
        wordpress.send(reply(private=True))
    assert site.asked == []


# --- looking up -------------------------------------------------------------------------


def test_a_reply_is_found_by_our_own_key_even_where_it_was_moved_and_changed(site, wordpress):
    sent = wordpress.send(reply())
    # The comment above was deleted for good: ours moved up. A plugin corrected it.
    site.comments[int(sent.remote_id)] |= {"parent": 0}
    site.comments[int(sent.remote_id)]["content"]["raw"] = "Gern geschehen!"
    assert wordpress.find_sent(reply()).remote_id == sent.remote_id


def test_a_reply_that_never_arrived_is_not_found(site, wordpress):
    assert wordpress.find_sent(reply()) is None
    assert site.writes() == []


def test_an_equal_text_of_another_reply_is_not_taken_for_this_one(site, wordpress):
    wordpress.send(reply())
    other = Reply(client_key="another", text="Gern geschehen", target=target())
    assert wordpress.find_sent(other) is None


def test_an_equal_text_under_another_comment_or_of_somebody_else_is_not_ours(site, wordpress):
    now = datetime(2026, 11, 21, tzinfo=UTC)
    site.add(50, text="Gern geschehen", author=1, parent=2, author_user_agent="", at=now)
    site.add(51, text="Gern geschehen", author=9, parent=1, author_user_agent="", at=now)
    assert wordpress.find_sent(reply()) is None
    site.add(52, text="Gern  geschehen ", author=1, parent=1, author_user_agent="", at=now)
    assert wordpress.find_sent(reply()).remote_id == "52"


def test_what_was_there_long_before_the_attempt_is_not_ours(site, wordpress):
    attempt = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    site.add(50, text="Danke", author=1, parent=1, author_user_agent="",
             at=attempt - timedelta(minutes=6))  # fmt: skip
    asked = reply("Danke", first_attempt_at=attempt)
    assert wordpress.find_sent(asked) is None
    # Clocks may differ by five minutes.
    site.add(51, text="Danke", author=1, parent=1, author_user_agent="",
             at=attempt - timedelta(minutes=4))  # fmt: skip
    assert wordpress.find_sent(asked).remote_id == "51"


def test_a_reply_that_was_held_or_thrown_away_meanwhile_was_sent(site, wordpress):
    sent = wordpress.send(reply())
    for status in ("hold", "spam", "trash"):
        site.comments[int(sent.remote_id)]["status"] = status
        assert wordpress.find_sent(reply()).remote_id == sent.remote_id


@pytest.mark.parametrize(
    ("text", "shown", "found"),
    [
        (
            'Das "neue" Brot -- gut...',
            "<p>Das &#8220;neue&#8221; Brot &#8212; gut&#8230;</p>",
            True,
        ),
        ("Danke :)", "<p>Danke 🙂</p>", True),
        ("Danke", "<p>Danke sehr</p>", False),
        ("👍", "<p>👍</p>", True),
        ("👍", "<p>👎</p>", False),
    ],
)
def test_without_seeing_what_was_written_the_letters_decide(site, connect, text, shown, found):
    site.role = "contributor"
    wordpress = connect()
    wordpress.identify()
    now = datetime(2026, 11, 21, tzinfo=UTC)
    me = recorded("me_contributor")["body"]["id"]
    content = {"rendered": shown, "raw": "hidden"}
    site.add(50, author=me, parent=1, content=content, at=now)
    assert (wordpress.find_sent(reply(text)) is not None) is found


@pytest.mark.parametrize("answer", ["rest_disabled", "login_page", "wrong_password"])
def test_a_look_that_fails_is_no_proof_that_nothing_was_sent(site, wordpress, answer):
    wordpress.send(reply())
    site.refusals["GET", ROUTE] = answer
    with pytest.raises(CmError):
        wordpress.find_sent(reply())


# --- moderation -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (OutboxKind.APPROVE, "approved"),
        (OutboxKind.UNHIDE, "approved"),
        (OutboxKind.HOLD, "hold"),
        (OutboxKind.HIDE, "hold"),
        (OutboxKind.SPAM, "spam"),
        (OutboxKind.DELETE, "trash"),
    ],
)
@pytest.mark.parametrize("number", [1, 4, 5, 6])
def test_each_act_leads_to_its_status_from_any_other(site, wordpress, kind, status, number):
    before = site.comments[number]["status"]
    act(wordpress, kind, number)
    assert site.comments[number]["status"] == status
    assert len(site.writes()) == (before != status)
    act(wordpress, kind, number)
    assert len(site.writes()) == (before != status)


@pytest.mark.parametrize("kind", [OutboxKind.APPROVE, OutboxKind.SPAM, OutboxKind.EDIT])
def test_what_the_site_knew_of_an_author_survives(site, wordpress, kind):
    """Or each comment we touch seems to come from this computer; spam filters learn from it."""
    site.comments[4] |= {"author_user_agent": "Mozilla/5.0", "author": 1}
    act(wordpress, kind, 4, "neu")
    assert site.comments[4]["author_ip"] == "192.0.2.7"
    assert site.comments[4]["author_user_agent"] == "Mozilla/5.0"


@pytest.mark.parametrize("address", ["", "unknown", "127.0.0.1:80", None])
def test_an_address_that_wordpress_would_refuse_is_not_handed_back(site, wordpress, address):
    site.comments[4]["author_ip"] = address
    act(wordpress, OutboxKind.APPROVE)
    [(_method, _route, _query, body)] = site.writes()
    assert "author_ip" not in body
    assert site.comments[4]["status"] == "approved"


def test_a_trash_that_is_switched_off_destroys_nothing(site, wordpress):
    answer = {"status": 501, "headers": {}, "body": {"code": "rest_trash_not_supported"}}
    site.refusals["DELETE", f"{ROUTE}/4"] = answer
    with pytest.raises(RejectedError, match="rest_trash_not_supported"):
        act(wordpress, OutboxKind.DELETE)
    assert 4 in site.comments


def test_somebody_else_may_be_faster_with_the_trash(site, wordpress):
    site.refusals["DELETE", f"{ROUTE}/4"] = "trashed_before"
    act(wordpress, OutboxKind.DELETE)


def test_a_status_that_the_site_keeps_is_told(site, wordpress):
    answer = {"status": 200, "headers": {}, "body": site.comments[4]}
    site.refusals["POST", f"{ROUTE}/4"] = answer
    with pytest.raises(RejectedError) as error:
        act(wordpress, OutboxKind.APPROVE)
    assert error.value.reason == "status_kept"


def test_our_own_reply_can_be_changed(site, wordpress):
    act(wordpress, OutboxKind.EDIT, 2, "Ja, seit Dienstag <3")
    assert site.comments[2]["content"]["raw"] == "Ja, seit Dienstag &lt;3"
    act(wordpress, OutboxKind.EDIT, 2, "Ja, seit Dienstag <3")
    assert len(site.writes()) == 1


def test_nobody_puts_words_into_the_mouth_of_somebody_else(site, wordpress):
    with pytest.raises(NotAllowedError):
        act(wordpress, OutboxKind.EDIT, 1, "Ich mag das Brot nicht")
    assert site.writes() == []


@pytest.mark.parametrize("kind", [OutboxKind.LIKE, OutboxKind.BLOCK, OutboxKind.REPORT])
def test_what_wordpress_does_not_have_is_refused(site, wordpress, kind):
    with pytest.raises(NotAllowedError, match="ability"):
        act(wordpress, kind)
    assert site.writes() == []


def test_acting_on_a_comment_that_is_gone_says_so(wordpress):
    with pytest.raises(GoneError):
        act(wordpress, OutboxKind.APPROVE, 4711)
