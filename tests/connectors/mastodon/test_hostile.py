"""Whatever a server sends: an error of ours or clean events, and no good item is lost."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.mastodon import CHANNEL
from cm_desktop.domain.errors import CmError
from cm_desktop.domain.events import CursorMoved, ItemSkipped, MessageGone, MessageSeen
from tests import hostile
from tests.connectors.loopback import serve
from tests.connectors.mastodon.fake_server import ANNA, BEN, TOKEN, FakeServer
from tests.connectors.mutations import changed, paths

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(["direct", "public", "1", "100001", "<b>x", "0000-00-00T00:00:00", ".."]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
FEW = settings(  # each example is two passes over a real connection
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
KINDS = CursorMoved | ItemSkipped | MessageGone | MessageSeen
NOTIFICATIONS, OWN = "/api/v1/notifications", "/api/v1/accounts/1/statuses"
SETTINGS = {
    "user": "1", "name": "baeckerei", "host": "a.example", "text_limit": "500",
    "link_length": "23", "software": "snac",
}  # fmt: skip


@pytest.fixture(scope="module")
def server():
    with serve() as loopback:
        played = FakeServer(loopback)
        first = played.say(ANNA, "@baeckerei Lecker", reply_to=played.post)
        played.say(BEN, "@baeckerei @anna Ja", reply_to=first)
        played.say(ANNA, "@baeckerei Geheim", visibility="direct")
        yield played


def events(server):
    config = AccountConfig(
        channel="mastodon",
        url=server.loopback.url,
        secret={"token": TOKEN},
        settings=SETTINGS,
    )
    mastodon = CHANNEL.make(config)
    try:
        told = list(mastodon.fetch(None))
        told += mastodon.fetch(next(one.cursor for one in told if isinstance(one, CursorMoved)))
    finally:
        mastodon.close()
    return told


def page(server):
    return [
        {"id": number, "type": kind, "status": server.statuses[status]}
        for number, status, kind in reversed(server.notifications)
    ]


def check(told):
    for one in told:
        assert isinstance(one, KINDS)
        if isinstance(one, MessageSeen):
            assert one.remote_id
            assert one.conversation.remote_id
            assert one.author.remote_id
            assert one.created_at.tzinfo is not None
            assert "\0" not in one.text
            assert "\n" not in one.author.name
            for address in (one.permalink, one.author.url, one.author.avatar_url):
                assert address == "" or address.startswith(("http://", "https://"))
        repr(one).encode()  # nothing that cannot be kept


@FEW
@given(data=st.data())
def test_any_change_to_an_item_costs_only_that_item(server, data):
    whole = page(server)
    place = data.draw(st.integers(0, len(whole) - 1))
    path = data.draw(st.sampled_from(list(paths(whole[place]))))
    new = data.draw(st.just(...) | ANYTHING)
    broken = [*whole]
    broken[place] = changed(whole[place], path, new)
    server.loopback.answer(NOTIFICATIONS, broken)
    server.loopback.answer(OWN, [])
    server.loopback.answer("/api/v1/conversations", [])
    try:
        told = events(server)
    finally:
        server.loopback.routes.clear()
    check(told)
    ids = {one.remote_id for one in told if isinstance(one, MessageSeen)}
    others = {one["status"]["id"] for one in whole if one is not whole[place]}
    assert others <= ids


@pytest.mark.parametrize("path", [NOTIFICATIONS, OWN, "/api/v1/conversations"])
@FEW
@given(item=ANYTHING, data=st.data())
def test_anything_at_all_gives_an_error_of_ours_or_clean_events(server, path, item, data):
    server.loopback.answer(path, data.draw(st.sampled_from([item, [item], [item, item]])))
    try:
        check(events(server))
    except CmError:
        pass
    finally:
        server.loopback.routes.clear()


@FEW
@given(
    cut=st.integers(0, 6_000), junk=st.text(max_size=30), status=st.sampled_from([200, 400, 500])
)
def test_a_cut_or_garbled_page_raises_only_what_is_foreseen(server, cut, junk, status):
    body = (json.dumps(page(server))[:cut] + junk).encode("utf-8", "surrogatepass")
    server.loopback.answer(NOTIFICATIONS, body, status=status)
    try:
        check(events(server))
    except CmError:
        pass
    finally:
        server.loopback.routes.clear()


@pytest.mark.parametrize("text", hostile.ALL.values(), ids=hostile.ALL.keys())
def test_hostile_texts_and_names_are_taken_in(server, text):
    number = max(server.statuses)
    status = copy.deepcopy(server.statuses[number])
    status |= {"content": text, "spoiler_text": text, "url": text, "language": text}
    status["account"] |= {"acct": text, "display_name": text, "url": text, "avatar": text}
    status["mentions"] = [{"id": text, "acct": text}]
    status["poll"] = {"options": [{"title": text, "votes_count": 1}]}
    status["media_attachments"] = [{"id": text, "type": text, "url": text, "description": text}]
    server.loopback.answer(NOTIFICATIONS, [{"id": "9", "type": "mention", "status": status}])
    try:
        told = events(server)  # as snac, for which texts are looked through for names too
    finally:
        server.loopback.routes.clear()
    check(told)
    assert number in {one.remote_id for one in told if isinstance(one, MessageSeen)}


def test_what_answers_nothing_does_not_hang_on_a_status_without_a_number(server):
    post = server.statuses[server.post] | {"id": "\0"}
    number = server.say(ANNA, "@baeckerei Neu hier")
    mention = {"id": "9", "type": "mention", "status": server.statuses[number]}
    server.loopback.answer(OWN, [post])
    server.loopback.answer(NOTIFICATIONS, [{"id": "8", "type": "mention", "status": post}, mention])
    try:
        told = events(server)
    finally:
        server.loopback.routes.clear()
    check(told)
    places = {one.conversation.remote_id for one in told if isinstance(one, MessageSeen)}
    assert number in places
