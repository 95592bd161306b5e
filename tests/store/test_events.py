"""The event log can be added to and nothing else; whoever tampers with it is found out."""

import shutil

import pytest
from sqlcipher3 import dbapi2 as sqlite

from cm_desktop.store import connection, events
from cm_desktop.store.connection import Database
from tests import factory
from tests.factory import NOW
from tests.store.conftest import KEY


def note_down(desk, *kinds, sealed=True, **values):
    with desk.db.writing() as writer:
        for kind in kinds:
            events.append(writer, kind, **({"member": "Eva", "body": {"n": 1}, "at": NOW} | values))
        if sealed:
            events.seal(writer)


def test_what_was_written_down_is_read_back(desk):
    desk.keep(factory.message_seen())
    conv = desk.only().id
    note_down(desk, "tagged", conv_id=conv, body={"tag": "vip", "b": [1, None]})
    note_down(desk, "exported", member="")
    tagged, exported = events.walk(desk.reader, after=1)
    assert (tagged.seq, tagged.kind, tagged.member, tagged.at) == (2, "tagged", "Eva", NOW)
    assert tagged.conversation == conv
    assert tagged.body == {"tag": "vip", "b": [1, None]}
    assert tagged.id
    assert tagged.id != exported.id
    assert exported.conversation is None
    assert [one.kind for one in events.history(desk.reader, conv)] == ["tagged"]
    with_messages = events.history(desk.reader, conv, with_messages=True)
    assert [one.kind for one in with_messages] == ["message_kept", "tagged"]


def test_what_a_channel_said_is_written_down_without_its_text(desk):
    event = factory.message_seen(text="a secret text")
    desk.keep(event)
    desk.keep(factory.message_gone(remote_id=event.remote_id))
    kept, gone = events.walk(desk.reader)
    assert (kept.kind, gone.kind) == ("message_kept", "message_gone")
    assert set(kept.body) == {"message", "sha256"}
    assert kept.body["message"] == gone.body["message"]
    assert "secret" not in str(desk.rows("SELECT * FROM event"))


def test_an_untouched_log_is_intact(desk):
    assert events.check_chain(desk.reader).intact
    note_down(desk, "a", "b")
    note_down(desk, "c")
    note_down(desk, "d", sealed=False)
    report = events.check_chain(desk.reader)
    assert report.intact
    assert (report.events, report.seals, report.unsealed) == (4, 2, 1)


def test_sealing_without_a_new_entry_does_nothing(desk):
    with desk.db.writing() as writer:
        events.seal(writer)
    note_down(desk, "a")
    with desk.db.writing() as writer:
        events.seal(writer)
    assert desk.rows("SELECT seq FROM event_seal") == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET member = 'Tom' WHERE seq = 1",
        "DELETE FROM event WHERE seq = 1",
        "UPDATE event_seal SET sig = x'00'",
        "DELETE FROM event_seal",
        "INSERT OR REPLACE INTO event SELECT seq, '', 0, '', NULL, '', '', hash FROM event",
        "INSERT OR REPLACE INTO event_seal SELECT seq, x'00' FROM event_seal",
    ],
)
def test_the_database_itself_refuses_changes_to_the_log(desk, statement):
    note_down(desk, "a", "b")
    before = list(events.walk(desk.reader))
    with pytest.raises(sqlite.Error), desk.db.writing() as writer:
        writer.execute(statement)
    assert list(events.walk(desk.reader)) == before


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE event SET member = 'Tom' WHERE seq = 2", 2),
        ("UPDATE event SET body = '{\"n\":2}' WHERE seq = 3", 3),
        ("UPDATE event SET at_ms = at_ms + 1 WHERE seq = 1", 1),
        ("UPDATE event SET conv_id = 7 WHERE seq = 1", 1),
        ("UPDATE event SET hash = zeroblob(32) WHERE seq = 2", 2),
        ("DELETE FROM event WHERE seq = 2", 2),
        ("DELETE FROM event_seal WHERE seq = 4; DELETE FROM event WHERE seq = 4", None),
        ("DELETE FROM event WHERE seq = 4", 4),
        ("UPDATE event_seal SET sig = zeroblob(64) WHERE seq = 4", 4),
        ("UPDATE event_seal SET seq = 1 WHERE seq = 2", 1),
    ],
)
def test_a_copy_somebody_tampered_with_is_found_out(desk, tmp_path, statement, broken_at):
    note_down(desk, "a", "b")
    note_down(desk, "c", "d")
    file = tmp_path / "copy.db"
    desk.db.copy_to(file)
    raw = connection.connect(file, KEY)
    raw.execute("PRAGMA foreign_keys = OFF")
    for trigger in ("event_stays", "event_remains", "seal_stays", "seal_remains"):
        raw.execute("DROP TRIGGER " + trigger)
    for part in statement.split(";"):
        raw.execute(part)
    report = events.check_chain(raw)
    raw.close()
    # Without its last entries and their seal a log is shorter, and true as far as it goes.
    assert report.broken_at == broken_at
    assert report.intact == (broken_at is None)


def test_an_entry_forged_with_right_hashes_lacks_the_signature(desk, tmp_path):
    note_down(desk, "a")
    note_down(desk, "b")
    file = tmp_path / "copy.db"
    shutil.copy(desk.db.file, file)
    desk.db.copy_to(tmp_path / "forged.db")
    raw = connection.connect(tmp_path / "forged.db", KEY)
    entries = [row[1:7] for row in raw.execute("SELECT * FROM event ORDER BY seq")]
    for trigger in ("event_stays", "event_remains"):
        raw.execute("DROP TRIGGER " + trigger)
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.execute("DELETE FROM event")
    entries[1] = (*entries[1][:4], "Mallory", entries[1][5])
    events.append_all(raw, entries)
    assert events.check_chain(raw).broken_at == 2
    raw.close()


def test_two_programs_add_to_one_chain(desk):
    other = Database(desk.db.file, KEY)
    for n in range(6):
        with (desk.db if n % 2 else other).writing() as writer:
            events.append(writer, f"kind{n}", body={}, at=NOW)
            events.seal(writer)
    other.close()
    assert events.check_chain(desk.reader).intact
    assert [one.kind for one in events.walk(desk.reader)] == [f"kind{n}" for n in range(6)]


def stop_halfway(desk):
    with desk.db.writing() as writer:
        events.append(writer, "b", body={}, at=NOW)
        events.seal(writer)
        raise ZeroDivisionError


def test_a_transaction_taken_back_leaves_no_entry(desk):
    note_down(desk, "a")
    with pytest.raises(ZeroDivisionError):
        stop_halfway(desk)
    note_down(desk, "c")
    assert [one.kind for one in events.walk(desk.reader)] == ["a", "c"]
    assert events.check_chain(desk.reader).intact


def test_the_device_key_stays_the_same(desk):
    with desk.db.writing() as writer:
        first = events.device_key(writer).private_bytes_raw()
    assert events.device_key(desk.reader).private_bytes_raw() == first
