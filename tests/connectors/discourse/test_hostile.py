"""Whatever a forum sends: an error of ours or clean events, and no good post is lost."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cm_desktop.connectors import discourse_events as events
from cm_desktop.connectors import discourse_shapes as shapes
from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.discourse import CHANNEL
from cm_desktop.domain.errors import CmError
from cm_desktop.domain.events import CursorMoved, GapFound, ItemSkipped, MessageGone, MessageSeen
from cm_desktop.domain.model import Kind
from tests import hostile
from tests.connectors.loopback import serve
from tests.connectors.mutations import changed, paths
from tests.simulators.discourse import KEY, Simulator
from tests.simulators.discourse_replies import shown

ME = events.Me(id=5, name="krume", base="https://forum.example.com")
PLACE = events.Place(kind=Kind.TOPIC, title="Brot")
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(["2026-11-02T08:01:00Z", "<b>x", "0000-00-00T00:00:00", "9" * 400, "{size}"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def forum():
    with serve() as loopback:
        played = Simulator(loopback)
        first = played.start(played.anna, "Brot", "Habt ihr, @krume? 🥨")
        for number in range(4):
            played.post(played.bernd, first["topic_id"], f"Frage {number}", answers=1)
        played.write_to(played.anna, ["krume"], "Bestellung", "Zwei Brote")
        played.start(played.anna, "Versteckt", "Und du, @krume?", visible=False)
        played.hold(played.bernd, "Billige Uhren", title="Uhren!")
        yield played


def known(forum):
    """Return a connector that has signed in before."""
    about = {"user": "5", "name": "krume", "staff": "yes", "reviewer": "yes", "inboxes": "",
             "chosen": ""}  # fmt: skip
    config = AccountConfig(
        channel="discourse", url=forum.url, handle="krume", settings=about, secret={"token": KEY}
    )
    return CHANNEL.make(config)


def post_json(forum):
    return shown(forum, forum.me, forum.posts[2], listed=True)


def event_of(item):
    [post] = shapes.decoded([item], shapes.Post)
    if isinstance(post, ItemSkipped):
        return post
    events.state_of(post)
    events.addresses(post, ME)
    return events.post_seen(post, PLACE, ME, None)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_to_a_post_gives_an_event_or_skips_it(forum, data):
    item = post_json(forum)
    path = data.draw(st.sampled_from(list(paths(item))))
    event = event_of(changed(item, path, data.draw(st.just(...) | ANYTHING)))
    assert isinstance(event, MessageSeen | MessageGone | ItemSkipped | None)
    if isinstance(event, MessageSeen):
        assert event.author.remote_id
        assert event.created_at.tzinfo is not None
        assert int(event.remote_id) > 0
        repr(event).encode()  # nothing that cannot be kept


@given(item=ANYTHING)
def test_a_post_that_is_anything_at_all_is_skipped(item):
    assert isinstance(event_of(item), ItemSkipped)


@given(item=ANYTHING, users=ANYTHING, topics=ANYTHING)
def test_anything_at_all_may_wait_for_approval(item, users, topics):
    queue = shapes.ReviewQueue(reviewables=[], users=users, topics=topics)
    told = {"id": 1, "created_at": "2026-11-02T08:01:00Z", "payload": {"raw": "x"}, "topic_id": 7}
    for value in (item, {**told, "target_created_by_id": item}, {**told, "payload": item}):
        for one in shapes.decoded([value], shapes.Reviewable):
            if not isinstance(one, ItemSkipped):
                assert events.held_seen(one, queue, ME)


@pytest.mark.parametrize("text", hostile.ALL.values(), ids=hostile.ALL.keys())
def test_hostile_texts_and_names_are_taken_in(forum, text):
    names = ("cooked", "raw", "username", "name", "display_username", "avatar_template")
    event = event_of(post_json(forum) | dict.fromkeys(names, text) | {"topic_title": text})
    assert isinstance(event, MessageSeen)
    assert "\n" not in event.author.name
    assert len(event.author.name) <= 300
    repr(event).encode()
    for address in (event.permalink, event.author.url, event.author.avatar_url):
        assert address == "" or address.startswith(("http://", "https://"))
    for file in event.attachments:
        assert file.about.url.startswith(("http://", "https://"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_page_of_which_a_part_is_broken_gives_the_other_part(forum, data):
    page = [shown(forum, forum.me, forum.posts[number], listed=True) for number in (5, 4, 3, 2, 1)]
    victim = data.draw(st.sampled_from(page))
    broken = changed(
        victim, data.draw(st.sampled_from(list(paths(victim)))), data.draw(st.just(...) | ANYTHING)
    )
    body = {"latest_posts": [broken if one is victim else one for one in page]}
    forum.loopback.answer("/posts.json", body)
    discourse = known(forum)
    told = {event.remote_id for event in discourse.fetch(None) if isinstance(event, MessageSeen)}
    discourse.close()
    del forum.loopback.routes["/posts.json"]
    assert told >= {str(one["id"]) for one in page if one is not victim}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.integers(0, 9_000), junk=st.text(max_size=30), status=st.sampled_from([200, 400, 500]),
    path=st.sampled_from(["/posts.json", "/t/2.json", "/review.json", "/notifications.json"]),
)  # fmt: skip
def test_a_cut_or_garbled_page_raises_only_what_is_foreseen(forum, cut, junk, status, path):
    whole = json.dumps({"latest_posts": [post_json(forum)] * 3})
    body = (whole[:cut] + junk).encode("utf-8", "surrogatepass")
    forum.loopback.answer(path, body, status=status)
    discourse = known(forum)
    try:
        told = list(discourse.fetch(None))
    except CmError:
        told = []
    discourse.close()
    del forum.loopback.routes[path]
    kinds = MessageSeen | MessageGone | ItemSkipped | CursorMoved | GapFound
    assert all(isinstance(one, kinds) for one in told)
