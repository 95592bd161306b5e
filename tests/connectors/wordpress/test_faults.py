"""A WordPress site that refuses, and comments that make no sense."""

from datetime import UTC, datetime

import pytest

from cm_desktop.domain.errors import NotAllowedError, RateLimitedError, ServerTroubleError
from cm_desktop.domain.events import ItemSkipped
from cm_desktop.domain.policy import Ability
from tests.connectors.wordpress.reading import fetch, ids, seen


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


def test_a_waiting_time_is_passed_on(site, wordpress):
    wordpress.identify()
    site.refusals["GET", "/wp/v2/comments"] = {
        "status": 429, "headers": {"retry-after": "37"}, "body": "<h1>Slow down",
    }  # fmt: skip
    with pytest.raises(RateLimitedError) as error:
        fetch(wordpress)
    assert error.value.wait_seconds == 37


def test_a_right_taken_away_is_told(site, wordpress):
    wordpress.identify()
    site.role = "contributor"
    with pytest.raises(NotAllowedError, match="rest_forbidden_context"):
        fetch(wordpress)
    # And the next pass reads what we still may.
    assert {1, 2, 3} <= set(ids(fetch(wordpress)))
    assert wordpress.policy.abilities == {Ability.REPLY}
