"""Long lists of comments are read page by page, and no page loses a comment."""

import json
from datetime import timedelta

import pytest

from cm_desktop.domain.events import CursorMoved
from tests.connectors.wordpress.reading import NOV, cursor, fetch, ids


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
