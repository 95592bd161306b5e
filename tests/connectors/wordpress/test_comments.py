"""What a comment or review of a WordPress site becomes."""

from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop.domain.events import ItemSkipped
from cm_desktop.domain.model import Direction, Kind, Visibility
from tests.connectors.wordpress.fake_site import recorded
from tests.connectors.wordpress.reading import NOV, fetch, seen


def test_a_visitors_comment_is_told_with_everything_the_desk_needs(site, wordpress):
    message = seen(fetch(wordpress))["1"]

    assert message.text == 'Ist das Rezept (https://example.org/?a=1&b=2) "neu"?\n\nLG :)'
    assert message.direction is Direction.IN
    assert message.author.name == "Ana"
    assert message.author.remote_id.startswith("visitor:")
    assert message.created_at == datetime(2026, 11, 2, 8, 1, tzinfo=UTC)
    assert message.permalink == f"{site.url}/?p=1#comment-1"
    assert message.parent_remote_id is None
    assert message.public
    conversation = message.conversation
    assert (conversation.kind, conversation.remote_id) == (Kind.COMMENTS, "comment:1")
    assert conversation.context == {"post": "1"}
    assert conversation.post.title == conversation.title == "Brot & Brötchen"
    assert conversation.post.url == f"{site.url}/?p=1"
    assert conversation.post.remote_id == "1"


def test_no_address_of_a_visitor_is_kept(wordpress):
    told = repr(fetch(wordpress))
    assert "ana@example.org" not in told
    assert "192.0.2.7" not in told


def test_the_same_visitor_is_known_again_and_nameless_ones_are_not_one_person(site, wordpress):
    site.add(21, author_name=" ANA ", author_email="Ana@Example.org", at=NOV)
    site.add(22, author_name="", author_email="", at=NOV)
    site.add(23, author_name="", author_email=None, at=NOV)
    authors = {key: message.author.remote_id for key, message in seen(fetch(wordpress)).items()}
    assert authors["1"] == authors["3"] == authors["21"]
    assert authors["4"] != authors["1"]
    assert len({authors["22"], authors["23"], authors["7"]}) == 3


def test_a_thread_is_one_conversation_however_deep(site, wordpress):
    messages = seen(fetch(wordpress))
    assert messages["2"].parent_remote_id == "1"
    assert messages["3"].parent_remote_id == "2"
    assert {messages[key].conversation.remote_id for key in ("1", "2", "3")} == {"comment:1"}


def test_an_answer_to_an_old_comment_joins_its_conversation(empty, wordpress):
    empty.add(1, at=NOV - timedelta(days=900))
    empty.add(2, at=NOV - timedelta(days=800), parent=1)
    empty.add(3, at=NOV, parent=2)
    empty.add(4, at=NOV, parent=4711)  # its parent was deleted for good
    messages = seen(fetch(wordpress))
    assert set(messages) == {"3", "4"}
    assert messages["3"].conversation.remote_id == "comment:1"
    assert messages["4"].conversation.remote_id == "comment:4711"


def test_what_our_people_wrote_is_ours(site, wordpress):
    site.refusals["GET", "/wp/v2/users"] = {**recorded("staff"), "body": [{"id": 1}, {"id": 8}]}
    site.add(21, author=8, at=NOV)
    site.add(22, author=9, at=NOV)
    messages = seen(fetch(wordpress))
    assert messages["2"].direction is Direction.OUT
    assert messages["21"].direction is Direction.OUT
    assert messages["22"].direction is Direction.IN
    assert messages["22"].author.remote_id == "user:9"


def test_held_spam_and_trash_are_seen_as_what_they_are(wordpress):
    shown = {key: message.visibility for key, message in seen(fetch(wordpress)).items()}
    assert shown["4"] is Visibility.HELD
    assert shown["5"] is Visibility.SPAM
    assert shown["6"] is Visibility.TRASHED
    assert shown["1"] is Visibility.SHOWN


@pytest.mark.parametrize(
    ("status", "visibility"),
    [("post-trashed", Visibility.TRASHED), ("quarantined", Visibility.HIDDEN)],
)
def test_a_status_of_a_plugin_is_no_reason_to_show_it(site, wordpress, status, visibility):
    site.comments[1]["status"] = status
    assert seen(fetch(wordpress))["1"].visibility is visibility


def test_reviews_keep_their_stars_and_their_product(site, wordpress):
    messages = seen(fetch(wordpress))
    review = messages["8"]
    assert review.rating == 5
    assert review.text == "Sehr gut"
    assert review.conversation.kind is Kind.REVIEW
    assert review.conversation.title == "Roggenbrot 1 kg"
    assert review.permalink == f"{site.url}/?product=roggenbrot-1-kg#comment-8"
    assert (messages["9"].rating, messages["9"].visibility) == (2, Visibility.HELD)
    assert messages["10"].visibility is Visibility.SPAM
    answer = messages["11"]  # to the review; WordPress lists it among the comments
    assert answer.conversation.remote_id == review.conversation.remote_id == "comment:8"
    assert answer.conversation.kind is Kind.REVIEW


@pytest.mark.parametrize(
    ("told", "rating"), [(0, None), (5, 5), (6, None), (-1, None), (None, None)]
)
def test_a_review_without_stars_has_none(site, wordpress, told, rating):
    site.reviews[8]["rating"] = told
    assert seen(fetch(wordpress))["8"].rating == rating


def test_without_the_shop_the_comments_are_still_read(site, connect):
    settings = connect().identify().settings
    site.refusals["GET", "/wc/v3/products/reviews"] = "gone"
    events = fetch(connect(settings=settings))
    assert ItemSkipped(reason="no_reviews") in events
    assert "1" in seen(events)


def test_somebody_who_may_not_moderate_reads_what_is_shown(site, wordpress):
    site.role = "contributor"
    site.reviews.clear()
    message = seen(fetch(wordpress))["1"]
    # What is shown, not what was written: typographic quotes, a smiley.
    assert message.text == "Ist das Rezept (https://example.org/?a=1&b=2) “neu”?\n\nLG 🙂"
    assert all("context" not in query for query in site.lists()[2:])
