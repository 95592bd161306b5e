"""Reading: what a comment becomes, what is noticed later, and that no page loses one."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop.domain.errors import (
    AddressError,
    NotAllowedError,
    RateLimitedError,
    ServerTroubleError,
)
from cm_desktop.domain.events import CursorMoved, ItemSkipped, MessageGone, MessageSeen
from cm_desktop.domain.model import Direction, Kind, Visibility
from cm_desktop.domain.policy import Ability
from tests.connectors.wordpress.fake_site import recorded

NOV = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def fetch(wordpress, since=None):
    return list(wordpress.fetch(since))


def seen(events):
    return {event.remote_id: event for event in events if isinstance(event, MessageSeen)}


def cursor(events):
    return [event.cursor for event in events if isinstance(event, CursorMoved)][-1]


def ids(events):
    return [int(event.remote_id) for event in events if isinstance(event, MessageSeen)]


@pytest.fixture
def empty(site):
    """A site without a comment or review."""
    site.comments.clear()
    site.reviews.clear()
    return site


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


def test_a_second_look_from_the_same_place_tells_the_same(wordpress):
    first = fetch(wordpress)
    assert fetch(wordpress) == first
    later = fetch(wordpress, cursor(first))
    assert fetch(wordpress, cursor(first)) == later


def test_events_of_a_page_come_oldest_first_and_before_their_cursor(site, wordpress):
    site.reviews.clear()
    events = fetch(wordpress)
    times = [event.created_at for event in events if isinstance(event, MessageSeen)]
    assert times == sorted(times)
    assert isinstance(events[-1], CursorMoved)


def test_a_cursor_is_no_longer_than_needed_and_a_broken_one_begins_anew(site, wordpress):
    events = fetch(wordpress)
    assert len(cursor(events)) < 4000
    for broken in ("", "0", "[]", '{"comments": 7}', "\ud800", '{"comments":{"at":"x"}}'):
        assert ids(fetch(wordpress, broken)) == ids(events)


def test_only_what_is_new_is_read_later(empty, wordpress):
    for number in range(1, 301):
        empty.add(number, at=NOV - timedelta(days=40) + timedelta(hours=number))
    since = cursor(fetch(wordpress))
    empty.asked.clear()
    empty.add(301, at=NOV, text="neu")
    events = fetch(wordpress, since)
    assert 301 in ids(events)
    assert len(empty.lists()) <= 3
    assert len(ids(events)) <= 110  # the new one, the overlap and one part of what is watched


def test_a_comment_approved_late_keeps_its_date_and_is_noticed_all_the_same(empty, wordpress):
    empty.add(1, at=NOV - timedelta(days=3), status="hold")
    empty.add(2, at=NOV)
    since = cursor(fetch(wordpress))
    empty.comments[1]["status"] = "approved"
    assert seen(fetch(wordpress, since))["1"].visibility is Visibility.SHOWN


def test_edits_and_deletions_of_watched_comments_are_noticed_in_turns(empty, wordpress):
    for number in range(1, 251):
        empty.add(number, at=NOV - timedelta(days=60) + timedelta(hours=number))
    since = cursor(fetch(wordpress))
    empty.comments[5]["content"]["raw"] = "geändert"
    del empty.comments[106]
    empty.comments[207]["status"] = "trash"
    told = []
    for _turn in range(3):
        events = fetch(wordpress, since)
        since = cursor(events)
        told += events
        assert len(seen(events)) <= 110
    assert seen(told)["5"].text == "geändert"
    assert seen(told)["207"].visibility is Visibility.TRASHED
    assert [event for event in told if isinstance(event, MessageGone)] == [
        MessageGone(remote_id="106")
    ]


def test_a_flood_of_spam_keeps_nobody_from_being_watched(empty, wordpress):
    empty.add(1, at=NOV - timedelta(days=1), text="alt")
    empty.add(2, at=NOV - timedelta(days=1), status="spam")
    for number in range(3, 900):
        empty.add(number, at=NOV + timedelta(minutes=number), status="spam")
    since = cursor(fetch(wordpress))
    empty.comments[1]["content"]["raw"] = "geändert"
    empty.comments[899]["status"] = "approved"  # somebody found it in the spam
    told = {}
    for _turn in range(3):
        events = fetch(wordpress, since)
        since = cursor(events)
        told |= seen(events)
    assert told["1"].text == "geändert"
    assert told["899"].visibility is Visibility.SHOWN
    assert len(since) < 2000


def test_what_is_gone_is_told_once(site, wordpress):
    since = cursor(fetch(wordpress))
    del site.comments[4]
    events = fetch(wordpress, since)
    assert MessageGone(remote_id="4") in events
    assert not any(isinstance(one, MessageGone) for one in fetch(wordpress, cursor(events)))


def test_a_review_marked_as_spam_is_not_taken_for_gone(site, wordpress):
    since = cursor(fetch(wordpress))
    site.reviews[8]["status"] = "spam"
    del site.reviews[9]
    events = fetch(wordpress, since)
    assert seen(events)["8"].visibility is Visibility.SPAM
    assert MessageGone(remote_id="9") in events
    assert MessageGone(remote_id="8") not in events


def test_a_comment_that_a_list_leaves_out_is_asked_for_before_it_counts_as_gone(site, wordpress):
    since = cursor(fetch(wordpress))
    whole = site._list

    def without_4(kept, query):
        answer = whole(kept, query)
        answer["body"] = [one for one in answer["body"] if one["id"] != 4]
        return answer

    site._list = without_4
    site.comments[4]["status"] = "approved"
    events = fetch(wordpress, since)
    assert seen(events)["4"].visibility is Visibility.SHOWN
    assert not any(isinstance(one, MessageGone) for one in events)


def test_a_comment_that_only_went_out_of_our_sight_is_not_gone(empty, connect):
    empty.role = "contributor"
    empty.add(1, at=NOV)
    empty.add(2, at=NOV + timedelta(days=2))
    wordpress = connect()
    since = cursor(fetch(wordpress))
    kept = empty.comments.pop(1)
    empty.refusals["GET", "/wp/v2/comments/1"] = "context_forbidden"
    events = fetch(wordpress, since)
    assert not any(isinstance(one, MessageGone) for one in events)
    assert kept["id"] == 1


@pytest.mark.parametrize("pretty", [True, False])
def test_an_api_that_went_away_deletes_nothing_here(site, wordpress, pretty):
    site.pretty = pretty
    since = cursor(fetch(wordpress))
    page = {"status": 404, "headers": {"content-type": "text/html"}, "body": "<h1>Nope"}
    del site.comments[4]
    site.refusals["GET", "/wp/v2/comments/4"] = page
    events = []
    with pytest.raises(AddressError, match="no_api"):
        events.extend(wordpress.fetch(since))
    assert not any(isinstance(event, MessageGone) for event in events)


def test_changed_permalinks_are_found_by_the_next_pass(site, wordpress):
    since = cursor(fetch(wordpress))
    site.pretty = True
    with pytest.raises(ServerTroubleError):  # the start page stands where the API was
        fetch(wordpress, since)
    assert 1 in ids(fetch(wordpress, since))


# --- first bite -------------------------------------------------------------------------


def test_the_first_bite_is_the_newest_500(empty, wordpress):
    for number in range(1, 1201):
        empty.add(number, at=NOV - timedelta(days=30) + timedelta(minutes=number))
    told = ids(fetch(wordpress))
    assert told == list(range(701, 1201))


def test_spam_takes_no_place_in_the_first_bite_but_has_an_end(empty, wordpress):
    for number in range(1, 21):
        empty.add(number, at=NOV + timedelta(minutes=number))
    for number in range(21, 2100):
        empty.add(number, at=NOV + timedelta(minutes=15, seconds=number), status="spam")
    assert set(ids(fetch(wordpress))) == {17, 18, 19, 20, *range(104, 2100)}
    empty.comments = {number: one for number, one in empty.comments.items() if number < 1500}
    assert set(range(1, 21)) <= set(ids(fetch(wordpress)))


def test_the_first_bite_goes_90_days_back_from_the_newest_and_takes_what_waits(empty, wordpress):
    old = datetime(2019, 5, 1, tzinfo=UTC)  # nobody wrote for years
    empty.add(1, at=old - timedelta(days=91))
    empty.add(2, at=old - timedelta(days=400), status="hold")
    empty.add(3, at=old - timedelta(days=89))
    empty.add(4, at=old)
    assert ids(fetch(wordpress)) == [2, 3, 4]


def test_an_empty_site_is_no_trouble_and_its_first_comment_is_seen(empty, wordpress):
    events = fetch(wordpress)
    assert events == []
    empty.add(1, at=NOV)
    assert ids(fetch(wordpress, None)) == [1]


def test_a_comment_from_the_future_hides_none_that_come_before_it(empty, wordpress):
    empty.now = NOV
    empty.add(1, at=NOV - timedelta(days=1))
    empty.add(2, at=datetime(2099, 1, 1, tzinfo=UTC))
    events = fetch(wordpress)
    assert ids(events) == [1, 2]
    empty.add(3, at=NOV + timedelta(minutes=1))
    assert 3 in ids(fetch(wordpress, cursor(events)))


def test_the_hour_that_comes_twice_in_autumn_loses_no_comment(empty, wordpress):
    # 00:50 UTC is 02:50 in Berlin; 20 minutes later it is 02:10 there.
    before = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    empty.add(1, at=before)
    since = cursor(fetch(wordpress))
    empty.add(2, at=before + timedelta(minutes=20))
    assert empty.comments[2]["date"] < empty.comments[1]["date"]
    assert 2 in ids(fetch(wordpress, since))


# --- pages ------------------------------------------------------------------------------


def many(site, count):
    for number in range(1, count + 1):
        site.add(number, at=NOV + timedelta(minutes=number))


def at_offset(site, offset, change):
    """Change the site once, just before it answers the page at an offset or beyond."""
    left = [change]

    def before_answer(_method, route, query):
        far = int(query.get("offset", "0")) >= offset and query.get("order") == "asc"
        if route == "/wp/v2/comments" and far and left:
            left.pop()()

    site.before_answer = before_answer


@pytest.mark.parametrize("count", [99, 100, 101, 195, 196, 290, 350])
def test_all_pages_are_read_and_each_comment_is_told_once(empty, wordpress, count):
    many(empty, count)
    assert ids(fetch(wordpress)) == list(range(1, count + 1))


def test_each_page_has_its_cursor_so_that_a_crash_costs_one_page(empty, wordpress):
    many(empty, 350)
    reading = wordpress.fetch(None)
    first = []
    for event in reading:
        first.append(event)
        if isinstance(event, CursorMoved):
            break
    reading.close()
    empty.asked.clear()
    rest = fetch(wordpress, cursor(first))
    assert set(ids(first)) | set(ids(rest)) >= set(range(1, 351))
    assert json.loads(cursor(first))["comments"]["at"] > 0


@pytest.mark.parametrize("deleted", [1, 3, 6, 40, 100, 140])
def test_comments_deleted_between_two_pages_take_no_other_with_them(empty, wordpress, deleted):
    many(empty, 350)

    def delete():
        for number in range(1, deleted + 1):
            del empty.comments[number]

    at_offset(empty, 90, delete)
    assert set(ids(fetch(wordpress))) >= set(range(deleted + 1, 351))


def test_comments_written_between_two_pages_are_read_too(empty, wordpress):
    many(empty, 150)

    def write():
        empty.add(151, at=NOV - timedelta(minutes=1))  # dated before all others
        empty.add(152, at=NOV + timedelta(hours=10))

    at_offset(empty, 90, write)
    told = ids(fetch(wordpress))
    assert set(told) >= set(range(1, 151)) | {152}
    assert len(told) == len(set(told))


def test_a_site_that_gives_the_same_page_for_ever_is_left(empty, wordpress):
    many(empty, 250)
    same = {
        "status": 200,
        "headers": {},  # and no total
        "body": [empty.comments[number] for number in range(1, 101)],
    }
    settings = wordpress.identify().settings
    assert settings["moderator"] == "yes"
    empty.refusals["GET", "/wp/v2/comments"] = same
    asked = empty.asked

    def enough(_method, _route, _query):
        assert len(asked) < 50, "it asks for ever"

    empty.before_answer = enough
    assert sorted(ids(fetch(wordpress))) == list(range(1, 101))


def test_gaps_of_what_we_may_not_see_end_no_list(empty, connect):
    empty.role = "contributor"
    many(empty, 250)
    wordpress = connect()
    wordpress.identify()

    # The site leaves out what we may not see after it has cut the page.
    whole = empty._list

    def with_gaps(kept, query):
        answer = whole(kept, query)
        answer["body"] = [one for one in answer["body"] if not 50 <= one["id"] <= 220]
        return answer

    empty._list = with_gaps
    assert ids(fetch(wordpress)) == [*range(1, 50), *range(221, 251)]


def test_a_waiting_time_is_passed_on(site, wordpress):
    wordpress.identify()
    site.refusals["GET", "/wp/v2/comments"] = {
        "status": 429, "headers": {"retry-after": "37"}, "body": "<h1>Slow down",
    }  # fmt: skip
    with pytest.raises(RateLimitedError) as error:
        fetch(wordpress)
    assert error.value.wait_seconds == 37


# --- items that make no sense -----------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        {"id": "x"},
        {"id": -3},
        {"id": None},
        {"content": None},
        {"content": []},
        {"parent": "elf"},
        {"date_gmt": "0000-00-00T00:00:00", "date": ""},
        {"date_gmt": None, "date": None},
    ],
)
def test_one_broken_comment_costs_no_other(site, wordpress, broken):
    expected = set(ids(fetch(wordpress))) - {4}
    site.comments[4] |= broken
    site._list, whole = (lambda kept, query: unsorted(whole, kept, query)), site._list
    events = fetch(wordpress)
    assert set(ids(events)) == expected
    assert [one.reason for one in events if isinstance(one, ItemSkipped)]


def test_a_review_without_a_time_is_skipped(site, wordpress):
    expected = set(ids(fetch(wordpress))) - {8}
    site.reviews[8] |= {"date_created_gmt": "", "date_created": None}
    whole = site._list
    page = {"status": 200, "headers": {}, "body": list(site.reviews.values())}
    site._list = lambda kept, query: page if kept is site.reviews else whole(kept, query)
    events = fetch(wordpress)
    assert ItemSkipped(reason="no_date", remote_id="8") in events
    assert set(ids(events)) == expected


def unsorted(whole, kept, query):
    """List without looking at what is broken."""
    if kept and all("content" in one for one in kept.values()) and "include" not in query:
        begin, size = int(query.get("offset", "0")), int(query["per_page"])
        page = list(kept.values())[begin : begin + size]
        return {"status": 200, "headers": {"x-wp-total": str(len(kept))}, "body": page}
    return whole(kept, query)


def test_things_php_writes_differently_are_no_trouble(site, wordpress):
    site.comments[1] |= {
        "author_avatar_urls": [],
        "_embedded": [],
        "author_url": None,
        "link": None,
    }
    message = seen(fetch(wordpress))["1"]
    assert message.conversation.post.remote_id == "1"
    assert message.conversation.title == ""
    assert message.permalink == ""


def test_a_post_we_may_not_read_leaves_its_address(site, wordpress):
    error = {"code": "rest_forbidden", "message": "x", "data": {"status": 403}}
    site.comments[1]["_embedded"] = {"up": [error]}
    post = seen(fetch(wordpress))["1"].conversation.post
    assert (post.title, post.url) == ("", f"{site.url}/?p=1")


def test_a_post_that_came_along_by_mistake_is_not_taken_for_ours(site, wordpress):
    site.comments[1]["_embedded"]["up"][0] |= {"id": 77, "title": {"rendered": "Fremd"}}
    assert seen(fetch(wordpress))["1"].conversation.title == ""


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "//x", "https://"])
def test_only_addresses_of_the_web_are_taken_over(site, wordpress, link):
    site.comments[1] |= {"link": link, "author_url": link}
    message = seen(fetch(wordpress))["1"]
    assert message.permalink == message.author.url == ""


def test_a_parent_that_is_its_own_child_ends_the_search(site, wordpress):
    site.comments[1]["parent"] = 3  # 1 -> 3 -> 2 -> 1
    site.comments[7]["parent"] = 7
    conversations = {key: one.conversation.remote_id for key, one in seen(fetch(wordpress)).items()}
    assert {conversations[key] for key in ("1", "2", "3")} == {"comment:1"}
    assert conversations["7"] == "comment:7"


def test_an_answer_to_an_old_comment_joins_its_conversation(empty, wordpress):
    empty.add(1, at=NOV - timedelta(days=900))
    empty.add(2, at=NOV - timedelta(days=800), parent=1)
    empty.add(3, at=NOV, parent=2)
    empty.add(4, at=NOV, parent=4711)  # its parent was deleted for good
    messages = seen(fetch(wordpress))
    assert set(messages) == {"3", "4"}
    assert messages["3"].conversation.remote_id == "comment:1"
    assert messages["4"].conversation.remote_id == "comment:4711"


def test_a_time_without_gmt_is_better_than_none(site, wordpress):
    site.comments[1] |= {"date_gmt": "-0001-11-30T00:00:00"}
    assert seen(fetch(wordpress))["1"].created_at == datetime(2026, 11, 2, 9, 1, tzinfo=UTC)
    site.comments[1] |= {"date_gmt": "0001-01-01T00:00:00"}
    assert seen(fetch(wordpress))["1"].created_at == datetime(2026, 11, 2, 9, 1, tzinfo=UTC)


def test_a_page_that_is_no_list_stops_the_pass(site, wordpress):
    wordpress.identify()
    site.refusals["GET", "/wp/v2/comments"] = {"status": 200, "headers": {}, "body": {"a": 1}}
    with pytest.raises(ServerTroubleError):
        fetch(wordpress)


def test_a_right_taken_away_is_told(site, wordpress):
    wordpress.identify()
    site.role = "contributor"
    with pytest.raises(NotAllowedError, match="rest_forbidden_context"):
        fetch(wordpress)
    # And the next pass reads what we still may.
    assert {1, 2, 3} <= set(ids(fetch(wordpress)))
    assert wordpress.policy.abilities == {Ability.REPLY}


def test_it_cannot_push(wordpress):
    import threading

    assert wordpress.wait(60, threading.Event()) is False
