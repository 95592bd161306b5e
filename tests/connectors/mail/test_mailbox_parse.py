"""What is made of mails as they really arrive."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cm_desktop.connectors.mailbox_parse import parse_mail
from cm_desktop.domain.model import Nature

RECORDED = Path(__file__).parent / "recorded"
ROOT = "<3c1f8a90-77aa-4c43-9f3d-0f1f6f2b7a55@web.example>"
OURS = "<0f3e2d1c.cm@baeckerei.example>"


def recorded(name):
    return (RECORDED / f"{name}.eml").read_bytes()


def parsed(name, arrived=None):
    return parse_mail(recorded(name), arrived)


@pytest.mark.parametrize(
    ("name", "author", "title", "text"),
    [
        ("latin1_that_is_utf8", "Björn", "Öffnungszeiten am Büß- und Bettag",
         "Haben Sie am Buß- und Bettag geöffnet? Schöne Grüße \u2013 Björn"),
        ("windows_1252_unnamed", "Café Größe", "Preis 4,50 € für „Bienenstich“",
         "Gilt der Preis von 4,50 € noch? \u2013 „Danke“"),
        ("iso_2022_jp", "田中太郎", "パンについて", "こんにちは。パンはありますか。"),
        ("gmx_html_only", "Jörg Müller", "Reklamation",
         ("Hallo,\n\ndas Brot von gestern war leider außen schwarz. Was können Sie tun?\n\n"
          "• 1 Dinkelbrot\n• 2 Brezeln\n\nGruß\nJörg Müller\n\n"
          "Rechnung: ansehen (https://shop.example/r/77?id=1)")),
        ("thunderbird_question", "Petra Sommer", "Frühstückskörbe für 30 Personen?",
         ("Guten Tag,\n\nwir feiern am 12. Dezember unser Betriebsjubiläum und hätten gern "
          "Frühstückskörbe für 30 Personen. Ginge das, und was würde es kosten?\n\n"
          "Viele Grüße\nPetra Sommer\n--\nSommer Gartenbau GmbH\nGärtnerweg 4, 37073 Göttingen")),
        ("gmail_reply", "Karl Weber", "Frühstückskörbe für 30 Personen?",
         "Super, dann bestelle ich auch gleich \U0001f600"),
        ("iphone_html_reply", "Anke Fuchs", "Hochzeitstorte",
         "Ja, bitte mit Himbeeren!\n\nVon meinem iPhone gesendet"),
        ("bottom_posted", "Uwe Bauer", "Abholung", "Danke, ich komme um fuenf."),
        ("photo_from_phone", "Lena", "Foto", "Schaut mal, so kam die Torte an:"),
        ("winmail_dat", "Alt Outlook", "Bestellung", "Bestellung für Montag siehe Anhang."),
    ],
)  # fmt: skip
def test_author_title_and_text_come_out_as_they_were_meant(name, author, title, text):
    mail = parsed(name)

    assert mail.author[0] == author
    assert mail.title == title
    assert mail.text == text
    assert not mail.damaged


def test_an_outlook_answer_is_parted_from_what_it_repeats():
    mail = parsed("outlook_reply_german")

    assert mail.text.startswith("Guten Tag Frau Rot,\n\ndas paßt wunderbar")
    assert mail.text.endswith("Petra Sommer")
    assert mail.quoted.startswith("____")
    assert "8,50 EUR" in mail.quoted
    assert mail.references == (ROOT, OURS)


def test_an_outlook_answer_in_html_alone_is_parted_as_well():
    mail = parsed("outlook_html_only")

    assert mail.text.split("\n\n") == [
        "Guten Tag,",
        "der Lieferschein fehlt noch \u2013 bitte „umgehend“ senden.",
        "Mit freundlichen Grüßen",
        "Achim Roth",
    ]
    assert mail.quoted.startswith("Von: Bäckerei Morgenrot")
    assert mail.quoted.endswith("Anbei die Rechnung.")


def test_a_forwarded_mail_keeps_what_it_forwards():
    mail = parsed("forwarded_outlook")

    assert "Ihre Semmeln sind zu klein." in mail.text
    assert mail.quoted == ""
    assert mail.title == "Kritik im Netz"


def test_answers_between_quoted_lines_stay_with_their_questions():
    mail = parsed("inline_answers")

    assert "> Wann holen Sie ab?\n\nUm acht." in mail.text
    assert mail.quoted == ""


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("outlook_reply_german", [("Teilnehmer Übersicht.xlsx", 18)]),
        ("photo_from_phone", [("IMG_0815.jpeg", 20)]),
        ("calendar_invite", [("invite.ics", 92)]),
        ("winmail_dat", [("winmail.dat", 9)]),
    ],
)
def test_files_are_found_with_name_and_size(name, files):
    found = parsed(name).attachments

    assert [(one.about.name, one.about.size) for one in found] == files
    assert all(one.content is not None and len(one.about.sha256) == 64 for one in found)


@pytest.mark.parametrize(
    ("name", "nature"),
    [
        ("vacation_dovecot", Nature.AUTO_REPLY),
        ("out_of_office_exchange", Nature.AUTO_REPLY),
        ("read_receipt", Nature.AUTO_REPLY),
        ("newsletter", Nature.AUTO_REPLY),
        ("mailing_list", Nature.PERSON),
        ("contact_form", Nature.PERSON),
        ("gmail_reply", Nature.PERSON),
        ("calendar_invite", Nature.PERSON),
    ],
)
def test_machines_are_told_from_people(name, nature):
    assert parsed(name).nature is nature


@pytest.mark.parametrize(
    ("name", "references", "status"),
    [
        ("bounce_postfix", (ROOT,), "5.1.1"),
        ("bounce_exchange", (ROOT,), "5.2.2"),
        ("bounce_gmail", (ROOT,), "5.1.1"),
        ("bounce_qmail_text", (), ""),
    ],
)
def test_a_bounce_names_the_mail_that_came_back(name, references, status):
    mail = parsed(name)

    assert mail.nature is Nature.BOUNCE
    assert mail.bounce.message_id == OURS
    assert mail.bounce.references == references
    assert mail.bounce.status == status
    assert mail.text
    assert mail.quoted == ""


def test_a_bounce_names_who_was_not_reached():
    assert parsed("bounce_postfix").bounce.recipient == "petra.sommer@web.example"


def test_a_mail_without_message_id_gets_the_same_one_each_time():
    first, again = parsed("no_message_id"), parsed("no_message_id")

    assert first.message_id == ""
    assert first.remote_id.startswith("hash:")
    assert first.remote_id == again.remote_id
    other = parse_mail(recorded("no_message_id").replace(b"Zwei", b"Drei"))
    assert other.remote_id != first.remote_id


def test_a_clock_that_is_years_ahead_is_not_believed():
    assert parsed("wrong_clock").created_at == datetime(2026, 11, 21, 9, 33, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (b"Sat, 21 Nov 2026 10:00:00 +0100", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        (b"21 Nov 2026 10:00:00 -0000", datetime(2026, 11, 21, 10, tzinfo=UTC)),
        (b"Mon, 1 Jan 0000 00:00:00 +0000", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        (b"gestern", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        (b"Sun, 1 Nov 2099 00:00:00 +0000", datetime(2026, 11, 21, 12, tzinfo=UTC)),
    ],
)
def test_a_date_is_taken_from_the_mail_else_from_when_it_arrived(date, expected):
    raw = b"From: a@b.example\r\nDate: " + date + b"\r\n\r\nx"

    assert parse_mail(raw, datetime(2026, 11, 21, 12, tzinfo=UTC)).created_at == expected


def test_without_any_date_a_mail_is_old_and_not_new():
    assert parse_mail(b"From: a@b.example\r\n\r\nx").created_at == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_migrated_mailbox_keeps_the_dates_of_its_mails():
    raw = (
        b"Received: by a; Sat, 3 Mar 2018 10:00:00 +0000\r\nFrom: a@b.example\r\n"
        b"Date: Sat, 3 Mar 2018 09:59:00 +0000\r\n\r\nx"
    )
    moved = datetime(2026, 11, 21, 12, tzinfo=UTC)

    assert parse_mail(raw, moved).created_at == datetime(2018, 3, 3, 9, 59, tzinfo=UTC)


def test_two_deliveries_of_one_mail_have_one_digest_and_two_mails_have_two():
    first = parsed("gmail_reply")
    again = parse_mail(b"Received: by another; now\r\n" + recorded("gmail_reply"))
    other = parse_mail(recorded("gmail_reply").replace(b"Super", b"Schade"))

    assert first.digest == again.digest
    assert first.remote_id == other.remote_id
    assert first.digest != other.digest


def test_a_forms_mail_is_answered_where_it_says():
    mail = parsed("contact_form")

    assert mail.reply_to == ("Rosa Lindner", "rosa@kunde.example")
    assert mail.to == (("", "info@baeckerei.example"),)
