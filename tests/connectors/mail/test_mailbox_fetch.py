"""What a pass over a mailbox asks for and reports: each mail once, and none forgotten."""

import json

import pytest

from cm_desktop.connectors.mailbox_cursor import KEPT
from cm_desktop.connectors.mailbox_fetch import FIRST_SENT, PAGE
from cm_desktop.domain.events import CursorMoved, ItemSkipped
from cm_desktop.domain.model import Direction
from tests.connectors.contract import cursor_of, events_of, messages, newest_in
from tests.connectors.mail.reading import gone, ids, mail


def test_the_first_bite_takes_the_newest(case, inbox):
    for number in range(KEPT + 30):
        case.imap.inbox.put(mail(message_id=f"<{number}@x.example>"))
    for number in range(FIRST_SENT + 5):
        case.imap.folders["Gesendet"].put(mail(message_id=f"<s{number}@x.example>"))

    found = messages(events_of(inbox))

    ours = [one for one in found if one.direction is Direction.OUT]
    theirs = [one for one in found if one.direction is Direction.IN]
    assert (len(ours), len(theirs)) == (FIRST_SENT, KEPT)
    assert "<29@x.example>" not in {one.remote_id for one in theirs}


def test_a_cursor_follows_each_page(case, inbox):
    for number in range(PAGE + 1):
        case.imap.inbox.put(mail(message_id=f"<{number}@x.example>"))

    events = events_of(inbox)

    places = [n for n, one in enumerate(events) if isinstance(one, CursorMoved)]
    assert max(b - a for a, b in zip([-1, *places], places, strict=False)) == PAGE + 1


def test_the_newest_mail_that_a_search_always_names_is_not_new(case, inbox):
    case.imap.inbox.put(mail())
    first = events_of(inbox)

    # The played server answers n:* as the standard says: with the newest at least.
    assert messages(events_of(inbox, cursor_of(first))) == []
    case.imap.inbox.mails.clear()
    assert gone(events_of(inbox, cursor_of(first))) == ["<a@x.example>"]


def test_a_mail_the_server_skipped_is_fetched_later(case, inbox):
    case.imap.inbox.put(mail("eins", "<1@x.example>"))
    first = events_of(inbox)
    hidden = case.imap.inbox.put(mail("zwei", "<2@x.example>"))
    case.imap.inbox.put(mail("drei", "<3@x.example>"))
    case.imap.inbox.mails.remove(hidden)
    second = events_of(inbox, cursor_of(first))
    case.imap.inbox.mails.insert(1, hidden)

    assert ids(second) == ["<3@x.example>"]
    assert ids(events_of(inbox, cursor_of(second))) == ["<2@x.example>"]


def test_a_mail_without_an_answer_to_fetch_is_asked_for_again(case, inbox):
    case.imap.inbox.put(mail("eins", "<1@x.example>"))
    case.imap.inbox.put(mail("zwei", "<2@x.example>"))

    def only_meta_for_the_first(session, tag, name, words):
        if name == "UID FETCH" and "BODY.PEEK[]" in words:
            session.do_uid_fetch(tag, words.replace("1:2", "2"))
            return True
        return False

    case.imap.manner = only_meta_for_the_first
    first = events_of(inbox)
    case.imap.manner = lambda *words: False

    assert ids(first) == ["<2@x.example>"]
    assert ids(events_of(inbox, cursor_of(first))) == ["<1@x.example>"]


@pytest.mark.parametrize("uidvalidity", [0, 2])
def test_a_uidvalidity_of_zero_and_a_new_one_work(case, inbox, uidvalidity):
    case.imap.inbox.put(mail("eins", "<1@x.example>"))
    first = events_of(inbox)
    case.imap.inbox.uidvalidity = uidvalidity
    case.imap.inbox.mails[0].uid = 77
    case.imap.inbox.uidnext = 78
    case.imap.inbox.put(mail("zwei", "<2@x.example>"))

    later = events_of(inbox, cursor_of(first))

    assert ids(later) == ["<2@x.example>"]
    assert gone(later) == []
    assert ids(events_of(inbox, cursor_of(later))) == []


def test_after_a_new_uidvalidity_a_long_absence_leaves_no_hole(case, inbox):
    case.imap.inbox.put(mail("eins", "<1@x.example>"))
    first = events_of(inbox)
    case.imap.inbox.uidvalidity = 9
    for number in range(KEPT + 50):
        case.imap.inbox.put(mail(message_id=f"<n{number}@x.example>"))

    assert len(ids(events_of(inbox, cursor_of(first)))) == KEPT + 50


def test_after_a_new_uidvalidity_unknown_mails_begin_with_the_newest(case, inbox):
    case.imap.inbox.put(mail("eins", ""))
    first = events_of(inbox)
    case.imap.inbox.uidvalidity = 9
    case.imap.inbox.mails.clear()
    case.imap.inbox.put(mail("zwei", "<2@x.example>"))

    assert ids(events_of(inbox, cursor_of(first))) == ["<2@x.example>"]


def test_a_mail_over_the_limit_is_read_in_pieces(case, inbox, monkeypatch):
    monkeypatch.setattr("cm_desktop.connectors.mailbox_fetch.WHOLE_CAP", 300)
    raw = mail("Kurz gesagt: ja.", "<g@x.example>", "Content-Type: text/plain; charset=utf-8")
    big = case.imap.inbox.put(raw.replace(b"Frage", b"F" * 400))
    big.structure = (
        '(("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 18 1 NIL NIL NIL NIL)'
        '("video" "mp4" ("name" "T.mp4") NIL NIL "base64" 78 NIL NIL NIL NIL) "mixed")'
    )

    found = newest_in(events_of(inbox))

    assert found.text == "Kurz gesagt: ja."
    assert found.conversation.title.startswith("FFFF")
    (file,) = found.attachments
    assert (file.about.name, file.about.size, file.content) == ("T.mp4", 57, None)


def test_many_large_mails_come_in_bites_with_a_cursor_after_each(case, inbox, monkeypatch):
    monkeypatch.setattr("cm_desktop.connectors.mailbox_fetch._BATCH", 500)
    for number in range(4):
        case.imap.inbox.put(mail("x" * 300, f"<{number}@x>"))

    events = events_of(inbox)

    assert len(ids(events)) == 4
    assert len([one for one in events if isinstance(one, CursorMoved)]) >= 5


def test_a_mail_that_trips_the_parser_is_skipped_once(case, inbox, monkeypatch):
    case.imap.inbox.put(mail())
    case.imap.inbox.put(b"\r\n\r\n")

    first = events_of(inbox)

    assert [one.reason for one in first if isinstance(one, ItemSkipped)] == ["empty_mail"]
    again = events_of(inbox, cursor_of(first))
    assert [one for one in again if isinstance(one, ItemSkipped)] == []


def test_flags_say_what_was_read_elsewhere(case, inbox):
    case.imap.inbox.put(mail("1", "<1@x>"), "\\Seen")
    case.imap.inbox.put(mail("2", "<2@x>"))

    assert [one.seen_by_us for one in messages(events_of(inbox))] == [True, False]


def test_a_cursor_of_another_mailbox_or_program_is_a_first_bite(case, inbox):
    case.imap.inbox.put(mail())
    strange = json.dumps(
        {"folders": {"Anders": {"uidvalidity": 1, "begin": 1, "last_uid": 9, "latest": []}}}
    )

    assert ids(events_of(inbox, strange)) == ["<a@x.example>"]
    assert ids(events_of(inbox, "kein Cursor")) == ["<a@x.example>"]
