"""The first pass over a WordPress site: how many comments it takes and how far back it goes."""

from datetime import UTC, datetime, timedelta

from tests.connectors.wordpress.reading import NOV, fetch, ids


def test_the_first_bite_is_the_newest_500(empty, wordpress):
    for number in range(1, 1201):
        empty.add(number, at=NOV - timedelta(days=30) + timedelta(minutes=number))
    told = ids(fetch(wordpress))
    assert told == list(range(701, 1201))


def test_spam_takes_no_place_in_the_first_bite_but_has_an_end(empty, wordpress):
    for number in range(1, 21):
        empty.add(number, at=NOV + timedelta(minutes=number))
    for number in range(21, 2100):
        empty.add(number, at=NOV + timedelta(minutes=15, seconds=number), status="spam")
    assert set(ids(fetch(wordpress))) == {17, 18, 19, 20, *range(104, 2100)}
    empty.comments = {number: one for number, one in empty.comments.items() if number < 1500}
    assert set(range(1, 21)) <= set(ids(fetch(wordpress)))


def test_the_first_bite_goes_90_days_back_from_the_newest_and_takes_what_waits(empty, wordpress):
    old = datetime(2019, 5, 1, tzinfo=UTC)  # nobody wrote for years
    empty.add(1, at=old - timedelta(days=91))
    empty.add(2, at=old - timedelta(days=400), status="hold")
    empty.add(3, at=old - timedelta(days=89))
    empty.add(4, at=old)
    assert ids(fetch(wordpress)) == [2, 3, 4]


def test_an_empty_site_is_no_trouble_and_its_first_comment_is_seen(empty, wordpress):
    events = fetch(wordpress)
    assert events == []
    empty.add(1, at=NOV)
    assert ids(fetch(wordpress, None)) == [1]
