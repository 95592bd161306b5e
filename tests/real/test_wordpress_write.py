"""Answering and moderating on a real WordPress: once, or refused with the reason."""

from datetime import UTC, datetime

import pytest

from cm_desktop.domain.errors import (
    DuplicateError,
    GoneError,
    NotAllowedError,
    RateLimitedError,
    RejectedError,
)
from cm_desktop.domain.model import OutboxKind
from tests.servers.cutting_proxy import Cut, cutting_proxy, lose_answer
from tests.servers.wordpress_account import BOTH, act, connect, fetch, reply

__all__ = ["connect"]

pytestmark = pytest.mark.real


def test_a_reply_goes_up_once_with_its_parent(wordpress, connect):
    connector = connect()
    number = wordpress.comment("Habt ihr offen?")
    text = 'Ja <3 & "bis" 11 -- sonntags :)\n<script>alert(1)</script> 🥐'
    sent = connector.send(reply(number, text))
    row = wordpress.read(int(sent.remote_id))
    assert (row["comment_parent"], row["comment_post_ID"]) == (str(number), "1")
    assert row["comment_approved"] == "1"
    assert "<" not in row["comment_content"]
    assert sent.text == text
    assert fetch(connector)[0][sent.remote_id].text == text
    assert connector.find_sent(reply(number, text)) == sent
    with pytest.raises(DuplicateError):
        connector.send(reply(number, text))
    assert wordpress.count(row["comment_content"]) == 1


@BOTH
@pytest.mark.parametrize("cut", [cut for cut in Cut if cut is not Cut.NEVER])
def test_an_answer_that_got_lost_is_there_exactly_once_in_the_end(wordpress, connect, cut, pretty):
    wordpress.set_permalinks(pretty=pretty)
    number = wordpress.comment("Habt ihr offen?")
    with cutting_proxy(wordpress.port) as proxy:
        connector = connect(url=proxy.url)
        asked = reply(number, first_attempt_at=datetime.now(UTC))
        connector.identify()
        applied = lose_answer(proxy, cut, lambda: connector.send(asked))
        assert wordpress.count("Gern geschehen") == applied

        # As the outbox does: look, and send again only if it is not there.
        proxy.cut = Cut.NEVER
        found = connector.find_sent(asked)
        assert (found is not None) is applied
        sent = found or connector.send(asked)
        assert connector.find_sent(asked) == sent
        assert wordpress.count("Gern geschehen") == 1


def test_a_lost_reply_is_found_although_its_comment_was_deleted_meanwhile(wordpress, connect):
    number = wordpress.comment("Frage")
    connector = connect()
    sent = connector.send(reply(number))
    wordpress.delete(number)
    assert connector.find_sent(reply(number)).remote_id == sent.remote_id


def test_a_reply_to_a_deleted_comment_is_not_sent(wordpress, connect):
    number = wordpress.comment("Frage")
    wordpress.delete(number)
    with pytest.raises(GoneError):
        connect().send(reply(number))
    assert wordpress.count("Gern geschehen") == 0


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (OutboxKind.HOLD, "unapproved"),
        (OutboxKind.HIDE, "unapproved"),
        (OutboxKind.SPAM, "spam"),
        (OutboxKind.DELETE, "trash"),
        (OutboxKind.APPROVE, "approved"),
        (OutboxKind.UNHIDE, "approved"),
    ],
)
@pytest.mark.parametrize("before", ["approve", "hold", "spam", "trash"])
def test_moderation_is_seen_on_the_server(wordpress, connect, kind, status, before):
    number = wordpress.add_comment("x", comment_agent="Mozilla/5.0")
    wordpress.set_status(number, before)
    connector = connect()
    act(connector, kind, number)
    assert wordpress.status(number) == status
    act(connector, kind, number)
    row = wordpress.read(number)
    assert wordpress.status(number) == status
    # Where the visitor came from is still there, for whoever fights spam.
    assert (row["comment_author_IP"], row["comment_agent"]) == ("192.0.2.7", "Mozilla/5.0")


def test_our_own_reply_is_changed_and_only_ours(wordpress, connect):
    number = wordpress.comment("Frage")
    connector = connect()
    sent = connector.send(reply(number, "Bis 11"))
    act(connector, OutboxKind.EDIT, int(sent.remote_id), "Bis 12 <3")
    assert wordpress.read(int(sent.remote_id))["comment_content"] == "Bis 12 &lt;3"
    assert fetch(connector)[0][sent.remote_id].text == "Bis 12 <3"
    with pytest.raises(NotAllowedError):
        act(connector, OutboxKind.EDIT, number, "untergeschoben")
    assert wordpress.read(number)["comment_content"] == "Frage"


def test_too_fast_means_wait_and_nothing_is_posted(wordpress, connect):
    number = wordpress.comment("Frage")
    connector = connect(handle="mia", secret={"password": wordpress.add_user("mia", "contributor")})
    connector.send(reply(number, "eins"))
    wordpress.set_option("cm_test_flood", 1)
    with pytest.raises(RateLimitedError) as error:
        connector.send(reply(number, "zwei"))
    assert error.value.wait_seconds == 15
    assert wordpress.count("zwei") == 0


def test_closed_comments_and_a_closed_api_say_so(wordpress, connect):
    number = wordpress.comment("Frage")
    connector = connect()
    connector.identify()
    wordpress.php("return wp_update_post(array('ID' => 1, 'comment_status' => 'closed'));")
    try:
        with pytest.raises(NotAllowedError, match="rest_comment_closed"):
            connector.send(reply(number))
    finally:
        wordpress.php("return wp_update_post(array('ID' => 1, 'comment_status' => 'open'));")
    with pytest.raises(RejectedError) as error:
        connector.send(reply(number, "ä" * 40_000))
    assert error.value.reason == "too_long"
    wordpress.set_option("cm_test_rest_closed", 1)
    with pytest.raises(NotAllowedError, match="rest_disabled"):
        connector.send(reply(number))
    assert wordpress.count("Gern geschehen") == 0
