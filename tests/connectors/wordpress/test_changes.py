"""What later passes over a WordPress site notice: the new, the changed and the gone."""

from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop.domain.errors import AddressError, ServerTroubleError
from cm_desktop.domain.events import CursorMoved, MessageGone, MessageSeen
from cm_desktop.domain.model import Visibility
from tests.connectors.wordpress.reading import NOV, cursor, fetch, ids, seen


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


def test_it_cannot_push(wordpress):
    import threading

    assert wordpress.wait(60, threading.Event()) is False
