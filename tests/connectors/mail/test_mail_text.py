"""Letters out of bytes, whatever the mail says about them."""

import base64
import email.policy
from email.message import EmailMessage

import pytest

from cm_desktop.connectors.mailbox_body import file_name
from cm_desktop.connectors.mailbox_headers import (
    clean,
    decode_bytes,
    decode_words,
    message_ids,
    one_line,
)
from cm_desktop.connectors.mailbox_parse import parse_mail
from tests.connectors.mail.hostile_mails import plain


def word(raw, charset="utf-8"):
    return f"=?{charset}?b?{base64.b64encode(raw).decode()}?="


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        ("Größe".encode(), "utf-8", "Größe"),
        ("Größe".encode(), "iso-8859-1", "Größe"),
        ("Größe".encode(), "us-ascii", "Größe"),
        ("Größe".encode(), None, "Größe"),
        ("Größe".encode(), "x-unknown", "Größe"),
        ("Größe".encode("latin-1"), "utf-8", "Größe"),
        ("Größe".encode("latin-1"), None, "Größe"),
        ("5 € \u2013 „gut“".encode("cp1252"), "iso-8859-1", "5 € \u2013 „gut“"),
        ("Größe".encode("utf-16"), "utf-16", "Größe"),
        ("Größe".encode("cp437"), "cp437", "Größe"),
        ("Ω".encode("iso-8859-7"), "iso-8859-7", "Ω"),
        ("漢字".encode("gb18030"), "gb2312", "漢字"),
        ("漢字".encode("iso-2022-jp"), None, "漢字"),
        ("Größe".encode() + b"\xff ende", "utf-8", "Größe\ufffd ende"),
        (b"\xef\xbb\xbfHallo", "utf-8", "Hallo"),
        (b"abc", "rot13", "abc"),
        (b"abc", "unicode_escape", "abc"),
    ],
)  # fmt: skip
def test_bytes_become_the_letters_that_were_meant(raw, charset, text):
    assert decode_bytes(raw, charset) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?iso-8859-1?q?Gr=FC=DFe?= aus Fürth", "Grüße aus Fürth"),
        (f"{word('Grü'.encode()[:3])} {word('Grü'.encode()[3:])}", "Grü"),
        (f"{word(b'a')} {word('ü'.encode('latin-1'), 'iso-8859-1')}", "aü"),
        ("=?utf-8?b?####?=", "=?utf-8?b?####?="),
        ("=?klingon?q?a=E4?=", "aä"),
        ("C:\\user =?utf-8?q?x?=", "C:\\user x"),
        ("=?utf-8?q?unfinished", "=?utf-8?q?unfinished"),
    ],
)
def test_encoded_words_become_letters(value, text):
    assert one_line(decode_words(value)) == text


def test_html_may_name_its_charset_itself():
    html = '<html><head><meta charset="windows-1251"></head><body>Привет</body></html>'
    mail = parse_mail(plain(html.encode("cp1251"), b"Content-Type: text/html"))

    assert mail.text == "Привет"


def test_soft_line_ends_are_joined_and_hard_ones_kept():
    flowed = b"Content-Type: text/plain; charset*=us-ascii''utf-8; format=flowed"

    mail = parse_mail(plain(b"Ein langer \nSatz.\n from\n\n-- \nName", flowed))
    assert mail.text == "Ein langer Satz.\nfrom\n\n--\nName"


def test_the_html_is_taken_where_the_plain_text_says_nothing():
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = "a@b.example"
    mail.set_content("  \n")
    mail.add_alternative("<p>Hallo</p>", subtype="html")

    assert parse_mail(mail.as_bytes()).text == "Hallo"


def test_only_pictures_are_taken_from_the_html_where_there_is_plain_text():
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = "a@b.example"
    mail.set_content("Hallo")
    mail.add_alternative("<p>Hallo <img src='cid:1'></p>", subtype="html")
    mail.get_payload()[1].add_related(b"\x89PNG", "image", "png", cid="<1>", filename="a.png")

    parsed = parse_mail(mail.as_bytes())
    assert (parsed.text, [one.about.name for one in parsed.attachments]) == ("Hallo", ["a.png"])


def test_a_mail_in_a_mail_is_a_file():
    inner = EmailMessage(policy=email.policy.SMTP)
    inner["Subject"] = "Innen"
    inner.set_content("Tief")
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = "a@b.example"
    mail.set_content("Siehe Anhang")
    mail.add_attachment(inner)

    parsed = parse_mail(mail.as_bytes())
    assert parsed.text == "Siehe Anhang"
    (file,) = parsed.attachments
    assert file.about.name == "mail.eml"
    assert b"Subject: Innen" in file.content


def test_a_text_longer_than_we_keep_is_cut():
    assert len(parse_mail(plain(b"ab " * 200_000)).text) == 200_000


@pytest.mark.parametrize(
    ("given", "kind", "name"),
    [
        ("a.pdf", "application/pdf", "a.pdf"),
        ("", "text/calendar", "invite.ics"),
        ("...", "application/x-unknown", "attachment"),
        ("/etc/", "image/png", "etc"),
        ("a\r\nb.txt", "text/plain", "a b.txt"),
        ("Rechnung?.pdf", "application/pdf", "Rechnung_.pdf"),
        ("x" * 300, "application/pdf", "x" * 120),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe=2Epdf?=", "application/pdf", "Grüße.pdf"),
    ],
)
def test_a_file_gets_a_name_that_can_be_shown_and_saved(given, kind, name):
    assert file_name(given, kind) == name


def test_a_file_name_in_bare_letters_is_read():
    disposition = 'Content-Disposition: attachment; filename="Größe.pdf"'.encode("latin-1")
    (file,) = parse_mail(plain(b"x", b"Content-Type: application/pdf", disposition)).attachments

    assert file.about.name == "Größe.pdf"


def test_ids_are_found_even_where_a_library_encoded_them():
    encoded = word(b"<long@x.example>")

    assert message_ids(f"<a@x> {encoded} <a@x> nonsense") == ["<a@x>", "<long@x.example>"]


def test_what_no_later_step_can_hold_is_gone():
    assert clean("a\0b\r\nc\rd\u2028e\ud800\ufffe\x1b[31m") == "ab\nc\nd\ne\ufffd[31m"
