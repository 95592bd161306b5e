"""Whatever a site sends: an error of ours or clean events, and no good comment is lost."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cm_desktop.connectors import wordpress_shapes as shapes
from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.wordpress import CHANNEL
from cm_desktop.connectors.wordpress_read import COMMENTS, REVIEWS
from cm_desktop.domain.errors import CmError
from cm_desktop.domain.events import CursorMoved, ItemSkipped, MessageSeen
from tests import hostile
from tests.connectors.loopback import serve
from tests.connectors.mutations import changed, paths
from tests.connectors.wordpress.fake_site import PASSWORD, SITE, FakeSite, recorded

COMMENT = recorded("comments")["body"][0]
REVIEW = recorded("reviews_all")["body"][0]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(["approve", "2026-11-02T08:01:00", "<b>x", SITE, "0000-00-00T00:00:00"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def event_of(listing, item):
    [shape] = shapes.decoded([item], listing.shape)
    if isinstance(shape, ItemSkipped):
        return shape
    return listing.seen(shape, shapes.Threads())


@pytest.mark.parametrize(("listing", "item"), [(COMMENTS, COMMENT), (REVIEWS, REVIEW)])
@given(data=st.data())
def test_any_change_to_an_item_gives_an_event_or_skips_it(listing, item, data):
    path = data.draw(st.sampled_from(list(paths(item))))
    event = event_of(listing, changed(item, path, data.draw(st.just(...) | ANYTHING)))

    assert isinstance(event, MessageSeen | ItemSkipped)
    if isinstance(event, MessageSeen):
        assert event.author.remote_id
        assert event.created_at.tzinfo is not None
        assert event.rating in (None, 1, 2, 3, 4, 5)
        assert int(event.remote_id) > 0
        repr(event).encode()  # nothing that cannot be kept


@given(item=ANYTHING)
def test_an_item_that_is_anything_at_all_is_skipped(item):
    assert isinstance(event_of(COMMENTS, item), ItemSkipped)


@pytest.mark.parametrize("text", hostile.ALL.values(), ids=hostile.ALL.keys())
def test_hostile_texts_and_names_are_taken_in(text):
    comment = COMMENT | {
        "content": {"rendered": text, "raw": text},
        "author_name": text,
        "author_email": text,
        "author_url": text,
        "link": text,
        "_embedded": {"up": [{"id": 1, "title": {"rendered": text}, "link": text}]},
    }
    event = event_of(COMMENTS, comment)
    assert isinstance(event, MessageSeen)
    assert "\n" not in event.author.name
    assert len(event.author.name) <= 300
    repr(event).encode()
    for address in (event.permalink, event.author.url, event.conversation.post.url):
        assert address == "" or address.startswith(("http://", "https://"))


@pytest.fixture(scope="module")
def site():
    with serve() as loopback:
        yield FakeSite(loopback)


def known(site):
    """Return a connector that has signed in before."""
    about = {"user": "1", "moderator": "yes", "reviews": "yes", "staff": "1"}
    about["api_root"] = f"{site.url}/index.php?rest_route=/"
    config = AccountConfig(
        channel="wordpress",
        url=site.url,
        handle="admin",
        settings=about,
        secret={"password": PASSWORD},
    )
    return CHANNEL.make(config)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_page_of_which_a_part_is_broken_gives_the_other_part(site, data):
    page = recorded("comments")["body"]
    victim = data.draw(st.sampled_from(page))
    path = data.draw(st.sampled_from([*((key,) for key in victim), ("content", "raw")]))
    broken = changed(victim, path, data.draw(st.just(...) | ANYTHING))
    answer = {"status": 200, "headers": {"x-wp-total": "8"}}
    answer["body"] = [broken if one is victim else one for one in page]
    site.refusals = {("GET", "/wp/v2/comments"): answer}
    wordpress = known(site)
    told = {event.remote_id for event in wordpress.fetch(None) if isinstance(event, MessageSeen)}
    wordpress.close()
    assert told >= {str(one["id"]) for one in page if one is not victim}


def answer_to(body):
    return {"status": 200, "headers": {"x-wp-total": "7"}, "body": body}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.integers(0, 20_000), junk=st.text(max_size=30), status=st.sampled_from([200, 400, 500])
)
def test_a_cut_or_garbled_page_raises_only_what_is_foreseen(site, cut, junk, status):
    whole = json.dumps(recorded("comments")["body"])
    body = whole[:cut] + junk
    site.refusals = {
        ("GET", "/wp/v2/comments"): {**answer_to(body), "status": status},
        ("POST", "/wp/v2/comments"): {**answer_to(body), "status": status},
    }
    wordpress = known(site)
    try:
        events = list(wordpress.fetch(None))
    except CmError:
        events = []
    wordpress.close()
    assert all(isinstance(one, MessageSeen | ItemSkipped | CursorMoved) for one in events)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"[[[[[]]]]]",
        b"null",
        b'{"code": 7}',
        b'"text"',
        b"[1e999, NaN, null, true]",
        b'[{"id": ' + b"9" * 5000 + b"}]",
        b'<?xml version="1.0"?>',
        b"\xef\xbb\xbf[]",
    ],
)  # fmt: skip
def test_a_page_of_another_kind_raises_only_what_is_foreseen(site, body):
    site.refusals = {}
    site.loopback.answer("/index.php", body)
    wordpress = known(site)
    try:
        told = list(wordpress.fetch(None))
    except CmError:
        told = []
    finally:
        wordpress.close()
        site.loopback.routes["/index.php"] = site._serve
    assert not any(isinstance(one, MessageSeen) for one in told)


def test_half_a_letter_in_one_comment_costs_no_other(site):
    """PHP cuts emoji in two and writes the halves; no strict decoder takes the page then."""
    page = recorded("comments")["body"]
    page[0]["content"]["raw"] = "Danke \ud83d"
    site.refusals = {("GET", "/wp/v2/comments"): answer_to(page)}
    wordpress = known(site)
    told = [event for event in wordpress.fetch(None) if isinstance(event, MessageSeen)]
    wordpress.close()
    assert {"1", "2", "3"} <= {one.remote_id for one in told}
    assert next(one.text for one in told if one.remote_id == "1") == "Danke \ufffd"
