"""The first pass over a Matrix account: where it begins, how much it takes, what counts as read."""

from cm_desktop.domain.events import GapFound
from tests.connectors.contract import cursor_of, events_of, messages
from tests.connectors.matrix.fake_server import ANNA, BEN, US
from tests.connectors.matrix.reading import told


def test_the_first_bite_takes_the_newest_of_each_room(fake, connector):
    numbers = [fake.say(str(n)) for n in range(60)]
    events = events_of(connector)
    assert set(told(events)) == set(numbers[-20:])
    assert not [one for one in events if isinstance(one, GapFound)]


def test_the_first_bite_over_very_many_rooms_is_bounded(fake, connector):
    for room in range(60):
        fake.make_room(f"!r{room}:test", f"Raum {room}", (US, ANNA, BEN))
        for number in range(20):
            fake.say(str(number), room=f"!r{room}:test")
    found = messages(events_of(connector))
    assert len(found) == 1_000
    assert found[-1].conversation.remote_id == "!r59:test"


def test_what_was_read_elsewhere_is_not_unread_at_the_first_fetch(case, fake, connector):
    fake.say("gelesen")
    connector.identify()
    where = "/_matrix/client/v3/sync"
    read = {"unread_notifications": {"notification_count": 0}}

    def sync(exchange):
        answer = exchange.answer

        def with_count(body=b"", **more):
            for room in body["rooms"]["join"].values():
                room.update(read)
            answer(body, **more)

        exchange.answer = with_count
        fake._serve(exchange)

    case.server.routes[where] = sync
    first = events_of(connector)
    assert [one.seen_by_us for one in messages(first)] == [True]
    fake.say("neu")
    later = events_of(connector, cursor_of(first))
    assert [one.seen_by_us for one in messages(later)] == [False]


def test_a_place_that_makes_no_sense_is_the_beginning(fake, connector):
    number = fake.say("hallo")
    for since in ("", "kein JSON", '{"batch": 7}', "[]"):
        assert number in told(events_of(connector, since))
