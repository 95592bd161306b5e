"""What is to be said on a channel moves from state to state, once, in order."""

import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlcipher3 import dbapi2 as sqlite

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


def put(desk, row, **changes):
    return desk.write(outbox.put, replace(row, **changes), was=state(desk, row))


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


def test_what_a_person_sends_never_waits_for_the_program(desk, talk):
    row = queue(desk, talk, state=OutboxState.NEEDS_HUMAN, error="answer_there")
    assert (row.state, row.error) == (OutboxState.NEEDS_HUMAN, "answer_there")
    assert outbox.waiting_of(desk.reader, desk.account.id) == []
    assert counters(desk) == [(0, 1)]


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
            taken = replace(row, state=OutboxState.SENDING, attempts=1, first_attempt_at=NOW)
            won.append(outbox.put(writer, taken, was=OutboxState.QUEUED))

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


COUNTED = {
    OutboxState.QUEUED: (1, 0),
    OutboxState.SENDING: (1, 0),
    OutboxState.UNKNOWN: (1, 0),
    OutboxState.FAILED: (0, 1),
    OutboxState.NEEDS_HUMAN: (0, 1),
    OutboxState.SENT: (0, 0),
    OutboxState.CANCELLED: (0, 0),
}


@pytest.mark.parametrize("after", OutboxState)
@pytest.mark.parametrize("before", OutboxState)
def test_a_row_moves_from_where_it_is_and_is_counted_right(desk, talk, before, after):
    row = queue(desk, talk)
    put(desk, row, state=before)
    assert counters(desk) == [COUNTED[before]]
    elsewhere = next(one for one in OutboxState if one is not before)
    moved = replace(row, state=after)
    assert not desk.write(outbox.put, moved, was=elsewhere)
    assert state(desk, row) is before
    assert desk.write(outbox.put, moved, was=before)
    assert state(desk, row) is after
    assert counters(desk) == [COUNTED[after]]


def test_how_far_a_row_is_is_read_back_and_its_text_stays(desk, talk):
    row = queue(desk, talk, text="one")
    far = replace(
        row,
        text="two",
        state=OutboxState.FAILED,
        attempts=3,
        created_at=NOW + timedelta(seconds=1),
        hold_until=NOW + timedelta(seconds=2),
        first_attempt_at=NOW + timedelta(seconds=3),
        next_attempt_at=NOW + timedelta(seconds=4),
        sent_at=NOW + timedelta(seconds=5),
        remote_id="r1",
        error="rejected",
        error_detail="too_long",
    )
    assert desk.write(outbox.put, far, was=OutboxState.QUEUED)
    assert outbox.by_id(desk.reader, row.id) == replace(far, text="one")


def test_a_sent_row_knows_as_what(desk, talk):
    row = queue(desk, talk)
    put(desk, row, state=OutboxState.SENT, sent_at=NOW, remote_id="r1")
    assert not outbox.by_id(desk.reader, row.id).open
    assert outbox.owner_of(desk.reader, desk.account.id, "r1") == row.id
    assert outbox.owner_of(desk.reader, desk.account.id, "r2") is None


def test_two_rows_never_share_what_they_became_on_the_channel(desk, talk):
    first, second = queue(desk, talk), queue(desk, talk)
    put(desk, first, state=OutboxState.SENT, remote_id="r1")
    with pytest.raises(sqlite.IntegrityError):
        put(desk, second, state=OutboxState.SENT, remote_id="r1")
    assert state(desk, second) is OutboxState.QUEUED
    put(desk, second, state=OutboxState.SENT, remote_id="r2")


def test_two_accounts_may_use_the_same_remote_id(desk, talk):
    other = desk.add_account()
    desk.keep(factory.message_seen(), account=other)
    for conversation in [one.id for one in desk.page()]:
        row = queue(desk, conversation)
        put(desk, row, state=OutboxState.SENT, remote_id="r1")
        assert state(desk, row) is OutboxState.SENT


def test_what_a_restored_backup_thinks_still_waits_is_unknown(desk, talk):
    rows = {before: queue(desk, talk) for before in OutboxState}
    for before, row in rows.items():
        put(desk, row, state=before)
    assert desk.write(outbox.doubt, NOW) == 2
    for before in OutboxState:
        doubted = before in {OutboxState.QUEUED, OutboxState.SENDING}
        assert state(desk, rows[before]) is (OutboxState.UNKNOWN if doubted else before)
    doubted = outbox.by_id(desk.reader, rows[OutboxState.QUEUED].id)
    assert (doubted.error, doubted.next_attempt_at) == ("lost_track", NOW)
    assert doubted.first_attempt_at == doubted.created_at


# What waits.


def test_what_waits_is_told_in_the_order_written(desk, talk):
    rows = [queue(desk, talk) for _ in OutboxState]
    for row, before in zip(rows, OutboxState, strict=True):
        put(desk, row, state=before)
    waits = {OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNKNOWN}
    wanted = [row.id for row, before in zip(rows, OutboxState, strict=True) if before in waits]
    assert [row.id for row in outbox.waiting_of(desk.reader, desk.account.id)] == wanted
    assert [row.id for row in outbox.waiting(desk.reader)] == wanted
    assert outbox.waiting_of(desk.reader, desk.add_account().id) == []


@pytest.mark.parametrize("end", ["pause", "remove"])
def test_nothing_goes_out_by_itself_from_a_paused_or_removed_account(desk, talk, end):
    queue(desk, talk)
    ends = {"pause": accounts.pause, "remove": partial(accounts.remove, now=NOW)}
    desk.write(ends[end], desk.account.id)
    assert outbox.waiting(desk.reader) == []


# Second thoughts.


def test_a_waiting_text_can_be_changed(desk, talk):
    row = queue(desk, talk, text="one")
    desk.write(outbox.edit, row.id, "two\0")
    assert outbox.by_id(desk.reader, row.id) == replace(row, text="two\ufffd")


def test_a_row_is_erased_with_its_account(desk, talk):
    queue(desk, talk)
    desk.write(accounts.erase, desk.account.id)
    assert outbox.in_states(desk.reader) == []
    assert desk.page() == []
