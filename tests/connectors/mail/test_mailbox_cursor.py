"""The place to go on from, as text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.connectors.mailbox_cursor import (
    KEPT,
    FolderCursor,
    Known,
    MailCursor,
    read_cursor,
    write_cursor,
)

_TEXT = st.text(min_size=1, max_size=12)
_KNOWN = st.builds(Known, _TEXT, _TEXT, _TEXT, _TEXT)


@given(st.dictionaries(st.integers(1, 2**32), _KNOWN, max_size=5), _TEXT)
def test_a_cursor_reads_back_as_it_was(latest, name):
    cursor = MailCursor({name: FolderCursor(7, 3, 9, dict(latest))})

    assert read_cursor(write_cursor(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    [
        None, "", "null", "[]", "{}", "{", '{"folders": 7}', '{"folders": {"a": {}}}', "9" * 5_000,
        '{"folders": {"a": {"uidvalidity": "x", "begin": 1, "last_uid": 1, "latest": []}}}',
        '{"folders": {"a": {"uidvalidity": 1, "begin": 1, "last_uid": 1, "latest": [[1]]}}}',
        "[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_cursor_counts_as_never_read(text):
    assert read_cursor(text) == MailCursor()


def test_only_the_latest_mails_are_looked_after():
    folder = FolderCursor(1, 1, 0)
    for uid in range(1, KEPT + 101):
        folder.remember(uid, Known(f"<{uid}@x>", f"<{uid}@x>", "d", f"<{uid}@x>"))

    assert (folder.begin, folder.last_uid, len(folder.latest)) == (101, KEPT + 100, KEPT)


def test_a_full_cursor_stays_small():
    folder = FolderCursor(1, 1, 0)
    for uid in range(KEPT):
        name = f"<{uid:032x}.cm@example.test>"
        folder.remember(uid, Known(name, name, "0" * 12, name))

    text = write_cursor(MailCursor({"INBOX": folder}))
    assert len(text) < 60_000
    assert json.loads(text)


def test_of_two_mails_with_one_id_the_earlier_one_is_known():
    first, second = Known("a", "c", "1", "<x>"), Known("a#2", "c", "2", "<x>")
    cursor = MailCursor(
        {"INBOX": FolderCursor(1, 1, 2, {2: second, 1: first, 3: Known("", "", "")})}
    )

    assert cursor.by_message_id() == {"<x>": first}
