"""The connector against Bluesky's own programs on this computer: PDS, AppView and moderation."""

import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from cm_desktop.connectors.base import AccountConfig, Action, Reply, Target
from cm_desktop.connectors.bluesky import CHANNEL
from cm_desktop.domain.errors import (
    AddressError,
    GoneError,
    NotAllowedError,
    OfflineError,
    RejectedError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
)
from cm_desktop.domain.events import CursorMoved, GapFilled, GapFound, MessageGone, MessageSeen
from cm_desktop.domain.model import Direction, Kind, OutboxKind
from tests.servers.bluesky import PASSWORD
from tests.servers.cutting_proxy import Cut, cutting_proxy

pytestmark = pytest.mark.real
LIKE, BLOCK = "app.bsky.feed.like", "app.bsky.graph.block"


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
    """Make a connector to our account, with what earlier ones kept unless told otherwise."""
    made, kept = [], {"password": PASSWORD}

    def connect(**fields):
        given = {"url": network.url, "handle": firm.handle, "secret": dict(kept)}
        config = AccountConfig(channel="bluesky", keep_secret=kept.update, **given | fields)
        made.append(CHANNEL.make(config))
        return made[-1]

    connect.kept = kept
    yield connect
    for connector in made:
        connector.close()


def fetch(connector, since=None):
    events = list(connector.fetch(since))
    moved = [event.cursor for event in events if isinstance(event, CursorMoved)]
    told = {event.remote_id: event for event in events if isinstance(event, MessageSeen)}
    return told, moved[-1]


def arrived(network, connector, uri, since=None):
    """Fetch until a message is there, as the worker does every minute."""
    return network.until(lambda: fetch(connector, since)[0].get(uri))


def target(message):
    return Target(
        remote_id=message.remote_id,
        conversation_remote_id=message.conversation.remote_id,
        author_remote_id=message.author.remote_id,
        author_handle=message.author.handle,
        context=message.context,
    )


def reply(message, text="Gern geschehen", **fields):
    return Reply(**{"client_key": str(uuid4()), "text": text, "target": target(message), **fields})


def act(connector, kind, message, text=""):
    connector.act(Action(kind=kind, target=target(message), text=text))


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
        proxy.cut = cut
        with pytest.raises((SlowError, ServerTroubleError, OfflineError)) as error:
            connector.send(asked)
        assert proxy.cuts == 1, "nothing is sent twice behind our back"
        applied = cut in (Cut.APPLIED, Cut.HALF_ANSWER)
        if applied:
            assert not isinstance(error.value, OfflineError), "that would promise nothing happened"

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
    begin = network.now()
    uris = []
    for number in range(130):
        same = number // 9  # the end of a page falls among them
        at = f"{begin[:-5]}.{same:03}Z"
        text = f"@{firm.handle} Nr. {number}"
        uris.append(network.mention(anna, text, firm, visible=False, createdAt=at))
    network.until(
        lambda: network.ask("app.bsky.notification.getUnreadCount", firm)["count"] >= len(uris)
    )
    _told, since = fetch(connector)
    assert set(fetch(connector)[0]) < set(uris)
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
    uris = [network.mention(anna, f"@{firm.handle} {one}", firm) for one in range(17)]
    network.until(lambda: network.ask("app.bsky.notification.getUnreadCount", firm)["count"] >= 18)
    seen, gaps, filled = set(), [], []
    # Nothing is within the overlap of ten minutes: else all of it were read anyway.
    monkeypatch.setattr("cm_desktop.connectors.bluesky_read._OVERLAP", -network_tick())
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


def network_tick():
    from datetime import timedelta

    return timedelta(milliseconds=1)


def test_like_and_unlike_are_seen_by_the_network(network, connect, firm, anna):
    answer = network.post(anna, "Toll", to=network.post(firm, "Frisch"))
    connector = connect()
    message = arrived(network, connector, answer)
    assert not message.liked
    for _twice in range(2):
        act(connector, OutboxKind.LIKE, message)
    assert [one["value"]["subject"]["uri"] for one in network.records(firm, LIKE)] == [answer]
    network.until(lambda: network.seen(answer, firm)["viewer"].get("like"))
    assert fetch(connector)[0][answer].liked
    act(connector, OutboxKind.LIKE, message)
    assert len(network.records(firm, LIKE)) == 1
    for _twice in range(2):
        act(connector, OutboxKind.UNLIKE, message)
    assert network.records(firm, LIKE) == []


def test_a_like_of_another_program_is_taken_back_too(network, connect, firm, anna):
    answer = network.post(anna, "Toll", to=network.post(firm, "Frisch"))
    connector = connect()
    message = arrived(network, connector, answer)
    network.write(firm, LIKE, {"subject": network.ref(answer)})
    network.until(lambda: network.seen(answer, firm)["viewer"].get("like"))
    act(connector, OutboxKind.LIKE, message)
    assert len(network.records(firm, LIKE)) == 1
    act(connector, OutboxKind.UNLIKE, message)
    assert network.records(firm, LIKE) == []


def test_mute_and_block_are_seen_by_the_network_and_delete_nothing_here(
    network, connect, firm, anna
):
    answer = network.post(anna, "Werbung", to=network.post(firm, "Frisch"))
    connector = connect()
    message = arrived(network, connector, answer)
    _told, since = fetch(connector)
    for _twice in range(2):
        act(connector, OutboxKind.MUTE, message)
    assert [one["did"] for one in network.ask("app.bsky.graph.getMutes", firm)["mutes"]] == [
        anna.did
    ]
    for _twice in range(2):
        act(connector, OutboxKind.BLOCK, message)
    assert [one["value"]["subject"] for one in network.records(firm, BLOCK)] == [anna.did]
    network.until(lambda: not network.seen(answer, firm))
    events = list(connector.fetch(since))
    assert not [one for one in events if isinstance(one, MessageGone)]
    with pytest.raises(NotAllowedError, match="blocked"):
        connector.send(reply(message))
    for _twice in range(2):
        act(connector, OutboxKind.UNBLOCK, message)
    assert network.records(firm, BLOCK) == []


def test_a_report_reaches_the_moderation(network, connect, firm, anna):
    answer = network.post(anna, "Werbung", to=network.post(firm, "Frisch"))
    connector = connect()
    act(
        connector, OutboxKind.REPORT, arrived(network, connector, answer), "Lauter Werbung, täglich"
    )
    told = network.until(lambda: [one for one in network.reports() if anna.did in one])
    assert answer in told[0]
    assert "Lauter Werbung, täglich" in told[0]


def test_only_our_own_answers_are_deleted(network, connect, firm, anna):
    answer = network.post(anna, "Frage", to=network.post(firm, "Frisch"))
    connector = connect()
    message = arrived(network, connector, answer)
    sent = connector.send(reply(message))
    ours = arrived(network, connector, sent.remote_id)
    _told, since = fetch(connector)
    with pytest.raises(NotAllowedError):
        act(connector, OutboxKind.DELETE, message)
    for _twice in range(2):
        act(connector, OutboxKind.DELETE, ours)
    assert not [one for one in network.records(firm) if "reply" in one["value"]]
    assert network.seen(answer, firm)
    network.until(lambda: not network.seen(sent.remote_id, firm))
    events = list(connector.fetch(since))
    assert MessageGone(remote_id=sent.remote_id) in events


def test_what_its_author_deleted_is_gone_and_cannot_be_answered(network, connect, firm, anna):
    answer = network.post(anna, "Frage", to=network.post(firm, "Frisch"))
    connector = connect()
    message = arrived(network, connector, answer)
    _told, since = fetch(connector)
    network.delete(anna, answer)
    events = list(connector.fetch(since))
    assert MessageGone(remote_id=answer) in events
    with pytest.raises(GoneError):
        connector.send(reply(message))
    assert not [one for one in network.records(firm) if "reply" in one["value"]]


def test_a_post_closed_for_answers_says_so(network, connect, firm, anna):
    post = network.mention(anna, f"@{firm.handle} nur lesen", firm)
    connector = connect()
    message = arrived(network, connector, post)
    gate = {"$type": "app.bsky.feed.threadgate", "post": post, "allow": [],
            "createdAt": network.now()}  # fmt: skip
    key = post.rpartition("/")[2]
    body = {"repo": anna.did, "collection": gate["$type"], "rkey": key, "record": gate}
    network.do("com.atproto.repo.putRecord", body, anna)
    network.until(lambda: network.seen(post, firm)["viewer"].get("replyDisabled"))
    with pytest.raises(NotAllowedError, match="replies_disabled"):
        connector.send(reply(message))
    assert network.records(firm) == []


def test_the_longest_text_goes_up_and_a_longer_one_does_not(network, connect, firm, anna):
    answer = network.post(anna, "Frage", to=network.post(firm, "Frisch"))
    connector = connect()
    message = arrived(network, connector, answer)
    for text in ("ü" * 301, "👨‍👩‍👧‍👦" * 130):
        with pytest.raises(RejectedError) as error:
            connector.send(reply(message, text))
        assert error.value.reason == "too_long"
    longest = "👨‍👩‍👧‍👦" * 100 + "ü" * 200
    assert connector.send(reply(message, longest)).text == longest


def test_a_token_that_ran_out_is_renewed_without_the_password(network, connect, firm, anna):
    answer = network.post(anna, "Frage", to=network.post(firm, "Frisch"))
    connector = connect()
    message = arrived(network, connector, answer)
    before = dict(connect.kept)
    connect.kept["access"] = network.expired(firm)
    secret = {name: value for name, value in connect.kept.items() if name != "password"}

    connector = connect(secret=secret)
    sent = connector.send(reply(message))
    assert len([one for one in network.records(firm) if "reply" in one["value"]]) == 1
    assert connect.kept["refresh"] != before["refresh"]
    assert connect.kept["access"] != secret["access"]
    assert connect().find_sent(reply(message)) is None
    assert sent.remote_id.startswith(f"at://{firm.did}/")


def test_a_renewal_whose_answer_got_lost_is_asked_for_again(network, connect, firm):
    connect().identify()
    with cutting_proxy(network.ports["PDS_PORT"]) as proxy:
        secret = {**connect.kept, "server": proxy.url, "access": network.expired(firm)}
        secret.pop("password")
        proxy.cut = Cut.APPLIED
        connector = connect(secret=secret)
        with pytest.raises((SlowError, ServerTroubleError)):
            connector.identify()
        proxy.cut = Cut.NEVER
        assert connector.identify().remote_id == firm.did


def test_an_app_password_signs_in_and_one_taken_back_does_not(network, connect, firm):
    password = network.app_password(firm)
    connector = connect(secret={"password": password})
    assert connector.identify().remote_id == firm.did
    network.do("com.atproto.server.revokeAppPassword", {"name": "CM Desktop"}, firm)
    secret = {**connect.kept, "password": password, "access": network.expired(firm)}
    with pytest.raises(SignInNeededError):
        list(connect(secret=secret).fetch(None))
    for wrong in ({"secret": {"password": "falsch"}}, {"handle": "niemand.test"}):
        fields = {"secret": {"password": PASSWORD}, **wrong}
        with pytest.raises(SignInNeededError):
            connect(**fields).identify()


def test_private_messages_are_left_out_where_nobody_offers_them(network, connect, firm):
    """An app password without the right to them is refused by the real server."""
    password = network.app_password(firm)
    connector = connect(secret={"password": password}, settings={"direct_messages": "yes"})
    assert isinstance(list(connector.fetch(None))[-1], CursorMoved)


def test_looking_tells_a_server_from_another_page(network, firm):
    config = AccountConfig(channel="bluesky", url=network.url)
    found = CHANNEL.look(config)
    assert (found.software, found.text_limit, found.url) == ("Bluesky", 300, network.url)
    with pytest.raises(AddressError):
        CHANNEL.look(AccountConfig(channel="bluesky", url=network.directory))


def test_a_pass_without_news_asks_little(network, connect, firm, anna):
    for number in range(3):
        network.mention(anna, f"@{firm.handle} {number}", firm)
    connector = connect()
    _told, since = fetch(connector)
    begin = time.monotonic()
    _told, again = fetch(connector, since)
    assert time.monotonic() - begin < 10
    assert len(again) < 5_000
