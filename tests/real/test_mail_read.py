"""Reading a mailbox of a real Dovecot: each mail once, with its files, or where it was moved."""

import email
import email.policy
import threading

import pytest

from cm_desktop.domain.events import ItemSkipped, MessageGone
from cm_desktop.domain.model import OutboxKind, Visibility
from tests.connectors.contract import action_on, cursor_of, events_of, messages, newest_in
from tests.connectors.mail.hostile_mails import MAILS
from tests.servers.mail_account import ALICE, ask, inbox, written

__all__ = ["inbox"]

pytestmark = pytest.mark.real


def test_reading_leaves_mails_unread_for_everybody_else(mail_server, inbox):
    ask(mail_server, inbox)

    assert "\\Seen" not in mail_server.flags(ALICE)[0]


def test_files_and_umlauts_arrive(mail_server, inbox):
    mail = written("Anbei die Größen.", subject="Bestellung für „Müller“")
    mail.add_attachment(b"%PDF-1.7 x", maintype="application", subtype="pdf",
                        filename="Größen & Maße.pdf")  # fmt: skip
    mail.add_attachment(b"\xff\xd8\xff", maintype="image", subtype="jpeg", filename="Foto.jpg")
    mail_server.deliver(mail.as_bytes(), ALICE)

    found = newest_in(events_of(inbox))

    assert found.text == "Anbei die Größen."
    assert found.conversation.title == "Bestellung für „Müller“"
    files = [(one.about.name, one.about.type, one.content) for one in found.attachments]
    assert files == [
        ("Größen & Maße.pdf", "application/pdf", b"%PDF-1.7 x"),
        ("Foto.jpg", "image/jpeg", b"\xff\xd8\xff"),
    ]


def test_of_a_huge_mail_the_text_and_the_names_of_its_files_arrive(mail_server, inbox):
    mail = written("Die Videos für euch.", subject="Hochzeit")
    mail.add_alternative("<p>Die Videos für euch.</p>", subtype="html")
    mail.add_attachment(bytes(12 << 20), maintype="video", subtype="mp4", filename="Tänze.mp4")
    mail.add_attachment(b"text", maintype="application", subtype="zip", filename="a.zip")
    mail_server.put(ALICE, "INBOX", mail.as_bytes(policy=email.policy.SMTP))

    found = newest_in(events_of(inbox))

    assert found.text == "Die Videos für euch."
    assert [(one.about.name, one.content) for one in found.attachments] == [
        ("Tänze.mp4", None), ("a.zip", None),
    ]  # fmt: skip
    assert abs(found.attachments[0].about.size - (12 << 20)) < 20_000


def test_new_uids_for_all_mails_bring_no_mail_twice_and_lose_none(mail_server, inbox):
    for number in range(3):
        mail_server.deliver(written(f"{number}", message_id=f"<n{number}@x>").as_bytes(), ALICE)
    first = events_of(inbox)
    mail_server.change_uidvalidity(ALICE)
    mail_server.deliver(written("neu", message_id="<neu@x>").as_bytes(), ALICE)

    later = events_of(inbox, cursor_of(first))

    assert [one.remote_id for one in messages(later)] == ["<neu@x>"]
    assert not [one for one in later if isinstance(one, MessageGone)]
    assert messages(events_of(inbox, cursor_of(later))) == []


def test_the_newest_mail_is_not_reported_again_and_again(mail_server, inbox):
    mail_server.deliver(written("eins").as_bytes(), ALICE)
    first = events_of(inbox)

    assert messages(events_of(inbox, cursor_of(first))) == []


def test_the_same_mail_delivered_twice_is_one_message(mail_server, inbox):
    mail_server.deliver(written("eins").as_bytes(), ALICE)
    raw = mail_server.mailbox(ALICE)[0]
    mail_server.deliver(raw, ALICE)

    assert len(messages(events_of(inbox))) == 1


def test_a_stranger_cannot_replace_a_mail_by_taking_its_id(mail_server, inbox):
    mail_server.deliver(written("Das Original").as_bytes(), ALICE)
    first = events_of(inbox)
    mail_server.deliver(written("Die Fälschung").as_bytes(), ALICE)

    (forged,) = messages(events_of(inbox, cursor_of(first)))

    assert forged.text == "Die Fälschung"
    assert forged.remote_id != newest_in(first).remote_id
    assert messages(events_of(inbox, cursor_of(first))) == [forged]


def test_waiting_ends_as_soon_as_a_mail_arrives(mail_server, inbox):
    events_of(inbox)
    woken = []
    waiting = threading.Thread(target=lambda: woken.append(inbox.wait(20, threading.Event())))
    waiting.start()
    mail_server.deliver(written("Klopf klopf").as_bytes(), ALICE)
    waiting.join(15)

    assert woken == [True]


def test_waiting_ends_when_cancelled_and_when_time_is_up(inbox):
    events_of(inbox)
    cancelled = threading.Event()
    results = []
    waiting = threading.Thread(target=lambda: results.append(inbox.wait(60, cancelled)))
    waiting.start()
    cancelled.set()
    waiting.join(15)

    assert results == [False]
    assert inbox.wait(0.2, threading.Event()) is False


def test_junk_and_trash_are_where_the_mail_programs_look(mail_server, inbox):
    for kind, folder, visibility in (
        (OutboxKind.SPAM, "Junk", Visibility.SPAM),
        (OutboxKind.DELETE, "Trash", Visibility.TRASHED),
    ):
        mail_server.deliver(written(kind.value, message_id=f"<{kind}@x>").as_bytes(), ALICE)
        before = events_of(inbox)
        action = action_on(newest_in(before, f"<{kind}@x>"), kind)

        inbox.act(action)
        inbox.act(action)

        assert len(mail_server.mailbox(ALICE, folder)) == 1
        (moved,) = messages(events_of(inbox, cursor_of(before)))
        assert moved.visibility is visibility
    assert mail_server.mailbox(ALICE) == []


def test_a_mail_deleted_elsewhere_is_gone_and_an_archived_one_is_not(mail_server, inbox):
    for name in ("geht", "bleibt"):
        mail_server.deliver(written(name, message_id=f"<{name}@x>").as_bytes(), ALICE)
    first = events_of(inbox)
    with mail_server.session(ALICE) as other:
        other.select("INBOX")
        other.copy("2", "Archive")
        other.store("1:2", "+FLAGS", "\\Deleted")
        other.expunge()

    later = events_of(inbox, cursor_of(first))

    assert [one.remote_id for one in later if isinstance(one, MessageGone)] == ["<geht@x>"]
    assert messages(later) == []


def test_hostile_mails_cost_only_themselves(mail_server, inbox):
    mail_server.deliver(written("davor", message_id="<davor@x>").as_bytes(), ALICE)
    for raw in MAILS.values():
        if b"\0" not in raw and len(raw) < 1_500_000:  # what IMAP lets another program store
            mail_server.put(ALICE, "INBOX", raw or b"\r\n")
    mail_server.deliver(written("danach", message_id="<danach@x>").as_bytes(), ALICE)

    events = events_of(inbox)

    found = {one.remote_id for one in messages(events)}
    assert {"<davor@x>", "<danach@x>"} <= found
    assert len(found) > 30
    assert len([one for one in events if isinstance(one, ItemSkipped)]) < 10
    assert messages(events_of(inbox, cursor_of(events))) == []
