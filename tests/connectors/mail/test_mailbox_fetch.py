"""Reading a mailbox whose server does what Dovecot never does, and what may not go wrong."""

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cm_desktop.connectors.mailbox_cursor import KEPT
from cm_desktop.connectors.mailbox_fetch import FIRST_SENT, PAGE
from cm_desktop.domain.errors import (
    CmError,
    GoneError,
    NotAllowedError,
    RateLimitedError,
    ServerTroubleError,
)
from cm_desktop.domain.events import CursorMoved, ItemSkipped, MessageGone
from cm_desktop.domain.model import Direction, Nature, OutboxKind, Visibility
from tests.connectors.contract import (
    action_on,
    cursor_of,
    events_of,
    messages,
    newest_in,
    reply_to,
)
from tests.connectors.mail.played_imap import Folder, HungUpError

_ANSWERS = [
    b"* SEARCH 1 2 3\r\n",
    b"* SEARCH x\r\n",
    b"* 1 FETCH (UID 1 FLAGS (\\Seen) RFC822.SIZE 10)\r\n",
    b"* 1 FETCH (UID 1 BODY[] {12}\r\nFrom: a@b\r\n\r\n)\r\n",
    b"* 1 FETCH (UID 1 BODY[] {3}\r\n\r\n",
    b'* 1 FETCH (UID 99999999999 INTERNALDATE "99-Foo-2026 10:00:00 +9999")\r\n',
    b'* LIST () "/" x\r\n',
    b"* NO [ALERT] so\r\n",
    b"\xff\0",
    b"{5}\r\n",
    b"* ",
    b"+ \r\n",
]


def mail(text="Hallo", message_id="<a@x.example>", *headers):
    lines = ["From: Karl <karl@kunde.example>", "Subject: Frage", *headers]
    if message_id:
        lines.append(f"Message-ID: {message_id}")
    return ("\r\n".join(lines) + f"\r\n\r\n{text}\r\n").encode()


def ids(events):
    return [one.remote_id for one in messages(events)]


def gone(events):
    return [one.remote_id for one in events if isinstance(one, MessageGone)]


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


def test_our_own_mail_coming_back_by_a_list_is_not_incoming(case, inbox):
    ours = b"From: alice@example.test\r\nMessage-ID: <o@example.test>\r\nSubject: a\r\n\r\nWir\r\n"
    case.imap.folders["Gesendet"].put(ours)
    case.imap.inbox.put(ours.replace(b"Wir", b"Wir\r\n-- \r\nListe"))

    assert [one.direction for one in messages(events_of(inbox))] == [Direction.OUT]


def test_a_mail_to_ourselves_is_one_message(case, inbox):
    raw = mail("Notiz", "<n@example.test>")
    case.imap.folders["Gesendet"].put(raw)
    case.imap.inbox.put(raw)

    assert len(messages(events_of(inbox))) == 1


def test_a_form_that_writes_in_our_name_speaks_for_a_stranger(case, inbox):
    case.imap.inbox.put(
        b"From: Seite <alice@example.test>\r\nReply-To: Rosa <rosa@kunde.example>\r\n"
        b"Message-ID: <f@example.test>\r\nSubject: Formular\r\n\r\nFrage\r\n"
    )
    found = newest_in(events_of(inbox))

    assert (found.author.remote_id, found.author.name) == ("rosa@kunde.example", "Rosa")
    inbox.send(reply_to(found, "Ja."))
    assert case.smtp.taken[0][1] == ("rosa@kunde.example",)


def test_an_unknown_author_is_still_somebody(case, inbox):
    case.imap.inbox.put(b"Subject: Zettel\r\n\r\nOhne Absender\r\n")

    assert newest_in(events_of(inbox)).author.remote_id == "unknown"


def test_an_answer_that_only_names_its_parent_stays_in_the_conversation(case, inbox):
    case.imap.inbox.put(mail("1", "<1@x>"))
    case.imap.inbox.put(mail("2", "<2@x>", "References: <1@x>"))
    case.imap.inbox.put(mail("3", "<3@x>", "In-Reply-To: <2@x>"))
    case.imap.inbox.put(mail("4", "<4@x>", "In-Reply-To: <nie-gesehen@x>"))
    case.imap.inbox.put(mail("5", "<5@x>", "References: <nie-gesehen@x> <4@x>"))

    found = {one.remote_id: one for one in messages(events_of(inbox))}

    assert {one.conversation.remote_id for one in found.values()} == {"<1@x>", "<nie-gesehen@x>"}
    assert found["<3@x>"].conversation.remote_id == "<1@x>"
    assert found["<3@x>"].parent_remote_id == "<2@x>"
    assert found["<5@x>"].conversation.remote_id == found["<4@x>"].conversation.remote_id


def test_a_conversation_is_known_again_after_a_restart(case, inbox):
    case.imap.inbox.put(mail("1", "<1@x>"))
    case.imap.inbox.put(mail("2", "<2@x>", "References: <1@x>"))
    first = events_of(inbox)
    case.imap.inbox.put(mail("3", "<3@x>", "In-Reply-To: <2@x>"))

    (third,) = messages(events_of(case.connect(), cursor_of(first)))
    assert third.conversation.remote_id == "<1@x>"


def test_a_bounce_joins_the_conversation_of_what_came_back(case, inbox):
    case.imap.folders["Gesendet"].put(mail("Gern", "<ours@x>", "References: <1@x>"))
    case.imap.inbox.put(
        b"From: MAILER-DAEMON@x.example\r\nMessage-ID: <b@x>\r\nSubject: failure notice\r\n"
        b"Return-Path: <>\r\n\r\nMessage-ID: <ours@x>\r\n"
    )
    bounce = newest_in(events_of(inbox))

    assert bounce.nature is Nature.BOUNCE
    assert bounce.conversation.remote_id == "<1@x>"
    assert bounce.parent_remote_id == "<ours@x>"
    assert bounce.context["bounced_message_id"] == "<ours@x>"


@pytest.mark.parametrize(
    ("folder", "visibility"), [("Junk", Visibility.SPAM), ("Papierkorb", Visibility.TRASHED)]
)
def test_what_others_move_to_junk_or_trash_is_shown_so(case, inbox, folder, visibility):
    case.imap.inbox.put(mail())
    first = events_of(inbox)
    case.imap.folders[folder].put(case.imap.inbox.mails.pop().raw)

    (moved,) = messages(events_of(inbox, cursor_of(first)))
    assert (moved.remote_id, moved.visibility) == ("<a@x.example>", visibility)


def test_what_others_file_away_stays_as_it_is(case, inbox):
    case.imap.folders["Kunden/Karl"] = Folder()
    case.imap.inbox.put(mail())
    first = events_of(inbox)
    case.imap.folders["Kunden/Karl"].put(case.imap.inbox.mails.pop().raw)

    later = events_of(inbox, cursor_of(first))
    assert (messages(later), gone(later)) == ([], [])


def test_in_a_mailbox_with_countless_folders_nothing_is_called_gone(case, inbox):
    for number in range(70):
        case.imap.folders[f"Ordner {number}"] = Folder()
    case.imap.inbox.put(mail())
    first = events_of(inbox)
    case.imap.inbox.mails.clear()

    assert gone(events_of(inbox, cursor_of(first))) == []


def test_a_mail_put_back_is_the_same_message(case, inbox):
    case.imap.inbox.put(mail())
    first = events_of(inbox)
    raw = case.imap.inbox.mails.pop().raw
    case.imap.inbox.put(raw)

    later = events_of(inbox, cursor_of(first))
    assert (messages(later), gone(later)) == ([], [])


def test_a_folder_that_vanishes_while_it_is_searched_is_passed_over(case, inbox):
    case.imap.inbox.put(mail())
    first = events_of(inbox)
    case.imap.inbox.mails.clear()

    def gone_folder(session, tag, name, words):
        if name in ("SELECT", "EXAMINE") and "Archiv" in words:
            session.say(f"{tag} NO [NONEXISTENT] gone\r\n")
            return True
        return False

    case.imap.manner = gone_folder
    assert gone(events_of(inbox, cursor_of(first))) == ["<a@x.example>"]


def test_a_sent_folder_that_is_not_there_is_told_and_passed_over(case):
    case.imap.inbox.put(mail())

    events = events_of(case.connect(sent_folder="Weg"))

    assert [one.reason for one in events if isinstance(one, ItemSkipped)] == ["no_sent_folder"]
    assert ids(events) == ["<a@x.example>"]


def test_without_any_sent_folder_the_inbox_is_read(case, inbox):
    del case.imap.folders["Gesendet"]
    case.imap.inbox.put(mail())

    assert ids(events_of(inbox)) == ["<a@x.example>"]


def test_the_inbox_may_be_another_folder(case):
    case.imap.folders["Anfragen"] = Folder()
    case.imap.folders["Anfragen"].put(mail())

    assert ids(events_of(case.connect(folder="Anfragen"))) == ["<a@x.example>"]
    with pytest.raises(GoneError):
        events_of(case.connect(folder="Nirgends"))


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


@pytest.mark.parametrize("size", ["", " RFC822.SIZE 0"])
def test_a_server_that_does_not_tell_sizes_is_believed_nothing(case, inbox, size):
    case.imap.inbox.put(mail())

    def sizeless(session, tag, name, words):
        if name == "UID FETCH" and "RFC822.SIZE" in words:
            session.say(f"* 1 FETCH (UID 1 FLAGS (){size})\r\n* 1 FETCH (FLAGS (\\Seen))\r\n")
            session.done(tag)
            return True
        return False

    case.imap.manner = sizeless
    assert ids(events_of(inbox)) == ["<a@x.example>"]


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


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("NO [UNAVAILABLE] later", ServerTroubleError),
        ("NO [LIMIT] too much", RateLimitedError),
        ("NO [NOPERM] not you", NotAllowedError),
        ("NO no", NotAllowedError),
        ("BAD what", NotAllowedError),
    ],
)
def test_what_a_server_says_no_with_is_told_apart(case, inbox, answer, error):
    def refuse(session, tag, name, words):
        if name == "UID SEARCH":
            session.say(f"{tag} {answer}\r\n")
            return True
        return False

    case.imap.manner = refuse
    with pytest.raises(error):
        events_of(inbox)


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n",
        b"* 1 FETCH (UID 1 BODY[] {100}\r\nshort",
        b"complete nonsense\r\n",
        b"* BYE going home\r\n",
        b"\0\xff\r\n",
        b"no line end",
    ],
)
def test_an_answer_that_is_no_imap_is_the_servers_trouble(case, inbox, answer):
    case.imap.inbox.put(mail())

    def rude(session, tag, name, words):
        if name == "UID FETCH":
            session.say(answer)
            raise HungUpError
        return False

    case.imap.manner = rude
    with pytest.raises(ServerTroubleError):
        events_of(inbox)


def test_news_about_flags_in_between_confuses_nothing(case, inbox):
    case.imap.inbox.put(mail())

    def talkative(session, tag, name, words):
        if name == "UID FETCH":
            session.say(
                "* 1 FETCH (FLAGS (\\Seen))\r\n* 9 FETCH (UID 99 FLAGS ())\r\n* 3 EXISTS\r\n"
            )
        return False

    case.imap.manner = talkative
    assert ids(events_of(inbox)) == ["<a@x.example>"]


def test_a_mail_without_an_id_can_be_moved_where_it_was_seen(case, inbox):
    case.imap.inbox.put(mail("ohne", ""))
    found = newest_in(events_of(inbox))

    inbox.act(action_on(found, OutboxKind.SPAM))

    assert len(case.imap.folders["Junk"].mails) == 1
    case.imap.inbox.uidvalidity = 5
    case.imap.inbox.put(mail("eine andere", "")).uid = 1
    with pytest.raises(GoneError):
        inbox.act(action_on(found, OutboxKind.DELETE))
    assert len(case.imap.inbox.mails) == 1


def test_a_forged_id_is_asked_for_literally(case, inbox):
    case.imap.inbox.put(mail("x", '<a"b\\c@x>'))
    case.imap.inbox.put(mail("y", "<ä@x>"))
    found = messages(events_of(inbox))

    inbox.act(action_on(found[0], OutboxKind.SPAM))
    assert len(case.imap.folders["Junk"].mails) == 1
    with pytest.raises(GoneError):
        inbox.act(action_on(found[1], OutboxKind.SPAM))


def test_many_large_mails_come_in_bites_with_a_cursor_after_each(case, inbox, monkeypatch):
    monkeypatch.setattr("cm_desktop.connectors.mailbox_fetch._BATCH", 500)
    for number in range(4):
        case.imap.inbox.put(mail("x" * 300, f"<{number}@x>"))

    events = events_of(inbox)

    assert len(ids(events)) == 4
    assert len([one for one in events if isinstance(one, CursorMoved)]) >= 5


def test_a_moved_mail_that_cannot_be_shown_is_called_gone(case, inbox):
    case.imap.inbox.put(mail())
    first = events_of(inbox)
    case.imap.folders["Junk"].put(case.imap.inbox.mails.pop().raw)

    def empty_handed(session, tag, name, words):
        if name == "UID FETCH" and "BODY.PEEK[]" in words:
            session.done(tag)
            return True
        return False

    case.imap.manner = empty_handed
    assert gone(events_of(inbox, cursor_of(first))) == ["<a@x.example>"]


@given(st.lists(st.sampled_from(_ANSWERS), max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_server_answers_only_foreseen_errors_come_of_it(case, tokens):
    def babbling(session, tag, name, words):
        if name not in ("UID FETCH", "UID SEARCH"):
            return False
        session.say(b"".join(tokens) + b"\r\n")
        session.done(tag)
        return True

    case.imap.manner = babbling
    with suppress(CmError):
        for event in case.connect().fetch(None):
            assert not isinstance(event, MessageGone)
