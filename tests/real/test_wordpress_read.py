"""Comments and reviews of a real WordPress arrive, and what others do to them is noticed."""

from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop.domain.errors import CmError
from cm_desktop.domain.events import MessageGone, MessageSeen
from cm_desktop.domain.model import Direction, Kind, OutboxKind, Visibility
from tests.servers.wordpress_account import BOTH, act, connect, fetch, reply

__all__ = ["connect"]

pytestmark = pytest.mark.real


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


def test_replies_of_colleagues_are_ours(wordpress, connect):
    number = wordpress.comment("Frage")
    colleague = connect(handle="eva", secret={"password": wordpress.add_user("eva", "editor")})
    sent = colleague.send(reply(number))
    told, _since = fetch(connect())
    assert told[sent.remote_id].direction is Direction.OUT


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
