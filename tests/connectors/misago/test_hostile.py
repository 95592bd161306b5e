"""Whatever a forum sends: an error of ours or clean events, and no good post is lost."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cm_desktop.connectors import misago_shapes as shapes
from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.misago import CHANNEL
from cm_desktop.domain.errors import CmError
from cm_desktop.domain.events import (
    CursorMoved,
    GapFound,
    ItemSkipped,
    MessageGone,
    MessageSeen,
)
from cm_desktop.domain.model import Kind
from tests import hostile
from tests.connectors.loopback import serve
from tests.connectors.misago.fake_forum import NAME, PASSWORD, FakeForum, recorded
from tests.connectors.mutations import changed, paths

POSTS = recorded("posts")["body"]
POST = POSTS["post_set"]["results"][1]
PLACE = shapes.Place(
    thread=1, kind=Kind.TOPIC, title="x", url="", base="https://forum.example", me=1
)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(["2026-11-02T08:01:00", "<b>x", "0000-00-00", "//evil.example", "[::1"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
_KNOWN = {
    "user": "1", "csrf_cookie": "csrftoken", "longest": "60000", "shortest": "5", "chosen": "",
    "moderator": "yes", "held": "yes", "private": "yes",
}  # fmt: skip


@pytest.fixture(scope="module")
def forum():
    with serve() as loopback:
        played = FakeForum(loopback)
        thread, _first = played.thread("Frage")
        for number in range(3):
            played.post(thread, f"Antwort {number}")
        played.thread("Unter uns", private=True)
        yield played


def known(forum):
    return CHANNEL.make(
        AccountConfig(
            channel="misago", url=forum.url, handle=NAME, secret={"password": PASSWORD},
            settings=_KNOWN,
        )
    )  # fmt: skip


def fetched(forum):
    """Return what came of a pass, up to an error of ours if there was one."""
    connector, events = known(forum), []
    try:
        for event in connector.fetch(None):
            events.append(event)
            check(event)
    except CmError:
        pass
    finally:
        connector.close()
    return events


def check(event):
    """Assert that an event can be kept."""
    assert isinstance(event, CursorMoved | GapFound | ItemSkipped | MessageGone | MessageSeen)
    repr(event).encode()
    if isinstance(event, MessageSeen):
        assert event.remote_id
        assert event.author.remote_id
        assert event.created_at.tzinfo is not None
        assert "\0" not in event.text + event.author.name + event.conversation.title


@given(path=st.sampled_from([*paths(POST)]), new=st.just(...) | ANYTHING)
def test_a_post_with_anything_in_any_place_is_seen_or_skipped(path, new):
    [post] = shapes.decoded([changed(POST, path, new)], shapes.Post)
    event = post if isinstance(post, ItemSkipped) else shapes.post_seen(post, PLACE)
    if event is not None:
        check(event)


@pytest.mark.parametrize("text", hostile.ALL.values(), ids=hostile.ALL.keys())
def test_a_post_with_any_text_in_it_can_be_kept(text):
    post = {**POST, "content": text, "poster_name": text, "posted_on": POST["posted_on"]}
    post["poster"] = {**POST["poster"], "username": text, "url": text}
    post["attachments"] = [{"filename": text, "url": {"index": text}, "size": 1 << 70}]
    [made] = shapes.decoded([post], shapes.Post)
    event = shapes.post_seen(made, PLACE)
    assert isinstance(event, MessageSeen)
    check(event)
    assert event.author.url == "" or event.author.url.startswith("http")
    assert all(one.about.url.startswith("http") for one in event.attachments)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_page_of_which_one_post_is_broken_gives_the_others(forum, data):
    page = forum._page(1, 1)["body"]
    posts = page["post_set"]["results"]
    victim = data.draw(st.sampled_from(posts))
    path = data.draw(st.sampled_from([(key,) for key in victim if key != "id"]))
    broken = changed(victim, path, data.draw(st.just(...) | ANYTHING))
    page["post_set"]["results"] = [broken if one is victim else one for one in posts]
    forum.refusals = {("GET", "/api/threads/1/posts/"): {"status": 200, "body": page}}
    told = {one.remote_id for one in fetched(forum) if isinstance(one, MessageSeen)}
    assert told >= {str(one["id"]) for one in posts if one is not victim}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_stands_around_the_posts_only_foreseen_things_happen(forum, data):
    which = data.draw(st.sampled_from(["list", "posts", "me", "signed_in"]))
    path, body = {
        "list": ("/api/threads/", forum._list({}, private=False)["body"]),
        "posts": ("/api/threads/1/posts/", forum._page(1, 1)["body"]),
        "me": ("/api/auth/", recorded("me")["body"]),
        "signed_in": ("/api/auth/", recorded("signed_in")["body"]),
    }[which]
    place = data.draw(st.sampled_from([*paths(body)]))
    body = changed(body, place, data.draw(st.just(...) | ANYTHING))
    method = "POST" if which == "signed_in" else "GET"
    forum.refusals = {(method, path): {"status": 200, "body": body}}
    fetched(forum)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.integers(0, 20_000), junk=st.text(max_size=30), status=st.sampled_from([200, 400, 500])
)
def test_a_cut_or_garbled_page_raises_only_what_is_foreseen(forum, cut, junk, status):
    whole = json.dumps(forum._page(1, 1)["body"])
    body = whole[:cut] + junk.encode("utf-8", "replace").decode()
    forum.refusals = {("GET", "/api/threads/1/posts/"): {"status": status, "body": body}}
    fetched(forum)


@given(path=st.sampled_from(["SETTINGS", "CATEGORIES", "categoriesMap"]), new=ANYTHING)
def test_a_start_page_with_anything_in_it_is_a_forum_or_none(path, new):
    said = {"SETTINGS": {"forum_name": "x"}, "CATEGORIES": [], path: new}
    page = f"misago.init({json.dumps(said)});</script>".encode()
    board = shapes.board_of(page)
    assert board is None or board.categories is not None


def test_half_a_letter_in_one_post_costs_no_other(forum):
    page = forum._page(1, 1)["body"]
    page["post_set"]["results"][0]["content"] = "<p>Danke \ud83d</p>"
    forum.refusals = {("GET", "/api/threads/1/posts/"): {"status": 200, "body": page}}
    seen = {one.remote_id: one for one in fetched(forum) if isinstance(one, MessageSeen)}
    assert len(seen) >= 4
    assert seen["1"].text == "Danke \ufffd"
