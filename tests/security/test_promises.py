"""What must hold although somebody presses undo, writes at the same time, or forges a file."""

import json
from collections import Counter

import pytest

from cm_desktop.domain.errors import SlowError, UsageError
from cm_desktop.services import connecting, reading
from cm_desktop.services.export_csv import safe_cell
from cm_desktop.services.export_log import export
from cm_desktop.services.log_records import LogFilter
from cm_desktop.services.vault import create_vault
from cm_desktop.services.verify import verify
from cm_desktop.store import events, keeping
from tests import factory
from tests.services.conftest import clock, office, vault

__all__ = ["clock", "office", "vault"]


@pytest.fixture
def lost(office):
    """A reply of which nobody can tell whether it was sent."""
    office.follow(can_read_back=False)
    row = office.queue()
    office.connector.outcomes = [SlowError("reset")]
    office.sync()
    office.sync_after(minutes=2)
    assert office.state(row) == "needs_human"
    return row


def test_undo_never_says_that_it_took_back_what_may_be_public(office, lost):
    assert office.desk.undo() is None
    assert office.state(lost) == "needs_human"
    assert reading.drafts_of(office.vault, lost.conversation) == []


def test_whoever_looked_may_still_drop_it(office, lost):
    office.desk.cancel(lost.id)
    assert office.state(lost) == "cancelled"


class Busy(LogFilter):
    """A filter during whose work the channel goes on talking."""

    def __init__(self, arrive):
        super().__init__()
        object.__setattr__(self, "arrive", arrive)

    def covers(self, at):
        self.arrive()
        return super().covers(at)


def test_an_export_shows_one_moment_although_messages_come_meanwhile(office, tmp_path):
    about = [factory.message_seen() for _number in range(4)]
    for one in about:
        office.hear(one)

    def arrive():
        # Into each conversation, so also into those that are still to be written.
        seen = [factory.message_seen(conversation=one.conversation) for one in about]
        with office.vault.db.writing() as connection:
            keeping.keep(connection, office.account, seen, office.clock())

    export(office.vault, tmp_path / "log.jsonl", "jsonl", Busy(arrive))
    assert verify(tmp_path / "log.jsonl").ok
    records = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    told = {one["id"]: one["messages"] for one in records if one["type"] == "conversation"}
    written = Counter(one["conversation"] for one in records if one["type"] == "message")
    assert told == written == dict.fromkeys(told, 1)
    assert len(told) == 4
    assert len(office.messages(office.inbox()[0])) > 4


def test_the_log_stays_whole_when_an_account_is_erased_and_its_ids_are_not_reused(office):
    conversation = office.hear()
    office.desk.tag(conversation.id, "complaint")
    connecting.remove_account(office.vault, office.account.id, erase=True)
    report = events.check_chain(office.vault.db.reader)
    assert (report.broken_at, report.unsealed) == (None, 0)
    connector = type(office.connectors[office.account.id])()
    office.account = office.sign_in(connector, remote_id="another")
    assert reading.history(office.vault, office.hear().id) == []


def test_a_removed_account_is_not_asked_and_says_nothing(office):
    conversation = office.hear()
    row = office.queue(conversation, "Too late.")
    failed = office.queue(conversation, "Refused.")
    connecting.remove_account(office.vault, office.account.id)
    assert office.state(row) == "cancelled"
    for attempt in (
        lambda: office.desk.reply(conversation.id, "Hello?"),
        lambda: office.act(conversation=conversation),
        lambda: office.sync(account=office.account.id),
        lambda: connecting.test_account(office.vault, office.account.id),
    ):
        with pytest.raises(UsageError, match="account"):
            attempt()
    assert office.state(failed) == "cancelled"
    office.sync_after(days=1)
    assert office.outside.posts == []


def test_no_note_handoff_or_draft_ever_reaches_a_channel(office):
    conversation = office.hear()
    office.desk.note(conversation.id, "NOTE")
    office.desk.hand_over(conversation.id, "Tom", "ASKED")
    office.desk.save_draft(conversation.id, "NOTE DRAFT", mode="note")
    office.desk.save_draft(conversation.id, "DRAFT")
    office.sync()
    office.queue(conversation, "Answer.")
    office.sync()
    assert office.outside.texts() == ["Answer."]
    assert "NOTE" not in json.dumps(office.outside.posts)
    modes = {draft.mode: draft.text for draft in reading.drafts_of(office.vault, conversation.id)}
    assert modes == {"note": "NOTE DRAFT"}


@pytest.mark.parametrize(
    "before", ["", " ", "\u200b", "\ufeff", "\u00a0\u2060", "\u202e", "\0", "\n"]
)
@pytest.mark.parametrize("sign", ["=1+1", "+1", "-1", "@x", "\uff1d1"])
def test_no_cell_begins_with_what_a_spreadsheet_computes(before, sign):
    assert safe_cell(before + sign).startswith("'")


def test_an_honest_cell_stays_as_it_is():
    for text in ("Brot = gut", "\u200bHallo", "👩‍🍳 backt", "2-3 Tage", "'schon"):
        assert safe_cell(text) == text


def test_only_its_owner_may_look_into_the_folder_of_the_data(tmp_path):
    with create_vault(tmp_path / "deep" / "data", "shop", passphrase="x"):
        for place in (tmp_path / "deep" / "data", *(tmp_path / "deep" / "data").rglob("*")):
            assert place.stat().st_mode & 0o077 == 0, place
