"""What a Matrix server leaves out of its answer is read backwards, or told as a gap."""

import pytest

from cm_desktop.connectors import matrix_holes
from cm_desktop.domain.events import GapFilled, GapFound
from tests.connectors.contract import cursor_of, events_of, messages
from tests.connectors.matrix.fake_server import ANNA, US
from tests.connectors.matrix.reading import paths, told


def away(fake, connector, count):
    fake.say("davor")
    since = cursor_of(events_of(connector))
    return since, [fake.say(f"Nachricht {number}") for number in range(count)]


@pytest.mark.parametrize("forgetful", [False, True])
def test_what_the_server_left_out_is_read_backwards(fake, connector, forgetful):
    fake.forgetful = forgetful  # of where we want it to stop
    since, numbers = away(fake, connector, 350)
    events = events_of(connector, since)
    assert [one.remote_id for one in messages(events)] == numbers
    assert not [one for one in events if isinstance(one, GapFound | GapFilled)]


def test_too_large_a_hole_is_told_and_filled_by_later_passes(case, fake, connector):
    fake.page = 5
    count = 100 + 2 * matrix_holes._PAGES * fake.page + 3
    since, numbers = away(fake, connector, count)
    events = events_of(connector, since)
    [gap] = [one for one in events if isinstance(one, GapFound)]
    assert not gap.lost
    assert gap.begin < gap.end <= min(one.created_at for one in messages(events))
    seen = set(told(events))
    for _pass in range(2):
        assert seen < set(numbers)
        assert GapFilled(begin=gap.begin) not in events
        late = fake.say("inzwischen")
        numbers.append(late)
        events = events_of(case.connect(), cursor_of(events))
        seen |= set(told(events))
    assert GapFilled(begin=gap.begin) in events
    assert seen == set(numbers)


def test_a_hole_the_server_no_longer_has_is_lost(case, fake, connector):
    since, numbers = away(fake, connector, 120)
    case.server.routes["/_matrix/client/v3/rooms/%21laden%3Atest/messages"] = lambda exchange: (
        exchange.answer({"errcode": "M_INVALID_PARAM"}, status=400)
    )
    events = events_of(connector, since)
    assert [one.lost for one in events if isinstance(one, GapFound)] == [True]
    assert set(told(events)) == set(numbers[-100:])


def test_a_hole_stays_open_while_the_server_asks_us_to_wait(case, fake, connector):
    since, numbers = away(fake, connector, 120)
    where = "/_matrix/client/v3/rooms/%21laden%3Atest/messages"
    case.server.routes[where] = lambda exchange: exchange.answer({}, status=429)
    events = events_of(connector, since)
    assert [one.lost for one in events if isinstance(one, GapFound)] == [False]
    del case.server.routes[where]
    later = events_of(connector, cursor_of(events))
    assert {*told(events), *told(later)} == set(numbers)
    assert [one for one in later if isinstance(one, GapFilled)]


def test_a_hole_that_cannot_be_read_is_given_up_in_the_end(case, fake, connector):
    since, _numbers = away(fake, connector, 120)
    case.server.routes["/_matrix/client/v3/rooms/%21laden%3Atest/messages"] = lambda exchange: (
        exchange.answer(b"<h1>oops</h1>", status=500)
    )
    lost = []
    for _pass in range(matrix_holes._TRIES + 1):
        events = events_of(connector, since)
        lost += [one.lost for one in events if isinstance(one, GapFound)]
        since = cursor_of(events)
    assert lost == [False] * (matrix_holes._TRIES - 1) + [True]


def test_a_server_that_repeats_a_page_for_ever_is_left(case, fake, connector):
    fake.page = 10
    since, _numbers = away(fake, connector, 200)
    with case.stuck():
        events = events_of(connector, since)
    assert [one.lost for one in events if isinstance(one, GapFound)] == [True]
    assert len(paths(fake)) < 30


def test_a_room_that_we_came_into_meanwhile_has_no_hole(fake, connector):
    since = cursor_of(events_of(connector))
    fake.make_room("!neu:test", "Neu", (US, ANNA))
    numbers = [fake.say(str(n), room="!neu:test") for n in range(150)]
    events = events_of(connector, since)
    assert set(told(events)) == set(numbers[-100:])
    assert not [one for one in events if isinstance(one, GapFound)]


def test_a_message_that_comes_between_two_pages_of_a_hole_makes_none(case, fake, connector):
    fake.page = 50
    since, numbers = away(fake, connector, 300)
    pages = []

    def messages_route(exchange):
        pages.append(fake.say("dazwischen"))
        fake._serve(exchange)

    case.server.routes["/_matrix/client/v3/rooms/%21laden%3Atest/messages"] = messages_route
    events = events_of(connector, since)
    later = events_of(connector, cursor_of(events))
    assert {*told(events), *told(later)} == {*numbers, *pages}
