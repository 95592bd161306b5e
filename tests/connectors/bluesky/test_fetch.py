"""What is read from Bluesky, in which order, and what is not lost on the way."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from cm_desktop.connectors import bluesky_back, bluesky_read
from cm_desktop.domain.errors import RateLimitedError
from cm_desktop.domain.events import GapFilled, GapFound, ItemSkipped, MessageGone, MessageSeen
from cm_desktop.domain.model import Direction, Kind
from tests.connectors.bluesky.fake_network import ANNA, BEN, BLOCK, HANDLES, LIKE, US, mention


def names(network, name):
    """Return how often a method was asked, and with what."""
    return [query for method, query, _body in network.asked if method.endswith(name)]


def say_often(network, count, **fields):
    text = f"@{HANDLES[US]} Hallo"
    return [network.say(ANNA, text, facets=[mention(text)], **fields) for _ in range(count)]


def test_answers_mentions_and_quotes_are_told_apart(network, bluesky, fetch):
    answer = network.say(ANNA, "Grüße!", to=network.post, langs=["de-DE", "x"])
    text = f"Hallo @{HANDLES[US]}"
    named = network.say(BEN, text, facets=[mention(text)])
    quoted = {"$type": "app.bsky.embed.record", "record": network.ref(network.post)}
    quote = network.say(BEN, "Das hier", embed=quoted)
    told, _since, _events = fetch(bluesky)
    assert set(told) == {answer, named, quote}
    assert told[answer].conversation.kind is Kind.COMMENTS
    assert told[answer].conversation.post.text == "Heute frisch: Brezeln"
    assert told[answer].conversation.post.url.startswith("https://bsky.app/profile/baeckerei.test/")
    assert told[answer].language == "de-DE"
    assert told[answer].direction is Direction.IN
    assert told[named].conversation.kind is Kind.MENTION
    assert told[named].conversation.remote_id == named
    assert told[named].author.handle == "@ben.example"


def test_an_answer_in_a_thread_of_others_belongs_to_that_thread(network, bluesky, fetch):
    root = network.say(BEN, "Wer backt?", notify=False)
    text = f"@{HANDLES[US]} zum Beispiel"
    named = network.say(ANNA, text, to=root, facets=[mention(text)])
    message = fetch(bluesky)[0][named]
    assert message.conversation.remote_id == root
    assert message.conversation.kind is Kind.MENTION
    assert message.parent_remote_id == root


def test_parts_of_a_long_post_of_ours_are_no_messages(network, bluesky, fetch):
    second = network.say(US, "2/3", to=network.post)
    network.say(US, "3/3", to=second)
    answer = network.say(ANNA, "Lang!", to=second)
    ours = network.say(US, "Ja.", to=answer)
    more = network.say(US, "Sehr.", to=ours)
    assert set(fetch(bluesky)[0]) == {answer, ours, more}


def test_an_answer_nobody_was_notified_of_is_found_in_the_thread(network, bluesky, fetch):
    _told, since, _events = fetch(bluesky)
    answer = network.say(ANNA, "zu früh", to=network.post, notify=False)
    below = network.say(BEN, "darunter", to=answer, notify=False)
    told, since, _events = fetch(bluesky, since)
    assert {answer, below} <= set(told)
    # And one deep down, which moves no count of the post: within a few passes.
    deep = network.say(ANNA, "ganz unten", to=below, notify=False)
    for _pass in range(3):
        told, since, _events = fetch(bluesky, since)
        if deep in told:
            return
    raise AssertionError("never found")


def test_what_was_read_elsewhere_is_no_news(network, bluesky, fetch):
    first = network.say(ANNA, "eins", to=network.post)
    network.read_until = network.notes[-1][2]
    second = network.say(ANNA, "zwei", to=network.post)
    told = fetch(bluesky)[0]
    assert (told[first].seen_by_us, told[second].seen_by_us) == (True, False)


def test_unknown_members_of_a_thread_are_left_out_in_silence(network, bluesky, fetch):
    answer = network.say(ANNA, "gut", to=network.post, notify=False)
    whole = network.node

    def with_strangers(uri, depth):
        node = whole(uri, depth)
        if uri == network.post:
            node["replies"] += [
                {"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://x", "notFound": True},
                {"$type": "app.bsky.feed.defs#blockedPost", "uri": "at://x", "blocked": True},
                {"$type": "com.example.new#thing", "post": 7},
                {"no": "type"},
            ]
        return node

    network.node = with_strangers
    told, _since, events = fetch(bluesky)
    assert answer in told
    assert not [one for one in events if isinstance(one, ItemSkipped)]


def test_all_pages_are_read_back_to_what_is_known(network, bluesky, fetch):
    _told, since, _events = fetch(bluesky)
    network.page = 7
    uris = say_often(network, 45)
    told, since, _events = fetch(bluesky, since)
    assert set(uris) <= set(told)
    network.asked.clear()
    fetch(bluesky, since)
    assert len(names(network, "listNotifications")) == 1


@pytest.mark.parametrize("count", [7, 8, 12, 13])
def test_ties_at_the_end_of_a_page_are_not_lost(network, bluesky, fetch, count):
    say_often(network, 1)
    _told, since, _events = fetch(bluesky)
    network.page = 7
    now = datetime.now(UTC)
    uris = say_often(network, 3, at=now)
    uris += say_often(network, 6, at=now + timedelta(milliseconds=5))
    uris += say_often(network, count - 6, at=now + timedelta(milliseconds=9))
    network.now = now
    for note in network.notes[1:]:
        note[2] = network.records[note[0]]["value"]["createdAt"]
    assert set(uris) <= set(fetch(bluesky, since)[0])


def test_one_that_comes_between_two_pages_makes_no_hole(network, bluesky, fetch):
    _told, since, _events = fetch(bluesky)
    network.page = 5
    uris = say_often(network, 12)
    asked, late = network.list_notifications, []

    def and_then_another(exchange, query, body):
        asked(exchange, query, body)
        if not late:
            late.extend(say_often(network, 1))

    network.list_notifications = and_then_another
    told, since, _events = fetch(bluesky, since)
    assert set(uris) <= set(told)
    assert late[0] in set(told) | set(fetch(bluesky, since)[0])


def test_a_post_from_the_future_hides_none_that_come_after_it(network, bluesky, fetch):
    say_often(network, 1)
    far = say_often(network, 1)[0]
    network.notes[-1][2] = "9999-12-31T23:59:59.999Z"
    told, since, _events = fetch(bluesky)
    assert far in told
    uris = say_often(network, 120)
    seen = set()
    for _pass in range(2):
        told, since, _events = fetch(bluesky, since)
        seen |= set(told)
    assert set(uris) <= seen


def test_a_post_that_was_dated_back_is_told_and_sorted_by_when_it_came(network, bluesky, fetch):
    _told, since, _events = fetch(bluesky)
    old = say_often(network, 1, at="2019-05-01T10:00:00Z")[0]
    message = fetch(bluesky, since)[0][old]
    assert message.created_at == network.now


def test_a_time_slightly_before_the_network_saw_it_is_the_writers(network, bluesky, fetch):
    at = network.now - timedelta(minutes=3)
    uri = network.say(ANNA, "unterwegs geschrieben", to=network.post, at=at)
    assert fetch(bluesky)[0][uri].created_at == at


def test_what_does_not_fit_into_a_pass_is_a_gap_that_is_filled(
    network, bluesky, fetch, monkeypatch
):
    monkeypatch.setattr(bluesky_read, "_PAGES", 2)
    network.page = 5
    network.now -= timedelta(hours=3)
    say_often(network, 1)
    _told, since, _events = fetch(bluesky)
    network.now += timedelta(hours=1)
    uris = say_often(network, 33)
    seen, events = set(), []
    for _pass in range(5):
        told, since, more = fetch(bluesky, since)
        seen |= set(told)
        events += more
    assert set(uris) <= seen
    [found] = [one for one in events if isinstance(one, GapFound)]
    [filled] = [one for one in events if isinstance(one, GapFilled)]
    assert found.begin == filled.begin < found.end
    assert not found.lost
    assert msgspec.json.decode(since)["gaps"] == []


def test_a_place_the_network_forgot_is_a_gap_for_good(network, bluesky, fetch, monkeypatch):
    monkeypatch.setattr(bluesky_read, "_PAGES", 1)
    network.page = 5
    network.now -= timedelta(hours=3)
    say_often(network, 1)
    _told, since, _events = fetch(bluesky)
    network.now += timedelta(hours=1)
    say_often(network, 33)
    _told, since, events = fetch(bluesky, since)
    assert [one.lost for one in events if isinstance(one, GapFound)] == [False]
    place = msgspec.json.decode(since)
    asked = network.list_notifications

    def without_the_place(exchange, query, body):
        if query.get("cursor") == [place["gaps"][0]["rest"]]:
            exchange.answer({"error": "InvalidRequest", "message": "Malformed cursor"}, status=400)
        else:
            asked(exchange, query, body)

    network.list_notifications = without_the_place
    _told, since, events = fetch(bluesky, since)
    assert [one.lost for one in events if isinstance(one, GapFound)] == [True]
    assert msgspec.json.decode(since)["gaps"] == []


def test_no_more_than_five_gaps_are_gone_back_for(network, bluesky, fetch):
    gap = {"begin": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z", "rest": "x"}
    gaps = [{**gap, "begin": f"2026-01-0{day}T00:00:00Z"} for day in range(1, 8)]
    since = msgspec.json.encode({"gaps": gaps}).decode()
    _told, since, events = fetch(bluesky, since)
    lost = [one for one in events if isinstance(one, GapFound)]
    assert [(one.begin.day, one.lost) for one in lost] == [(1, True), (2, True)]


def test_the_first_bite_is_one_page_of_notifications(network, bluesky, fetch):
    uris = say_often(network, 150)
    told, _since, events = fetch(bluesky)
    assert set(told) == set(uris[-100:])
    assert not [one for one in events if isinstance(one, GapFound)]


def test_a_first_pass_leaves_threads_for_the_next_ones(network, bluesky, fetch, monkeypatch):
    monkeypatch.setattr(bluesky_read, "_FIRST", 20)
    posts = [network.say(US, f"Post {number}") for number in range(6)]
    uris = [
        network.say(ANNA, f"zu {post}", to=post, notify=False) for post in posts for _ in range(9)
    ]
    told, since, _events = fetch(bluesky)
    assert len(told) < len(uris)
    told |= fetch(bluesky, since)[0]
    assert set(told) == set(uris)


def test_what_was_deleted_is_told_once(network, bluesky, fetch):
    uris = [network.say(ANNA, f"Nr. {one}", to=network.post) for one in range(3)]
    _told, since, _events = fetch(bluesky)
    network.remove(uris[1])
    _told, since, events = fetch(bluesky, since)
    assert [one for one in events if isinstance(one, MessageGone)] == [
        MessageGone(remote_id=uris[1])
    ]
    assert not [one for one in fetch(bluesky, since)[2] if isinstance(one, MessageGone)]


def test_deletions_of_long_ago_are_noticed_in_turns(network, bluesky, fetch):
    uris = say_often(network, 90)
    _told, since, _events = fetch(bluesky)
    network.remove(uris[3])
    gone = []
    for _pass in range(4):
        _told, since, events = fetch(bluesky, since)
        gone += [one.remote_id for one in events if isinstance(one, MessageGone)]
    assert gone == [uris[3]]


def test_what_a_block_hides_is_not_gone(network, bluesky, fetch):
    uri = network.say(ANNA, "Werbung", to=network.post)
    _told, since, _events = fetch(bluesky)
    network.put(f"at://{US}/{BLOCK}/3kblock", {"subject": ANNA})
    told, since, events = fetch(bluesky, since)
    assert uri not in told
    assert not [one for one in events if isinstance(one, MessageGone)]
    network.records.pop(f"at://{US}/{BLOCK}/3kblock")
    assert uri in fetch(bluesky, since)[0]


def test_a_like_given_in_the_app_is_seen(network, bluesky, fetch):
    uri = network.say(ANNA, "Toll", to=network.post)
    told, since, _events = fetch(bluesky)
    assert not told[uri].liked
    network.put(f"at://{US}/{LIKE}/3klike", {"subject": network.ref(uri)})
    assert fetch(bluesky, since)[0][uri].liked


def test_a_post_of_ours_that_is_gone_is_looked_after_no_more(network, bluesky, fetch):
    network.say(ANNA, "gut", to=network.post, notify=False)
    _told, since, _events = fetch(bluesky)
    assert network.post in msgspec.json.decode(since)["posts"]
    network.remove(network.post)
    for _pass in range(2):
        _told, since, _events = fetch(bluesky, since)
    assert msgspec.json.decode(since)["posts"] == {}


def test_own_posts_of_other_programs_are_found_over_several_pages(network, bluesky, fetch):
    _told, since, _events = fetch(bluesky)
    first = network.say(US, "Erster")
    network.say(ANNA, "dazu", to=first, notify=False)
    for number in range(70):
        network.say(US, f"Post {number}")
    told, _since, _events = fetch(bluesky, since)
    assert [one.text for one in told.values()] == ["dazu"]


def test_a_repost_is_no_post_of_ours(network, bluesky, fetch):
    other = network.say(ANNA, "fremd", notify=False)
    whole = network.get_author_feed

    def with_repost(exchange, query, body):
        answer = exchange.answer

        def more(said, **fields):
            said["feed"].insert(0, {"post": network.view(other), "reason": {"$type": "x"}})
            said["feed"].insert(0, {"post": {"uri": 7}})
            said["feed"].insert(0, "nothing")
            answer(said, **fields)

        exchange.answer = more
        whole(exchange, query, body)

    network.get_author_feed = with_repost
    told, since, events = fetch(bluesky)
    assert other not in told
    assert len([one for one in events if isinstance(one, ItemSkipped)]) == 2
    assert msgspec.json.decode(since)["own"] == network.post


def test_a_cursor_that_is_no_time_is_taken_as_it_is():
    assert bluesky_back._with_ties("3kabc::7") == "3kabc::7"
    assert bluesky_back._with_ties("9999-12-31T23:59:59.999Z") == "9999-12-31T23:59:59.999Z"
    assert bluesky_back._with_ties("2026-02-30T00:00:00Z") == "2026-02-30T00:00:00Z"
    assert bluesky_back._with_ties("2026-01-01T00:00:00.999Z") == "2026-01-01T00:00:01.000Z"


def test_a_cursor_of_nonsense_begins_anew(network, bluesky, fetch):
    uri = network.say(ANNA, "gut", to=network.post)
    for since in ("", "{", '{"mark": 7}', '{"known": [1]}', '{"mark": "morgen"}', "[]"):
        assert uri in fetch(bluesky, since)[0]


def test_a_wait_told_by_the_network_is_passed_on(network, bluesky, fetch):
    fetch(bluesky)
    at = int((datetime.now(UTC) + timedelta(seconds=90)).timestamp())

    def tired(exchange, _query, _body):
        headers = {"RateLimit_Limit": "3000", "RateLimit_Remaining": "0", "RateLimit_Reset": at}
        exchange.answer({"error": "RateLimitExceeded"}, status=429, **headers)

    network.list_notifications = tired
    with pytest.raises(RateLimitedError) as error:
        fetch(bluesky)
    assert 80 < error.value.wait_seconds <= 90
    assert bluesky.standing().allowance.left == 0


def test_pages_of_one_pass_run_from_old_to_new(network, bluesky, fetch):
    say_often(network, 5)
    network.say(ANNA, "dazu", to=network.post, notify=False)
    events = fetch(bluesky)[2]
    page = []
    for event in events:
        if isinstance(event, MessageSeen):
            page.append(event.created_at)
        else:
            assert page == sorted(page)
            page = []
