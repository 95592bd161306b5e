"""Whatever the network sends: an error of ours or clean events, and no good message is lost."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.connectors import bluesky_shapes as shapes
from cm_desktop.connectors.bluesky import CHANNEL
from cm_desktop.connectors.http_json import items
from cm_desktop.domain.errors import CmError
from cm_desktop.domain.events import CursorMoved, ItemSkipped, MessageGone, MessageSeen
from tests import hostile
from tests.connectors.bluesky.case import Case
from tests.connectors.bluesky.fake_network import ANNA, US
from tests.connectors.mutations import changed, paths

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from([US, f"at://{US}/app.bsky.feed.post/3k", "2026-11-02T08:01:00Z", "at://"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
FACET = {
    "index": {"byteStart": 0, "byteEnd": 5},
    "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example"}],
}
AUTHOR = {"did": ANNA, "handle": "anna.test", "displayName": "Anna", "viewer": {"blockedBy": True}}
ROOT = {"uri": f"at://{US}/app.bsky.feed.post/3kroot", "cid": "bafyroot"}
QUOTE = {"value": {"text": "zitiert", "facets": [FACET]}, "author": AUTHOR}
IMAGES = {"$type": "app.bsky.embed.images#view", "images": [{"fullsize": "https://a.example/b"}]}
POST = {
    "uri": f"at://{ANNA}/app.bsky.feed.post/3kabc",
    "cid": "bafyabc",
    "author": AUTHOR,
    "record": {
        "text": "Hallo Welt", "createdAt": "2026-11-02T08:01:00.000Z", "langs": ["de"],
        "reply": {"root": ROOT, "parent": ROOT}, "facets": [FACET],
    },
    "indexedAt": "2026-11-02T08:01:01.000Z",
    "embed": {"$type": "app.bsky.embed.recordWithMedia#view", "media": IMAGES,
              "record": {"record": QUOTE}},
    "viewer": {"like": f"at://{US}/app.bsky.feed.like/3klike"},
    "replyCount": 3,
}  # fmt: skip


def event_of(post, root=None):
    [shape] = items([msgspec.Raw(json.dumps(post).encode())], shapes.Post)
    return shape if isinstance(shape, ItemSkipped) else shapes.message_of(shape, root, US)


def check(event):
    assert event is None or isinstance(event, MessageSeen | ItemSkipped)
    if isinstance(event, MessageSeen):
        assert event.author.remote_id
        assert event.author.name
        assert event.conversation.remote_id
        assert event.created_at.tzinfo is not None
        repr(event).encode()  # nothing that cannot be kept
        addresses = (event.permalink, event.author.url, event.author.avatar_url)
        for address in (*addresses, *(one.about.url for one in event.attachments)):
            assert address == "" or address.startswith(("http://", "https://"))


def test_the_post_that_is_spoiled_below_is_read_as_it_is():
    message = event_of(POST)
    assert message.text == "Hallo (https://a.example) Welt"
    assert message.quoted == "Anna:\nzitie (https://a.example)rt"
    assert [one.about.url for one in message.attachments] == ["https://a.example/b"]
    assert message.liked
    assert message.conversation.remote_id == ROOT["uri"]


@given(data=st.data())
def test_any_change_to_a_post_gives_a_message_or_skips_it(data):
    path = data.draw(st.sampled_from(list(paths(POST))))
    check(event_of(changed(POST, path, data.draw(st.just(...) | ANYTHING))))


@given(item=ANYTHING)
def test_a_post_that_is_anything_at_all_is_skipped(item):
    assert isinstance(event_of(item), ItemSkipped)


WHOLE = {name: text for name, text in hostile.ALL.items() if "surrogate" not in name}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE.keys())
def test_hostile_texts_and_names_are_taken_in(text):
    author = AUTHOR | {"displayName": text, "handle": text, "avatar": text}
    record = POST["record"] | {"text": text, "langs": [text]}
    external = {"$type": "app.bsky.embed.external#view",
                "external": {"uri": text, "title": text}}  # fmt: skip
    for embed in (external, {"$type": text}, {"images": [{"fullsize": text, "alt": text}]},
                  {"playlist": text, "thumbnail": text, "alt": text},
                  {"record": {"value": {"text": text}, "author": author}}):  # fmt: skip
        event = event_of(POST | {"author": author, "record": record, "embed": embed})
        check(event)
        assert "\n" not in event.author.name
        assert len(event.author.name) <= 300
        assert event.author.handle == ""


def test_a_post_that_pretends_to_be_of_somebody_else_is_none():
    """The address of a record says whose it is; nobody else may speak for them."""
    assert event_of(POST | {"uri": f"at://{US}/app.bsky.feed.post/3kabc"}) is None
    assert event_of(POST | {"uri": "https://a.example"}) is None


def test_an_answer_to_no_address_is_a_conversation_of_its_own():
    nowhere = {"uri": "https://a.example", "cid": "x"}
    record = POST["record"] | {"reply": {"root": nowhere, "parent": nowhere}}
    message = event_of(POST | {"record": record})
    assert message.conversation.remote_id == POST["uri"]
    assert message.parent_remote_id is None


def test_a_card_and_a_film_are_shown():
    external = {"$type": "app.bsky.embed.external#view",
                "external": {"uri": "https://a.example/x", "title": "Ein Titel"}}  # fmt: skip
    assert event_of(POST | {"embed": external}).text.endswith(
        "\n\nEin Titel\n\nhttps://a.example/x"
    )
    film = {"$type": "app.bsky.embed.video#view", "playlist": "https://a.example/p",
            "thumbnail": "https://a.example/t.jpg", "alt": "Ofen"}  # fmt: skip
    [attachment] = event_of(POST | {"embed": film}).attachments
    assert (attachment.about.name, attachment.about.url) == ("Ofen", "https://a.example/t.jpg")
    unnamed = {"$type": "app.bsky.embed.record#view", "record": {"value": {"text": "x"}}}
    assert event_of(POST | {"embed": unnamed}).quoted == "x"


def test_a_thread_that_never_ends_is_left():
    node = {"$type": "app.bsky.feed.defs#threadViewPost", "post": POST}
    for _level in range(200):
        node = {"$type": "app.bsky.feed.defs#threadViewPost", "post": POST, "replies": [node, 7]}
    thread = shapes.Thread(thread=msgspec.Raw(json.dumps(node).encode()))
    found = list(shapes.posts_in(thread))
    assert len(found) < 100


@pytest.fixture(scope="module")
def played():
    with Case() as case:
        case.network.say(ANNA, "schon da", to=case.network.post)
        yield case


@given(data=st.data())
def test_a_page_of_which_a_part_is_broken_gives_the_other_part(played, data):
    network = played.network
    good = network.say(ANNA, "gut", to=network.post)
    bad = network.say(ANNA, "kaputt", to=network.post)
    view = network.view(bad)
    path = data.draw(st.sampled_from([one for one in paths(view) if one[0] != "uri"]))
    network.broken[bad] = changed(view, path, data.draw(st.just(...) | ANYTHING))
    connector = played.connect()
    try:
        events = list(connector.fetch(None))
    finally:
        connector.close()
        network.broken.clear()
        network.remove(good)
        network.remove(bad)
    assert good in {one.remote_id for one in events if isinstance(one, MessageSeen)}


def test_half_a_letter_in_one_post_costs_no_other(played):
    network = played.network
    good = network.say(ANNA, "gut", to=network.post)
    half = network.say(ANNA, "Danke \ud83d", to=network.post)
    connector = played.connect()
    try:
        told = {one.remote_id: one for one in connector.fetch(None) if isinstance(one, MessageSeen)}
    finally:
        connector.close()
        network.remove(good)
        network.remove(half)
    assert told[good].text == "gut"
    assert told[half].text == "Danke \ufffd"


@given(
    cut=st.integers(0, 3_000), junk=st.text(max_size=30), status=st.sampled_from([200, 400, 500])
)
def test_a_cut_or_garbled_page_raises_only_what_is_foreseen(played, cut, junk, status):
    whole = json.dumps({"posts": [POST] * 3}).encode()
    body = whole[:cut] + junk.encode()
    played.server.routes["/xrpc/app.bsky.feed.getPosts"] = lambda exchange: exchange.answer(
        body, status=status
    )
    connector = played.connect()
    events = []
    try:
        events.extend(connector.fetch(None))
    except CmError:
        pass
    finally:
        connector.close()
        played.server.routes.clear()
    kinds = MessageSeen | MessageGone | ItemSkipped | CursorMoved
    assert all(isinstance(one, kinds) for one in events)


def test_the_registry_line_is_this_one():
    assert CHANNEL.channel == "bluesky"


def test_a_post_of_the_first_day_there_ever_was_costs_nothing(played):
    network = played.network
    old = network.say(ANNA, "uralt", to=network.post)
    network.records[old]["seen"] = "0001-01-01T00:00:00Z"
    connector = played.connect()
    try:
        told = {one.remote_id: one for one in connector.fetch(None) if isinstance(one, MessageSeen)}
    finally:
        connector.close()
        network.remove(old)
    assert told[old].text == "uralt"
