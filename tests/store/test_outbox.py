"""What is to be said on a channel moves from state to state, once, in order."""

import threading
from datetime import timedelta

import pytest

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.model import OutboxKind, OutboxState
from cm_desktop.store import accounts, outbox
from cm_desktop.store.connection import Database
from tests import factory
from tests.factory import NOW
from tests.store.conftest import KEY


@pytest.fixture
def talk(desk):
    """Give a conversation to answer."""
    desk.keep(factory.message_seen())
    return desk.only().id


def queue(desk, conversation, **changes):
    return desk.write(outbox.add, factory.outbox_row(conversation=conversation, **changes))


def state(desk, row):
    return outbox.by_id(desk.reader, row.id).state


def counters(desk):
    return [(one.waiting_out, one.trouble_out) for one in desk.page()]


def claim(desk, row):
    return desk.write(outbox.claim, row.id, NOW)


def test_a_row_is_read_back_as_it_was_queued(desk, talk):
    (message,) = [row[0] for row in desk.rows("SELECT hex(uid) FROM message")]
    target = (
        f"{message[:8]}-{message[8:12]}-{message[12:16]}-{message[16:20]}-{message[20:]}".lower()
    )
    row = factory.outbox_row(
        conversation=talk, account=desk.account.id, target=target, rule="3", kind=OutboxKind.HIDE
    )
    assert desk.write(outbox.add, row) == row
    assert outbox.of(desk.reader, talk) == [row]
    assert outbox.in_states(desk.reader) == [row]
    assert outbox.in_states(desk.reader, [OutboxState.SENT]) == []


def test_what_is_not_there_is_said_to_be_missing(desk):
    with pytest.raises(UsageError, match="no_conversation"):
        queue(desk, "nonsense")
    with pytest.raises(UsageError, match="no_outbox_row"):
        outbox.by_id(desk.reader, "nonsense")


def test_only_one_of_two_programs_gets_a_row(desk, talk):
    row = queue(desk, talk)
    other = Database(desk.db.file, KEY)
    won = []

    def take(db):
        with db.writing() as writer:
            won.append(outbox.claim(writer, row.id, NOW))

    threads = [threading.Thread(target=take, args=(db,)) for db in (desk.db, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sorted(won) == [False, True]
    claimed = outbox.by_id(desk.reader, row.id)
    assert (claimed.state, claimed.attempts) == (OutboxState.SENDING, 1)
    assert claimed.first_attempt_at == NOW


MOVES = {
    "sent": lambda writer, row: outbox.mark_sent(writer, row, NOW, "r1"),
    "failed": lambda writer, row: outbox.mark_failed(writer, row, "rejected", "too_long"),
    "unknown": lambda writer, row: outbox.mark_unknown(writer, row, "no_answer", look_at=NOW),
    "queued": lambda writer, row: outbox.mark_queued_again(writer, row, "offline", try_at=NOW),
    "needs_human": lambda writer, row: outbox.mark_needs_human(writer, row, "lost_track"),
    "cancelled": outbox.mark_cancelled,
}
ALLOWED = {
    OutboxState.QUEUED: {"failed", "needs_human", "cancelled"},
    OutboxState.SENDING: {"sent", "failed", "unknown", "queued", "needs_human"},
    OutboxState.UNKNOWN: {"sent", "failed", "unknown", "queued", "needs_human"},
    OutboxState.FAILED: {"queued", "cancelled"},
    OutboxState.NEEDS_HUMAN: {"sent", "queued", "cancelled"},
    OutboxState.SENT: set(),
    OutboxState.CANCELLED: {"queued"},
}
COUNTED = {
    OutboxState.QUEUED: (1, 0),
    OutboxState.SENDING: (1, 0),
    OutboxState.UNKNOWN: (1, 0),
    OutboxState.FAILED: (0, 1),
    OutboxState.NEEDS_HUMAN: (0, 1),
    OutboxState.SENT: (0, 0),
    OutboxState.CANCELLED: (0, 0),
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("before", OutboxState)
def test_a_row_moves_only_as_the_rules_say_and_is_counted_right(desk, talk, before, move):
    row = queue(desk, talk)
    with desk.db.writing() as writer:
        writer.execute("UPDATE outbox SET state = ?", (before.value,))
    assert counters(desk) == [COUNTED[before]]
    if move in ALLOWED[before]:
        desk.write(MOVES[move], row.id)
        assert state(desk, row) == OutboxState(move)
    else:
        with pytest.raises(UsageError, match="wrong_state"):
            desk.write(MOVES[move], row.id)
        assert state(desk, row) is before
    assert counters(desk) == [COUNTED[state(desk, row)]]


def test_trouble_is_kept_and_forgotten_with_the_next_attempt(desk, talk):
    row = queue(desk, talk)
    claim(desk, row)
    desk.write(outbox.mark_queued_again, row.id, "offline", "no route", try_at=NOW)
    again = outbox.by_id(desk.reader, row.id)
    assert (again.error, again.error_detail, again.next_attempt_at) == ("offline", "no route", NOW)
    claim(desk, row)
    taken = outbox.by_id(desk.reader, row.id)
    assert (taken.error, taken.error_detail, taken.next_attempt_at) == (None, "", None)
    assert taken.attempts == 2


def test_a_sent_row_knows_when_and_as_what(desk, talk):
    row = queue(desk, talk)
    claim(desk, row)
    assert desk.write(outbox.mark_sent, row.id, NOW, "r1")
    sent = outbox.by_id(desk.reader, row.id)
    assert (sent.sent_at, sent.remote_id, sent.open) == (NOW, "r1", False)
    assert outbox.owner_of(desk.reader, desk.account.id, "r1") == row.id
    assert outbox.owner_of(desk.reader, desk.account.id, "r2") is None


def test_two_rows_never_share_what_they_became_on_the_channel(desk, talk):
    first, second = queue(desk, talk), queue(desk, talk)
    claim(desk, first)
    desk.write(outbox.mark_sent, first.id, NOW, "r1")
    claim(desk, second)
    assert not desk.write(outbox.mark_sent, second.id, NOW, "r1")
    assert state(desk, second) is OutboxState.SENDING
    assert desk.write(outbox.mark_sent, second.id, NOW, "r2")


def test_two_accounts_may_use_the_same_remote_id(desk, talk):
    other = desk.add_account()
    desk.keep(factory.message_seen(), account=other)
    talks = [one.id for one in desk.page()]
    for conversation in talks:
        row = queue(desk, conversation)
        claim(desk, row)
        assert desk.write(outbox.mark_sent, row.id, NOW, "r1")


def test_after_a_crash_what_was_being_sent_is_unknown(desk, talk):
    row, waiting = queue(desk, talk), queue(desk, talk)
    claim(desk, row)
    (stuck,) = desk.write(outbox.sending_to_unknown)
    assert (stuck.id, stuck.state, stuck.error) == (row.id, OutboxState.UNKNOWN, "no_answer")
    assert state(desk, waiting) is OutboxState.QUEUED
    assert desk.write(outbox.sending_to_unknown) == []
    assert counters(desk) == [(2, 0)]


# Order.


def due(desk, now=NOW):
    return [row.id for row in outbox.due(desk.reader, desk.account.id, now)]


def test_answers_of_one_conversation_go_out_one_after_the_other(desk, talk):
    first, second = queue(desk, talk), queue(desk, talk)
    desk.keep(factory.message_seen())
    elsewhere = queue(desk, next(one.id for one in desk.page() if one.id != talk))
    assert due(desk) == [first.id, elsewhere.id]
    claim(desk, first)
    assert due(desk) == [elsewhere.id]
    desk.write(outbox.mark_unknown, first.id, "no_answer")
    assert due(desk) == [elsewhere.id]
    desk.write(outbox.mark_needs_human, first.id, "lost_track")
    assert due(desk) == [elsewhere.id]
    desk.write(outbox.mark_sent, first.id, NOW)
    assert due(desk) == [second.id, elsewhere.id]
    assert outbox.next_for(desk.reader, desk.account.id, NOW).id == second.id


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_what_will_not_be_said_does_not_hold_up_the_next(desk, talk, end):
    first, second = queue(desk, talk), queue(desk, talk)
    desk.write(MOVES[end], first.id)
    assert due(desk) == [second.id]


def test_what_does_not_speak_holds_nothing_up(desk, talk):
    like = queue(desk, talk, kind=OutboxKind.LIKE)
    reply = queue(desk, talk)
    claim(desk, like)
    assert due(desk) == [reply.id]


def test_a_held_row_waits_and_holds_up_the_next(desk, talk):
    held = queue(desk, talk, hold_until=NOW + timedelta(seconds=10))
    queue(desk, talk)
    assert due(desk) == []
    assert outbox.next_time(desk.reader) == NOW
    assert due(desk, NOW + timedelta(seconds=10)) == [held.id]
    assert outbox.next_for(desk.reader, desk.account.id, NOW) is None


def test_a_row_to_be_tried_again_waits_for_its_time(desk, talk):
    row = queue(desk, talk)
    claim(desk, row)
    later = NOW + timedelta(minutes=5)
    desk.write(outbox.mark_queued_again, row.id, "rate_limited", try_at=later)
    assert due(desk) == []
    assert outbox.next_time(desk.reader) == later
    assert due(desk, later) == [row.id]


def test_unknown_rows_are_looked_up_at_their_time_and_counted(desk, talk):
    row = queue(desk, talk)
    claim(desk, row)
    look_at = NOW + timedelta(minutes=1)
    desk.write(outbox.mark_unknown, row.id, "no_answer", look_at=look_at)
    assert outbox.unknown(desk.reader, desk.account.id, NOW) == []
    assert [one.id for one in outbox.unknown(desk.reader, desk.account.id, look_at)] == [row.id]
    assert desk.write(outbox.looked, row.id, look_at + timedelta(minutes=1)) == 1
    assert desk.write(outbox.looked, row.id, None) == 2
    assert desk.write(outbox.looked, "nonsense", None) == 0


def test_nothing_is_due_for_a_paused_desk(desk, talk):
    queue(desk, talk)
    desk.write(accounts.pause, desk.account.id)
    assert outbox.next_time(desk.reader) is None


# Second thoughts.


def test_a_waiting_text_can_be_changed_and_held_anew(desk, talk):
    row = queue(desk, talk, text="one")
    before = desk.write(outbox.edit, row.id, "two\0", NOW + timedelta(seconds=9))
    assert before.text == "one"
    after = outbox.by_id(desk.reader, row.id)
    assert (after.text, after.hold_until) == ("two\ufffd", NOW + timedelta(seconds=9))
    claim(desk, row)
    with pytest.raises(UsageError, match="wrong_state"):
        desk.write(outbox.edit, row.id, "three")


def test_a_row_is_erased_with_its_account(desk, talk):
    queue(desk, talk)
    desk.write(accounts.erase, desk.account.id)
    assert outbox.in_states(desk.reader) == []
    assert desk.page() == []
