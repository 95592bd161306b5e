"""Reading and answering with Bluesky's own programs on this computer: PDS and AppView."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop.domain.events import CursorMoved, GapFilled, GapFound, MessageSeen
from cm_desktop.domain.model import Direction, Kind
from tests.servers.bluesky_account import arrived, connections, fetch, reply
from tests.servers.cutting_proxy import Cut, cutting_proxy, lose_answer

pytestmark = pytest.mark.real


@pytest.fixture
def network(running_bluesky):
    return running_bluesky


@pytest.fixture
def firm(network):
    """The account of ours."""
    return network.person("krume")


@pytest.fixture
def anna(network):
    return network.person("anna")


@pytest.fixture
def connect(network, firm):
    with connections(network, firm) as connect:
        yield connect


def test_answers_mentions_and_quotes_arrive(network, connect, firm, anna):
    connector = connect(handle=f"@{firm.handle.upper()}")
    identity = connector.identify()
    assert (identity.remote_id, identity.title) == (firm.did, "Krume")
    assert identity.handle == f"@{firm.handle}"
    _told, since = fetch(connector)

    post = network.post(firm, "Heute: Brötchen 🥐 und Brezeln")
    answer = network.post(anna, "Grüße! Habt ihr <b>sonntags</b> offen?\n\n🥨", to=post)
    mention = network.mention(anna, f"Süß 🥐 @{firm.handle}!", firm)
    quote = network.quote(anna, "Das hier", post)
    for uri in (answer, mention, quote):
        arrived(network, connector, uri, since)
    told, since = fetch(connector, since)
    assert told[answer].text == "Grüße! Habt ihr <b>sonntags</b> offen?\n\n🥨"
    assert told[answer].direction is Direction.IN
    assert told[answer].conversation.kind is Kind.COMMENTS
    assert told[answer].conversation.remote_id == post
    assert told[answer].conversation.post.text == "Heute: Brötchen 🥐 und Brezeln"
    assert told[answer].parent_remote_id == post
    assert (told[answer].author.name, told[answer].author.handle) == ("Anna", f"@{anna.handle}")
    assert told[answer].author.remote_id == anna.did
    assert told[mention].conversation.kind is Kind.MENTION
    assert told[mention].text == f"Süß 🥐 @{firm.handle}!"
    assert told[quote].text == "Das hier"
    assert told[quote].quoted == "Krume:\nHeute: Brötchen 🥐 und Brezeln"
    assert post not in told
    assert network.post(anna, "ohne uns") not in fetch(connector, since)[0]


def test_a_reply_is_in_the_thread_once_with_its_links_mentions_and_tags(
    network, connect, firm, anna
):
    post = network.post(firm, "Frisch")
    first = network.post(anna, "Wann?", to=post, langs=["de"])
    second = network.post(anna, "Und wo?", to=first)
    connector = connect()
    question = arrived(network, connector, second)
    text = (
        f"Grüße 🥐👨‍👩‍👧, @{anna.handle}: siehe https://krume.example/öffnung?a=1&b=ü. #Brötchen"
        " @gibtesnicht.test"
    )
    asked = reply(question, text)
    sent = connector.send(asked)

    [record] = [one for one in network.records(firm) if "reply" in one["value"]]
    said = record["value"]
    assert (record["uri"], said["text"]) == (sent.remote_id, text)
    assert said["reply"]["root"]["uri"] == post
    assert said["reply"]["parent"] == network.ref(second)
    marked = {}
    for facet in said["facets"]:
        place = facet["index"]
        shown = text.encode()[place["byteStart"] : place["byteEnd"]].decode()
        [marked[shown]] = facet["features"]
    assert marked == {
        f"@{anna.handle}": {"$type": "app.bsky.richtext.facet#mention", "did": anna.did},
        "https://krume.example/öffnung?a=1&b=ü": {
            "$type": "app.bsky.richtext.facet#link",
            "uri": "https://krume.example/öffnung?a=1&b=ü",
        },
        "#Brötchen": {"$type": "app.bsky.richtext.facet#tag", "tag": "Brötchen"},
    }
    echo = arrived(network, connector, sent.remote_id)
    assert (echo.direction, echo.text) == (Direction.OUT, text)
    assert echo.conversation.remote_id == post
    assert echo.parent_remote_id == second
    # Anna is told, once, although she is answered and named.
    told = network.until(
        lambda: network.ask("app.bsky.notification.listNotifications", anna)["notifications"]
    )
    assert [one["uri"] for one in told] == [sent.remote_id]
    assert connector.find_sent(asked).remote_id == sent.remote_id
    assert connector.send(asked).remote_id == sent.remote_id
    assert len([one for one in network.records(firm) if "reply" in one["value"]]) == 1


@pytest.mark.parametrize("cut", [cut for cut in Cut if cut is not Cut.NEVER])
def test_an_answer_that_got_lost_is_there_exactly_once_in_the_end(
    network, connect, firm, anna, cut
):
    answer = network.post(anna, "Habt ihr offen?", to=network.post(firm, "Frisch"))
    question = arrived(network, connect(), answer)
    with cutting_proxy(network.ports["PDS_PORT"]) as proxy:
        connector = connect(secret={**connect.kept, "server": proxy.url})
        asked = reply(question, first_attempt_at=datetime.now(UTC))
        applied = lose_answer(proxy, cut, lambda: connector.send(asked))

        def replies():
            return [one for one in network.records(firm) if "reply" in one["value"]]

        assert len(replies()) == applied
        proxy.cut = Cut.NEVER
        found = connector.find_sent(asked)
        assert (found is not None) is applied
        # As the outbox does: to this channel it simply sends again.
        sent = connector.send(asked)
        assert connector.send(asked).remote_id == sent.remote_id
        assert found is None or found.remote_id == sent.remote_id
        assert len(replies()) == 1


def test_an_answer_that_was_never_notified_is_found_in_the_thread(network, connect, firm, anna):
    """Six levels down nobody is told any more."""
    above = post = network.post(firm, "Frisch")
    for number in range(8):
        above = network.post(anna, f"Stufe {number}", to=above)
    told = network.ask("app.bsky.notification.listNotifications", firm)["notifications"]
    assert above not in {one["uri"] for one in told}
    message = arrived(network, connect(), above)
    assert message.text == "Stufe 7"
    assert message.conversation.remote_id == post


def test_an_answer_that_came_before_its_post_is_found(network, connect, firm, anna):
    connector = connect()
    _told, since = fetch(connector)
    answers = []
    for number in range(12):
        post = network.post(firm, f"Post {number}", visible=False)
        answers.append(network.post(anna, f"Antwort {number}", to=post, visible=False))
    network.until(lambda: network.seen(answers[-1], firm))
    found = set()

    def all_there():
        nonlocal since
        told, since = fetch(connector, since)
        found.update(told)
        return set(answers) <= found

    assert network.until(all_there)


def test_many_at_the_same_millisecond_are_all_read(network, connect, firm, anna):
    connector = connect()
    begin = network.now()[:-5]
    # Nine at a time, so that the end of a page falls among them.
    times = [f"{begin}.{number // 9:03}Z" for number in range(130)]
    uris = network.mention_often(anna, firm, times)
    network.until(
        lambda: network.ask("app.bsky.notification.getUnreadCount", firm)["count"] >= len(uris)
    )
    told, since = fetch(connector)
    assert set(told) < set(uris), "a first pass reads one page"
    early = network.mention(anna, f"@{firm.handle} danach", firm)
    # From a cursor that knows nothing of them, all have to come.
    told = fetch(connector, '{"mark":"2020-01-01T00:00:00+00:00"}')[0]
    assert set(uris) | {early} <= set(told)
    assert early in fetch(connector, since)[0]


def test_what_does_not_fit_into_one_pass_is_a_gap_that_is_filled(
    network, connect, firm, anna, monkeypatch
):
    monkeypatch.setattr("cm_desktop.connectors.bluesky_read._PAGES", 1)
    monkeypatch.setattr("cm_desktop.connectors.bluesky_back._PAGE", 5)
    connector = connect()
    first = network.mention(anna, f"@{firm.handle} eins", firm)
    arrived(network, connector, first)
    _told, since = fetch(connector)
    uris = network.mention_often(anna, firm, [network.now() for _number in range(17)])
    network.until(lambda: network.ask("app.bsky.notification.getUnreadCount", firm)["count"] >= 18)
    seen, gaps, filled = set(), [], []
    # Else the overlap of ten minutes would reach further back than this test.
    monkeypatch.setattr("cm_desktop.connectors.bluesky_read._OVERLAP", timedelta(milliseconds=-1))
    for _pass in range(6):
        events = list(connector.fetch(since))
        since = [one.cursor for one in events if isinstance(one, CursorMoved)][-1]
        seen |= {one.remote_id for one in events if isinstance(one, MessageSeen)}
        gaps += [one for one in events if isinstance(one, GapFound)]
        filled += [one for one in events if isinstance(one, GapFilled)]
    assert set(uris) <= seen
    assert [one.begin for one in gaps] == [one.begin for one in filled]
    assert len(gaps) == 1
    assert not gaps[0].lost


def test_a_pass_without_news_asks_little(network, connect, firm, anna):
    for number in range(3):
        network.mention(anna, f"@{firm.handle} {number}", firm)
    connector = connect()
    _told, since = fetch(connector)
    begin = time.monotonic()
    _told, again = fetch(connector, since)
    assert time.monotonic() - begin < 10
    assert len(again) < 5_000
