"""The connector against the real WordPress of the distribution, on this computer."""

from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop.connectors.base import AccountConfig, Action, Reply, Target
from cm_desktop.connectors.wordpress import CHANNEL
from cm_desktop.domain.errors import (
    CmError,
    DuplicateError,
    GoneError,
    NotAllowedError,
    OfflineError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
)
from cm_desktop.domain.events import CursorMoved, MessageGone, MessageSeen
from cm_desktop.domain.model import Direction, Kind, OutboxKind, Visibility
from cm_desktop.domain.policy import Ability
from tests.servers.cutting_proxy import Cut, cutting_proxy

pytestmark = pytest.mark.real

HELD = {"comment_moderation": 1}
BOTH = pytest.mark.parametrize("pretty", [False, True], ids=["plain", "pretty"])


@pytest.fixture
def connect(wordpress):
    """Make a connector to the site, as its administrator unless told otherwise."""
    made = []

    def connect(**fields):
        given = {
            "url": wordpress.url,
            "handle": wordpress.username,
            "secret": {"password": wordpress.password},
        }
        connector = CHANNEL.make(AccountConfig(channel="wordpress", **given | fields))
        made.append(connector)
        return connector

    yield connect
    for connector in made:
        connector.close()


def fetch(connector, since=None):
    events = list(connector.fetch(since))
    moved = [event.cursor for event in events if isinstance(event, CursorMoved)]
    told = {event.remote_id: event for event in events if isinstance(event, MessageSeen)}
    return told, moved[-1] if moved else since


def target(number):
    return Target(remote_id=str(number), conversation_remote_id=f"comment:{number}")


def reply(number, text="Gern geschehen", **fields):
    return Reply(client_key="key-1", text=text, target=target(number), **fields)


def act(connector, kind, number, text=""):
    connector.act(Action(kind=kind, target=target(number), text=text))


@BOTH
def test_a_visitors_comment_arrives_with_both_kinds_of_permalinks(wordpress, connect, pretty):
    wordpress.set_permalinks(pretty=pretty)
    connector = connect()
    identity = connector.identify()
    assert identity.title == "Bäckerei Krume"
    assert identity.settings["api_root"].endswith("/wp-json/" if pretty else "?rest_route=/")

    number = wordpress.comment(
        'Ist das "neu"? <b>Toll</b> & 👍🏽\n\nLG', website="https://a.example"
    )
    message = fetch(connector)[0][str(number)]
    assert message.text == 'Ist das "neu"? Toll & 👍🏽\n\nLG'
    assert message.direction is Direction.IN
    assert (message.author.name, message.author.url) == ("Ana", "https://a.example")
    assert message.conversation.title == "Brot & Brötchen"
    assert message.conversation.post.url == message.permalink.partition("#")[0]
    assert abs(message.created_at - datetime.now(UTC)) < timedelta(minutes=2)


def test_permalinks_may_change_while_we_are_connected(wordpress, connect):
    connector = connect()
    _told, since = fetch(connector)
    number = wordpress.comment("eins")
    for pretty in (True, False):
        wordpress.set_permalinks(pretty=pretty)
        for _attempt in range(2):
            try:
                told, since = fetch(connector, since)
                break
            except CmError:
                continue
        assert str(number) in told


def test_held_spam_and_trashed_comments_are_seen(wordpress, connect):
    connector = connect()
    wordpress.set_option("comment_moderation", 1)
    numbers = [wordpress.comment(text) for text in ("wartet", "Spam", "Müll", "gut")]
    for number, status in zip(numbers[1:], ("spam", "trash", "approve"), strict=True):
        wordpress.set_status(number, status)
    told, _since = fetch(connector)
    assert [told[str(number)].visibility for number in numbers] == [
        Visibility.HELD,
        Visibility.SPAM,
        Visibility.TRASHED,
        Visibility.SHOWN,
    ]


def test_what_others_do_to_a_comment_is_noticed_later(wordpress, connect):
    connector = connect()
    numbers = [wordpress.comment(text) for text in ("a", "b", "c", "d", "e")]
    told, since = fetch(connector)
    wordpress.edit(numbers[0], "geändert")
    wordpress.set_status(numbers[1], "spam")
    wordpress.set_status(numbers[2], "trash")
    wordpress.set_status(numbers[3], "hold")
    wordpress.delete(numbers[4])
    events = list(connector.fetch(since))
    told = {event.remote_id: event for event in events if isinstance(event, MessageSeen)}
    assert told[str(numbers[0])].text == "geändert"
    assert told[str(numbers[1])].visibility is Visibility.SPAM
    assert told[str(numbers[2])].visibility is Visibility.TRASHED
    assert told[str(numbers[3])].visibility is Visibility.HELD
    assert MessageGone(remote_id=str(numbers[4])) in events


def test_a_thread_stays_together_across_visitors_and_us(wordpress, connect):
    connector = connect()
    first = wordpress.comment("Frage")
    sent = connector.send(reply(first, "Antwort"))
    third = wordpress.comment(
        "Danke", parent=int(sent.remote_id), author="Ben", email="b@x.example"
    )
    told, _since = fetch(connector)
    assert told[sent.remote_id].direction is Direction.OUT
    assert told[sent.remote_id].parent_remote_id == str(first)
    assert told[str(third)].parent_remote_id == sent.remote_id
    conversations = {one.conversation.remote_id for one in told.values()}
    assert conversations == {f"comment:{first}"}
    assert told[str(first)].author.remote_id != told[str(third)].author.remote_id


def test_more_than_one_page_is_read_and_old_ancestors_are_found(wordpress, connect):
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    root = wordpress.add_comment("alt", comment_date_gmt="2020-01-01 00:00:00",
                                 comment_date="2020-01-01 01:00:00")  # fmt: skip
    rows = []
    for number in range(230):
        at = begin + timedelta(seconds=number // 3)  # several in one second
        rows.append([f"Nr. {number}", f"{at:%Y-%m-%d %H:%M:%S}", root if number == 200 else 0])
    wordpress.php(
        "foreach ($v['rows'] as $r) wp_insert_comment(array('comment_post_ID' => 1,"
        "'comment_content' => $r[0], 'comment_date_gmt' => $r[1],"
        "'comment_date' => get_date_from_gmt($r[1]), 'comment_parent' => $r[2]));",
        rows=rows,
    )
    told, _since = fetch(connect())
    assert sorted(one.text for one in told.values()) == sorted(row[0] for row in rows)
    [child] = [one for one in told.values() if one.text == "Nr. 200"]
    assert child.conversation.remote_id == f"comment:{root}"


def test_the_hour_that_comes_twice_loses_no_comment(wordpress, connect):
    """The site is in Berlin: WordPress compares local times."""
    connector = connect()

    def at(utc, berlin):
        day = "2026-10-25 "
        return wordpress.add_comment(utc, comment_date_gmt=day + utc, comment_date=day + berlin)

    at("00:50:00", "02:50:00")
    _told, since = fetch(connector)
    second = at("01:10:00", "02:10:00")
    assert str(second) in fetch(connector, since)[0]


def test_a_reply_goes_up_once_with_its_parent(wordpress, connect):
    connector = connect()
    number = wordpress.comment("Habt ihr offen?")
    text = 'Ja <3 & "bis" 11 -- sonntags :)\n<script>alert(1)</script> 🥐'
    sent = connector.send(reply(number, text))
    row = wordpress.read(int(sent.remote_id))
    assert (row["comment_parent"], row["comment_post_ID"]) == (str(number), "1")
    assert row["comment_approved"] == "1"
    assert "<" not in row["comment_content"]
    assert sent.text == text
    assert fetch(connector)[0][sent.remote_id].text == text
    assert connector.find_sent(reply(number, text)) == sent
    with pytest.raises(DuplicateError):
        connector.send(reply(number, text))
    assert wordpress.count(row["comment_content"]) == 1


@BOTH
@pytest.mark.parametrize("cut", [cut for cut in Cut if cut is not Cut.NEVER])
def test_an_answer_that_got_lost_is_there_exactly_once_in_the_end(wordpress, connect, cut, pretty):
    wordpress.set_permalinks(pretty=pretty)
    number = wordpress.comment("Habt ihr offen?")
    with cutting_proxy(wordpress.port) as proxy:
        connector = connect(url=proxy.url)
        asked = reply(number, first_attempt_at=datetime.now(UTC))
        connector.identify()
        proxy.cut = cut
        with pytest.raises((SlowError, ServerTroubleError, OfflineError)) as error:
            connector.send(asked)
        assert proxy.cuts == 1, "nothing is sent twice behind our back"
        applied = cut in (Cut.APPLIED, Cut.HALF_ANSWER)
        if applied:
            assert not isinstance(error.value, OfflineError), "that would promise nothing happened"
        assert wordpress.count("Gern geschehen") == applied

        # As the outbox does: look, and send again only if it is not there.
        proxy.cut = Cut.NEVER
        found = connector.find_sent(asked)
        assert (found is not None) is applied
        sent = found or connector.send(asked)
        assert connector.find_sent(asked) == sent
        assert wordpress.count("Gern geschehen") == 1


def test_a_lost_reply_is_found_although_its_comment_was_deleted_meanwhile(wordpress, connect):
    number = wordpress.comment("Frage")
    connector = connect()
    sent = connector.send(reply(number))
    wordpress.delete(number)
    assert connector.find_sent(reply(number)).remote_id == sent.remote_id


def test_a_reply_to_a_deleted_comment_is_not_sent(wordpress, connect):
    number = wordpress.comment("Frage")
    wordpress.delete(number)
    with pytest.raises(GoneError):
        connect().send(reply(number))
    assert wordpress.count("Gern geschehen") == 0


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (OutboxKind.HOLD, "unapproved"),
        (OutboxKind.HIDE, "unapproved"),
        (OutboxKind.SPAM, "spam"),
        (OutboxKind.DELETE, "trash"),
        (OutboxKind.APPROVE, "approved"),
        (OutboxKind.UNHIDE, "approved"),
    ],
)
@pytest.mark.parametrize("before", ["approve", "hold", "spam", "trash"])
def test_moderation_is_seen_on_the_server(wordpress, connect, kind, status, before):
    number = wordpress.add_comment("x", comment_agent="Mozilla/5.0")
    wordpress.set_status(number, before)
    connector = connect()
    act(connector, kind, number)
    assert wordpress.status(number) == status
    act(connector, kind, number)
    row = wordpress.read(number)
    assert wordpress.status(number) == status
    # Where the visitor came from is still there, for whoever fights spam.
    assert (row["comment_author_IP"], row["comment_agent"]) == ("192.0.2.7", "Mozilla/5.0")


def test_our_own_reply_is_changed_and_only_ours(wordpress, connect):
    number = wordpress.comment("Frage")
    connector = connect()
    sent = connector.send(reply(number, "Bis 11"))
    act(connector, OutboxKind.EDIT, int(sent.remote_id), "Bis 12 <3")
    assert wordpress.read(int(sent.remote_id))["comment_content"] == "Bis 12 &lt;3"
    assert fetch(connector)[0][sent.remote_id].text == "Bis 12 <3"
    with pytest.raises(NotAllowedError):
        act(connector, OutboxKind.EDIT, number, "untergeschoben")
    assert wordpress.read(number)["comment_content"] == "Frage"


@BOTH
def test_a_wrong_password_asks_to_sign_in(wordpress, connect, pretty):
    wordpress.set_permalinks(pretty=pretty)
    number = wordpress.comment("Frage")
    settings = connect().identify().settings
    for fields in ({"secret": {"password": "abcd efgh"}}, {"handle": "nobody"}):
        with pytest.raises(SignInNeededError):
            connect(**fields).identify()
        stored = connect(**fields, settings=settings)  # revoked since
        with pytest.raises(SignInNeededError):
            fetch(stored)
        with pytest.raises(SignInNeededError):
            stored.send(reply(number))
        with pytest.raises(SignInNeededError):
            act(stored, OutboxKind.SPAM, number)
    assert wordpress.status(number) == "approved"
    assert wordpress.count("Gern geschehen") == 0


def test_a_password_works_with_and_without_its_spaces(wordpress, connect):
    for password in (wordpress.password, wordpress.password.replace(" ", "")):
        assert connect(secret={"password": password}).identify().handle == "admin"


def test_a_contributor_reads_and_replies(wordpress, connect):
    number = wordpress.comment("Frage")
    connector = connect(handle="mia", secret={"password": wordpress.add_user("mia", "contributor")})
    connector.identify()
    assert connector.policy.abilities == {Ability.REPLY}
    assert fetch(connector)[0][str(number)].text == "Frage"
    asked = reply(number, 'Das "neue" -- so... :)')
    sent = connector.send(asked)
    assert connector.find_sent(asked).remote_id == sent.remote_id
    with pytest.raises(NotAllowedError):
        act(connector, OutboxKind.SPAM, number)
    assert wordpress.status(number) == "approved"


def test_too_fast_means_wait_and_nothing_is_posted(wordpress, connect):
    number = wordpress.comment("Frage")
    connector = connect(handle="mia", secret={"password": wordpress.add_user("mia", "contributor")})
    connector.send(reply(number, "eins"))
    wordpress.set_option("cm_test_flood", 1)
    with pytest.raises(RateLimitedError) as error:
        connector.send(reply(number, "zwei"))
    assert error.value.wait_seconds == 15
    assert wordpress.count("zwei") == 0


def test_a_subscriber_is_told_what_is_missing(wordpress, connect):
    secret = {"password": wordpress.add_user("sub", "subscriber")}
    with pytest.raises(NotAllowedError):
        connect(handle="sub", secret=secret).identify()


def test_replies_of_colleagues_are_ours(wordpress, connect):
    number = wordpress.comment("Frage")
    colleague = connect(handle="eva", secret={"password": wordpress.add_user("eva", "editor")})
    sent = colleague.send(reply(number))
    told, _since = fetch(connect())
    assert told[sent.remote_id].direction is Direction.OUT


def test_closed_comments_and_a_closed_api_say_so(wordpress, connect):
    number = wordpress.comment("Frage")
    connector = connect()
    connector.identify()
    wordpress.php("return wp_update_post(array('ID' => 1, 'comment_status' => 'closed'));")
    try:
        with pytest.raises(NotAllowedError, match="rest_comment_closed"):
            connector.send(reply(number))
    finally:
        wordpress.php("return wp_update_post(array('ID' => 1, 'comment_status' => 'open'));")
    with pytest.raises(RejectedError) as error:
        connector.send(reply(number, "ä" * 40_000))
    assert error.value.reason == "too_long"
    wordpress.set_option("cm_test_rest_closed", 1)
    with pytest.raises(NotAllowedError, match="rest_disabled"):
        connector.send(reply(number))
    assert wordpress.count("Gern geschehen") == 0


def test_comments_of_a_page_without_title_and_of_a_trashed_post(wordpress, connect):
    page, gone = wordpress.add_post("Über uns", "page"), wordpress.add_post("Weg")
    on_page = wordpress.comment("auf der Seite", post=page)
    on_gone = wordpress.comment("auf Weg", post=gone)
    connector = connect()
    _told, since = fetch(connector)
    wordpress.php("return (bool) wp_trash_post($v['p']);", p=gone)
    told, _since = fetch(connector, since)
    assert told[str(on_page)].conversation.title == "Über uns"
    assert told[str(on_gone)].visibility is Visibility.TRASHED


def test_reviews_by_the_stand_in_for_the_shop(wordpress, connect):
    """Not WooCommerce, which Debian does not have: a plugin of ours with the same answers."""
    wordpress.set_option("cm_test_reviews", 1)
    product = wordpress.add_post("Roggenbrot", "product")
    good = wordpress.add_review("Sehr <em>gut</em>", 5, product)
    bad = wordpress.add_review("trocken", 2, product, comment_approved="0")
    connector = connect()
    assert connector.identify().settings["reviews"] == "yes"
    told, since = fetch(connector)
    assert (told[str(good)].rating, told[str(good)].text) == (5, "Sehr gut")
    assert told[str(good)].conversation.kind is Kind.REVIEW
    assert told[str(bad)].visibility is Visibility.HELD

    sent = connector.send(reply(good, "Danke"))
    act(connector, OutboxKind.APPROVE, bad)
    wordpress.set_status(good, "spam")
    told, _since = fetch(connector, since)
    assert told[str(bad)].visibility is Visibility.SHOWN
    assert told[str(good)].visibility is Visibility.SPAM
    answer = told[sent.remote_id]
    assert answer.conversation.kind is Kind.REVIEW
    assert answer.conversation.remote_id == f"comment:{good}"
