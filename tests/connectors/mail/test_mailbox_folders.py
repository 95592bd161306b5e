"""Mails that are moved between folders, by others or by us, and folders that are not there."""

import pytest

from cm_desktop.domain.errors import GoneError
from cm_desktop.domain.events import ItemSkipped
from cm_desktop.domain.model import OutboxKind, Visibility
from tests.connectors.contract import action_on, cursor_of, events_of, messages, newest_in
from tests.connectors.mail.played_imap import Folder
from tests.connectors.mail.reading import gone, ids, mail


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
